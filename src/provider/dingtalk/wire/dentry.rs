//! A file or folder, which the service calls a dentry.

use serde::Deserialize;
use serde_json::Value;

use super::field::{Field, Id, Readable, Unread, objects};
use super::moment::Moment;

/// A file or folder, as every call that speaks of one describes it (pages
/// `obtain-file-or-folder-information`, `get-a-list-of-files-or-folders`, `add-folder`).
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Dentry {
    /// `id`, String: its id inside its space; `0` is the root.
    pub id: Field<Id>,
    /// `spaceId`, String: the space.
    pub space_id: Field<Id>,
    /// `parentId`, String: the folder; `0` for an entry of the root, empty for the root itself.
    pub parent_id: Field<Id>,
    /// `type`, String: `FILE` or `FOLDER`.
    #[serde(rename = "type")]
    pub kind: Field<DentryKind>,
    /// `name`, String: for a file with its extension.
    pub name: Field<String>,
    /// `size`, Long: bytes. Not stated for folders by the text, 0 or more in its examples.
    pub size: Field<u64>,
    /// `path`, String: the path in the space, with the entry's own name. Examples write `/a` and
    /// `./a`, so nothing is made of it.
    pub path: Unread,
    /// `version`, Long: counts the contents of a file, from 1.
    pub version: Field<u64>,
    /// `status`, String: `NORMAL`, `DELETED` or `EXPIRED`.
    pub status: Field<DentryStatus>,
    /// `extension`, String: of a file, without its dot.
    pub extension: Unread,
    /// `creatorId`, String: the union id of who made it.
    pub creator_id: Unread,
    /// `modifierId`, String: the union id of who changed it last.
    pub modifier_id: Unread,
    /// `createTime`, String: when it was made.
    pub create_time: Unread,
    /// `modifiedTime`, String: when it was changed last; of what counts as a change no page speaks.
    pub modified_time: Field<Moment>,
    /// `properties`, Object.
    pub properties: Unread,
    /// `appProperties`: marks that apps left on the entry.
    pub app_properties: Unread,
    /// `uuid`, String: its id over all spaces; documented to stay when a file is moved.
    pub uuid: Unread,
    /// `partitionType`, String: `PUBLIC_OSS_PARTITION` or `MINI_OSS_PARTITION`, where its bytes are.
    pub partition_type: Unread,
    /// `storageDriver`, String: what kind of content it is.
    pub storage_driver: Field<StorageDriver>,
    /// `thumbnail`, Object: only where it was asked for.
    pub thumbnail: Unread,
    /// `category`, String: `IMAGE`, `VIDEO`, `DOCUMENT` and others; newer servers only.
    pub category: Unread,
}

/// `type`
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DentryKind {
    /// `FILE`
    File,
    /// `FOLDER`
    Folder,
    /// A word that no page has.
    Other(String),
}

/// `status`
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DentryStatus {
    /// `NORMAL`
    Normal,
    /// `DELETED`: in the recycle bin.
    Deleted,
    /// `EXPIRED`
    Expired,
    /// A word that no page has.
    Other(String),
}

/// `storageDriver`
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StorageDriver {
    /// `DINGTALK`: an ordinary file.
    DingTalk,
    /// Anything else: `ALIDOC` (an online document), `SHANJI` (a voice note), `UNKNOWN`, or a word
    /// that no page has.
    Other(String),
}

/// The reply of `listDentries`, `listAllDentries` and `listDentryVersions`: `{dentries, nextToken}`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct DentryList {
    /// `dentries`, Array: the entries of the page. A reply without it is no empty page.
    #[serde(deserialize_with = "objects")]
    pub dentries: Option<Vec<Dentry>>,
    /// `nextToken`, String: where the next page begins; missing or empty at the end.
    pub next_token: Field<String>,
}

impl DentryKind {
    fn of(word: &str) -> Self {
        match word {
            _ if word.eq_ignore_ascii_case("FILE") => Self::File,
            _ if word.eq_ignore_ascii_case("FOLDER") => Self::Folder,
            _ => Self::Other(word.to_owned()),
        }
    }
}

impl DentryStatus {
    fn of(word: &str) -> Self {
        match word {
            _ if word.eq_ignore_ascii_case("NORMAL") => Self::Normal,
            _ if word.eq_ignore_ascii_case("DELETED") => Self::Deleted,
            _ if word.eq_ignore_ascii_case("EXPIRED") => Self::Expired,
            _ => Self::Other(word.to_owned()),
        }
    }
}

impl StorageDriver {
    fn of(word: &str) -> Self {
        if word.eq_ignore_ascii_case("DINGTALK") {
            Self::DingTalk
        } else {
            Self::Other(word.to_owned())
        }
    }
}

impl Readable for DentryKind {
    fn read(value: &Value) -> Option<Self> {
        value.as_str().map(Self::of)
    }

    fn of_text(text: &str) -> Field<Self> {
        Field::Given(Self::of(text))
    }
}

impl Readable for DentryStatus {
    fn read(value: &Value) -> Option<Self> {
        value.as_str().map(Self::of)
    }

    fn of_text(text: &str) -> Field<Self> {
        Field::Given(Self::of(text))
    }
}

impl Readable for StorageDriver {
    fn read(value: &Value) -> Option<Self> {
        value.as_str().map(Self::of)
    }

    fn of_text(text: &str) -> Field<Self> {
        Field::Given(Self::of(text))
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
    use super::*;

    #[test]
    fn every_documented_field_is_read() {
        let text = r#"{"id":"123","spaceId":"854","parentId":"0","type":"FILE","name":"a.txt",
            "size":512,"path":"/a.txt","version":1,"status":"NORMAL","extension":"txt",
            "creatorId":"cHtUYwAA","modifierId":"cHtUYwBB","createTime":"2022-01-01T10:00:00Z",
            "modifiedTime":"Thu May 28 09:37:16 CST 2026","properties":{"readOnly":true},
            "appProperties":[],"uuid":"8K4n","partitionType":"PUBLIC_OSS_PARTITION",
            "storageDriver":"DINGTALK","thumbnail":{"width":1,"height":2,"url":"u"},
            "category":"DOCUMENT","aNewField":{"deep":[[]]}}"#;
        let dentry: Dentry = serde_json::from_str(text).unwrap();
        let shown = format!("{dentry:?}");
        assert!(!shown.contains("Absent") && !shown.contains("Odd") && !shown.contains("None"));
    }
}
