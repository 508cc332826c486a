//! Why one path is planned as it is: the first steps are taken again, and asked.

use std::collections::{BTreeMap, BTreeSet};

use super::batch::Batched;
use super::context::{Context, Purpose};
use super::explanation::{Explanation, Row, Ruling, Sight, Step, UnknownPath};
use super::fewest::fewest;
use super::operation::{Action, Operation, OperationId, Place};
use super::plan::{Batch, Plan};
use super::planner::{Derived, PlanInput, derive, is_known_absent, valid_records};
use super::rulings::row_of;
use super::speakers::speakers;
use super::staging::is_staged;
use super::world::{Node, World};
use crate::manifest::nearest;
use crate::state::PlacementRef;
use crate::tree::{Address, EntryKind, Timestamp};

/// Explains one path in a plan that was made from this input.
///
/// # Errors
/// Nothing is known of the path.
pub fn explain(
    input: &PlanInput<'_>,
    plan: &Plan,
    address: &Address,
) -> Result<Explanation, UnknownPath> {
    let world = World::new(input.observed);
    let context = Context::new(Purpose::Plan, input, &world, valid_records(input));
    let derived = derive(&context);
    let mut explanation = explain_saved(plan, address);
    let inquiry = Inquiry {
        context: &context,
        derived: &derived,
        address,
    };
    explanation.observed = inquiry.sight(address);
    let recorded = input.recorded.records.get(address);
    explanation.recorded_for = recorded.map(|record| record.placement.clone());
    explanation.claims = speakers(&inquiry);
    explanation.rulings = inquiry.rulings();
    if !explanation.steps.is_empty() {
        say_why(&mut explanation.steps, &fewest(&context, &derived).0);
    }
    let is_known = matches!(explanation.observed, Sight::Entry { .. })
        || explanation.recorded_for.is_some()
        || !explanation.rulings.is_empty()
        || !explanation.steps.is_empty()
        || !explanation.findings.is_empty()
        || explanation
            .claims
            .iter()
            .any(|claim| claim.rule.is_direct());
    if is_known {
        return Ok(explanation);
    }
    Err(UnknownPath {
        address: address.clone(),
        nearest: inquiry.nearest(),
    })
}

/// What a plan alone tells of one path: its operations, its calls and its findings.
pub fn explain_saved(plan: &Plan, address: &Address) -> Explanation {
    let mut call_of: BTreeMap<_, &Batch> = BTreeMap::new();
    let touching = touching(plan, address);
    for batch in &plan.batches {
        let ids = batch.operations.iter();
        let ours = ids.filter(|id| touching.contains(id));
        call_of.extend(ours.map(|id| (*id, batch)));
    }
    let steps = call_of.into_iter().map(|(operation, batch)| {
        let mut step = Step::new(operation, batch);
        let gaps = &plan.cost.gap_reasons;
        step.gap = gaps.iter().find(|gap| gap.batch == batch.id).cloned();
        step
    });
    let below = |operation: &&Operation| {
        let action = &operation.action;
        let mut places = action.to().into_iter().chain(action.from());
        places.any(|place| place.address().is_strictly_below(address))
    };
    let path = address.to_string();
    let about = plan.findings.iter();
    let about = about.filter(|finding| finding.path.as_deref() == Some(&*path));
    Explanation {
        address: address.clone(),
        observed: Sight::Unknown,
        recorded_for: None,
        claims: Vec::new(),
        rulings: planned_rulings(plan, address, &touching),
        steps: steps.collect(),
        below: plan.operations.iter().filter(below).count() as u64,
        findings: about.cloned().collect(),
        calls: plan.cost.calls,
        lower_bound: plan.cost.lower_bound,
    }
}

/// The rows for which the plan alone stands: those of its operations on the very path.
fn planned_rulings(plan: &Plan, address: &Address, touching: &[OperationId]) -> Vec<Ruling> {
    let operations = touching.iter().filter_map(|id| plan.operation(*id));
    let reached = operations.filter_map(|operation| {
        let place = operation.action.to().or(operation.action.from())?;
        (place.address() == *address).then(|| Ruling {
            placement: operation.placement.clone(),
            row: row_of(operation.reason),
            target: address.clone(),
            source: None,
            stand_in: None,
            with: None,
            why: None,
        })
    });
    reached.chain(adopted(plan, address)).collect()
}

/// That a plan takes an entry over.
fn adopted(plan: &Plan, address: &Address) -> Option<Ruling> {
    let mut adoptions = plan.adoptions.iter();
    let found = adoptions.find(|recording| recording.target == *address)?;
    Some(Ruling {
        placement: found.provenance.placement.clone(),
        row: Row::Adopted(found.provenance.proof),
        target: address.clone(),
        source: None,
        stand_in: None,
        with: None,
        why: None,
    })
}

/// The operations that bring, take away or read an entry, itself or with a folder that holds it.
fn touching(plan: &Plan, address: &Address) -> Vec<OperationId> {
    let mut touching: Vec<&Operation> = Vec::new();
    for operation in &plan.operations {
        let action = &operation.action;
        let reaches = |place: &Place, carries: bool| {
            let place = place.address();
            place == *address || carries && address.is_strictly_below(&place)
        };
        let is_whole = operation.kind == EntryKind::Folder;
        let makes = matches!(action, Action::CreateFolder { .. });
        let arrives = action
            .to()
            .is_some_and(|to| reaches(to, is_whole && !makes));
        let leaves = action.from().is_some_and(|from| reaches(from, is_whole));
        if arrives || leaves || operation.parents_made().contains(address) {
            touching.push(operation);
        }
    }
    // What goes by a folder of the run's own comes there by steps before.
    let staged = |operation: &&Operation| {
        let from = operation.action.from().map(Place::address);
        from.filter(is_staged)
    };
    let mut stops: BTreeSet<Address> = touching.iter().filter_map(staged).collect();
    for operation in plan.operations.iter().rev() {
        let to = operation.action.to().map(Place::address);
        if to.is_some_and(|to| stops.contains(&to)) {
            stops.extend(staged(&operation));
            touching.push(operation);
        }
    }
    let ids: BTreeSet<OperationId> = touching.iter().map(|operation| operation.id).collect();
    ids.into_iter().collect()
}

/// Adds why calls wait for others.
fn say_why(steps: &mut [Step], batched: &Batched) {
    for step in steps {
        step.waits = batched.waits_of(step.batch).to_vec();
    }
}

/// One path, and all that is asked about it.
pub(super) struct Inquiry<'a, 'c> {
    pub(super) context: &'a Context<'c>,
    pub(super) derived: &'a Derived,
    pub(super) address: &'a Address,
}

impl Inquiry<'_, '_> {
    /// What is at an address.
    pub(super) fn sight(&self, address: &Address) -> Sight {
        let world = self.context.world;
        match world.find(address) {
            Some(node) => self.sight_of(node),
            None if is_known_absent(world, address) => Sight::Nothing,
            None => Sight::Unknown,
        }
    }

    pub(super) fn sight_of(&self, node: Node) -> Sight {
        let world = self.context.world;
        let modified = world.seen(node).attributes.modified;
        Sight::Entry {
            kind: world.kind(node),
            bytes: world.size(node),
            modified: (modified != Timestamp::default()).then(|| modified.to_string()),
        }
    }

    pub(super) fn reference(&self, placement: usize) -> PlacementRef {
        self.context.reference(placement).clone()
    }

    /// The path beside this one, or beside the first part of it that is not there, that is known
    /// and was probably meant.
    fn nearest(&self) -> Option<Address> {
        let world = self.context.world;
        let mut folder = Address::new(self.address.space.clone(), crate::tree::EntryPath::root());
        for name in self.address.path.segments() {
            let next = Address::new(folder.space.clone(), folder.path.join_trusted(name));
            if world.find(&next).is_some() {
                folder = next;
                continue;
            }
            let changes = self.derived.differences.changes.iter();
            let planned = changes.map(|change| &change.target);
            let planned = planned.filter(|it| it.space == folder.space);
            let planned = planned.filter(|it| it.path.parent().as_ref() == Some(&folder.path));
            let mut names: Vec<&str> = planned.filter_map(|it| it.path.name()).collect();
            if let Some(node) = world.find(&folder) {
                names.extend(world.children(node).into_iter().map(|(name, _)| name));
            }
            let near = nearest(name, names.into_iter())?;
            return Some(Address::new(
                folder.space.clone(),
                folder.path.join_trusted(near),
            ));
        }
        None
    }
}
