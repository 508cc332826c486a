//! Which names moves free, so that chains and swaps can be planned.

use std::collections::{BTreeMap, BTreeSet};

use super::change::Emptied;
use super::context::Context;
use super::diff::Comparison;
use super::expand::{Expanded, Root, SourceEntry, SourceNaming};
use super::staging::is_staging;
use super::world::Node;
use crate::manifest::OnConflict;
use crate::tree::{Address, EntryKind};

/// The entries that moves take away, so that their names are free for others: at first all
/// sources of moves but the folders known to be `staying`, then without those whose own target
/// turns out to be taken.
pub(super) fn vacated(
    context: &Context<'_>,
    expanded: &Expanded,
    gone: &BTreeSet<Node>,
    staying: &BTreeSet<Node>,
) -> BTreeSet<Node> {
    let moves: Vec<(&Root, Node)> = expanded
        .roots
        .iter()
        .filter(|root| root.leaves_its_source(context))
        .filter_map(|root| Some((root, root.source.as_ref()?.node)))
        .filter(|(_, source)| !staying.contains(source))
        .collect();
    let mut waiting: BTreeMap<Node, Vec<Node>> = BTreeMap::new();
    let mut vacated: BTreeSet<Node> = moves.iter().map(|(_, source)| *source).collect();
    let mut blocked = Vec::new();
    for (root, source) in moves {
        // What an interrupted run left on its way stands in nobody's way but its own.
        if root.naming == SourceNaming::Temporary {
            continue;
        }
        let Some(target) = context
            .world
            .find(&root.target)
            .filter(|target| !gone.contains(target))
        else {
            continue;
        };
        if goes_all_the_same(context, root, (source, target)) {
            continue;
        }
        waiting.entry(target).or_default().push(source);
        if !vacated.contains(&target) {
            blocked.push(target);
        }
    }
    while let Some(target) = blocked.pop() {
        for source in waiting.remove(&target).unwrap_or_default() {
            if vacated.remove(&source) {
                blocked.push(source);
            }
        }
    }
    vacated
}

/// Whether an entry leaves although its target is taken, because it replaces what is there, goes
/// beside it, or is a folder of which nothing may be left once its entries are in the other.
fn goes_all_the_same(context: &Context<'_>, root: &Root, (source, target): (Node, Node)) -> bool {
    let both = |kind| context.world.kind(source) == kind && context.world.kind(target) == kind;
    if both(EntryKind::Folder) {
        return root.naming == SourceNaming::Named;
    }
    let transfer = context.wish(root.placement).transfer();
    match transfer.map_or(OnConflict::Fail, |transfer| transfer.on_conflict) {
        OnConflict::Fail | OnConflict::Keep => false,
        OnConflict::Overwrite => both(EntryKind::File),
        OnConflict::Rename => true,
    }
}

impl Comparison<'_, '_> {
    /// Lets the folders go in which entries of an interrupted run waited, once all have left. What
    /// is left of copies goes with the folder that they went by.
    pub(super) fn leave_transits(&mut self) {
        let context = self.context;
        for (address, node, placement) in context.records.transits() {
            let children = context.world.children(*node);
            let left = children
                .iter()
                .all(|(_, child)| self.vacated.contains(child));
            let may_go = left || is_staging(address);
            if let Some(placement) = context.number_of(placement).filter(|_| may_go) {
                let source = SourceEntry {
                    address: address.clone(),
                    node: *node,
                };
                self.differences.emptied.push(Emptied { placement, source });
            }
        }
    }

    /// The folders that were taken to leave, in which something stays, and whose names matter to
    /// others.
    pub(super) fn staying(&self, expanded: &Expanded) -> Vec<Node> {
        let sources = expanded
            .roots
            .iter()
            .filter_map(|root| root.source.as_ref());
        let folders = sources
            .filter(|source| self.vacated.contains(&source.node))
            .filter(|source| self.context.world.kind(source.node) == EntryKind::Folder)
            .filter(|source| self.is_wanted_near(&source.address));
        let emptied: BTreeSet<Node> = (self.differences.emptied.iter())
            .map(|emptied| emptied.source.node)
            .collect();
        folders
            .map(|source| source.node)
            .filter(|node| !emptied.contains(node))
            .collect()
    }

    /// Whether something is wanted at an address, below it, or at a folder on the way to it.
    fn is_wanted_near(&self, address: &Address) -> bool {
        let next = self.wanted.partition_point(|target| target < address);
        let below = self.wanted.get(next);
        let mut above = address.path.ancestors().into_iter();
        below.is_some_and(|target| target.is_at_or_below(address))
            || above.any(|path| self.is_wanted(&Address::new(address.space.clone(), path)))
    }
}
