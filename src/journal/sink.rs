//! Where records go: a seam, so that carrying out a plan never sees a file.

use super::record::{Fact, Record};

/// Takes records and makes them durable.
pub trait JournalSink: Send {
    /// Appends a fact; it may be lost in a crash until the next `sync`.
    ///
    /// # Errors
    /// The record cannot be written. The run must not make another call.
    fn append(&mut self, fact: Fact) -> Result<Record, JournalError>;

    /// Returns once everything appended so far survives a crash.
    ///
    /// # Errors
    /// Nothing is known of what was appended. The run must not make another call.
    fn sync(&mut self) -> Result<(), JournalError>;
}

/// Why a journal cannot be written or read.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The store failed.
    #[error("the journal cannot be written: {0}")]
    Write(String),
    /// A frame in the middle is damaged.
    #[error("the journal is damaged at byte {offset}: {reason}")]
    Damaged {
        /// Where the damaged frame begins.
        offset: u64,
        /// What is wrong with it.
        reason: String,
    },
    /// The file is of another kind or of a later version.
    #[error("the journal has format version {found}, this program reads {known}")]
    Version {
        /// The file's version.
        found: u32,
        /// The newest that is known.
        known: u32,
    },
}
