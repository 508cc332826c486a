//! What has to come before what.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::detour::{Detours, can_detour};
use super::loans::Awaited;
use super::operation::{Action, Operation, OperationId, Reason, Strategy};
use super::steps::Links;
use crate::tree::Address;

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
        };
        graph.settle_loans();
        graph.settle_stops(links, detours);
        loop {
            let positions = graph.on_cycles();
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

    /// One operation of each cycle that can be found without meeting another: the first that can
    /// take a detour.
    fn on_cycles(&self) -> Vec<usize> {
        let stuck = self.stuck();
        let mut walk_of: BTreeMap<usize, usize> = BTreeMap::new();
        let mut chosen = Vec::new();
        for start in &stuck {
            let mut next = Some(*start);
            while let Some(position) = next {
                match walk_of.get(&position) {
                    Some(walk) if walk == start => {
                        chosen.extend(self.detour_on(position, &stuck));
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

    /// The first operation that can take a detour on the cycle through a position.
    fn detour_on(&self, start: usize, stuck: &BTreeSet<usize>) -> Option<usize> {
        let mut chosen: Option<usize> = None;
        let mut position = start;
        loop {
            let (before, cause) = self.stuck_before(position, stuck)?;
            let helps = matches!(cause, Cause::NameFreed | Cause::Lent | Cause::TargetRead);
            let can_detour = helps && can_detour(&self.operations[position]);
            if can_detour && chosen.is_none_or(|chosen| position < chosen) {
                chosen = Some(position);
            }
            position = before;
            if position == start {
                return chosen;
            }
        }
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
                    addresses.leaves.insert(from.address(), position);
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
            if let Some(leaver) = self.leaves.get(to) {
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
fn position_of(id: OperationId) -> usize {
    id.0 as usize - 1
}
