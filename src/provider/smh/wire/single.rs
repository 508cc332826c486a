//! Replies to the calls that take one item.

use serde::Deserialize;

use super::Field;
use super::moment::Moment;
use super::opaque::Opaque;
use super::path::WirePath;

/// The reply of the calls that copy, move or restore one item (pages 75446, 75445, 75459, 75458,
/// 75466). Status 200 has a path; 204 has no body and means that it is where it was to go; 202 has
/// a task.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct TransferReply {
    /// `path`, String Array: where it is now. Null where a directory on the way vanished meanwhile.
    pub path: Field<WirePath>,
    /// `taskId`, Integer: of a copied directory, the task that goes on with it.
    pub task_id: Field<Opaque>,
    /// `contentCas`, String: of a file, with `with_content_cas=1`.
    pub content_cas: Field<String>,
}

/// The reply of `createDirectory` (page 75456). Status 201, without a body where nothing was asked
/// for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct CreatedReply {
    /// `creationTime`, String: with `with_inode=1`.
    pub creation_time: Field<Moment>,
    /// `inode`, String: with `with_inode=1`.
    pub inode: Field<String>,
    /// `path`, String Array: under `rename`, where it is.
    pub path: Field<WirePath>,
}

/// The reply of `deleteFile` and `deleteDirectory` (page 75457). Status 204 has no body and means
/// that it is gone for good.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct RemovedReply {
    /// `recycledItemId`, Integer: what the recycle bin knows it by.
    pub recycled_item_id: Field<Opaque>,
}
