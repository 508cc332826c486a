//! Step 5, the second half: what has to go anyway is moved to where its content is wanted.

use std::collections::BTreeSet;

use super::capabilities::Carrier;
use super::change::{Change, Differences, Extent, Origin, StandIn};
use super::context::{Context, Purpose};
use super::exchange::{Exchange, exchanges};
use super::keep::Removal;
use super::leaving::{Leaver, Leaving, Release};
use super::operation::Reason;
use super::strayed::Strayed;
use super::thrift::thrifty;
use crate::tree::EntryKind;

/// Replaces copies and removals by moves, where that makes the plan cheaper.
pub(super) fn reuse(
    context: &Context<'_>,
    differences: &mut Differences,
    removals: &mut Vec<Removal>,
) {
    let changes = &mut differences.changes;
    let copies = |change: &Change| change.origin == Origin::Copied;
    if context.purpose == Purpose::Proof || !changes.iter().any(copies) {
        return;
    }
    let strayed = Strayed::new(context, changes);
    if removals.is_empty() && strayed.tops().is_empty() {
        return;
    }
    let mut leaving = Leaving::new(context, &strayed, removals);
    let mut found = exchanges(context, changes, &mut leaving);
    let half_emptied = half_emptied(context, removals, &leaving);
    found.retain(|exchange| {
        let of_it = |number| !half_emptied.contains(&number) || leaving.is_top(exchange.leaver);
        match leaving.get(exchange.leaver).release {
            Release::Removal(number) => of_it(number),
            Release::Strayed => true,
        }
    });
    let chosen = thrifty(context, changes, removals, &leaving, found);
    for exchange in &chosen {
        apply(changes, removals, &leaving, *exchange);
    }
    spare(context, removals, &leaving, &chosen);
}

/// Removals that this machine carries out and that would take files although others were moved
/// out of the folder: it looks at a folder again right before it removes it as a whole.
fn half_emptied(
    context: &Context<'_>,
    removals: &[Removal],
    leaving: &Leaving<'_, '_>,
) -> BTreeSet<usize> {
    let mut removed = leaving.removals_with_files();
    removed.retain(|number| {
        let sheet = context.sheet(&removals[*number].address.space);
        sheet.is_some_and(|sheet| sheet.carrier == Carrier::ThisMachine)
    });
    removed
}

/// A change as it is when an entry that leaves stands in for its source.
pub(super) fn exchanged(change: &Change, leaver: &Leaver, spared: Option<Removal>) -> Change {
    let entry = leaver.entry.clone();
    Change {
        origin: Origin::Moved,
        extent: match change.kind {
            EntryKind::Folder => Extent::Subtree,
            EntryKind::File | EntryKind::Special => Extent::Entry,
        },
        stand_in: Some(Box::new(StandIn { entry, spared })),
        ..change.clone()
    }
}

fn apply(
    changes: &mut [Change],
    removals: &[Removal],
    leaving: &Leaving<'_, '_>,
    exchange: Exchange,
) {
    let block = &mut changes[exchange.position..exchange.end];
    for (change, number) in block.iter_mut().zip(leaving.subtree(exchange.leaver)) {
        let leaver = leaving.get(number);
        let spared = match leaver.release {
            Release::Removal(removal) => Some(removals[removal].clone()),
            Release::Strayed => None,
        };
        *change = exchanged(change, leaver, spared);
    }
    for below in &mut block[1..] {
        below.extent = Extent::Carried;
    }
}

/// Takes out of the removals what is moved instead.
fn spare(
    context: &Context<'_>,
    removals: &mut Vec<Removal>,
    leaving: &Leaving<'_, '_>,
    chosen: &[Exchange],
) {
    let mut spared: BTreeSet<usize> = BTreeSet::new();
    let mut moved: BTreeSet<usize> = BTreeSet::new();
    for exchange in chosen {
        moved.extend(leaving.subtree(exchange.leaver));
        if let Release::Removal(number) = leaving.get(exchange.leaver).release
            && leaving.is_top(exchange.leaver)
        {
            spared.insert(number);
        }
    }
    let mut left: Vec<Left> = vec![Left::default(); removals.len()];
    for number in leaving.numbers() {
        if let Release::Removal(removal) = leaving.get(number).release {
            let left = &mut left[removal];
            let entry = leaving.get(number);
            if moved.contains(&number) {
                left.moved_out.0 += 1;
                left.moved_out.1 += bytes(context, entry);
            } else {
                left.files |= entry.kind != EntryKind::Folder;
            }
        }
    }
    let mut number = 0;
    removals.retain_mut(|removal| {
        let left = left[number];
        removal.moved_out = left.moved_out;
        if left.moved_out.0 > 0 && !left.files {
            removal.reason = Reason::Emptied;
        }
        number += 1;
        !spared.contains(&(number - 1))
    });
}

fn bytes(context: &Context<'_>, leaver: &Leaver) -> u64 {
    match leaver.kind {
        EntryKind::File => context.world.size(leaver.entry.node),
        EntryKind::Folder | EntryKind::Special => 0,
    }
}

/// What moves leave of a removal.
#[derive(Debug, Clone, Copy, Default)]
struct Left {
    /// How many entries are moved out of it, and their bytes.
    moved_out: (u64, u64),
    /// Whether something other than folders stays in it.
    files: bool,
}
