//! What the service says of one entry, in our words.

use super::decode::quote;
use super::wire::{Dentry, DentryKind, DentryStatus, Field, Id, StorageDriver};
use crate::provider::http::{is_possible, readable};
use crate::state::Seen;
use crate::tree::{Address, Attributes, Entry, EntryId, EntryKind, Fingerprint, IdRef, SpaceAlias};

/// What the service says of one entry.
///
/// Folders and special entries have neither size nor time nor version here: whether those of a
/// folder change with every entry that comes or goes is stated nowhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sight {
    /// Its id.
    pub(super) id: Id,
    /// Its name, such as can be a part of a path.
    pub(super) name: String,
    /// The folder that it is in, where the service says so.
    pub(super) parent: Option<Id>,
    /// What it is.
    pub(super) kind: EntryKind,
    /// Size, time and version.
    pub(super) attributes: Attributes,
    /// Why it is left alone.
    pub(super) oddity: Option<String>,
}

impl Sight {
    /// Reads an entry.
    ///
    /// # Errors
    /// It has no id or no name, so that nobody could speak of it.
    pub(super) fn of(dentry: &Dentry) -> Result<Self, &'static str> {
        let id = dentry.id.known().ok_or("an entry has no id")?.clone();
        let name = dentry.name.known().filter(|name| !name.is_empty());
        let name = name.ok_or("an entry has no name")?;
        let parent = match &dentry.parent_id {
            Field::Given(parent) => Some(parent.clone()),
            Field::Absent => None,
            Field::Odd => return Err("an entry has a parent that is no id"),
        };
        let possible = is_possible(name);
        let kind = match kind(dentry) {
            Ok(kind) if possible => Ok(kind),
            Ok(_) => Err("has a name that cannot be a part of a path".to_owned()),
            Err(oddity) => Err(oddity),
        };
        let attributes = match kind {
            Ok(EntryKind::File) => attributes(dentry),
            Ok(EntryKind::Folder | EntryKind::Special) | Err(_) => Attributes::default(),
        };
        Ok(Self {
            id,
            name: if possible {
                name.clone()
            } else {
                readable(name)
            },
            parent,
            kind: kind.as_ref().map_or(EntryKind::Special, |kind| *kind),
            attributes,
            oddity: kind.err(),
        })
    }

    /// The entry as a row of a listing.
    pub(super) fn entry(&self) -> Entry<'_> {
        Entry {
            name: &self.name,
            kind: self.kind,
            id: IdRef::from_text(self.id.as_str()),
            size: self.attributes.size,
            modified: self.attributes.modified,
            version: self.attributes.version,
            fingerprint: None::<&Fingerprint>,
        }
    }

    /// What is remembered of the entry.
    pub(super) fn seen(&self) -> Seen {
        Seen {
            id: Some(EntryId::new(self.id.as_str())),
            attributes: self.attributes.clone(),
        }
    }

    /// A remark where the entry is left alone and nobody knows yet in which folder.
    pub(super) fn note_in_space(&self, space: &SpaceAlias) -> Option<String> {
        let oddity = self.oddity.as_ref()?;
        let name = &self.name;
        Some(format!(
            "`{name}` in the space `{space}` {oddity} and is left alone"
        ))
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
fn kind(dentry: &Dentry) -> Result<EntryKind, String> {
    match &dentry.status {
        Field::Absent | Field::Given(DentryStatus::Normal) => {}
        Field::Given(DentryStatus::Deleted) => return Err("is in the recycle bin".to_owned()),
        Field::Given(DentryStatus::Expired) => return Err("has expired".to_owned()),
        Field::Given(DentryStatus::Other(word)) => {
            return Err(format!("has the unknown status `{}`", quote(word)));
        }
        Field::Odd => return Err("has a status that makes no sense".to_owned()),
    }
    match &dentry.storage_driver {
        Field::Absent | Field::Given(StorageDriver::DingTalk) => {}
        Field::Given(StorageDriver::Other(word)) => {
            return Err(format!("is no ordinary file but `{}`", quote(word)));
        }
        Field::Odd => return Err("has content of a kind that makes no sense".to_owned()),
    }
    match &dentry.kind {
        Field::Given(DentryKind::Folder) => Ok(EntryKind::Folder),
        // Without a size an unchanged file could not be told from an emptied one.
        Field::Given(DentryKind::File) if dentry.size.known().is_none() => {
            Err("has no size".to_owned())
        }
        Field::Given(DentryKind::File) => Ok(EntryKind::File),
        Field::Given(DentryKind::Other(word)) => {
            Err(format!("is neither file nor folder but `{}`", quote(word)))
        }
        Field::Absent | Field::Odd => Err("is neither file nor folder".to_owned()),
    }
}

fn attributes(dentry: &Dentry) -> Attributes {
    let modified = dentry.modified_time.known().map(|moment| moment.0);
    Attributes {
        size: dentry.size.known().copied().unwrap_or_default(),
        modified: modified.unwrap_or_default(),
        version: dentry.version.known().copied().unwrap_or_default(),
        fingerprint: None,
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
    use super::*;

    /// How an entry is taken that differs from an ordinary file in the given fields.
    fn check(fields: &str, expected: &str) {
        let mut value: serde_json::Value = serde_json::from_str(
            r#"{"id":"12","name":"a.txt","type":"FILE","size":5,"version":3,"parentId":"0",
                "modifiedTime":"2022-01-01T10:00:00Z","status":"NORMAL","storageDriver":"DINGTALK"}"#,
        )
        .unwrap();
        let changes: serde_json::Value = serde_json::from_str(fields).unwrap();
        for (key, change) in changes.as_object().unwrap() {
            value[key] = change.clone();
        }
        let dentry: Dentry = serde_json::from_value(value).unwrap();
        let found = match Sight::of(&dentry) {
            Ok(sight) => {
                let Attributes { size, version, .. } = sight.attributes;
                let seconds = sight.attributes.modified.seconds();
                let root = Address::parse("a:/").unwrap();
                let note = sight.note(&root).unwrap_or_default();
                format!(
                    "{} {:?} {size} {version} {seconds} {note}",
                    sight.kind, sight.name
                )
            }
            Err(error) => error.to_owned(),
        };
        assert_eq!(found.trim(), expected, "{fields}");
    }

    #[test]
    fn entries_are_taken_for_what_they_are() {
        let ordinary = "file \"a.txt\" 5 3 1641031200";
        check("{}", ordinary);
        check(r#"{"status":null,"storageDriver":null}"#, ordinary);
        check(r#"{"id":12,"size":"5","version":"3"}"#, ordinary);
        check(r#"{"version":null}"#, "file \"a.txt\" 5 0 1641031200");
        check(r#"{"modifiedTime":"long ago"}"#, "file \"a.txt\" 5 3 0");
        check(r#"{"type":"FOLDER","size":null}"#, "folder \"a.txt\" 0 0 0");
        check(
            r#"{"type":"FOLDER","size":99,"version":1}"#,
            "folder \"a.txt\" 0 0 0",
        );
        let odd = [
            (r#"{"status":"DELETED"}"#, "is in the recycle bin"),
            (r#"{"status":"EXPIRED"}"#, "has expired"),
            (r#"{"status":"FROZEN"}"#, "has the unknown status `FROZEN`"),
            (r#"{"status":7}"#, "has a status that makes no sense"),
            (
                r#"{"storageDriver":"ALIDOC"}"#,
                "is no ordinary file but `ALIDOC`",
            ),
            (
                r#"{"storageDriver":[]}"#,
                "has content of a kind that makes no sense",
            ),
            (
                r#"{"type":"LINK"}"#,
                "is neither file nor folder but `LINK`",
            ),
            (r#"{"type":null}"#, "is neither file nor folder"),
            (r#"{"size":null}"#, "has no size"),
            (r#"{"size":-1}"#, "has no size"),
            (r#"{"size":1e30}"#, "has no size"),
        ];
        for (fields, oddity) in odd {
            let note = format!("`a:/a.txt` {oddity} and is left alone");
            check(fields, &format!("special entry \"a.txt\" 0 0 0 {note}"));
        }
        let path = "has a name that cannot be a part of a path and is left alone";
        check(
            r#"{"name":"a/b"}"#,
            &format!("special entry \"a\u{fffd}b\" 0 0 0 `a:/a\u{fffd}b` {path}"),
        );
        check(
            r#"{"name":".."}"#,
            &format!("special entry \"..\u{fffd}\" 0 0 0 `a:/..\u{fffd}` {path}"),
        );
        check(r#"{"name":""}"#, "an entry has no name");
        check(r#"{"name":7}"#, "an entry has no name");
        check(r#"{"id":""}"#, "an entry has no id");
        check(r#"{"id":"../x"}"#, "an entry has no id");
        check(r#"{"parentId":{}}"#, "an entry has a parent that is no id");
    }
}
