//! Moves and renames, and the last step of every transfer: the name.

use std::os::fd::{AsFd, BorrowedFd};

use rustix::fs::{Mode, mkdirat};
use rustix::io::Errno;

use super::bin::{Discarded, Kept};
use super::carry::{Carried, Spot};
use super::copying::may_replace;
use super::failure::{explain, halfway};
use super::naming::{Replaced, rename_exclusively, replace_exactly};
use super::relied;
use super::removal::remove_tree;
use super::root::look;
use super::sight::Sight;
use super::survey::{first_special, survey};
use super::work::{Found, Work};
use crate::plan::{Disposal, Operation, Place, Strategy};
use crate::provider::error::{ErrorKind, ProviderError};
use crate::provider::provider::ItemDone;
use crate::tree::EntryKind;

/// An entry on its way to a new name.
struct Mover<'a> {
    folder: BorrowedFd<'a>,
    name: &'a str,
    operation: &'a Operation,
}

/// How giving a name failed.
enum Refusal {
    /// The name is on another file system, so content must be carried there.
    OtherFileSystem,
    /// For good.
    Error(ProviderError),
}

impl Work<'_> {
    /// Makes one folder.
    ///
    /// # Errors
    /// The name is taken, or its folder is missing.
    pub(super) fn create_folder(&mut self, at: &Place) -> Result<ItemDone, ProviderError> {
        let (folder, name) = self.target(at, "make the folder")?;
        mkdirat(&folder, name, Mode::RWXU | Mode::RWXG | Mode::RWXO)
            .map_err(|errno| explain(errno, "make the folder", at))?;
        self.touch(folder.as_fd(), &at.address())?;
        Ok(done(folder.as_fd(), name, None))
    }

    /// Takes an entry to another name.
    ///
    /// # Errors
    /// It is where it was, or, across file systems, the error says what is in both places.
    pub(super) fn move_to(
        &mut self,
        operation: &Operation,
        from: &Place,
        to: &Place,
        strategy: Strategy,
    ) -> Result<ItemDone, ProviderError> {
        let source = self.find_unchanged(operation, from, "move")?;
        let mover = Mover {
            folder: source.folder.as_fd(),
            name: source.name,
            operation,
        };
        match self.give_name(&mover, to, strategy) {
            Ok(done) => {
                self.touch(source.folder.as_fd(), &source.address)?;
                Ok(done)
            }
            Err(Refusal::OtherFileSystem) => self.move_across(operation, &source, to, strategy),
            Err(Refusal::Error(error)) => Err(error),
        }
    }

    /// Gives a copy that is whole and durable its name.
    ///
    /// # Errors
    /// The name is taken or its folder is gone; the copy goes with the private folder.
    pub(super) fn name_staged(
        &mut self,
        operation: &Operation,
        name: &str,
        to: &Place,
        strategy: Strategy,
    ) -> Result<ItemDone, ProviderError> {
        let staging = self.staging(&to.space)?.handle();
        let folder = rustix::io::fcntl_dupfd_cloexec(staging, 0)
            .map_err(|errno| explain(errno, "place", to))?;
        let mover = Mover {
            folder: folder.as_fd(),
            name,
            operation,
        };
        match self.give_name(&mover, to, strategy) {
            Ok(done) => Ok(done),
            Err(Refusal::OtherFileSystem) => Err(ProviderError::refused(
                ErrorKind::Unsupported,
                format!(
                    "cannot place `{to}`: another file system is mounted on the way to it; make \
                     the mounted folder a space of its own"
                ),
            )),
            Err(Refusal::Error(error)) => Err(error),
        }
    }

    fn give_name(
        &mut self,
        mover: &Mover<'_>,
        to: &Place,
        strategy: Strategy,
    ) -> Result<ItemDone, Refusal> {
        let cannot = |errno| refusal(errno, "place", to);
        let (folder, name) = self.target(to, "place").map_err(Refusal::Error)?;
        let there = look(folder.as_fd(), name).map_err(cannot)?;
        let kind = mover.operation.kind;
        let bin = match (strategy, there) {
            (Strategy::Fail | Strategy::Rename, _) | (Strategy::Overwrite(_), None) => {
                rename_exclusively(mover.folder, mover.name, folder.as_fd(), name, kind)
                    .map_err(cannot)?;
                None
            }
            (Strategy::Overwrite(disposal), Some(old)) => {
                may_replace(mover.operation, to, strategy, (folder.as_fd(), name, &old))
                    .map_err(Refusal::Error)?;
                self.replace(mover, (folder.as_fd(), name, old), to, disposal)?
            }
        };
        self.touch(folder.as_fd(), &to.address())
            .map_err(Refusal::Error)?;
        Ok(done(folder.as_fd(), name, bin))
    }

    /// Replaces a file in one step, after the old one has its place in the bin.
    fn replace(
        &mut self,
        mover: &Mover<'_>,
        target: (BorrowedFd<'_>, &str, Sight),
        to: &Place,
        disposal: Disposal,
    ) -> Result<Option<String>, Refusal> {
        if disposal == Disposal::Permanent {
            mover.take_place_of(target, to)?;
            return Ok(None);
        }
        let address = to.address();
        let old = Discarded {
            folder: target.0,
            name: target.1,
            address: &address,
            kind: EntryKind::File,
            operation: mover.operation.id,
        };
        let bin = self.bin(&to.space).map_err(Refusal::Error)?;
        let kept = bin.keep(&old).map_err(Refusal::Error)?;
        let renamed = match &kept {
            Kept::Linked(_) => mover.take_place_of(target, to),
            Kept::Moved(_) => {
                let (folder, name, _) = target;
                rename_exclusively(mover.folder, mover.name, folder, name, EntryKind::File)
                    .map_err(|errno| refusal(errno, "replace", to))
            }
        };
        match (renamed, kept) {
            (Ok(()), Kept::Linked(path) | Kept::Moved(path)) => Ok(Some(path)),
            (Err(refusal), kept) => {
                bin.give_back(&kept, &old);
                Err(refusal)
            }
        }
    }
}

impl Mover<'_> {
    /// Replaces a file that was looked at before.
    fn take_place_of(
        &self,
        (folder, name, old): (BorrowedFd<'_>, &str, Sight),
        to: &Place,
    ) -> Result<(), Refusal> {
        match replace_exactly(self.folder, self.name, folder, name, &old) {
            Ok(Replaced::Done) => Ok(()),
            Ok(Replaced::Other) => Err(Refusal::Error(ProviderError::refused(
                ErrorKind::Mismatch,
                format!("cannot replace `{to}`: it was changed just now; plan again"),
            ))),
            Err(errno) => Err(refusal(errno, "replace", to)),
        }
    }
}

fn refusal(errno: Errno, doing: &str, to: &Place) -> Refusal {
    match errno {
        Errno::XDEV => Refusal::OtherFileSystem,
        other => Refusal::Error(explain(other, doing, to)),
    }
}

impl Work<'_> {
    /// Carries an entry to another file system and takes the source away, if it stayed the same.
    fn move_across(
        &mut self,
        operation: &Operation,
        source: &Found<'_>,
        to: &Place,
        strategy: Strategy,
    ) -> Result<ItemDone, ProviderError> {
        let spot = source.spot();
        let name = operation.id.to_string();
        let carried = self.write(spot, to, &name)?;
        self.make_durable()?;
        let done = self.name_staged(operation, &name, to, strategy)?;
        self.take_source_away(spot, &carried).map_err(|error| {
            halfway(
                error,
                &format!(
                    "the copy at `{to}` is whole, and the source was left; remove one of them"
                ),
            )
        })?;
        Ok(done)
    }

    fn take_source_away(
        &mut self,
        source: Spot<'_>,
        carried: &Carried,
    ) -> Result<(), ProviderError> {
        let cannot = |errno| explain(errno, "remove", source.address);
        let now = survey(source).map_err(cannot)?;
        if now != carried.entries {
            let message = format!("`{}` was changed while it was moved", source.address);
            return Err(ProviderError::refused(ErrorKind::Mismatch, message));
        }
        self.remove_for_good(source)
    }

    /// Removes an entry for good. It leaves the tree in one step, where its file system has our
    /// private folder; only then is it taken apart.
    pub(super) fn remove_for_good(&mut self, entry: Spot<'_>) -> Result<(), ProviderError> {
        let cannot = |errno| explain(errno, "remove", entry.address);
        let kind = look(entry.folder, entry.name).map_err(cannot)?;
        if kind.is_none_or(|sight| sight.kind != EntryKind::Folder) {
            rustix::fs::unlinkat(entry.folder, entry.name, rustix::fs::AtFlags::empty())
                .map_err(cannot)?;
            return self.touch(entry.folder, entry.address);
        }
        let name = self.next_removed();
        let staging = self.staging(&entry.address.space)?.handle();
        let moved = rename_exclusively(entry.folder, entry.name, staging, &name, EntryKind::Folder);
        let removed = match moved {
            Ok(()) => remove_tree(staging, name.as_str()).map_err(|errno| {
                let left = "it has left the tree, and the rest of it lies in `.reshelve/tmp`";
                halfway(cannot(errno), left)
            }),
            Err(Errno::XDEV) => remove_tree(entry.folder, entry.name)
                .map_err(|errno| halfway(cannot(errno), "a part of it may be gone")),
            Err(errno) => Err(cannot(errno)),
        };
        removed?;
        self.touch(entry.folder, entry.address)
    }

    /// Removes an entry as an operation asks for.
    ///
    /// # Errors
    /// It is where it was, unless the error says otherwise.
    pub(super) fn remove(
        &mut self,
        operation: &Operation,
        at: &Place,
        disposal: Disposal,
    ) -> Result<ItemDone, ProviderError> {
        let found = self.find(operation, at, "remove")?;
        let spot = found.spot();
        if let Some(special) =
            first_special(spot).map_err(|errno| explain(errno, "look into", &found.address))?
        {
            let message = format!(
                "cannot remove `{at}`: `{special}` is neither a file nor a folder that can be \
                 handled, and is never touched; move it away first"
            );
            return Err(ProviderError::refused(ErrorKind::Mismatch, message));
        }
        relied::check(operation, "remove", spot, &found.sight)?;
        if disposal == Disposal::Permanent {
            self.remove_for_good(spot)?;
            return Ok(ItemDone::default());
        }
        let entry = Discarded {
            folder: found.folder.as_fd(),
            name: found.name,
            address: &found.address,
            kind: found.sight.kind,
            operation: operation.id,
        };
        let bin = self.bin(&at.space)?.take(&entry)?;
        self.touch(found.folder.as_fd(), &found.address)?;
        Ok(ItemDone {
            bin: Some(bin),
            ..ItemDone::default()
        })
    }
}

/// What is told of an entry that came to be.
fn done(folder: BorrowedFd<'_>, name: &str, bin: Option<String>) -> ItemDone {
    let id = look(folder, name).ok().flatten().map(|sight| sight.id());
    ItemDone {
        id,
        name: None,
        bin,
    }
}
