//! One call from its gate to its reply, and what the reply says of each operation.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::time::Duration;

use super::claims::Claims;
use super::gate::Gate;
use super::schedule::Call;
use super::staged::chosen;
use super::stop::Stop;
use super::subtree::Subtrees;
use crate::plan::{Action, Operation, OperationId, Plan};
use crate::provider::layer::Pause;
use crate::provider::{
    BatchReply, BatchRequest, Effect, ErrorKind, ItemDone, ItemReply, Progress, Provider,
    ProviderError, Retry, TaskId, TaskReply, TaskStatus,
};

/// The first and the longest pause between two looks at a task.
const TASK_PAUSES: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(30));
/// How long a task is waited for.
const TASK_DEADLINE: Duration = Duration::from_secs(30 * 60);
/// The first pause after a call that had no effect, and the longest.
const RETRY_PAUSES: (Duration, Duration) = (Duration::from_millis(250), Duration::from_secs(20));
/// The longest pause that a service may ask for.
pub(super) const LONGEST_PAUSE: Duration = Duration::from_secs(120);
/// How often an operation is tried that had no effect, and how often where it only came too early.
const ATTEMPTS: u32 = 8;
const EARLY_ATTEMPTS: u32 = 30;

/// Where calls are made: everything that a call in flight borrows.
#[derive(Clone, Copy)]
pub(super) struct Site<'s> {
    pub(super) provider: &'s dyn Provider,
    pub(super) plan: &'s Plan,
    pub(super) pause: &'s dyn Pause,
    pub(super) stop: &'s Stop,
    pub(super) heard: &'s dyn Progress,
    pub(super) run: &'s str,
    pub(super) claims: &'s Claims,
    pub(super) subtrees: &'s Subtrees,
}

/// How an operation of a call ended.
#[derive(Debug)]
pub(super) enum End {
    Done(ItemDone),
    /// It had no effect and may be tried again after the pause.
    NotActed(Duration),
    Failed(ProviderError),
    /// Nobody knows.
    Doubtful(String),
    /// The service may still be at work on it, so that a look says nothing yet.
    Pending(String),
}

impl Site<'_> {
    /// Makes a call and gives its reply. What the gate refuses is not sent and has an item that
    /// failed; what is where it is to go, because a service found that very name, is done.
    pub(super) async fn perform(
        self,
        operations: &[Cow<'_, Operation>],
    ) -> Result<BatchReply, ProviderError> {
        let (operations, lost) = chosen(self.provider, operations).await;
        let operations = operations.iter().map(Cow::as_ref);
        let (there, to_send): (Vec<_>, Vec<_>) = operations.partition(|it| is_there(&it.action));
        let Gate { open, refused } = Gate::check(self, to_send).await;
        let mut reply = if open.is_empty() {
            BatchReply::default()
        } else {
            let request = BatchRequest {
                run: self.run,
                operations: &open,
                progress: self.heard,
            };
            self.provider.execute(&request).await?
        };
        reply.items.extend(refused);
        reply.items.extend(lost);
        reply.items.extend(there.into_iter().map(done_already));
        Ok(reply)
    }

    /// Waits until none of the tasks goes on, or too long, and gives how each was seen last. One
    /// of which nothing was heard is not in the answer.
    pub(super) async fn follow(self, tasks: &[TaskId]) -> BTreeMap<TaskId, TaskStatus> {
        let (mut pause, longest) = TASK_PAUSES;
        let mut waited = Duration::ZERO;
        let mut seen = BTreeMap::new();
        let mut open = tasks.to_vec();
        while !open.is_empty() && waited < TASK_DEADLINE && !self.stop.is_requested() {
            let rest = spread(pause, self.run, waited);
            self.rest(rest).await;
            waited += rest;
            pause = longest.min(pause * 2);
            if let Ok(states) = self.provider.poll(&open).await {
                seen.extend(open.iter().cloned().zip(states));
                open.retain(|task| matches!(seen.get(task), None | Some(TaskStatus::Running)));
            }
        }
        seen
    }

    /// Waits, but not longer than until the run is to stop.
    pub(super) async fn rest(self, time: Duration) {
        tokio::select! {
            () = self.pause.pause(time) => {}
            () = self.stop.requested() => {}
        }
    }
}

/// Whether an entry is to go where it is.
fn is_there(action: &Action) -> bool {
    let ends = action.from().zip(action.to());
    ends.is_some_and(|(from, to)| from.address() == to.address())
}

fn done_already(operation: &Operation) -> ItemReply {
    let from = operation.action.from();
    ItemReply {
        operation: operation.id,
        end: Ok(ItemDone {
            id: from.and_then(|from| from.id.clone()),
            ..ItemDone::default()
        }),
    }
}

/// A pause made up to a quarter longer or shorter, so that runs which began together do not look
/// together. The name of the run and the time waited so far decide by how much.
fn spread(pause: Duration, run: &str, waited: Duration) -> Duration {
    let bytes = run.bytes().chain(waited.as_millis().to_le_bytes());
    let mixed = bytes.fold(0xCBF2_9CE4_8422_2325_u64, |mixed, byte| {
        (mixed ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)
    });
    pause * (75 + (mixed >> 32) as u32 % 51) / 100
}

/// How each operation of a call ended, by what its reply says and how its tasks were seen last. An
/// operation that the reply does not speak of is in doubt.
pub(super) fn ends(
    call: &Call,
    reply: Result<BatchReply, ProviderError>,
    followed: &BTreeMap<TaskId, TaskStatus>,
) -> Vec<(OperationId, End)> {
    let reply = match reply {
        Ok(reply) => reply,
        Err(error) => {
            return call
                .operations
                .iter()
                .map(|&operation| (operation, end_of(error.clone(), call.attempt)))
                .collect();
        }
    };
    let mut items: BTreeMap<OperationId, Result<ItemDone, ProviderError>> = reply
        .items
        .into_iter()
        .map(|item| (item.operation, item.end))
        .collect();
    let mut tasks: BTreeMap<OperationId, TaskReply> = reply
        .tasks
        .into_iter()
        .map(|task| (task.operation, task))
        .collect();
    call.operations
        .iter()
        .map(|&operation| {
            let end = match items.remove(&operation) {
                Some(Ok(done)) => End::Done(done),
                Some(Err(error)) => end_of(error, call.attempt),
                None => match tasks.remove(&operation) {
                    Some(task) => end_of_task(task, followed, call.attempt),
                    None => End::Doubtful("the reply says nothing of it".into()),
                },
            };
            (operation, end)
        })
        .collect()
}

/// A task that failed may have done a part; what it did, the tree tells.
fn end_of_task(task: TaskReply, followed: &BTreeMap<TaskId, TaskStatus>, attempt: u32) -> End {
    let message = match followed.get(&task.task) {
        Some(TaskStatus::Succeeded) => return End::Done(task.done),
        Some(TaskStatus::Ended(items)) => {
            let mut items = items.iter();
            match items.find(|item| item.operation == task.operation) {
                Some(item) => {
                    let failed = |error| end_of(error, attempt);
                    return item.end.clone().map_or_else(failed, End::Done);
                }
                None => "the task's result says nothing of it".to_owned(),
            }
        }
        Some(TaskStatus::Failed(reason)) => format!("the task failed: {reason}"),
        Some(TaskStatus::Unknown) => "the service no longer knows the task".to_owned(),
        Some(TaskStatus::Running) | None => {
            return End::Pending("the service is still at work on it".to_owned());
        }
    };
    End::Doubtful(message)
}

fn end_of(error: ProviderError, attempt: u32) -> End {
    let (first, longest) = RETRY_PAUSES;
    let pause = match (error.effect, error.retry) {
        (Effect::MayHaveApplied, _) => return End::Doubtful(error.message),
        (Effect::NotApplied, Retry::Never) => return End::Failed(error),
        (Effect::NotApplied, Retry::After(pause)) => pause,
        (Effect::NotApplied, Retry::Backoff) => longest.min(first * (1 << attempt.min(16))),
    };
    let attempts = match error.kind == ErrorKind::Throttled {
        true => EARLY_ATTEMPTS,
        false => ATTEMPTS,
    };
    if attempt + 1 >= attempts || pause > LONGEST_PAUSE {
        End::Failed(error)
    } else {
        End::NotActed(pause)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_that_began_together_look_at_different_times() {
        let second = Duration::from_secs(1);
        let pauses: std::collections::BTreeSet<Duration> = (0..100)
            .map(|number| spread(second, &format!("run-{number}"), Duration::ZERO))
            .collect();
        assert!(pauses.len() > 30, "{pauses:?}");
        let within = |pause: &Duration| (750..=1250).contains(&pause.as_millis());
        assert!(pauses.iter().all(within), "{pauses:?}");
        let again = spread(second, "run-1", Duration::ZERO);
        assert_eq!(again, spread(second, "run-1", Duration::ZERO));
        assert_ne!(again, spread(second, "run-1", second));
    }
}
