//! What has to come before what, and how a cycle is broken with one temporary name.

use std::collections::{BTreeMap, BTreeSet};

use super::operation::{Action, Operation, OperationId, Place, Reason, Strategy};
use super::world::World;
use crate::tree::{Address, EntryPath};

/// The operations with their dependencies, by position. A temporary name adds operations.
pub(super) struct Graph {
    pub(super) operations: Vec<Operation>,
    /// For each operation what comes before it, and why.
    pub(super) after: Vec<BTreeMap<usize, Cause>>,
    /// For each operation that was given at first, the one that reaches its target.
    pub(super) reaches: Vec<usize>,
}

/// Why one operation comes after another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cause {
    /// The other makes the folder that it goes into.
    Parent,
    /// The other frees the name that it takes.
    NameFreed,
    /// The other reads what it overwrites or adds to.
    TargetRead,
    /// The other reads what it moves away.
    SourceRead,
}

/// Operations by the addresses that they speak of.
#[derive(Default)]
struct Addresses {
    makes: BTreeMap<Address, usize>,
    leaves: BTreeMap<Address, usize>,
    reads: BTreeMap<Address, Vec<usize>>,
}

impl Graph {
    /// Finds all dependencies and breaks all cycles. Removals are no part of it: they come last.
    pub(super) fn new(operations: Vec<Operation>, world: &World) -> Self {
        let addresses = Addresses::new(&operations);
        let after = (0..operations.len())
            .map(|position| addresses.before(&operations, position))
            .collect();
        let reaches = (0..operations.len()).collect();
        let mut graph = Self {
            operations,
            after,
            reaches,
        };
        let mut names = BTreeSet::new();
        loop {
            let positions = graph.on_cycles();
            if positions.is_empty() {
                break;
            }
            let mut followers = graph.followers();
            for position in positions {
                graph.detour(position, world, &mut names, &mut followers);
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
            let can_detour = matches!(cause, Cause::NameFreed | Cause::TargetRead)
                && self.operations[position].action.strategy().is_some();
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
    fn stuck(&self) -> BTreeSet<usize> {
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

    /// Sends an operation to a temporary name first, and from there to its target.
    fn detour(
        &mut self,
        position: usize,
        world: &World,
        names: &mut BTreeSet<Address>,
        followers: &mut Vec<Vec<usize>>,
    ) {
        let Some(target) = self.operations[position].action.to().cloned() else {
            return;
        };
        let temporary = temporary_name(&target, world, names);
        let last = self.operations.len();
        let mut second = self.operations[position].clone();
        second.id = OperationId(last as u32 + 1);
        let strategy = second.action.strategy().unwrap_or(Strategy::Fail);
        second.action = Action::Rename {
            from: temporary.clone(),
            to: target,
            strategy,
        };
        second.relies_on.clear();
        let first = &mut self.operations[position];
        first.reason = Reason::Temporary;
        if let Action::Copy { to, strategy, .. }
        | Action::Move { to, strategy, .. }
        | Action::Rename { to, strategy, .. } = &mut first.action
        {
            *to = temporary;
            *strategy = Strategy::Fail;
        }
        self.operations.push(second);
        let mut before = self.after[position].clone();
        self.after[position].retain(|_, cause| matches!(cause, Cause::Parent | Cause::SourceRead));
        before.insert(position, Cause::NameFreed);
        before.keys().for_each(|other| followers[*other].push(last));
        followers.push(Vec::new());
        self.after.push(before);
        for follower in &followers[position] {
            let before = &mut self.after[*follower];
            if before.get(&position) == Some(&Cause::Parent) {
                before.remove(&position);
                before.insert(last, Cause::Parent);
            }
        }
        self.reaches
            .iter_mut()
            .filter(|reached| **reached == position)
            .for_each(|reached| *reached = last);
    }
}

/// The beginning of every temporary name.
const TEMPORARY: &str = ".reshelve-temporary-";

/// Whether an entry stands under a temporary name.
pub(super) fn is_temporary(address: &Address) -> bool {
    address
        .path
        .name()
        .is_some_and(|name| name.starts_with(TEMPORARY))
}

/// A name beside the target that nothing has.
fn temporary_name(target: &Place, world: &World, names: &mut BTreeSet<Address>) -> Place {
    let parent = target.path.parent().unwrap_or_else(EntryPath::root);
    let mut number = names.len() + 1;
    loop {
        let path = parent.join_trusted(&format!("{TEMPORARY}{number}"));
        let address = Address::new(target.space.clone(), path);
        if world.find(&address).is_none() && names.insert(address.clone()) {
            return Place::new(address.space, address.path);
        }
        number += 1;
    }
}

impl Addresses {
    fn new(operations: &[Operation]) -> Self {
        let mut addresses = Self::default();
        for (position, operation) in operations.iter().enumerate() {
            if let Some(to) = operation.action.to() {
                addresses.makes.insert(to.address(), position);
            }
            match &operation.action {
                Action::Copy { from, .. } => {
                    addresses
                        .reads
                        .entry(from.address())
                        .or_default()
                        .push(position);
                }
                Action::Move { from, .. } | Action::Rename { from, .. } => {
                    addresses.leaves.insert(from.address(), position);
                }
                Action::CreateFolder { .. } | Action::Remove { .. } => {}
            }
        }
        addresses
    }

    fn before(&self, operations: &[Operation], position: usize) -> BTreeMap<usize, Cause> {
        let mut before = BTreeMap::new();
        let action = &operations[position].action;
        if let Some(to) = action.to() {
            self.before_target(&to.address(), action.strategy(), &mut before);
        }
        if let Action::Move { from, .. } | Action::Rename { from, .. } = action {
            self.readers(&from.address(), Cause::SourceRead, &mut before);
        }
        before.remove(&position);
        before
    }

    fn before_target(
        &self,
        to: &Address,
        strategy: Option<Strategy>,
        before: &mut BTreeMap<usize, Cause>,
    ) {
        for path in to.path.ancestors().into_iter().rev() {
            let folder = Address::new(to.space.clone(), path);
            for reader in self.reads.get(&folder).into_iter().flatten() {
                before.insert(*reader, Cause::TargetRead);
            }
            if let Some(maker) = self.makes.get(&folder) {
                before.insert(*maker, Cause::Parent);
                break;
            }
        }
        if let Some(leaver) = self.leaves.get(to) {
            before.insert(*leaver, Cause::NameFreed);
        }
        if matches!(strategy, Some(Strategy::Overwrite(_))) {
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
