//! Items that the model goes on with after its reply, as services do with folders that hold
//! something.

use std::collections::BTreeMap;

use crate::plan::Operation;
use crate::provider::provider::{ItemDone, TaskId, TaskStatus};
use crate::tree::Address;

/// What the model still has to do, and what became of what it did.
#[derive(Debug, Clone, Default)]
pub(super) struct Tasks {
    /// How often a task is asked for until it ends; `None` where everything is done at once.
    pub(super) looks: Option<u32>,
    last: u64,
    open: BTreeMap<u64, OpenTask>,
    ended: BTreeMap<String, TaskStatus>,
}

/// One item that waits for its effect.
#[derive(Debug, Clone)]
pub(super) struct OpenTask {
    pub(super) operation: Operation,
    /// What its reply promised.
    pub(super) done: ItemDone,
    looks: u32,
}

impl Tasks {
    /// Takes an item on.
    pub(super) fn open(&mut self, operation: Operation, done: ItemDone) -> TaskId {
        self.last += 1;
        let looks = self.looks.unwrap_or(0);
        let task = OpenTask {
            operation,
            done,
            looks,
        };
        self.open.insert(self.last, task);
        task_id(self.last)
    }

    /// Whether something that was taken on is still to come to an address.
    pub(super) fn promised(&self, address: &Address) -> bool {
        let mut targets = self.open.values().filter_map(|it| it.operation.action.to());
        targets.any(|to| to.address() == *address)
    }

    /// The task, where this look is the one at which it has its effect.
    pub(super) fn due(&mut self, id: &TaskId) -> Option<OpenTask> {
        let number = number_of(id)?;
        let task = self.open.get_mut(&number)?;
        if task.looks > 1 {
            task.looks -= 1;
            return None;
        }
        self.open.remove(&number)
    }

    /// Takes out the task that was taken on first.
    pub(super) fn take_first(&mut self) -> Option<(TaskId, OpenTask)> {
        let (number, task) = self.open.pop_first()?;
        Some((task_id(number), task))
    }

    /// Notes how a task ended.
    pub(super) fn end(&mut self, id: &TaskId, status: TaskStatus) {
        self.ended.insert(id.0.clone(), status);
    }

    /// How a task gets on.
    pub(super) fn status(&self, id: &TaskId) -> TaskStatus {
        if number_of(id).is_some_and(|number| self.open.contains_key(&number)) {
            return TaskStatus::Running;
        }
        self.ended
            .get(&id.0)
            .cloned()
            .unwrap_or(TaskStatus::Unknown)
    }
}

const PREFIX: &str = "task-";

fn task_id(number: u64) -> TaskId {
    TaskId(format!("{PREFIX}{number}"))
}

fn number_of(id: &TaskId) -> Option<u64> {
    id.0.strip_prefix(PREFIX)?.parse().ok()
}
