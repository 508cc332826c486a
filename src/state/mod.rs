//! What earlier runs placed, and its file form.

pub mod file;
mod header;
mod state;

pub use file::StateFileError;
pub(crate) use header::{Foreign, Header};
pub use state::{
    Lineage, ListingCalls, PlacementRef, PlanId, Proof, Provenance, RunId, Seen, Source, State,
};
