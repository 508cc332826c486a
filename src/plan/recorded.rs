//! The state's records, found by the entries that they speak of.

use std::collections::BTreeMap;

use super::graph::is_temporary;
use super::world::{Node, World};
use crate::state::{PlacementRef, Provenance, Seen};
use crate::tree::{Address, EntryKind};

/// Records by entry and by wished address. A record whose entry is gone is in neither map.
#[derive(Debug, Default)]
pub(super) struct RecordIndex<'a> {
    by_node: BTreeMap<Node, &'a Provenance>,
    by_wished: BTreeMap<Address, Address>,
    wished_by: BTreeMap<&'a PlacementRef, Vec<Address>>,
    placed_by: BTreeMap<&'a PlacementRef, u64>,
}

impl<'a> RecordIndex<'a> {
    pub(super) fn new(
        world: &World,
        records: impl Iterator<Item = (&'a Address, &'a Provenance)>,
    ) -> Self {
        let mut index = Self::default();
        for (address, record) in records {
            let Some(node) = world.find(address) else {
                continue;
            };
            index.by_node.insert(node, record);
            if is_as_recorded(world, node, record) && record.source.is_some() {
                *index.placed_by.entry(&record.placement).or_default() += 1;
            }
            if let Some(wished) = &record.wished {
                let wished = Address::new(address.space.clone(), wished.clone());
                index
                    .wished_by
                    .entry(&record.placement)
                    .or_default()
                    .push(wished.clone());
                index.by_wished.insert(wished, address.clone());
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

    /// Where an entry stands that was placed beside its wished address.
    pub(super) fn beside(&self, wished: &Address) -> Option<&Address> {
        self.by_wished.get(wished)
    }

    /// Where an interrupted run left an entry of a placement under a temporary name.
    pub(super) fn interrupted(
        &self,
        world: &World,
        wished: &Address,
        placement: &PlacementRef,
    ) -> Option<&Address> {
        let address = self
            .by_wished
            .get(wished)
            .filter(|address| is_temporary(address))?;
        let record = self.of(world.find(address)?)?;
        (record.placement == *placement).then_some(address)
    }

    /// The wished addresses beside which entries of a placement stand.
    pub(super) fn wished_by(&self, placement: &PlacementRef) -> &[Address] {
        self.wished_by.get(placement).map_or(&[], Vec::as_slice)
    }

    /// How many entries a placement put somewhere that are still there, unchanged.
    pub(super) fn placed_by(&self, placement: &PlacementRef) -> u64 {
        self.placed_by.get(placement).copied().unwrap_or(0)
    }

    /// Whether nothing was ever placed beside its wished address.
    pub(super) fn has_none_beside(&self) -> bool {
        self.by_wished.is_empty()
    }

    /// Whether an entry is one that another placement put there, unchanged since.
    pub(super) fn placed_by_another(
        &self,
        world: &World,
        node: Node,
        placement: &PlacementRef,
    ) -> bool {
        self.of(node).is_some_and(|record| {
            record.placement != *placement && is_as_recorded(world, node, record)
        })
    }
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
    same_id && (kind != EntryKind::File || seen.attributes == recorded.attributes)
}
