//! Entries that others took away from where they were placed, found again by their ids.

use std::collections::{BTreeMap, BTreeSet};

use super::change::{Change, Origin};
use super::context::Context;
use super::recorded::is_as_recorded;
use super::world::Node;
use crate::manifest::Wish;
use crate::state::Provenance;
use crate::tree::{Address, EntryId, EntryPath, SpaceAlias};

/// Entries that stand, unchanged, where nobody wants them or speaks of them.
#[derive(Debug, Default)]
pub(super) struct Strayed<'c> {
    records: BTreeMap<Node, &'c Provenance>,
    tops: Vec<(Address, Node)>,
}

impl<'c> Strayed<'c> {
    /// Looks for what was placed where something is to be placed again.
    pub(super) fn new(context: &Context<'c>, changes: &[Change]) -> Self {
        let mut strayed = Self::default();
        let mut sought: BTreeMap<(&SpaceAlias, EntryId), &'c Provenance> = BTreeMap::new();
        for change in changes.iter().filter(|it| it.origin != Origin::Moved) {
            let record = context.records.lost(&change.target);
            let ours = record.filter(|it| it.placement == *context.reference(change.placement));
            if let Some((record, id)) = ours.and_then(|it| Some((it, it.target.id.clone()?))) {
                sought.insert((&change.target.space, id), record);
            }
        }
        let spaces: BTreeSet<&SpaceAlias> = sought.keys().map(|(space, _)| *space).collect();
        for space in spaces {
            let Some(root) = context.world.root(space) else {
                continue;
            };
            context.world.walk(root, |path, node| {
                let found = context.world.observed(node);
                let id = found.and_then(|(tree, entry)| tree.id(entry));
                let record = id.and_then(|id| sought.get(&(space, id)));
                let unchanged = record.filter(|it| is_as_recorded(context.world, node, it));
                if let Some(record) = unchanged {
                    strayed.records.insert(node, record);
                    strayed.come_upon(context, space, (path, node));
                }
            });
        }
        strayed
    }

    fn come_upon(&mut self, context: &Context<'_>, space: &SpaceAlias, found: (&EntryPath, Node)) {
        let address = Address::new(space.clone(), found.0.clone());
        let last = self.tops.last();
        let is_below = last.is_some_and(|(top, _)| address.is_strictly_below(top));
        if !is_below && is_nobodys(context, &address, found.1) {
            self.tops.push((address, found.1));
        }
    }

    /// The topmost of them.
    pub(super) fn tops(&self) -> &[(Address, Node)] {
        &self.tops
    }

    /// The record of an entry that stands elsewhere than it says.
    pub(super) fn record_of(&self, node: Node) -> Option<&'c Provenance> {
        self.records.get(&node).copied()
    }
}

/// Whether no placement and no record speaks of an entry or of anything that it holds.
fn is_nobodys(context: &Context<'_>, address: &Address, node: Node) -> bool {
    let manifests = context.input.manifests;
    let records = &context.input.recorded.records;
    let is_recorded = records.contains_key(address)
        || super::claims::strictly_below(records, address)
            .next()
            .is_some();
    !is_recorded
        && !context.records.is_on_its_way(node)
        && !manifests.iter().any(|manifest| {
            let wishes = manifest.placements.iter().map(|it| &it.wish);
            let protections = manifest.protect.iter().map(|rule| &rule.selection.base);
            wishes
                .flat_map(spoken_of)
                .chain(protections)
                .any(|spoken| meet(spoken, address))
        })
}

/// The folders of which a placement speaks.
pub(super) fn spoken_of(wish: &Wish) -> impl Iterator<Item = &Address> {
    let (first, second) = match wish {
        Wish::Copy(transfer, _) | Wish::Move(transfer, _) | Wish::Mirror(transfer, ..) => {
            (&transfer.source.base, Some(transfer.target.address()))
        }
        Wish::Folder(target) => (target, None),
        Wish::Absent(selection, ..) => (&selection.base, None),
    };
    [first].into_iter().chain(second)
}

/// Whether one address is the other, or holds it.
pub(super) fn meet(one: &Address, other: &Address) -> bool {
    one.is_at_or_below(other) || other.is_at_or_below(one)
}
