//! Copies, in two halves: content into the private folder, then, once it is durable, its name.

use std::os::fd::{AsFd, BorrowedFd};

use rustix::io::Errno;

use super::carry::{Carried, Spot, carry};
use super::failure::explain;
use super::relied;
use super::root::look;
use super::sight::Sight;
use super::work::{Heard, Work};
use crate::plan::{Operation, Place, Strategy};
use crate::provider::error::{ErrorKind, ProviderError};
use crate::provider::provider::ItemDone;
use crate::tree::EntryKind;

/// The most copies that wait to be made durable together.
const COPIES_TOGETHER: usize = 512;
/// The most bytes of copies that wait to be made durable together.
const BYTES_TOGETHER: u64 = 256 << 20;

/// A copy in a private folder.
pub(super) struct Waiting<'a> {
    operation: &'a Operation,
    to: &'a Place,
    strategy: Strategy,
    name: String,
}

impl<'a> Work<'a> {
    /// Writes a copy where nobody sees it.
    ///
    /// # Errors
    /// It could not be written, or it could never get its name.
    pub(super) fn stage(
        &mut self,
        operation: &'a Operation,
        from: &Place,
        to: &'a Place,
        strategy: Strategy,
    ) -> Result<(), ProviderError> {
        let source = self.find_unchanged(operation, from, "copy")?;
        self.refuse_taken(operation, to, strategy)?;
        let name = operation.id.to_string();
        self.write(source.spot(), to, &name)?;
        self.waiting_bytes = self.waiting_bytes.saturating_add(source.sight.size);
        self.targets.insert(to.address());
        self.waiting.push(Waiting {
            operation,
            to,
            strategy,
            name,
        });
        if self.waiting.len() >= COPIES_TOGETHER || self.waiting_bytes >= BYTES_TOGETHER {
            self.settle();
        }
        Ok(())
    }

    /// Carries content into the private folder of the target's space.
    pub(super) fn write(
        &mut self,
        from: Spot<'_>,
        to: &Place,
        name: &str,
    ) -> Result<Carried, ProviderError> {
        let heard = self.heard;
        let mut carried = Carried::default();
        let staging = self.staging(&to.space)?.handle();
        carry(from, (staging, name), &mut carried, &|bytes| {
            heard(Heard::Bytes(bytes));
        })?;
        let written = std::mem::take(&mut carried.written);
        self.written
            .entry(to.space.clone())
            .or_default()
            .take_over(written);
        Ok(carried)
    }

    /// Refuses early what the target would refuse in the end, before bytes are carried for nothing.
    fn refuse_taken(
        &self,
        operation: &Operation,
        to: &Place,
        strategy: Strategy,
    ) -> Result<(), ProviderError> {
        let (folder, name) = self.target(to, "place")?;
        let there = look(folder.as_fd(), name).map_err(|errno| explain(errno, "place", to))?;
        match there {
            None => Ok(()),
            Some(sight) => may_replace(operation, to, strategy, (folder.as_fd(), name, &sight)),
        }
    }

    /// Gives every waiting copy its name, after all of them are durable.
    pub(super) fn settle(&mut self) {
        let waiting = std::mem::take(&mut self.waiting);
        self.waiting_bytes = 0;
        self.targets.clear();
        let durable = self.make_durable();
        for copy in waiting {
            let end = match &durable {
                Ok(()) => self.name_copy(&copy),
                Err(error) => Err(error.clone()),
            };
            self.reply(copy.operation.id, end);
        }
    }

    /// Makes everything in the private folders durable.
    pub(super) fn make_durable(&mut self) -> Result<(), ProviderError> {
        for (space, mut written) in std::mem::take(&mut self.written) {
            let root = self.roots.root(&space)?;
            written.sync(root.handle()).map_err(|errno| {
                let message = format!(
                    "copies in the space `{space}` cannot be written to the disk ({errno}), so \
                     they were not given their names; look at the disk and run again"
                );
                ProviderError::refused(ErrorKind::Unavailable, message)
            })?;
        }
        Ok(())
    }

    fn name_copy(&mut self, copy: &Waiting<'_>) -> Result<ItemDone, ProviderError> {
        self.name_staged(copy.operation, &copy.name, copy.to, copy.strategy)
    }
}

/// Whether the strategy lets an operation's entry take the name of the one that is there, and that
/// one is what the plan speaks of.
pub(super) fn may_replace(
    operation: &Operation,
    to: &Place,
    strategy: Strategy,
    (folder, name, there): (BorrowedFd<'_>, &str, &Sight),
) -> Result<(), ProviderError> {
    match (strategy, (operation.kind, there.kind)) {
        (Strategy::Fail | Strategy::Rename, _) => Err(explain(Errno::EXIST, "place", to)),
        (Strategy::Overwrite(_), (EntryKind::File, EntryKind::File)) => {
            let address = &to.address();
            let spot = Spot {
                folder,
                name,
                address,
            };
            relied::check(operation, "replace", spot, there)
        }
        (Strategy::Overwrite(_), (new, old)) => {
            let message = format!(
                "cannot replace `{to}`: only a file can replace a file, and here a {new} would \
                 replace a {old}; move one of them away"
            );
            Err(ProviderError::refused(ErrorKind::Mismatch, message))
        }
    }
}
