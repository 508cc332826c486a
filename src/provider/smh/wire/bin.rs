//! The recycle bin.

use serde::Deserialize;

use super::Field;
use super::crc64::Crc64;
use super::entry::EntryType;
use super::moment::Moment;
use super::opaque::Opaque;
use super::path::WirePath;
use crate::provider::http::objects;

/// The reply of `listRecycled` (page 75465).
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct BinList {
    /// `totalNum`, Integer: items on all pages.
    pub total_num: Field<u64>,
    /// `nextMarker`, Integer or String: where the next page begins; only where there is one.
    pub next_marker: Field<Opaque>,
    /// `eTag`, String: changes with the bin.
    pub e_tag: Field<String>,
    /// `contents`, Array.
    #[serde(deserialize_with = "objects")]
    pub contents: Option<Vec<BinEntry>>,
}

/// Something in the bin.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct BinEntry {
    /// `recycledItemId`, Integer.
    pub recycled_item_id: Field<Opaque>,
    /// `name`, String.
    pub name: Field<String>,
    /// `type`, String: as in lists of directories.
    #[serde(rename = "type")]
    pub kind: Field<EntryType>,
    /// `originalPath`, String Array: where it was.
    pub original_path: Field<WirePath>,
    /// `removalTime`, String: when it was removed.
    pub removal_time: Field<Moment>,
    /// `remainingTime`, Integer: whole days until it is gone for good.
    pub remaining_time: Field<u64>,
    /// `size`, String: bytes, as decimal text.
    pub size: Field<u64>,
    /// `crc64`, String: checksum of a file, as decimal text.
    pub crc64: Field<Crc64>,
    /// `creationTime`, String.
    pub creation_time: Field<Moment>,
    /// `modificationTime`, String.
    pub modification_time: Field<Moment>,
    /// `fileType`, String.
    pub file_type: Field<String>,
}
