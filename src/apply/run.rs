//! The round of a run: start what is ready, hear what came of it, and again.

use std::borrow::Cow;
use std::collections::{BTreeMap, VecDeque};
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

use super::call::{End, LONGEST_PAUSE, Site, ends};
use super::error::ApplyError;
use super::limiter::{Limiter, Started, Told};
use super::recorder::Recorder;
use super::recovery::{Doubtful, Verdict};
use super::schedule::{Call, Next, SLICE, Schedule, Settled};
use super::tasks::TaskEnd;
use crate::journal::{Evidence, Fact, JournalError, Whereabouts};
use crate::plan::{Operation, OperationId};
use crate::provider::{BatchReply, ItemDone, Provider, ProviderError, TaskId, TaskStatus};

/// How many calls may be followed as tasks of the service before another one begins.
const FOLLOWED: usize = 16;
/// How often an operation in doubt is sent again after it was seen to have had no effect.
const SENT_AGAIN: u32 = 3;

/// A run under way.
pub(super) struct Run<'s, 'r> {
    pub(super) site: Site<'s>,
    pub(super) recorder: Recorder<'r>,
    pub(super) whereabouts: Whereabouts,
    pub(super) schedule: Schedule<'s>,
    pub(super) limiter: Limiter,
    pub(super) tasks: Vec<Task<'s>>,
    /// How many of these wait for tasks of the service.
    pub(super) followed: usize,
    pub(super) again: VecDeque<Call>,
    /// How often each operation was in doubt.
    doubts: BTreeMap<OperationId, u32>,
    /// How the tasks of operations were seen last that did not simply succeed.
    pub(super) task_ends: BTreeMap<OperationId, TaskEnd>,
}

/// What came of a call.
pub(super) type Reply = Result<BatchReply, ProviderError>;
pub(super) type Task<'s> = Pin<Box<dyn Future<Output = Event> + Send + 's>>;

/// What a task came to.
pub(super) enum Event {
    Replied(Call, Started, Reply),
    Followed(Call, BatchReply, BTreeMap<TaskId, TaskStatus>),
    Observed(Call, Vec<(OperationId, Verdict)>),
    Rested(Call),
}

impl<'s, 'r> Run<'s, 'r> {
    pub(super) fn new(site: Site<'s>, recorder: Recorder<'r>) -> Self {
        let schedule = Schedule::new(site.plan);
        Self {
            site,
            whereabouts: Whereabouts::after(site.plan, &recorder.progress),
            recorder,
            limiter: site.limiter(&schedule),
            schedule,
            tasks: Vec::new(),
            followed: 0,
            again: VecDeque::new(),
            doubts: BTreeMap::new(),
            task_ends: BTreeMap::new(),
        }
    }

    /// Makes all calls that can be made. Where the journal fails, those in flight come to their
    /// end before the error is told.
    pub(super) async fn drive(&mut self) -> Result<(), ApplyError> {
        let driven = self.rounds().await;
        while !self.tasks.is_empty() {
            self.next_event().await;
        }
        driven?;
        Ok(self.leave_the_rest()?)
    }

    async fn rounds(&mut self) -> Result<(), ApplyError> {
        loop {
            if !self.site.stop.is_requested() {
                self.start_ready()?;
            }
            if self.tasks.is_empty() {
                return Ok(());
            }
            let event = self.next_event().await;
            self.take(event)?;
        }
    }

    /// The event of the task that is done first.
    async fn next_event(&mut self) -> Event {
        let tasks = &mut self.tasks;
        poll_fn(|context| {
            for position in 0..tasks.len() {
                if let Poll::Ready(event) = tasks[position].as_mut().poll(context) {
                    drop(tasks.swap_remove(position));
                    return Poll::Ready(event);
                }
            }
            Poll::Pending
        })
        .await
    }

    /// Starts what is ready. The intents of a round share one sync, before the first of its calls;
    /// the replies that they rest on were written before them.
    fn start_ready(&mut self) -> Result<(), JournalError> {
        let mut calls = Vec::new();
        while self.followed < FOLLOWED
            && let Some(call) = self.next_call()?
        {
            let started = self.limiter.start(self.route(&call));
            calls.push((call, started));
        }
        if calls.is_empty() {
            return Ok(());
        }
        for (call, _) in &calls {
            self.recorder.record(Fact::Intent {
                batch: call.batch,
                attempt: call.attempt,
                operations: call.operations.clone(),
            })?;
        }
        self.recorder.sync()?;
        let site = self.site;
        for (call, started) in calls {
            let sent = self.as_sent(&call.operations);
            self.tasks.push(Box::pin(async move {
                let reply = site.perform(&sent).await;
                Event::Replied(call, started, reply)
            }));
        }
        Ok(())
    }

    /// Operations of the plan with the ids and names that this run brought about.
    pub(super) fn as_sent(&self, ids: &[OperationId]) -> Vec<Cow<'s, Operation>> {
        let operations = ids.iter().filter_map(|&id| self.site.plan.operation(id));
        operations
            .map(|operation| self.whereabouts.resolve(operation))
            .collect()
    }

    /// Operations in doubt, with what is known of them besides the tree.
    pub(super) fn in_doubt(&self, ids: &[OperationId]) -> Vec<Doubtful<'s>> {
        let progress = &self.recorder.progress;
        let operations = self.as_sent(ids).into_iter();
        operations
            .map(|operation| Doubtful {
                since: progress.intended.get(&operation.id).copied(),
                brought: progress.brought.get(&operation.id).cloned(),
                operation,
            })
            .collect()
    }

    fn next_call(&mut self) -> Result<Option<Call>, JournalError> {
        let is_free = |call: &Call| self.limiter.is_free(self.route(call));
        if let Some(position) = self.again.iter().position(is_free) {
            return Ok(self.again.remove(position));
        }
        let provider = self.site.provider;
        let slice = |operation: &Operation| slice(provider, operation);
        let is_free = |route: usize| self.limiter.is_free(route);
        loop {
            match self.schedule.next(&slice, &is_free) {
                None => return Ok(None),
                Some(Next::Call(call)) => return Ok(Some(call)),
                Some(Next::Skip { operation, because }) => {
                    self.recorder.record(Fact::Skipped { operation, because })?;
                    self.schedule.settle(operation, Settled::NotDone);
                }
            }
        }
    }

    fn take(&mut self, event: Event) -> Result<(), JournalError> {
        match event {
            Event::Replied(call, started, reply) => {
                let told = Told::by(&reply, LONGEST_PAUSE);
                self.heed(&call, started, told);
                match reply {
                    Ok(reply) if !reply.tasks.is_empty() => self.follow_tasks(call, reply),
                    reply => self.take_ends(&call, reply, &BTreeMap::new()),
                }
            }
            Event::Followed(call, reply, seen) => {
                self.followed = self.followed.saturating_sub(1);
                self.note_task_ends(&reply.tasks, &seen);
                self.take_ends(&call, Ok(reply), &seen)
            }
            Event::Observed(call, verdicts) => self.take_verdicts(&call, verdicts),
            Event::Rested(call) => {
                self.limiter.end(self.route(&call));
                self.send_again(call)
            }
        }
    }

    pub(super) fn take_ends(
        &mut self,
        call: &Call,
        reply: Reply,
        followed: &BTreeMap<TaskId, TaskStatus>,
    ) -> Result<(), JournalError> {
        let (mut resting, mut longest) = (Vec::new(), Duration::ZERO);
        let mut doubtful = Vec::new();
        for (operation, end) in ends(call, reply, followed) {
            match self.doubted(operation, end) {
                End::Done(done) => {
                    self.done(operation, Evidence::Reply, done)?;
                    self.schedule.settle(operation, Settled::Done);
                }
                End::Failed(error) => {
                    self.recorder.record(Fact::Failed {
                        operation,
                        kind: error.kind.word().to_owned(),
                        message: error.message,
                    })?;
                    self.schedule.settle(operation, Settled::NotDone);
                }
                End::NotActed(pause) => {
                    resting.push(operation);
                    longest = longest.max(pause);
                }
                End::Doubtful(message) => {
                    self.recorder.doubt(operation, message)?;
                    doubtful.push(operation);
                }
                End::Pending(message) => {
                    self.recorder.doubt(operation, message)?;
                    self.schedule.settle(operation, Settled::NotDone);
                }
            }
        }
        self.rest_then_send(call, resting, longest);
        self.observe(call, doubtful);
        Ok(())
    }

    fn rest_then_send(&mut self, call: &Call, operations: Vec<OperationId>, pause: Duration) {
        if operations.is_empty() {
            return;
        }
        let site = self.site;
        let call = call.again(operations);
        self.limiter.start(self.route(&call));
        self.tasks.push(Box::pin(async move {
            site.rest(pause).await;
            Event::Rested(call)
        }));
    }

    fn observe(&mut self, call: &Call, operations: Vec<OperationId>) {
        if operations.is_empty() {
            return;
        }
        let site = self.site;
        let call = call.again(operations);
        let sent = self.in_doubt(&call.operations);
        self.tasks.push(Box::pin(async move {
            let verdicts = site.observe(&sent).await;
            Event::Observed(call, verdicts)
        }));
    }

    /// An operation is done; later ones find what it brought.
    pub(super) fn done(
        &mut self,
        operation: OperationId,
        evidence: Evidence,
        done: ItemDone,
    ) -> Result<(), JournalError> {
        let ItemDone { id, name, bin } = done;
        if let Some(id) = &id {
            self.site.claims.add(id);
        }
        if let Some(planned) = self.site.plan.operation(operation) {
            self.whereabouts.take(planned, id.as_ref(), name.as_deref());
        }
        self.recorder.record(Fact::Done {
            operation,
            evidence,
            id,
            name,
            bin,
        })
    }

    /// Records what an observation says of an operation in doubt.
    pub(super) fn believe(
        &mut self,
        operation: OperationId,
        verdict: Verdict,
    ) -> Result<(), JournalError> {
        match verdict {
            Verdict::Done(done) => self.done(operation, Evidence::Observed, done),
            Verdict::Absent => self.recorder.record(Fact::Absent { operation }),
            Verdict::Failed(kind, message) => self.recorder.record(Fact::Failed {
                operation,
                kind: kind.word().to_owned(),
                message,
            }),
            Verdict::Growing(_) => {
                let message = "a folder is there, and it does not hold what it should".to_owned();
                self.recorder.doubt(operation, message)
            }
            Verdict::Unseen(message) | Verdict::Unresolved(message) => {
                self.recorder.doubt(operation, message)
            }
        }
    }

    fn take_verdicts(
        &mut self,
        call: &Call,
        verdicts: Vec<(OperationId, Verdict)>,
    ) -> Result<(), JournalError> {
        let mut absent = Vec::new();
        for (operation, verdict) in verdicts {
            let verdict = self.knowing_its_task(operation, verdict);
            let is_absent = verdict == Verdict::Absent;
            let is_done = matches!(verdict, Verdict::Done(_));
            self.believe(operation, verdict)?;
            let doubts = self.doubts.entry(operation).or_default();
            *doubts += 1;
            if is_done {
                self.schedule.settle(operation, Settled::Done);
            } else if is_absent && *doubts <= SENT_AGAIN {
                absent.push(operation);
            } else {
                if is_absent {
                    let message = "it was sent again and again, and had no effect".to_owned();
                    self.recorder.record(Fact::Failed {
                        operation,
                        kind: "unavailable".to_owned(),
                        message,
                    })?;
                }
                self.schedule.settle(operation, Settled::NotDone);
            }
        }
        if !absent.is_empty() {
            self.again.push_back(call.again(absent));
        }
        Ok(())
    }

    fn send_again(&mut self, call: Call) -> Result<(), JournalError> {
        if !self.site.stop.is_requested() {
            self.again.push_back(call);
            return Ok(());
        }
        for operation in call.operations {
            self.recorder.record(Fact::Absent { operation })?;
        }
        Ok(())
    }
}

impl Call {
    /// The same call once more, with fewer operations.
    fn again(&self, operations: Vec<OperationId>) -> Self {
        Self {
            batch: self.batch,
            attempt: self.attempt + 1,
            operations,
        }
    }
}

/// How many items of an operation's kind go into one call: all that the planner put there, or a
/// slice where the provider knows no limit.
fn slice(provider: &dyn Provider, operation: &Operation) -> usize {
    let action = &operation.action;
    let Some(place) = action.to().or(action.from()) else {
        return SLICE;
    };
    let Ok(sheet) = provider.capabilities(&place.space) else {
        return SLICE;
    };
    sheet.rule(action).items.map_or(SLICE, |_| usize::MAX)
}
