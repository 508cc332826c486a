//! What the steps of the planner look at together.

use std::sync::Arc;

use super::capabilities::Capabilities;
use super::planner::PlanInput;
use super::recorded::{RecordIndex, is_as_recorded};
use super::world::{Node, World};
use crate::manifest::{Placement, Target, Wish};
use crate::state::{PlacementRef, Provenance};
use crate::tree::{Address, SpaceAlias};

/// The input of a plan together with a world to plan in: the observed one, or the simulated one
/// when a finished plan is proven.
pub(super) struct Context<'a> {
    pub(super) purpose: Purpose,
    pub(super) input: &'a PlanInput<'a>,
    pub(super) world: &'a World,
    pub(super) records: RecordIndex<'a>,
    pub(super) placements: Arc<Vec<NumberedPlacement<'a>>>,
}

/// What the first steps are taken for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// A plan, which names each entry that it takes over.
    Plan,
    /// Its proof, which only asks what would be left to do.
    Proof,
}

/// A placement of one of the manifests; its number is its position in the order of references.
pub(super) struct NumberedPlacement<'a> {
    pub(super) reference: PlacementRef,
    pub(super) placement: &'a Placement,
}

impl<'a> Context<'a> {
    pub(super) fn new(
        purpose: Purpose,
        input: &'a PlanInput<'a>,
        world: &'a World,
        records: impl Iterator<Item = (&'a Address, &'a Provenance)>,
    ) -> Self {
        let mut placements: Vec<_> = input
            .manifests
            .iter()
            .flat_map(|manifest| {
                manifest
                    .placements
                    .iter()
                    .map(move |placement| (manifest, placement))
            })
            .map(|(manifest, placement)| NumberedPlacement {
                reference: PlacementRef {
                    manifest: manifest.name.as_str().into(),
                    placement: placement.id.as_str().into(),
                },
                placement,
            })
            .collect();
        placements.sort_by(|a, b| a.reference.cmp(&b.reference));
        Self {
            purpose,
            input,
            world,
            records: RecordIndex::new(world, records),
            placements: Arc::new(placements),
        }
    }

    /// The same input in the world as it will be after the plan, with the records of then.
    pub(super) fn afterwards<'b>(
        &'b self,
        world: &'b World,
        records: impl Iterator<Item = (&'b Address, &'b Provenance)>,
    ) -> Context<'b> {
        Context {
            purpose: Purpose::Proof,
            input: self.input,
            world,
            records: RecordIndex::new(world, records),
            placements: Arc::clone(&self.placements),
        }
    }

    pub(super) fn placement(&self, number: usize) -> &'a Placement {
        self.placements[number].placement
    }

    pub(super) fn reference(&self, number: usize) -> &PlacementRef {
        &self.placements[number].reference
    }

    /// The number of a placement of one of the manifests.
    pub(super) fn number_of(&self, reference: &PlacementRef) -> Option<usize> {
        let by_reference = |other: &NumberedPlacement<'_>| other.reference.cmp(reference);
        self.placements.binary_search_by(by_reference).ok()
    }

    pub(super) fn wish(&self, number: usize) -> &'a Wish {
        &self.placements[number].placement.wish
    }

    pub(super) fn sheet(&self, space: &SpaceAlias) -> Option<&'a Capabilities> {
        self.input.sheets.get(space)
    }

    /// Whether an entry is there because another placement, which is a move, put it there: its
    /// source is gone, so only the state tells that the place is spoken for.
    pub(super) fn was_moved_here_by_another(&self, node: Node, number: usize) -> bool {
        let Some(record) = self.records.of(node) else {
            return false;
        };
        let moves = |other: usize| matches!(self.wish(other), Wish::Move(..));
        let found = self.number_of(&record.placement);
        found.is_some_and(|other| other != number && moves(other))
            && self.is_placed_by_another(node, number)
    }

    /// Whether a placement has put what was at an address where it wants it, and need not read it
    /// again.
    pub(super) fn has_read(&self, number: usize, address: &Address) -> bool {
        let Some(transfer) = self.wish(number).transfer() else {
            return false;
        };
        let Some(below) = address.path.below(&transfer.source.base.path) else {
            return false;
        };
        let path = match &transfer.target {
            Target::Exactly(target) => target.path.append(&below),
            Target::Into(folder, layout) => layout.place(&folder.path, &below),
        };
        let target = Address::new(transfer.target.address().space.clone(), path);
        let Some(node) = self.world.find(&target) else {
            return false;
        };
        self.records.of(node).is_some_and(|record| {
            let from_there = record
                .source
                .as_ref()
                .is_some_and(|it| it.address == *address);
            from_there
                && record.placement == *self.reference(number)
                && is_as_recorded(self.world, node, record)
        })
    }

    /// Whether an entry is there because another placement put it there. For a move that is as
    /// good as absent, so that the plan after a swap is empty.
    pub(super) fn is_placed_by_another(&self, node: Node, number: usize) -> bool {
        self.records
            .placed_by_another(self.world, node, self.reference(number))
    }
}
