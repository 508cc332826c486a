//! Tests of the drive: its rules case by case, and its tasks.

mod cases;
mod scene;
mod tasks;
