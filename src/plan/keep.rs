//! Step 2: what is not ours stays. Removal is decided here and nowhere else.

use std::collections::{BTreeMap, BTreeSet};

use super::claims::{Carving, Claims};
use super::context::Context;
use super::expand::{Expanded, Root};
use super::operation::Reason;
use super::recorded::is_as_recorded;
use super::world::Node;
use crate::diagnostic::Diagnostic;
use crate::manifest::{Disposal, Prune, PruneScope, Transfer, Wish};
use crate::state::Proof;
use crate::tree::{Address, EntryKind, EntryPath};

/// What goes, what stays although its mirror does not know it, and what was found on the way.
#[derive(Debug, Default)]
pub(super) struct Kept {
    /// Entries that go, each with everything below it, in the order of addresses.
    pub(super) removals: Vec<Removal>,
    /// Entries that stay beyond what a mirror wants; a folder stands for all below it.
    pub(super) extra: Vec<Extra>,
    /// Sources that are suddenly empty.
    pub(super) findings: Vec<Diagnostic>,
}

/// One entry that goes, with everything below it.
#[derive(Debug, Clone)]
pub(super) struct Removal {
    pub(super) placement: usize,
    pub(super) address: Address,
    pub(super) node: Node,
    pub(super) disposal: Disposal,
    pub(super) reason: Reason,
    /// How many entries of it are moved elsewhere before it goes, and their bytes.
    pub(super) moved_out: (u64, u64),
}

/// One entry that stays beyond what a mirror wants.
#[derive(Debug, Clone)]
pub(super) struct Extra {
    pub(super) placement: usize,
    pub(super) address: Address,
    pub(super) node: Node,
    pub(super) why: &'static str,
}

/// Step 2: decides what goes.
pub(super) fn keep(context: &Context<'_>, expanded: &Expanded, claims: &Claims) -> Kept {
    let mut kept = Kept::default();
    let mut removals: BTreeMap<Address, Removal> = BTreeMap::new();
    for unwanted in &expanded.unwanted {
        let removal = Removal {
            placement: unwanted.placement,
            address: unwanted.address.clone(),
            node: unwanted.node,
            disposal: unwanted.disposal,
            reason: Reason::Unwanted,
            moved_out: (0, 0),
        };
        removals.entry(removal.address.clone()).or_insert(removal);
    }
    let moving = moving_nodes(context, expanded);
    for root in &expanded.roots {
        let Wish::Mirror(transfer, _, prune) = context.wish(root.placement) else {
            continue;
        };
        let carving = claims.carving(&root.target, root.placement);
        let moving = &moving;
        let mut pruner = Pruner {
            context,
            carving,
            moving,
            root,
            transfer,
            prune,
            kept: &mut kept,
            found: Vec::new(),
        };
        pruner.prune_root();
        let found = std::mem::take(&mut pruner.found);
        removals.extend(
            found
                .into_iter()
                .map(|removal| (removal.address.clone(), removal)),
        );
    }
    kept.removals = topmost(removals);
    kept
}

/// The sources of moves, which are nobody's extra entries.
fn moving_nodes(context: &Context<'_>, expanded: &Expanded) -> BTreeSet<Node> {
    let moves = expanded
        .roots
        .iter()
        .filter(|root| root.leaves_its_source(context));
    moves
        .filter_map(|root| Some(root.source.as_ref()?.node))
        .collect()
}

/// Drops removals below other removals.
fn topmost(removals: BTreeMap<Address, Removal>) -> Vec<Removal> {
    let mut topmost: Vec<Removal> = Vec::new();
    for (address, removal) in removals {
        if !topmost
            .last()
            .is_some_and(|last| address.is_at_or_below(&last.address))
        {
            topmost.push(removal);
        }
    }
    topmost
}

struct Pruner<'a, 'c> {
    context: &'a Context<'c>,
    carving: Carving<'a>,
    moving: &'a BTreeSet<Node>,
    root: &'a Root,
    transfer: &'a Transfer,
    prune: &'a Prune,
    kept: &'a mut Kept,
    found: Vec<Removal>,
}

/// Whether an entry goes with everything below it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Goes,
    Stays,
}

impl Pruner<'_, '_> {
    fn prune_root(&mut self) {
        let world = self.context.world;
        let Some(source) = &self.root.source else {
            return;
        };
        let Some(target) = world.find(&self.root.target) else {
            return;
        };
        if world.kind(source.node) != EntryKind::Folder || world.kind(target) != EntryKind::Folder {
            return;
        }
        if self.is_suddenly_empty(source.node) {
            self.kept.findings.push(self.empty_source(&source.address));
            return;
        }
        self.compare(source.node, target, &EntryPath::root());
    }

    /// Whether the source holds nothing now and held something that we placed.
    fn is_suddenly_empty(&self, source: Node) -> bool {
        let mut empty = true;
        self.context
            .world
            .for_each_child(source, |_, _| empty = false);
        let reference = self.context.reference(self.root.placement);
        let placed = |record: &crate::state::Provenance| {
            record.placement == *reference
                && record.source.is_some()
                && record.kind == EntryKind::File
        };
        empty
            && self.prune.scope != PruneScope::Report
            && self.context.input.recorded.records.values().any(placed)
    }

    /// Finds the children of a target folder that its source folder does not have.
    fn compare(&mut self, source: Node, target: Node, relative: &EntryPath) {
        let world = self.context.world;
        for (name, node, wanted) in world.paired_children(target, Some(source)) {
            let is_folder = |node| world.kind(node) == EntryKind::Folder;
            if wanted.is_some_and(|wanted| !is_folder(wanted) || !is_folder(node)) {
                continue;
            }
            let below = relative.join_trusted(name);
            if self.transfer.exclude.matches(&below) {
                continue;
            }
            match wanted {
                Some(wanted) => {
                    let carved = (!self.carving.is_empty()
                        && self.carving.takes(&self.address(&below)))
                        || (self.context).was_moved_here_by_another(node, self.root.placement);
                    if !carved {
                        self.compare(wanted, node, &below);
                    }
                }
                None => self.extra(node, &below),
            }
        }
    }

    fn extra(&mut self, node: Node, relative: &EntryPath) {
        let start = self.found.len();
        if self.fate(node, relative) == Fate::Goes {
            self.found.truncate(start);
            self.found.push(self.removal(node, relative));
        }
    }

    /// Decides over an extra entry and all below it. Where a folder cannot go as a whole, those
    /// of its children that can are found one by one.
    fn fate(&mut self, node: Node, relative: &EntryPath) -> Fate {
        let address = self.address(relative);
        let spoken_for = self.carving.takes(&address)
            || self.moving.contains(&node)
            || self.context.records.is_on_its_way(node)
            || (self.context).was_moved_here_by_another(node, self.root.placement);
        if spoken_for || self.stands_beside(node) {
            return Fate::Stays;
        }
        // A folder on the way to another placement's target stays; what else it holds may go.
        let on_the_way = self.carving.touches(&address);
        if let Some(why) = self.reason_to_stay(node, relative)
            && !on_the_way
        {
            let extra = Extra {
                placement: self.root.placement,
                address,
                node,
                why,
            };
            self.kept.extra.push(extra);
            return Fate::Stays;
        }
        let start = self.found.len();
        let mut fate = if on_the_way { Fate::Stays } else { Fate::Goes };
        let children: Vec<_> = self
            .context
            .world
            .children(node)
            .into_iter()
            .map(|(name, child)| (relative.join_trusted(name), child))
            .collect();
        for (below, child) in children {
            let before = self.found.len();
            let stays =
                self.transfer.exclude.matches(&below) || self.fate(child, &below) == Fate::Stays;
            if stays {
                fate = Fate::Stays;
            } else {
                self.found.truncate(before);
                self.found.push(self.removal(child, &below));
            }
        }
        if fate == Fate::Goes {
            self.found.truncate(start);
        }
        fate
    }

    fn reason_to_stay(&self, node: Node, relative: &EntryPath) -> Option<&'static str> {
        if self.context.world.kind(node) == EntryKind::Special {
            return Some("it is neither a file nor a folder");
        }
        if self.prune.keep.covers(relative) {
            return Some("`keep` names it");
        }
        match self.prune.scope {
            PruneScope::Report => Some("`prune` only reports"),
            PruneScope::Owned if !self.is_ours(node) => {
                Some("it is not ours, or others changed it")
            }
            PruneScope::Owned | PruneScope::All => None,
        }
    }

    fn is_ours(&self, node: Node) -> bool {
        let reference = self.context.reference(self.root.placement);
        let record = self
            .context
            .records
            .of(node)
            .filter(|record| record.placement == *reference && is_placed(record.proof));
        record.is_some_and(|record| is_as_recorded(self.context.world, node, record))
    }

    /// Whether the entry was placed beside a wished name that its source still has.
    fn stands_beside(&self, node: Node) -> bool {
        let record = self.context.records.of(node);
        let Some(wished) = record.and_then(|record| record.wished.as_ref()) else {
            return false;
        };
        let Some(source) = &self.root.source else {
            return false;
        };
        wished.below(&self.root.target.path).is_some_and(|below| {
            let path = source.address.path.append(&below);
            self.context
                .world
                .find(&Address::new(source.address.space.clone(), path))
                .is_some()
        })
    }

    fn removal(&self, node: Node, relative: &EntryPath) -> Removal {
        Removal {
            placement: self.root.placement,
            address: self.address(relative),
            node,
            disposal: self.prune.disposal,
            reason: Reason::Extra,
            moved_out: (0, 0),
        }
    }

    fn address(&self, relative: &EntryPath) -> Address {
        Address::new(
            self.root.target.space.clone(),
            self.root.target.path.append(relative),
        )
    }

    fn empty_source(&self, source: &Address) -> Diagnostic {
        let placement = self.context.placement(self.root.placement);
        let detail = format!(
            "{source} holds nothing now, and `{}` placed entries from it before. Nothing is removed for it.",
            placement.id
        );
        Diagnostic::error(
            "empty-source",
            "the source of a mirror is suddenly empty",
            detail,
        )
        .at(placement.location.clone())
        .about(source)
        .with_hint(
            "if it is meant to be empty, say `prune: report` or remove the entries with `absent`",
        )
    }
}

pub(super) fn is_placed(proof: Proof) -> bool {
    match proof {
        Proof::Placed | Proof::Halfway => true,
        Proof::Adopted | Proof::Unverified => false,
    }
}

/// The nodes of removals, for a quick look whether an entry goes.
pub(super) fn removed_nodes(removals: &[Removal]) -> BTreeSet<Node> {
    removals.iter().map(|removal| removal.node).collect()
}
