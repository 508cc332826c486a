//! The number of calls below which no plan of this kind can go, and what the plan costs.

use std::collections::BTreeMap;

use super::batch::Batched;
use super::capabilities::{Capabilities, Carrier};
use super::context::Context;
use super::key::{CallKind, Key};
use super::operation::{Action, Operation, Reason};
use super::plan::{Cost, MonthlyBudget};

/// Calls, bound and time of a finished set of batches.
pub(super) fn cost(context: &Context<'_>, batched: &Batched) -> Cost {
    let calls = batched.batches.len() as u64;
    let lower_bound = lower_bound(context, batched);
    Cost {
        calls,
        lower_bound,
        gap_reasons: gap_reasons(batched, calls.saturating_sub(lower_bound)),
        reads: context.input.reads,
        seconds: seconds(context, batched),
        bytes: batched
            .operations
            .iter()
            .map(|operation| carried_bytes(context, operation))
            .sum(),
        monthly: monthly(context, batched),
    }
}

/// Rounds up the items of each group by the size of a batch. New folders need a call for each
/// level at least. Detours to temporary names are not part of it.
fn lower_bound(context: &Context<'_>, batched: &Batched) -> u64 {
    let mut groups: BTreeMap<Key, (u64, Option<u32>)> = BTreeMap::new();
    for operation in batched
        .operations
        .iter()
        .filter(|operation| operation.reason != Reason::Temporary)
    {
        let Some(sheet) = sheet_of(context, operation) else {
            continue;
        };
        let (key, rule) = Key::new(operation, sheet);
        let (count, items) = groups.entry(key).or_insert((0, rule.items));
        *count += 1;
        *items = rule.items;
    }
    let (folders, others): (Vec<_>, Vec<_>) = groups
        .into_iter()
        .partition(|(key, _)| key.kind() == CallKind::CreateFolder);
    let calls = |groups: Vec<(Key, (u64, Option<u32>))>| -> u64 {
        groups
            .into_iter()
            .map(|(_, (count, items))| items.map_or(1, |items| count.div_ceil(u64::from(items))))
            .sum()
    };
    calls(folders).max(batched.deepest_creation) + calls(others)
}

fn gap_reasons(batched: &Batched, gap: u64) -> Vec<String> {
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
    let explained = u64::from(batched.temporary > 0);
    if gap > explained {
        reasons.push(
            "a name or a folder had to be there before members of one call could be sent".into(),
        );
    }
    reasons
}

fn seconds(context: &Context<'_>, batched: &Batched) -> f64 {
    let mut calls: BTreeMap<&str, u64> = BTreeMap::new();
    for batch in &batched.batches {
        *calls.entry(&batch.provider).or_default() += 1;
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
        .filter_map(|(provider, count)| Some(*count as f64 / f64::from(rate(provider)?)));
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
