//! Giving an entry a name in one step: never over something that is not to be replaced.

use std::os::fd::BorrowedFd;

use rustix::fs::{AtFlags, RenameFlags, linkat, renameat, renameat_with, unlinkat};
use rustix::io::Errno;

use super::root::look;
use super::sight::Sight;
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
fn rename_over(
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

/// How replacing one certain file ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Replaced {
    /// It is replaced.
    Done,
    /// Another file had taken its name meanwhile; that one is where it was.
    Other,
}

/// Puts a file in the place of one certain file.
///
/// Both change places in one step; only then is it looked at what came out, and put back where it
/// is not the expected file. A program that is killed in between loses nothing: the old file is at
/// the new one's former name. File systems that cannot do this replace what is there.
pub(super) fn replace_exactly(
    from: BorrowedFd<'_>,
    name: &str,
    to: BorrowedFd<'_>,
    new_name: &str,
    expected: &Sight,
) -> Result<Replaced, Errno> {
    match renameat_with(from, name, to, new_name, RenameFlags::EXCHANGE) {
        Ok(()) => {}
        Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => {
            return rename_over(from, name, to, new_name).map(|()| Replaced::Done);
        }
        Err(errno) => return Err(errno),
    }
    let came_out = look(from, name)?;
    if came_out.is_some_and(|sight| sight.is_unchanged(expected)) {
        unlinkat(from, name, AtFlags::empty())?;
        return Ok(Replaced::Done);
    }
    renameat_with(from, name, to, new_name, RenameFlags::EXCHANGE)?;
    Ok(Replaced::Other)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
    use std::fs::{self, File};
    use std::os::fd::AsFd;

    use super::*;

    #[test]
    fn only_the_expected_file_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let (new, old) = (folder.path().join("new"), folder.path().join("old"));
        let handle = File::open(folder.path()).unwrap();
        fs::write(&old, "looked at").unwrap();
        let expected = look(handle.as_fd(), "old").unwrap().unwrap();
        fs::write(&new, "new").unwrap();
        let replace = || {
            let here = handle.as_fd();
            replace_exactly(here, "new", here, "old", &expected).unwrap()
        };
        fs::write(folder.path().join("other"), "other").unwrap();
        fs::rename(&old, folder.path().join("aside")).unwrap();
        fs::rename(folder.path().join("other"), &old).unwrap();
        assert_eq!(replace(), Replaced::Other);
        assert_eq!(fs::read_to_string(&old).unwrap(), "other");
        assert_eq!(fs::read_to_string(&new).unwrap(), "new");
        fs::rename(folder.path().join("aside"), &old).unwrap();
        assert_eq!(replace(), Replaced::Done);
        assert_eq!(fs::read_to_string(&old).unwrap(), "new");
        assert!(!new.exists());
    }
}
