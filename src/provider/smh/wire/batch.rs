//! Replies to the calls that take many items.

use serde::Deserialize;

use super::Field;
use super::opaque::Opaque;
use super::path::WirePath;
use crate::provider::http::objects;

/// The reply of `batchCopy`, `batchMove`, `batchDelete` and `batchRestore` (pages 75493, 75495,
/// 75494, 75467). Status 200: all items were done. Status 207: some or all were not. Status 202: a
/// task goes on with them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct BatchReply {
    /// `result`, Array: one for each item of the request, in its order in all samples; no page
    /// promises the order.
    #[serde(deserialize_with = "objects")]
    pub result: Option<Vec<ResultItem>>,
    /// `taskId`, Integer: the task that goes on with all items, instead of `result`.
    pub task_id: Field<Opaque>,
}

/// How one item of a batch ended.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ResultItem {
    /// `status`, String by the table and a number in all samples. Of copies and moves: 200 done
    /// under `rename`, 204 done under `ask` or `overwrite`. Of removals: 200 gone to the recycle
    /// bin, 204 gone for good. Anything from 400 on: not done; the pages name 403, 404, 409, 500.
    pub status: Field<u64>,
    /// `path`, String Array: of a copy or move under `rename`, where it is now, perhaps under
    /// another name than it was to have. Of a removal, the path in the request.
    pub path: Field<WirePath>,
    /// `copyFrom`, String Array, or a bare String in the sample: of a copy, that of the request.
    pub copy_from: Field<WirePath>,
    /// `from`, String Array: of a move, that of the request.
    pub from: Field<WirePath>,
    /// `to`, String Array: of a copy or move, that of the request.
    pub to: Field<WirePath>,
    /// `recycledItemId`, Integer: of a removal, what the recycle bin knows it by; of a restoration,
    /// that of the request.
    pub recycled_item_id: Field<Opaque>,
    /// `code`, String: why it was not done.
    pub code: Field<String>,
    /// `message`, String: the same for people.
    pub message: Field<String>,
}
