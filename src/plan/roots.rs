//! Step 5: whole folders as one item, where source and wanted subtree are equal.

use super::capabilities::{FolderTransfer, Naming};
use super::change::{Change, Differences, Emptied, Extent, Origin};
use super::context::Context;
use super::keep::Removal;
use super::lower::replaced_disposal;
use super::operation::Reason;
use super::staging::{is_staging, staging_disposal};
use crate::tree::{Address, EntryKind};

/// Step 5: lets a folder carry what is below it, and lets emptied folders go.
pub(super) fn roots(context: &Context<'_>, differences: &mut Differences) -> Vec<Removal> {
    carry_whole_folders(context, &mut differences.changes);
    let carried: Vec<Address> = differences
        .changes
        .iter()
        .filter(|change| change.extent == Extent::Subtree && change.origin == Origin::Moved)
        .filter_map(|change| Some(change.source.as_ref()?.address.clone()))
        .collect();
    emptied_folders(context, &mut differences.emptied, carried)
}

/// Lets each folder that can carry what is below it.
pub(super) fn carry_whole_folders(context: &Context<'_>, changes: &mut [Change]) {
    for position in 0..changes.len() {
        if changes[position].extent == Extent::Carried {
            continue;
        }
        let end = end_of_subtree(changes, position);
        let carried = carried_whole(context, &changes[position..end]);
        if let Some(carried) = carried {
            changes[position].extent = Extent::Subtree;
            for below in carried {
                changes[position + below].extent = Extent::Carried;
            }
        }
    }
}

/// The position after the last change below the target of one.
pub(super) fn end_of_subtree(changes: &[Change], position: usize) -> usize {
    let top = &changes[position].target;
    if changes[position].kind != EntryKind::Folder {
        return position + 1;
    }
    position
        + 1
        + changes[position + 1..].partition_point(|below| below.target.is_strictly_below(top))
}

/// Where the first change is a folder whose source subtree is wanted as it is, the positions of
/// those that it carries. Every one of them stands for another entry of that subtree, so that
/// counting is enough. Others may put more into the folder afterwards.
fn carried_whole(context: &Context<'_>, changes: &[Change]) -> Option<Vec<usize>> {
    let (folder, below) = changes.split_first()?;
    let source = folder.source.as_ref();
    let source = source.filter(|_| folder.kind == EntryKind::Folder)?;
    let sheet = context.sheet(&folder.target.space);
    let sheet = sheet.filter(|sheet| sheet.folders == FolderTransfer::WholeSubtree)?;
    let is_own = |change: &Change| {
        change.origin == folder.origin
            && change.wished.is_none()
            && change.replaces.is_none()
            && change.source.as_ref().is_some_and(|entry| {
                let is_below = entry.address.is_strictly_below(&source.address);
                is_below && (change.placement == folder.placement || comes_along(change, folder))
            })
    };
    let own = (1..).zip(below).filter(|(_, change)| is_own(change));
    let own: Vec<usize> = own.map(|(position, _)| position).collect();
    // A copy under another name takes two calls then, and making an empty folder takes one.
    let is_renamed = folder.target.path.name() != source.address.path.name();
    let is_better_made = own.is_empty()
        && folder.origin == Origin::Copied
        && sheet.naming == Naming::Kept
        && is_renamed;
    let is_whole = !folder.target.is_at_or_below(&source.address)
        && context.world.measure(source.node).0 == 1 + own.len() as u64;
    (is_whole && !is_better_made).then_some(own)
}

/// Whether a folder brings the very entry that another placement wants below it.
fn comes_along(change: &Change, folder: &Change) -> bool {
    let (Some(entry), Some(source)) = (&change.source, &folder.source) else {
        return false;
    };
    let below_target = change.target.path.below(&folder.target.path);
    below_target.is_some() && below_target == entry.address.path.below(&source.address.path)
}

fn emptied_folders(
    context: &Context<'_>,
    emptied: &mut [Emptied],
    mut carried: Vec<Address>,
) -> Vec<Removal> {
    carried.sort();
    emptied.sort_by(|a, b| a.source.address.cmp(&b.source.address));
    let mut removals: Vec<Removal> = Vec::new();
    for folder in emptied.iter() {
        let address = &folder.source.address;
        let above = carried.partition_point(|other| other <= address);
        let is_carried = above > 0 && address.is_at_or_below(&carried[above - 1]);
        let is_below = removals
            .last()
            .is_some_and(|last| address.is_at_or_below(&last.address));
        if !is_carried && !is_below {
            removals.push(Removal {
                placement: folder.placement,
                address: address.clone(),
                node: folder.source.node,
                disposal: if is_staging(address) {
                    staging_disposal(context, &address.space)
                } else {
                    replaced_disposal(context, &address.space)
                },
                reason: Reason::Emptied,
                moved_out: (0, 0),
            });
        }
    }
    removals
}
