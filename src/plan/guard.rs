//! Step 8: the finished plan is judged by the manifests' limits, protections and by what the
//! sheets allow.

use std::collections::{BTreeMap, BTreeSet};

use super::capabilities::{Bin, Overwriting};
use super::context::Context;
use super::names::refused_names;
use super::operation::{Action, Operation, Place, Reason, Strategy};
use super::plan::{Cost, GuardReading, Summary};
use super::transit::is_left_over;
use crate::diagnostic::Diagnostic;
use crate::manifest::{Disposal, Limit, Manifest, Protection, Wish};
use crate::tree::{Address, EntryKind, EntryPath, SpaceAlias};

/// From how many entries on a share of them means something.
const SMALLEST_POPULATION: u64 = 10;

/// Step 8: limits, protections and refusals as findings with numbers.
pub(super) fn guard(
    context: &Context<'_>,
    operations: &[Operation],
    cost: &Cost,
    summary: &mut Summary,
) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    for manifest in context.input.manifests {
        let judge = Judge::new(context, manifest, operations);
        let readings = judge.readings(cost);
        findings.extend(readings.iter().filter_map(|reading| judge.finding(reading)));
        summary.guards.extend(readings);
        summary.under_targets += judge.under_targets;
        findings.extend(protections(context, manifest, operations));
    }
    findings.extend(refused_names(context, operations));
    findings.extend(
        operations
            .iter()
            .filter_map(|operation| impossible(context, operation)),
    );
    findings.extend(refusable(context, operations));
    findings
}

/// Files whose replacement the service may refuse, counted once for each space.
fn refusable(context: &Context<'_>, operations: &[Operation]) -> Vec<Diagnostic> {
    let mut replaced: BTreeMap<&SpaceAlias, Vec<&Place>> = BTreeMap::new();
    for operation in operations {
        let Some(to) = operation.action.to() else {
            continue;
        };
        let overwrites = matches!(operation.action.strategy(), Some(Strategy::Overwrite(_)));
        let sheet = context.sheet(&to.space).filter(|_| overwrites);
        if sheet.is_some_and(|sheet| sheet.overwriting == Overwriting::NotWithHistory) {
            replaced.entry(&to.space).or_default().push(to);
        }
    }
    let finding = |places: Vec<&Place>| {
        let first = *places.first()?;
        let further = match places.len() - 1 {
            0 => String::new(),
            count => format!(" and {count} more"),
        };
        let detail = format!(
            "{first}{further} would be overwritten. The service refuses that where it keeps \
             earlier versions of a file; such an item fails and nothing is lost."
        );
        let summary = "overwriting may be refused";
        Some(
            Diagnostic::warning("overwrite-refusable", summary, detail)
                .about(first)
                .with_hint("say `on_conflict: rename` to place beside it and keep both"),
        )
    };
    replaced.into_values().filter_map(finding).collect()
}

/// The entries that a set of operations takes away, overwrites or moves. What goes in several
/// steps counts once.
pub(super) fn count(operations: &[&Operation], summary: &mut Summary) {
    let mut stops: BTreeSet<Address> = BTreeSet::new();
    for operation in operations {
        let goes_on = operation
            .action
            .from()
            .is_some_and(|from| !stops.is_empty() && stops.contains(&from.address()));
        if matches!(operation.reason, Reason::Halfway | Reason::Temporary) {
            stops.extend(operation.action.to().map(|to| to.address()));
        }
        match &operation.action {
            Action::Move { .. } | Action::Rename { .. } if goes_on => {}
            Action::Remove { .. } if is_left_over(operation) => {}
            Action::CreateFolder { .. } if operation.reason == Reason::Temporary => {}
            Action::Remove { .. } if operation.reason == Reason::Replaced => {
                summary.overwritten += 1;
            }
            Action::Remove { .. } => summary.removed += operation.entries,
            Action::Copy { .. } => summary.copied += operation.entries,
            Action::CreateFolder { .. } => summary.created += operation.entries,
            Action::Move { .. } | Action::Rename { .. } => summary.moved += operation.entries,
        }
        let replaced = matches!(operation.action.strategy(), Some(Strategy::Overwrite(_)));
        if replaced {
            summary.overwritten += 1;
        }
    }
}

struct Judge<'a, 'c> {
    context: &'a Context<'c>,
    manifest: &'a Manifest,
    summary: Summary,
    under_targets: u64,
}

impl<'a, 'c> Judge<'a, 'c> {
    fn new(context: &'a Context<'c>, manifest: &'a Manifest, operations: &[Operation]) -> Self {
        let ours: Vec<_> = operations
            .iter()
            .filter(|operation| *operation.placement.manifest == *manifest.name.as_str())
            .collect();
        let mut summary = Summary::default();
        count(&ours, &mut summary);
        Self {
            context,
            manifest,
            summary,
            under_targets: under_targets(context, manifest),
        }
    }

    fn readings(&self, cost: &Cost) -> Vec<GuardReading> {
        let guards = &self.manifest.guards;
        let count = |limit: Option<u64>| limit.map(Limit::Count);
        let all = [
            ("max_removes", self.summary.removed, guards.max_removes),
            (
                "max_overwrites",
                self.summary.overwritten,
                guards.max_overwrites,
            ),
            ("max_moves", self.summary.moved, guards.max_moves),
            ("max_calls", cost.calls, count(guards.max_calls)),
            (
                "max_time",
                cost.seconds.ceil() as u64,
                count(guards.max_time),
            ),
        ];
        let set = all.into_iter().filter_map(|(guard, measured, limit)| {
            Some(GuardReading {
                guard: guard.into(),
                measured,
                limit: limit?,
            })
        });
        set.collect()
    }

    fn finding(&self, reading: &GuardReading) -> Option<Diagnostic> {
        let measured = reading.measured;
        let breach = match reading.limit {
            Limit::Count(most) => (measured > most).then(|| format!("the limit is {most}")),
            Limit::Share(share) => self.breached_share(measured, share),
        }?;
        if self.context.input.accepted.contains(&reading.guard) {
            return None;
        }
        let does = match reading.guard.as_str() {
            "max_removes" => format!("removes {measured} entries"),
            "max_overwrites" => format!("overwrites {measured} files"),
            "max_moves" => format!("moves {measured} entries"),
            "max_calls" => format!("makes {measured} calls"),
            _ => format!("takes {measured} seconds at least"),
        };
        let detail = format!(
            "The plan for `{}` {does}, and {breach} (`{}`).",
            self.manifest.name, reading.guard
        );
        let hint = format!(
            "look at what the plan does; `--accept {}` lifts this guard for one plan",
            reading.guard
        );
        Some(
            Diagnostic::error(
                "guard",
                "the plan does more than its manifest allows",
                detail,
            )
            .with_hint(hint),
        )
    }

    fn breached_share(&self, measured: u64, share: u32) -> Option<String> {
        let base = self.under_targets;
        let breached = base >= SMALLEST_POPULATION
            && u128::from(measured) * 10_000 > u128::from(base) * u128::from(share);
        let percent = |parts: u128| format!("{}.{:02} %", parts / 100, parts % 100);
        let used = u128::from(measured) * 10_000 / u128::from(base.max(1));
        breached.then(|| {
            format!(
                "that is {} of the {base} entries under its targets; the limit is {}",
                percent(used),
                percent(share.into())
            )
        })
    }
}

/// How many entries were observed under the targets of a manifest.
fn under_targets(context: &Context<'_>, manifest: &Manifest) -> u64 {
    let placements = manifest.placements.iter();
    let mut targets: Vec<&Address> = placements
        .map(|placement| match &placement.wish {
            Wish::Copy(transfer, _) | Wish::Move(transfer, _) | Wish::Mirror(transfer, ..) => {
                transfer.target.address()
            }
            Wish::Folder(address) => address,
            Wish::Absent(selection, ..) => &selection.base,
        })
        .collect();
    targets.sort();
    let mut last: Option<&Address> = None;
    let mut count = 0;
    for target in targets {
        if last.is_some_and(|last| target.is_at_or_below(last)) {
            continue;
        }
        last = Some(target);
        count += context
            .world
            .find(target)
            .map_or(0, |node| context.world.measure(node).0);
    }
    count
}

/// Protected entries that an operation would take away or overwrite.
fn protections(
    context: &Context<'_>,
    manifest: &Manifest,
    operations: &[Operation],
) -> Vec<Diagnostic> {
    if manifest.protect.is_empty() {
        return Vec::new();
    }
    let mut findings = Vec::new();
    for operation in operations {
        let endangered = match &operation.action {
            Action::Remove { at, .. } => Some(at.address()),
            Action::Move { from, .. } | Action::Rename { from, .. } => Some(from.address()),
            Action::Copy { .. } | Action::CreateFolder { .. } => None,
        };
        let overwritten = match operation.action.strategy() {
            Some(Strategy::Overwrite(_)) => operation.action.to().map(|to| to.address()),
            Some(Strategy::Fail | Strategy::Rename) | None => None,
        };
        for address in endangered.into_iter().chain(overwritten) {
            let hit = manifest
                .protect
                .iter()
                .find_map(|rule| Some((rule, protected(context, rule, &address)?)));
            findings.extend(hit.map(|(rule, entry)| protection(context, rule, operation, &entry)));
        }
    }
    findings
}

/// The protected entry at or below an address, or the address itself below a protected folder.
fn protected(context: &Context<'_>, rule: &Protection, address: &Address) -> Option<Address> {
    if rule.selection.covers(&address.space, &address.path) {
        return Some(address.clone());
    }
    let near =
        rule.selection.base.is_at_or_below(address) || address.is_at_or_below(&rule.selection.base);
    let node = context.world.find(address).filter(|_| near)?;
    let mut found = None;
    context.world.walk(node, |path, _| {
        let path: EntryPath = address.path.append(path);
        if found.is_none() && rule.selection.matches(&address.space, &path) {
            found = Some(Address::new(address.space.clone(), path));
        }
    });
    found
}

fn protection(
    context: &Context<'_>,
    rule: &Protection,
    operation: &Operation,
    entry: &Address,
) -> Diagnostic {
    let does = match operation.action {
        Action::Remove { .. } if operation.reason == Reason::Replaced => "overwrite",
        Action::Remove { .. } => "remove",
        Action::Move { .. } | Action::Rename { .. } => "move away",
        Action::Copy { .. } | Action::CreateFolder { .. } => "overwrite",
    };
    let detail = format!(
        "`{}` would {does} {entry}, which `{}` protects.",
        operation.placement.placement, rule.selection
    );
    let asking = context
        .placements
        .iter()
        .find(|placement| placement.reference == operation.placement);
    let finding = Diagnostic::error("protected", "a protected entry would be touched", detail)
        .at(rule.location.clone())
        .about(entry)
        .with_hint("drop the protection or the placement; nothing lifts a protection");
    match asking {
        Some(asking) => finding.with_related("asked for here", asking.placement.location.clone()),
        None => finding,
    }
}

/// What the provider of an operation cannot do.
fn impossible(context: &Context<'_>, operation: &Operation) -> Option<Diagnostic> {
    let place = operation.action.to().or(operation.action.from())?;
    let sheet = context.sheet(&place.space)?;
    let Action::Remove { disposal, .. } = &operation.action else {
        return None;
    };
    if let Some(special) = special_inside(context, operation) {
        let detail = format!(
            "{place} cannot go as a whole, because {special} is neither a file nor a folder."
        );
        return Some(
            Diagnostic::error(
                "special-inside",
                "a folder holds an entry that is never touched",
                detail,
            )
            .about(place)
            .with_hint("take that entry away by hand"),
        );
    }
    let binless = *disposal == Disposal::Recycle && sheet.bin == Bin::None;
    binless.then(|| no_bin(&place.space, place))
}

fn no_bin(space: &SpaceAlias, place: &super::Place) -> Diagnostic {
    let detail = format!("{place} is to go to the bin, and the space `{space}` has none.");
    Diagnostic::error("no-bin", "a space has no bin", detail)
        .about(place)
        .with_hint("say `recycle: false` to remove for good, or leave the entry")
}

fn special_inside(context: &Context<'_>, operation: &Operation) -> Option<Address> {
    let address = operation.action.from()?.address();
    let node = context.world.find(&address)?;
    let mut special = None;
    context.world.walk(node, |path, entry| {
        if special.is_none() && context.world.kind(entry) == EntryKind::Special {
            special = Some(Address::new(
                address.space.clone(),
                address.path.append(path),
            ));
        }
    });
    special
}
