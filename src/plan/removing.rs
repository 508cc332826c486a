//! Step 6 for what is taken away: removals become operations, each with what it relies on.

use super::context::Context;
use super::keep::Removal;
use super::lower::{place, unchanged};
use super::operation::{Action, Operation, OperationId, Reason, Reliance};
use super::staging::is_staging;
use crate::tree::{Address, EntryKind};

/// The operation that takes an entry away, with what it relies on.
pub(super) fn removal_operation(
    context: &Context<'_>,
    removal: &Removal,
    id: OperationId,
) -> Operation {
    let world = context.world;
    let (entries, bytes) = world.measure(removal.node);
    let mut relies_on = Vec::with_capacity(3);
    // What a run left in a folder of its own is looked at as anything else that goes.
    let is_empty = removal.reason == Reason::Emptied && !is_staging(&removal.address);
    relies_on.push(if is_empty {
        Reliance::Folder {
            address: removal.address.clone(),
            id: world.seen(removal.node).id,
        }
    } else {
        unchanged(context, &removal.address, removal.node)
    });
    if removal.reason == Reason::Extra {
        relies_on.extend(missing_counterpart(context, removal));
    }
    Operation {
        id,
        placement: context.reference(removal.placement).clone(),
        reason: removal.reason,
        kind: world.kind(removal.node),
        entries: if is_empty {
            1
        } else {
            entries - removal.moved_out.0
        },
        bytes: if is_empty {
            0
        } else {
            bytes - removal.moved_out.1
        },
        action: removal_action(context, removal),
        relies_on,
    }
}

/// What is done for a removal.
pub(super) fn removal_action(context: &Context<'_>, removal: &Removal) -> Action {
    Action::Remove {
        at: place(context, &removal.address, removal.node),
        disposal: removal.disposal,
    }
}

/// Why a mirror may prune an entry: its source is there and holds something, but not this.
pub(super) fn missing_counterpart(context: &Context<'_>, removal: &Removal) -> Vec<Reliance> {
    let Some(transfer) = context.wish(removal.placement).transfer() else {
        return Vec::new();
    };
    let source = &transfer.source.base;
    let Some(relative) = removal.address.path.below(&transfer.target.address().path) else {
        return Vec::new();
    };
    let address = Address::new(source.space.clone(), source.path.append(&relative));
    let mut reliances = vec![Reliance::Absent { address }];
    let Some(folder) = context.world.find(source) else {
        return reliances;
    };
    let children = context.world.children(folder);
    let witness = children
        .iter()
        .find(|(_, node)| context.world.kind(*node) == EntryKind::Folder)
        .or_else(|| {
            children
                .iter()
                .find(|(_, node)| context.world.kind(*node) == EntryKind::File)
        });
    if let Some((name, node)) = witness {
        let address = Address::new(source.space.clone(), source.path.join_trusted(name));
        let seen = context.world.seen(*node);
        reliances.push(match context.world.kind(*node) {
            EntryKind::Folder => Reliance::Folder {
                address,
                id: seen.id,
            },
            EntryKind::File | EntryKind::Special => Reliance::File {
                address,
                id: seen.id,
                attributes: seen.attributes,
            },
        });
    }
    reliances
}
