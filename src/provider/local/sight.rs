//! What the kernel says of one entry, in our words.

use rustix::fs::{FileType, Stat};

use crate::plan::Place;
use crate::provider::provider::FetchedEntry;
use crate::state::Seen;
use crate::tree::{Attributes, EntryId, EntryKind, Timestamp};

/// What the kernel says of one entry.
///
/// Folders and special entries have neither size nor time here: those of a folder change with
/// every entry that comes or goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sight {
    /// What it is.
    pub(super) kind: EntryKind,
    /// What exactly it is; tells links from sockets in notes.
    pub(super) file_type: FileType,
    /// The number of the file system.
    pub(super) device: u64,
    /// The number of the entry in its file system, which is its id.
    pub(super) inode: u64,
    /// The size in bytes.
    pub(super) size: u64,
    /// When the content was changed.
    pub(super) modified: Timestamp,
    /// The permission bits, without those that change a user.
    pub(super) permissions: u32,
}

impl Sight {
    /// Takes over what a call answered.
    pub(super) fn of(stat: &Stat) -> Self {
        let file_type = FileType::from_raw_mode(stat.st_mode);
        let kind = match file_type {
            FileType::RegularFile => EntryKind::File,
            FileType::Directory => EntryKind::Folder,
            FileType::Symlink
            | FileType::Fifo
            | FileType::Socket
            | FileType::CharacterDevice
            | FileType::BlockDevice
            | FileType::Unknown => EntryKind::Special,
        };
        let is_file = kind == EntryKind::File;
        Self {
            kind,
            file_type,
            device: stat.st_dev,
            inode: stat.st_ino,
            size: if is_file {
                stat.st_size.cast_unsigned()
            } else {
                0
            },
            modified: if is_file {
                Timestamp::from_parts(stat.st_mtime, stat.st_mtime_nsec.cast_signed())
            } else {
                Timestamp::default()
            },
            permissions: stat.st_mode & 0o777,
        }
    }

    /// Whether both are one entry with the same content, as far as size and time tell.
    pub(super) fn is_unchanged(&self, later: &Self) -> bool {
        self == later
    }

    /// Whether a plan that speaks of `place` means this entry.
    pub(super) fn is_meant_by(&self, place: &Place) -> bool {
        self.has_id(place.id.as_ref())
    }

    /// Whether this is the entry with that id; an unknown id is anybody's.
    pub(super) fn has_id(&self, id: Option<&EntryId>) -> bool {
        id.is_none_or(|id| id.as_str().parse() == Ok(self.inode))
    }

    /// The entry's id.
    pub(super) fn id(&self) -> EntryId {
        EntryId::new(&self.inode.to_string())
    }

    /// The entry as it is fetched.
    pub(super) fn to_fetched(self) -> FetchedEntry {
        FetchedEntry {
            kind: self.kind,
            seen: Seen {
                id: Some(self.id()),
                attributes: Attributes {
                    size: self.size,
                    modified: self.modified,
                    version: 0,
                    fingerprint: None,
                },
            },
        }
    }
}

/// What a special entry is, for a note.
pub(super) fn describe(file_type: FileType) -> &'static str {
    match file_type {
        FileType::Symlink => "a symbolic link",
        FileType::Fifo => "a named pipe",
        FileType::Socket => "a socket",
        FileType::CharacterDevice | FileType::BlockDevice => "a device",
        FileType::RegularFile => "a file",
        FileType::Directory => "a folder",
        FileType::Unknown => "of an unknown kind",
    }
}
