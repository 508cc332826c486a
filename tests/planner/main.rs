//! What the planner decides, case by case: entries and placements in, operations and findings out.

#[path = "../support/laboratory.rs"]
#[expect(dead_code, reason = "the laws use what the cases do not")]
mod laboratory;

#[path = "../support/service.rs"]
mod service;

#[path = "../support/sheets.rs"]
mod sheets;

mod bench;
mod conflicts;
mod explain;
mod fewest;
mod guards;
mod kept;
mod moves;
mod named;
mod names;
mod order;
mod origins;
mod permutations;
mod placing;
mod pruning;
mod scale;
mod staged;
