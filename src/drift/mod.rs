//! What others changed since it was placed: recorded against observed, next to what is wanted.

mod detect;
mod report;

pub use detect::{DriftInput, SourceFate, detect};
pub use report::{DriftItem, DriftKind, DriftReport};
