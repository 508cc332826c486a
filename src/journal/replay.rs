//! How far a run got, told by its records alone.

use std::collections::BTreeMap;

use super::misplaced::misplaced;
use super::record::{Evidence, Fact, Outcome, Record, TaskItem};
use crate::plan::{OperationId, Plan};
use crate::state::{Lineage, PlanId, RunId, Seen};
use crate::tree::{Address, EntryId, EntryKind, Timestamp};

/// What the records of one run say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RunProgress {
    /// How the run began; `None` while it has no record.
    pub start: Option<Start>,
    /// How far each operation got; one that was not started has no entry.
    pub operations: BTreeMap<OperationId, Standing>,
    /// When each operation was intended for the first time: what it brought is no older.
    pub intended: BTreeMap<OperationId, Timestamp>,
    /// What operations brought that were done and are in doubt again, because their entry was to be
    /// put right.
    pub brought: BTreeMap<OperationId, EntryId>,
    /// The tasks that carry operations which did not come to an end yet.
    pub tasks: BTreeMap<OperationId, TaskItem>,
    /// Entries that were read back and are as simulated.
    pub verified: BTreeMap<Address, (EntryKind, Seen)>,
    /// Entries that were read back and are not as simulated, with what is different.
    pub differs: BTreeMap<Address, String>,
    /// The serial of the last state that was written for this run.
    pub checkpoint: Option<u64>,
    /// How the run ended; `None` while it runs, and where it was killed.
    pub outcome: Option<Outcome>,
    /// Whether what was left of it was taken care of later.
    pub resumed: bool,
}

/// How a run began.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Start {
    /// The run.
    pub run: RunId,
    /// What it applies.
    pub plan: PlanId,
    /// To which state.
    pub lineage: Lineage,
    /// How often that state had been written.
    pub serial: u64,
    /// When.
    pub at: Timestamp,
}

/// How far one operation got.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// A call was made or about to be made, and nobody knows whether it had an effect.
    InDoubt {
        /// How often the operation was tried before.
        attempt: u32,
        /// What is known of it; empty where the run was killed in the call.
        message: String,
    },
    /// It was tried and had no effect; it may be tried again.
    Absent,
    /// It is done.
    Done {
        /// How that is known.
        evidence: Evidence,
        /// The id of the entry that came to be or was moved.
        id: Option<EntryId>,
        /// The name that the service gave, where it was not the one asked for.
        name: Option<String>,
        /// Where a removed entry can be found again.
        bin: Option<String>,
    },
    /// It failed and had no effect.
    Failed {
        /// The kind of error, as a word.
        kind: String,
        /// What the provider said.
        message: String,
    },
    /// It was not tried.
    Skipped {
        /// The operation that was not done before; itself where the run was stopped.
        because: OperationId,
    },
}

/// How many operations of a plan got how far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Done.
    pub done: u64,
    /// Failed without an effect.
    pub failed: u64,
    /// Not tried, because something before was not done or the run was stopped.
    pub skipped: u64,
    /// Done, under another name than the planned one.
    pub misplaced: u64,
    /// In doubt.
    pub unresolved: u64,
    /// Not started.
    pub not_started: u64,
    /// Entries that are not as simulated.
    pub differs: u64,
}

impl RunProgress {
    /// What all these records say.
    pub fn of<'a>(records: impl IntoIterator<Item = &'a Record>) -> Self {
        let mut progress = Self::default();
        for record in records {
            progress.take(record);
        }
        progress
    }

    /// Takes one more record.
    pub fn take(&mut self, record: &Record) {
        match &record.fact {
            Fact::RunStart {
                run,
                plan,
                lineage,
                serial,
                program: _,
            } => {
                self.start = Some(Start {
                    run: run.clone(),
                    plan: plan.clone(),
                    lineage: lineage.clone(),
                    serial: *serial,
                    at: record.at,
                });
            }
            Fact::Intent { operations, .. } => {
                for &operation in operations {
                    self.intended.entry(operation).or_insert(record.at);
                    if let Some(Standing::Done { id: Some(id), .. }) =
                        self.operations.get(&operation)
                    {
                        self.brought.insert(operation, id.clone());
                    }
                }
                self.take_operation(&record.fact);
            }
            Fact::Tasks { items, .. } => {
                let items = items.iter().cloned();
                (self.tasks).extend(items.map(|item| (item.operation, item)));
            }
            Fact::Verified { target, kind, seen } => {
                self.differs.remove(target);
                self.verified.insert(target.clone(), (*kind, seen.clone()));
            }
            Fact::Differs { target, message } => {
                self.verified.remove(target);
                self.differs.insert(target.clone(), message.clone());
            }
            Fact::Resumed { .. } => self.resumed = true,
            Fact::Checkpoint { serial } => self.checkpoint = Some(*serial),
            Fact::RunEnd { outcome } => self.outcome = Some(*outcome),
            Fact::Done { .. }
            | Fact::Failed { .. }
            | Fact::Unknown { .. }
            | Fact::Absent { .. }
            | Fact::Skipped { .. } => self.take_operation(&record.fact),
        }
    }

    fn take_operation(&mut self, fact: &Fact) {
        match fact {
            Fact::Intent {
                attempt,
                operations,
                ..
            } => {
                for &operation in operations {
                    let (attempt, message) = (*attempt, String::new());
                    self.set(operation, Standing::InDoubt { attempt, message });
                }
            }
            Fact::Done {
                operation,
                evidence,
                id,
                name,
                bin,
            } => {
                let standing = Standing::Done {
                    evidence: *evidence,
                    id: id.clone(),
                    name: name.clone(),
                    bin: bin.clone(),
                };
                self.set(*operation, standing);
            }
            Fact::Failed {
                operation,
                kind,
                message,
            } => {
                let (kind, message) = (kind.clone(), message.clone());
                self.set(*operation, Standing::Failed { kind, message });
            }
            Fact::Unknown { operation, message } => {
                let attempt = match self.operations.get(operation) {
                    Some(Standing::InDoubt { attempt, .. }) => *attempt,
                    _ => 0,
                };
                let message = message.clone();
                let standing = Standing::InDoubt { attempt, message };
                self.operations.insert(*operation, standing);
            }
            Fact::Absent { operation } => self.set(*operation, Standing::Absent),
            Fact::Skipped { operation, because } => {
                self.set(*operation, Standing::Skipped { because: *because });
            }
            Fact::RunStart { .. }
            | Fact::Tasks { .. }
            | Fact::Verified { .. }
            | Fact::Differs { .. }
            | Fact::Resumed { .. }
            | Fact::Checkpoint { .. }
            | Fact::RunEnd { .. } => {}
        }
    }

    /// A task is of no interest any more once its operation ended or is tried anew.
    fn set(&mut self, operation: OperationId, standing: Standing) {
        self.tasks.remove(&operation);
        self.operations.insert(operation, standing);
    }

    /// Whether an operation is done.
    pub fn is_done(&self, operation: OperationId) -> bool {
        matches!(self.operations.get(&operation), Some(Standing::Done { .. }))
    }

    /// The operations of which nobody knows whether they had an effect.
    pub fn in_doubt(&self) -> Vec<OperationId> {
        self.operations
            .iter()
            .filter(|(_, standing)| matches!(standing, Standing::InDoubt { .. }))
            .map(|(operation, _)| *operation)
            .collect()
    }

    /// How many operations of the plan got how far.
    pub fn counts(&self, plan: &Plan) -> Counts {
        let misplaced = misplaced(plan, self);
        let mut counts = Counts {
            differs: self.differs.len() as u64,
            ..Counts::default()
        };
        for operation in &plan.operations {
            let count = match self.operations.get(&operation.id) {
                None | Some(Standing::Absent) => &mut counts.not_started,
                Some(Standing::InDoubt { .. }) => &mut counts.unresolved,
                Some(Standing::Done { .. }) if misplaced.contains_key(&operation.id) => {
                    &mut counts.misplaced
                }
                Some(Standing::Done { .. }) => &mut counts.done,
                Some(Standing::Failed { .. }) => &mut counts.failed,
                Some(Standing::Skipped { .. }) => &mut counts.skipped,
            };
            *count += 1;
        }
        counts
    }

    /// Whether storage may differ from what the state says of it: the run was killed or stopped, or
    /// calls of it are in doubt. Nothing else may be applied before it was resumed.
    pub fn must_be_resumed(&self) -> bool {
        let ended = matches!(self.outcome, Some(Outcome::Complete | Outcome::Partial))
            && self.checkpoint.is_some();
        self.says_something() && !self.resumed && (!ended || !self.in_doubt().is_empty())
    }

    /// Whether resuming it can do anything: it did not reach its end.
    pub fn can_be_resumed(&self) -> bool {
        let complete = self.outcome == Some(Outcome::Complete) && self.checkpoint.is_some();
        self.says_something() && !self.resumed && !complete
    }

    /// Whether anything is known of the run. Damage can take away how it began and leave its calls.
    pub fn says_something(&self) -> bool {
        self.start.is_some() || !self.operations.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::sample;
    use crate::plan::sample::plan;

    #[test]
    fn every_prefix_tells_how_far_the_run_got() {
        let records = sample::records();
        let summary = |length: usize| {
            let progress = RunProgress::of(&records[..length]);
            let Counts {
                done,
                failed,
                skipped,
                misplaced: _,
                unresolved,
                not_started,
                differs,
            } = progress.counts(&plan());
            let counts = [done, failed, skipped, unresolved, not_started, differs];
            (
                counts,
                progress.must_be_resumed(),
                progress.can_be_resumed(),
            )
        };
        let expected = [
            ([0, 0, 0, 0, 6, 0], false, false),
            ([0, 0, 0, 0, 6, 0], true, true),
            ([0, 0, 0, 2, 4, 0], true, true),
            ([0, 0, 0, 2, 4, 0], true, true),
            ([1, 0, 0, 1, 4, 0], true, true),
            ([1, 1, 0, 0, 4, 0], true, true),
            ([1, 1, 0, 1, 3, 0], true, true),
            ([1, 1, 0, 0, 4, 0], true, true),
            ([1, 1, 1, 0, 3, 0], true, true),
            ([1, 1, 1, 0, 3, 0], true, true),
            ([1, 1, 1, 0, 3, 1], true, true),
            ([1, 1, 1, 0, 3, 1], true, true),
            ([1, 1, 1, 0, 3, 1], false, true),
            ([1, 1, 1, 0, 3, 1], false, false),
        ];
        for (length, expected) in expected.into_iter().enumerate() {
            assert_eq!(summary(length), expected, "{length}");
        }
    }

    #[test]
    fn a_second_look_replaces_the_first() {
        let target = crate::plan::sample::address("desk:/a");
        let seen = crate::plan::sample::seen(1);
        let kind = EntryKind::File;
        let differs = Fact::Differs {
            target: target.clone(),
            message: "gone".into(),
        };
        let verified = Fact::Verified { target, kind, seen };
        let records =
            sample::record_all(vec![verified.clone(), differs.clone(), verified, differs]);
        for length in 1..=4 {
            let progress = RunProgress::of(&records[..length]);
            assert_eq!(progress.verified.len(), length % 2);
            assert_eq!(progress.differs.len(), 1 - length % 2);
        }
    }
}
