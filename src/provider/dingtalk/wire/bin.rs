//! The recycle bin.

use serde::Deserialize;

use super::field::{Field, Id, object, objects};
use super::moment::Moment;

/// The reply of `getRecycleBin` (page `obtain-information-about-the-recycle-bin`).
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct BinReply {
    /// `recycleBin`, Object.
    #[serde(deserialize_with = "object")]
    pub recycle_bin: Option<RecycleBin>,
}

/// A recycle bin.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct RecycleBin {
    /// `id`, String.
    pub id: Field<Id>,
    /// `scope`, String: `ORG`; comments in SDKs also have `APP` and `SPACE`.
    pub scope: Field<String>,
    /// `scopeId`, String: the organisation, app or space.
    pub scope_id: Field<String>,
}

/// The reply of `listRecycleItems` (page `gets-the-list-of-recycle-items`).
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct RecycleItemList {
    /// `recycleItems`, Array.
    #[serde(deserialize_with = "objects")]
    pub recycle_items: Option<Vec<RecycleItem>>,
    /// `nextToken`, String: where the next page begins; missing or empty at the end.
    pub next_token: Field<String>,
}

/// Something in the bin.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct RecycleItem {
    /// `id`, String: its id in the bin.
    pub id: Field<Id>,
    /// `spaceId`, String: the space it was in.
    pub space_id: Field<Id>,
    /// `dentryId`, String: the id it had.
    pub dentry_id: Field<Id>,
    /// `size`, Long: bytes.
    pub size: Field<u64>,
    /// `type`, String: `FILE` or `FOLDER`.
    #[serde(rename = "type")]
    pub kind: Field<String>,
    /// `originalName`, String.
    pub original_name: Field<String>,
    /// `originalPath`, String.
    pub original_path: Field<String>,
    /// `operatorId`, String: the union id of who removed it.
    pub operator_id: Field<String>,
    /// `operatorTime`, String: when.
    pub operator_time: Field<Moment>,
}

/// The reply of `restoreRecycleItem` (page `restore-recycle-items`).
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct RestoreReply {
    /// `async`, Boolean: whether a task goes on with it.
    #[serde(rename = "async")]
    pub asynchronous: Field<bool>,
    /// `taskId`, String: the task that goes on with it.
    pub task_id: Field<Id>,
    /// `spaceId`, String: the space it is back in.
    pub space_id: Field<Id>,
    /// `dentryId`, String: its id from now on, which may be another than before.
    pub dentry_id: Field<Id>,
}
