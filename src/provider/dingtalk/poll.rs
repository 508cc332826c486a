//! How tasks get on.

use super::decode::{incomplete, quote};
use super::provider::DingTalkProvider;
use super::wire::{Id, Task, TaskState};
use crate::provider::error::{ErrorKind, ProviderError};
use crate::provider::http::Nature;
use crate::provider::provider::{TaskId, TaskStatus};

impl DingTalkProvider {
    pub(super) async fn poll_tasks(
        &self,
        tasks: &[TaskId],
    ) -> Result<Vec<TaskStatus>, ProviderError> {
        let mut statuses = Vec::with_capacity(tasks.len());
        for task in tasks {
            let Some(id) = Id::new(&task.0) else {
                statuses.push(TaskStatus::Unknown);
                continue;
            };
            statuses.push(match self.calls.get_task(&id).await {
                Ok(reply) => status(reply.task.as_ref())?,
                Err(error) if error.kind == ErrorKind::NotFound => TaskStatus::Unknown,
                Err(error) => return Err(error),
            });
        }
        Ok(statuses)
    }
}

/// What a task says of itself. Counts move while it goes on, and so may the end time, so only the
/// status tells an end.
///
/// # Errors
/// It says nothing.
pub(super) fn status(task: Option<&Task>) -> Result<TaskStatus, ProviderError> {
    let senseless = |why| incomplete("getTask", Nature::Reads, why);
    let task = task.ok_or_else(|| senseless("it holds no task"))?;
    let words = || {
        let message = task.fail_message.known().map(|message| quote(message));
        let message = message.filter(|message| !message.is_empty());
        message.unwrap_or_else(|| "no reason was given".to_owned())
    };
    let failures = task.fail_count.known().copied().unwrap_or_default();
    match task.status.known() {
        Some(TaskState::GoesOn) => Ok(TaskStatus::Running),
        Some(TaskState::Success) if failures > 0 => Ok(TaskStatus::Failed(format!(
            "{failures} of its parts failed: {}",
            words()
        ))),
        Some(TaskState::Success) => Ok(TaskStatus::Succeeded),
        Some(TaskState::Fail) => Ok(TaskStatus::Failed(words())),
        Some(TaskState::Other(_)) | None => Err(senseless("the task's status is unknown")),
    }
}
