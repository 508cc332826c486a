//! Whether a saved plan could have come from this planner.
//!
//! The id of a plan proves that nothing was altered by accident; whoever can write the file can
//! give it another id. So what protects storage from a wrong plan is demanded anew of every plan
//! that is read for applying: nothing is read or taken that is not looked at again, nothing is
//! written where something unknown may be, and nothing is touched that no placement asks for.

use std::collections::{BTreeMap, BTreeSet};

use super::ability::inability;
use super::capabilities::Capabilities;
use super::departures::check_departures;
use super::freshness::Stale;
use super::graph::is_temporary;
use super::journeys::Journeys;
use super::operation::{Action, Operation, OperationId, Place, Reason, Reliance, Strategy};
use super::plan::{Batch, BatchId, Plan};
use super::reaching::{reaches, takes_away, targets};
use super::staging::{is_staged, is_staging};
use super::transit::is_left_over;
use crate::manifest::{Manifest, Placement, Protection};
use crate::state::State;
use crate::tree::{Address, EntryKind, ObservedWorld, SpaceAlias, Timestamp};

/// The longest time between making a plan and applying it.
const SECONDS_VALID: i64 = 24 * 60 * 60;
/// How far clocks of two machines may differ.
const SECONDS_TOLERATED: i64 = 60;

/// Demands of a saved plan what every plan of this program keeps. `manifests` are those that the
/// plan names, read again; `recorded` is the state that is there.
///
/// # Errors
/// `Unsound` with the first demand that is not met.
pub fn check(
    plan: &Plan,
    manifests: &[Manifest],
    recorded: &State,
    now: Timestamp,
) -> Result<(), Stale> {
    let sound = check_times(plan, now)
        .and_then(|()| check_spaces(plan, manifests))
        .and_then(|()| check_order(plan))
        .and_then(|()| check_operations(plan))
        .and_then(|()| check_recordings(plan))
        .and_then(|()| check_wishes(plan, manifests))
        .and_then(|()| check_departures(plan, manifests, recorded));
    sound.map_err(Stale::Unsound)
}

/// Demands of a saved plan that it asks nothing of providers which their sheets rule out.
///
/// # Errors
/// `Unsound` with the first operation or call that a provider cannot carry out.
pub fn check_sheets(plan: &Plan, sheets: &BTreeMap<SpaceAlias, Capabilities>) -> Result<(), Stale> {
    for operation in &plan.operations {
        let place = operation.action.to().or(operation.action.from());
        let sheet = place.and_then(|place| sheets.get(&place.space));
        if let Some(why) = sheet.and_then(|sheet| inability(operation, sheet)) {
            return Err(Stale::Unsound(format!(
                "{} is impossible: {why}",
                operation.id
            )));
        }
    }
    Ok(())
}

/// Judges the operations of a saved plan by the protections of the manifests read again.
/// `observed` is what was looked at for the plan's freshness.
///
/// # Errors
/// `Protected` with the first entry that would be taken away or overwritten.
pub fn check_protections(
    plan: &Plan,
    manifests: &[Manifest],
    observed: &ObservedWorld,
) -> Result<(), Stale> {
    let rules: Vec<&Protection> = manifests.iter().flat_map(|it| &it.protect).collect();
    for operation in plan.operations.iter().filter(|_| !rules.is_empty()) {
        for address in endangered(operation) {
            let hit = rules
                .iter()
                .find_map(|rule| Some((protected(rule, &address, observed)?, rule)));
            if let Some((entry, rule)) = hit {
                return Err(Stale::Protected {
                    operation: operation.id,
                    entry,
                    rule: rule.selection.to_string(),
                });
            }
        }
    }
    Ok(())
}

fn check_times(plan: &Plan, now: Timestamp) -> Result<(), String> {
    if plan.created > now.plus_seconds(SECONDS_TOLERATED) {
        return Err(format!(
            "it was made at {}, which is still to come",
            plan.created
        ));
    }
    if plan.expires > plan.created.plus_seconds(SECONDS_VALID) {
        return Err("it would be valid for more than 24 hours".into());
    }
    Ok(())
}

/// The spaces mean what the manifests say, and no operation leaves them.
fn check_spaces(plan: &Plan, manifests: &[Manifest]) -> Result<(), String> {
    for (alias, definition) in &plan.spaces {
        let mut defined = manifests
            .iter()
            .filter_map(|manifest| manifest.spaces.get(alias));
        if !defined.any(|other| other == definition) {
            return Err(format!(
                "its space `{alias}` is not the one of the manifest"
            ));
        }
    }
    for operation in &plan.operations {
        let action = &operation.action;
        let mut places = action.from().into_iter().chain(action.to());
        if let Some(place) = places.find(|place| !plan.spaces.contains_key(&place.space)) {
            return Err(format!(
                "{} speaks of {place}, whose space it does not define",
                operation.id
            ));
        }
    }
    Ok(())
}

/// Removals come last, after every call that does something else; but for those that free a name.
fn check_order(plan: &Plan) -> Result<(), String> {
    let journeys = Journeys::of(plan);
    let is_removal = |id: &OperationId| {
        let operation = plan.operation(*id);
        operation.is_some_and(|it| {
            matches!(it.action, Action::Remove { .. }) && !journeys.comes_early(it)
        })
    };
    let mut after_a_removal = plan
        .operations
        .iter()
        .skip_while(|operation| !is_removal(&operation.id));
    if let Some(operation) = after_a_removal.find(|operation| !is_removal(&operation.id)) {
        return Err(format!("{} comes after a removal", operation.id));
    }
    let (removing, others): (Vec<&Batch>, Vec<&Batch>) = plan
        .batches
        .iter()
        .partition(|batch| batch.operations.iter().any(is_removal));
    let followed: BTreeSet<BatchId> = others
        .iter()
        .flat_map(|batch| &batch.after)
        .copied()
        .collect();
    let last: Vec<BatchId> = others
        .iter()
        .map(|batch| batch.id)
        .filter(|id| !followed.contains(id))
        .collect();
    for batch in removing {
        let after: BTreeSet<&BatchId> = batch.after.iter().collect();
        if !batch.operations.iter().all(is_removal) || !last.iter().all(|id| after.contains(id)) {
            return Err(format!(
                "{} removes before everything else is done",
                batch.id
            ));
        }
    }
    Ok(())
}

/// What a plan relies on, and what its operations made and freed so far.
struct Ledger<'a> {
    relied_on: BTreeMap<&'a Address, Vec<&'a Reliance>>,
    made: BTreeSet<Address>,
    freed: BTreeSet<Address>,
}

fn check_operations(plan: &Plan) -> Result<(), String> {
    let mut ledger = Ledger {
        relied_on: BTreeMap::new(),
        made: BTreeSet::new(),
        freed: BTreeSet::new(),
    };
    for reliance in plan.operations.iter().flat_map(|it| &it.relies_on) {
        let all = ledger.relied_on.entry(reliance.address()).or_default();
        all.push(reliance);
    }
    for operation in &plan.operations {
        let action = &operation.action;
        if let Action::Rename { from, to, .. } = action
            && (from.space != to.space || from.path.parent() != to.path.parent())
        {
            return Err(format!("{} renames {from} to another folder", operation.id));
        }
        if let Some(from) = action.from().filter(|from| !ledger.knows(operation, from)) {
            return Err(format!(
                "{} relies on nothing at {from}, which it would {}",
                operation.id,
                action.word()
            ));
        }
        if let Some(to) = action.to().filter(|to| !ledger.allows(operation, to)) {
            return Err(format!(
                "{} relies on nothing at {to}, where it would write",
                operation.id
            ));
        }
        ledger.made.extend(operation.parents_made());
        ledger.take(action);
    }
    Ok(())
}

impl Ledger<'_> {
    /// Whether what is read or taken was made by the plan itself or is looked at again.
    fn knows(&self, operation: &Operation, from: &Place) -> bool {
        let address = from.address();
        let is_removal = matches!(operation.action, Action::Remove { .. });
        let emptied = is_removal && operation.reason == Reason::Emptied;
        let fits = |reliance: &&Reliance| match reliance {
            Reliance::File { id, .. } => operation.kind == EntryKind::File && *id == from.id,
            Reliance::Subtree { id, .. } => operation.kind == EntryKind::Folder && *id == from.id,
            Reliance::Folder { id, .. } => emptied && *id == from.id,
            Reliance::Absent { .. } => false,
        };
        let was_made = self.made.contains(&address) && (!is_removal || is_left_over(operation));
        was_made || self.relies(&address).any(|it| fits(&it))
    }

    /// Whether nothing unknown can be where the operation writes.
    fn allows(&self, operation: &Operation, to: &Place) -> bool {
        let address = to.address();
        if matches!(operation.action.strategy(), Some(Strategy::Overwrite(_))) {
            let mut all = self.relies(&address);
            return all.any(|reliance| matches!(reliance, Reliance::File { .. }));
        }
        let finds_its_name = operation.action.strategy() == Some(Strategy::Rename);
        let mut folders = address.path.ancestors().into_iter();
        let is_ours = is_temporary(&address) || is_staging(&address);
        let temporary = operation.reason == Reason::Temporary && is_ours;
        temporary
            || finds_its_name
            || self.freed.contains(&address)
            || self
                .relies(&address)
                .any(|reliance| matches!(reliance, Reliance::Absent { .. } | Reliance::File { .. }))
            || folders.any(|path| self.made.contains(&Address::new(to.space.clone(), path)))
    }

    fn relies(&self, address: &Address) -> impl Iterator<Item = &Reliance> {
        self.relied_on
            .get(address)
            .into_iter()
            .flatten()
            .map(|it| &**it)
    }

    fn take(&mut self, action: &Action) {
        if let Action::Move { from, .. }
        | Action::Rename { from, .. }
        | Action::Remove { at: from, .. } = action
        {
            self.freed.insert(from.address());
        }
        self.made.extend(action.to().map(Place::address));
    }
}

fn check_recordings(plan: &Plan) -> Result<(), String> {
    for recording in &plan.recordings {
        let target = &recording.target;
        let operation = recording.operation.and_then(|id| plan.operation(id));
        let below = |to: &Place| target.is_at_or_below(&to.address());
        let makes = |it: &Operation| it.parents_made().contains(target);
        if !operation.is_some_and(|it| it.action.to().is_some_and(below) || makes(it)) {
            return Err(format!(
                "it would record {target}, which no operation of its own makes"
            ));
        }
    }
    Ok(())
}

/// Each operation belongs to a placement of the manifests and stays where that placement reaches.
fn check_wishes(plan: &Plan, manifests: &[Manifest]) -> Result<(), String> {
    let mut placements: BTreeMap<(&str, &str), &Placement> = BTreeMap::new();
    for manifest in manifests {
        for placement in &manifest.placements {
            placements.insert((manifest.name.as_str(), placement.id.as_str()), placement);
        }
    }
    let journeys = Journeys::of(plan);
    for operation in &plan.operations {
        let asking = &operation.placement;
        let Some(placement) = placements.get(&(&*asking.manifest, &*asking.placement)) else {
            return Err(format!(
                "{} belongs to `{}`, which no manifest has",
                operation.id, asking.placement
            ));
        };
        let written = operation.action.to().map(Place::address);
        let is_removal = matches!(operation.action, Action::Remove { .. });
        let removed = operation.action.from().map(Place::address);
        let removed = removed.filter(|_| is_removal && !journeys.make_room(operation));
        let reached = |address: &Address| {
            if is_staging(address) || is_staged(address) {
                return targets(&placement.wish, &address.space);
            }
            let next = journeys.next(operation).map(Place::address);
            reaches(&placement.wish, address)
                || next.is_some_and(|next| reaches(&placement.wish, &next))
        };
        let leaves = written.filter(|address| !reached(address));
        let cleans = |address: &Address| is_left_over(operation) && reached(address);
        let takes =
            removed.filter(|address| !takes_away(&placement.wish, address) && !cleans(address));
        if let Some(address) = leaves.or(takes) {
            return Err(format!(
                "{} touches {address}, which `{}` does not speak of",
                operation.id, asking.placement
            ));
        }
    }
    Ok(())
}

/// What an operation takes away, moves away or overwrites.
fn endangered(operation: &Operation) -> impl Iterator<Item = Address> {
    let taken = match &operation.action {
        Action::Remove { at, .. } => Some(at.address()),
        Action::Move { from, .. } | Action::Rename { from, .. } => Some(from.address()),
        Action::Copy { .. } | Action::CreateFolder { .. } => None,
    };
    let overwritten = match operation.action.strategy() {
        Some(Strategy::Overwrite(_)) => operation.action.to().map(Place::address),
        Some(Strategy::Fail | Strategy::Rename) | None => None,
    };
    taken.into_iter().chain(overwritten)
}

/// The protected entry at or below an address, or the address itself below a protected folder.
fn protected(rule: &Protection, address: &Address, observed: &ObservedWorld) -> Option<Address> {
    let selection = &rule.selection;
    if selection.covers(&address.space, &address.path) {
        return Some(address.clone());
    }
    if !selection.base.is_at_or_below(address) && !address.is_at_or_below(&selection.base) {
        return None;
    }
    let (tree, top) = observed.find(address)?;
    let mut open = vec![top];
    while let Some(entry) = open.pop() {
        let found = Address::new(address.space.clone(), tree.path(entry));
        if selection.matches(&found.space, &found.path) {
            return Some(found);
        }
        open.extend(tree.children(entry));
    }
    None
}
