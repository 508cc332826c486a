//! Steps 6 and 7 together, more than once where a choice shows only in the number of calls.

use std::borrow::Cow;

use super::batch::{Batched, batch};
use super::bound::cost;
use super::capabilities::{MissingParents, Naming};
use super::change::{Change, Extent, Origin};
use super::context::Context;
use super::lower::lower;
use super::plan::Cost;
use super::planner::Derived;
use super::steps::Stops;
use super::world::{Node, World};
use crate::tree::{Address, EntryKind};

/// The operations in calls and their cost: of all ways that are tried the first with the fewest
/// calls.
pub(super) fn fewest(context: &Context<'_>, derived: &Derived) -> (Batched, Cost) {
    let changes = &derived.differences.changes;
    let mut best: Option<(Batched, Cost)> = None;
    for apart in [
        Apart::Nothing,
        Apart::OnTheWay,
        Apart::FoldersAlone,
        Apart::Small,
    ] {
        let Some(changes) = apart.taken(context, changes) else {
            continue;
        };
        for stops in [Stops::Before, Stops::After] {
            let lowered = lower(context, &changes, &derived.removals, stops);
            let is_free = lowered.links.is_empty();
            let batched = batch(context, lowered);
            let cost = cost(context, &batched);
            let is_least = cost.calls == cost.lower_bound;
            let is_better = |(known, least): &(Batched, Cost)| {
                (batched.left_out, cost.calls) < (known.left_out, least.calls)
            };
            if best.as_ref().is_none_or(is_better) {
                best = Some((batched, cost));
            }
            if is_free || is_least {
                break;
            }
        }
    }
    best.unwrap_or_default()
}

/// Which copied folders are not one item but made and filled. It takes more operations, which may
/// fit into the calls of others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Apart {
    Nothing,
    /// Those that hold nothing but folders and go into a folder that is made too, where the service
    /// makes it with them.
    OnTheWay,
    /// Those that hold nothing but folders.
    FoldersAlone,
    /// Those that would take a rename more, and hold no more entries than a call.
    Small,
}

impl Apart {
    /// The changes with these folders taken apart; `None` where there are none.
    fn taken<'c>(self, context: &Context<'_>, changes: &'c [Change]) -> Option<Cow<'c, [Change]>> {
        if self == Self::Nothing {
            return Some(Cow::Borrowed(changes));
        }
        let takes =
            |change: &Change| change.extent == Extent::Subtree && self.takes(context, change);
        let first = changes.iter().position(takes)?;
        let mut taken = changes.to_vec();
        let mut open = None;
        for change in &mut taken[first..] {
            if takes(change) {
                open = Some(change.target.clone());
                change.extent = Extent::Entry;
            } else if change.extent == Extent::Carried
                && open
                    .as_ref()
                    .is_some_and(|open| change.target.is_strictly_below(open))
            {
                change.extent = Extent::Entry;
            }
        }
        Some(Cow::Owned(taken))
    }

    fn takes(self, context: &Context<'_>, change: &Change) -> bool {
        let Some(source) = change
            .source
            .as_ref()
            .filter(|_| change.origin == Origin::Copied)
        else {
            return false;
        };
        let world = context.world;
        let sheet = context.sheet(&change.target.space);
        match self {
            Self::Nothing => false,
            Self::OnTheWay => {
                let folder = change.target.path.parent();
                let folder = folder.map(|path| Address::new(change.target.space.clone(), path));
                let is_new = folder.is_some_and(|folder| world.find(&folder).is_none());
                let is_made = sheet.is_some_and(|it| it.parents == MissingParents::MadeForFolders);
                is_new && is_made && holds_folders_alone(world, source.node)
            }
            Self::FoldersAlone => holds_folders_alone(world, source.node),
            Self::Small => sheet.is_some_and(|sheet| {
                let renamed = change.target.path.name() != source.address.path.name();
                let most = sheet
                    .copy
                    .items
                    .filter(|_| sheet.naming == Naming::Kept && renamed);
                most.is_some_and(|most| world.measure(source.node).0 - 1 <= u64::from(most))
            }),
        }
    }
}

fn holds_folders_alone(world: &World, folder: Node) -> bool {
    let mut open = vec![folder];
    while let Some(next) = open.pop() {
        if world.kind(next) != EntryKind::Folder {
            return false;
        }
        world.for_each_child(next, |_, child| open.push(child));
    }
    true
}
