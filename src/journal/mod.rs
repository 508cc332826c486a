//! What a run intended and what came of it.

mod record;
mod sink;

pub use record::{Evidence, Fact, Outcome, Record};
pub use sink::{JournalError, JournalSink};
