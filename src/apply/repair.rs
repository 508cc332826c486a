//! Entries that a run left under a temporary name: on to their target, or back to where they were.

use std::collections::BTreeMap;

use super::call::{End, ends};
use super::error::ApplyError;
use super::run::Run;
use super::schedule::Call;
use crate::journal::{Evidence, Fact, JournalError, RunProgress, Standing};
use crate::plan::{
    Action, BatchId, Bin, Disposal, Operation, Permissions, Place, Plan, Reason, Strategy,
};
use crate::provider::{BatchRequest, ErrorKind, Provider};

/// An operation that led to a temporary name, and the one that was to lead on from there.
struct Stranded<'p> {
    first: &'p Operation,
    second: &'p Operation,
}

impl Run<'_, '_> {
    /// Takes every stranded entry on where its target is free, and else back. The plan's order is
    /// undone from its end. While anything is in doubt, nothing is touched.
    pub(super) async fn repair(&mut self) -> Result<(), ApplyError> {
        if !self.recorder.progress.in_doubt().is_empty() {
            return Ok(());
        }
        for stranded in stranded(self.site.plan, &self.recorder.progress) {
            self.repair_one(&stranded).await?;
        }
        Ok(())
    }

    async fn repair_one(&mut self, stranded: &Stranded<'_>) -> Result<(), ApplyError> {
        let Stranded { first, second } = stranded;
        if self.is_free(first.action.to()).await {
            return Ok(self.lose(first, second)?);
        }
        if self.is_free(second.action.to()).await {
            let end = self.carry_out(second, second).await?;
            let went_on = !matches!(end, End::Failed(_) | End::NotActed(_));
            self.recorder.record(told(second, end))?;
            if went_on {
                return Ok(());
            }
        }
        if self.is_free(first.action.from()).await
            && let Some(back) = way_back(self.site.provider, first)
        {
            match self.carry_out(&back, first).await? {
                End::Done(_) => self.recorder.record(Fact::Absent {
                    operation: first.id,
                })?,
                End::Doubtful(message) => self.recorder.doubt(first.id, message)?,
                End::NotActed(_) | End::Failed(_) => self.leave(first, second)?,
            }
            return Ok(());
        }
        Ok(self.leave(first, second)?)
    }

    async fn is_free(&self, place: Option<&Place>) -> bool {
        let places: Vec<Place> = place.cloned().into_iter().collect();
        match self.site.provider.fetch(&places).await {
            Ok(found) => found.iter().all(Option::is_none),
            Err(_) => false,
        }
    }

    /// Makes a call for one operation, intended in the name of `named`, until it acts.
    async fn carry_out(
        &mut self,
        operation: &Operation,
        named: &Operation,
    ) -> Result<End, ApplyError> {
        let mut call = Call {
            batch: batch_of(self.site.plan, named),
            attempt: 0,
            operations: vec![named.id],
        };
        loop {
            self.recorder.record(Fact::Intent {
                batch: call.batch,
                attempt: call.attempt,
                operations: call.operations.clone(),
            })?;
            self.recorder.sync()?;
            let request = BatchRequest {
                run: self.site.run,
                operations: &[operation],
                progress: self.site.heard,
            };
            let reply = self.site.provider.execute(&request).await;
            match ends(&call, reply, &BTreeMap::new()).pop() {
                Some((_, End::NotActed(pause))) => self.site.rest(pause).await,
                Some((_, end)) => return Ok(end),
                None => return Ok(End::Doubtful("the reply says nothing of it".into())),
            }
            call.attempt += 1;
        }
    }

    /// An entry that somebody took from its temporary name cannot be taken anywhere.
    fn lose(&mut self, first: &Operation, second: &Operation) -> Result<(), JournalError> {
        let place = first.action.to().map(Place::to_string).unwrap_or_default();
        self.recorder.record(Fact::Failed {
            operation: second.id,
            kind: ErrorKind::NotFound.word().to_owned(),
            message: format!("what it was to carry is no longer at {place}"),
        })
    }

    /// An entry that stays under its temporary name keeps the run from counting as settled.
    fn leave(&mut self, first: &Operation, second: &Operation) -> Result<(), JournalError> {
        let place = first.action.to().map(Place::to_string).unwrap_or_default();
        let message = format!("what it was to carry is left at {place}");
        self.recorder.doubt(second.id, message)
    }
}

/// What came of the second operation. That it failed now says nothing against trying it later.
fn told(second: &Operation, end: End) -> Fact {
    let operation = second.id;
    match end {
        End::Done(done) => Fact::Done {
            operation,
            evidence: Evidence::Reply,
            id: done.id,
            name: done.name,
            bin: done.bin,
        },
        End::NotActed(_) | End::Failed(_) => Fact::Absent { operation },
        End::Doubtful(message) => Fact::Unknown { operation, message },
    }
}

/// What is left under temporary names, the last first.
fn stranded<'p>(plan: &'p Plan, progress: &RunProgress) -> Vec<Stranded<'p>> {
    let temporary = |operation: &&Operation| {
        operation.reason == Reason::Temporary && progress.is_done(operation.id)
    };
    plan.operations
        .iter()
        .rev()
        .filter(temporary)
        .filter_map(|first| {
            let name = first.action.to()?.address();
            let second = plan.operations.iter().find(|operation| {
                let from = operation.action.from().map(Place::address);
                operation.id > first.id && from.as_ref() == Some(&name)
            })?;
            let is_open = !matches!(
                progress.operations.get(&second.id),
                Some(Standing::Done { .. } | Standing::InDoubt { .. })
            );
            is_open.then_some(Stranded { first, second })
        })
        .collect()
}

fn batch_of(plan: &Plan, operation: &Operation) -> BatchId {
    plan.batches
        .iter()
        .find(|batch| batch.operations.contains(&operation.id))
        .map_or(BatchId(0), |batch| batch.id)
}

/// What undoes an operation that led to a temporary name.
fn way_back(provider: &dyn Provider, first: &Operation) -> Option<Operation> {
    let temporary = first.action.to()?.clone();
    let here = |place: &Place| Place::new(place.space.clone(), place.path.clone());
    let action = match &first.action {
        Action::Move { from, .. } | Action::Rename { from, .. } => Action::Move {
            from: temporary,
            to: here(from),
            strategy: Strategy::Fail,
            permissions: Permissions::Preserve,
        },
        Action::Copy { .. } => {
            let sheet = provider.capabilities(&temporary.space).ok()?;
            let disposal = if sheet.bin == Bin::Present {
                Disposal::Recycle
            } else {
                Disposal::Permanent
            };
            let at = temporary;
            Action::Remove { at, disposal }
        }
        Action::CreateFolder { .. } | Action::Remove { .. } => return None,
    };
    Some(Operation {
        action,
        relies_on: Vec::new(),
        ..first.clone()
    })
}
