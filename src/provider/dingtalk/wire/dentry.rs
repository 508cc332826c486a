//! A file or folder, which the service calls a dentry.

use serde::Deserialize;
use serde_json::Value;

use super::field::{Field, Id, Readable, objects};
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
    pub path: Field<String>,
    /// `version`, Long: counts the contents of a file, from 1.
    pub version: Field<u64>,
    /// `status`, String: `NORMAL`, `DELETED` or `EXPIRED`.
    pub status: Field<DentryStatus>,
    /// `extension`, String: of a file, without its dot.
    pub extension: Field<String>,
    /// `creatorId`, String: the union id of who made it.
    pub creator_id: Field<String>,
    /// `modifierId`, String: the union id of who changed it last.
    pub modifier_id: Field<String>,
    /// `createTime`, String: when it was made.
    pub create_time: Field<Moment>,
    /// `modifiedTime`, String: when it was changed last; of what counts as a change no page speaks.
    pub modified_time: Field<Moment>,
    /// `properties`, Object.
    pub properties: Field<DentryProperties>,
    /// `appProperties`: marks that apps left on the entry.
    pub app_properties: Field<AppProperties>,
    /// `uuid`, String: its id over all spaces; documented to stay when a file is moved.
    pub uuid: Field<String>,
    /// `partitionType`, String: `PUBLIC_OSS_PARTITION` or `MINI_OSS_PARTITION`, where its bytes are.
    pub partition_type: Field<String>,
    /// `storageDriver`, String: what kind of content it is.
    pub storage_driver: Field<StorageDriver>,
    /// `thumbnail`, Object: only where it was asked for.
    pub thumbnail: Field<Thumbnail>,
    /// `category`, String: `IMAGE`, `VIDEO`, `DOCUMENT` and others; newer servers only.
    pub category: Field<String>,
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

/// `properties`
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct DentryProperties {
    /// `readOnly`, Boolean.
    pub read_only: Field<bool>,
}

/// `thumbnail`
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Thumbnail {
    /// `width`, Integer: pixels.
    pub width: Field<u64>,
    /// `height`, Integer: pixels.
    pub height: Field<u64>,
    /// `url`, String: an address that works for a while.
    pub url: Field<String>,
}

/// `appProperties`. The text says a map from an owner to a list, of up to ten owners; all examples
/// show the list alone. Both are read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AppProperties(pub Vec<AppProperty>);

/// One mark that an app left on an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppProperty {
    /// The key of the map: the owner of the space, or an app. `None` where no map was sent.
    pub owner: Option<String>,
    /// `name`, String.
    pub name: String,
    /// `value`, String.
    pub value: Option<String>,
    /// `visibility`, String: `PUBLIC` for all apps, `PRIVATE` for its own.
    pub visibility: Option<String>,
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

impl Readable for DentryKind {
    fn read(value: &Value) -> Option<Self> {
        let word = value.as_str()?;
        Some(match word.to_ascii_uppercase().as_str() {
            "FILE" => Self::File,
            "FOLDER" => Self::Folder,
            _ => Self::Other(word.to_owned()),
        })
    }
}

impl Readable for DentryStatus {
    fn read(value: &Value) -> Option<Self> {
        let word = value.as_str()?;
        Some(match word.to_ascii_uppercase().as_str() {
            "NORMAL" => Self::Normal,
            "DELETED" => Self::Deleted,
            "EXPIRED" => Self::Expired,
            _ => Self::Other(word.to_owned()),
        })
    }
}

impl Readable for StorageDriver {
    fn read(value: &Value) -> Option<Self> {
        let word = value.as_str()?;
        Some(match word.to_ascii_uppercase().as_str() {
            "DINGTALK" => Self::DingTalk,
            _ => Self::Other(word.to_owned()),
        })
    }
}

impl Readable for DentryProperties {
    fn read(value: &Value) -> Option<Self> {
        let fields = value.as_object()?;
        Self::deserialize(fields).ok()
    }
}

impl Readable for Thumbnail {
    fn read(value: &Value) -> Option<Self> {
        let fields = value.as_object()?;
        Self::deserialize(fields).ok()
    }
}

impl Readable for AppProperties {
    fn read(value: &Value) -> Option<Self> {
        let mut properties = Vec::new();
        match value {
            Value::Array(list) => {
                properties.extend(list.iter().filter_map(|it| property(None, it)));
            }
            Value::Object(owners) => {
                for (owner, list) in owners {
                    let list = list.as_array()?.iter();
                    properties.extend(list.filter_map(|it| property(Some(owner), it)));
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => return None,
        }
        Some(Self(properties))
    }
}

fn property(owner: Option<&String>, value: &Value) -> Option<AppProperty> {
    let text = |key: &str| Some(value.get(key)?.as_str()?.to_owned());
    Some(AppProperty {
        owner: owner.cloned(),
        name: text("name")?,
        value: text("value"),
        visibility: text("visibility"),
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
    use super::*;

    #[test]
    fn marks_of_apps_come_as_a_list_or_by_owner() {
        let mark = r#"[{"name":"n","value":"v","visibility":"PUBLIC"},{"value":"no name"},7]"#;
        let cases = [
            (mark.to_owned(), Some(None)),
            (format!(r#"{{"owner":{mark}}}"#), Some(Some("owner"))),
            (r#"{"owner":"text"}"#.to_owned(), None),
            ("3".to_owned(), None),
        ];
        for (text, owner) in cases {
            let found = AppProperties::read(&serde_json::from_str(&text).unwrap());
            let expected = owner.map(|owner| {
                AppProperties(vec![AppProperty {
                    owner: owner.map(str::to_owned),
                    name: "n".into(),
                    value: Some("v".into()),
                    visibility: Some("PUBLIC".into()),
                }])
            });
            assert_eq!(found, expected, "{text}");
        }
    }

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
