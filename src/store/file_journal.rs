//! A journal in a file: records are gathered and made durable together.

use std::fmt;
use std::io;

use super::disk::DiskFile;
use crate::clock::Clock;
use crate::journal::codec::Encoder;
use crate::journal::{Fact, JournalError, JournalSink, Record};

/// How many bytes are gathered before they are written.
const GATHERED: usize = 256 * 1024;
/// About how many bytes the records of one operation take.
const BYTES_AN_OPERATION: u64 = 768;
/// What the records that belong to no operation take, generously.
const BYTES_A_RUN: u64 = 64 * 1024;

/// The journal of one run, open for its next record.
pub struct FileJournal<'a> {
    file: Box<dyn DiskFile>,
    encoder: Encoder,
    /// How many bytes of the file are written.
    length: u64,
    gathered: Vec<u8>,
    /// Once a write or sync has failed, nothing is known of the file any more.
    is_broken: bool,
    clock: &'a dyn Clock,
}

impl<'a> FileJournal<'a> {
    pub(super) fn new(
        file: Box<dyn DiskFile>,
        encoder: Encoder,
        length: u64,
        clock: &'a dyn Clock,
    ) -> Self {
        Self {
            file,
            encoder,
            length,
            gathered: Vec::new(),
            is_broken: false,
            clock,
        }
    }

    /// Sets space aside for the records of so many operations, so that a full disk shows before
    /// the first call and not in the middle.
    pub(super) fn set_aside(&mut self, operations: u64) -> io::Result<()> {
        let bytes = BYTES_A_RUN + operations.saturating_mul(BYTES_AN_OPERATION);
        self.file.set_aside(self.length + bytes)
    }

    fn write_out(&mut self) -> io::Result<()> {
        self.file.write_at(self.length, &self.gathered)?;
        self.length += self.gathered.len() as u64;
        self.gathered.clear();
        Ok(())
    }

    fn guarded(
        &mut self,
        write: impl FnOnce(&mut Self) -> io::Result<()>,
    ) -> Result<(), JournalError> {
        if self.is_broken {
            let message = "an earlier write failed, and nothing is certain since".to_owned();
            return Err(JournalError::Write(message));
        }
        write(self).map_err(|error| {
            self.is_broken = true;
            JournalError::Write(error.to_string())
        })
    }
}

impl JournalSink for FileJournal<'_> {
    fn append(&mut self, fact: Fact) -> Result<Record, JournalError> {
        self.guarded(|_| Ok(()))?;
        let now = self.clock.now();
        let record = self.encoder.encode(now, fact, &mut self.gathered)?;
        if self.gathered.len() >= GATHERED {
            self.guarded(Self::write_out)?;
        }
        Ok(record)
    }

    fn sync(&mut self) -> Result<(), JournalError> {
        self.guarded(|journal| {
            journal.write_out()?;
            journal.file.sync_data()
        })
    }
}

impl Drop for FileJournal<'_> {
    fn drop(&mut self) {
        // What is lost here was not synced, and what was set aside in vain is given back.
        if !self.is_broken {
            let _ = self.write_out();
            let _ = self.file.set_size(self.length);
        }
    }
}

impl fmt::Debug for FileJournal<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("FileJournal")
            .field("file", &self.file)
            .field("length", &self.length)
            .field("is_broken", &self.is_broken)
            .finish_non_exhaustive()
    }
}
