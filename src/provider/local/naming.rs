//! Giving an entry a name in one step: never over something that is not to be replaced.

use std::os::fd::BorrowedFd;

use rustix::fs::{AtFlags, RenameFlags, linkat, renameat, renameat_with, unlinkat};
use rustix::io::Errno;

use super::root::look;
use crate::tree::EntryKind;

/// Renames an entry to a name that must be free.
///
/// Where the file system cannot refuse by itself, a file gets its new name by a link, which is
/// refused where the name is taken. For a folder, and where there are no links, the name is looked
/// at first; at worst an empty folder that was made in that moment is replaced.
pub(super) fn rename_exclusively(
    from: BorrowedFd<'_>,
    name: &str,
    to: BorrowedFd<'_>,
    new_name: &str,
    kind: EntryKind,
) -> Result<(), Errno> {
    match renameat_with(from, name, to, new_name, RenameFlags::NOREPLACE) {
        Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => {}
        result => return result,
    }
    if kind == EntryKind::File {
        match linkat(from, name, to, new_name, AtFlags::empty()) {
            Ok(()) => return unlinkat(from, name, AtFlags::empty()),
            Err(Errno::PERM | Errno::OPNOTSUPP | Errno::MLINK) => {}
            Err(errno) => return Err(errno),
        }
    }
    match look(to, new_name)? {
        Some(_) => Err(Errno::EXIST),
        None => renameat(from, name, to, new_name),
    }
}

/// Renames a file over another file.
///
/// Where both names are links to one file, renaming does nothing by definition; the old name is
/// then taken away, so that the outcome is the same.
pub(super) fn rename_over(
    from: BorrowedFd<'_>,
    name: &str,
    to: BorrowedFd<'_>,
    new_name: &str,
) -> Result<(), Errno> {
    renameat(from, name, to, new_name)?;
    let (old, new) = (look(from, name)?, look(to, new_name)?);
    match (old, new) {
        (Some(old), Some(new)) if (old.device, old.inode) == (new.device, new.inode) => {
            unlinkat(from, name, AtFlags::empty())
        }
        _ => Ok(()),
    }
}
