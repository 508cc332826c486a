//! Step 1: placements and the observed sources become roots, one for each entry that is named or
//! matched. What lies below a root follows from its source.

use super::context::Context;
use super::source_findings::{
    lost_target, matches_again, missing_source, overtaken, special_source,
};
use super::world::Node;
use crate::diagnostic::Diagnostic;
use crate::manifest::{Disposal, Expect, OnMissing, Target, Transfer, Wish};
use crate::tree::{Address, EntryKind, EntryPath, PatternSet, Selection};

/// The code of the finding that a pattern matches too little or too much.
pub(super) const EXPECTATION: &str = "expectation";

/// What the placements come to in the observed world.
#[derive(Debug, Default)]
pub(super) struct Expanded {
    /// What is wanted somewhere, in the order of targets.
    pub(super) roots: Vec<Root>,
    /// What is wanted nowhere, in the order of addresses.
    pub(super) unwanted: Vec<Unwanted>,
    /// Sources that are missing, and matches that are too many or too few.
    pub(super) findings: Vec<Diagnostic>,
}

/// One wanted entry, with all that its source holds.
#[derive(Debug, Clone)]
pub(super) struct Root {
    /// The number of its placement.
    pub(super) placement: usize,
    /// Where the content is; `None` for a folder that is just wanted.
    pub(super) source: Option<SourceEntry>,
    /// Where it shall be.
    pub(super) target: Address,
    /// Whether the source goes with its last entry.
    pub(super) naming: SourceNaming,
}

/// An entry that content comes from.
#[derive(Debug, Clone)]
pub(super) struct SourceEntry {
    pub(super) address: Address,
    pub(super) node: Node,
}

/// How a placement speaks of its source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SourceNaming {
    /// By its path: a moved folder goes once it is empty.
    Named,
    /// By a pattern: folders stay.
    Matched,
    /// Not at all: an interrupted run left it under a temporary name on its way to the target.
    Temporary,
}

/// An entry that shall not be there.
#[derive(Debug, Clone)]
pub(super) struct Unwanted {
    pub(super) placement: usize,
    pub(super) address: Address,
    pub(super) node: Node,
    pub(super) disposal: Disposal,
}

impl Root {
    /// Whether nothing is left at the source.
    pub(super) fn leaves_its_source(&self, context: &Context<'_>) -> bool {
        self.naming == SourceNaming::Temporary
            || matches!(context.wish(self.placement), Wish::Move(..))
    }
}

/// Step 1: what the placements come to in the observed world.
pub(super) fn expand(context: &Context<'_>) -> Expanded {
    let mut expanded = Expanded::default();
    for (number, placement) in context.placements.iter().enumerate() {
        match &placement.placement.wish {
            Wish::Copy(transfer, _) | Wish::Move(transfer, _) | Wish::Mirror(transfer, ..) => {
                expand_transfer(context, number, transfer, &mut expanded);
            }
            Wish::Folder(target) => expanded.roots.push(Root {
                placement: number,
                source: None,
                target: target.clone(),
                naming: SourceNaming::Named,
            }),
            Wish::Absent(selection, expect, disposal) => {
                expand_absent(
                    context,
                    number,
                    selection,
                    *expect,
                    *disposal,
                    &mut expanded,
                );
            }
        }
    }
    refuse_own_ancestors(context, &mut expanded);
    expanded
        .roots
        .sort_by(|a, b| a.target.cmp(&b.target).then(a.placement.cmp(&b.placement)));
    expanded.unwanted.sort_by(|a, b| a.address.cmp(&b.address));
    expanded
}

/// A folder that is to be poured into a folder above itself would meet itself on the way, and
/// nothing can move into itself.
fn refuse_own_ancestors(context: &Context<'_>, expanded: &mut Expanded) {
    let Expanded {
        roots, findings, ..
    } = expanded;
    roots.retain(|root| {
        let Some(source) = &root.source else {
            return true;
        };
        let is_folder = context.world.kind(source.node) == EntryKind::Folder;
        let around = is_folder && source.address.is_strictly_below(&root.target);
        let inside = root.leaves_its_source(context) && root.target.is_at_or_below(&source.address);
        if !around && !inside {
            return true;
        }
        let placement = context.placement(root.placement);
        let detail = format!("{} is to be placed at {}.", source.address, root.target);
        findings.push(
            Diagnostic::error(
                "source-in-target",
                "an entry would be placed around or inside itself",
                detail,
            )
            .at(placement.location.clone())
            .about(&source.address)
            .with_hint(
                "name what the folder holds with a pattern, for example `folder/*` with `into`",
            ),
        );
        false
    });
}

fn expand_transfer(
    context: &Context<'_>,
    number: usize,
    transfer: &Transfer,
    expanded: &mut Expanded,
) {
    match &transfer.target {
        Target::Exactly(target) => expand_named(context, number, transfer, target, expanded),
        Target::Into(folder, layout) => {
            // What is there already, and the folder that matches go into, are no matches.
            let mut matches = Vec::new();
            for_each_match(
                context,
                &transfer.source,
                &transfer.exclude,
                |relative, source| {
                    let target =
                        Address::new(folder.space.clone(), layout.place(&folder.path, relative));
                    if target != source.address && !folder.is_at_or_below(&source.address) {
                        matches.push((target, source));
                    }
                },
            );
            // What was moved before and is still there goes on counting as a match.
            let mut moved = 0;
            if matches!(context.wish(number), Wish::Move(..)) {
                moved = context.records.placed_by(context.reference(number));
                matches.retain(|(_, source)| !context.is_placed_by_another(source.node, number));
            }
            let again = matches.iter().find(|(target, _)| transfer.reads(target));
            if let Some((target, source)) = again {
                let placement = context.placement(number);
                expanded
                    .findings
                    .push(matches_again(placement, &source.address, target));
            }
            check_expectation(
                context,
                number,
                transfer.expect,
                matches.len() as u64 + moved,
                expanded,
            );
            expanded.roots.extend(interrupted_entries(context, number));
            expanded
                .roots
                .extend(matches.into_iter().map(|(target, source)| Root {
                    placement: number,
                    source: Some(source),
                    target,
                    naming: SourceNaming::Matched,
                }));
        }
    }
}

fn expand_named(
    context: &Context<'_>,
    number: usize,
    transfer: &Transfer,
    target: &Address,
    expanded: &mut Expanded,
) {
    let address = transfer.source.base.clone();
    let moves = matches!(context.wish(number), Wish::Move(..));
    if let Some(root) = interrupted(context, number, target) {
        let next = source_at(context, &address).filter(|_| moves);
        if next.is_some_and(|node| !context.is_placed_by_another(node, number)) {
            let stops = root.source.iter().map(|source| &source.address);
            let finding = |stop| overtaken(context.placement(number), &address, stop);
            expanded.findings.extend(stops.map(finding));
        }
        return expanded.roots.push(root);
    }
    if moves {
        expanded.roots.extend(interrupted_entries(context, number));
    }
    let found = source_at(context, &address);
    let present = found.filter(|node| !(moves && context.is_placed_by_another(*node, number)));
    match present {
        Some(node) if context.world.kind(node) == EntryKind::Special => {
            expanded
                .findings
                .push(special_source(context.placement(number), &address));
        }
        Some(node) => expanded.roots.push(Root {
            placement: number,
            source: Some(SourceEntry { address, node }),
            target: target.clone(),
            naming: SourceNaming::Named,
        }),
        None if moves && context.world.find(target).is_some() => {}
        None if context.records.is_awaited(&address) => {}
        None if transfer.on_missing == OnMissing::Ignore => {}
        None => expanded.findings.push(match found {
            Some(_) => lost_target(context.placement(number), &address, target),
            None => missing_source(context.placement(number), &address),
        }),
    }
}

/// The rest of a way over a temporary name that an interrupted run began.
fn interrupted(context: &Context<'_>, number: usize, target: &Address) -> Option<Root> {
    let address = context
        .records
        .interrupted(target, context.reference(number))?
        .clone();
    let node = context.world.find(&address)?;
    Some(Root {
        placement: number,
        source: Some(SourceEntry { address, node }),
        target: target.clone(),
        naming: SourceNaming::Temporary,
    })
}

/// What an interrupted run left under temporary names of the matches of a pattern, or of what a
/// moved folder holds.
fn interrupted_entries(context: &Context<'_>, number: usize) -> Vec<Root> {
    let wished = context.records.on_the_way_for(context.reference(number));
    wished
        .iter()
        .filter_map(|target| interrupted(context, number, target))
        .collect()
}

fn expand_absent(
    context: &Context<'_>,
    number: usize,
    selection: &Selection,
    expect: Expect,
    disposal: Disposal,
    expanded: &mut Expanded,
) {
    let before = expanded.unwanted.len();
    for_each_match(context, selection, &PatternSet::default(), |_, source| {
        expanded.unwanted.push(Unwanted {
            placement: number,
            address: source.address,
            node: source.node,
            disposal,
        });
    });
    if selection.below.is_some() {
        let matches = expanded.unwanted.len() - before;
        check_expectation(context, number, expect, matches as u64, expanded);
    }
}

/// Visits each entry that a selection names or matches. A match stands for its whole subtree, so
/// nothing is visited below it.
fn for_each_match(
    context: &Context<'_>,
    selection: &Selection,
    exclude: &PatternSet,
    mut visit: impl FnMut(&EntryPath, SourceEntry),
) {
    let world = context.world;
    let base = &selection.base;
    let Some(start) = source_at(context, base) else {
        return;
    };
    let Some(pattern) = &selection.below else {
        return visit(
            &EntryPath::root(),
            SourceEntry {
                address: base.clone(),
                node: start,
            },
        );
    };
    let mut open = vec![(EntryPath::root(), start)];
    while let Some((relative, node)) = open.pop() {
        if pattern.matches(&relative) {
            let address = Address::new(base.space.clone(), base.path.append(&relative));
            visit(&relative, SourceEntry { address, node });
            continue;
        }
        for (name, child) in world.children(node).into_iter().rev() {
            let below = relative.join_trusted(name);
            let stays = !context.records.is_on_its_way(child);
            if stays && world.kind(child) != EntryKind::Special && !exclude.matches(&below) {
                open.push((below, child));
            }
        }
    }
}

fn check_expectation(
    context: &Context<'_>,
    number: usize,
    expect: Expect,
    matches: u64,
    expanded: &mut Expanded,
) {
    let too_few = expect.min.is_some_and(|min| matches < min);
    let too_many = expect.max.is_some_and(|max| matches > max);
    if !too_few && !too_many {
        return;
    }
    let bounds = match (expect.min, expect.max) {
        (Some(min), Some(max)) => format!("between {min} and {max}"),
        (Some(min), None) => format!("at least {min}"),
        (None, Some(max)) => format!("at most {max}"),
        (None, None) => "any number of".into(),
    };
    let placement = context.placement(number);
    let detail = format!(
        "`{}` expects {bounds} matches and has {matches}.",
        placement.id
    );
    expanded.findings.push(
        Diagnostic::error(
            EXPECTATION,
            "a pattern does not match as many entries as expected",
            detail,
        )
        .at(placement.location.clone())
        .with_hint("look at the source, or change `expect`"),
    );
}

/// What is at an address, unless an interrupted run left it there on its way to another.
fn source_at(context: &Context<'_>, address: &Address) -> Option<Node> {
    let found = context.world.find(address);
    found.filter(|_| context.records.halfway_above(address).is_none())
}
