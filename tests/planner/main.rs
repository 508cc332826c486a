//! What the planner decides, case by case: entries and placements in, operations and findings out.

#[path = "../support/laboratory.rs"]
mod laboratory;

mod bench;
mod conflicts;
mod guards;
mod moves;
mod names;
mod order;
mod placing;
mod pruning;
