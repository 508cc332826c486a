//! Carrying out a plan: every call intended before it is made, and nothing repeated blindly.

mod call;
mod error;
mod executor;
mod gate;
mod recorder;
mod recovery;
mod repair;
mod run;
#[cfg(test)]
mod scene;
mod schedule;
mod stop;
#[cfg(test)]
mod tests;
mod verify;

pub use error::ApplyError;
pub use executor::{Executor, RunSetup};
pub use stop::Stop;
