//! Looking: from scopes to a picture of every space, in the fewest reads.

mod demand;
mod inventory;
mod observe;
mod pages;
mod queue;

pub use inventory::{Inventory, InventoryError};
pub use observe::{Limits, ObserveError, Observed, Progress, observe};
