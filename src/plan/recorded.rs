//! The state's records, found by the entries that they speak of.

use std::collections::{BTreeMap, BTreeSet};

use super::graph::is_temporary;
use super::keep::is_placed;
use super::staging::{is_staging, staging_folders};
use super::world::{Node, World};
use crate::state::{PlacementRef, Proof, Provenance, Seen};
use crate::tree::{Address, Attributes, EntryKind, Timestamp};

/// Records by entry and by wished address. A record whose entry is gone is in neither of these maps.
#[derive(Debug, Default)]
pub(super) struct RecordIndex<'a> {
    by_node: BTreeMap<Node, &'a Provenance>,
    by_wished: BTreeMap<Address, Address>,
    /// What interrupted runs left on its way, by where it is and by where it was to go.
    halfway: BTreeMap<Address, &'a Provenance>,
    halfway_to: BTreeMap<Address, Address>,
    halfway_nodes: BTreeSet<Node>,
    /// The folders in which entries waited that swapped their places with others, or that copies
    /// went by.
    transits: Vec<(Address, Node, &'a PlacementRef)>,
    /// Records of entries that had an id and are not where they were.
    lost: BTreeMap<&'a Address, &'a Provenance>,
    wished_by: BTreeMap<&'a PlacementRef, Vec<Address>>,
    placed_by: BTreeMap<&'a PlacementRef, u64>,
}

impl<'a> RecordIndex<'a> {
    pub(super) fn new(
        world: &World,
        records: impl Iterator<Item = (&'a Address, &'a Provenance)>,
    ) -> Self {
        let mut index = Self {
            halfway_nodes: staging_folders(world).into_values().collect(),
            ..Self::default()
        };
        for (address, record) in records {
            let Some(node) = world.find(address) else {
                if record.target.id.is_some() {
                    index.lost.insert(address, record);
                }
                continue;
            };
            index.by_node.insert(node, record);
            if is_as_recorded(world, node, record) && record.source.is_some() {
                *index.placed_by.entry(&record.placement).or_default() += 1;
            }
            if is_transit(world, node, (address, record)) {
                index.halfway_nodes.insert(node);
                index
                    .transits
                    .push((address.clone(), node, &record.placement));
            }
            if let Some(wished) = record.wished.as_ref().filter(|it| **it != address.path) {
                let wished = Address::new(address.space.clone(), wished.clone());
                if is_temporary(address) || is_unchanged_halfway(world, node, record) {
                    let wishes = index.wished_by.entry(&record.placement).or_default();
                    wishes.push(wished.clone());
                    index.halfway.insert(address.clone(), record);
                    index.halfway_nodes.insert(node);
                    index.halfway_to.insert(wished, address.clone());
                } else if record.proof != Proof::Halfway {
                    index.by_wished.insert(wished, address.clone());
                }
            }
        }
        index
    }

    /// The record of an entry.
    pub(super) fn of(&self, node: Node) -> Option<&'a Provenance> {
        if self.by_node.is_empty() {
            None
        } else {
            self.by_node.get(&node).copied()
        }
    }

    /// The record of an entry with an id that is no longer at this address.
    pub(super) fn lost(&self, address: &Address) -> Option<&'a Provenance> {
        self.lost.get(address).copied()
    }

    /// Where an entry stands that was placed beside its wished address.
    pub(super) fn beside(&self, wished: &Address) -> Option<&Address> {
        self.by_wished.get(wished)
    }

    /// Where an interrupted run left an entry of a placement on its way to a wished address.
    pub(super) fn interrupted(
        &self,
        wished: &Address,
        placement: &PlacementRef,
    ) -> Option<&Address> {
        let address = self.halfway_to.get(wished)?;
        let record = self.halfway.get(address)?;
        (record.placement == *placement).then_some(address)
    }

    /// Whether an interrupted run took something from an address to put its successor there.
    pub(super) fn is_awaited(&self, address: &Address) -> bool {
        self.halfway_to.contains_key(address)
    }

    /// Whether an interrupted run left the entry on its way. It is nobody's source there.
    pub(super) fn is_on_its_way(&self, node: Node) -> bool {
        self.halfway_nodes.contains(&node)
    }

    /// The folders that an interrupted run left in which entries waited.
    pub(super) fn transits(&self) -> &[(Address, Node, &'a PlacementRef)] {
        &self.transits
    }

    /// The record of what an interrupted run left at an address on its way.
    pub(super) fn halfway(&self, address: &Address) -> Option<&'a Provenance> {
        self.halfway.get(address).copied()
    }

    /// What an interrupted run left on its way at an address or at a folder above it.
    pub(super) fn halfway_above(&self, address: &Address) -> Option<(Address, &'a Provenance)> {
        if self.halfway.is_empty() {
            return None;
        }
        let above = address.path.ancestors().into_iter();
        let mut at_or_above = above.chain([address.path.clone()]);
        at_or_above.find_map(|path| {
            let stop = Address::new(address.space.clone(), path);
            let record = self.halfway(&stop)?;
            Some((stop, record))
        })
    }

    /// The addresses to which entries of a placement are on their way.
    pub(super) fn on_the_way_for(&self, placement: &PlacementRef) -> &[Address] {
        self.wished_by.get(placement).map_or(&[], Vec::as_slice)
    }

    /// How many entries a placement put somewhere that are still there, unchanged.
    pub(super) fn placed_by(&self, placement: &PlacementRef) -> u64 {
        self.placed_by.get(placement).copied().unwrap_or(0)
    }

    /// Whether nothing was ever placed beside its wished address.
    pub(super) fn has_none_beside(&self) -> bool {
        self.by_wished.is_empty() && self.halfway.is_empty()
    }

    /// Whether an entry is one that another placement put there, unchanged since. One that it found
    /// there is nobody's.
    pub(super) fn placed_by_another(
        &self,
        world: &World,
        node: Node,
        placement: &PlacementRef,
    ) -> bool {
        self.of(node).is_some_and(|record| {
            record.placement != *placement
                && is_placed(record.proof)
                && is_as_recorded(world, node, record)
        })
    }
}

/// Whether an entry is a folder that a run made for others to wait in, or for copies to go by.
fn is_transit(world: &World, node: Node, (address, record): (&Address, &Provenance)) -> bool {
    let folder = world.kind(node) == EntryKind::Folder && record.kind == EntryKind::Folder;
    let is_ours = is_temporary(address) || is_staging(address);
    folder && record.proof == Proof::Halfway && record.wished.is_none() && is_ours
}

/// Whether an entry is still the one that was left on its way. Its name may be anybody's.
fn is_unchanged_halfway(world: &World, node: Node, record: &Provenance) -> bool {
    record.proof == Proof::Halfway && is_as_recorded(world, node, record)
}

/// Whether an entry is as it was after it was placed.
pub(super) fn is_as_recorded(world: &World, node: Node, record: &Provenance) -> bool {
    world.kind(node) == record.kind && is_same(&world.seen(node), &record.target, record.kind)
}

/// Whether two looks show one version of one entry. Ids count where both have one.
pub(super) fn is_same(seen: &Seen, recorded: &Seen, kind: EntryKind) -> bool {
    let same_id = match (&seen.id, &recorded.id) {
        (Some(ours), Some(theirs)) => ours == theirs,
        _ => true,
    };
    same_id && (kind != EntryKind::File || is_same_content(&seen.attributes, &recorded.attributes))
}

/// Whether content is as it was recorded. A time or a version that was not known then, because
/// the service gives a copy its own, says nothing.
fn is_same_content(seen: &Attributes, recorded: &Attributes) -> bool {
    let no_time = recorded.modified == Timestamp::default();
    seen.size == recorded.size
        && seen.fingerprint == recorded.fingerprint
        && (no_time || seen.modified == recorded.modified)
        && (recorded.version == 0 || seen.version == recorded.version)
}
