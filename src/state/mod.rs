//! What earlier runs placed, and its file form.

mod file;
mod state;

pub use file::{StateFileError, digest, read, write};
pub use state::{Lineage, PlacementRef, PlanId, Proof, Provenance, RunId, Seen, Source, State};
