//! Carrying out a plan: every call intended before it is made, and nothing repeated blindly.
//!
//! Whoever applies a plan takes the lock, checks the plan's origin against the state, observes
//! what it relies on and checks that too, opens a journal, lets the [`Executor`] run, folds what
//! the journal says into the state, publishes that, and writes a checkpoint into the journal. To
//! resume is the same with [`Executor::settle`] in the place of the run, and a new plan after it.

mod blocked;
mod call;
mod claims;
mod contents;
mod error;
mod executor;
mod gate;
mod limiter;
mod recorder;
mod recovery;
mod repair;
mod routes;
mod run;
#[cfg(test)]
mod scene;
mod schedule;
mod search;
mod sight;
mod staged;
mod stop;
mod subtree;
mod tasks;
#[cfg(test)]
mod tests;
mod verify;

pub use error::ApplyError;
pub use executor::{Executor, RunSetup};
pub use stop::Stop;
