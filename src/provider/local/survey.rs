//! Looking over a subtree before it is taken away.

use std::ffi::CStr;
use std::os::fd::{AsFd, BorrowedFd};

use rustix::fs::{AtFlags, statat};
use rustix::io::Errno;

use super::carry::Spot;
use super::removal::names;
use super::root::{look, open_folder};
use super::sight::Sight;
use crate::tree::{Address, EntryKind};

/// Every entry of a subtree with how it looks, in the order in which a carrier meets them.
///
/// # Errors
/// Something cannot be read.
pub(super) fn survey(from: Spot<'_>) -> Result<Vec<(String, Sight)>, Errno> {
    let mut seen = Vec::new();
    visit(from, &mut |address, sight| {
        seen.push((address.path.to_string(), *sight));
    })?;
    Ok(seen)
}

/// The first entry of a subtree that is never touched.
///
/// # Errors
/// Something cannot be read.
pub(super) fn first_special(from: Spot<'_>) -> Result<Option<Address>, Errno> {
    let mut special = None;
    visit(from, &mut |address, sight| {
        if special.is_none() && sight.kind == EntryKind::Special {
            special = Some(address.clone());
        }
    })?;
    Ok(special)
}

fn visit(from: Spot<'_>, each: &mut dyn FnMut(&Address, &Sight)) -> Result<(), Errno> {
    let Some(sight) = look(from.folder, from.name)? else {
        return Err(Errno::NOENT);
    };
    each(from.address, &sight);
    if sight.kind != EntryKind::Folder {
        return Ok(());
    }
    let folder = open_folder(from.folder, from.name)?;
    for name in names(folder.as_fd())? {
        let Ok(name) = name.to_str() else {
            unreadable(from.address, folder.as_fd(), &name, each)?;
            continue;
        };
        let path = from.address.path.join_trusted(name);
        let address = Address::new(from.address.space.clone(), path);
        visit(
            Spot {
                folder: folder.as_fd(),
                name,
                address: &address,
            },
            each,
        )?;
    }
    Ok(())
}

/// An entry whose name is not UTF-8 is special, whatever it is.
fn unreadable(
    parent: &Address,
    folder: BorrowedFd<'_>,
    name: &CStr,
    each: &mut dyn FnMut(&Address, &Sight),
) -> Result<(), Errno> {
    let stat = statat(folder, name, AtFlags::SYMLINK_NOFOLLOW)?;
    let path = parent.path.join_trusted(&name.to_string_lossy());
    let sight = Sight {
        kind: EntryKind::Special,
        ..Sight::of(&stat)
    };
    each(&Address::new(parent.space.clone(), path), &sight);
    Ok(())
}
