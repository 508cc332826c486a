//! Step 6: changes become the provider's operations, each with what it relies on.

use super::capabilities::Bin;
use super::change::{Change, Differences, Extent, Origin};
use super::context::Context;
use super::keep::Removal;
use super::operation::{Action, Operation, OperationId, Place, Reason, Reliance, Strategy};
use super::plan::Recording;
use super::world::Node;
use crate::manifest::{Disposal, Permissions, Wish};
use crate::state::{Proof, Provenance, RunId, Seen, Source};
use crate::tree::{Address, EntryKind, subtree_digest};

/// Operations with numbers that follow the order of targets, and what the state will hold.
#[derive(Debug, Default)]
pub(super) struct Lowered {
    pub(super) operations: Vec<Operation>,
    pub(super) recordings: Vec<Recording>,
}

/// Step 6: one operation for each change that is not carried by another, one for each removal.
pub(super) fn lower(
    context: &Context<'_>,
    differences: &Differences,
    removals: &[Removal],
) -> Lowered {
    let mut lowered = Lowered::default();
    for change in &differences.changes {
        if change.extent != Extent::Carried {
            let id = OperationId(lowered.operations.len() as u32 + 1);
            lowered.operations.push(operation(context, change, id));
        }
        let id = OperationId(lowered.operations.len() as u32);
        lowered.recordings.push(recording(context, change, id));
    }
    for removal in removals {
        let id = OperationId(lowered.operations.len() as u32 + 1);
        lowered
            .operations
            .push(removal_operation(context, removal, id));
    }
    lowered
}

fn operation(context: &Context<'_>, change: &Change, id: OperationId) -> Operation {
    let (entries, bytes) = match (&change.source, change.extent) {
        (Some(source), Extent::Subtree) => context.world.measure(source.node),
        (Some(source), _) if change.kind == EntryKind::File => (1, context.world.size(source.node)),
        _ => (1, 0),
    };
    Operation {
        id,
        placement: context.reference(change.placement).clone(),
        reason: change.reason,
        kind: change.kind,
        entries,
        bytes,
        action: action(context, change),
        relies_on: reliances(context, change),
    }
}

fn action(context: &Context<'_>, change: &Change) -> Action {
    let to = Place::new(change.target.space.clone(), change.target.path.clone());
    let carried = change.kind == EntryKind::File || change.extent == Extent::Subtree;
    let Some(source) = change.source.as_ref().filter(|_| carried) else {
        return Action::CreateFolder { at: to };
    };
    let from = place(context, &source.address, source.node);
    let strategy = strategy(context, change);
    if change.origin == Origin::Moved {
        let permissions = match context.wish(change.placement) {
            Wish::Move(_, permissions) => *permissions,
            Wish::Copy(..) | Wish::Mirror(..) | Wish::Folder(_) | Wish::Absent(..) => {
                Permissions::Inherit
            }
        };
        return Action::Move {
            from,
            to,
            strategy,
            permissions,
        };
    }
    Action::Copy { from, to, strategy }
}

/// A replaced file goes to the bin where there is one.
fn strategy(context: &Context<'_>, change: &Change) -> Strategy {
    if change.replaces.is_none() {
        return Strategy::Fail;
    }
    let sheet = context.sheet(&change.target.space);
    let bin = sheet.is_some_and(|sheet| sheet.bin == Bin::Present);
    Strategy::Overwrite(if bin {
        Disposal::Recycle
    } else {
        Disposal::Permanent
    })
}

fn place(context: &Context<'_>, address: &Address, node: Node) -> Place {
    Place {
        space: address.space.clone(),
        path: address.path.clone(),
        id: context.world.seen(node).id,
    }
}

fn reliances(context: &Context<'_>, change: &Change) -> Vec<Reliance> {
    let mut reliances = Vec::with_capacity(3);
    if let Some(source) = &change.source
        && (change.kind == EntryKind::File || change.extent == Extent::Subtree)
    {
        reliances.push(unchanged(context, &source.address, source.node));
    }
    if let Some(replaced) = change.replaces {
        reliances.push(unchanged(context, &change.target, replaced));
    } else if context.world.find(&change.target).is_none() {
        reliances.push(Reliance::Absent {
            address: change.target.clone(),
        });
    }
    let parent = change
        .target
        .path
        .parent()
        .map(|path| Address::new(change.target.space.clone(), path));
    if let Some(parent) = parent.filter(|parent| !parent.path.is_root())
        && let Some(node) = context.world.find(&parent)
    {
        reliances.push(Reliance::Folder {
            id: context.world.seen(node).id,
            address: parent,
        });
    }
    reliances
}

/// That an entry is the one that was observed, with all that it holds.
fn unchanged(context: &Context<'_>, address: &Address, node: Node) -> Reliance {
    let seen = context.world.seen(node);
    match (context.world.kind(node), context.world.observed(node)) {
        (EntryKind::Folder, Some((tree, entry))) => Reliance::Subtree {
            address: address.clone(),
            id: seen.id,
            digest: subtree_digest(tree, entry),
        },
        _ => Reliance::File {
            address: address.clone(),
            id: seen.id,
            attributes: seen.attributes,
        },
    }
}

fn recording(context: &Context<'_>, change: &Change, operation: OperationId) -> Recording {
    let source = change.source.as_ref().map(|source| Source {
        address: source.address.clone(),
        seen: context.world.seen(source.node),
    });
    let attributes = match &source {
        Some(source) if change.kind == EntryKind::File => source.seen.attributes.clone(),
        _ => Default::default(),
    };
    Recording {
        target: change.target.clone(),
        provenance: Provenance {
            placement: context.reference(change.placement).clone(),
            kind: change.kind,
            wished: change.wished.clone(),
            source,
            target: Seen {
                id: None,
                attributes,
            },
            proof: Proof::Placed,
            run: RunId::none(),
        },
        operation: Some(operation),
    }
}

fn removal_operation(context: &Context<'_>, removal: &Removal, id: OperationId) -> Operation {
    let world = context.world;
    let (entries, bytes) = world.measure(removal.node);
    let mut relies_on = Vec::with_capacity(3);
    relies_on.push(if removal.reason == Reason::Emptied {
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
        entries: if removal.reason == Reason::Emptied {
            1
        } else {
            entries
        },
        bytes: if removal.reason == Reason::Emptied {
            0
        } else {
            bytes
        },
        action: Action::Remove {
            at: place(context, &removal.address, removal.node),
            disposal: removal.disposal,
        },
        relies_on,
    }
}

/// Why a mirror may prune an entry: its source is there and holds something, but not this.
fn missing_counterpart(context: &Context<'_>, removal: &Removal) -> Vec<Reliance> {
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
