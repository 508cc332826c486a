//! Which names moves free, so that chains and swaps can be planned.

use std::collections::{BTreeMap, BTreeSet};

use super::context::Context;
use super::expand::{Expanded, Root, SourceNaming};
use super::world::Node;
use crate::manifest::OnConflict;
use crate::tree::EntryKind;

/// The entries that moves take away, so that their names are free for others: at first all
/// sources of moves, then without those whose own target turns out to be taken.
pub(super) fn vacated(
    context: &Context<'_>,
    expanded: &Expanded,
    gone: &BTreeSet<Node>,
) -> BTreeSet<Node> {
    let moves: Vec<(&Root, Node)> = expanded
        .roots
        .iter()
        .filter(|root| root.leaves_its_source(context))
        .filter_map(|root| Some((root, root.source.as_ref()?.node)))
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

/// Whether a file leaves although its target is taken, because it replaces what is there or goes
/// beside it.
fn goes_all_the_same(context: &Context<'_>, root: &Root, (source, target): (Node, Node)) -> bool {
    let is_file = |node: Node| context.world.kind(node) == EntryKind::File;
    let transfer = context.wish(root.placement).transfer();
    let on_conflict = transfer.map_or(OnConflict::Fail, |transfer| transfer.on_conflict);
    let settled = match on_conflict {
        OnConflict::Fail | OnConflict::Keep => false,
        OnConflict::Overwrite => is_file(target),
        OnConflict::Rename => true,
    };
    settled && is_file(source)
}
