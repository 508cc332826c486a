//! Where many entries of one folder swap their places with others: a folder in which they wait.
//!
//! Where a rename is a call of its own, an entry that comes to its folder too early takes a call
//! more, to get its name back. A folder made for the purpose costs two calls and lets the entries
//! keep their names, whole batches at a time.

use std::collections::{BTreeMap, BTreeSet};

use super::capabilities::{Capabilities, Naming};
use super::detour::Detours;
use super::graph::{Cause, Graph, is_temporary};
use super::key::Key;
use super::lower::replaced_disposal;
use super::operation::{Action, Operation, OperationId, Place, Reason, Strategy};
use super::plan::Recording;
use super::staging::is_staging;
use crate::state::{Proof, Provenance, RunId, Seen};
use crate::tree::{Address, EntryKind};

/// Whether a removal takes a folder away that the program made for entries to wait in, or for
/// copies to go by.
pub(super) fn is_left_over(removal: &Operation) -> bool {
    let at = removal.action.from().map(Place::address);
    let is_ours = |at: &Address| is_temporary(at) || is_staging(at);
    removal.reason == Reason::Emptied && at.is_some_and(|at| is_ours(&at))
}

/// Whether it takes away a folder that was made in the same plan.
pub(super) fn takes_back(removal: &Operation) -> bool {
    is_left_over(removal) && removal.relies_on.is_empty()
}

/// What the state holds while the folder of such a removal is there, should the run end before.
pub(super) fn recording(removal: &Operation) -> Option<Recording> {
    Some(Recording {
        target: removal.action.from()?.address(),
        provenance: Provenance {
            placement: removal.placement.clone(),
            kind: EntryKind::Folder,
            wished: None,
            source: None,
            target: Seen::default(),
            proof: Proof::Halfway,
            run: RunId::none(),
        },
        operation: Some(removal.id),
    })
}

impl Graph {
    /// Sends those through a folder of their own for which this takes fewer calls, and gives the
    /// others back.
    pub(super) fn pass_through(
        &mut self,
        positions: Vec<usize>,
        detours: &mut Detours<'_, '_>,
        followers: &mut Vec<Vec<usize>>,
    ) -> Vec<usize> {
        let mut groups: BTreeMap<(Address, Key), Vec<usize>> = BTreeMap::new();
        for position in &positions {
            if let Some(group) = self.group_of(*position, detours) {
                groups.entry(group).or_default().push(*position);
            }
        }
        let mut passed = BTreeSet::new();
        for ((folder, _), members) in groups {
            let members = self.of_different_names(members);
            let sheet = detours.context.sheet(&folder.space);
            if sheet.is_some_and(|sheet| pays(members.len(), sheet)) {
                let transit = self.make_transit(members[0], detours, followers);
                for member in members {
                    self.wait_in(member, transit, followers);
                    passed.insert(member);
                }
            }
        }
        positions
            .into_iter()
            .filter(|it| !passed.contains(it))
            .collect()
    }

    /// The folder that a move goes to, and what its call is like, where it could wait.
    fn group_of(&self, position: usize, detours: &Detours<'_, '_>) -> Option<(Address, Key)> {
        let operation = &self.operations[position];
        let Action::Move { to, strategy, .. } = &operation.action else {
            return None;
        };
        let sheet = detours.context.sheet(&to.space)?;
        let folder = Address::new(to.space.clone(), to.path.parent()?);
        let is_there = detours.context.world.find(&folder).is_some();
        let waits = sheet.naming == Naming::Kept && *strategy == Strategy::Fail && is_there;
        // A folder that is copied or that comes to be in this plan is no place to wait in.
        let mut causes = self.after[position].values();
        let changes = causes.any(|cause| matches!(cause, Cause::TargetRead | Cause::Parent));
        (waits && !changes).then(|| (folder, Key::new(operation, sheet).0))
    }

    fn of_different_names(&self, members: Vec<usize>) -> Vec<usize> {
        let mut names = BTreeSet::new();
        let name = |position: usize| self.operations[position].action.to()?.path.name();
        let mut members = members;
        members.retain(|position| names.insert(name(*position).map(str::to_owned)));
        members
    }

    fn make_transit(
        &mut self,
        first: usize,
        detours: &mut Detours<'_, '_>,
        followers: &mut Vec<Vec<usize>>,
    ) -> usize {
        let member = &self.operations[first];
        let Some(target) = member.action.to().cloned() else {
            return first;
        };
        let at = detours.temporary_name(&target, EntryKind::Folder);
        let id = OperationId(self.operations.len() as u32 + 1);
        let made = Operation {
            id,
            reason: Reason::Temporary,
            kind: EntryKind::Folder,
            entries: 1,
            bytes: 0,
            action: Action::CreateFolder { at: at.clone() },
            relies_on: Vec::new(),
            ..member.clone()
        };
        let disposal = replaced_disposal(detours.context, &at.space);
        self.left_over.push(Operation {
            reason: Reason::Emptied,
            action: Action::Remove { at, disposal },
            ..made.clone()
        });
        let position = self.append(made, BTreeMap::new(), followers);
        self.extra.insert(position);
        position
    }

    /// Sends a move to a folder first, and from there to its target.
    fn wait_in(&mut self, position: usize, transit: usize, followers: &mut Vec<Vec<usize>>) {
        let operation = self.operations[position].clone();
        let folder = self.operations[transit].action.to();
        let (
            Some(folder),
            Action::Move {
                to,
                strategy,
                permissions,
                ..
            },
        ) = (folder.cloned(), operation.action.clone())
        else {
            return;
        };
        let path = folder.path.join_trusted(to.path.name().unwrap_or_default());
        let stop = Place::new(folder.space, path);
        let first = &mut self.operations[position];
        first.reason = Reason::Temporary;
        super::steps::set_target(&mut first.action, stop.clone(), Strategy::Fail);
        let late = self.keep_early(position);
        self.after[position].insert(transit, Cause::Parent);
        followers[transit].push(position);
        let second = Operation {
            id: OperationId(self.operations.len() as u32 + 1),
            action: Action::Move {
                from: stop,
                to,
                strategy,
                permissions,
            },
            relies_on: Vec::new(),
            ..operation
        };
        let mut after = late;
        after.insert(position, Cause::NameFreed);
        let last = self.append(second, after, followers);
        self.extra.insert(position);
        self.hand_over(position, last, followers);
    }
}

/// Whether a folder to wait in takes fewer calls than giving each of so many entries its name
/// back.
fn pays(members: usize, sheet: &Capabilities) -> bool {
    let calls = |items: Option<u32>| match items {
        Some(most) => members.div_ceil(most.max(1) as usize),
        None => members.min(1),
    };
    let renames = sheet.rename.as_ref().map_or(0, |rule| calls(rule.items));
    renames > calls(sheet.moving.items) + 2
}
