//! What the service says of one entry, in our words.

use super::decode::quote;
use super::wire::{Crc64, Entry, EntryType, Field};
use crate::provider::http::{is_possible, readable};
use crate::state::Seen;
use crate::tree::{self, Address, Attributes, EntryId, EntryKind, IdRef};

/// What the service says of one entry.
///
/// Folders and special entries have neither size nor time here: that of a folder changes with every
/// entry that comes or goes. Nothing has a version: files have checksums, which say more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sight {
    /// Its name, such as can be a part of a path.
    pub(super) name: String,
    /// What it is.
    pub(super) kind: EntryKind,
    /// Its inode, where the service says so: not what it is called by, but whether it is the same.
    pub(super) id: Option<EntryId>,
    /// Size, time and checksum.
    pub(super) attributes: Attributes,
    /// Why it is left alone.
    pub(super) oddity: Option<String>,
}

impl Sight {
    /// Reads an entry.
    ///
    /// # Errors
    /// It has no name, so that nobody could speak of it.
    pub(super) fn of(entry: &Entry) -> Result<Self, &'static str> {
        let name = entry.name.known().filter(|name| !name.is_empty());
        let name = name.ok_or("an entry has no name")?;
        let possible = is_possible(name);
        let kind = match kind(entry) {
            Ok(kind) if possible => Ok(kind),
            Ok(_) => Err("has a name that cannot be a part of a path".to_owned()),
            Err(oddity) => Err(oddity),
        };
        let attributes = match kind {
            Ok(EntryKind::File) => attributes(entry),
            Ok(EntryKind::Folder | EntryKind::Special) | Err(_) => Attributes::default(),
        };
        let id = entry.inode.known().filter(|inode| !inode.is_empty());
        Ok(Self {
            name: if possible {
                name.clone()
            } else {
                readable(name)
            },
            kind: kind.as_ref().map_or(EntryKind::Special, |kind| *kind),
            id: id.map(|inode| EntryId::new(inode)),
            attributes,
            oddity: kind.err(),
        })
    }

    /// The entry as a row of a listing.
    pub(super) fn entry(&self) -> tree::Entry<'_> {
        let id = self.id.as_ref().map(EntryId::as_str);
        tree::Entry {
            name: &self.name,
            kind: self.kind,
            id: id.map_or(IdRef::None, IdRef::from_text),
            size: self.attributes.size,
            modified: self.attributes.modified,
            version: self.attributes.version,
            fingerprint: self.attributes.fingerprint.as_ref(),
        }
    }

    /// What is remembered of the entry.
    pub(super) fn seen(&self) -> Seen {
        Seen {
            id: self.id.clone(),
            attributes: self.attributes.clone(),
        }
    }

    /// A remark where the entry is left alone, with the folder that it was found in.
    pub(super) fn note(&self, folder: &Address) -> Option<String> {
        let oddity = self.oddity.as_ref()?;
        let separator = if folder.path.is_root() { "" } else { "/" };
        let name = &self.name;
        Some(format!(
            "`{folder}{separator}{name}` {oddity} and is left alone"
        ))
    }
}

/// What it is, or why it is left alone.
fn kind(entry: &Entry) -> Result<EntryKind, String> {
    match &entry.kind {
        Field::Given(EntryType::Directory) => Ok(EntryKind::Folder),
        Field::Given(EntryType::File) if entry.removed_by_quota.known() == Some(&true) => {
            Err("has lost its content for want of room".to_owned())
        }
        // Without a size an unchanged file could not be told from an emptied one.
        Field::Given(EntryType::File) if entry.size.known().is_none() => {
            Err("has no size".to_owned())
        }
        Field::Given(EntryType::File) => Ok(EntryKind::File),
        Field::Given(EntryType::Link) => Err("is a link".to_owned()),
        Field::Given(EntryType::Other(word)) => {
            Err(format!("is neither file nor folder but `{}`", quote(word)))
        }
        Field::Absent | Field::Odd => Err("is neither file nor folder".to_owned()),
    }
}

fn attributes(entry: &Entry) -> Attributes {
    let modified = entry.modification_time.known().map(|moment| moment.0);
    Attributes {
        size: entry.size.known().copied().unwrap_or_default(),
        modified: modified.unwrap_or_default(),
        version: 0,
        fingerprint: entry.crc64.known().copied().map(Crc64::fingerprint),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
    use super::*;
    use crate::tree::Fingerprint;

    /// How an entry is taken that differs from an ordinary file in the given fields.
    fn check(fields: &str, expected: &str) {
        let mut value: serde_json::Value = serde_json::from_str(
            r#"{"name":"a.txt","type":"file","size":"5","crc64":"7","inode":"0a0b",
                "modificationTime":"2022-01-01T10:00:00.000Z","versionId":3,"eTag":"\"x\""}"#,
        )
        .unwrap();
        let changes: serde_json::Value = serde_json::from_str(fields).unwrap();
        for (key, change) in changes.as_object().unwrap() {
            value[key] = change.clone();
        }
        let entry: Entry = serde_json::from_value(value).unwrap();
        let found = match Sight::of(&entry) {
            Ok(sight) => {
                let Attributes { size, version, .. } = sight.attributes;
                let seconds = sight.attributes.modified.seconds();
                let crc = sight.attributes.fingerprint.as_ref();
                let crc = crc.map_or("", Fingerprint::as_str);
                let id = sight.id.as_ref().map_or("", EntryId::as_str);
                assert_eq!(version, 0);
                let root = Address::parse("a:/").unwrap();
                let note = sight.note(&root).unwrap_or_default();
                let (kind, name) = (sight.kind, &sight.name);
                format!("{kind} {name:?} [{id}] {size} {seconds} {crc}{note}")
            }
            Err(error) => error.to_owned(),
        };
        assert_eq!(found.trim(), expected, "{fields}");
    }

    #[test]
    fn entries_are_taken_for_what_they_are() {
        let ordinary = "file \"a.txt\" [0a0b] 5 1641031200 crc64:7";
        check("{}", ordinary);
        check(r#"{"size":5,"crc64":7,"type":"IMAGE"}"#, ordinary);
        check(r#"{"removedByQuota":false,"type":"video"}"#, ordinary);
        check(
            r#"{"inode":null}"#,
            "file \"a.txt\" [] 5 1641031200 crc64:7",
        );
        check(
            r#"{"crc64":"-1"}"#,
            "file \"a.txt\" [0a0b] 5 1641031200 crc64:18446744073709551615",
        );
        check(r#"{"crc64":"x"}"#, "file \"a.txt\" [0a0b] 5 1641031200");
        check(
            r#"{"modificationTime":"long ago"}"#,
            "file \"a.txt\" [0a0b] 5 0 crc64:7",
        );
        check(r#"{"type":"dir"}"#, "folder \"a.txt\" [0a0b] 0 0");
        let odd = [
            (r#"{"type":"symlink"}"#, "is a link"),
            (
                r#"{"type":"pipe"}"#,
                "is neither file nor folder but `pipe`",
            ),
            (r#"{"type":null}"#, "is neither file nor folder"),
            (r#"{"type":3}"#, "is neither file nor folder"),
            (r#"{"size":null}"#, "has no size"),
            (r#"{"size":"-1"}"#, "has no size"),
            (r#"{"size":"many"}"#, "has no size"),
            (
                r#"{"removedByQuota":true}"#,
                "has lost its content for want of room",
            ),
        ];
        for (fields, oddity) in odd {
            let note = format!("`a:/a.txt` {oddity} and is left alone");
            check(
                fields,
                &format!("special entry \"a.txt\" [0a0b] 0 0 {note}"),
            );
        }
        let path = "has a name that cannot be a part of a path and is left alone";
        check(
            r#"{"name":"a/b"}"#,
            &format!("special entry \"a\u{fffd}b\" [0a0b] 0 0 `a:/a\u{fffd}b` {path}"),
        );
        check(r#"{"name":""}"#, "an entry has no name");
        check(r#"{"name":7}"#, "an entry has no name");
    }
}
