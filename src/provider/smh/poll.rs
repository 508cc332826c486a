//! How tasks get on, and how their items ended.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::decode::word;
use super::item::{Item, Verb};
use super::outcome::ends;
use super::provider::SmhProvider;
use super::wire::{Opaque, ResultItem, Task, TaskResult};
use crate::provider::error::{ErrorKind, ProviderError};
use crate::provider::provider::{TaskId, TaskStatus};
use crate::tree::SpaceAlias;

/// What was asked for of the tasks that this process began. A reply to a question about a task
/// speaks of paths; here stands which operation each is of.
#[derive(Debug, Default)]
pub(super) struct Begun {
    tasks: Mutex<BTreeMap<TaskId, (Verb, Vec<Item>)>>,
}

impl Begun {
    /// A task began.
    pub(super) fn remember(&self, task: TaskId, verb: Verb, items: Vec<Item>) {
        self.lock().insert(task, (verb, items));
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<TaskId, (Verb, Vec<Item>)>> {
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How a task gets on, by what the service says of it.
    pub(super) fn status(&self, id: &TaskId, task: &Task) -> TaskStatus {
        match (task.status.known(), &task.result) {
            (Some(202), TaskResult::Absent) => TaskStatus::Running,
            (Some(200 | 207), TaskResult::Items(results)) => match self.lock().get(id) {
                Some((verb, items)) => TaskStatus::Ended(ends(*verb, items, results)),
                None => of_strangers(results),
            },
            (Some(200), TaskResult::Absent | TaskResult::Single(_))
            | (Some(204), TaskResult::Absent) => TaskStatus::Succeeded,
            (Some(207), TaskResult::Absent) => {
                TaskStatus::Failed("some of its items were not done".to_owned())
            }
            (Some(status @ 400..), _) => {
                TaskStatus::Failed(format!("the task ended with status {status}"))
            }
            _ => TaskStatus::Failed("what the service says of it makes no sense".to_owned()),
        }
    }
}

/// What results say of a task whose items nobody knows any more.
fn of_strangers(results: &[ResultItem]) -> TaskStatus {
    let is_done = |result: &&ResultItem| matches!(result.status.known(), Some(200 | 204));
    let Some(failure) = results.iter().find(|result| !is_done(result)) else {
        return TaskStatus::Succeeded;
    };
    let code = failure.code.known().and_then(|code| word(code));
    let code = code
        .filter(|code| !code.is_empty())
        .unwrap_or("no reason given");
    TaskStatus::Failed(format!("some of its items were not done: {code}"))
}

impl SmhProvider {
    pub(super) async fn poll_tasks(
        &self,
        tasks: &[TaskId],
    ) -> Result<Vec<TaskStatus>, ProviderError> {
        let mut spaces: BTreeMap<SpaceAlias, Vec<Opaque>> = BTreeMap::new();
        for task in tasks {
            if let Some((space, id)) = self.known(task) {
                spaces.entry(space).or_default().push(id);
            }
        }
        let mut seen = BTreeMap::new();
        for (space, ids) in spaces {
            for task in self.ask(&space, &ids).await? {
                if let Some(number) = task.number() {
                    seen.insert(TaskId(format!("{space}:{number}")), task);
                }
            }
        }
        let status = |task: &TaskId| match seen.get(task) {
            Some(found) => self.begun.status(task, found),
            None => TaskStatus::Unknown,
        };
        Ok(tasks.iter().map(status).collect())
    }

    /// Space and id of a task, if it can be one of ours.
    fn known(&self, task: &TaskId) -> Option<(SpaceAlias, Opaque)> {
        let (alias, id) = task.0.split_once(':')?;
        let alias = SpaceAlias::parse(alias).ok()?;
        self.space(&alias).ok()?;
        let id = Opaque::new(id).filter(Opaque::is_plain)?;
        Some((alias, id))
    }

    /// What the service says of tasks of a space. Where it refuses to speak of several because one
    /// is unknown, each is asked for by itself.
    async fn ask(&self, space: &SpaceAlias, ids: &[Opaque]) -> Result<Vec<Task>, ProviderError> {
        let calls = self.calls(space)?;
        let id = &self.space(space)?.id;
        match calls.get_tasks(id, ids).await {
            Err(error) if error.kind == ErrorKind::NotFound => {}
            answer => return answer,
        }
        let mut tasks = Vec::new();
        if ids.len() > 1 {
            for one in ids {
                match calls.get_tasks(id, std::slice::from_ref(one)).await {
                    Err(error) if error.kind == ErrorKind::NotFound => {}
                    answer => tasks.extend(answer?),
                }
            }
        }
        Ok(tasks)
    }
}
