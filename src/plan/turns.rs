//! Who finds a name first: where the service numbers one name for several entries, they go one
//! after another.

use std::collections::BTreeMap;

use super::batch::Batched;
use super::operation::{Action, Operation, Place, Reason, Strategy};
use super::plan::BatchId;
use crate::tree::{Address, EntryKind, EntryPath};

/// Lets the entries that are beside one name come to it in the order of their calls, and expects
/// their names in that order. Two calls under way at once could find each other's names, and of
/// one whose reply was lost nobody could say what it brought.
pub(super) fn take_turns(batched: &mut Batched) {
    let mut renamed = BTreeMap::new();
    let groups: Vec<Vec<usize>> = groups(&batched.operations).into_values().collect();
    for positions in groups {
        for kind in [EntryKind::File, EntryKind::Folder] {
            let of_kind = |position: &usize| batched.operations[*position].kind == kind;
            let positions: Vec<usize> = positions.iter().copied().filter(of_kind).collect();
            renamed.extend(names_in_turn(&batched.operations, &positions));
        }
        follow_one_another(batched, &positions);
    }
    if !renamed.is_empty() {
        rename(batched, &renamed);
    }
}

/// A name in a folder of a space, beside which the service finds names.
type Numbered<'p> = (&'p str, EntryPath, &'p str);

/// The operations that meet at a name, where there are several, by position.
fn groups(operations: &[Operation]) -> BTreeMap<Numbered<'_>, Vec<usize>> {
    let mut groups: BTreeMap<Numbered<'_>, Vec<usize>> = BTreeMap::new();
    for (position, operation) in operations.iter().enumerate() {
        let (Action::Copy { from, to, .. } | Action::Move { from, to, .. }) = &operation.action
        else {
            continue;
        };
        if operation.action.strategy() != Some(Strategy::Rename) {
            continue;
        }
        if let (Some(name), Some(folder)) = (from.path.name(), to.path.parent()) {
            let meeting = (to.space.as_str(), folder, name);
            groups.entry(meeting).or_default().push(position);
        }
    }
    groups.retain(|_, positions| positions.len() > 1);
    groups
}

/// The names that are expected for a while by entries of one kind, given anew in the order of the
/// operations: the lowest number to the first. Names that are to stay are not among them.
fn names_in_turn(operations: &[Operation], positions: &[usize]) -> Vec<(Address, Address)> {
    let passing =
        |operation: &&Operation| matches!(operation.reason, Reason::Halfway | Reason::Temporary);
    let members = positions.iter().map(|position| &operations[*position]);
    let stops = members.filter(passing).filter_map(|it| it.action.to());
    let stops: Vec<Address> = stops.map(Place::address).collect();
    let mut names = stops.clone();
    names.sort_by(|a, b| {
        let length = |address: &Address| address.path.name().map(str::len);
        (length(a), a).cmp(&(length(b), b))
    });
    let pairs = stops.into_iter().zip(names);
    pairs.filter(|(stop, name)| stop != name).collect()
}

fn follow_one_another(batched: &mut Batched, positions: &[usize]) {
    let ids = positions.iter().map(|it| batched.operations[*it].id);
    let ids: Vec<_> = ids.collect();
    let call_of = |id| {
        let calls = &batched.batches;
        let index = calls.partition_point(|call| call.operations.last().is_some_and(|it| *it < id));
        calls.get(index).map(|call| call.id)
    };
    let calls: Vec<BatchId> = ids.into_iter().filter_map(call_of).collect();
    for pair in calls.windows(2).filter(|pair| pair[0] != pair[1]) {
        let call = &mut batched.batches[pair[1].0 as usize - 1];
        call.after.push(pair[0]);
        call.after.sort_unstable();
        call.after.dedup();
    }
}

/// Puts the new names wherever the old ones stood.
fn rename(batched: &mut Batched, renamed: &BTreeMap<Address, Address>) {
    for operation in &mut batched.operations {
        if let Action::Copy { from, to, strategy }
        | Action::Move {
            from, to, strategy, ..
        } = &mut operation.action
        {
            if *strategy == Strategy::Rename {
                follow(to, renamed);
            }
            follow(from, renamed);
        } else if let Action::Rename { from, .. } = &mut operation.action {
            follow(from, renamed);
        }
    }
    for recording in &mut batched.recordings {
        if let Some(name) = renamed.get(&recording.target) {
            recording.target = name.clone();
        }
    }
}

fn follow(place: &mut Place, renamed: &BTreeMap<Address, Address>) {
    if let Some(name) = renamed.get(&place.address()) {
        place.path = name.path.clone();
    }
}
