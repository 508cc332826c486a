//! Looking: from scopes to a picture of every space, in the fewest reads.

mod choice;
mod demand;
mod flat;
mod gather;
mod inventory;
mod observe;
mod pages;
mod queue;
#[cfg(test)]
mod tests;
mod walk;

pub use choice::Way;
pub use inventory::{Inventory, InventoryError};
pub use observe::{Limits, ObserveError, Observed, Progress, Sought, observe};
