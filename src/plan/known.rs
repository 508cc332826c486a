//! What is known before anybody looks: entries with ids that can be asked for instead of listing
//! the folders that they are in.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use super::operation::Reliance;
use super::plan::Plan;
use crate::manifest::{Manifest, Wish};
use crate::state::{ListingCalls, PlacementRef, Seen, State};
use crate::tree::{Address, EntryId, EntryKind, EntryPath, SpaceAlias};

/// Entries by the address at which they were seen last. It is a memory, and no proof of anything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KnownEntries {
    entries: BTreeMap<Address, KnownEntry>,
    listings: BTreeMap<SpaceAlias, ListingCalls>,
}

/// An entry as it was seen last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownEntry {
    /// What it was.
    pub kind: EntryKind,
    /// Its id, where the service has ids.
    pub id: Option<EntryId>,
}

impl KnownEntries {
    /// What the state records of targets, and of sources that stay where they are. What a
    /// placement moves away is no longer at its source, and of an alias that means another space
    /// now nothing is known.
    pub fn recorded(manifests: &[Manifest], state: &State) -> Self {
        let moving = moving(manifests);
        let others = other_spaces(manifests, state);
        let records = || state.records.iter();
        let sources = records()
            .filter(|(_, record)| !moving.contains(&record.placement))
            .filter_map(|(_, record)| Some((record.source.as_ref()?, record.kind)))
            .map(|(source, kind)| (&source.address, KnownEntry::new(kind, &source.seen)));
        let targets = records().map(|(target, record)| {
            let entry = KnownEntry::new(record.kind, &record.target);
            (target, entry)
        });
        let entries = sources.chain(targets);
        let own = entries.filter(|(address, _)| !others.contains(&address.space));
        let mut listings = state.listings.clone();
        listings.retain(|space, _| !others.contains(space));
        Self {
            entries: own
                .map(|(address, entry)| (address.clone(), entry))
                .collect(),
            listings,
        }
    }

    /// What a plan relies on.
    pub fn relied_on(plan: &Plan) -> Self {
        let reliances = plan.operations.iter().flat_map(|it| &it.relies_on);
        let entries = reliances.filter_map(|reliance| {
            let (address, kind, id) = match reliance {
                Reliance::Absent { .. } => return None,
                Reliance::File { address, id, .. } => (address, EntryKind::File, id),
                Reliance::Folder { address, id } | Reliance::Subtree { address, id, .. } => {
                    (address, EntryKind::Folder, id)
                }
            };
            let id = id.clone();
            (!address.path.is_root()).then(|| (address.clone(), KnownEntry { kind, id }))
        });
        let listings = plan.cost.readings.iter().map(|reading| {
            let calls = reading.listing_calls(ListingCalls::default());
            (reading.space.clone(), calls)
        });
        Self {
            entries: entries.collect(),
            listings: listings.collect(),
        }
    }

    /// What listing a space took when it was done last.
    pub fn listing_calls(&self, space: &SpaceAlias) -> ListingCalls {
        self.listings.get(space).copied().unwrap_or_default()
    }

    /// The entry at an address.
    pub fn get(&self, address: &Address) -> Option<&KnownEntry> {
        self.entries.get(address)
    }

    /// What is at an address and below it, in the order of paths.
    pub fn at_or_below<'a>(
        &'a self,
        address: &'a Address,
    ) -> impl Iterator<Item = (&'a Address, &'a KnownEntry)> {
        let range = (Bound::Included(address), Bound::Unbounded);
        (self.entries.range::<Address, _>(range))
            .take_while(|(below, _)| below.is_at_or_below(address))
    }

    /// Everything in a space, in the order of paths.
    pub fn of_space(&self, space: &SpaceAlias) -> impl Iterator<Item = (&EntryPath, &KnownEntry)> {
        let root = Address::new(space.clone(), EntryPath::root());
        let from = self
            .entries
            .range((Bound::Included(root), Bound::Unbounded));
        let own = from.take_while(move |(address, _)| address.space == *space);
        own.map(|(address, entry)| (&address.path, entry))
    }
}

impl KnownEntry {
    fn new(kind: EntryKind, seen: &Seen) -> Self {
        let id = seen.id.clone();
        Self { kind, id }
    }
}

/// The placements that move.
fn moving(manifests: &[Manifest]) -> BTreeSet<PlacementRef> {
    let mut moving = BTreeSet::new();
    for manifest in manifests {
        for placement in &manifest.placements {
            if matches!(placement.wish, Wish::Move(..)) {
                moving.insert(PlacementRef {
                    manifest: manifest.name.as_str().into(),
                    placement: placement.id.as_str().into(),
                });
            }
        }
    }
    moving
}

/// Aliases that meant another storage root when entries were recorded.
fn other_spaces(manifests: &[Manifest], state: &State) -> BTreeSet<SpaceAlias> {
    let mut others = BTreeSet::new();
    for manifest in manifests {
        for (alias, definition) in &manifest.spaces {
            let before = state.spaces.get(alias);
            if before.is_some_and(|before| *before != definition.identity()) {
                others.insert(alias.clone());
            }
        }
    }
    others
}
