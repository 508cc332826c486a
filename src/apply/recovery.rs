//! What became of an operation in doubt: observed, never guessed.

use std::borrow::Cow;
use std::time::Duration;

use super::call::Site;
use super::contents::hold_the_same;
use super::search::{Found, Listed, Sought, moved_id};
use super::sight::{Age, Sight, Source, age, rivals};
use crate::plan::{Capabilities, Carrier, Operation, OperationId, Place};
use crate::provider::{ErrorKind, FetchedEntry, ItemDone, ProviderError};
use crate::tree::{EntryId, Timestamp};

/// How long a service may take until a call that was cut off shows its effect.
pub(super) const SETTLING: Duration = Duration::from_secs(120);

/// What observing says of an operation in doubt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It had its effect.
    Done(ItemDone),
    /// It had none.
    Absent,
    /// It had none, and can have none any more: what it was to act on is not there as it was, or
    /// something else is where it wanted to go.
    Failed(ErrorKind, String),
    /// A folder is there that may be on its way to be the one that was asked for.
    Growing(ItemDone),
    /// What it was to bring is not to be found, which need not mean that it is nowhere.
    Unseen(String),
    /// It cannot be told.
    Unresolved(String),
}

/// An operation in doubt, as it was sent.
#[derive(Debug, Clone)]
pub(super) struct Doubtful<'a> {
    pub(super) operation: Cow<'a, Operation>,
    /// When it was intended for the first time: what it brought is no older.
    pub(super) since: Option<Timestamp>,
    /// The entry that it brought under another name than the planned one.
    pub(super) brought: Option<EntryId>,
}

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
            Self::Unseen(message) => Self::Unresolved(message),
            Self::Growing(_)
            | Self::Done(_)
            | Self::Absent
            | Self::Failed(..)
            | Self::Unresolved(_) => self,
        }
    }
}

impl Site<'_> {
    /// Looks at the source and target of each operation. That one had no effect, or only a part of
    /// it, is believed only after a second look, once the service had time to settle.
    pub(super) async fn observe(self, sent: &[Doubtful<'_>]) -> Vec<(OperationId, Verdict)> {
        let mut verdicts = self.look(sent).await;
        let again: Vec<Doubtful<'_>> = verdicts
            .iter()
            .filter(|(_, verdict)| verdict.may_change())
            .filter_map(|(id, _)| sent.iter().find(|it| it.operation.id == *id).cloned())
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
            let ids = again.iter().map(|doubtful| doubtful.operation.id);
            verdicts.extend(ids.map(|id| (id, verdict.clone())));
        } else {
            let later = self.look(&again).await.into_iter();
            verdicts.extend(later.map(|(id, verdict)| (id, verdict.at_last())));
        }
        verdicts
    }

    /// Where this machine carries the bytes itself, nothing happens behind its back.
    fn settling(self, sent: &[Doubtful<'_>]) -> Duration {
        let carried_here =
            |doubtful: &Doubtful<'_>| self.carrier(&doubtful.operation) == Carrier::ThisMachine;
        if sent.iter().all(carried_here) {
            Duration::ZERO
        } else {
            SETTLING
        }
    }

    fn carrier(self, operation: &Operation) -> Carrier {
        self.sheet(operation)
            .map_or(Carrier::Service, |sheet| sheet.carrier)
    }

    fn sheet(self, operation: &Operation) -> Option<Capabilities> {
        let place = operation.action.to().or(operation.action.from());
        place.and_then(|place| self.provider.capabilities(&place.space).ok())
    }

    /// Looks once at everything; what is not where it was expected is searched for.
    pub(super) async fn look(self, sent: &[Doubtful<'_>]) -> Vec<(OperationId, Verdict)> {
        let places: Vec<Place> = sent
            .iter()
            .map(|doubtful| &doubtful.operation.action)
            .flat_map(|action| [action.from(), action.to()])
            .flatten()
            .cloned()
            .collect();
        let mut fetched = match fetch_all(self, &places).await {
            Ok(fetched) => fetched.into_iter(),
            Err(error) => {
                let verdict = Verdict::Unresolved(format!("it cannot be observed: {error}"));
                let ids = sent.iter().map(|doubtful| doubtful.operation.id);
                return ids.map(|id| (id, verdict.clone())).collect();
            }
        };
        let mut verdicts = Vec::with_capacity(sent.len());
        let mut listed = Listed::default();
        for doubtful in sent {
            let operation = &*doubtful.operation;
            let source = operation
                .action
                .from()
                .and_then(|_| fetched.next().flatten());
            let target = operation.action.to().and_then(|_| fetched.next().flatten());
            let sight = Sight {
                operation,
                source: Source::of(operation, source),
                age: self.age(doubtful, target.as_ref()),
                target,
                carrier: self.carrier(operation),
                rivals: rivals(sent, operation),
            };
            let hidden = sight.may_hide() || doubtful.brought.is_some();
            let mut verdict = sight.judge();
            if let Verdict::Growing(done) = &verdict
                && self.is_whole(operation, done).await
            {
                verdict = Verdict::Done(done.clone());
            }
            // Only what moves has an id that tells it from another entry of its name.
            let is_certain = matches!(verdict, Verdict::Done(_)) && moved_id(operation).is_none();
            if hidden && !is_certain {
                verdict = self.find_out(doubtful, verdict, &mut listed).await;
            }
            verdicts.push((operation.id, verdict));
        }
        verdicts
    }

    fn age(self, doubtful: &Doubtful<'_>, target: Option<&FetchedEntry>) -> Age {
        let sheet = self.sheet(&doubtful.operation);
        let sheet = sheet.filter(|sheet| sheet.carrier == Carrier::Service);
        match (sheet, target) {
            (Some(sheet), Some(found)) => age(doubtful, &sheet, &found.seen.attributes),
            (None, _) | (_, None) => Age::Unknown,
        }
    }

    /// Whether a copied folder holds what its source holds.
    async fn is_whole(self, operation: &Operation, done: &ItemDone) -> bool {
        let (Some(from), Some(to)) = (operation.action.from(), operation.action.to()) else {
            return false;
        };
        let to = Place {
            id: done.id.clone(),
            ..to.clone()
        };
        let same = hold_the_same(self.provider, from, &to).await;
        same.unwrap_or(false)
    }

    /// A second opinion from everything that is in the target folder, and by id.
    async fn find_out(
        self,
        doubtful: &Doubtful<'_>,
        verdict: Verdict,
        listed: &mut Listed,
    ) -> Verdict {
        let operation = &*doubtful.operation;
        let found = match self.search(doubtful, listed).await {
            Ok(found) => found,
            Err(error) => return Verdict::Unresolved(format!("it cannot be observed: {error}")),
        };
        match (found, &verdict) {
            (Found::One(done), _) => Verdict::Done(done),
            (Found::Several(_), Verdict::Done(_)) => verdict,
            (Found::Several(message), _) => Verdict::Unresolved(message),
            (Found::Unclear(message), Verdict::Unseen(_)) => Verdict::Unseen(message),
            (Found::Nothing, Verdict::Unseen(_) | Verdict::Unresolved(_)) => {
                match self.seek_moved(operation).await {
                    Some(Sought::Elsewhere) => Verdict::Failed(
                        ErrorKind::Mismatch,
                        "what it was to move is in another place now".into(),
                    ),
                    Some(Sought::Gone) => Verdict::Failed(
                        ErrorKind::NotFound,
                        "what it was to move is nowhere any more".into(),
                    ),
                    None => verdict,
                }
            }
            (Found::Nothing | Found::Unclear(_), _) => verdict,
        }
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
