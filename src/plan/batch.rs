//! Step 7: operations that share a key and do not depend on each other share a call.

use std::collections::{BTreeMap, BTreeSet};

use super::capabilities::BatchRule;
use super::choices::Choices;
use super::context::Context;
use super::detour::Detours;
use super::graph::{Cause, Graph};
use super::key::Key;
use super::lower::Lowered;
use super::operation::{Action, Operation, OperationId};
use super::plan::{Batch, BatchId, Recording};
use super::share::Work;
use super::transit;
use super::wait::Wait;
use crate::state::Proof;
use crate::tree::Address;

/// Operations in an order in which they can be done, the calls that carry them, and what the
/// state will hold.
#[derive(Debug, Default)]
pub(super) struct Batched {
    pub(super) operations: Vec<Operation>,
    pub(super) batches: Vec<Batch>,
    pub(super) recordings: Vec<Recording>,
    /// Why each call waits for others, the last of them last; the removals of the end wait for
    /// all that is before them, which is not written down.
    pub(super) waits: Vec<Vec<Wait>>,
    /// The operations that only the temporary names are for.
    pub(super) extra: BTreeSet<OperationId>,
    /// The longest chain of new folders, one in the other.
    pub(super) deepest_creation: u64,
    /// Where those go, or some of them, that a temporary name could spare waiting in a circle.
    pub(super) on_circles: BTreeSet<Address>,
    /// How many operations are in no call, because they wait for each other. Nothing can be planned
    /// with them.
    pub(super) left_out: usize,
}

impl Batched {
    /// Why a call waits for others; nothing for the removals of the end.
    pub(super) fn waits_of(&self, batch: BatchId) -> &[Wait] {
        let waits = self.waits.get(batch.0 as usize - 1);
        waits.map_or(&[], Vec::as_slice)
    }

    /// Whether a call is one of the removals of the end.
    pub(super) fn is_of_the_end(&self, batch: BatchId) -> bool {
        batch.0 as usize > self.waits.len()
    }
}

/// Step 7: orders the operations and groups them into calls.
pub(super) fn batch(context: &Context<'_>, lowered: Lowered<'_>, choices: &Choices) -> Batched {
    let mut detours = Detours {
        context,
        choices,
        stopovers: lowered.stopovers,
        given: 0,
    };
    let mut graph = Graph::new(lowered.operations, &lowered.links, &mut detours);
    let (mut removals, mut recordings) = (lowered.removals, lowered.recordings);
    let first = graph.operations.len() + 1;
    for recording in &mut recordings {
        let stop = recording.operation.and_then(|id| graph.restopped.get(&id));
        if let Some(stop) = stop.filter(|_| recording.provenance.proof == Proof::Halfway) {
            recording.target = stop.clone();
        }
    }
    let mut left_over = std::mem::take(&mut graph.left_over);
    left_over.extend(lowered.left_over);
    recordings.extend(left_over.iter().filter_map(transit::recording));
    removals.extend(left_over);
    for (number, removal) in (first..).zip(&mut removals) {
        removal.id = OperationId(number as u32);
    }
    let on_circles = std::mem::take(&mut graph.on_circles);
    Batched {
        on_circles,
        ..Batcher::new(context, graph).finish(removals, recordings)
    }
}

struct Batcher<'a, 'c> {
    context: &'a Context<'c>,
    graph: Graph,
    keys: Vec<(Key, &'a BatchRule)>,
    /// The calls so far: positions of operations, and the name of the call.
    calls: Vec<(Vec<usize>, Key)>,
}

impl<'a, 'c> Batcher<'a, 'c> {
    fn new(context: &'a Context<'c>, graph: Graph) -> Self {
        let keys: Vec<_> = graph
            .operations
            .iter()
            .map(|operation| key_of(context, operation))
            .collect();
        let calls = work(&graph, &keys).calls().into_iter();
        let calls = calls.filter_map(|call| Some((keys[*call.first()?].0.clone(), call)));
        let calls = calls.map(|(key, call)| (call, key)).collect();
        Self {
            context,
            graph,
            keys,
            calls,
        }
    }

    /// Numbers everything, puts the removals last, and tells which call follows which.
    fn finish(mut self, removals: Vec<Operation>, mut recordings: Vec<Recording>) -> Batched {
        let mut batched = Batched {
            deepest_creation: self.deepest_creation(),
            ..Batched::default()
        };
        self.record_detours(&mut recordings);
        let operations = std::mem::take(&mut self.graph.operations);
        let sent = self.calls.iter().map(|(positions, _)| positions.len());
        batched.left_out = operations.len() - sent.sum::<usize>();
        batched
            .operations
            .reserve_exact(operations.len() + removals.len());
        let mut call_of = vec![0_u32; operations.len()];
        let mut waiting: Vec<Option<Operation>> = operations.into_iter().map(Some).collect();
        let mut number_of: BTreeMap<OperationId, OperationId> = BTreeMap::new();
        for (index, (positions, key)) in self.calls.iter().enumerate() {
            positions
                .iter()
                .for_each(|position| call_of[*position] = index as u32 + 1);
            let waits = self.waits(positions, &call_of);
            let taken = positions
                .iter()
                .filter_map(|position| waiting[*position].take());
            let rule = self.keys[positions[0]].1;
            let after = waits.keys().copied().collect();
            push_call(&mut batched, taken, key, rule, after, &mut number_of);
            let wait = |(before, why): (BatchId, ([OperationId; 2], Cause))| Wait {
                before,
                operation: number_of[&why.0[0]],
                other: number_of[&why.0[1]],
                cause: why.1,
            };
            batched.waits.push(waits.into_iter().map(wait).collect());
        }
        let numbers = number_of.iter();
        batched.extra = numbers
            .filter(|(id, _)| self.graph.extra.contains(&(id.0 as usize - 1)))
            .map(|(_, number)| *number)
            .collect();
        for recording in &mut recordings {
            let operation = recording.operation;
            recording.operation = operation.and_then(|id| number_of.get(&id).copied());
        }
        batched.recordings = recordings;
        // What only put the operations into order goes before the removals come.
        let context = self.context;
        drop(waiting);
        drop(self);
        push_removals(context, removals, &mut batched, &mut number_of);
        batched
    }

    /// Sees to it that the state knows where a detour leads, should the run end on the way.
    fn record_detours(&self, recordings: &mut Vec<Recording>) {
        let detours: BTreeMap<OperationId, &Operation> = (0..self.graph.reaches.len())
            .filter(|position| self.graph.reaches[*position] != *position)
            .map(|position| (self.graph.operations[position].id, position))
            .map(|(id, position)| (id, &self.graph.operations[self.graph.reaches[position]]))
            .collect();
        let mut halfway = Vec::new();
        for recording in recordings.iter_mut() {
            let Some(last) = recording.operation.and_then(|first| detours.get(&first)) else {
                continue;
            };
            let (Some(from), Some(to)) = (last.action.from(), last.action.to()) else {
                continue;
            };
            if recording.target == to.address() {
                let mut first = recording.clone();
                first.target = from.address();
                first.provenance.proof = Proof::Halfway;
                let wished = first.provenance.wished.take();
                first.provenance.wished = wished.or_else(|| Some(to.path.clone()));
                halfway.push(first);
            }
            recording.operation = Some(last.id);
        }
        recordings.extend(halfway);
    }

    /// The calls that come before one, each with the first two operations that tell why.
    fn waits(
        &self,
        positions: &[usize],
        call_of: &[u32],
    ) -> BTreeMap<BatchId, ([OperationId; 2], Cause)> {
        let mut waits = BTreeMap::new();
        let id = |position: usize| OperationId(position as u32 + 1);
        for position in positions {
            for (other, cause) in &self.graph.after[*position] {
                let before = BatchId(call_of[*other]);
                let why = ([id(*position), id(*other)], *cause);
                waits.entry(before).or_insert(why);
            }
        }
        waits
    }

    fn deepest_creation(&self) -> u64 {
        let mut depth = vec![0_u64; self.graph.operations.len()];
        for (positions, _) in &self.calls {
            for position in positions {
                let action = &self.graph.operations[*position].action;
                let is_extra = self.graph.extra.contains(position);
                if is_extra || !matches!(action, Action::CreateFolder { .. }) {
                    continue;
                }
                let parents = self.graph.after[*position]
                    .iter()
                    .filter(|(_, cause)| **cause == Cause::Parent);
                depth[*position] = 1 + parents.map(|(other, _)| depth[*other]).max().unwrap_or(0);
            }
        }
        depth.into_iter().max().unwrap_or(0)
    }
}

/// The operations as calls see them.
fn work(graph: &Graph, keys: &[(Key, &BatchRule)]) -> Work {
    let rules: BTreeMap<&Key, &BatchRule> = keys.iter().map(|(key, rule)| (key, *rule)).collect();
    let numbers: BTreeMap<&Key, usize> = rules.keys().copied().zip(0..).collect();
    Work {
        kinds: keys.iter().map(|(key, _)| numbers[key]).collect(),
        most: rules.values().map(|rule| items(rule)).collect(),
        before: graph
            .after
            .iter()
            .map(|it| it.keys().copied().collect())
            .collect(),
    }
}

fn key_of<'c>(context: &Context<'c>, operation: &Operation) -> (Key, &'c BatchRule) {
    static NO_RULE: BatchRule = BatchRule {
        items: Some(1),
        shared: BTreeSet::new(),
        call: std::borrow::Cow::Borrowed("unknown"),
    };
    let place = operation.action.to().or(operation.action.from());
    match place.and_then(|place| context.sheet(&place.space)) {
        Some(sheet) => Key::new(operation, sheet),
        None => (Key::default(), &NO_RULE),
    }
}

fn items(rule: &BatchRule) -> usize {
    rule.items.map_or(usize::MAX, |items| items.max(1) as usize)
}

fn group_removals(
    context: &Context<'_>,
    removals: Vec<Operation>,
) -> BTreeMap<Key, Vec<Operation>> {
    let mut groups: BTreeMap<Key, Vec<Operation>> = BTreeMap::new();
    for removal in removals {
        groups
            .entry(key_of(context, &removal).0)
            .or_default()
            .push(removal);
    }
    groups
}

/// Removals come last, after everything that is done before.
fn push_removals(
    context: &Context<'_>,
    removals: Vec<Operation>,
    batched: &mut Batched,
    number_of: &mut BTreeMap<OperationId, OperationId>,
) {
    let first = batched.operations.len();
    let sinks = sinks(&batched.batches);
    for (key, operations) in group_removals(context, removals) {
        let Some(rule) = operations.first().map(|first| key_of(context, first).1) else {
            continue;
        };
        let mut rest = operations.into_iter().peekable();
        while rest.peek().is_some() {
            let chunk = rest.by_ref().take(items(rule));
            push_call(batched, chunk, &key, rule, sinks.clone(), number_of);
        }
    }
    let removals = batched.operations[first..].iter();
    let left_over = removals.filter(|removal| transit::takes_back(removal));
    let left_over: Vec<OperationId> = left_over.map(|removal| removal.id).collect();
    batched.extra.extend(left_over);
}

/// The calls that no other call follows.
fn sinks(batches: &[Batch]) -> Vec<BatchId> {
    let followed: BTreeSet<BatchId> = batches
        .iter()
        .flat_map(|batch| batch.after.iter().copied())
        .collect();
    batches
        .iter()
        .map(|batch| batch.id)
        .filter(|id| !followed.contains(id))
        .collect()
}

fn push_call(
    batched: &mut Batched,
    operations: impl Iterator<Item = Operation>,
    key: &Key,
    rule: &BatchRule,
    after: Vec<BatchId>,
    number_of: &mut BTreeMap<OperationId, OperationId>,
) {
    let mut ids = Vec::new();
    for mut operation in operations {
        let id = OperationId(batched.operations.len() as u32 + 1);
        number_of.insert(operation.id, id);
        operation.id = id;
        ids.push(id);
        batched.operations.push(operation);
    }
    batched.batches.push(Batch {
        id: BatchId(batched.batches.len() as u32 + 1),
        provider: key.provider().to_owned(),
        call: rule.call.to_string(),
        operations: ids,
        after,
    });
}
