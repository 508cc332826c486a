//! Everything that a run says goes through here: to its journal, to those who watch, and into
//! what is known of its progress.

use crate::journal::{Fact, JournalError, JournalSink, Record, RunProgress};
use crate::plan::OperationId;

/// Writes facts down and remembers what they amount to.
pub(super) struct Recorder<'r> {
    journal: &'r mut dyn JournalSink,
    watch: &'r mut (dyn FnMut(&Record) + Send),
    pub(super) progress: RunProgress,
}

impl<'r> Recorder<'r> {
    pub(super) fn new(
        journal: &'r mut dyn JournalSink,
        watch: &'r mut (dyn FnMut(&Record) + Send),
        progress: RunProgress,
    ) -> Self {
        Self {
            journal,
            watch,
            progress,
        }
    }

    /// Appends a fact. It is durable after the next `sync`.
    pub(super) fn record(&mut self, fact: Fact) -> Result<(), JournalError> {
        let record = self.journal.append(fact)?;
        self.progress.take(&record);
        (self.watch)(&record);
        Ok(())
    }

    /// That nobody knows what became of an operation.
    pub(super) fn doubt(
        &mut self,
        operation: OperationId,
        message: String,
    ) -> Result<(), JournalError> {
        self.record(Fact::Unknown { operation, message })
    }

    /// Makes everything durable that was recorded so far.
    pub(super) fn sync(&mut self) -> Result<(), JournalError> {
        self.journal.sync()
    }
}
