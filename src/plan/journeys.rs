//! Which operations of a finished plan are steps of one change.

use std::collections::BTreeMap;

use super::operation::{Action, Operation, Place, Reason};
use super::plan::Plan;
use crate::tree::{Address, EntryKind};

/// The operations that go on with what others began, by the addresses that they speak of.
pub(super) struct Journeys<'p> {
    /// Moves and renames by where they take something from.
    taken: BTreeMap<Address, Vec<&'p Operation>>,
    /// Renames by the name that they give.
    named: BTreeMap<Address, Vec<&'p Operation>>,
    /// The last operations that make something at an address.
    made: BTreeMap<Address, &'p Operation>,
}

impl<'p> Journeys<'p> {
    pub(super) fn of(plan: &'p Plan) -> Self {
        let mut journeys = Self {
            taken: BTreeMap::new(),
            named: BTreeMap::new(),
            made: BTreeMap::new(),
        };
        for operation in &plan.operations {
            if let Action::Move { from, .. } | Action::Rename { from, .. } = &operation.action {
                let taken = journeys.taken.entry(from.address()).or_default();
                taken.push(operation);
            }
            if let Action::Rename { to, .. } = &operation.action {
                let named = journeys.named.entry(to.address()).or_default();
                named.push(operation);
            }
            if let Some(to) = operation.action.to() {
                journeys.made.insert(to.address(), operation);
            }
        }
        journeys
    }

    /// Where a step halfway goes on to.
    pub(super) fn next(&self, step: &Operation) -> Option<&'p Place> {
        let stop = step
            .action
            .to()
            .filter(|_| step.reason == Reason::Halfway)?;
        let later = self.taken.get(&stop.address())?;
        let next = later.iter().find(|later| follows(later, step))?;
        next.action.to()
    }

    /// Whether a removal is not among the last: it makes room for a later step, or takes away an
    /// emptied folder whose name another operation takes.
    pub(super) fn comes_early(&self, removal: &Operation) -> bool {
        let emptied = removal.reason == Reason::Emptied && removal.kind == EntryKind::Folder;
        let folder = removal.action.from().filter(|_| emptied);
        let taker = folder.and_then(|folder| self.made.get(&folder.address()));
        self.make_room(removal) || taker.is_some_and(|taker| taker.id > removal.id)
    }

    /// Whether a removal takes away a file that a later rename of the same placement replaces.
    pub(super) fn make_room(&self, removal: &Operation) -> bool {
        let is_room = removal.reason == Reason::Replaced && removal.kind == EntryKind::File;
        let room = removal.action.from().filter(|_| is_room);
        let later = room.and_then(|room| self.named.get(&room.address()));
        later.is_some_and(|later| later.iter().any(|later| follows(later, removal)))
    }
}

fn follows(later: &Operation, earlier: &Operation) -> bool {
    later.id > earlier.id && later.placement == earlier.placement
}
