//! What a run intended and what came of it.

mod advance;
pub mod codec;
mod misplaced;
mod record;
mod replay;
#[cfg(test)]
pub(crate) mod sample;
mod sink;
mod whereabouts;

pub use advance::advance;
pub use misplaced::misplaced;
pub use record::{Evidence, Fact, Outcome, Record, TaskItem};
pub use replay::{Counts, RunProgress, Standing, Start};
pub use sink::{JournalError, JournalSink};
pub use whereabouts::Whereabouts;
