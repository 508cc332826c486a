//! Runs over spaces in memory: whole ones, and those whose calls are in doubt.

mod doubt;
mod gate;
mod limits;
mod names;
mod ordinary;
mod service;
mod staged;
mod tasks;
