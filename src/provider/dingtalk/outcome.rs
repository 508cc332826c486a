//! How the items of a batch ended: what a reply says, held against what was asked for.

use std::collections::BTreeMap;

use super::decode::item_error;
use super::wire::{BatchReply, Field, Id, ResultItem};
use crate::provider::error::ProviderError;

/// How one item ended.
#[derive(Debug, Clone)]
pub(super) enum Outcome {
    /// It was done.
    Done {
        /// Its id at the target; `None` for a removal.
        target: Option<Id>,
    },
    /// A task goes on with it.
    Task {
        /// The task.
        task: Id,
        /// Its id at the target, where it is known already.
        target: Option<Id>,
    },
    /// The service says that it was not done, and why.
    Failed(ProviderError),
    /// The reply says nothing of it, or things that cannot all be true.
    Doubtful(&'static str),
}

/// What was asked for.
pub(super) struct Asked<'a> {
    /// The call, for messages.
    pub(super) route: &'static str,
    /// The space of all items.
    pub(super) space: &'a Id,
    /// The space that they go to; `None` for removals.
    pub(super) target_space: Option<&'a Id>,
}

/// The outcome of each id that was asked for. `None` where the reply has no list at all.
pub(super) fn outcomes(
    asked: &Asked<'_>,
    ids: &[Id],
    reply: &BatchReply,
) -> Option<BTreeMap<Id, Outcome>> {
    let items = reply.result_items.as_ref()?;
    let outcome = |id: &Id| {
        let spoken = |item: &&ResultItem| item.dentry_id.known() == Some(id);
        let mut spoken = items.iter().filter(spoken);
        let Some(first) = spoken.next() else {
            return Outcome::Doubtful("the reply says nothing of it");
        };
        if spoken.any(|other| other != first) {
            return Outcome::Doubtful("the reply says two things of it");
        }
        judge(asked, first)
    };
    Some(ids.iter().map(|id| (id.clone(), outcome(id))).collect())
}

/// `async` goes first, then `success`: a task's item has no success, and an item without success
/// has not failed for that.
fn judge(asked: &Asked<'_>, item: &ResultItem) -> Outcome {
    if !agrees(&item.space_id, Some(asked.space)) {
        return Outcome::Doubtful("the reply speaks of another space");
    }
    if !agrees(&item.target_space_id, asked.target_space) {
        return Outcome::Doubtful("the reply speaks of another target");
    }
    let code = match &item.error_code {
        Field::Given(code) if code.is_empty() => None,
        Field::Given(code) => Some(code),
        Field::Absent => None,
        Field::Odd => return Outcome::Doubtful("the reply has an error that cannot be read"),
    };
    let task = item.task_id.known();
    let target = item.target_dentry_id.known().cloned();
    match (item.asynchronous.known(), item.success.known(), code) {
        (Some(true), Some(false), _) | (Some(true), _, Some(_)) => {
            Outcome::Doubtful("the reply says that it goes on and that it failed")
        }
        (Some(true), _, None) => match task {
            Some(task) => Outcome::Task {
                task: task.clone(),
                target,
            },
            None => Outcome::Doubtful("the reply names no task for what goes on"),
        },
        (_, Some(true), Some(_)) => {
            Outcome::Doubtful("the reply says that it was done and that it failed")
        }
        (_, Some(true), None) if !item.task_id.is_absent() => {
            Outcome::Doubtful("the reply says that it was done and that it goes on")
        }
        (_, Some(true), None) if asked.target_space.is_some() && target.is_none() => {
            Outcome::Doubtful("the reply does not say what came to be")
        }
        (_, Some(true), None) => Outcome::Done { target },
        (_, Some(false), Some(_)) if target.is_some() => {
            Outcome::Doubtful("the reply says that it failed and what came to be")
        }
        (_, Some(false), Some(code)) => Outcome::Failed(item_error(asked.route, code)),
        (_, Some(false), None) => Outcome::Doubtful("the reply does not say why it failed"),
        (_, None, _) => Outcome::Doubtful("the reply does not say how it ended"),
    }
}

/// Whether an id is the one expected, or not stated.
fn agrees(found: &Field<Id>, expected: Option<&Id>) -> bool {
    match (found, expected) {
        (Field::Absent, _) => true,
        (Field::Given(found), Some(expected)) => found == expected,
        (Field::Given(_), None) => false,
        (Field::Odd, _) => false,
    }
}
