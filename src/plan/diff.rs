//! Step 3: what is wanted against what is there, entry by entry.

use std::collections::{BTreeMap, BTreeSet};

use super::adoption::AdoptedPair;
use super::change::{Change, Differences, Emptied, Extent, Origin};
use super::claims::{Carving, Claims};
use super::context::Context;
use super::decide::{Decision, decide_copy};
use super::expand::{Expanded, Root, SourceEntry, SourceNaming};
use super::operation::Reason;
use super::world::Node;
use crate::diagnostic::Diagnostic;
use crate::manifest::{OnConflict, Update, Wish};
use crate::state::Proof;
use crate::tree::{Address, EntryKind, EntryPath, PatternSet, SpaceAlias};

/// Step 3: finds what has to change.
pub(super) fn diff(
    context: &Context<'_>,
    expanded: &Expanded,
    claims: &Claims<'_>,
    gone: BTreeSet<Node>,
) -> Differences {
    let vacated = vacated(context, expanded, &gone);
    let mut comparison = Comparison {
        context,
        gone,
        vacated,
        folders: BTreeSet::new(),
        taken: BTreeSet::new(),
        differences: Differences::default(),
    };
    for root in &expanded.roots {
        comparison.root(root, claims.carving(&root.target, root.placement));
    }
    comparison.differences
}

/// The entries that moves take away, so that their names are free for others: at first all
/// sources of moves, then without those whose own target turns out to be taken.
fn vacated(context: &Context<'_>, expanded: &Expanded, gone: &BTreeSet<Node>) -> BTreeSet<Node> {
    let moves: Vec<(&Root, Node)> = expanded
        .roots
        .iter()
        .filter(|root| matches!(context.wish(root.placement), Wish::Move(..)))
        .filter_map(|root| Some((root, root.source.as_ref()?.node)))
        .collect();
    let mut waiting: BTreeMap<Node, Vec<Node>> = BTreeMap::new();
    let mut vacated: BTreeSet<Node> = moves.iter().map(|(_, source)| *source).collect();
    let mut blocked = Vec::new();
    for (root, source) in moves {
        let Some(target) = context
            .world
            .find(&root.target)
            .filter(|target| !gone.contains(target))
        else {
            continue;
        };
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

struct Comparison<'a, 'c> {
    context: &'a Context<'c>,
    /// Entries that are removed, with everything below them.
    gone: BTreeSet<Node>,
    /// Entries that moves take away as a whole.
    vacated: BTreeSet<Node>,
    /// Folders that will be made.
    folders: BTreeSet<Address>,
    /// Free names that were given away.
    taken: BTreeSet<Address>,
    differences: Differences,
}

/// One root on its way through the comparison.
struct Pass<'a> {
    root: &'a Root,
    carving: Carving<'a>,
    mode: Mode,
    on_conflict: OnConflict,
    exclude: &'a PatternSet,
}

#[derive(Clone, Copy)]
enum Mode {
    Copy(Update),
    Move,
}

/// An entry of a source with its wanted place.
struct Pair {
    source: SourceEntry,
    target: Address,
    found: Option<Node>,
    /// Relative to the source of the root.
    relative: EntryPath,
    wished: Option<EntryPath>,
}

/// Whether a source holds something after its entries were moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Remains {
    Nothing,
    Something,
}

impl Comparison<'_, '_> {
    fn root(&mut self, root: &Root, carving: Carving<'_>) {
        let wish = self.context.wish(root.placement);
        let (transfer, mode) = match wish {
            Wish::Folder(target) => return self.folder_wish(root.placement, target),
            Wish::Absent(..) => return,
            Wish::Copy(transfer, update) | Wish::Mirror(transfer, update, _) => {
                (transfer, Mode::Copy(*update))
            }
            Wish::Move(transfer, _) => (transfer, Mode::Move),
        };
        let Some(source) = root.source.clone() else {
            return;
        };
        if !self.parents(root.placement, &root.target) {
            return;
        }
        let exclude = &transfer.exclude;
        let pass = Pass {
            root,
            carving,
            mode,
            on_conflict: transfer.on_conflict,
            exclude,
        };
        let found = self.find(&root.target);
        let pair = Pair {
            source,
            target: root.target.clone(),
            found,
            relative: EntryPath::root(),
            wished: None,
        };
        self.entry(&pass, pair);
    }

    fn folder_wish(&mut self, placement: usize, target: &Address) {
        if !self.parents(placement, target) || self.folders.contains(target) {
            return;
        }
        match self.find(target) {
            Some(node) if self.context.world.kind(node) == EntryKind::Folder => {
                self.adopt_folder(placement, None, node, target);
            }
            Some(_) => self.blocked(placement, target),
            None => self.make_folder(placement, target.clone(), None, Reason::Missing, None),
        }
    }

    /// Sees to it that all folders on the way to a target are there or will be made. `false`
    /// where something else stands in the way.
    fn parents(&mut self, placement: usize, target: &Address) -> bool {
        for path in target.path.ancestors() {
            let folder = Address::new(target.space.clone(), path);
            if self.folders.contains(&folder) {
                continue;
            }
            match self.find(&folder) {
                Some(node) if self.context.world.kind(node) == EntryKind::Folder => {}
                Some(_) => {
                    self.blocked(placement, &folder);
                    return false;
                }
                None => self.make_folder(placement, folder, None, Reason::Parent, None),
            }
        }
        true
    }

    fn entry(&mut self, pass: &Pass<'_>, pair: Pair) -> Remains {
        match self.context.world.kind(pair.source.node) {
            EntryKind::File => self.file(pass, pair),
            EntryKind::Folder => self.folder(pass, pair),
            EntryKind::Special => {
                self.differences.special_skipped += 1;
                Remains::Something
            }
        }
    }

    fn file(&mut self, pass: &Pass<'_>, pair: Pair) -> Remains {
        let pair = self.beside(pass, pair);
        match pass.mode {
            Mode::Copy(update) => {
                self.copied_file(pass, pair, update);
                Remains::Something
            }
            Mode::Move => match pair.found {
                None => self.place(pass, pair, Reason::Misplaced, None),
                Some(_) => self.conflict(pass, pair, "both the source and the target are there"),
            },
        }
    }

    fn copied_file(&mut self, pass: &Pass<'_>, pair: Pair, update: Update) {
        let placement = pass.root.placement;
        let space = &pair.target.space;
        let decision = decide_copy(
            self.context,
            placement,
            pair.source.node,
            pair.found,
            space,
            update,
        );
        match (decision, pair.found) {
            (Decision::InPlace, _) => self.differences.in_place += 1,
            (Decision::Adopt(proof), Some(found)) => {
                let pair_of = (Some(pair.source.node), found);
                self.adopt(
                    placement,
                    Some(&pair.source.address),
                    pair_of,
                    &pair.target,
                    proof,
                );
            }
            (Decision::Update, found) => {
                self.place(pass, pair, Reason::Changed, found);
            }
            (Decision::Conflict(why), Some(_)) => {
                self.conflict(pass, pair, why);
            }
            (Decision::Create | Decision::Adopt(_) | Decision::Conflict(_), _) => {
                self.place(pass, pair, Reason::Missing, None);
            }
        }
    }

    fn folder(&mut self, pass: &Pass<'_>, pair: Pair) -> Remains {
        let pair = self.beside(pass, pair);
        let placement = pass.root.placement;
        match pair.found {
            None => {
                let reason = if matches!(pass.mode, Mode::Move) {
                    Reason::Misplaced
                } else {
                    Reason::Missing
                };
                let source = Some(pair.source.clone());
                self.make_folder(
                    placement,
                    pair.target.clone(),
                    source,
                    reason,
                    pair.wished.clone(),
                );
            }
            Some(found) if self.context.world.kind(found) == EntryKind::Folder => {
                if matches!(pass.mode, Mode::Copy(_)) {
                    self.adopt_folder(placement, Some(&pair.source), found, &pair.target);
                }
            }
            Some(_) => return self.conflict(pass, pair, "something other than a folder is there"),
        }
        self.children(pass, pair)
    }

    fn children(&mut self, pass: &Pass<'_>, pair: Pair) -> Remains {
        let context = self.context;
        let mut remains = Remains::Nothing;
        for (name, node) in context.world.children(pair.source.node) {
            let relative = pair.relative.join_trusted(name);
            let target = Address::new(
                pair.target.space.clone(),
                pair.target.path.join_trusted(name),
            );
            let carved = !pass.carving.is_empty() && pass.carving.takes(&target);
            if carved || pass.exclude.matches(&relative) {
                remains = Remains::Something;
                continue;
            }
            let found = pair
                .found
                .and_then(|folder| context.world.child(folder, name));
            let found = found.filter(|node| !self.is_leaving(*node));
            let path = pair.source.address.path.join_trusted(name);
            let source = SourceEntry {
                address: Address::new(pair.source.address.space.clone(), path),
                node,
            };
            if self.entry(
                pass,
                Pair {
                    source,
                    target,
                    found,
                    relative,
                    wished: None,
                },
            ) == Remains::Something
            {
                remains = Remains::Something;
            }
        }
        let goes = pass.root.naming == SourceNaming::Named || pair.found.is_none();
        if remains == Remains::Nothing && goes && matches!(pass.mode, Mode::Move) {
            let emptied = Emptied {
                placement: pass.root.placement,
                source: pair.source,
            };
            self.differences.emptied.push(emptied);
            return Remains::Nothing;
        }
        Remains::Something
    }

    /// Where the entry was placed beside its name before, that is where it belongs.
    fn beside(&self, pass: &Pass<'_>, mut pair: Pair) -> Pair {
        let records = &self.context.records;
        if records.has_none_beside() || matches!(pass.mode, Mode::Move) {
            return pair;
        }
        let Some(address) = records.beside(&pair.target) else {
            return pair;
        };
        let Some(node) = self.find(address) else {
            return pair;
        };
        let ours = records
            .of(node)
            .is_some_and(|record| record.placement == *self.context.reference(pass.root.placement));
        if ours {
            pair.wished = Some(pair.target.path);
            pair.target = address.clone();
            pair.found = Some(node);
        }
        pair
    }

    fn conflict(&mut self, pass: &Pass<'_>, mut pair: Pair, why: &'static str) -> Remains {
        let world = self.context.world;
        let both_files = world.kind(pair.source.node) == EntryKind::File
            && pair
                .found
                .is_some_and(|found| world.kind(found) == EntryKind::File);
        match pass.on_conflict {
            OnConflict::Fail => {
                self.differences.conflicts += 1;
                let finding = self.conflict_finding(pass, &pair, why);
                self.differences.findings.push(finding);
            }
            OnConflict::Keep => {
                self.differences.kept += 1;
                let finding = self.kept_finding(pass, &pair, why);
                self.differences.findings.push(finding);
            }
            OnConflict::Overwrite if both_files => {
                let found = pair.found;
                return self.place(pass, pair, Reason::Overwrite, found);
            }
            OnConflict::Overwrite => {
                self.differences.conflicts += 1;
                let finding = self.not_replaceable(pass, &pair);
                self.differences.findings.push(finding);
            }
            OnConflict::Rename => {
                let wished = pair
                    .wished
                    .take()
                    .unwrap_or_else(|| pair.target.path.clone());
                pair.target.path = self.free_name(&pair.target.space, &wished);
                self.taken.insert(pair.target.clone());
                pair.found = None;
                pair.wished = Some(wished);
                return if both_files || world.kind(pair.source.node) == EntryKind::File {
                    self.place(pass, pair, Reason::Beside, None)
                } else {
                    self.folder(pass, pair)
                };
            }
        }
        Remains::Something
    }

    /// A change that puts a file at its target.
    fn place(
        &mut self,
        pass: &Pass<'_>,
        pair: Pair,
        reason: Reason,
        replaces: Option<Node>,
    ) -> Remains {
        self.differences.changes.push(Change {
            placement: pass.root.placement,
            reason,
            kind: EntryKind::File,
            target: pair.target,
            wished: pair.wished,
            source: Some(pair.source),
            replaces,
            origin: Origin::Undecided,
            extent: Extent::Entry,
        });
        match pass.mode {
            Mode::Copy(_) => Remains::Something,
            Mode::Move => Remains::Nothing,
        }
    }

    fn make_folder(
        &mut self,
        placement: usize,
        target: Address,
        source: Option<SourceEntry>,
        reason: Reason,
        wished: Option<EntryPath>,
    ) {
        self.folders.insert(target.clone());
        self.differences.changes.push(Change {
            placement,
            reason,
            kind: EntryKind::Folder,
            target,
            wished,
            source,
            replaces: None,
            origin: Origin::Undecided,
            extent: Extent::Entry,
        });
    }

    fn adopt_folder(
        &mut self,
        placement: usize,
        source: Option<&SourceEntry>,
        found: Node,
        target: &Address,
    ) {
        let record = self.context.records.of(found);
        if record.is_some_and(|record| record.placement == *self.context.reference(placement)) {
            self.differences.in_place += 1;
            return;
        }
        let pair = (source.map(|source| source.node), found);
        self.adopt(
            placement,
            source.map(|source| &source.address),
            pair,
            target,
            Proof::Adopted,
        );
    }

    fn adopt(
        &mut self,
        placement: usize,
        source: Option<&Address>,
        pair: (Option<Node>, Node),
        target: &Address,
        proof: Proof,
    ) {
        self.differences.in_place += 1;
        let world = self.context.world;
        let index = |node| world.observed_index(node);
        let Some(target_index) = index(pair.1) else {
            return;
        };
        let key = (
            placement,
            source.map(|address| address.space.clone()),
            target.space.clone(),
        );
        let adopted = AdoptedPair {
            source: pair.0.and_then(index),
            target: target_index,
            proof,
        };
        self.differences
            .adopted
            .entry(key)
            .or_default()
            .push(adopted);
    }

    /// The entry at an address, unless it is leaving.
    fn find(&self, address: &Address) -> Option<Node> {
        let world = self.context.world;
        let mut node = world.root(&address.space)?;
        for name in address.path.segments() {
            node = world
                .child(node, name)
                .filter(|node| !self.is_leaving(*node))?;
        }
        Some(node)
    }

    fn is_leaving(&self, node: Node) -> bool {
        self.vacated.contains(&node) || self.gone.contains(&node)
    }

    /// The first of `name (1).ext`, `name (2).ext`, … that nothing has and nothing gets.
    fn free_name(&self, space: &SpaceAlias, wished: &EntryPath) -> EntryPath {
        let name = wished.name().unwrap_or_default();
        let parent = wished.parent().unwrap_or_else(EntryPath::root);
        let (stem, extension) = match name.rfind('.') {
            Some(dot) if dot > 0 => name.split_at(dot),
            _ => (name, ""),
        };
        let mut number = 1_u64;
        loop {
            let path = parent.join_trusted(&format!("{stem} ({number}){extension}"));
            let address = Address::new(space.clone(), path);
            let free = self.context.world.find(&address).is_none()
                && !self.folders.contains(&address)
                && !self.taken.contains(&address);
            if free {
                return address.path;
            }
            number += 1;
        }
    }
}

impl Comparison<'_, '_> {
    fn blocked(&mut self, placement: usize, folder: &Address) {
        let placement = self.context.placement(placement);
        let detail = format!(
            "`{}` needs a folder at {folder}, and something else is there.",
            placement.id
        );
        self.differences.conflicts += 1;
        self.differences.findings.push(
            Diagnostic::error(
                "blocked",
                "something other than a folder is in the way",
                detail,
            )
            .at(placement.location.clone())
            .about(folder)
            .with_hint("move it away, or choose another target"),
        );
    }

    fn conflict_finding(&self, pass: &Pass<'_>, pair: &Pair, why: &str) -> Diagnostic {
        let placement = self.context.placement(pass.root.placement);
        let detail = format!(
            "{} ({}) is to be placed at {} ({}): {why}.",
            pair.source.address,
            self.describe(Some(pair.source.node)),
            pair.target,
            self.describe(pair.found)
        );
        Diagnostic::error("conflict", "something else is at the target", detail)
            .at(placement.location.clone())
            .about(&pair.target)
            .with_hint("settle it by hand, or say `on_conflict: keep`, `overwrite` or `rename`")
    }

    fn kept_finding(&self, pass: &Pass<'_>, pair: &Pair, why: &str) -> Diagnostic {
        let placement = self.context.placement(pass.root.placement);
        let detail = format!(
            "{} stays, and so does {}: {why}.",
            pair.target, pair.source.address
        );
        Diagnostic::note("kept", "a conflict is left alone", detail)
            .at(placement.location.clone())
            .about(&pair.target)
    }

    fn not_replaceable(&self, pass: &Pass<'_>, pair: &Pair) -> Diagnostic {
        let placement = self.context.placement(pass.root.placement);
        let detail = format!(
            "{} ({}) cannot replace {} ({}).",
            pair.source.address,
            self.describe(Some(pair.source.node)),
            pair.target,
            self.describe(pair.found)
        );
        Diagnostic::error("not-replaceable", "only a file can replace a file", detail)
            .at(placement.location.clone())
            .about(&pair.target)
            .with_hint("move the target away, or say `on_conflict: rename`")
    }

    fn describe(&self, node: Option<Node>) -> String {
        let Some(node) = node else {
            return "nothing".into();
        };
        match self.context.world.kind(node) {
            EntryKind::File => format!("file, {} bytes", self.context.world.size(node)),
            EntryKind::Folder => "folder".into(),
            EntryKind::Special => "neither file nor folder".into(),
        }
    }
}
