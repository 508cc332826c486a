//! What the store does with files: a seam, so that a test can take the power away between any two
//! steps.

use std::fmt;
use std::fs::TryLockError;
use std::io;
use std::path::{Path, PathBuf};

/// Files and folders by path.
///
/// What was written to a file survives a loss of power only after it was synced, and a name in a
/// folder only after the folder was.
pub trait Disk: fmt::Debug + Send + Sync {
    /// Opens a file.
    ///
    /// # Errors
    /// It is not as the purpose asks, or the system refuses.
    fn open(&self, path: &Path, purpose: Purpose) -> io::Result<Box<dyn DiskFile>>;

    /// Makes a file in a folder under a name that nothing has, open to its owner alone.
    ///
    /// # Errors
    /// The folder is not there, or the system refuses.
    fn temporary(&self, folder: &Path) -> io::Result<(PathBuf, Box<dyn DiskFile>)>;

    /// Gives a file another name, in place of what has it.
    ///
    /// # Errors
    /// There is no such file, or the system refuses.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;

    /// Gives a file a second name.
    ///
    /// # Errors
    /// `AlreadyExists` where something has that name; or the system refuses.
    fn link(&self, from: &Path, to: &Path) -> io::Result<()>;

    /// Takes a file's name away.
    ///
    /// # Errors
    /// There is no such file, or the system refuses.
    fn remove(&self, path: &Path) -> io::Result<()>;

    /// Makes a folder and those on the way to it, open to their owner alone. One that is there
    /// stays as it is.
    ///
    /// # Errors
    /// The system refuses.
    fn make_folder(&self, path: &Path) -> io::Result<()>;

    /// Makes the names in a folder durable.
    ///
    /// # Errors
    /// The system refuses, and nothing is known of the names.
    fn sync_folder(&self, path: &Path) -> io::Result<()>;

    /// What a folder holds, in any order.
    ///
    /// # Errors
    /// `NotFound` where it is not there; or the system refuses.
    fn list(&self, folder: &Path) -> io::Result<Vec<Listed>>;

    /// What is at a path, links followed; `None` where nothing is or it cannot be told.
    fn kind(&self, path: &Path) -> Option<ListedKind>;
}

/// What a file is opened for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To read it; it must be there.
    Read,
    /// To go on writing it; it must be there.
    Write,
    /// To write it, open to its owner alone; nothing may have its name.
    Create,
    /// To lock it; it is made where it is missing, and keeps what it holds.
    Lock,
}

/// An entry of a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its name. One that is no text is of nothing that this program wrote.
    pub name: String,
    /// What it is.
    pub kind: ListedKind,
}

/// What an entry of a folder is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListedKind {
    /// A folder.
    Folder,
    /// Anything else.
    Other,
}

/// An open file.
pub trait DiskFile: fmt::Debug + Send + Sync {
    /// How many bytes it has.
    ///
    /// # Errors
    /// The system refuses.
    fn size(&self) -> io::Result<u64>;

    /// Its first bytes, up to a limit.
    ///
    /// # Errors
    /// The system refuses.
    fn read(&mut self, limit: u64) -> io::Result<Vec<u8>>;

    /// Writes bytes from an offset on.
    ///
    /// # Errors
    /// The system refuses; any part of the bytes may have been written.
    fn write_at(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()>;

    /// Cuts it off, or makes it longer with zeros.
    ///
    /// # Errors
    /// The system refuses.
    fn set_size(&mut self, size: u64) -> io::Result<()>;

    /// Makes sure that it can grow to so many bytes without changing its size, where the file
    /// system has that ability.
    ///
    /// # Errors
    /// The disk is full.
    fn set_aside(&mut self, size: u64) -> io::Result<()>;

    /// Makes durable what it holds.
    ///
    /// # Errors
    /// The system refuses, and nothing is known of what was written.
    fn sync_data(&mut self) -> io::Result<()>;

    /// Makes durable what it holds and everything else about it.
    ///
    /// # Errors
    /// As for `sync_data`.
    fn sync_all(&mut self) -> io::Result<()>;

    /// Locks it until it is closed.
    ///
    /// # Errors
    /// Somebody else has it locked, or the system refuses.
    fn try_lock(&self) -> Result<(), TryLockError>;
}
