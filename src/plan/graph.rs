//! What has to come before what.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::choices::Choices;
use super::detour::{Detours, can_detour};
use super::links::Links;
use super::loans::Awaited;
use super::operation::{Action, Operation, OperationId, Place, Reason, Strategy};
use crate::tree::{Address, EntryPath, SpaceAlias};

/// The operations with their dependencies, by position. A temporary name adds operations.
pub(super) struct Graph {
    pub(super) operations: Vec<Operation>,
    /// For each operation what comes before it, and why.
    pub(super) after: Vec<BTreeMap<usize, Cause>>,
    /// For each operation that was given at first, the one that reaches its target.
    pub(super) reaches: Vec<usize>,
    /// The operations that no cycle would need.
    pub(super) extra: BTreeSet<usize>,
    /// Who waits for names that a service may have given.
    pub(super) loans: Vec<Awaited>,
    /// Where entries stop that would stop under a name which another wants.
    pub(super) restopped: BTreeMap<OperationId, Address>,
    /// What takes away in the end what only cycles were made for.
    pub(super) left_over: Vec<Operation>,
    /// Where the operations go, or some of them, that could take a detour on a cycle.
    pub(super) on_circles: BTreeSet<Address>,
}

/// Why one operation comes after another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// The other makes the folder that it goes into.
    Parent,
    /// The other frees the name that it takes.
    NameFreed,
    /// The other may have been given the name that it takes, and gives it back.
    Lent,
    /// The other arrives beside it, and would be given its name if it were gone.
    Beside,
    /// The other reads what it overwrites or adds to.
    TargetRead,
    /// The other reads what it moves away.
    SourceRead,
    /// The other takes something out of the folder that it removes.
    Emptied,
    /// The other is the step before.
    Step,
    /// The other takes the name beside which the service is to find one.
    Expected,
}

/// Operations by the addresses that they speak of.
#[derive(Default)]
pub(super) struct Addresses {
    pub(super) makes: BTreeMap<Address, usize>,
    /// Names that a service may give for a while: who may get them, and who gives them back.
    pub(super) lent: BTreeMap<Address, Vec<(usize, usize)>>,
    pub(super) leaves: BTreeMap<Address, usize>,
    /// What has to leave an address before another stops there.
    leaves_first: BTreeMap<Address, usize>,
    reads: BTreeMap<Address, Vec<usize>>,
}

impl Graph {
    /// Finds all dependencies and breaks all cycles. The removals of the end are no part of it.
    pub(super) fn new(
        operations: Vec<Operation>,
        links: &Links,
        detours: &mut Detours<'_, '_>,
    ) -> Self {
        let addresses = Addresses::new(&operations, links);
        let after = (0..operations.len())
            .map(|position| addresses.before(&operations, links, position))
            .collect();
        let reaches = (0..operations.len()).collect();
        let mut graph = Self {
            operations,
            after,
            reaches,
            extra: links.staged.iter().map(|it| position_of(*it)).collect(),
            loans: addresses.awaited(),
            restopped: BTreeMap::new(),
            left_over: Vec::new(),
            on_circles: BTreeSet::new(),
        };
        graph.let_first_come(&links.firsts);
        graph.settle_loans();
        graph.settle_stops(links, detours);
        loop {
            let positions = graph.on_cycles(detours.choices);
            if positions.is_empty() {
                break;
            }
            let mut followers = graph.followers();
            for position in graph.pass_through(positions, detours, &mut followers) {
                graph.detour(position, detours, &mut followers);
            }
        }
        graph
    }

    /// One operation of each cycle that can be found without meeting another: the one that is
    /// chosen, or the first that can take a detour.
    fn on_cycles(&mut self, choices: &Choices) -> Vec<usize> {
        let stuck = self.stuck();
        let mut walk_of: BTreeMap<usize, usize> = BTreeMap::new();
        let mut chosen = Vec::new();
        for start in &stuck {
            let mut next = Some(*start);
            while let Some(position) = next {
                match walk_of.get(&position) {
                    Some(walk) if walk == start => {
                        let able = self.able_on(position, &stuck);
                        chosen.extend(self.detour_among(&able, choices));
                        break;
                    }
                    Some(_) => break,
                    None => {
                        walk_of.insert(position, *start);
                        next = self
                            .stuck_before(position, &stuck)
                            .map(|(before, _)| before);
                    }
                }
            }
        }
        chosen
    }

    /// The operations that can take a detour on the cycle through a position.
    fn able_on(&self, start: usize, stuck: &BTreeSet<usize>) -> Vec<usize> {
        let mut able = Vec::new();
        let mut position = start;
        while let Some((before, cause)) = self.stuck_before(position, stuck) {
            let operation = &self.operations[position];
            let helps = match cause {
                Cause::NameFreed => operation.reason != Reason::Halfway,
                Cause::Lent | Cause::TargetRead => true,
                Cause::Parent
                | Cause::Beside
                | Cause::SourceRead
                | Cause::Emptied
                | Cause::Step
                | Cause::Expected => false,
            };
            if helps && can_detour(operation) {
                able.push(position);
            }
            position = before;
            if position == start {
                break;
            }
        }
        able
    }

    fn detour_among(&mut self, able: &[usize], choices: &Choices) -> Option<usize> {
        let target = |position: &usize| Some(self.operations[*position].action.to()?.address());
        let is_chosen = |position: &usize| target(position).is_some_and(|it| choices.detours(&it));
        let chosen = able.iter().copied().filter(is_chosen).min();
        // Which of those takes the detour that are in calls of one kind makes no difference.
        let kinds = able.iter().map(|it| &self.operations[*it].action);
        let kinds: BTreeSet<_> = kinds.map(|it| (it.word(), it.to().map(folder))).collect();
        if kinds.len() < 2 {
            return chosen.or(able.iter().copied().min());
        }
        let room = MOST_ON_CIRCLES.saturating_sub(self.on_circles.len());
        let targets: Vec<Address> = able.iter().take(room).filter_map(target).collect();
        self.on_circles.extend(targets);
        chosen.or(able.iter().copied().min())
    }

    fn stuck_before(&self, position: usize, stuck: &BTreeSet<usize>) -> Option<(usize, Cause)> {
        let before = self.after[position]
            .iter()
            .find(|(before, _)| stuck.contains(before));
        before.map(|(before, cause)| (*before, *cause))
    }

    fn followers(&self) -> Vec<Vec<usize>> {
        let mut followers: Vec<Vec<usize>> = vec![Vec::new(); self.after.len()];
        for (position, before) in self.after.iter().enumerate() {
            before
                .keys()
                .for_each(|other| followers[*other].push(position));
        }
        followers
    }

    /// What is left when everything that can be ordered is taken away.
    pub(super) fn stuck(&self) -> BTreeSet<usize> {
        let mut waiting: Vec<usize> = self.after.iter().map(BTreeMap::len).collect();
        let followers = self.followers();
        let mut ready: Vec<usize> = (0..waiting.len())
            .filter(|position| waiting[*position] == 0)
            .collect();
        while let Some(position) = ready.pop() {
            for follower in &followers[position] {
                waiting[*follower] -= 1;
                if waiting[*follower] == 0 {
                    ready.push(*follower);
                }
            }
        }
        (0..waiting.len())
            .filter(|position| waiting[*position] > 0)
            .collect()
    }
}

fn folder(place: &Place) -> (&SpaceAlias, Option<EntryPath>) {
    (&place.space, place.path.parent())
}

/// How many of those on circles are noted, so that others of them may be chosen.
const MOST_ON_CIRCLES: usize = 16;

/// The beginning of every temporary name.
pub(super) const TEMPORARY: &str = ".reshelve-temporary-";

/// Whether an entry stands under a temporary name.
pub(super) fn is_temporary(address: &Address) -> bool {
    address
        .path
        .name()
        .is_some_and(|name| name.starts_with(TEMPORARY))
}

impl Addresses {
    fn new(operations: &[Operation], links: &Links) -> Self {
        let mut addresses = Self::default();
        for (position, operation) in operations.iter().enumerate() {
            let to = operation.action.to();
            if let Some(to) = to.filter(|_| operation.reason != Reason::Halfway) {
                addresses.makes.insert(to.address(), position);
            }
            for folder in operation.parents_made() {
                addresses.makes.insert(folder, position);
            }
            match &operation.action {
                Action::Copy { from, .. } => {
                    addresses
                        .reads
                        .entry(from.address())
                        .or_default()
                        .push(position);
                }
                Action::Move { from, .. }
                | Action::Rename { from, .. }
                | Action::Remove { at: from, .. } => {
                    addresses.leave(operation.id, from.address(), links);
                }
                Action::CreateFolder { .. } => {}
            }
        }
        for (address, loans) in &links.lent {
            let loans = loans.iter();
            let positions = loans.map(|it| (position_of(it.arrives), position_of(it.leaves)));
            addresses.lent.insert(address.clone(), positions.collect());
        }
        addresses
    }

    /// Where an entry stops once another has left, it leaves last.
    fn leave(&mut self, id: OperationId, from: Address, links: &Links) {
        let is_shared = links.once_left.values().any(|stop| *stop == from);
        if is_shared && !links.before.contains_key(&id) {
            self.leaves_first.insert(from.clone(), position_of(id));
            self.leaves.entry(from).or_insert(position_of(id));
        } else {
            self.leaves.insert(from, position_of(id));
        }
    }

    fn before(
        &self,
        operations: &[Operation],
        links: &Links,
        position: usize,
    ) -> BTreeMap<usize, Cause> {
        let mut before = BTreeMap::new();
        let operation = &operations[position];
        if let Some(to) = operation.action.to() {
            self.before_target(operation, position, &to.address(), &mut before);
        }
        match &operation.action {
            Action::Move { from, .. } | Action::Rename { from, .. } => {
                self.readers(&from.address(), Cause::SourceRead, &mut before);
            }
            Action::Remove { at, .. } => {
                let at = at.address();
                self.readers(&at, Cause::TargetRead, &mut before);
                let leavers = super::claims::strictly_below(&self.leaves, &at);
                before.extend(leavers.map(|(_, leaver)| (*leaver, Cause::Emptied)));
            }
            Action::Copy { .. } | Action::CreateFolder { .. } => {}
        }
        let left = links.once_left.get(&operation.id);
        if let Some(leaver) = left.and_then(|address| self.leaves_first.get(address)) {
            before.insert(*leaver, Cause::NameFreed);
        }
        let expected = links.waits.get(&operation.id);
        if let Some(maker) = expected.and_then(|address| self.makes.get(address)) {
            before.insert(*maker, Cause::Expected);
        }
        if let Some(step) = links.before.get(&operation.id) {
            before.insert(position_of(*step), Cause::Step);
        }
        before.remove(&position);
        before
    }

    fn before_target(
        &self,
        operation: &Operation,
        position: usize,
        to: &Address,
        before: &mut BTreeMap<usize, Cause>,
    ) {
        for path in to.path.ancestors().into_iter().rev() {
            let folder = Address::new(to.space.clone(), path);
            for reader in self.reads.get(&folder).into_iter().flatten() {
                before.insert(*reader, Cause::TargetRead);
            }
            if let Some(maker) = self.makes.get(&folder).filter(|it| **it != position) {
                before.insert(*maker, Cause::Parent);
                break;
            }
        }
        // Where an entry stops on its way, nothing is and nothing goes away but itself.
        if operation.reason != Reason::Halfway {
            for (_, gives_back) in self.lent.get(to).into_iter().flatten() {
                before.insert(*gives_back, Cause::Lent);
            }
            let leavers = [&self.leaves, &self.leaves_first].map(|leaves| leaves.get(to));
            for leaver in leavers.into_iter().flatten() {
                before.insert(*leaver, Cause::NameFreed);
            }
        }
        if matches!(operation.action.strategy(), Some(Strategy::Overwrite(_))) {
            self.readers(to, Cause::TargetRead, before);
        }
    }

    /// Those who copy an entry, a folder above it, or something below it.
    fn readers(&self, address: &Address, cause: Cause, before: &mut BTreeMap<usize, Cause>) {
        let above = address
            .path
            .ancestors()
            .into_iter()
            .map(|path| Address::new(address.space.clone(), path));
        let at_or_above = above
            .chain([address.clone()])
            .filter_map(|folder| self.reads.get(&folder));
        let below = super::claims::strictly_below(&self.reads, address).map(|(_, readers)| readers);
        for reader in at_or_above.chain(below).flatten() {
            before.insert(*reader, cause);
        }
    }
}

/// The position of an operation before any is added.
pub(super) fn position_of(id: OperationId) -> usize {
    id.0 as usize - 1
}
