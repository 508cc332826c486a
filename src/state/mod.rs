//! What earlier runs placed, and its file form.

mod state;

pub use state::{Lineage, PlacementRef, PlanId, Proof, Provenance, RunId, Seen, Source, State};
