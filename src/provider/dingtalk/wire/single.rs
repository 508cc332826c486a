//! Replies to the calls that take one id.

use serde::Deserialize;

use super::dentry::Dentry;
use super::field::{Field, Id, object};

/// The reply of `addFolder`, `renameDentry` and `getDentry` (pages `add-folder`,
/// `rename-a-file-or-folder`, `obtain-file-or-folder-information`).
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct DentryReply {
    /// `dentry`, Object: the entry as it is after the call.
    #[serde(deserialize_with = "object")]
    pub dentry: Option<Dentry>,
}

/// The reply of `copyDentry` and `moveDentry` (pages `copy-an-object`, `move-a-file-or-folder`).
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct TransferReply {
    /// `dentry`, Object: the entry after the call. What it is while a task goes on no page says.
    #[serde(deserialize_with = "object")]
    pub dentry: Option<Dentry>,
    /// `async`, Boolean: whether a task goes on with it.
    #[serde(rename = "async")]
    pub asynchronous: Field<bool>,
    /// `taskId`, String: the task that goes on with it.
    pub task_id: Field<Id>,
}

/// The reply of `deleteDentry` (page `delete-a-file-or-folder`).
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct RemoveReply {
    /// `async`, Boolean: whether a task goes on with it.
    #[serde(rename = "async")]
    pub asynchronous: Field<bool>,
    /// `taskId`, String: the task that goes on with it.
    pub task_id: Field<Id>,
}
