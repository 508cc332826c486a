//! Step 6: changes become the provider's operations, each with what it relies on.

use super::capabilities::{Bin, CopiedTime};
use super::change::{Change, Extent, Origin};
use super::choices::Choices;
use super::context::Context;
use super::expand::SourceEntry;
use super::keep::Removal;
use super::links::Links;
use super::operation::{Action, Operation, OperationId, Place, Reason, Reliance, Strategy};
use super::parents::made_on_the_way;
use super::plan::Recording;
use super::removing::{missing_counterpart, removal_operation};
use super::staging::is_staged;
use super::steps::Steps;
use super::stopover::Stopovers;
use super::world::Node;
use crate::manifest::{Disposal, Permissions, Wish};
use crate::state::{Proof, Provenance, RunId, Seen, Source};
use crate::tree::{Address, Attributes, EntryKind, SpaceAlias, Timestamp, subtree_digest};

/// Operations with numbers that follow the order of targets, and what the state will hold.
pub(super) struct Lowered<'w> {
    pub(super) operations: Vec<Operation>,
    pub(super) recordings: Vec<Recording>,
    /// How the operations of one change hang together.
    pub(super) links: Links,
    /// The names that are still free for detours.
    pub(super) stopovers: Stopovers<'w>,
    /// What takes entries away in the end, all but the emptied folders whose names others get.
    pub(super) removals: Vec<Operation>,
    /// What takes away the folders in the end that copies go by, numbered as what makes them.
    pub(super) left_over: Vec<Operation>,
}

/// Step 6: the operations of each change that is not carried by another, and one for each removal.
pub(super) fn lower<'c>(
    context: &'c Context<'_>,
    changes: &[Change],
    removals: &[Removal],
    choices: &'c Choices,
) -> Lowered<'c> {
    let mut steps = Steps::new(context, changes, choices);
    let (mut operations, mut recordings): (Vec<Operation>, _) = (Vec::new(), Vec::new());
    let makers = made_on_the_way(context, changes);
    let mut on_the_way: Vec<(usize, &Change)> = Vec::new();
    let mut carriers: Vec<(&Address, OperationId)> = Vec::new();
    for (position, change) in changes.iter().enumerate() {
        let start = operations.len();
        if let Some(maker) = makers.get(&position) {
            on_the_way.push((*maker, change));
            continue;
        }
        if change.extent != Extent::Carried {
            let id = OperationId(start as u32 + 1);
            operations.extend(steps.of(change, operation(context, change, id)));
        }
        let own = OperationId(operations.len() as u32);
        let id = carrier_of(change, own, &mut carriers);
        let made = on_the_way.extract_if(.., |(maker, _)| *maker == position);
        for (_, folder) in made {
            let maker = &mut operations[start];
            maker.entries += 1;
            maker.relies_on.extend(reliances(context, folder));
            recordings.push(recording(context, folder, id));
        }
        let recording = recording(context, change, id);
        if let [first, .., _] = &operations[start..] {
            recordings.extend(halfway(change, &recording, first));
        }
        recordings.push(recording);
    }
    steps.settle(&mut operations);
    let left_over = steps.make_staging(&mut operations);
    let number = |position: usize| OperationId(position as u32 + 1);
    let (freeing, last): (Vec<&Removal>, _) = removals
        .iter()
        .partition(|removal| frees_a_name(removal, changes));
    for removal in freeing {
        let id = number(operations.len());
        operations.push(removal_operation(context, removal, id));
    }
    let start = operations.len();
    let last = last.into_iter().enumerate();
    let removals = last
        .map(|(position, removal)| removal_operation(context, removal, number(start + position)));
    Lowered {
        removals: removals.collect(),
        operations,
        recordings,
        links: steps.links,
        stopovers: steps.stopovers,
        left_over,
    }
}

/// The operation that brings an entry: its own, or that of the folder that carries it, although
/// others that put more into that folder may stand between.
fn carrier_of<'c>(
    change: &'c Change,
    own: OperationId,
    carriers: &mut Vec<(&'c Address, OperationId)>,
) -> OperationId {
    match change.extent {
        Extent::Entry => return own,
        Extent::Subtree => carriers.push((&change.target, own)),
        Extent::Carried => {}
    }
    while let Some((folder, id)) = carriers.last() {
        if change.target.is_at_or_below(folder) {
            return *id;
        }
        carriers.pop();
    }
    own
}

/// Whether a removal is of an emptied folder whose name something else gets. Expects the changes in
/// the order of targets.
fn frees_a_name(removal: &Removal, changes: &[Change]) -> bool {
    let wanted = || changes.binary_search_by(|change| change.target.cmp(&removal.address));
    removal.reason == Reason::Emptied && wanted().is_ok()
}

/// What the state will hold should the run end after the first operation of a change in several
/// steps: where the entry is, and where it was to go on to.
fn halfway(change: &Change, last: &Recording, first: &Operation) -> Option<Recording> {
    let stop = first.action.to()?.address();
    let is_known = first.reason == Reason::Halfway && stop.space == change.target.space;
    // What is left in a folder of the run's own goes with that folder.
    if !is_known || is_staged(&stop) {
        return None;
    }
    let mut recording = last.clone();
    let wished = change.wished.clone();
    recording.target = stop;
    recording.operation = Some(first.id);
    recording.provenance.wished = wished.or_else(|| Some(change.target.path.clone()));
    recording.provenance.proof = Proof::Halfway;
    Some(recording)
}

fn operation(context: &Context<'_>, change: &Change, id: OperationId) -> Operation {
    let (entries, bytes) = match (change.from(), change.extent) {
        (Some(source), Extent::Subtree) => context.world.measure(source.node),
        (Some(source), _) if change.kind == EntryKind::File => (1, context.world.size(source.node)),
        _ => (1, 0),
    };
    Operation {
        id,
        placement: context.reference(change.placement).clone(),
        reason: match &change.stand_in {
            Some(stand_in) if stand_in.spared.is_some() => Reason::Leaving,
            Some(_) => Reason::Strayed,
            None => change.reason,
        },
        kind: change.kind,
        entries,
        bytes,
        action: action(context, change),
        relies_on: reliances(context, change),
    }
}

/// What is done for a change that no other carries, in one step.
pub(super) fn action(context: &Context<'_>, change: &Change) -> Action {
    let to = Place::new(change.target.space.clone(), change.target.path.clone());
    let Some(source) = change.from().filter(|_| !change.is_made()) else {
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

fn strategy(context: &Context<'_>, change: &Change) -> Strategy {
    match change.replaces {
        None => Strategy::Fail,
        Some(_) => Strategy::Overwrite(replaced_disposal(context, &change.target.space)),
    }
}

/// A replaced file goes to the bin where there is one, or where the service tells whether there
/// is: it then refuses, and nothing is gone for good that nobody asked for.
pub(super) fn replaced_disposal(context: &Context<'_>, space: &SpaceAlias) -> Disposal {
    match context.sheet(space).map(|sheet| sheet.bin) {
        Some(Bin::Present | Bin::ServiceTells) => Disposal::Recycle,
        Some(Bin::None) | None => Disposal::Permanent,
    }
}

pub(super) fn place(context: &Context<'_>, address: &Address, node: Node) -> Place {
    Place {
        space: address.space.clone(),
        path: address.path.clone(),
        id: context.world.seen(node).id,
    }
}

fn reliances(context: &Context<'_>, change: &Change) -> Vec<Reliance> {
    let mut reliances = Vec::with_capacity(3);
    if change.kind == EntryKind::File || change.extent == Extent::Subtree {
        // What is moved in place of a copy has the content of the source as it is now.
        let source = change.source.as_ref().filter(|_| change.stand_in.is_some());
        for entry in change.from().into_iter().chain(source) {
            reliances.push(unchanged(context, &entry.address, entry.node));
        }
    }
    let stand_in = change.stand_in.as_ref();
    let spared = stand_in.and_then(|stand_in| stand_in.spared.as_ref());
    if let Some(removal) = spared.filter(|removal| removal.reason == Reason::Extra) {
        reliances.extend(missing_counterpart(context, removal));
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
pub(super) fn unchanged(context: &Context<'_>, address: &Address, node: Node) -> Reliance {
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
    let source = change.source.as_ref();
    let attributes = match source {
        Some(source) if change.kind == EntryKind::File => {
            expected(context, change, change.from().unwrap_or(source))
        }
        Some(_) | None => Attributes::default(),
    };
    let source = source.map(|source| declared(context, source));
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

/// How a placed file will look, as far as that is known before. A service that gives copies a
/// time of their own is not taken at its word for moves either.
fn expected(context: &Context<'_>, change: &Change, source: &SourceEntry) -> Attributes {
    let attributes = context.world.seen(source.node).attributes;
    let sheet = context.sheet(&change.target.space);
    let is_new = sheet.is_some_and(|sheet| sheet.copied_time == CopiedTime::New);
    if !is_new {
        return attributes;
    }
    Attributes {
        modified: Timestamp::default(),
        version: 0,
        ..attributes
    }
}

/// Where content comes from. What an interrupted run left on its way came from where it was taken
/// at first, if that was noted or can still be seen.
fn declared(context: &Context<'_>, source: &SourceEntry) -> Source {
    let world = context.world;
    let found = Source {
        address: source.address.clone(),
        seen: world.seen(source.node),
    };
    let Some((stop, record)) = context.records.halfway_above(&source.address) else {
        return found;
    };
    let (Some(taken), Some(below)) = (&record.source, source.address.path.below(&stop.path)) else {
        return found;
    };
    if below.is_root() {
        return taken.clone();
    }
    let path = taken.address.path.append(&below);
    let address = Address::new(taken.address.space.clone(), path);
    let same = |node: &Node| world.size(*node) == found.seen.attributes.size;
    match world.find(&address).filter(same) {
        Some(node) => Source {
            seen: world.seen(node),
            address,
        },
        None => Source { address, ..found },
    }
}
