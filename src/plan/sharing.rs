//! Items that go in calls of their own for their strategy alone, and need not.

use std::collections::{BTreeMap, BTreeSet};

use super::capabilities::BatchRule;
use super::key::Key;
use super::operation::{Operation, OperationId, Strategy};
use super::steps::{Steps, at, find_name};

/// Items of one kind of call that differ in their strategy alone.
#[derive(Default)]
struct Sharing {
    items: Option<u32>,
    /// How many must not find names, and how many must.
    fixed: (usize, usize),
    /// Those that may do either, because they are renamed afterwards anyway.
    free: Vec<OperationId>,
}

impl Steps<'_, '_> {
    /// Lets entries that stop under a free name share the calls of those for which the service
    /// has to find one, where that takes fewer calls.
    pub(super) fn share_calls(&self, operations: &mut [Operation]) {
        let mut groups: BTreeMap<Key, Sharing> = BTreeMap::new();
        let guests: BTreeSet<OperationId> = self
            .guests
            .values()
            .flatten()
            .map(|it| it.arrives)
            .collect();
        for operation in operations.iter() {
            let Some((strategy, (key, rule))) = self.kind_of_call(operation) else {
                continue;
            };
            let group = groups.entry(key.whatever_the_strategy()).or_default();
            group.items = rule.items;
            match strategy {
                Strategy::Fail if guests.contains(&operation.id) => group.free.push(operation.id),
                Strategy::Fail => group.fixed.0 += 1,
                Strategy::Rename => group.fixed.1 += 1,
                Strategy::Overwrite(_) => {}
            }
        }
        for group in groups.values() {
            for id in group.those_that_find_names() {
                find_name(at(operations, *id));
            }
        }
    }

    fn kind_of_call(&self, operation: &Operation) -> Option<(Strategy, (Key, &BatchRule))> {
        let strategy = operation.action.strategy()?;
        let sheet = self.context.sheet(&operation.action.to()?.space)?;
        Some((strategy, Key::new(operation, sheet)))
    }
}

impl Sharing {
    fn those_that_find_names(&self) -> &[OperationId] {
        let calls = |items: usize| match self.items {
            Some(most) => items.div_ceil(most.max(1) as usize),
            None => items.min(1),
        };
        let (fails, finds) = self.fixed;
        let all = self.free.len();
        let of = |finding: usize| calls(fails + all - finding) + calls(finds + finding);
        let finding = (0..=all).min_by_key(|finding| (of(*finding), *finding));
        &self.free[all - finding.unwrap_or(0)..]
    }
}
