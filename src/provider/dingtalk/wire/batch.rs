//! Replies to the calls that take many ids.

use serde::Deserialize;

use super::dentry::Dentry;
use super::field::{Field, Id, object, objects};

/// The reply of `batchCopy`, `batchMove` and `batchRemove` (pages
/// `copy-files-or-folders-in-bulk`, `bulk-move-files-or-folders`,
/// `delete-files-or-folders-in-bulk`). Status 200 says nothing of the items.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct BatchReply {
    /// `resultItems`, Array: one for each id of the request, in no promised order.
    #[serde(deserialize_with = "objects")]
    pub result_items: Option<Vec<ResultItem>>,
}

/// How one item of a batch ended.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ResultItem {
    /// `spaceId`, String: the space of the item in the request.
    pub space_id: Field<Id>,
    /// `dentryId`, String: the id of the item in the request.
    pub dentry_id: Field<Id>,
    /// `async`, Boolean: whether a task goes on with it, which is so where it has child nodes.
    #[serde(rename = "async")]
    pub asynchronous: Field<bool>,
    /// `success`, Boolean: whether it was done. Empty where a task goes on with it.
    pub success: Field<bool>,
    /// `errorCode`, String: why it was not done. Empty where a task goes on with it.
    pub error_code: Field<String>,
    /// `taskId`, String: the task that goes on with it.
    pub task_id: Field<Id>,
    /// `targetSpaceId`, String: of a copy or move, the space it went to.
    pub target_space_id: Field<Id>,
    /// `targetDentryId`, String: of a copy or move, its id there. Given out before a task has
    /// brought what a folder holds.
    pub target_dentry_id: Field<Id>,
}

/// The reply of `getDentries` (page `get-file-or-folder-information-in-bulk`).
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct QueryReply {
    /// `resultItems`, Array: one for each id of the request, in no promised order.
    #[serde(deserialize_with = "objects")]
    pub result_items: Option<Vec<QueryItem>>,
}

/// What is known of one of the ids.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct QueryItem {
    /// `spaceId`, String: the space.
    pub space_id: Field<Id>,
    /// `dentryId`, String: the id that was asked for.
    pub dentry_id: Field<Id>,
    /// `success`, Boolean: whether it was found.
    pub success: Field<bool>,
    /// `errorCode`, String: why it was not found.
    pub error_code: Field<String>,
    /// `dentry`, Object: the entry.
    #[serde(deserialize_with = "object")]
    pub dentry: Option<Dentry>,
}
