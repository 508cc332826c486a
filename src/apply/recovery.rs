//! What became of an operation in doubt: observed, never guessed.

use std::time::Duration;

use super::call::Site;
use crate::plan::{Action, Carrier, Operation, OperationId, Place, Reliance, Strategy};
use crate::provider::{FetchedEntry, ProviderError};
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
    /// Something else is where it wanted to go.
    Conflict(String),
    /// It cannot be told.
    Unresolved(String),
}

impl Site<'_> {
    /// Looks at the source and target of each operation. That one had no effect is believed only
    /// after a second look, once the service had time to settle.
    pub(super) async fn observe(self, ids: &[OperationId]) -> Vec<(OperationId, Verdict)> {
        let mut verdicts = self.look(ids).await;
        let absent: Vec<OperationId> = verdicts
            .iter()
            .filter(|(_, verdict)| *verdict == Verdict::Absent)
            .map(|(id, _)| *id)
            .collect();
        if absent.is_empty() {
            return verdicts;
        }
        let settling = self.settling(&absent);
        self.rest(settling).await;
        verdicts.retain(|(_, verdict)| *verdict != Verdict::Absent);
        if self.stop.is_requested() && !settling.is_zero() {
            let verdict = Verdict::Unresolved("the run was stopped before it was certain".into());
            verdicts.extend(absent.into_iter().map(|id| (id, verdict.clone())));
        } else {
            verdicts.extend(self.look(&absent).await);
        }
        verdicts
    }

    /// Where this machine carries the bytes itself, nothing happens behind its back.
    fn settling(self, ids: &[OperationId]) -> Duration {
        let operations = self.operations(ids);
        let carried_here = |operation: &Operation| self.carrier(operation) == Carrier::ThisMachine;
        if operations.into_iter().all(carried_here) {
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

    async fn look(self, ids: &[OperationId]) -> Vec<(OperationId, Verdict)> {
        let operations = self.operations(ids);
        let places: Vec<Place> = operations
            .iter()
            .flat_map(|operation| [operation.action.from(), operation.action.to()])
            .flatten()
            .cloned()
            .collect();
        let mut fetched = match fetch_all(self, &places).await {
            Ok(fetched) => fetched.into_iter(),
            Err(error) => {
                let verdict = Verdict::Unresolved(format!("it cannot be observed: {error}"));
                return ids.iter().map(|&id| (id, verdict.clone())).collect();
            }
        };
        operations
            .into_iter()
            .map(|operation| {
                let action = &operation.action;
                let source = action.from().and_then(|_| fetched.next().flatten());
                let target = action.to().and_then(|_| fetched.next().flatten());
                let sight = Sight {
                    operation,
                    source: source.filter(|found| is_meant(operation, found)),
                    target,
                    carrier: self.carrier(operation),
                };
                (operation.id, sight.judge())
            })
            .collect()
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
            crate::provider::ErrorKind::InvalidReply,
            "the answer has another number of entries",
        ))
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
    source: Option<FetchedEntry>,
    target: Option<FetchedEntry>,
    carrier: Carrier,
}

impl Sight<'_> {
    fn judge(self) -> Verdict {
        match &self.operation.action {
            Action::CreateFolder { at } => match self.target {
                None => Verdict::Absent,
                Some(found) if found.kind == EntryKind::Folder => Verdict::Done(found.seen.id),
                Some(found) => Verdict::Conflict(format!("a {} is at {at}", found.kind)),
            },
            Action::Copy { to, strategy, .. } => match &self.target {
                None => Verdict::Absent,
                Some(found) if was_there(self.operation, to, *strategy, found) => Verdict::Absent,
                Some(found) => self.judge_target(to, found),
            },
            Action::Move {
                from, to, strategy, ..
            }
            | Action::Rename { from, to, strategy } => self.judge_move(from, to, *strategy),
            Action::Remove { .. } => match self.source {
                Some(_) => Verdict::Absent,
                None => Verdict::Done(None),
            },
        }
    }

    fn judge_move(&self, from: &Place, to: &Place, strategy: Strategy) -> Verdict {
        match (&self.source, &self.target) {
            (_, Some(found)) if from.id.is_some() && found.seen.id == from.id => {
                Verdict::Done(found.seen.id.clone())
            }
            (Some(_), None) => Verdict::Absent,
            (Some(_), Some(found)) if was_there(self.operation, to, strategy, found) => {
                Verdict::Absent
            }
            (Some(_), Some(found)) => {
                Verdict::Conflict(format!("another {} is at {to}", found.kind))
            }
            (None, Some(found)) => self.judge_target(to, found),
            (None, None) => Verdict::Unresolved(format!("it is neither at {from} nor at {to}")),
        }
    }

    /// Whether what is at the target is what the operation was to put there. A folder that this
    /// machine carries comes to its name as a whole; another may still be growing.
    fn judge_target(&self, to: &Place, found: &FetchedEntry) -> Verdict {
        let operation = self.operation;
        if found.kind != operation.kind {
            return Verdict::Conflict(format!("a {} is at {to}", found.kind));
        }
        let grows =
            matches!(operation.action, Action::Copy { .. }) && self.carrier == Carrier::Service;
        match (found.kind, source_attributes(operation)) {
            (EntryKind::Folder, _) if grows => {
                Verdict::Unresolved(format!("{to} is there, perhaps not as a whole"))
            }
            (EntryKind::File, Some(source)) if !may_be(source, &found.seen.attributes) => {
                Verdict::Conflict(format!("another file is at {to}"))
            }
            _ => Verdict::Done(found.seen.id.clone()),
        }
    }
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
