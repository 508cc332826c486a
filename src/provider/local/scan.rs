//! Reading one folder into a page, at little more than the cost of its system calls.

use std::collections::BTreeSet;
use std::os::fd::OwnedFd;

use rustix::fs::{AtFlags, Dir, statat};
use rustix::io::Errno;

use super::failure::explain;
use super::root::OWN_FOLDER;
use super::sight::{Sight, describe};
use crate::provider::error::ProviderError;
use crate::provider::provider::Page;
use crate::tree::{Address, Entry, EntryKind, IdRef, Listing, Timestamp};

/// Reads a whole folder.
///
/// # Errors
/// The folder cannot be read to its end; what was read is dropped.
pub(super) fn scan(folder: OwnedFd, address: &Address) -> Result<Page, ProviderError> {
    let cannot = |errno: Errno| explain(errno, "list", address);
    let mut directory = Dir::new(folder).map_err(cannot)?;
    let mut page = Page::default();
    let mut unreadable = Vec::new();
    while let Some(row) = directory.read() {
        let row = row.map_err(cannot)?;
        let bytes = row.file_name();
        if matches!(bytes.to_bytes(), b"." | b"..") {
            continue;
        }
        let handle = directory.fd().map_err(cannot)?;
        let sight = match statat(handle, bytes, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => Sight::of(&stat),
            // It was removed between the two calls, which is as if it had never been read.
            Err(Errno::NOENT) => continue,
            Err(errno) => return Err(cannot(errno)),
        };
        match bytes.to_str() {
            Ok(name) => take(&mut page, address, name, sight),
            Err(_) => unreadable.push((bytes.to_bytes().to_vec(), sight)),
        }
    }
    take_unreadable(&mut page, address, unreadable);
    page.notes.sort_unstable();
    Ok(page)
}

fn take(page: &mut Page, address: &Address, name: &str, mut sight: Sight) {
    if name == OWN_FOLDER {
        if address.path.is_root() {
            return;
        }
        sight.kind = EntryKind::Special;
        page.notes.push(format!(
            "{} is left alone: the name `{OWN_FOLDER}` is kept for our own files",
            beside(address, name)
        ));
    } else if sight.kind == EntryKind::Special {
        page.notes.push(format!(
            "{} is {} and is left alone",
            beside(address, name),
            describe(sight.file_type)
        ));
    }
    push(&mut page.listing, name, &sight);
}

/// Lists names that are no UTF-8 under names that are, each once, so that they take their place
/// without being mistaken for another entry.
fn take_unreadable(page: &mut Page, address: &Address, mut entries: Vec<(Vec<u8>, Sight)>) {
    if entries.is_empty() {
        return;
    }
    entries.sort_by(|a, b| a.0.cmp(&b.0));
    let mut taken: BTreeSet<String> = (page.listing.entries())
        .map(|entry| entry.name.to_owned())
        .collect();
    for (bytes, sight) in entries {
        let readable = String::from_utf8_lossy(&bytes).into_owned();
        let mut name = readable.clone();
        let mut number = 2;
        while !taken.insert(name.clone()) {
            name = format!("{readable} ({number})");
            number += 1;
        }
        page.notes.push(format!(
            "{} is left alone: its name is not UTF-8; rename it to let it take part",
            beside(address, &name)
        ));
        let special = Sight {
            kind: EntryKind::Special,
            size: 0,
            modified: Timestamp::default(),
            ..sight
        };
        push(&mut page.listing, &name, &special);
    }
}

/// Adds an entry to a listing as it was seen.
pub(super) fn push(listing: &mut Listing, name: &str, sight: &Sight) {
    listing.push(&Entry {
        name,
        kind: sight.kind,
        id: IdRef::Number(sight.inode),
        size: sight.size,
        modified: sight.modified,
        version: 0,
        fingerprint: None,
    });
}

fn beside(folder: &Address, name: &str) -> String {
    let separator = if folder.path.is_root() { "" } else { "/" };
    format!("`{folder}{separator}{name}`")
}
