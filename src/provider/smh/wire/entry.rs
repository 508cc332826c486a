//! A file or directory, and lists of them.

use serde::Deserialize;
use serde_json::Value;

use super::crc64::Crc64;
use super::moment::Moment;
use super::opaque::Opaque;
use super::path::WirePath;
use super::{Field, Readable, Unread};
use crate::provider::http::objects;

/// A file or directory, as lists and `getInfo` describe it (pages 75453 and 75454). Fields that are
/// only sent where they are asked for are absent from most replies.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Entry {
    /// `name`, String: for a file with its extension.
    pub name: Field<String>,
    /// `type`, String: `dir`, `file`, `image`, `video` or `symlink`.
    #[serde(rename = "type")]
    pub kind: Field<EntryType>,
    /// `path`, String Array: not in every entry.
    pub path: Unread,
    /// `inode`, String: an id that stays when the entry is moved or renamed; 32 hexadecimal digits,
    /// with `with_inode=1`.
    pub inode: Field<String>,
    /// `creationTime`, String: of a file, when its first upload ended.
    pub creation_time: Unread,
    /// `modificationTime`, String: of a file, when it was overwritten last; of a directory, when
    /// something directly in it came or went.
    pub modification_time: Field<Moment>,
    /// `localCreationTime`, String: what the uploader said.
    pub local_creation_time: Unread,
    /// `localModificationTime`, String: what the uploader said.
    pub local_modification_time: Unread,
    /// `size`, String: bytes of a file, as decimal text.
    pub size: Field<u64>,
    /// `crc64`, String: checksum of a file, as decimal text.
    pub crc64: Field<Crc64>,
    /// `eTag`, String: with quotes of its own. It depends on how a file was uploaded, so it does
    /// not tell equal content.
    pub e_tag: Unread,
    /// `versionId`, Integer: some SDKs have any object.
    pub version_id: Unread,
    /// `contentType`, String: media type of a file.
    pub content_type: Unread,
    /// `fileType`, String: `word`, `image`, `archive` and others.
    pub file_type: Unread,
    /// `category`, String: what the uploader said, at most 16 bytes.
    pub category: Unread,
    /// `labels`, String Array: what the uploader said.
    pub labels: Unread,
    /// `metaData`, Object: what the uploader said, with keys that begin with `x-smh-meta-`.
    pub meta_data: Unread,
    /// `previewByDoc`, Boolean.
    pub preview_by_doc: Unread,
    /// `previewByCI`, Boolean.
    #[serde(rename = "previewByCI")]
    pub preview_by_ci: Unread,
    /// `previewAsIcon`, Boolean.
    pub preview_as_icon: Unread,
    /// `contentCas`, String: tells states of a file's content apart, with `with_content_cas=1`.
    pub content_cas: Unread,
    /// `isFavorite`, Boolean: with `with_favorite_status=1`.
    pub is_favorite: Unread,
    /// `userId`, String: who made it.
    pub user_id: Unread,
    /// `historySize`, String: bytes of earlier versions.
    pub history_size: Unread,
    /// `removedByQuota`, Boolean: whether the service took its content away for want of room.
    pub removed_by_quota: Field<bool>,
}

/// `type`
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EntryType {
    /// `dir`
    Directory,
    /// `file`, and in media libraries `image` and `video`.
    File,
    /// `symlink`
    Link,
    /// A word that no page has.
    Other(String),
}

/// The reply of `listDirectory` (page 75453).
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct DirectoryList {
    /// `path`, String Array: the directory, empty for the root.
    pub path: Field<WirePath>,
    /// `nextMarker`, Integer or String: where the next page begins; only where there is one.
    pub next_marker: Field<Opaque>,
    /// `fileCount`, Integer: files directly in the directory, on all pages.
    pub file_count: Field<u64>,
    /// `subDirCount`, Integer: directories directly in the directory, on all pages.
    pub sub_dir_count: Field<u64>,
    /// `totalNum`, Integer: both together.
    pub total_num: Field<u64>,
    /// `eTag`, String: changes when something directly in the directory comes or goes.
    pub e_tag: Field<String>,
    /// `contents`, Array: the entries of the page. A reply without it is no empty page.
    #[serde(deserialize_with = "objects")]
    pub contents: Option<Vec<Entry>>,
}

impl EntryType {
    fn of(word: &str) -> Self {
        let is = |known: &str| word.eq_ignore_ascii_case(known);
        match word {
            _ if is("dir") => Self::Directory,
            _ if is("file") || is("image") || is("video") => Self::File,
            _ if is("symlink") => Self::Link,
            _ => Self::Other(word.to_owned()),
        }
    }
}

impl Readable for EntryType {
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
        let text = r#"{"name":"a.txt","type":"file","path":["x","a.txt"],
            "inode":"0123456789abcdef0123456789abcdef","creationTime":"2020-09-22T07:44:45.000Z",
            "modificationTime":"2020-09-22T07:44:45.000Z",
            "localCreationTime":"2020-09-22T07:44:45.000Z",
            "localModificationTime":"2020-09-22T07:44:45.000Z","size":"1048576",
            "crc64":"16293198345556339838","eTag":"\"b5817f00\"","versionId":3,
            "contentType":"text/plain","fileType":"text","category":"c","labels":["l"],
            "metaData":{"x-smh-meta-a":"b"},"previewByDoc":true,"previewByCI":false,
            "previewAsIcon":true,"contentCas":"7","isFavorite":false,"userId":"u",
            "historySize":"0","removedByQuota":false,"virusAuditStatus":0,"aNewField":[{}]}"#;
        let entry: Entry = serde_json::from_str(text).unwrap();
        let shown = format!("{entry:?}");
        assert!(
            !shown.contains("Absent") && !shown.contains("Odd"),
            "{shown}"
        );
    }
}
