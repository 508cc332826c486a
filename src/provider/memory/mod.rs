//! The planner's model of the world behind the trait, so that one suite tests both.

mod identities;
mod memory;
mod model;
mod tasks;

pub use memory::MemoryProvider;
