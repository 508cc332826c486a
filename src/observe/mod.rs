//! Looking: from scopes to a picture of every space, in the fewest reads.

mod agenda;
mod ask;
mod choice;
mod demand;
mod flat;
mod gather;
mod inventory;
mod look;
mod observe;
mod overlay;
mod pages;
mod questions;
mod queue;
mod split;
#[cfg(test)]
mod tests;
mod walk;

pub use crate::plan::Way;
pub use inventory::{Inventory, InventoryError};
pub use observe::{Limits, ObserveError, Observed, Progress, Sought, observe, observe_further};
pub use questions::observe_for_plan;
