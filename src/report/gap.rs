//! Why a plan takes more calls than its lower bound, in words.

use std::collections::BTreeMap;

use super::diagnostics::Detail;
use super::escape::escape;
use super::layout::{counted, thousands};
use crate::plan::{Gap, GapReason, OperationId, Plan};

/// The reasons of all calls above the bound: one line each, or in brief one for each kind.
pub(super) fn gap_words(plan: &Plan, detail: Detail) -> Vec<String> {
    let reasons = &plan.cost.gap_reasons;
    match detail {
        Detail::Full => reasons
            .iter()
            .map(|reason| format!("{}: {}", reason.batch, reason_words(plan, reason)))
            .collect(),
        Detail::Brief => {
            let mut kinds: BTreeMap<Gap, Vec<&GapReason>> = BTreeMap::new();
            for reason in reasons {
                kinds.entry(reason.reason).or_default().push(reason);
            }
            let kinds = kinds.into_values();
            kinds.filter_map(|kind| kind_words(plan, &kind)).collect()
        }
    }
}

fn kind_words(plan: &Plan, kind: &[&GapReason]) -> Option<String> {
    let calls = counted(kind.len() as u64, "call");
    let (first, further) = kind.split_first()?;
    let mut words = format!("{calls}: {}", reason_words(plan, first));
    if !further.is_empty() {
        let count = thousands(further.len() as u64);
        words.push_str(&format!(", and {count} more of this kind"));
    }
    Some(words)
}

/// Why one call is needed beyond the bound.
pub(super) fn reason_words(plan: &Plan, reason: &GapReason) -> String {
    let what = entries(plan, &reason.operations);
    let other = match reason.waits_for {
        Some(other) => entries(plan, &[other]),
        None => "another".to_owned(),
    };
    match reason.reason {
        Gap::Staged => {
            format!("staged, because the service checks names at submission only ({what})")
        }
        Gap::TemporaryName => format!("a temporary name for {what}, because names change places"),
        Gap::WaitingFolder => {
            format!("a folder to wait in, because entries change places ({what})")
        }
        Gap::FoundName => format!(
            "the name is taken at the target for a while, and the service finds one for {what}"
        ),
        Gap::RoomMade => format!("{what} makes room before the removals at the end"),
        Gap::NameFreed => format!("{other} had to free a name before {what} takes it"),
        Gap::FolderFirst => format!("{what} needs a folder that has to be there first: {other}"),
        Gap::ReadFirst => format!("{other} had to be read before {what} is touched"),
        Gap::EmptiedFirst => format!("{other} had to leave before {what} goes"),
        Gap::StepFirst => format!("{what} takes a step after another: {other}"),
        Gap::Order => format!("the order of the other calls keeps {what} apart"),
    }
}

/// The entries that operations are about, the first of them by name.
fn entries(plan: &Plan, operations: &[OperationId]) -> String {
    let mut found = operations.iter().filter_map(|id| plan.operation(*id));
    let Some(first) = found.next() else {
        return "an entry".to_owned();
    };
    let action = &first.action;
    let name = match (action.from(), action.to()) {
        (Some(from), Some(to)) => format!("{from} on its way to {to}"),
        (Some(place), None) | (None, Some(place)) => place.to_string(),
        (None, None) => "an entry".to_owned(),
    };
    let name = escape(&name).into_owned();
    match operations.len() - 1 {
        0 => name,
        further => format!("{name} and {} more", thousands(further as u64)),
    }
}
