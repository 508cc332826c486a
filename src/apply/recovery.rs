//! What became of an operation in doubt: observed, never guessed.

use std::borrow::Cow;
use std::time::Duration;

use super::call::Site;
use super::contents::hold_the_same;
use super::staged::{goes_on, is_right};
use crate::plan::{Action, Carrier, Operation, OperationId, Place, Reliance, Strategy};
use crate::provider::{ErrorKind, FetchedEntry, ProviderError};
use crate::tree::{Attributes, EntryId, EntryKind};

/// How long a service may take until a call that was cut off shows its effect.
const SETTLING: Duration = Duration::from_secs(120);

/// What observing says of an operation in doubt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It had its effect.
    Done(Option<EntryId>),
    /// It had none.
    Absent,
    /// It had none, and can have none any more: what it was to act on is not there as it was, or
    /// something else is where it wanted to go.
    Failed(ErrorKind, String),
    /// A folder is there that may be on its way to be the one that was asked for.
    Growing(Option<EntryId>),
    /// What it was to bring is not to be found, which need not mean that it is nowhere.
    Unseen(String),
    /// It cannot be told.
    Unresolved(String),
}

/// Operations as they were sent.
type Sent<'a> = [Cow<'a, Operation>];

impl Verdict {
    /// Whether another look, some time later, may say something else.
    fn may_change(&self) -> bool {
        match self {
            Self::Absent | Self::Failed(..) | Self::Growing(_) | Self::Unseen(_) => true,
            Self::Done(_) | Self::Unresolved(_) => false,
        }
    }

    /// What is left to say after the last look. A service that finds names may have found another
    /// one, so that sending again could make a twin.
    fn at_last(self) -> Self {
        match self {
            Self::Growing(_) => {
                Self::Unresolved("a folder is there, and it does not hold what it should".into())
            }
            Self::Unseen(message) => Self::Unresolved(message),
            Self::Done(_) | Self::Absent | Self::Failed(..) | Self::Unresolved(_) => self,
        }
    }
}

impl Site<'_> {
    /// Looks at the source and target of each operation. That one had no effect, or only a part of
    /// it, is believed only after a second look, once the service had time to settle.
    pub(super) async fn observe(self, sent: &Sent<'_>) -> Vec<(OperationId, Verdict)> {
        let mut verdicts = self.look(sent).await;
        let again: Vec<Cow<'_, Operation>> = verdicts
            .iter()
            .filter(|(_, verdict)| verdict.may_change())
            .filter_map(|(id, _)| sent.iter().find(|operation| operation.id == *id).cloned())
            .collect();
        if again.is_empty() {
            return verdicts;
        }
        let settling = self.settling(&again);
        if !settling.is_zero() {
            self.heard.settling(again.len(), settling);
        }
        self.rest(settling).await;
        verdicts.retain(|(_, verdict)| !verdict.may_change());
        if self.stop.is_requested() && !settling.is_zero() {
            let verdict = Verdict::Unresolved("the run was stopped before it was certain".into());
            let ids = again.iter().map(|operation| operation.id);
            verdicts.extend(ids.map(|id| (id, verdict.clone())));
        } else {
            let later = self.look(&again).await.into_iter();
            verdicts.extend(later.map(|(id, verdict)| (id, verdict.at_last())));
        }
        verdicts
    }

    /// Where this machine carries the bytes itself, nothing happens behind its back.
    fn settling(self, sent: &Sent<'_>) -> Duration {
        let carried_here =
            |operation: &Cow<'_, Operation>| self.carrier(operation) == Carrier::ThisMachine;
        if sent.iter().all(carried_here) {
            Duration::ZERO
        } else {
            SETTLING
        }
    }

    fn carrier(self, operation: &Operation) -> Carrier {
        let place = operation.action.to().or(operation.action.from());
        place
            .and_then(|place| self.provider.capabilities(&place.space).ok())
            .map_or(Carrier::Service, |sheet| sheet.carrier)
    }

    async fn look(self, sent: &Sent<'_>) -> Vec<(OperationId, Verdict)> {
        let places: Vec<Place> = sent
            .iter()
            .flat_map(|operation| [operation.action.from(), operation.action.to()])
            .flatten()
            .cloned()
            .collect();
        let mut fetched = match fetch_all(self, &places).await {
            Ok(fetched) => fetched.into_iter(),
            Err(error) => {
                let verdict = Verdict::Unresolved(format!("it cannot be observed: {error}"));
                let ids = sent.iter().map(|operation| operation.id);
                return ids.map(|id| (id, verdict.clone())).collect();
            }
        };
        let mut verdicts = Vec::with_capacity(sent.len());
        for operation in sent {
            let action = &operation.action;
            let source = action.from().and_then(|_| fetched.next().flatten());
            let target = action.to().and_then(|_| fetched.next().flatten());
            let sight = Sight {
                operation,
                source: Source::of(operation, source),
                target,
                carrier: self.carrier(operation),
            };
            let mut verdict = sight.judge();
            if let Verdict::Growing(id) = &verdict
                && self.is_whole(action, id.clone()).await
            {
                verdict = Verdict::Done(id.clone());
            }
            verdicts.push((operation.id, verdict));
        }
        verdicts
    }

    /// Whether a copied folder holds what its source holds.
    async fn is_whole(self, action: &Action, id: Option<EntryId>) -> bool {
        let (Some(from), Some(to)) = (action.from(), action.to()) else {
            return false;
        };
        let to = Place { id, ..to.clone() };
        let same = hold_the_same(self.provider, from, &to).await;
        same.unwrap_or(false)
    }
}

async fn fetch_all(
    site: Site<'_>,
    places: &[Place],
) -> Result<Vec<Option<FetchedEntry>>, ProviderError> {
    let fetched = site.provider.fetch(places).await?;
    if fetched.len() == places.len() {
        Ok(fetched)
    } else {
        Err(ProviderError::refused(
            ErrorKind::InvalidReply,
            "the answer has another number of entries",
        ))
    }
}

/// What is where an operation takes something from.
enum Source {
    /// The entry that is meant, as it was.
    Meant,
    /// Another entry, or the same one changed.
    Other,
    /// Nothing.
    Gone,
}

impl Source {
    fn of(operation: &Operation, found: Option<FetchedEntry>) -> Self {
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

/// What is at the source and the target of an operation.
struct Sight<'p> {
    operation: &'p Operation,
    source: Source,
    target: Option<FetchedEntry>,
    carrier: Carrier,
}

impl Sight<'_> {
    fn judge(self) -> Verdict {
        match &self.operation.action {
            Action::CreateFolder { at } => match self.target {
                None => Verdict::Absent,
                Some(found) if found.kind == EntryKind::Folder => Verdict::Done(found.seen.id),
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
                Source::Gone => Verdict::Done(None),
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
            return Verdict::Done(found.seen.id.clone());
        }
        match strategy {
            Strategy::Rename if is_there => Verdict::Absent,
            _ if was_there(self.operation, to, strategy, found) => Verdict::Absent,
            _ if is_right(self.operation, found) && !(is_other && is_there) => {
                Verdict::Done(found.seen.id.clone())
            }
            Strategy::Rename => unseen(to),
            Strategy::Fail | Strategy::Overwrite(_) => {
                taken(format!("another {} is at {to}", found.kind))
            }
        }
    }

    fn judge_move(&self, from: &Place, to: &Place, strategy: Strategy) -> Verdict {
        match (&self.source, &self.target) {
            (_, Some(found)) if from.id.is_some() && found.seen.id == from.id => {
                Verdict::Done(found.seen.id.clone())
            }
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
            (EntryKind::Folder, _) if grows => Verdict::Growing(found.seen.id.clone()),
            (EntryKind::File, Some(source))
                if is_renamed && !may_be(source, &found.seen.attributes) =>
            {
                unseen(to)
            }
            (EntryKind::File, Some(source)) if !may_be(source, &found.seen.attributes) => {
                taken(format!("another file is at {to}"))
            }
            _ => Verdict::Done(found.seen.id.clone()),
        }
    }
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
fn source_attributes(operation: &Operation) -> Option<&Attributes> {
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
fn may_be(source: &Attributes, found: &Attributes) -> bool {
    let same_content = match (&source.fingerprint, &found.fingerprint) {
        (Some(ours), Some(theirs)) => ours == theirs,
        (None, _) | (_, None) => true,
    };
    source.size == found.size && same_content
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
    use crate::apply::scene::{FILES, MemoryJournal, memory, plan, settle};
    use crate::journal::{Fact, Standing};
    use crate::plan::{BatchId, OperationId};
    use crate::state::RunId;

    /// What settling says of the operations that were done, and of the last one, which is in
    /// doubt, with these files there.
    fn check(done: &[u32], doubtful: u32, files: &[(&str, u64)], expected: &str) {
        let plan = plan();
        let mut journal = MemoryJournal::holding(&[]);
        let mut facts = vec![Fact::RunStart {
            run: RunId::new("run-1"),
            plan: plan.id.clone(),
            lineage: plan.based_on.lineage.clone(),
            serial: 3,
            program: "test".into(),
        }];
        facts.extend(done.iter().map(|&operation| Fact::Done {
            operation: OperationId(operation),
            evidence: crate::journal::Evidence::Reply,
            id: None,
            name: None,
            bin: None,
        }));
        facts.push(Fact::Intent {
            batch: BatchId(1),
            attempt: 0,
            operations: vec![OperationId(doubtful)],
        });
        for fact in facts {
            crate::journal::JournalSink::append(&mut journal, fact).unwrap();
        }
        let settled = settle(&plan, &*memory(files), &mut journal).unwrap();
        let found = match &settled.operations[&OperationId(doubtful)] {
            Standing::InDoubt { .. } => "in doubt",
            Standing::Absent => "absent",
            Standing::Done { .. } => "done",
            Standing::Failed { kind, .. } => kind,
            Standing::Skipped { .. } => "skipped",
        };
        assert_eq!(found, expected, "{done:?} {doubtful} {files:?}");
        assert!(settled.outcome.is_some());
    }

    /// The files of the scene with some of them taken away and others put there.
    fn files<'a>(gone: &[&str], put: &[(&'a str, u64)]) -> Vec<(&'a str, u64)> {
        let mut files: Vec<(&str, u64)> = FILES.to_vec();
        files.retain(|(path, _)| !gone.contains(path));
        files.extend(put);
        files
    }

    /// What was done, what is in doubt, what went and came meanwhile, and what is to be said.
    type Case = (
        &'static [u32],
        u32,
        &'static [&'static str],
        &'static [(&'static str, u64)],
        &'static str,
    );

    #[test]
    fn what_others_did_meanwhile_leaves_nothing_in_doubt() {
        let cases: [Case; 13] = [
            // A move: its source is there, changed, gone, or already at the target.
            (&[1], 7, &[], &[], "absent"),
            (&[1], 7, &["/in/deep/x"], &[("/in/deep/x", 50)], "mismatch"),
            (&[1], 7, &["/in/deep/x"], &[], "not-found"),
            (&[1], 7, &["/in/deep/x"], &[("/new/x", 5)], "done"),
            (
                &[1],
                7,
                &["/in/deep/x"],
                &[("/new/x", 50)],
                "already-exists",
            ),
            (&[1], 7, &[], &[("/new/x", 50)], "already-exists"),
            // A copy: its source does not matter, since the rest is planned anew.
            (&[1], 2, &[], &[], "absent"),
            (&[1], 2, &["/a"], &[], "absent"),
            (&[1], 2, &["/a"], &[("/a", 50), ("/new/a", 1)], "done"),
            // A removal: what was to go is there, gone, or something else has its name.
            (&[], 9, &[], &[], "absent"),
            (&[], 9, &["/old/z"], &[], "done"),
            (&[], 9, &["/old/z"], &[("/old", 50)], "mismatch"),
            // The second half of a swap, with nothing left under the temporary name.
            (&[4, 5], 6, &["/c", "/d"], &[("/c", 4)], "not-found"),
        ];
        for (done, doubtful, gone, put, expected) in cases {
            check(done, doubtful, &files(gone, put), expected);
        }
    }
}
