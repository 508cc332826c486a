//! Why a run cannot go on at all.

use crate::journal::JournalError;

/// What ends a run before its time. Everything else is an operation that failed, and is told by
/// the run's records.
#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    /// A record cannot be made durable, so that no further call may be made.
    #[error(transparent)]
    Journal(#[from] JournalError),
}
