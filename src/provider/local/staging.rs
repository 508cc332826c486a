//! The private folder of one call, where copies grow unseen and removed folders are taken apart.
//!
//! It lies in `.reshelve/tmp` of the space, so that placing its content is a rename. A lock on it
//! lives as long as the call; a folder there without a lock was left by a program that was killed,
//! and the next call in this space clears it away.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::fs::{AtFlags, Dir, FlockOperation, Mode, flock, mkdirat, unlinkat};
use rustix::io::Errno;

use super::failure::explain;
use super::removal::remove_tree;
use super::root::{OWN_FOLDER, Root, look, open_folder};
use super::sight::Sight;
use crate::provider::error::{ErrorKind, ProviderError};

/// Where temporary folders lie in our own folder.
const TEMPORARY: &str = "tmp";
/// How many names are tried before something is declared wrong.
const TRIES: u32 = 1000;

/// A private folder, removed with all that is left in it when the call ends.
#[derive(Debug)]
pub(super) struct Staging {
    root: OwnedFd,
    own: OwnedFd,
    parent: OwnedFd,
    name: String,
    handle: OwnedFd,
}

impl Staging {
    /// Makes the folder for a call of `run`, after clearing away what killed programs left.
    ///
    /// # Errors
    /// The space cannot be written to.
    pub(super) fn open(root: &Root, run: &str) -> Result<Self, ProviderError> {
        in_own_folder(root, |own| Self::make(root, own, run))
    }

    fn make(root: &Root, own: OwnedFd, run: &str) -> Result<Self, Errno> {
        let parent = make_folder(own.as_fd(), TEMPORARY)?;
        sweep(parent.as_fd());
        let space = open_folder(root.handle(), ".")?;
        for number in 1..=TRIES {
            let name = format!("{run}-{number}");
            if let Some(handle) = claim(parent.as_fd(), &name)? {
                return Ok(Self {
                    root: space,
                    own,
                    parent,
                    name,
                    handle,
                });
            }
        }
        Err(Errno::EXIST)
    }

    /// The folder.
    pub(super) fn handle(&self) -> BorrowedFd<'_> {
        self.handle.as_fd()
    }
}

impl Drop for Staging {
    /// What cannot be removed now is cleared away by a later call. Folders above are left where
    /// they hold anything.
    fn drop(&mut self) {
        let _ = remove_tree(self.parent.as_fd(), self.name.as_str());
        let _ = unlinkat(&self.own, TEMPORARY, AtFlags::REMOVEDIR);
        let _ = unlinkat(&self.root, OWN_FOLDER, AtFlags::REMOVEDIR);
    }
}

/// Does `step` in our own folder of a space, which is made where it is missing.
///
/// Another call may just then be ending and remove the folder because it is empty; the step is then
/// tried again.
///
/// # Errors
/// The folder or what the step needs cannot be made, or something else has the folder's name.
pub(super) fn in_own_folder<T>(
    root: &Root,
    step: impl Fn(OwnedFd) -> Result<T, Errno>,
) -> Result<T, ProviderError> {
    let mut result = Err(Errno::NOENT);
    for _ in 0..TRIES {
        result = make_folder(root.handle(), OWN_FOLDER).and_then(&step);
        if !matches!(result, Err(Errno::NOENT)) {
            break;
        }
    }
    result.map_err(|errno| {
        let address = format!("{}:/{OWN_FOLDER}", root.alias());
        match errno {
            Errno::NOTDIR | Errno::LOOP => ProviderError::refused(
                ErrorKind::Mismatch,
                format!(
                    "`{address}` or what we keep in it is not a folder; its name is kept for ours, \
                     so move it away"
                ),
            ),
            other => explain(other, "work in the folder", &address),
        }
    })
}

/// Opens a folder that only its owner may enter, and makes it where it is missing.
pub(super) fn make_folder(parent: BorrowedFd<'_>, name: &str) -> Result<OwnedFd, Errno> {
    match mkdirat(parent, name, Mode::RWXU) {
        Ok(()) | Err(Errno::EXIST) => open_folder(parent, name),
        Err(errno) => Err(errno),
    }
}

/// Makes and locks a folder; `None` where the name is taken or another program is clearing it.
fn claim(parent: BorrowedFd<'_>, name: &str) -> Result<Option<OwnedFd>, Errno> {
    match mkdirat(parent, name, Mode::RWXU) {
        Ok(()) => {}
        Err(Errno::EXIST) => return Ok(None),
        Err(errno) => return Err(errno),
    }
    let handle = match open_folder(parent, name) {
        Ok(handle) => handle,
        Err(Errno::NOENT) => return Ok(None),
        Err(errno) => return Err(errno),
    };
    // On a file system without locks nobody clears the folder away, so no lock is needed.
    if flock(&handle, FlockOperation::NonBlockingLockExclusive) == Err(Errno::WOULDBLOCK) {
        return Ok(None);
    }
    let ours = Sight::of(&rustix::fs::fstat(&handle)?).inode;
    let still_there = look(parent, name)?.is_some_and(|sight| sight.inode == ours);
    Ok(still_there.then_some(handle))
}

/// Removes the folders of calls that no longer live. What cannot be removed stays for the next.
fn sweep(parent: BorrowedFd<'_>) {
    let Ok(directory) = Dir::read_from(parent) else {
        return;
    };
    for entry in directory.flatten() {
        let Ok(name) = entry.file_name().to_str() else {
            continue;
        };
        if matches!(name, "." | "..") {
            continue;
        }
        let Ok(handle) = open_folder(parent, name) else {
            continue;
        };
        if flock(&handle, FlockOperation::NonBlockingLockExclusive).is_ok() {
            let _ = remove_tree(parent, name);
        }
    }
}
