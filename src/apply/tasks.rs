//! Tasks: what a service goes on with after its reply, followed in the run that began them and in
//! the one that resumes it.

use std::collections::{BTreeMap, BTreeSet};

use super::recovery::Verdict;
use super::run::{Event, Run};
use super::schedule::Call;
use crate::journal::{Evidence, Fact, JournalError, TaskItem};
use crate::plan::OperationId;
use crate::provider::{BatchReply, ErrorKind, ItemDone, TaskId, TaskReply, TaskStatus};

/// How a task was seen last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TaskEnd {
    /// It goes on, as far as anybody knows.
    Open,
    /// It came to its end, and nothing more will come of it.
    Ended,
}

impl Run<'_, '_> {
    /// Notes how the tasks of operations were seen last. One that the service does not know says
    /// nothing.
    pub(super) fn note_task_ends(
        &mut self,
        tasks: &[TaskReply],
        seen: &BTreeMap<TaskId, TaskStatus>,
    ) {
        for TaskReply {
            operation, task, ..
        } in tasks
        {
            match seen.get(task) {
                Some(TaskStatus::Unknown) => self.task_ends.remove(operation),
                Some(TaskStatus::Running) | None => {
                    self.task_ends.insert(*operation, TaskEnd::Open)
                }
                Some(TaskStatus::Succeeded | TaskStatus::Ended(_) | TaskStatus::Failed(_)) => {
                    self.task_ends.insert(*operation, TaskEnd::Ended)
                }
            };
        }
    }

    /// What observing says of an operation, with what is known of its task: while that goes on,
    /// nothing is certain but what is there; once it ended, what is missing will not come.
    pub(super) fn knowing_its_task(&self, operation: OperationId, verdict: Verdict) -> Verdict {
        match (self.task_ends.get(&operation), verdict) {
            (Some(TaskEnd::Open), Verdict::Done(done)) => Verdict::Done(done),
            (Some(TaskEnd::Open), _) => Verdict::Unresolved(
                "the service still goes on with its task; `reshelve resume` waits for it again"
                    .into(),
            ),
            (Some(TaskEnd::Ended), Verdict::Growing(_)) => Verdict::Failed(
                ErrorKind::Mismatch,
                "its task ended, and only a part of the folder is there".into(),
            ),
            (Some(TaskEnd::Ended) | None, verdict) => verdict,
        }
    }

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
        let replies: Vec<TaskReply> = items.iter().cloned().map(reply_of).collect();
        self.note_task_ends(&replies, &seen);
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

/// What the reply said of a task that the journal knows.
fn reply_of(item: TaskItem) -> TaskReply {
    TaskReply {
        operation: item.operation,
        task: TaskId(item.task),
        done: ItemDone {
            id: item.id,
            name: item.name,
            bin: item.bin,
        },
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
