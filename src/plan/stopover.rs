//! Where an entry stops on its way, where a provider cannot give name and place in one call.

use std::collections::{BTreeMap, BTreeSet};

use super::capabilities::Naming;
use super::change::{Change, Extent, Origin};
use super::context::Context;
use super::numbering::numbered;
use super::world::World;
use crate::tree::{Address, EntryKind, EntryPath};

/// The names that nothing has, nothing gets, and nobody stops at.
pub(super) struct Stopovers<'w> {
    world: &'w World,
    /// The names that entries will have in the end.
    finals: BTreeSet<Address>,
    given: BTreeSet<Address>,
    /// The names that those leave who have them now.
    left: BTreeSet<Address>,
    /// The names that are kept for entries, by where these go.
    reserved: BTreeMap<Address, Address>,
    /// How many of the names beside one are known not to be free.
    tried: BTreeMap<Address, usize>,
}

/// What stands in the way of stopping at a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Obstacle {
    /// Nothing.
    Nothing,
    /// Nothing is there yet, but an entry of this plan will be.
    Wanted,
    /// Something is there that leaves.
    Left,
    /// Something is there, or another stops there.
    Taken,
}

impl<'w> Stopovers<'w> {
    pub(super) fn new(context: &'w Context<'_>, changes: &[Change]) -> Self {
        let keeps = |change: &&Change| {
            let sheet = context.sheet(&change.target.space);
            sheet.is_some_and(|sheet| sheet.naming == Naming::Kept)
        };
        let carried = |change: &&Change| change.extent == Extent::Carried;
        let named = || changes.iter().filter(|it| !carried(it)).filter(keeps);
        // Nobody stops inside a folder that is carried as a whole, but where more is put into it.
        let filled: BTreeSet<Address> = named().filter_map(folder_of).collect();
        let is_met = |it: &&Change| folder_of(it).is_some_and(|folder| filled.contains(&folder));
        let met = changes.iter().filter(carried).filter(is_met);
        Self {
            world: context.world,
            finals: named().map(|it| it.target.clone()).collect(),
            given: met.map(|it| it.target.clone()).collect(),
            left: BTreeSet::new(),
            reserved: BTreeMap::new(),
            tried: BTreeMap::new(),
        }
    }

    /// The same where entries may also stop at names that others leave.
    pub(super) fn with_names_left(mut self, changes: &[Change]) -> Self {
        let moved = changes
            .iter()
            .filter(|change| change.origin == Origin::Moved && change.extent != Extent::Carried);
        let left = moved.filter_map(|change| Some(change.from()?.address.clone()));
        self.left = left.collect();
        self
    }

    /// Keeps a name for an entry that stops there and goes to a target.
    pub(super) fn reserve(&mut self, name: Address, target: &Address) {
        self.reserved.insert(name, target.clone());
    }

    /// What stands in the way of stopping at an address.
    pub(super) fn obstacle(&self, address: &Address) -> Obstacle {
        if self.reserved.contains_key(address) {
            Obstacle::Taken
        } else {
            self.other_obstacle(address)
        }
    }

    /// What stands in the way of stopping at an address for the entry that goes to a target.
    pub(super) fn obstacle_for(&self, address: &Address, target: &Address) -> Obstacle {
        if self.reserved.get(address) == Some(target) {
            self.other_obstacle(address)
        } else {
            self.obstacle(address)
        }
    }

    fn other_obstacle(&self, address: &Address) -> Obstacle {
        if self.given.contains(address) {
            Obstacle::Taken
        } else if self.world.find(address).is_some() {
            if self.left.contains(address) {
                Obstacle::Left
            } else {
                Obstacle::Taken
            }
        } else if self.finals.contains(address) {
            Obstacle::Wanted
        } else {
            Obstacle::Nothing
        }
    }

    /// Whether an entry of this plan will have an address in the end.
    pub(super) fn is_wanted(&self, address: &Address) -> bool {
        self.finals.contains(address)
    }

    /// Keeps an address for one who stops there.
    pub(super) fn give(&mut self, address: &Address) {
        self.given.insert(address.clone());
    }

    /// The name that a service is expected to find for an entry that would be at `address`.
    pub(super) fn find(&mut self, address: &Address, kind: EntryKind) -> Address {
        let tried = self.tried.get(address).copied().unwrap_or(0);
        let mut names = (tried..).zip(beside(address, kind, tried as u64 + 1));
        let found = names.find(|(_, name)| self.obstacle(name) == Obstacle::Nothing);
        let (tried, found) = found.unwrap_or((tried, address.clone()));
        self.tried.insert(address.clone(), tried);
        self.give(&found);
        found
    }
}

/// The folder that an entry comes into.
fn folder_of(change: &Change) -> Option<Address> {
    let path = change.target.path.parent()?;
    Some(Address::new(change.target.space.clone(), path))
}

/// Where an entry stops that goes to its folder first and gets its name there; `None` where it does
/// not need both.
pub(super) fn name_on_the_way(change: &Change) -> Option<Address> {
    let from = &change.from()?.address;
    let folder = change.target.path.parent()?;
    let is_in_place = change.origin == Origin::Moved
        && from.space == change.target.space
        && from.path.parent().as_ref() == Some(&folder);
    let name = from.path.name()?;
    let is_renamed = change.target.path.name() != Some(name);
    let is_stop = is_renamed && !is_in_place && !change.is_made();
    is_stop.then(|| Address::new(change.target.space.clone(), folder.join_trusted(name)))
}

/// Where an entry stops that gets its name first and then goes to its folder.
pub(super) fn name_at_its_source(change: &Change) -> Option<Address> {
    name_on_the_way(change)?;
    let from = &change.from()?.address;
    let is_moved = change.origin == Origin::Moved && from.space == change.target.space;
    let path = from.path.parent()?.join_trusted(change.target.path.name()?);
    is_moved.then(|| Address::new(from.space.clone(), path))
}

/// The names beside an address in the order in which a service tries them, from a number on.
pub(super) fn beside(
    address: &Address,
    kind: EntryKind,
    first: u64,
) -> impl Iterator<Item = Address> {
    let folder = address.path.parent().unwrap_or_else(EntryPath::root);
    let name = address.path.name().unwrap_or_default();
    (first..).map(move |number| {
        let path = folder.join_trusted(&numbered(name, kind, number));
        Address::new(address.space.clone(), path)
    })
}
