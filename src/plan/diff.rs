//! Step 3: what is wanted against what is there, entry by entry.

use std::collections::BTreeSet;

use super::change::{Differences, Emptied};
use super::claims::{Carving, Claims};
use super::context::Context;
use super::decide::{Decision, decide_copy};
use super::expand::{Expanded, Root, SourceEntry, SourceNaming};
use super::operation::Reason;
use super::vacated::vacated;
use super::world::Node;
use crate::manifest::{OnConflict, Update, Wish};
use crate::tree::{Address, EntryKind, EntryPath, PatternSet, SpaceAlias};

/// Step 3: finds what has to change. Only the comparison tells what stays behind in a folder that
/// a move empties; where a name turns out not to be free that others want, everything is compared
/// again.
pub(super) fn diff(
    context: &Context<'_>,
    expanded: &Expanded,
    claims: &Claims<'_>,
    gone: &BTreeSet<Node>,
) -> Differences {
    let wanted: Vec<Address> = expanded
        .roots
        .iter()
        .map(|root| root.target.clone())
        .collect();
    let mut staying = BTreeSet::new();
    loop {
        let mut comparison = Comparison {
            context,
            wanted: &wanted,
            gone,
            vacated: vacated(context, expanded, gone, &staying),
            folders: BTreeSet::new(),
            taken: BTreeSet::new(),
            reachable: None,
            differences: Differences::default(),
        };
        for root in &expanded.roots {
            let source = root.source.as_ref();
            let holds = source.is_some_and(|it| context.world.kind(it.node) == EntryKind::Folder);
            let carving = if holds {
                claims.carving(&root.target, root.placement)
            } else {
                Carving::default()
            };
            comparison.root(root, carving);
        }
        let found_staying = comparison.staying(expanded);
        if found_staying.is_empty() {
            comparison.leave_transits();
            return comparison.differences;
        }
        staying.extend(found_staying);
    }
}

pub(super) struct Comparison<'a, 'c> {
    pub(super) context: &'a Context<'c>,
    /// The targets of all roots, in order.
    pub(super) wanted: &'a [Address],
    /// Entries that are removed, with everything below them.
    pub(super) gone: &'a BTreeSet<Node>,
    /// Entries that moves take away as a whole.
    pub(super) vacated: BTreeSet<Node>,
    /// Folders that will be made.
    pub(super) folders: BTreeSet<Address>,
    /// Names that files will have.
    pub(super) taken: BTreeSet<Address>,
    /// The folder of the last target: it is there or will be made, and so is all above it.
    pub(super) reachable: Option<(SpaceAlias, EntryPath)>,
    pub(super) differences: Differences,
}

/// One root on its way through the comparison.
pub(super) struct Pass<'a> {
    pub(super) root: &'a Root,
    pub(super) carving: Carving<'a>,
    pub(super) mode: Mode,
    pub(super) on_conflict: OnConflict,
    pub(super) exclude: &'a PatternSet,
}

#[derive(Clone, Copy)]
pub(super) enum Mode {
    Copy(Update),
    Move,
}

/// An entry of a source with its wanted place.
pub(super) struct Pair {
    pub(super) source: SourceEntry,
    pub(super) target: Address,
    pub(super) found: Option<Node>,
    /// Relative to the source of the root.
    pub(super) relative: EntryPath,
    pub(super) wished: Option<EntryPath>,
}

/// Whether a source holds something after its entries were moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Remains {
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
        let mode = if root.naming == SourceNaming::Temporary {
            Mode::Move
        } else {
            mode
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
                Some(found) if self.is_our_older_one(pass, found) => {
                    self.place(pass, pair, Reason::Changed, Some(found))
                }
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
                    Some(&pair.source.address.space),
                    pair_of,
                    space,
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

    pub(super) fn folder(&mut self, pass: &Pass<'_>, pair: Pair) -> Remains {
        let pair = self.beside(pass, pair);
        if let Some(root) = self.interrupted_folder(pass, &pair) {
            let carving = pass.carving.clone();
            let rest = Pass {
                root: &root,
                carving,
                mode: Mode::Move,
                ..*pass
            };
            return self.placed_folder(&rest, pair);
        }
        self.placed_folder(pass, pair)
    }

    fn placed_folder(&mut self, pass: &Pass<'_>, pair: Pair) -> Remains {
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
        for (name, node, found) in context.world.paired_children(pair.source.node, pair.found) {
            let found = found.filter(|node| !self.is_leaving(*node));
            if self.is_settled(pass, &pair, (node, found)) {
                remains = Remains::Something;
                continue;
            }
            let relative = pair.relative.join_trusted(name);
            let target = beneath(&pair.target, name);
            let carved = (!pass.carving.is_empty() && pass.carving.takes(&target))
                || found.is_some_and(|found| self.is_anothers(pass, found));
            if self.goes_on_alone(pass, node) {
                continue;
            }
            let passes = self.context.records.is_on_its_way(node);
            if passes || carved || pass.exclude.matches(&relative) {
                remains = Remains::Something;
                continue;
            }
            let source = SourceEntry {
                address: beneath(&pair.source.address, name),
                node,
            };
            let child = Pair {
                source,
                target,
                found,
                relative,
                wished: None,
            };
            if self.entry(pass, child) == Remains::Something {
                remains = Remains::Something;
            }
        }
        let goes = pass.root.naming != SourceNaming::Matched || pair.found.is_none();
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

    /// Whether the entry at a wanted place is there because another placement moved it there.
    fn is_anothers(&self, pass: &Pass<'_>, found: Node) -> bool {
        let placement = pass.root.placement;
        self.context.was_moved_here_by_another(found, placement)
    }

    /// Whether a file of a folder is in place, found out without writing its paths down: the lot
    /// of nearly all files of a large mirror. What needs paths to be judged is left to others.
    fn is_settled(
        &mut self,
        pass: &Pass<'_>,
        folder: &Pair,
        (source, found): (Node, Option<Node>),
    ) -> bool {
        let (Mode::Copy(update), Some(found)) = (pass.mode, found) else {
            return false;
        };
        let plain = pass.exclude.is_empty()
            && pass.carving.is_empty()
            && self.context.records.has_none_beside();
        if !plain || self.context.world.kind(source) != EntryKind::File {
            return false;
        }
        let placement = pass.root.placement;
        let space = &folder.target.space;
        match decide_copy(self.context, placement, source, Some(found), space, update) {
            Decision::InPlace => self.differences.in_place += 1,
            Decision::Adopt(_) if self.is_anothers(pass, found) => return false,
            Decision::Adopt(proof) => {
                let pair = (Some(source), found);
                self.adopt(
                    placement,
                    Some(&folder.source.address.space),
                    pair,
                    space,
                    proof,
                );
            }
            Decision::Create | Decision::Update | Decision::Conflict(_) => return false,
        }
        true
    }

    /// The entry at an address, unless it is leaving.
    pub(super) fn find(&self, address: &Address) -> Option<Node> {
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
}

/// The address of an entry of a folder.
fn beneath(folder: &Address, name: &str) -> Address {
    Address::new(folder.space.clone(), folder.path.join_trusted(name))
}
