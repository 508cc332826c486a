//! A service with ids, tasks and names of its own, for runs over it.
#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use crate::apply::scene::{block_on, observed, sheet};
use crate::plan::sample::{self, place, plan_of};
use crate::plan::{
    Action, Beside, Capabilities, Carrier, CopiedTime, Disposal, Identity, NameCheck, Naming,
    Operation, Place, Plan, Reliance, Strategy,
};
use crate::provider::{
    Answer, BatchReply, BatchRequest, ErrorKind, FetchedEntry, ListRequest, MemoryProvider,
    NoProgress, Page, Provider, ProviderError, TaskId, TaskStatus,
};
use crate::tree::{EntryKind, SpaceAlias};

/// A service whose calls take entries by id only, that counts them, and that can leave a caller
/// without an answer or end its tasks badly.
pub(super) struct Service {
    inner: MemoryProvider,
    calls: Mutex<u32>,
    /// Calls that are not answered, by number, and whether they have their effect.
    pub(super) unanswered: BTreeMap<u32, bool>,
    /// It finds a free name although the call says that it shall refuse.
    pub(super) finds_names: bool,
    /// What every task says in the end, whatever it did.
    pub(super) verdict: Option<TaskStatus>,
}

impl Service {
    pub(super) fn holding(files: &[(&str, u64)]) -> Self {
        Self::checking(NameCheck::WithEffect, files)
    }

    /// The same with names that are checked when the sheet says.
    pub(super) fn checking(name_check: NameCheck, files: &[(&str, u64)]) -> Self {
        let sheet = Capabilities {
            identity: Identity::Id,
            naming: Naming::Kept,
            carrier: Carrier::Service,
            beside: Beside::Numbered,
            copied_time: CopiedTime::New,
            name_check,
            ..sheet()
        };
        Self {
            inner: MemoryProvider::new(&observed(files), sheet),
            calls: Mutex::new(0),
            unanswered: BTreeMap::new(),
            finds_names: false,
            verdict: None,
        }
    }

    pub(super) fn with_tasks(mut self, looks: u32) -> Self {
        self.inner = self.inner.with_tasks(looks);
        self
    }

    /// Lets everything have its effect that was taken on.
    pub(super) fn finish_tasks(&self) {
        self.inner.finish_tasks();
    }

    pub(super) fn calls(&self) -> u32 {
        *self.calls.lock().unwrap()
    }

    /// Puts the observed ids into operations and into what they rely on. What an operation before
    /// brings has none.
    fn identify(&self, plan: &mut Plan) {
        let mut made = BTreeSet::new();
        for operation in &mut plan.operations {
            made.extend(operation.action.to().map(Place::address));
            let from = match &mut operation.action {
                Action::Copy { from, .. }
                | Action::Move { from, .. }
                | Action::Rename { from, .. } => from,
                Action::Remove { at, .. } => at,
                Action::CreateFolder { .. } => continue,
            };
            let found = block_on(self.inner.fetch(std::slice::from_ref(from)))
                .unwrap()
                .remove(0);
            let Some(found) = found else { continue };
            if made.contains(&from.address()) {
                continue;
            }
            from.id = found.seen.id.clone();
            operation.kind = found.kind;
            if found.kind == EntryKind::File {
                operation.relies_on.push(Reliance::File {
                    address: from.address(),
                    id: found.seen.id,
                    attributes: found.seen.attributes,
                });
            }
        }
    }

    /// Carries out copies under the first free name, whatever they ask for.
    fn execute_anyhow<'a>(&'a self, request: &'a BatchRequest<'a>) -> Answer<'a, BatchReply> {
        let found = request.operations.iter().map(|operation| {
            let mut found = (*operation).clone();
            if let Action::Copy { strategy, .. } = &mut found.action {
                *strategy = Strategy::Rename;
            }
            found
        });
        let found: Vec<Operation> = found.collect();
        Box::pin(async move {
            let operations: Vec<&Operation> = found.iter().collect();
            let request = BatchRequest {
                operations: &operations,
                ..*request
            };
            self.inner.execute(&request).await
        })
    }

    /// Somebody takes a file away.
    pub(super) fn lose(&self, path: &str) {
        let at = place(path);
        let found = block_on(self.inner.fetch(std::slice::from_ref(&at)));
        let id = found.unwrap().remove(0).unwrap().seen.id;
        let (at, disposal) = (Place { id, ..at }, Disposal::Permanent);
        let remove = sample::operation(1, Action::Remove { at, disposal });
        let request = BatchRequest {
            run: "somebody",
            operations: &[&remove],
            progress: &NoProgress,
        };
        let reply = block_on(self.inner.execute(&request)).unwrap();
        assert!(reply.items[0].end.is_ok(), "{reply:?}");
    }

    /// Paths below the root with their sizes.
    pub(super) fn picture(&self) -> Vec<String> {
        let world = self.inner.world();
        let mut rows = Vec::new();
        let root = world.root(&SpaceAlias::parse("desk").unwrap()).unwrap();
        world.walk(root, |path, node| {
            rows.push(format!("{path} {}", world.size(node)));
        });
        rows
    }
}

impl Provider for Service {
    fn capabilities(&self, space: &SpaceAlias) -> Result<Capabilities, ProviderError> {
        self.inner.capabilities(space)
    }

    fn list<'a>(&'a self, request: &'a ListRequest) -> Answer<'a, Page> {
        self.inner.list(request)
    }

    fn fetch<'a>(&'a self, places: &'a [Place]) -> Answer<'a, Vec<Option<FetchedEntry>>> {
        self.inner.fetch(places)
    }

    fn execute<'a>(&'a self, request: &'a BatchRequest<'a>) -> Answer<'a, BatchReply> {
        for from in request.operations.iter().filter_map(|it| it.action.from()) {
            assert!(
                from.id.is_some(),
                "nobody knows which entry is meant: {from}"
            );
        }
        if self.finds_names && request.operations[0].action.strategy() == Some(Strategy::Fail) {
            return self.execute_anyhow(request);
        }
        let mut calls = self.calls.lock().unwrap();
        *calls += 1;
        match self.unanswered.get(&*calls) {
            None => self.inner.execute(request),
            Some(&has_effect) => Box::pin(async move {
                if has_effect {
                    self.inner.execute(request).await?;
                }
                Err(ProviderError::ambiguous(
                    ErrorKind::Unavailable,
                    "no answer came",
                ))
            }),
        }
    }

    fn poll<'a>(&'a self, tasks: &'a [TaskId]) -> Answer<'a, Vec<TaskStatus>> {
        Box::pin(async move {
            let mut states = self.inner.poll(tasks).await?;
            for state in &mut states {
                if let (Some(verdict), false) = (&self.verdict, *state == TaskStatus::Running) {
                    *state = verdict.clone();
                }
            }
            Ok(states)
        })
    }
}

/// A plan of these actions, one a batch, each after the one before.
pub(super) fn plan(service: &Service, actions: Vec<Action>) -> Plan {
    let numbers: Vec<u32> = (1..=actions.len() as u32).collect();
    let batches: Vec<&[u32]> = numbers.iter().map(std::slice::from_ref).collect();
    let operations = (1..).zip(actions);
    let operations: Vec<Operation> = operations
        .map(|(number, action)| sample::operation(number, action))
        .collect();
    let mut plan = plan_of(operations, &batches);
    service.identify(&mut plan);
    plan
}

pub(super) fn rename(from: &str, to: &str) -> Action {
    Action::Rename {
        from: place(from),
        to: place(to),
        strategy: Strategy::Fail,
    }
}

pub(super) fn folder(at: &str) -> Action {
    Action::CreateFolder { at: place(at) }
}
