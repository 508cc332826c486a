//! Step 9: the proof. The simulated plan must give the desired world, and planning again in it
//! must find nothing to do.

use std::collections::{BTreeMap, BTreeSet};

use super::ability::inability;
use super::batch::Batched;
use super::change::{Change, Differences, Origin};
use super::context::Context;
use super::expand::EXPECTATION;
use super::operation::{Action, Operation};
use super::plan::Recording;
use super::planner::{Derived, adoptions, derive, valid_records};
use super::world::World;
use crate::diagnostic::Diagnostic;
use crate::state::{Proof, Provenance};
use crate::tree::{Address, EntryKind, EntryPath, SpaceAlias};

/// Where the simulation of a plan and its promise part.
#[derive(Debug)]
pub(super) struct Unproven(String);

/// Step 9: simulates the plan, and lets go of the changes and removals that it was made of.
///
/// # Errors
/// The plan does not do what it says, which is an error of the planner and never of its input.
pub(super) fn simulate(
    context: &Context<'_>,
    derived: &mut Derived,
    batched: &Batched,
) -> Result<(), Unproven> {
    let simulated = proven(context, derived, batched)?;
    let adopted = adopted_links(context, &derived.differences);
    // To plan again takes as much memory as the plan did; what is not part of that one goes first.
    derived.differences.changes = Vec::new();
    derived.removals = Vec::new();
    let records = recorded_after(context, batched, &adopted);
    let again = context.afterwards(&simulated, records.into_iter());
    check_nothing_left(&derive(&again))
}

/// The world as the plan leaves it, if that is the desired one.
///
/// # Errors
/// An operation cannot be done, or something is not as desired in the end.
pub(super) fn proven(
    context: &Context<'_>,
    derived: &Derived,
    batched: &Batched,
) -> Result<World, Unproven> {
    let mut simulated = context.world.clone();
    for operation in &batched.operations {
        let place = operation.action.to().or(operation.action.from());
        let sheet = place.and_then(|place| context.sheet(&place.space));
        if let Some(why) = sheet.and_then(|sheet| inability(operation, sheet)) {
            return Err(Unproven(format!("{} cannot be done: {why}", operation.id)));
        }
        simulated
            .apply(operation)
            .map_err(|error| Unproven(format!("{} fails: {error}", operation.id)))?;
    }
    check_desired(&simulated, &desired(context, derived))?;
    Ok(simulated)
}

fn check_desired(simulated: &World, desired: &World) -> Result<(), Unproven> {
    match simulated.first_difference(desired) {
        Some(address) => Err(Unproven(format!("{address} would not be as desired"))),
        None => Ok(()),
    }
}

fn check_nothing_left(derived: &Derived) -> Result<(), Unproven> {
    if let Some(change) = derived.differences.changes.first() {
        return Err(Unproven(format!(
            "planning again would place {}",
            change.target
        )));
    }
    if let Some(removal) = derived.removals.first() {
        return Err(Unproven(format!(
            "planning again would remove {}",
            removal.address
        )));
    }
    // How much a pattern matches after the plan is the manifest's business, not the plan's.
    let counts = |finding: &&Diagnostic| finding.is_error() && finding.code != EXPECTATION;
    match derived.findings().find(counts) {
        Some(finding) => Err(Unproven(format!(
            "planning again would find: {}",
            finding.detail
        ))),
        None => Ok(()),
    }
}

impl Unproven {
    /// What a reader sees of it.
    pub(super) fn finding(&self) -> Diagnostic {
        Diagnostic::error("internal", "the plan cannot be proven", format!("{}.", self.0))
            .with_hint("this is an error of the program; nothing was written; please report it with the manifest")
    }
}

/// The world as the differences want it, whatever the operations are.
fn desired(context: &Context<'_>, derived: &Derived) -> World {
    let differences = &derived.differences;
    let mut world = context.world.clone();
    let leaving = differences
        .changes
        .iter()
        .filter(|change| moves_file(change) || change.stand_in.is_some())
        .filter_map(|change| change.from().map(|entry| &entry.address));
    let emptied = differences
        .emptied
        .iter()
        .map(|emptied| &emptied.source.address);
    let removed = derived.removals.iter().map(|removal| &removal.address);
    let replaced = differences
        .changes
        .iter()
        .filter(|change| change.replaces.is_some())
        .map(|change| &change.target);
    for address in leaving.chain(emptied).chain(removed).chain(replaced) {
        if let Some((parent, name)) = context.world.parent_of(address) {
            world.detach(parent, &name);
        }
    }
    for change in &differences.changes {
        let Some((parent, name)) = world.parent_of(&change.target) else {
            continue;
        };
        match (change.from(), change.kind) {
            (Some(source), EntryKind::File) if moves_file(change) => {
                world.attach(parent, &name, source.node);
            }
            (Some(source), EntryKind::File) => world.copy_to(source.node, parent, &name),
            _ => {
                world.make_folder(parent, &name);
            }
        }
    }
    world
}

fn moves_file(change: &Change) -> bool {
    change.origin == Origin::Moved && change.kind == EntryKind::File
}

/// The records as they will be after the plan.
fn recorded_after<'a>(
    context: &'a Context<'_>,
    batched: &'a Batched,
    adopted: &'a [Recording],
) -> BTreeMap<&'a Address, &'a Provenance> {
    let gone: BTreeSet<(&SpaceAlias, &EntryPath)> =
        batched.operations.iter().filter_map(leaves).collect();
    let is_gone = |address: &Address| {
        let mut path = Some(address.path.clone());
        while let Some(next) = path {
            if gone.contains(&(&address.space, &next)) {
                return true;
            }
            path = next.parent();
        }
        false
    };
    let kept =
        valid_records(context.input).filter(|(address, _)| gone.is_empty() || !is_gone(address));
    let mut records: BTreeMap<&Address, &Provenance> = kept.collect();
    records.extend(
        batched
            .recordings
            .iter()
            .chain(adopted)
            .filter(|recording| recording.provenance.proof != Proof::Halfway)
            .map(|recording: &Recording| (&recording.target, &recording.provenance)),
    );
    records
}

/// The adoptions whose sources this plan replaces: links of chains, which have to be recorded
/// with the source as it was. All others would be adopted again without a call.
fn adopted_links(context: &Context<'_>, differences: &Differences) -> Vec<Recording> {
    let changes = differences.changes.iter();
    let replacing = changes.filter(|change| change.replaces.is_some());
    let mut replaced: Vec<(&Address, usize)> = replacing
        .map(|change| (&change.target, change.placement))
        .collect();
    replaced.sort_unstable();
    let is_replaced = |placement: usize, space: &Option<SpaceAlias>| {
        let Some(transfer) = context.wish(placement).transfer() else {
            return false;
        };
        let source = &transfer.source.base;
        let start = replaced.partition_point(|(target, _)| *target < source);
        let below = replaced[start..].iter();
        below
            .take_while(|(target, _)| target.is_at_or_below(source))
            .any(|(target, by)| *by != placement && space.as_ref() == Some(&target.space))
    };
    let linked = differences
        .adopted
        .iter()
        .filter(|(key, _)| is_replaced(key.placement, &key.source_space));
    let linked = linked
        .map(|(key, pairs)| (key.clone(), pairs.clone()))
        .collect();
    adoptions(context, linked)
        .iter()
        .map(|recording| recording.into_owned())
        .collect()
}

fn leaves(operation: &Operation) -> Option<(&SpaceAlias, &EntryPath)> {
    match &operation.action {
        Action::Move { from, .. } | Action::Rename { from, .. } => Some((&from.space, &from.path)),
        Action::Remove { at, .. } => Some((&at.space, &at.path)),
        Action::CreateFolder { .. } | Action::Copy { .. } => None,
    }
}
