//! Carrying content: a file, or a folder with everything below it, into a private folder.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::fs::{
    Mode, OFlags, Timespec, Timestamps, UTIME_OMIT, fchmod, fstat, futimens, mkdirat, openat,
};
use rustix::io::Errno;

use super::content::carry_content;
use super::durable::Written;
use super::failure::explain;
use super::removal::names;
use super::root::{look, open_folder};
use super::sight::{Sight, describe};
use crate::provider::error::{ErrorKind, ProviderError};
use crate::tree::{Address, EntryKind};

/// Where an entry is: its folder, its name there and, for messages, its address.
#[derive(Clone, Copy)]
pub(super) struct Spot<'a> {
    pub(super) folder: BorrowedFd<'a>,
    pub(super) name: &'a str,
    pub(super) address: &'a Address,
}

/// What was carried, in the order in which it was met.
#[derive(Debug, Default)]
pub(super) struct Carried {
    /// Every entry with how it looked, so that a move can tell whether its source changed since.
    pub(super) entries: Vec<(String, Sight)>,
    pub(super) written: Written,
}

/// Carries an entry to a free name in a private folder.
///
/// # Errors
/// Something could not be read or written, changed meanwhile, or is neither file nor folder.
/// What was written until then is left for the private folder's end.
pub(super) fn carry(
    from: Spot<'_>,
    to: (BorrowedFd<'_>, &str),
    carried: &mut Carried,
    heard: &dyn Fn(u64),
) -> Result<(), ProviderError> {
    let sight = (look(from.folder, from.name))
        .and_then(|sight| sight.ok_or(Errno::NOENT))
        .map_err(|errno| explain(errno, "read", from.address))?;
    carried.entries.push((from.address.path.to_string(), sight));
    match sight.kind {
        EntryKind::File => {
            let file = carry_file(from, &sight, to, heard)?;
            carried
                .written
                .add_file(file)
                .map_err(|errno| explain(errno, "write the copy of", from.address))
        }
        EntryKind::Folder => carry_folder(from, to, carried, heard),
        EntryKind::Special => Err(never_carried(from.address, &sight)),
    }
}

fn never_carried(address: &Address, sight: &Sight) -> ProviderError {
    let message = format!(
        "`{address}` is {} and is never carried; exclude it, or take its folder entry by entry",
        describe(sight.file_type)
    );
    ProviderError::refused(ErrorKind::Mismatch, message)
}

fn carry_folder(
    from: Spot<'_>,
    to: (BorrowedFd<'_>, &str),
    carried: &mut Carried,
    heard: &dyn Fn(u64),
) -> Result<(), ProviderError> {
    let cannot_read = |errno| explain(errno, "read", from.address);
    let cannot_write = |errno| explain(errno, "write the copy of", from.address);
    let source = open_folder(from.folder, from.name).map_err(cannot_read)?;
    let stat = fstat(&source).map_err(cannot_read)?;
    mkdirat(to.0, to.1, Mode::RWXU).map_err(cannot_write)?;
    let target = open_folder(to.0, to.1).map_err(cannot_write)?;
    for name in names(source.as_fd()).map_err(cannot_read)? {
        let Ok(name) = name.to_str() else {
            let message = format!(
                "`{}` holds an entry whose name is not UTF-8 and is never carried; rename it",
                from.address
            );
            return Err(ProviderError::refused(ErrorKind::Mismatch, message));
        };
        let address = Address::new(
            from.address.space.clone(),
            from.address.path.join_trusted(name),
        );
        let child = Spot {
            folder: source.as_fd(),
            name,
            address: &address,
        };
        carry(child, (target.as_fd(), name), carried, heard)?;
    }
    let times = times(stat.st_mtime, stat.st_mtime_nsec.cast_signed());
    futimens(&target, &times).map_err(cannot_write)?;
    fchmod(&target, Mode::from_raw_mode(stat.st_mode & 0o777)).map_err(cannot_write)?;
    carried.written.add_folder(&target).map_err(cannot_write)
}

fn carry_file(
    from: Spot<'_>,
    expected: &Sight,
    to: (BorrowedFd<'_>, &str),
    heard: &dyn Fn(u64),
) -> Result<OwnedFd, ProviderError> {
    let cannot_read = |errno| explain(errno, "read", from.address);
    let cannot_write = |errno| explain(errno, "write the copy of", from.address);
    // Opening must not wait, should a named pipe have taken the file's place.
    let reading = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let source = openat(from.folder, from.name, reading, Mode::empty()).map_err(cannot_read)?;
    let stat = fstat(&source).map_err(cannot_read)?;
    let before = Sight::of(&stat);
    if !before.is_unchanged(expected) {
        return Err(changed(from.address));
    }
    let writing =
        OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let target = openat(to.0, to.1, writing, Mode::RUSR | Mode::WUSR).map_err(cannot_write)?;
    let content = carry_content(&source, &target, before.size, heard).map_err(cannot_write)?;
    tracing::trace!(file = %from.address, bytes = content.bytes, way = ?content.way, "carried");
    let after = Sight::of(&fstat(&source).map_err(cannot_read)?);
    if content.bytes != before.size || !before.is_unchanged(&after) {
        return Err(changed(from.address));
    }
    let times = times(stat.st_mtime, stat.st_mtime_nsec.cast_signed());
    futimens(&target, &times).map_err(cannot_write)?;
    fchmod(&target, Mode::from_raw_mode(before.permissions)).map_err(cannot_write)?;
    Ok(target)
}

fn changed(address: &Address) -> ProviderError {
    let message = format!("`{address}` was changed while it was copied; plan again");
    ProviderError::refused(ErrorKind::Mismatch, message)
}

fn times(seconds: i64, nanoseconds: i64) -> Timestamps {
    Timestamps {
        last_access: Timespec {
            tv_sec: 0,
            tv_nsec: UTIME_OMIT,
        },
        last_modification: Timespec {
            tv_sec: seconds,
            tv_nsec: nanoseconds,
        },
    }
}
