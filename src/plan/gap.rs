//! Why a plan takes more calls than its lower bound: a reason for each of them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::batch::Batched;
use super::graph::{Cause, is_temporary};
use super::key::{CallKind, Key};
use super::operation::{Action, Operation, OperationId, Place, Reason, Strategy};
use super::plan::{Batch, BatchId};
use super::staging::{is_of_staging_folder, is_staged};
use super::wait::Wait;
use crate::tree::Address;

/// Why one call is needed beyond the lower bound.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GapReason {
    /// The call.
    pub batch: BatchId,
    /// Why.
    pub reason: Gap,
    /// What it carries for this reason.
    pub operations: Vec<OperationId>,
    /// What these have to wait for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waits_for: Option<OperationId>,
}

/// The reasons for a call that the lower bound does not count, the plainest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Gap {
    /// The service checks names when it takes a call, and copies go by a folder of the run's own.
    Staged,
    /// Entries swap or rotate, and one goes by a temporary name.
    TemporaryName,
    /// Entries swap in numbers, and some wait in a folder made for it.
    WaitingFolder,
    /// The service finds a name for a while, in a call of its own.
    FoundName,
    /// What is replaced goes before the removals at the end.
    RoomMade,
    /// A name had to be freed between two members of one call.
    NameFreed,
    /// A folder had to be there first.
    FolderFirst,
    /// Something had to be read before it is moved, overwritten or added to.
    ReadFirst,
    /// A folder had to be emptied first.
    EmptiedFirst,
    /// The same entry had to take another step first.
    StepFirst,
    /// The order of the other calls keeps it apart from those of its kind.
    Order,
}

/// A call above the bound of those of its kind.
struct Surplus {
    /// Calls of which the reason is sure come first.
    rank: Rank,
    position: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Sure,
    /// It waits for something that comes after another call of its kind which has room.
    Parted,
    Waiting,
    Unclear,
}

/// One reason for each of `gap` calls, in the order of calls. `keys` has what each call has in
/// common with those that it could share a call with, and the most items of one; calls that are
/// only there for detours have none. A plan has at least as many new folders' calls as its
/// `deepest_creation`.
pub(super) fn gap_reasons(
    batched: &Batched,
    keys: &[Option<(Key, Option<u32>)>],
    gap: u64,
) -> Vec<GapReason> {
    if gap == 0 {
        return Vec::new();
    }
    let mut groups: BTreeMap<Option<&Key>, Vec<usize>> = BTreeMap::new();
    for (position, key) in keys.iter().enumerate() {
        let key = key.as_ref().map(|(key, _)| key);
        groups.entry(key).or_default().push(position);
    }
    let (mut chosen, mut spared): (Vec<Surplus>, Vec<Surplus>) = (Vec::new(), Vec::new());
    let (mut folders, mut folder_calls) = (Vec::new(), 0);
    for (key, positions) in groups {
        let most = keys[positions[0]].as_ref().and_then(|(_, most)| *most);
        let needed = needed(batched, key, &positions, most);
        let mut ranked = ranked(batched, &positions, most);
        let kept = ranked.split_off(ranked.len().saturating_sub(needed));
        spared.extend(kept);
        if key.is_some_and(|key| key.kind() == CallKind::CreateFolder) {
            folders.extend(ranked);
            folder_calls += needed;
        } else {
            chosen.extend(ranked);
        }
    }
    // One folder in the other takes a call for each level, which the bound has.
    folders.sort_by_key(|it| it.rank);
    let levels = (batched.deepest_creation as usize).saturating_sub(folder_calls);
    spared.extend(folders.split_off(folders.len().saturating_sub(levels)));
    chosen.extend(folders);
    chosen.sort_by_key(|it| it.rank);
    spared.sort_by_key(|it| it.rank);
    let all = chosen.into_iter().chain(spared).take(gap as usize);
    let mut positions: Vec<usize> = all.map(|it| it.position).collect();
    positions.sort_unstable();
    let reason = |position| reason(batched, position);
    positions.into_iter().map(reason).collect()
}

/// How many calls the bound has for those of one key.
fn needed(batched: &Batched, key: Option<&Key>, positions: &[usize], most: Option<u32>) -> usize {
    if key.is_none() {
        return 0;
    }
    let operations = positions
        .iter()
        .flat_map(|position| &batched.batches[*position].operations);
    let items = operations.filter(|id| !batched.extra.contains(id)).count();
    match most {
        Some(most) => items.div_ceil(most.max(1) as usize),
        None => items.min(1),
    }
}

/// The calls of one key, those first of which it is the plainest why they are there.
fn ranked(batched: &Batched, positions: &[usize], most: Option<u32>) -> Vec<Surplus> {
    let has_room = |position: &&usize| {
        let items = batched.batches[**position].operations.len();
        most.is_none_or(|most| items < most as usize)
    };
    let roomy = positions.iter().find(has_room).copied();
    let mut ranked: Vec<Surplus> = positions
        .iter()
        .map(|position| Surplus {
            rank: rank(batched, *position, roomy),
            position: *position,
        })
        .collect();
    ranked.sort_by_key(|it| match it.rank {
        Rank::Sure => (it.rank, it.position),
        Rank::Parted | Rank::Waiting | Rank::Unclear => (it.rank, usize::MAX - it.position),
    });
    ranked
}

fn rank(batched: &Batched, position: usize, roomy: Option<usize>) -> Rank {
    if sure_reason(batched, &batched.batches[position]).is_some() {
        return Rank::Sure;
    }
    let parts = |wait: &Wait| roomy.is_some_and(|roomy| position_of(wait.before) > roomy);
    match batched.waits_of(batched.batches[position].id) {
        [] => Rank::Unclear,
        waits if waits.iter().any(parts) => Rank::Parted,
        _ => Rank::Waiting,
    }
}

fn position_of(batch: BatchId) -> usize {
    batch.0 as usize - 1
}

fn reason(batched: &Batched, position: usize) -> GapReason {
    let batch = &batched.batches[position];
    if let Some((reason, operations)) = sure_reason(batched, batch) {
        return GapReason {
            batch: batch.id,
            reason,
            operations,
            waits_for: None,
        };
    }
    let Some(last) = batched.waits_of(batch.id).last() else {
        return GapReason {
            batch: batch.id,
            reason: Gap::Order,
            operations: batch.operations.clone(),
            waits_for: None,
        };
    };
    GapReason {
        batch: batch.id,
        reason: of_cause(last.cause),
        operations: vec![last.operation],
        waits_for: Some(last.other),
    }
}

/// A reason that lies in the call itself, whatever it waits for.
fn sure_reason(batched: &Batched, batch: &Batch) -> Option<(Gap, Vec<OperationId>)> {
    let mut of_gap: BTreeMap<Gap, Vec<OperationId>> = BTreeMap::new();
    for id in &batch.operations {
        let operation = batched.operations.get(id.0 as usize - 1);
        if let Some(gap) = operation.and_then(|it| sure_gap(batched, batch, it)) {
            of_gap.entry(gap).or_default().push(*id);
        }
    }
    of_gap.pop_first()
}

fn sure_gap(batched: &Batched, batch: &Batch, operation: &Operation) -> Option<Gap> {
    let empties = operation.reason == Reason::Emptied && !batched.is_of_the_end(batch.id);
    if batched.extra.contains(&operation.id) {
        Some(if is_for_staging(operation) {
            Gap::Staged
        } else if waits_in_folder(operation) {
            Gap::WaitingFolder
        } else {
            Gap::TemporaryName
        })
    } else if finds_name(operation) {
        Some(Gap::FoundName)
    } else if empties || operation.reason == Reason::Replaced {
        Some(Gap::RoomMade)
    } else {
        None
    }
}

/// Whether an operation makes, empties or takes away a folder that copies go by.
fn is_for_staging(operation: &Operation) -> bool {
    let leaves = operation.action.from().map(Place::address);
    is_of_staging_folder(operation) || leaves.is_some_and(|from| is_staged(&from))
}

/// Whether an operation makes, fills or takes away a folder that is only there to wait in.
fn waits_in_folder(operation: &Operation) -> bool {
    match &operation.action {
        Action::CreateFolder { .. } | Action::Remove { .. } => true,
        Action::Copy { to, .. } | Action::Move { to, .. } | Action::Rename { to, .. } => {
            let folder = to.path.parent();
            folder.is_some_and(|path| is_temporary(&Address::new(to.space.clone(), path)))
        }
    }
}

/// Whether the service finds the name under which an entry stands for a while.
pub(super) fn finds_name(operation: &Operation) -> bool {
    let passes = matches!(operation.reason, Reason::Halfway | Reason::Temporary);
    passes && operation.action.strategy() == Some(Strategy::Rename)
}

fn of_cause(cause: Cause) -> Gap {
    match cause {
        Cause::Parent => Gap::FolderFirst,
        Cause::NameFreed | Cause::Lent | Cause::Beside | Cause::Expected => Gap::NameFreed,
        Cause::TargetRead | Cause::SourceRead => Gap::ReadFirst,
        Cause::Emptied => Gap::EmptiedFirst,
        Cause::Step => Gap::StepFirst,
    }
}
