//! Entries that a run left where they do not belong: under a temporary name, on to their target or
//! back to where they were; under a name of the service's own, to the one that was planned.

use std::collections::BTreeSet;

use super::call::{End, ends};
use super::error::ApplyError;
use super::run::Run;
use super::schedule::Call;
use crate::journal::{Evidence, Fact, JournalError, RunProgress, Standing, Whereabouts, misplaced};
use crate::plan::{
    Action, BatchId, Bin, Disposal, Naming, Operation, Permissions, Place, Plan, Reason, Strategy,
    is_of_staging_folder,
};
use crate::provider::{BatchRequest, ErrorKind, ItemDone, Provider, TaskId};
use crate::tree::Address;

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
        self.put_right().await?;
        let mut tried = BTreeSet::new();
        loop {
            let stranded = stranded(self.site.plan, &self.recorder.progress);
            let mut untried = stranded.iter().filter(|next| tried.insert(next.first.id));
            match untried.next() {
                Some(stranded) => self.repair_one(stranded).await?,
                None => return Ok(()),
            }
        }
    }

    /// Renames what the service put under another name than the planned one, where that is free.
    async fn put_right(&mut self) -> Result<(), ApplyError> {
        let plan = self.site.plan;
        for (id, there) in misplaced(plan, &self.recorder.progress) {
            let standing = self.recorder.progress.operations.get(&id).cloned();
            let (Some(operation), Some(before)) = (plan.operation(id), standing) else {
                continue;
            };
            if let Some(rename) = self.rename(operation, &there, &before)
                && self.is_free(rename.action.to()).await
            {
                let end = self.carry_out(&rename, operation).await?;
                self.renamed(operation, before, end)?;
            }
        }
        Ok(())
    }

    /// What takes a misplaced entry to its planned name.
    fn rename(
        &self,
        operation: &Operation,
        there: &Address,
        before: &Standing,
    ) -> Option<Operation> {
        let to = operation.action.to()?;
        let Standing::Done { id, .. } = before else {
            return None;
        };
        let folder = there.path.parent()?;
        let from = Place {
            id: id.clone(),
            ..Place::new(there.space.clone(), there.path.clone())
        };
        let to = Place::new(there.space.clone(), folder.join_trusted(to.path.name()?));
        let strategy = Strategy::Fail;
        let sheet = self.site.provider.capabilities(&there.space).ok()?;
        let action = if sheet.rename.is_some() || sheet.naming == Naming::Kept {
            Action::Rename { from, to, strategy }
        } else {
            Action::Move {
                from,
                to,
                strategy,
                permissions: Permissions::Preserve,
            }
        };
        Some(Operation {
            action,
            relies_on: Vec::new(),
            ..operation.clone()
        })
    }

    /// Records what came of a misplaced entry. Where its name was refused, it stays misplaced.
    fn renamed(
        &mut self,
        operation: &Operation,
        before: Standing,
        end: End,
    ) -> Result<(), JournalError> {
        let Standing::Done {
            evidence,
            id,
            name,
            bin,
        } = before
        else {
            return Ok(());
        };
        let done = match end {
            End::Done(renamed) => ItemDone {
                id: renamed.id.or(id),
                name: None,
                bin,
            },
            End::NotActed(_) | End::Failed(_) => ItemDone { id, name, bin },
            End::Doubtful(message) | End::Pending(message) => {
                return self.recorder.doubt(operation.id, message);
            }
        };
        self.done(operation.id, evidence, done)?;
        self.whereabouts = Whereabouts::after(self.site.plan, &self.recorder.progress);
        Ok(())
    }

    async fn repair_one(&mut self, stranded: &Stranded<'_>) -> Result<(), ApplyError> {
        let Stranded { first, second } = stranded;
        let sent = self.whereabouts.resolve(second).into_owned();
        let Some(here) = sent.action.from() else {
            return Ok(());
        };
        if self.is_free(Some(here)).await {
            return Ok(self.lose(here, second)?);
        }
        if self.is_free(sent.action.to()).await {
            match self.carry_out(&sent, second).await? {
                End::Done(done) => return Ok(self.done(second.id, Evidence::Reply, done)?),
                End::Doubtful(message) | End::Pending(message) => {
                    return Ok(self.recorder.doubt(second.id, message)?);
                }
                End::NotActed(_) | End::Failed(_) => self.recorder.record(Fact::Absent {
                    operation: second.id,
                })?,
            }
        }
        let before = first.action.from().map(|from| {
            let address = self.whereabouts.real(&from.address());
            Place::new(address.space, address.path)
        });
        if self.is_free(before.as_ref()).await
            && let Some(back) = way_back(self.site.provider, first, here, before)
        {
            match self.carry_out(&back, first).await? {
                End::Done(_) => self.take_back(first)?,
                End::Doubtful(message) | End::Pending(message) => {
                    self.recorder.doubt(first.id, message)?;
                }
                End::NotActed(_) | End::Failed(_) => self.leave(here, second)?,
            }
            return Ok(());
        }
        Ok(self.leave(here, second)?)
    }

    async fn is_free(&self, place: Option<&Place>) -> bool {
        let places: Vec<Place> = place.cloned().into_iter().collect();
        match self.site.provider.fetch(&places).await {
            Ok(found) => found.iter().all(Option::is_none),
            Err(_) => false,
        }
    }

    /// Makes a call for one operation, intended in the name of `named`, until it acts.
    pub(super) async fn carry_out(
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
            let tasks = reply.iter().flat_map(|reply| &reply.tasks);
            let tasks: Vec<TaskId> = tasks.map(|task| task.task.clone()).collect();
            let seen = self.site.follow(&tasks).await;
            match ends(&call, reply, &seen).pop() {
                Some((_, End::NotActed(pause))) => self.site.rest(pause).await,
                Some((_, end)) => return Ok(end),
                None => return Ok(End::Doubtful("the reply says nothing of it".into())),
            }
            call.attempt += 1;
        }
    }

    fn take_back(&mut self, first: &Operation) -> Result<(), JournalError> {
        let operation = first.id;
        self.recorder.record(Fact::Absent { operation })?;
        self.whereabouts = Whereabouts::after(self.site.plan, &self.recorder.progress);
        Ok(())
    }

    /// An entry that somebody took from its temporary name cannot be taken anywhere.
    fn lose(&mut self, here: &Place, second: &Operation) -> Result<(), JournalError> {
        self.recorder.record(Fact::Failed {
            operation: second.id,
            kind: ErrorKind::NotFound.word().to_owned(),
            message: format!("what it was to carry is no longer at {here}"),
        })
    }

    /// An entry that stays under its temporary name keeps the run from counting as settled.
    fn leave(&mut self, here: &Place, second: &Operation) -> Result<(), JournalError> {
        let message = format!("what it was to carry is left at {here}");
        self.recorder.doubt(second.id, message)
    }
}

/// What is left under temporary names, the last first.
fn stranded<'p>(plan: &'p Plan, progress: &RunProgress) -> Vec<Stranded<'p>> {
    let temporary = |operation: &&Operation| {
        let passes = operation.reason == Reason::Temporary && !is_of_staging_folder(operation);
        passes && progress.is_done(operation.id)
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

/// What undoes an operation that led to a temporary name: from where the entry is to where it was
/// before.
fn way_back(
    provider: &dyn Provider,
    first: &Operation,
    here: &Place,
    before: Option<Place>,
) -> Option<Operation> {
    let from = here.clone();
    let strategy = Strategy::Fail;
    let action = match &first.action {
        Action::Move { .. } => Action::Move {
            from,
            to: before?,
            strategy,
            permissions: Permissions::Preserve,
        },
        Action::Rename { .. } => Action::Rename {
            from,
            to: before?,
            strategy,
        },
        Action::Copy { .. } => {
            let sheet = provider.capabilities(&here.space).ok()?;
            let disposal = if sheet.bin == Bin::Present {
                Disposal::Recycle
            } else {
                Disposal::Permanent
            };
            Action::Remove { at: from, disposal }
        }
        Action::CreateFolder { .. } | Action::Remove { .. } => return None,
    };
    Some(Operation {
        action,
        relies_on: Vec::new(),
        ..first.clone()
    })
}
