//! Making work survive a loss of power: content before names, names before the reply.

use std::collections::BTreeMap;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::fs::{fstat, fsync};
use rustix::io::Errno;

/// The most files that are held open until they are made durable one by one; beyond that the
/// whole file system is told to write, which costs one journal commit instead of hundreds.
const ONE_BY_ONE: usize = 32;
/// The most folders that are held open until they are made durable.
const OPEN_FOLDERS: usize = 128;

/// Files and folders that were written and are not yet durable.
#[derive(Debug, Default)]
pub(super) struct Written {
    files: Vec<OwnedFd>,
    #[cfg(target_os = "linux")]
    many: bool,
}

/// Folders in which names came or went.
#[derive(Debug, Default)]
pub(super) struct Touched {
    folders: BTreeMap<(u64, u64), OwnedFd>,
}

impl Written {
    /// Takes a file that was written to its end.
    ///
    /// # Errors
    /// Systems that can only write file by file do so here.
    #[cfg(target_os = "linux")]
    pub(super) fn add_file(&mut self, file: OwnedFd) -> Result<(), Errno> {
        if self.files.len() < ONE_BY_ONE {
            self.files.push(file);
        } else {
            self.many = true;
        }
        Ok(())
    }

    /// Takes a folder that was filled.
    ///
    /// # Errors
    /// Systems that can only write folder by folder do so here.
    #[cfg(target_os = "linux")]
    pub(super) fn add_folder(&mut self, _folder: &OwnedFd) -> Result<(), Errno> {
        self.many = true;
        Ok(())
    }

    #[cfg(not(target_os = "linux"))]
    pub(super) fn add_file(&mut self, file: OwnedFd) -> Result<(), Errno> {
        fsync(file)
    }

    #[cfg(not(target_os = "linux"))]
    pub(super) fn add_folder(&mut self, folder: &OwnedFd) -> Result<(), Errno> {
        sync_folder(folder.as_fd())
    }

    /// Takes what was written elsewhere in the same file system.
    pub(super) fn take_over(&mut self, other: Self) {
        #[cfg(target_os = "linux")]
        {
            self.many |= other.many || self.files.len() + other.files.len() > ONE_BY_ONE;
            if self.many {
                self.files.clear();
                return;
            }
        }
        self.files.extend(other.files);
    }

    /// Makes all of it durable. `space` is any folder of the same file system.
    ///
    /// # Errors
    /// The content may not be on the disk and must not be given its name.
    pub(super) fn sync(&mut self, space: BorrowedFd<'_>) -> Result<(), Errno> {
        #[cfg(target_os = "linux")]
        if std::mem::take(&mut self.many) {
            self.files.clear();
            return rustix::fs::syncfs(space);
        }
        let _ = space;
        for file in self.files.drain(..) {
            fsync(file)?;
        }
        Ok(())
    }
}

impl Touched {
    /// Remembers a folder; when many wait, they are made durable now.
    ///
    /// # Errors
    /// A folder could not be made durable.
    pub(super) fn add(&mut self, folder: BorrowedFd<'_>) -> Result<(), Errno> {
        let stat = fstat(folder)?;
        if self.folders.len() >= OPEN_FOLDERS {
            self.sync()?;
        }
        if let std::collections::btree_map::Entry::Vacant(free) =
            self.folders.entry((stat.st_dev, stat.st_ino))
        {
            free.insert(rustix::io::fcntl_dupfd_cloexec(folder, 0)?);
        }
        Ok(())
    }

    /// Makes all of them durable.
    ///
    /// # Errors
    /// Names that came or went may be undone by a loss of power.
    pub(super) fn sync(&mut self) -> Result<(), Errno> {
        while let Some((_, folder)) = self.folders.pop_first() {
            sync_folder(folder.as_fd())?;
        }
        Ok(())
    }
}

/// Some file systems keep names durable by themselves and refuse to be asked.
pub(super) fn sync_folder(folder: BorrowedFd<'_>) -> Result<(), Errno> {
    match fsync(folder) {
        Err(Errno::INVAL | Errno::OPNOTSUPP) => Ok(()),
        result => result,
    }
}
