//! Carrying out a plan under the lock: journal, executor, state, report.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::args::Reporting;
use super::command::show_run;
use super::error::{CommandError, exit_of_word};
use super::exit::ExitCode;
use super::output::Output;
use super::signals::Signals;
use super::spaces::Spaces;
use super::surroundings::Surroundings;
use crate::apply::{ApplyError, Executor, RunSetup, Stop};
use crate::clock::Clock;
use crate::journal::{Fact, JournalSink, Outcome, Record, RunProgress, Standing, advance};
use crate::plan::Plan;
use crate::provider::Progress;
use crate::provider::layer::SystemPause;
use crate::report::{ProgressBar, instant};
use crate::state::{Lineage, RunId, State};
use crate::store::{FileJournal, Holder, JournalStore, Loaded, Lock, StateFolder, StateStore};
use crate::tree::Digest;

/// The state folder, held by this run alone.
pub(crate) struct Held {
    /// Nobody else writes while this lives.
    pub(crate) lock: Lock,
    /// The name of the run that holds it.
    pub(crate) run: RunId,
    /// Where the state is.
    pub(crate) states: StateStore,
    /// Where the journals are.
    pub(crate) journals: JournalStore,
}

/// The state as it was before a run.
pub(crate) struct Before {
    /// What is recorded; empty before the first run.
    pub(crate) state: State,
    /// The digest of its file; `None` before the first run.
    pub(crate) digest: Option<Digest>,
}

/// Everything that carrying out needs.
pub(crate) struct Carrier<'a> {
    /// The spaces.
    pub(crate) spaces: &'a Spaces,
    /// The state folder.
    pub(crate) held: &'a Held,
    /// Time and chance.
    pub(crate) around: &'a Surroundings,
    /// Where words go.
    pub(crate) output: Output,
}

/// How a run went.
pub(crate) struct Ran {
    /// What its journal says.
    pub(crate) records: Vec<Record>,
    /// The same, folded.
    pub(crate) progress: RunProgress,
    /// The signal that stopped it, as an exit code.
    pub(crate) signal: Option<ExitCode>,
}

impl Held {
    /// Takes the lock of a state folder.
    ///
    /// # Errors
    /// Somebody else holds it, or the folder cannot be written.
    pub(crate) fn take(folder: &StateFolder, around: &Surroundings) -> Result<Self, CommandError> {
        let now = around.clock.now();
        let run = run_id(around);
        let holder = Holder::this_process(run.clone(), now);
        Ok(Self {
            lock: Lock::take(folder, &holder)?,
            run,
            states: StateStore::new(folder.clone()),
            journals: JournalStore::new(folder.clone()),
        })
    }

    /// Refuses to begin something new after a run that did not come to its end.
    ///
    /// # Errors
    /// There is such a run.
    pub(crate) fn check_finished(&self) -> Result<(), CommandError> {
        let Some(stored) = self.journals.newest_unfinished()? else {
            return Ok(());
        };
        if stored.damage.is_none() && !RunProgress::of(&stored.records).must_be_resumed() {
            return Ok(());
        }
        let message = format!("the run {} did not come to its end", stored.run);
        Err(CommandError::new(ExitCode::Partial, message)
            .hint("`reshelve resume` finds out what it did and goes on"))
    }

    /// The state, loaded under the lock.
    ///
    /// # Errors
    /// It cannot be read.
    pub(crate) fn load(
        &self,
        fresh: &Lineage,
        output: Output,
    ) -> Result<(Before, Known), CommandError> {
        Ok(match self.states.load()? {
            None => {
                let state = State::new(fresh.clone());
                (
                    Before {
                        state,
                        digest: None,
                    },
                    Known::Nothing,
                )
            }
            Some(Loaded {
                state,
                digest,
                recovery,
            }) => {
                if let Some(recovery) = recovery {
                    output.remark(&format!("warning: {recovery}"));
                }
                let digest = Some(digest);
                (Before { state, digest }, Known::Something)
            }
        })
    }
}

/// Whether there was a state before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Known {
    /// This is the first run.
    Nothing,
    /// An earlier run recorded something.
    Something,
}

/// Names that sort by time, and that two machines do not share.
fn run_id(around: &Surroundings) -> RunId {
    let time = crate::report::instant(around.clock.now()).replace([':', '-'], "");
    let chance: String = around.chance.chars().take(8).collect();
    RunId::new(&format!("{time}-{chance}"))
}

impl Carrier<'_> {
    /// Carries out a plan that is fresh, and records what came of it.
    ///
    /// # Errors
    /// The journal or the state cannot be written, or a second signal came.
    pub(crate) async fn carry_out(&self, plan: &Plan, before: Before) -> Result<Ran, CommandError> {
        let held = self.held;
        let clock = &*self.around.clock;
        let mut journal = held.journals.create(&held.lock, &held.run, plan, clock)?;
        let setup = RunSetup {
            run: held.run.clone(),
            serial: before.state.serial,
            program: concat!("reshelve ", env!("CARGO_PKG_VERSION")).to_owned(),
        };
        let ran = self
            .watched(plan, &mut journal, Vec::new(), async |executor| {
                executor.run(plan, &setup).await
            })
            .await?;
        self.record(plan, before, &ran, &mut journal)?;
        Ok(ran)
    }

    /// Finds out what became of a run that was cut off, and records it.
    ///
    /// # Errors
    /// As for carrying out.
    pub(crate) async fn settle(
        &self,
        run: &RunId,
        plan: &Plan,
        before: Before,
    ) -> Result<Ran, CommandError> {
        let held = self.held;
        let clock = &*self.around.clock;
        let (mut journal, records) = held.journals.reopen(&held.lock, run, plan, clock)?;
        let progress = RunProgress::of(&records);
        let ran = self
            .watched(plan, &mut journal, records, async |executor| {
                executor.settle(plan, run, progress).await
            })
            .await?;
        self.record(plan, before, &ran, &mut journal)?;
        Ok(ran)
    }

    /// Notes in a run's journal that what was left of it was taken care of.
    ///
    /// # Errors
    /// The journal cannot be written.
    pub(crate) fn mark_resumed(
        &self,
        run: &RunId,
        plan: &Plan,
        by: Option<&RunId>,
    ) -> Result<(), CommandError> {
        let clock = &*self.around.clock;
        let journals = &self.held.journals;
        let (mut journal, _) = journals.reopen(&self.held.lock, run, plan, clock)?;
        journal.append(Fact::Resumed { by: by.cloned() })?;
        journal.sync()?;
        Ok(())
    }

    /// Runs an executor with a progress bar and an ear for signals.
    async fn watched(
        &self,
        plan: &Plan,
        journal: &mut FileJournal<'_>,
        mut records: Vec<Record>,
        work: impl AsyncFnOnce(Executor<'_>) -> Result<RunProgress, ApplyError>,
    ) -> Result<Ran, CommandError> {
        let mut signals = Signals::listen()?;
        let stop = Stop::new();
        let items = plan.operations.len() as u64;
        let heard = Heard {
            bar: ProgressBar::over(items, "applying", self.output.progress()),
            bytes: AtomicU64::new(0),
            clock: &*self.around.clock,
            output: self.output,
        };
        let mut watch = |record: &Record| records.push(record.clone());
        let executor = Executor {
            provider: &*self.spaces.provider,
            journal,
            pause: &SystemPause,
            stop: &stop,
            heard: &heard,
            watch: &mut watch,
        };
        let guarded = signals.guard(work(executor), &stop, self.output).await;
        heard.bar.finish();
        // After a second signal a thread may still be at work on an item.
        let (result, signal) = guarded.inspect_err(|_| self.held.lock.hold_until_exit())?;
        Ok(Ran {
            progress: result?,
            records,
            signal,
        })
    }

    /// Folds a run into the state, and says in its journal that this was done.
    fn record(
        &self,
        plan: &Plan,
        before: Before,
        ran: &Ran,
        journal: &mut FileJournal<'_>,
    ) -> Result<(), CommandError> {
        let state = advance(before.state, before.digest, plan, &ran.progress);
        self.held.states.publish(&self.held.lock, &state)?;
        journal.append(Fact::Checkpoint {
            serial: state.serial,
        })?;
        journal.sync()?;
        Ok(())
    }
}

impl Ran {
    /// Shows the run and tells how the command ends.
    ///
    /// # Errors
    /// The answer cannot be written.
    pub(crate) fn finish(
        &self,
        plan: &Plan,
        reporting: &Reporting,
        output: Output,
    ) -> Result<ExitCode, CommandError> {
        let exit = self.show(plan, reporting, output)?;
        if exit != ExitCode::Done {
            output.remark("the journal is kept; `reshelve resume` goes on");
        }
        Ok(exit)
    }

    /// Shows the run where nothing is left for `resume`.
    ///
    /// # Errors
    /// The answer cannot be written.
    pub(crate) fn show(
        &self,
        plan: &Plan,
        reporting: &Reporting,
        output: Output,
    ) -> Result<ExitCode, CommandError> {
        show_run(plan, &self.records, reporting, output)?;
        Ok(self.exit())
    }

    fn exit(&self) -> ExitCode {
        match (self.progress.outcome, self.signal) {
            (Some(Outcome::Complete), _) => ExitCode::Done,
            (Some(Outcome::Interrupted) | None, Some(signal)) => signal,
            (Some(Outcome::Interrupted), None) => ExitCode::Interrupted,
            (Some(Outcome::Partial) | None, _) => self.only_cause().unwrap_or(ExitCode::Partial),
        }
    }

    /// Where nothing was done at all and every failure has one cause that has an exit code of its
    /// own, that code says more than `Partial`.
    fn only_cause(&self) -> Option<ExitCode> {
        let mut causes = BTreeSet::new();
        for standing in self.progress.operations.values() {
            match standing {
                Standing::Failed { kind, .. } => causes.insert(exit_of_word(kind)),
                Standing::Skipped { .. } | Standing::Absent => continue,
                Standing::Done { .. } | Standing::InDoubt { .. } => return None,
            };
        }
        let only = causes.pop_first()?;
        (causes.is_empty() && only != ExitCode::Failed).then_some(only)
    }
}

/// Passes on to a bar what a provider says within a call.
struct Heard<'a> {
    bar: ProgressBar,
    bytes: AtomicU64,
    clock: &'a dyn Clock,
    output: Output,
}

impl Progress for Heard<'_> {
    fn bytes(&self, count: u64) {
        let all = self.bytes.fetch_add(count, Ordering::Relaxed) + count;
        self.bar.carried(all);
    }

    fn item(&self) {
        self.bar.advance(1);
    }

    fn settling(&self, operations: usize, time: Duration) {
        let seconds = i64::try_from(time.as_secs()).unwrap_or(i64::MAX);
        let until = instant(self.clock.now().plus_seconds(seconds));
        let subject = match operations {
            1 => "1 operation is in doubt".to_owned(),
            more => format!("{more} operations are in doubt"),
        };
        let text = format!(
            "{subject}; what the service may still do shows until {until}, and is looked at then \
             (Ctrl-C stops the wait)"
        );
        self.bar.aside(|| self.output.remark(&text));
    }
}
