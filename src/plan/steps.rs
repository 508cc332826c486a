//! Step 6 where a provider keeps names: a change of place and name takes two calls or three.
//!
//! A copy goes to its folder under the name of its source, what it replaces makes room, and it is
//! renamed. A move may be renamed before it goes, if that is shorter. Where the name of the source
//! is taken at the target's folder, the service finds a free one for the time between.

use std::collections::BTreeMap;

use super::capabilities::{Beside, Capabilities, Naming};
use super::change::Change;
use super::choices::{Choices, Stops};
use super::context::Context;
use super::links::{Guest, Links};
use super::lower::{place, replaced_disposal};
use super::numbering::is_expected;
use super::operation::{Action, Operation, OperationId, Place, Reason, Reliance, Strategy};
use super::staging::{Staging, goes_by_staging};
use super::stopover::{Obstacle, Stopovers};
use crate::tree::{Address, EntryPath};

/// The operations of all changes where names are kept.
pub(super) struct Steps<'a, 'c> {
    choices: &'a Choices,
    pub(super) context: &'a Context<'c>,
    pub(super) stopovers: Stopovers<'a>,
    pub(super) links: Links,
    /// The entries that stop under the name of their source or one beside it, by that name.
    pub(super) guests: BTreeMap<Address, Vec<Guest>>,
    pub(super) staging: Staging,
    /// What brings an entry to a name for a while that must be free then.
    firsts: BTreeMap<Address, OperationId>,
}

impl<'a, 'c> Steps<'a, 'c> {
    pub(super) fn new(context: &'a Context<'c>, changes: &[Change], choices: &'a Choices) -> Self {
        Self {
            choices,
            context,
            stopovers: choices.stopovers(context, changes),
            links: Links::default(),
            guests: BTreeMap::new(),
            staging: Staging::default(),
            firsts: BTreeMap::new(),
        }
    }

    /// The operations of a change, in their order and with the numbers that follow that of the
    /// single operation which would do where names are free.
    pub(super) fn of(&mut self, change: &Change, direct: Operation) -> Vec<Operation> {
        let Some(sheet) = self.context.sheet(&change.target.space) else {
            return vec![direct];
        };
        let is_staged = goes_by_staging(&direct.action, sheet);
        let mut operations = match sheet.naming {
            _ if is_staged => self.staged(change, direct, sheet),
            Naming::Kept => self.steps(change, direct, sheet),
            Naming::Free => return vec![direct],
        };
        let first = operations[0].id.0;
        for (number, operation) in (first..).zip(&mut operations) {
            operation.id = OperationId(number);
            if number > first {
                self.links
                    .before
                    .insert(operation.id, OperationId(number - 1));
            }
        }
        let last = operations.last().filter(|_| is_staged);
        self.links.staged.extend(last.map(|operation| operation.id));
        operations
    }

    fn steps(
        &mut self,
        change: &Change,
        mut direct: Operation,
        sheet: &Capabilities,
    ) -> Vec<Operation> {
        let (Action::Copy { from, to, .. } | Action::Move { from, to, .. }) = &direct.action else {
            return vec![direct];
        };
        let (from, to) = (from.clone(), to.clone());
        let moves = matches!(direct.action, Action::Move { .. });
        let same_folder = from.space == to.space && from.path.parent() == to.path.parent();
        if moves && same_folder {
            let room = self.room(change, &direct);
            if room.is_some() {
                let relied_on = &mut direct.relies_on;
                relied_on.retain(|reliance| *reliance.address() != change.target);
            }
            return room.into_iter().chain([renamed(direct, from)]).collect();
        }
        if from.path.name() == to.path.name() {
            return vec![direct];
        }
        if goes_beside(change, &direct, sheet) {
            set_target(&mut direct.action, to, Strategy::Rename);
            return vec![direct];
        }
        if moves {
            self.moved(change, direct, (&from, &to))
        } else {
            self.placed(change, direct, (&from, &to))
        }
    }

    /// A move in two steps: first to its folder or first to its name, whichever needs no name
    /// that the service has to find; where something is replaced, the latter saves a call.
    fn moved(
        &mut self,
        change: &Change,
        direct: Operation,
        (from, to): (&Place, &Place),
    ) -> Vec<Operation> {
        let is_free = |place: &Option<Place>| {
            let address = place.as_ref().map(Place::address);
            let obstacle = address.map(|it| self.stopovers.obstacle_for(&it, &change.target));
            obstacle == Some(Obstacle::Nothing)
        };
        let named = in_folder_of(from, to).filter(|_| from.space == to.space);
        let kept = in_folder_of(to, from);
        let is_renamed_first = match self.choices.stop_of(&change.target) {
            Some(stops) => stops == Stops::AtItsSource,
            None => change.replaces.is_some() || !is_free(&kept),
        };
        match named.filter(|named| is_renamed_first && is_free(&Some(named.clone()))) {
            Some(named) => {
                self.stopovers.give(&named.address());
                self.firsts.insert(named.address(), direct.id);
                let mut second = direct.clone();
                let mut first = renamed(direct, from.clone());
                first.reason = Reason::Halfway;
                set_target(&mut first.action, named.clone(), Strategy::Fail);
                first.relies_on.push(Reliance::Absent {
                    address: named.address(),
                });
                set_source(&mut second.action, named);
                second.relies_on.clear();
                vec![first, second]
            }
            None => self.placed(change, direct, (from, to)),
        }
    }

    /// First to its folder under the name that it has, then to its name.
    fn placed(
        &mut self,
        change: &Change,
        direct: Operation,
        (from, to): (&Place, &Place),
    ) -> Vec<Operation> {
        let Some(kept) = in_folder_of(to, from).map(|kept| kept.address()) else {
            return vec![direct];
        };
        let room = self.room(change, &direct);
        let mut first = direct.clone();
        first.reason = Reason::Halfway;
        let arrives = first.id;
        let (stop, strategy) = self.stop(change, &kept, arrives);
        let is_taken = self.context.world.find(&kept).is_some();
        if strategy == Strategy::Fail && !is_taken {
            first.relies_on.push(Reliance::Absent {
                address: kept.clone(),
            });
        }
        let stop = Place::new(stop.space, stop.path);
        set_target(&mut first.action, stop.clone(), strategy);
        let mut last = renamed(direct, stop);
        last.relies_on.clear();
        let leaves = OperationId(arrives.0 + 1 + u32::from(room.is_some()));
        let from = from.address();
        self.guests.entry(kept).or_default().push(Guest {
            arrives,
            leaves,
            from,
        });
        [first].into_iter().chain(room).chain([last]).collect()
    }

    /// Where an entry stops that comes to its folder under the name of its source.
    fn stop(
        &mut self,
        change: &Change,
        kept: &Address,
        arrives: OperationId,
    ) -> (Address, Strategy) {
        let chosen = self.choices.stop_of(&change.target);
        let obstacle = self.stopovers.obstacle_for(kept, &change.target);
        let is_late = match chosen {
            Some(stops) => stops == Stops::After,
            None => self.choices.stops == Stops::After || self.is_to_be_vacated(change),
        };
        let comes_later = obstacle == Obstacle::Wanted && is_late;
        let once_left = chosen == Some(Stops::OnceLeft) && obstacle == Obstacle::Left;
        if comes_later {
            self.links.waits.insert(arrives, kept.clone());
        }
        if !once_left && (comes_later || matches!(obstacle, Obstacle::Taken | Obstacle::Left)) {
            return (self.stopovers.find(kept, change.kind), Strategy::Rename);
        }
        if once_left {
            self.links.once_left.insert(arrives, kept.clone());
        }
        if once_left || chosen == Some(Stops::First) {
            self.firsts.insert(kept.clone(), arrives);
        }
        self.stopovers.give(kept);
        (kept.clone(), Strategy::Fail)
    }

    /// Whether something is at the target now that goes elsewhere in this plan.
    fn is_to_be_vacated(&self, change: &Change) -> bool {
        change.replaces.is_none() && self.context.world.find(&change.target).is_some()
    }

    /// What takes the replaced file out of the way, after its successor is there.
    fn room(&self, change: &Change, direct: &Operation) -> Option<Operation> {
        let replaced = change.replaces?;
        let world = self.context.world;
        Some(Operation {
            reason: Reason::Replaced,
            kind: world.kind(replaced),
            entries: 1,
            bytes: world.size(replaced),
            action: Action::Remove {
                at: place(self.context, &change.target, replaced),
                disposal: replaced_disposal(self.context, &change.target.space),
            },
            relies_on: about(&change.target, direct),
            ..direct.clone()
        })
    }

    /// Settles what depends on all changes: which names the service is to find, and who must wait
    /// for names to be given back.
    pub(super) fn settle(&mut self, operations: &mut [Operation]) {
        if self.guests.is_empty() {
            return;
        }
        for (kept, guests) in self.guests.iter().filter(|(_, guests)| guests.len() > 1) {
            let first = self.firsts.get(kept);
            let others = guests.iter().filter(|guest| first != Some(&guest.arrives));
            others.for_each(|guest| find_name(at(operations, guest.arrives)));
        }
        for (name, first) in &self.firsts {
            let guests = self.guests.get(name).into_iter().flatten();
            let others = guests.filter(|guest| guest.arrives != *first);
            let after = others.map(|guest| (*first, guest.loan()));
            self.links.firsts.extend(after);
        }
        self.share_calls(operations);
        for (kept, guests) in &self.guests {
            self.links.lend(&self.stopovers, operations, (kept, guests));
        }
    }
}

/// Whether an entry goes beside one that has its name, and the service finds the new one.
pub(super) fn goes_beside(change: &Change, direct: &Operation, sheet: &Capabilities) -> bool {
    let names = || {
        let wished = change.wished.as_ref()?.name()?;
        let from = direct.action.from()?.path.name()?;
        Some((wished, from, change.target.path.name()?))
    };
    names().is_some_and(|(wished, from, to)| {
        let found = from == wished && is_expected(from, change.kind, to);
        found && change.replaces.is_none() && sheet.beside == Beside::Numbered
    })
}

/// The place in the folder of the one with the name of the other.
pub(super) fn in_folder_of(one: &Place, other: &Place) -> Option<Place> {
    let folder = one.path.parent().unwrap_or_else(EntryPath::root);
    let path = folder.join_trusted(other.path.name()?);
    Some(Place::new(one.space.clone(), path))
}

/// The operation as a rename to its target.
fn renamed(direct: Operation, from: Place) -> Operation {
    let Some(to) = direct.action.to().cloned() else {
        return direct;
    };
    let strategy = Strategy::Fail;
    Operation {
        action: Action::Rename { from, to, strategy },
        ..direct
    }
}

/// What an operation relies on at an address.
pub(super) fn about(address: &Address, operation: &Operation) -> Vec<Reliance> {
    let all = operation.relies_on.iter();
    all.filter(|reliance| reliance.address() == address)
        .cloned()
        .collect()
}

pub(super) fn set_target(action: &mut Action, target: Place, how: Strategy) {
    if let Action::Copy { to, strategy, .. }
    | Action::Move { to, strategy, .. }
    | Action::Rename { to, strategy, .. } = action
    {
        *to = target;
        *strategy = how;
    }
}

pub(super) fn set_source(action: &mut Action, source: Place) {
    if let Action::Copy { from, .. } | Action::Move { from, .. } | Action::Rename { from, .. } =
        action
    {
        *from = source;
    }
}

/// Lets the service find the name under which an entry stops.
pub(super) fn find_name(operation: &mut Operation) {
    let Some(stop) = operation.action.to().cloned() else {
        return;
    };
    let absent = Reliance::Absent {
        address: stop.address(),
    };
    operation.relies_on.retain(|reliance| *reliance != absent);
    set_target(&mut operation.action, stop, Strategy::Rename);
}

/// The operation with this number.
pub(super) fn at(operations: &mut [Operation], id: OperationId) -> &mut Operation {
    &mut operations[id.0 as usize - 1]
}
