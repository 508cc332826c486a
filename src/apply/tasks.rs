//! Tasks: what a service goes on with after its reply, followed in the run that began them and in
//! the one that resumes it.

use std::collections::{BTreeMap, BTreeSet};

use super::run::{Event, Run};
use super::schedule::Call;
use crate::journal::{Evidence, Fact, JournalError, TaskItem};
use crate::plan::OperationId;
use crate::provider::{BatchReply, ItemDone, TaskId, TaskReply, TaskStatus};

impl Run<'_, '_> {
    /// Takes over what a reply says is done, and waits for the tasks that it names. What they are
    /// is durable before they are asked for.
    pub(super) fn follow_tasks(
        &mut self,
        mut call: Call,
        mut reply: BatchReply,
    ) -> Result<(), JournalError> {
        let tasks = std::mem::take(&mut reply.tasks);
        let ids: BTreeSet<TaskId> = tasks.iter().map(|reply| reply.task.clone()).collect();
        let ids: Vec<TaskId> = ids.into_iter().collect();
        self.recorder.record(Fact::Tasks {
            batch: call.batch,
            tasks: ids.iter().map(|task| task.0.clone()).collect(),
            items: tasks.iter().map(item_of).collect(),
        })?;
        let carried: BTreeSet<OperationId> = tasks.iter().map(|task| task.operation).collect();
        let mut at_once = call.clone();
        at_once
            .operations
            .retain(|operation| !carried.contains(operation));
        call.operations
            .retain(|operation| carried.contains(operation));
        self.take_ends(&at_once, Ok(reply), &BTreeMap::new())?;
        self.recorder.sync()?;
        self.followed += 1;
        let site = self.site;
        let rest = BatchReply {
            items: Vec::new(),
            tasks,
        };
        self.tasks.push(Box::pin(async move {
            let seen = site.follow(&ids).await;
            Event::Followed(call, rest, seen)
        }));
        Ok(())
    }

    /// Waits for the tasks that the journal of a run names which was cut off.
    pub(super) async fn go_on_with_tasks(&mut self) -> Result<(), JournalError> {
        let items: Vec<TaskItem> = self.recorder.progress.tasks.values().cloned().collect();
        let tasks: BTreeSet<TaskId> = items.iter().map(|item| TaskId(item.task.clone())).collect();
        let tasks: Vec<TaskId> = tasks.into_iter().collect();
        let seen = self.site.follow(&tasks).await;
        for item in items {
            let done = match seen.get(&TaskId(item.task)) {
                Some(TaskStatus::Succeeded) => Some(ItemDone {
                    id: item.id,
                    name: item.name,
                    bin: item.bin,
                }),
                Some(TaskStatus::Ended(ends)) => {
                    let own = ends.iter().find(|end| end.operation == item.operation);
                    own.and_then(|end| end.end.clone().ok())
                }
                Some(TaskStatus::Running | TaskStatus::Failed(_) | TaskStatus::Unknown) | None => {
                    None
                }
            };
            if let Some(done) = done {
                self.done(item.operation, Evidence::Reply, done)?;
            }
        }
        Ok(())
    }
}

/// What the journal has to know of a task, so that whoever resumes can go on with it.
fn item_of(reply: &TaskReply) -> TaskItem {
    let TaskReply {
        operation,
        task,
        done,
    } = reply.clone();
    TaskItem {
        operation,
        task: task.0,
        id: done.id,
        name: done.name,
        bin: done.bin,
    }
}
