//! What the entries at the two ends of an operation say of it.

use std::time::Duration;

use super::recovery::{Doubtful, Verdict};
use super::search::{finds_a_name, moved_id};
use super::staged::{goes_in, goes_on, is_right};
use crate::plan::{
    Action, Capabilities, Carrier, CopiedTime, Operation, Place, Reliance, Strategy,
};
use crate::provider::{ErrorKind, FetchedEntry, ItemDone};
use crate::tree::{Attributes, EntryKind, Timestamp};

/// How far the clock of a service and the one of this machine may be apart.
const CLOCKS_APART: Duration = Duration::from_secs(5 * 60);

/// What is at the source and the target of an operation.
pub(super) struct Sight<'p> {
    pub(super) operation: &'p Operation,
    pub(super) source: Source,
    pub(super) target: Option<FetchedEntry>,
    /// How old the target's entry is, compared with the intent.
    pub(super) age: Age,
    pub(super) carrier: Carrier,
    pub(super) rivals: Rivals,
}

/// What is where an operation takes something from.
pub(super) enum Source {
    /// The entry that is meant, as it was.
    Meant,
    /// Another entry, or the same one changed.
    Other,
    /// Nothing.
    Gone,
}

impl Source {
    pub(super) fn of(operation: &Operation, found: Option<FetchedEntry>) -> Self {
        match found {
            Some(found) if is_meant(operation, &found) => Self::Meant,
            Some(_) => Self::Other,
            None => Self::Gone,
        }
    }
}

/// Whether an entry at a source is the one that the operation takes, as it was.
fn is_meant(operation: &Operation, found: &FetchedEntry) -> bool {
    let from = operation.action.from();
    let same_id = from.is_some_and(|from| from.id.is_none() || from.id == found.seen.id);
    let unchanged =
        source_attributes(operation).is_none_or(|attributes| *attributes == found.seen.attributes);
    same_id && found.kind == operation.kind && unchanged
}

impl Sight<'_> {
    /// Whether what it was to bring may be somewhere else in the target folder: a service may have
    /// found a name of its own, asked for or not.
    pub(super) fn may_hide(&self) -> bool {
        let by_service = self.carrier == Carrier::Service;
        by_service
            && match (&self.operation.action, &self.source) {
                // A twin in a folder of the run's own goes with that folder.
                (action @ Action::Copy { .. }, _) if goes_in(action) => false,
                (Action::Copy { .. }, _) => self.target.is_none() || finds_a_name(self.operation),
                (Action::Move { .. } | Action::Rename { .. }, Source::Other | Source::Gone) => true,
                (Action::Move { .. } | Action::Rename { .. }, Source::Meant)
                | (Action::CreateFolder { .. } | Action::Remove { .. }, _) => false,
            }
    }

    pub(super) fn judge(self) -> Verdict {
        match &self.operation.action {
            Action::CreateFolder { at } => match self.target {
                None => Verdict::Absent,
                Some(found) if found.kind == EntryKind::Folder => done(&found),
                Some(found) => taken(format!("a {} is at {at}", found.kind)),
            },
            Action::Copy { to, strategy, .. } => match (&self.target, strategy) {
                (None, Strategy::Rename) => unseen(to),
                (None, Strategy::Fail | Strategy::Overwrite(_)) => Verdict::Absent,
                (Some(found), _) if was_there(self.operation, to, *strategy, found) => {
                    Verdict::Absent
                }
                (Some(found), _) => self.judge_target(to, found),
            },
            action @ (Action::Move {
                from, to, strategy, ..
            }
            | Action::Rename { from, to, strategy }) => match goes_on(action) {
                true => self.judge_staged(from, to, *strategy),
                false => self.judge_move(from, to, *strategy),
            },
            Action::Remove { at, .. } => match self.source {
                Source::Meant => Verdict::Absent,
                Source::Other => changed(at),
                Source::Gone => Verdict::Done(ItemDone::default()),
            },
        }
    }

    /// What is left of a copy that was moved on, or is to be: whatever is not at the target can be
    /// moved again, as long as there is something to move.
    fn judge_staged(&self, from: &Place, to: &Place, strategy: Strategy) -> Verdict {
        let is_there = matches!(self.source, Source::Meant);
        let Some(found) = &self.target else {
            return match strategy {
                Strategy::Rename if !is_there => unseen(to),
                Strategy::Rename | Strategy::Fail | Strategy::Overwrite(_) => Verdict::Absent,
            };
        };
        let ids = from.id.as_ref().zip(found.seen.id.as_ref());
        let is_other = ids.is_some_and(|(ours, theirs)| ours != theirs);
        if ids.is_some() && !is_other {
            return done(found);
        }
        match strategy {
            Strategy::Rename if is_there => Verdict::Absent,
            _ if was_there(self.operation, to, strategy, found) => Verdict::Absent,
            _ if is_right(self.operation, found) && !(is_other && is_there) => done(found),
            Strategy::Rename => unseen(to),
            Strategy::Fail | Strategy::Overwrite(_) => {
                taken(format!("another {} is at {to}", found.kind))
            }
        }
    }

    fn judge_move(&self, from: &Place, to: &Place, strategy: Strategy) -> Verdict {
        match (&self.source, &self.target) {
            (_, Some(found)) if from.id.is_some() && found.seen.id == from.id => done(found),
            (Source::Meant, None) => Verdict::Absent,
            (Source::Meant, Some(found)) if was_there(self.operation, to, strategy, found) => {
                Verdict::Absent
            }
            // What is still at its place was not moved, whichever names are taken.
            (Source::Meant, Some(_)) if strategy == Strategy::Rename => Verdict::Absent,
            (Source::Meant, Some(found)) => taken(format!("another {} is at {to}", found.kind)),
            (Source::Other, None) => changed(from),
            (Source::Other, Some(found)) if was_there(self.operation, to, strategy, found) => {
                changed(from)
            }
            (Source::Other | Source::Gone, Some(found)) => self.judge_target(to, found),
            (Source::Gone, None) => {
                let message = format!("it is neither at {from} nor at {to}");
                match self.carrier {
                    Carrier::ThisMachine => Verdict::Failed(ErrorKind::NotFound, message),
                    Carrier::Service => Verdict::Unresolved(message),
                }
            }
        }
    }

    /// Whether what is at the target is what the operation was to put there. A folder that this
    /// machine carries comes to its name as a whole; another may still be growing.
    fn judge_target(&self, to: &Place, found: &FetchedEntry) -> Verdict {
        let operation = self.operation;
        let is_renamed = operation.action.strategy() == Some(Strategy::Rename);
        if found.kind != operation.kind {
            return match is_renamed {
                true => unseen(to),
                false => taken(format!("a {} is at {to}", found.kind)),
            };
        }
        let grows =
            matches!(operation.action, Action::Copy { .. }) && self.carrier == Carrier::Service;
        match (found.kind, source_attributes(operation)) {
            _ if self.rivals == Rivals::Some && moved_id(operation).is_none() => unseen(to),
            (EntryKind::Folder, _) if grows => Verdict::Growing(item(found)),
            (EntryKind::File, _) if grows && self.age == Age::Older => match is_renamed {
                true => unseen(to),
                false => taken(format!("the file at {to} was there before the call")),
            },
            (EntryKind::File, Some(source))
                if is_renamed && !may_be(source, &found.seen.attributes) =>
            {
                unseen(to)
            }
            (EntryKind::File, Some(source)) if !may_be(source, &found.seen.attributes) => {
                taken(format!("another file is at {to}"))
            }
            _ => done(found),
        }
    }
}

/// What is at the target is what the operation was to bring.
fn done(found: &FetchedEntry) -> Verdict {
    Verdict::Done(item(found))
}

fn item(found: &FetchedEntry) -> ItemDone {
    ItemDone {
        id: found.seen.id.clone(),
        ..ItemDone::default()
    }
}

/// Whether an entry is older than the intent that may have brought it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Age {
    Older,
    NoOlder,
    /// The service does not give a copy the time at which it came to be.
    Unknown,
}

/// How old a copy is, as far as its time tells.
pub(super) fn age(doubtful: &Doubtful<'_>, sheet: &Capabilities, found: &Attributes) -> Age {
    let stated = found.modified != Timestamp::default();
    match doubtful.since {
        Some(since) if stated && sheet.copied_time == CopiedTime::New => {
            let apart = i64::try_from(CLOCKS_APART.as_secs()).unwrap_or(i64::MAX);
            if found.modified < since.plus_seconds(-apart) {
                Age::Older
            } else {
                Age::NoOlder
            }
        }
        _ => Age::Unknown,
    }
}

/// Whether another operation in doubt may have brought to the same folder what looks like this
/// one's, under a name that the service found. Of one source, either is as good as the other.
pub(super) fn rivals(sent: &[Doubtful<'_>], operation: &Operation) -> Rivals {
    let folder = |operation: &Operation| {
        let to = operation.action.to()?;
        Some((to.space.clone(), to.path.parent()))
    };
    let alike = |one: &Operation, other: &Operation| match (
        source_attributes(one),
        source_attributes(other),
    ) {
        (Some(one), Some(other)) => may_be(one, other),
        (None, _) | (_, None) => true,
    };
    let is_rival = |other: &Operation| {
        other.id != operation.id
            && other.kind == operation.kind
            && finds_a_name(other)
            && other.action.from() != operation.action.from()
            && folder(other) == folder(operation)
            && alike(operation, other)
    };
    if finds_a_name(operation) && sent.iter().any(|it| is_rival(&it.operation)) {
        Rivals::Some
    } else {
        Rivals::None
    }
}

/// Whether what is under an expected name may have come from another operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rivals {
    None,
    Some,
}

/// What was to be moved or removed is not what is there: it was left alone.
fn changed(at: &Place) -> Verdict {
    let message = format!("what is at {at} is not what was planned for, or was changed since");
    Verdict::Failed(ErrorKind::Mismatch, message)
}

/// What the service was to find a name for is not under the name that was expected.
fn unseen(to: &Place) -> Verdict {
    Verdict::Unseen(format!(
        "it is not at {to}, and the service may have given it another name"
    ))
}

/// Something else has the name.
fn taken(message: String) -> Verdict {
    Verdict::Failed(ErrorKind::AlreadyExists, message)
}

/// Whether the file at a target is the one that was to be replaced.
fn was_there(operation: &Operation, to: &Place, strategy: Strategy, found: &FetchedEntry) -> bool {
    let replaced = operation.relies_on.iter().any(|reliance| match reliance {
        Reliance::File {
            address,
            id,
            attributes,
        } => {
            *address == to.address() && *id == found.seen.id && *attributes == found.seen.attributes
        }
        Reliance::Absent { .. } | Reliance::Folder { .. } | Reliance::Subtree { .. } => false,
    });
    matches!(strategy, Strategy::Overwrite(_)) && replaced
}

/// How the file looked that was to be copied or moved.
pub(super) fn source_attributes(operation: &Operation) -> Option<&Attributes> {
    let from = operation.action.from()?.address();
    operation
        .relies_on
        .iter()
        .find_map(|reliance| match reliance {
            Reliance::File {
                address,
                attributes,
                ..
            } if *address == from => Some(attributes),
            Reliance::File { .. }
            | Reliance::Absent { .. }
            | Reliance::Folder { .. }
            | Reliance::Subtree { .. } => None,
        })
}

/// Whether a file can be a copy of another. Times tell nothing: some services give new ones.
pub(super) fn may_be(source: &Attributes, found: &Attributes) -> bool {
    let same_content = match (&source.fingerprint, &found.fingerprint) {
        (Some(ours), Some(theirs)) => ours == theirs,
        (None, _) | (_, None) => true,
    };
    source.size == found.size && same_content
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::*;
    use crate::apply::scene::{copy, sheet};
    use crate::plan::sample::{self, CREATED};

    #[test]
    fn a_copy_is_no_older_than_its_intent() {
        let operation = sample::operation(1, copy("desk:/a", "desk:/b", Strategy::Fail));
        let check = |since: Option<i64>, modified: Timestamp, time: CopiedTime, expected: Age| {
            let doubtful = Doubtful {
                operation: Cow::Borrowed(&operation),
                since: since.map(|seconds| CREATED.plus_seconds(seconds)),
                brought: None,
            };
            let sheet = Capabilities {
                copied_time: time,
                ..sheet()
            };
            let found = Attributes {
                modified,
                ..Attributes::default()
            };
            let case = format!("{since:?} {modified} {time:?}");
            assert_eq!(age(&doubtful, &sheet, &found), expected, "{case}");
        };
        let at = |seconds| CREATED.plus_seconds(seconds);
        check(Some(0), at(1), CopiedTime::New, Age::NoOlder);
        check(Some(0), at(-300), CopiedTime::New, Age::NoOlder);
        check(Some(0), at(-301), CopiedTime::New, Age::Older);
        check(Some(0), at(-301), CopiedTime::Kept, Age::Unknown);
        check(Some(0), Timestamp::default(), CopiedTime::New, Age::Unknown);
        check(None, at(-301), CopiedTime::New, Age::Unknown);
    }
}
