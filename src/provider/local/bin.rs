//! The bin of a space: `.reshelve/trash/<run>`, with an index that tells where things were.

use std::fs::File;
use std::io::Write;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::fs::{AtFlags, Mode, OFlags, fsync, linkat, openat, unlinkat};
use rustix::io::Errno;
use serde::Serialize;

use super::durable::sync_folder;
use super::failure::explain;
use super::naming::rename_exclusively;
use super::root::{OWN_FOLDER, Root};
use super::staging::{in_own_folder, make_folder};
use crate::plan::OperationId;
use crate::provider::error::{ErrorKind, ProviderError};
use crate::tree::{Address, EntryKind, EntryPath};

const TRASH: &str = "trash";
const INDEX: &str = "index.jsonl";
/// How many names are tried before something is declared wrong.
const TRIES: u32 = 1000;

/// The part of a space's bin that belongs to one run.
#[derive(Debug)]
pub(super) struct RunBin {
    run: String,
    folder: OwnedFd,
    index: File,
    longest_name: usize,
}

/// A line of the index.
#[derive(Serialize)]
struct IndexLine<'a> {
    name: &'a str,
    from: &'a EntryPath,
    kind: EntryKind,
}

/// An entry on its way to the bin.
pub(super) struct Discarded<'a> {
    /// The folder that holds it.
    pub(super) folder: BorrowedFd<'a>,
    /// Its name there.
    pub(super) name: &'a str,
    /// Where it is in its space.
    pub(super) address: &'a Address,
    /// What it is.
    pub(super) kind: EntryKind,
    /// The operation that takes it away.
    pub(super) operation: OperationId,
}

/// How an entry came to be in the bin.
pub(super) enum Kept {
    /// It is in the bin and still at its place, to be replaced in one step.
    Linked(String),
    /// It is in the bin alone; its name is free.
    Moved(String),
}

impl RunBin {
    /// Opens the bin of a run, and makes it where it is missing.
    ///
    /// # Errors
    /// The space cannot be written to.
    pub(super) fn open(root: &Root, run: &str) -> Result<Self, ProviderError> {
        let longest_name = root.longest_name() as usize;
        in_own_folder(root, |own| {
            let trash = make_folder(own.as_fd(), TRASH)?;
            let folder = make_folder(trash.as_fd(), run)?;
            let flags = OFlags::WRONLY
                | OFlags::CREATE
                | OFlags::APPEND
                | OFlags::NOFOLLOW
                | OFlags::CLOEXEC;
            let index = openat(&folder, INDEX, flags, Mode::RUSR | Mode::WUSR)?;
            Ok(Self {
                run: run.to_owned(),
                folder,
                index: File::from(index),
                longest_name,
            })
        })
    }

    /// Makes the index and the names in the bin durable.
    ///
    /// # Errors
    /// A loss of power may undo them.
    pub(super) fn sync(&self) -> Result<(), Errno> {
        fsync(&self.index)?;
        sync_folder(self.folder.as_fd())
    }

    /// Moves an entry into the bin, and tells where it is now.
    ///
    /// # Errors
    /// It could not be moved and is where it was.
    pub(super) fn take(&self, entry: &Discarded<'_>) -> Result<String, ProviderError> {
        self.enter(entry, |name| {
            rename_exclusively(
                entry.folder,
                entry.name,
                self.folder.as_fd(),
                name,
                entry.kind,
            )
        })
        .map(|name| self.path(&name))
        .map_err(|errno| cannot_keep(errno, entry.address))
    }

    /// Puts a second name of a file into the bin, so that the first can be replaced in one step.
    /// Where the file system has no second names, the file is moved.
    ///
    /// # Errors
    /// It could not be kept and is where it was.
    pub(super) fn keep(&self, entry: &Discarded<'_>) -> Result<Kept, ProviderError> {
        let linked = self.enter(entry, |name| {
            let bin = self.folder.as_fd();
            linkat(entry.folder, entry.name, bin, name, AtFlags::empty())
        });
        match linked {
            Ok(name) => Ok(Kept::Linked(self.path(&name))),
            Err(Errno::PERM | Errno::OPNOTSUPP | Errno::MLINK) => self.take(entry).map(Kept::Moved),
            Err(errno) => Err(cannot_keep(errno, entry.address)),
        }
    }

    /// Takes an entry out of the bin again, after its replacement failed.
    pub(super) fn give_back(&self, kept: &Kept, entry: &Discarded<'_>) {
        let (Kept::Linked(path) | Kept::Moved(path)) = kept;
        let Some((_, name)) = path.rsplit_once('/') else {
            return;
        };
        // What cannot be given back stays in the bin, where the index tells its place.
        let _ = match kept {
            Kept::Linked(_) => unlinkat(&self.folder, name, AtFlags::empty()),
            Kept::Moved(_) => rename_exclusively(
                self.folder.as_fd(),
                name,
                entry.folder,
                entry.name,
                entry.kind,
            ),
        };
    }

    /// Finds a free name, writes the index and then does `step` under that name.
    fn enter(
        &self,
        entry: &Discarded<'_>,
        step: impl Fn(&str) -> Result<(), Errno>,
    ) -> Result<String, Errno> {
        let mut result = Err(Errno::EXIST);
        for attempt in 1..=TRIES {
            let name = self.name(entry, attempt);
            self.write_index(&IndexLine {
                name: &name,
                from: &entry.address.path,
                kind: entry.kind,
            })?;
            result = step(&name).map(|()| name);
            if !matches!(result, Err(Errno::EXIST)) {
                break;
            }
        }
        result
    }

    /// `3-report.pdf` for operation 3, cut where the file system takes no more bytes.
    fn name(&self, entry: &Discarded<'_>, attempt: u32) -> String {
        let mut name = match attempt {
            1 => format!("{}-{}", entry.operation.0, entry.name),
            more => format!("{}.{more}-{}", entry.operation.0, entry.name),
        };
        let mut end = self.longest_name.min(name.len());
        while !name.is_char_boundary(end) {
            end -= 1;
        }
        name.truncate(end);
        name
    }

    fn write_index(&self, line: &IndexLine<'_>) -> Result<(), Errno> {
        let mut text = serde_json::to_string(line).map_err(|_| Errno::INVAL)?;
        text.push('\n');
        let written = (&self.index).write_all(text.as_bytes());
        written.map_err(|error| Errno::from_io_error(&error).unwrap_or(Errno::IO))
    }

    fn path(&self, name: &str) -> String {
        format!("{OWN_FOLDER}/{TRASH}/{}/{name}", self.run)
    }
}

fn cannot_keep(errno: Errno, address: &Address) -> ProviderError {
    if errno == Errno::XDEV {
        let message = format!(
            "cannot put `{address}` into the bin: another file system is mounted there; use \
             `recycle: false` to remove it for good"
        );
        return ProviderError::refused(ErrorKind::Unsupported, message);
    }
    explain(errno, "put into the bin", address)
}
