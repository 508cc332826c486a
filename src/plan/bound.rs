//! The number of calls below which no plan of this kind can go, and what the plan costs.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::batch::Batched;
use super::capabilities::{Capabilities, Carrier};
use super::context::Context;
use super::gap::{finds_name, gap_reasons};
use super::key::{CallKind, Key};
use super::operation::{Action, Operation};
use super::plan::{Batch, CallCount, Cost, MonthlyBudget};

/// Calls, bound and time of a finished set of batches.
pub(super) fn cost(context: &Context<'_>, batched: &Batched) -> Cost {
    let calls = batched.batches.len() as u64;
    let groups = groups(context, batched);
    let lower_bound = lower_bound(&groups, batched.deepest_creation);
    let calls_by_kind = calls_by_kind(batched);
    let gap = calls.saturating_sub(lower_bound);
    let gap_reasons = match gap {
        0 => Vec::new(),
        _ => gap_reasons(batched, &group_of_each(context, batched), gap),
    };
    Cost {
        calls,
        lower_bound,
        gap_reasons,
        reads: context.input.reads,
        readings: Vec::new(),
        seconds: seconds(context, &calls_by_kind),
        calls_by_kind,
        bytes: batched
            .operations
            .iter()
            .map(|operation| carried_bytes(context, operation))
            .sum(),
        monthly: monthly(context, batched),
    }
}

/// Items that would share calls if nothing stood between them.
#[derive(Default)]
struct Group {
    /// The most items of one call.
    most: Option<u32>,
    items: u64,
    /// Those among them for which the service finds a name for a while.
    apart: u64,
}

impl Group {
    fn calls(&self, items: u64) -> u64 {
        match self.most {
            Some(most) => items.div_ceil(u64::from(most.max(1))),
            None => items.min(1),
        }
    }
}

/// All operations but those that only temporary names are for. For a bound it does not matter
/// which name an entry has until it is renamed.
fn groups(context: &Context<'_>, batched: &Batched) -> BTreeMap<Key, Group> {
    let mut groups: BTreeMap<Key, Group> = BTreeMap::new();
    for operation in &batched.operations {
        if let Some((key, most)) = group_of(context, batched, operation) {
            let group = groups.entry(key).or_default();
            group.most = most;
            group.items += 1;
            group.apart += u64::from(finds_name(operation));
        }
    }
    groups
}

/// What an operation has in common with those that it could share a call with, and the most items
/// of that call.
fn group_of(
    context: &Context<'_>,
    batched: &Batched,
    operation: &Operation,
) -> Option<(Key, Option<u32>)> {
    let sheet = sheet_of(context, operation)?;
    if batched.extra.contains(&operation.id) {
        return None;
    }
    let (key, rule) = Key::new(operation, sheet);
    let key = if finds_name(operation) {
        key.failing()
    } else {
        key
    };
    Some((key, rule.items))
}

/// The group of each call: that of the first of its operations which has one.
fn group_of_each(context: &Context<'_>, batched: &Batched) -> Vec<Option<(Key, Option<u32>)>> {
    let group = |batch: &Batch| {
        let ids = batch.operations.iter();
        let mut operations = ids.filter_map(|id| batched.operations.get(id.0 as usize - 1));
        operations.find_map(|operation| group_of(context, batched, operation))
    };
    batched.batches.iter().map(group).collect()
}

/// Rounds up the items of each group by the size of a batch. New folders need a call for each
/// level at least. Detours to temporary names are not part of it.
fn lower_bound(groups: &BTreeMap<Key, Group>, deepest_creation: u64) -> u64 {
    let calls = |kind: fn(CallKind) -> bool| -> u64 {
        let of_kind = groups.iter().filter(|(key, _)| kind(key.kind()));
        of_kind.map(|(_, group)| group.calls(group.items)).sum()
    };
    let folders = calls(|kind| kind == CallKind::CreateFolder);
    let shared: u64 = groups.iter().map(|it| shared(groups, it)).sum();
    folders.max(deepest_creation) + calls(|kind| kind != CallKind::CreateFolder) - shared
}

/// How many calls fewer it takes where entries for which the service finds a name for a while go
/// with those that get one for good.
fn shared(groups: &BTreeMap<Key, Group>, (key, group): (&Key, &Group)) -> u64 {
    let finding = key.finding();
    let differs = finding != *key && key.kind() != CallKind::Remove && group.apart > 0;
    let Some(others) = groups.get(&finding).filter(|_| differs) else {
        return 0;
    };
    let calls = |apart: u64| group.calls(group.items - apart) + others.calls(others.items + apart);
    let least = (0..=group.apart).map(calls).min();
    calls(0) - least.unwrap_or(calls(0))
}

/// The calls by their names, the most frequent first.
fn calls_by_kind(batched: &Batched) -> Vec<CallCount> {
    let mut calls: BTreeMap<(&str, &str), u64> = BTreeMap::new();
    for batch in &batched.batches {
        let kind = (batch.provider.as_str(), batch.call.as_str());
        *calls.entry(kind).or_default() += 1;
    }
    let count = |((provider, call), calls): ((&str, &str), u64)| CallCount {
        provider: provider.to_owned(),
        call: call.to_owned(),
        calls,
    };
    let mut counts: Vec<CallCount> = calls.into_iter().map(count).collect();
    counts.sort_by_key(|count| Reverse(count.calls));
    counts
}

/// The time of the kind of call that takes longest: each kind has a rate of its own.
fn seconds(context: &Context<'_>, calls: &[CallCount]) -> f64 {
    let rate = |provider: &str| {
        let sheets = context.input.sheets.values();
        sheets
            .filter(|sheet| sheet.provider == provider)
            .filter_map(|sheet| sheet.calls_per_second)
            .min()
    };
    let times = calls
        .iter()
        .filter_map(|count| Some(count.calls as f64 / f64::from(rate(&count.provider)?)));
    times.fold(0.0, f64::max)
}

/// The share of each monthly budget. The narrowest counts where spaces of one provider differ.
fn monthly(context: &Context<'_>, batched: &Batched) -> Vec<MonthlyBudget> {
    let mut budgets: BTreeMap<&str, u64> = BTreeMap::new();
    for sheet in context.input.sheets.values() {
        if let Some(calls) = sheet.calls_per_month.map(u64::from) {
            let budget = budgets.entry(&sheet.provider).or_insert(calls);
            *budget = calls.min(*budget);
        }
    }
    let calls = |provider: &str| {
        let batches = batched.batches.iter();
        batches.filter(|batch| batch.provider == provider).count() as u64
    };
    budgets
        .into_iter()
        .map(|(provider, of)| MonthlyBudget {
            provider: provider.to_owned(),
            calls: calls(provider) + context.input.reads,
            of,
        })
        .collect()
}

fn carried_bytes(context: &Context<'_>, operation: &Operation) -> u64 {
    let here =
        sheet_of(context, operation).is_some_and(|sheet| sheet.carrier == Carrier::ThisMachine);
    if here && matches!(operation.action, Action::Copy { .. }) {
        operation.bytes
    } else {
        0
    }
}

fn sheet_of<'c>(context: &Context<'c>, operation: &Operation) -> Option<&'c Capabilities> {
    let place = operation.action.to().or(operation.action.from())?;
    context.sheet(&place.space)
}
