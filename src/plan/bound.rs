//! The number of calls below which no plan of this kind can go, and what the plan costs.

use std::collections::BTreeMap;

use super::batch::Batched;
use super::capabilities::{Capabilities, Carrier};
use super::context::Context;
use super::key::{CallKind, Key};
use super::operation::{Action, Operation, Reason, Strategy};
use super::plan::{Cost, MonthlyBudget};

/// Calls, bound and time of a finished set of batches.
pub(super) fn cost(context: &Context<'_>, batched: &Batched) -> Cost {
    let calls = batched.batches.len() as u64;
    let groups = groups(context, batched);
    let lower_bound = lower_bound(&groups, batched.deepest_creation);
    Cost {
        calls,
        lower_bound,
        gap_reasons: gap_reasons(batched, &groups, calls.saturating_sub(lower_bound)),
        reads: context.input.reads,
        readings: Vec::new(),
        seconds: seconds(context, batched),
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
    /// Those among them that go in calls of their own: for the time until they are renamed the
    /// service finds them a name, or they make room for something before the last removals.
    apart: u64,
}

impl Group {
    fn calls(&self, items: u64) -> u64 {
        match self.most {
            Some(most) => items.div_ceil(u64::from(most.max(1))),
            None => items.min(1),
        }
    }

    /// How many more calls it takes because some items go in calls of their own.
    fn more(&self) -> u64 {
        let apart = self.calls(self.apart) + self.calls(self.items - self.apart);
        apart - self.calls(self.items)
    }
}

/// All operations but those that only temporary names are for. For a bound it does not matter
/// which name an entry has until it is renamed.
fn groups(context: &Context<'_>, batched: &Batched) -> BTreeMap<Key, Group> {
    let mut groups: BTreeMap<Key, Group> = BTreeMap::new();
    for operation in &batched.operations {
        let Some(sheet) = sheet_of(context, operation) else {
            continue;
        };
        if batched.extra.contains(&operation.id) {
            continue;
        }
        let (key, rule) = Key::new(operation, sheet);
        let passes = matches!(operation.reason, Reason::Halfway | Reason::Temporary);
        let finds_name = passes && operation.action.strategy() == Some(Strategy::Rename);
        let key = if finds_name { key.failing() } else { key };
        let group = groups.entry(key).or_default();
        group.most = rule.items;
        group.items += 1;
        group.apart += u64::from(finds_name || operation.reason == Reason::Replaced);
    }
    groups
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

fn gap_reasons(batched: &Batched, groups: &BTreeMap<Key, Group>, gap: u64) -> Vec<String> {
    if gap == 0 {
        return Vec::new();
    }
    let mut reasons = Vec::new();
    if batched.temporary > 0 {
        reasons.push(format!(
            "{} of the entries swap or rotate and take a temporary name",
            batched.temporary
        ));
    }
    let mut explained = u64::from(batched.temporary > 0);
    let mut explain = |removes: bool, reason: &str| {
        let of_kind = groups
            .iter()
            .filter(|(key, _)| (key.kind() == CallKind::Remove) == removes);
        let more: u64 = of_kind.map(|(_, group)| group.more()).sum();
        if more > 0 {
            explained += more;
            reasons.push(reason.to_owned());
        }
    };
    explain(
        true,
        "what is replaced makes room before the removals at the end",
    );
    explain(
        false,
        "names at the target are taken, so that the service finds others for a while",
    );
    if gap > explained {
        reasons.push(
            "a name or a folder had to be there before members of one call could be sent".into(),
        );
    }
    reasons
}

fn seconds(context: &Context<'_>, batched: &Batched) -> f64 {
    let mut calls: BTreeMap<(&str, &str), u64> = BTreeMap::new();
    for batch in &batched.batches {
        let kind = (batch.provider.as_str(), batch.call.as_str());
        *calls.entry(kind).or_default() += 1;
    }
    let rate = |provider: &str| {
        let sheets = context.input.sheets.values();
        sheets
            .filter(|sheet| sheet.provider == provider)
            .filter_map(|sheet| sheet.calls_per_second)
            .min()
    };
    let times = calls
        .iter()
        .filter_map(|((provider, _), count)| Some(*count as f64 / f64::from(rate(provider)?)));
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
