//! What earlier runs placed, and its file form.

pub mod file;
mod state;

pub use file::StateFileError;
pub use state::{Lineage, PlacementRef, PlanId, Proof, Provenance, RunId, Seen, Source, State};
