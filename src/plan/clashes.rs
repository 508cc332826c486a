//! Placements that would hurt each other: one target for two, and what one takes or places and
//! another needs.

use std::collections::BTreeMap;

use super::change::Change;
use super::claims::{Claims, strictly_below};
use super::context::Context;
use super::expand::{Expanded, Root, SourceNaming};
use super::keep::Removal;
use crate::diagnostic::Diagnostic;
use crate::manifest::Wish;
use crate::tree::{Address, EntryKind};

/// The sources of all roots, each with its reader, in the order of addresses.
#[derive(Default)]
struct Sources<'a>(Vec<(&'a Address, usize)>);

impl<'a> Sources<'a> {
    fn of(expanded: &'a Expanded) -> Self {
        let roots = expanded.roots.iter();
        let sources =
            roots.filter_map(|root| Some((&root.source.as_ref()?.address, root.placement)));
        let mut sources: Vec<(&Address, usize)> = sources.collect();
        sources.sort_by_key(|(address, _)| *address);
        Self(sources)
    }

    /// Those that are read at an address, the readers in the order of roots.
    fn at<'s>(
        &'s self,
        address: &Address,
    ) -> impl Iterator<Item = (&'a Address, usize)> + use<'a, 's> {
        let address = address.clone();
        let sources = self.0[self.start(&address)..].iter().copied();
        sources.take_while(move |(source, _)| **source == address)
    }

    fn at_or_below(&self, address: &Address) -> impl Iterator<Item = (&'a Address, usize)> {
        let sources = self.0[self.start(address)..].iter().copied();
        sources.take_while(move |(source, _)| source.is_at_or_below(address))
    }

    fn start(&self, address: &Address) -> usize {
        self.0.partition_point(|(source, _)| *source < address)
    }
}

/// Something that a placement takes away, and how.
struct Taking<'a> {
    placement: usize,
    address: &'a Address,
    word: &'static str,
}

/// Finds targets that two placements want, and takings that would hurt another placement.
pub(super) fn clashes(
    context: &Context<'_>,
    expanded: &Expanded,
    claims: &Claims<'_>,
    removals: &[Removal],
) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    for pair in expanded.roots.windows(2) {
        if pair[0].target == pair[1].target {
            findings.push(target_clash(context, &pair[0], &pair[1]));
        }
    }
    let takings = takings(context, expanded, removals);
    let sources = if takings.is_empty() {
        Sources::default()
    } else {
        Sources::of(expanded)
    };
    for root in &expanded.roots {
        let unwanted = (claims.unwanted)
            .at_or_above(&root.target)
            .filter(|_| context.world.find(&root.target).is_none());
        findings.extend(unwanted.map(|other| unwanted_target(context, root, other)));
    }
    for taking in &takings {
        findings.extend(taken_target(context, taking, &claims.targets));
        findings.extend(taken_source(context, taking, &sources));
    }
    findings
}

fn takings<'a>(
    context: &Context<'_>,
    expanded: &'a Expanded,
    removals: &'a [Removal],
) -> Vec<Taking<'a>> {
    let removed = removals.iter().map(|removal| Taking {
        placement: removal.placement,
        address: &removal.address,
        word: "removes",
    });
    let moved = expanded.roots.iter().filter_map(|root| {
        // What an interrupted run left on its way is nobody's source and holds nobody's target.
        let passes = root.naming == SourceNaming::Temporary;
        let moves = !passes && root.leaves_its_source(context);
        let source = root.source.as_ref().filter(|_| moves)?;
        Some(Taking {
            placement: root.placement,
            address: &source.address,
            word: "moves away",
        })
    });
    removed.chain(moved).collect()
}

/// A move may free the very path that another placement wants; nothing else may.
fn taken_target(
    context: &Context<'_>,
    taking: &Taking<'_>,
    targets: &BTreeMap<Address, usize>,
) -> Option<Diagnostic> {
    let exact = targets
        .get_key_value(taking.address)
        .filter(|_| taking.word == "removes");
    let (address, other) = exact.or_else(|| {
        strictly_below(targets, taking.address).find(|(_, other)| **other != taking.placement)
    })?;
    Some(taken(
        context,
        taking,
        *other,
        address,
        "takes-target",
        "a placement takes away what another wants",
    ))
}

fn taken_source(
    context: &Context<'_>,
    taking: &Taking<'_>,
    sources: &Sources<'_>,
) -> Option<Diagnostic> {
    let ancestors = taking.address.path.ancestors().into_iter();
    let above = ancestors.map(|path| Address::new(taking.address.space.clone(), path));
    let (address, other) = above
        .flat_map(|address| sources.at(&address))
        .chain(sources.at_or_below(taking.address))
        .find(|(_, other)| *other != taking.placement)?;
    Some(taken(
        context,
        taking,
        other,
        address,
        "takes-source",
        "a placement takes away what another reads",
    ))
}

fn taken(
    context: &Context<'_>,
    taking: &Taking<'_>,
    other: usize,
    address: &Address,
    code: &'static str,
    summary: &'static str,
) -> Diagnostic {
    let (ours, theirs) = (
        context.placement(taking.placement),
        context.placement(other),
    );
    let detail = format!(
        "`{}` {} {}, and `{}` needs {address}.",
        ours.id, taking.word, taking.address, theirs.id
    );
    Diagnostic::error(code, summary, detail)
        .at(ours.location.clone())
        .with_related("needed here", theirs.location.clone())
        .about(taking.address)
        .with_hint("drop one of the two placements, or `exclude` the entry from one of them")
}

/// Finds placements that read what another is about to place. What they read would change with
/// every run; only a file that is there already may be read before it is
/// replaced, and one that was read by an interrupted run is not read again. Expects the changes in the order of targets.
pub(super) fn readings(context: &Context<'_>, changes: &[Change]) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    for (number, placement) in context.placements.iter().enumerate() {
        let (Wish::Copy(transfer, _) | Wish::Mirror(transfer, ..)) = &placement.placement.wish
        else {
            continue;
        };
        // What an interrupted run read is on its way, and is not read again.
        let target = transfer.target.address();
        let reference = context.reference(number);
        if context.records.interrupted(target, reference).is_some() {
            continue;
        }
        let source = &transfer.source.base;
        let start = changes.partition_point(|change| change.target < *source);
        let placed = changes[start..]
            .iter()
            .take_while(|change| change.target.is_at_or_below(source));
        let mut read = placed.filter(|change| transfer.reads(&change.target));
        let settled =
            |target: &Address| was_file(context, target) || context.has_read(number, target);
        let feeds = |change: &&Change| change.placement == number || !settled(&change.target);
        if let Some(change) = read.find(feeds) {
            findings.push(fed_source(
                context,
                number,
                change.placement,
                &change.target,
            ));
        }
    }
    findings
}

/// Whether a file is there, or was there before an interrupted run began to replace it.
fn was_file(context: &Context<'_>, address: &Address) -> bool {
    context.records.is_awaited(address)
        || context
            .world
            .find(address)
            .is_some_and(|node| context.world.kind(node) == EntryKind::File)
}

fn fed_source(context: &Context<'_>, number: usize, other: usize, target: &Address) -> Diagnostic {
    let (ours, theirs) = (context.placement(number), context.placement(other));
    let detail = format!(
        "`{}` would place {target}, and `{}` reads it in the same run.",
        theirs.id, ours.id
    );
    Diagnostic::error(
        "feeds-source",
        "a placement reads what another is about to place",
        detail,
    )
    .at(ours.location.clone())
    .with_related("placed here", theirs.location.clone())
    .about(target)
    .with_hint("take the content from where it comes from at first")
}

/// A target that is not there yet, where another placement wants nothing.
fn unwanted_target(context: &Context<'_>, root: &Root, other: usize) -> Diagnostic {
    let (ours, theirs) = (context.placement(root.placement), context.placement(other));
    let detail = format!(
        "`{}` places {}, and `{}` wants nothing there.",
        ours.id, root.target, theirs.id
    );
    Diagnostic::error(
        "takes-target",
        "a placement takes away what another wants",
        detail,
    )
    .at(theirs.location.clone())
    .with_related("placed here", ours.location.clone())
    .about(&root.target)
    .with_hint("narrow the `absent`, or drop one of the two placements")
}

fn target_clash(context: &Context<'_>, first: &Root, second: &Root) -> Diagnostic {
    let (ours, theirs) = (
        context.placement(second.placement),
        context.placement(first.placement),
    );
    let side = |root: &Root| match &root.source {
        Some(source) => source.address.to_string(),
        None => "a folder".into(),
    };
    let detail = format!(
        "{} would get its content from {} and from {}.",
        first.target,
        side(first),
        side(second)
    );
    Diagnostic::error("target-clash", "two entries want one target", detail)
        .at(ours.location.clone())
        .with_related("also placed here", theirs.location.clone())
        .about(&first.target)
        .with_hint("give one of them another target, or narrow its pattern")
}
