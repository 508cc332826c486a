//! A task that goes on after a reply.

use serde::Deserialize;
use serde_json::Value;

use super::field::{Field, Id, Readable, object};
use super::moment::Moment;

/// The reply of `getTask` (page `get-the-asynchronous-task-information-in-storage`).
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct TaskReply {
    /// `task`, Object.
    #[serde(deserialize_with = "object")]
    pub task: Option<Task>,
}

/// A task.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Task {
    /// `id`, String.
    pub id: Field<Id>,
    /// `status`, String.
    pub status: Field<TaskState>,
    /// `totalCount`, Long: how many parts it has.
    pub total_count: Field<u64>,
    /// `successCount`, Long: how many are done.
    pub success_count: Field<u64>,
    /// `failCount`, Long: how many failed; above 0 also while it goes on.
    pub fail_count: Field<u64>,
    /// `failMessage`, String: one code for all that failed.
    pub fail_message: Field<String>,
    /// `beginTime`, String.
    pub begin_time: Field<Moment>,
    /// `endTime`, String: no sign of an end; the example has one while the task goes on.
    pub end_time: Field<Moment>,
}

/// `status`
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TaskState {
    /// `INIT` or `IN_PROGRESS`
    GoesOn,
    /// `SUCCESS`
    Success,
    /// `FAIL`
    Fail,
    /// A word that no page has.
    Other(String),
}

impl Readable for TaskState {
    fn read(value: &Value) -> Option<Self> {
        let word = value.as_str()?;
        Some(match word.to_ascii_uppercase().as_str() {
            "INIT" | "IN_PROGRESS" => Self::GoesOn,
            "SUCCESS" => Self::Success,
            "FAIL" => Self::Fail,
            _ => Self::Other(word.to_owned()),
        })
    }
}
