//! A task that goes on after a reply.

use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::Field;
use super::batch::ResultItem;
use super::opaque::Opaque;
use super::single::TransferReply;

/// One element of the reply of `getTasks`, which is an array (page 75479).
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Task {
    /// `taskId`, Integer, on newer pages.
    pub task_id: Field<Opaque>,
    /// `id`, Integer, on older ones.
    pub id: Field<Opaque>,
    /// `status`, String by the table and a number in all samples: 202 goes on, 200 all was done,
    /// 207 some or all items were not, 204 done with nothing to tell, 500 failed.
    pub status: Field<u64>,
    /// `result`, Array of a batch, Object of one directory; missing while it goes on.
    pub result: TaskResult,
    /// `total`, Integer: how many items it has; only in an SDK.
    pub total: Field<u64>,
}

/// `result` of a task.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum TaskResult {
    /// There is none.
    #[default]
    Absent,
    /// That of a batch.
    Items(Vec<ResultItem>),
    /// That of one directory.
    Single(TransferReply),
    /// It cannot be read.
    Odd,
}

impl Task {
    /// Its id, under either key.
    pub fn number(&self) -> Option<&Opaque> {
        self.task_id.known().or_else(|| self.id.known())
    }
}

impl<'de> Deserialize<'de> for TaskResult {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        Ok(match value {
            Value::Null => Self::Absent,
            Value::Array(items) => {
                // A list could pass for an object by the order of its fields.
                let item = |item: Value| {
                    let object = item.is_object();
                    object.then(|| serde_json::from_value(item).ok()).flatten()
                };
                let items: Option<Vec<ResultItem>> = items.into_iter().map(item).collect();
                items.map_or(Self::Odd, Self::Items)
            }
            Value::Object(_) => serde_json::from_value(value).map_or(Self::Odd, Self::Single),
            Value::Bool(_) | Value::Number(_) | Value::String(_) => Self::Odd,
        })
    }
}
