//! Taking a subtree away for good, through handles, never following a link.

use std::ffi::{CStr, CString};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::fs::{AtFlags, Dir, FileType, Mode, OFlags, fchmod, openat, statat, unlinkat};
use rustix::io::Errno;
use rustix::path::Arg;

/// Removes an entry with everything below it. A folder that its owner may not write to is made
/// writable first: what it holds goes anyway.
///
/// # Errors
/// Something could not be removed; what was removed before is gone.
pub(super) fn remove_tree(parent: BorrowedFd<'_>, name: impl Arg) -> Result<(), Errno> {
    let name = name.into_c_str()?;
    let stat = statat(parent, &*name, AtFlags::SYMLINK_NOFOLLOW)?;
    if FileType::from_raw_mode(stat.st_mode) != FileType::Directory {
        return unlinkat(parent, &*name, AtFlags::empty());
    }
    let folder = open_by_c_name(parent, &name)?;
    for child in names(folder.as_fd())? {
        match remove_tree(folder.as_fd(), child.as_c_str()) {
            Err(Errno::ACCESS) => {
                fchmod(&folder, Mode::RWXU)?;
                remove_tree(folder.as_fd(), child.as_c_str())?;
            }
            Err(Errno::NOENT) => {}
            result => result?,
        }
    }
    unlinkat(parent, &*name, AtFlags::REMOVEDIR)
}

/// The names in a folder in order, read to the end before anything in it is changed.
pub(super) fn names(folder: BorrowedFd<'_>) -> Result<Vec<CString>, Errno> {
    let mut names = Vec::new();
    for entry in Dir::read_from(folder)? {
        let entry = entry?;
        if !matches!(entry.file_name().to_bytes(), b"." | b"..") {
            names.push(entry.file_name().to_owned());
        }
    }
    names.sort_unstable();
    Ok(names)
}

/// Opens a folder whose name may be any bytes.
pub(super) fn open_by_c_name(parent: BorrowedFd<'_>, name: &CStr) -> Result<OwnedFd, Errno> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    openat(parent, name, flags, Mode::empty())
}
