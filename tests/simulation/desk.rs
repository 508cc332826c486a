//! A process: what `apply` and `resume` do, step for step, with the real planner, observer,
//! executor and stores.

use std::collections::BTreeSet;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use reshelve::apply::{ApplyError, Executor, RunSetup, Stop};
use reshelve::diagnostic::Diagnostic;
use reshelve::journal::{Fact, JournalSink, Outcome, Record, RunProgress, advance};
use reshelve::manifest::Manifest;
use reshelve::observe::{Limits, ObserveError, Sought, observe, observe_for_plan};
use reshelve::plan::{
    self, BasedOn, Capabilities, KnownEntries, Place, Plan, PlanInput, Stale, Verdict, freshness,
    soundness, unapproved,
};
use reshelve::provider::layer::{Pause, RetryReadsLayer};
use reshelve::provider::{NoProgress, Provider};
use reshelve::state::{Lineage, RunId, State};
use reshelve::store::{Holder, JournalStore, Loaded, Lock, StateFolder, StateStore, StoreError};
use reshelve::tree::{Address, Digest, ObservedWorld, SpaceAlias};

use crate::FOLDER;
use crate::disk::RoomDisk;
use crate::planted::{Planted, sink, wrapped};
use crate::provider::RoomProvider;
use crate::room::{Room, RoomClock, lock};

/// Everything that a process is given.
#[derive(Clone)]
pub(crate) struct Desk {
    pub(crate) room: Arc<Room>,
    pub(crate) manifest: Manifest,
    pub(crate) sheets: std::collections::BTreeMap<SpaceAlias, Capabilities>,
    pub(crate) planted: Option<Planted>,
    /// Keeps names of runs apart.
    pub(crate) number: u64,
}

/// How a process ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Everything is as it should be.
    Done,
    /// Something is left.
    Partial,
    /// The plan is refused.
    Refused,
    /// Something changed since the plan was made.
    Stale,
    /// Another process holds the lock.
    Locked,
    /// Another run has to be resumed first.
    Unfinished,
    /// There is nothing to resume.
    NothingToResume,
    /// The state was written by somebody else.
    Moved,
    /// A service could not be read, or the disk failed.
    Failed(String),
}

impl From<StoreError> for Exit {
    fn from(error: StoreError) -> Self {
        if matches!(error, StoreError::Locked { .. }) {
            Self::Locked
        } else if matches!(error, StoreError::StateMoved { .. }) {
            Self::Moved
        } else {
            Self::Failed(error.to_string())
        }
    }
}

impl From<ObserveError> for Exit {
    fn from(error: ObserveError) -> Self {
        Self::Failed(error.to_string())
    }
}

impl From<ApplyError> for Exit {
    fn from(error: ApplyError) -> Self {
        Self::Failed(error.to_string())
    }
}

impl From<Stale> for Exit {
    fn from(_: Stale) -> Self {
        Self::Stale
    }
}

/// The state folder, held by this process.
struct Held {
    lock: Lock,
    run: RunId,
    states: StateStore,
    journals: JournalStore,
}

/// The state before a run.
struct Before {
    state: State,
    digest: Option<Digest>,
}

/// How a plan is approved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Approval {
    /// At once.
    Given,
    /// By a person, who takes some time.
    After(u64),
}

impl Desk {
    fn clock(&self) -> RoomClock {
        RoomClock(Arc::clone(&self.room))
    }

    /// The service, with the layers that a process puts before it.
    fn provider(&self) -> Arc<dyn Provider> {
        let provider = Arc::new(RoomProvider(Arc::clone(&self.room)));
        let provider = wrapped(provider, self.planted);
        Arc::new(RetryReadsLayer::new(provider, Arc::new(self.clock())))
    }

    fn folder(&self) -> StateFolder {
        StateFolder::on(Arc::new(RoomDisk(Arc::clone(&self.room))), FOLDER)
    }

    fn hold(&self) -> Result<Held, Exit> {
        use reshelve::clock::Clock;
        let now = self.clock().now();
        let run = RunId::at(now, self.number);
        let holder = Holder {
            process: self.number as u32,
            host: "here".into(),
            run: run.clone(),
            since: now,
        };
        let folder = self.folder();
        Ok(Held {
            lock: Lock::take(&folder, &holder)?,
            run,
            states: StateStore::new(folder.clone()),
            journals: JournalStore::new(folder),
        })
    }

    /// Plans, asks, and carries out that same plan.
    pub(crate) async fn apply(&self, approval: Approval) -> Result<Exit, Exit> {
        let held = self.hold()?;
        if let Some(stored) = held.journals.newest_unfinished()?
            && (stored.damage.is_some() || RunProgress::of(&stored.records).must_be_resumed())
        {
            return Err(Exit::Unfinished);
        }
        let observed = self.room.now();
        let plan = self.plan().await?;
        let has_work = match plan.verdict() {
            Verdict::Refused => return Err(Exit::Refused),
            Verdict::Ready => true,
            Verdict::NothingToDo => !plan.adoptions.is_empty() || !plan.forgotten.is_empty(),
        };
        if !has_work {
            return Ok(Exit::Done);
        }
        let observed = match approval {
            Approval::Given => observed,
            Approval::After(time) => {
                self.clock().pause(Duration::from_millis(time)).await;
                let observed = self.room.now();
                self.check(&plan, &held).await?;
                observed
            }
        };
        let before = self.load(&held)?;
        let progress = self.carry_out(&held, &plan, before, observed).await?;
        Ok(exit_of(&progress))
    }

    /// Settles the newest unfinished run, then plans and carries out what is left.
    pub(crate) async fn resume(&self) -> Result<Exit, Exit> {
        let held = self.hold()?;
        let Some(stored) = held.journals.newest_unfinished()? else {
            return Err(Exit::NothingToResume);
        };
        let approved = held.journals.plan(&stored.run)?;
        let before = self.load(&held)?;
        let progress = self.settle(&held, &stored.run, &approved, before).await?;
        if !progress.in_doubt().is_empty() {
            return Ok(exit_of(&progress));
        }
        let observed = self.room.now();
        let rest = self.plan().await?;
        match rest.verdict() {
            Verdict::Refused => return Err(Exit::Refused),
            Verdict::NothingToDo => {
                self.mark_resumed(&held, &stored.run, &approved, None)?;
                return Ok(Exit::Done);
            }
            Verdict::Ready => {}
        }
        let new = unapproved(&rest, &approved).len();
        self.room
            .note(format_args!("{new} operations are new to the person"));
        self.check(&rest, &held).await?;
        let before = self.load(&held)?;
        let progress = self.carry_out(&held, &rest, before, observed).await?;
        let by = Some(&held.run);
        self.mark_resumed(&held, &stored.run, &approved, by)?;
        Ok(exit_of(&progress))
    }

    /// A sealed plan over what is there now.
    pub(crate) async fn plan(&self) -> Result<Plan, Exit> {
        use reshelve::clock::Clock;
        let manifests = std::slice::from_ref(&self.manifest);
        let (state, _) = self.known(&StateStore::new(self.folder()))?;
        let scopes = plan::scopes(manifests, &state);
        let known = KnownEntries::recorded(manifests, &state);
        let sought = Sought {
            scopes: &scopes,
            known: Some(&known),
        };
        let based_on = BasedOn {
            manifest: self.manifest.digest(),
            files: vec!["m.yaml".into()],
            names: vec!["m".into()],
            variables: Default::default(),
            lineage: state.lineage.clone(),
            serial: state.serial,
        };
        let now = self.clock().now();
        let provider = self.provider();
        let planned = observe_for_plan(&provider, sought, limits(), &|_| {}, |observed| {
            plan::plan(&PlanInput {
                manifests,
                observed: &observed.world,
                recorded: &state,
                sheets: &self.sheets,
                accepted: &BTreeSet::new(),
                based_on: &based_on,
                now,
                reads: observed.reads,
            })
        });
        let (_, plan) = planned.await?;
        let plan = plan::file::seal(plan);
        for (address, provenance) in &state.records {
            self.room
                .note(format_args!("recorded {address} {provenance:?}"));
        }
        self.note_plan(&plan);
        Ok(plan)
    }

    fn note_plan(&self, plan: &Plan) {
        let operations: Vec<String> = plan
            .operations
            .iter()
            .map(|it| format!("{} {}", it.id, crate::storage::described(it)))
            .collect();
        self.room.note(format_args!(
            "plan {:?} with {} adoptions, {} findings: {}",
            plan.verdict(),
            plan.adoptions.len(),
            plan.findings.len(),
            operations.join(", ")
        ));
        for finding in &plan.findings {
            if finding.code == "internal" {
                self.unproven(finding);
            }
        }
    }

    /// A plan that cannot be proven is an error of the planner, although nothing is written. One
    /// that follows what other people did is counted and no more until the planner finds its way
    /// from everywhere.
    fn unproven(&self, finding: &Diagnostic) {
        self.room.note(format_args!("unproven {finding:?}"));
        self.room.fired("plan-not-proven");
        let mut service = lock(&self.room.service);
        if service.setting.others == 0 {
            service
                .ledger
                .wrong(format!("a plan is refused: {finding:?}"));
        }
    }

    /// The last look before the first write.
    async fn check(&self, plan: &Plan, held: &Held) -> Result<(), Exit> {
        use reshelve::clock::Clock;
        let (state, digest) = self.known(&held.states)?;
        let known = digest.map(|_| &state);
        let now = self.clock().now();
        freshness::check_origin(plan, known, &self.manifest.digest(), now)?;
        let manifests = std::slice::from_ref(&self.manifest);
        let sound = soundness::check(plan, manifests, &state, now)
            .and_then(|()| soundness::check_sheets(plan, &self.sheets));
        if let Err(stale) = sound {
            let mut service = lock(&self.room.service);
            service.ledger.wrong(format!("a plan is unsound: {stale}"));
        }
        let observed = self.look(plan).await?;
        freshness::check(plan, &observed)?;
        Ok(soundness::check_protections(plan, manifests, &observed)?)
    }

    async fn look(&self, plan: &Plan) -> Result<ObservedWorld, Exit> {
        let scopes = freshness::relied_on(plan);
        let known = KnownEntries::relied_on(plan);
        let sought = Sought {
            scopes: &scopes,
            known: Some(&known),
        };
        let provider = self.provider();
        Ok(observe(&provider, sought, limits(), &|_| {}).await?.world)
    }

    fn known(&self, states: &StateStore) -> Result<(State, Option<Digest>), Exit> {
        Ok(match states.load()? {
            None => (State::new(Lineage::new("lineage")), None),
            Some(Loaded {
                state,
                digest,
                recovery,
            }) => {
                if let Some(recovery) = recovery {
                    let mut service = lock(&self.room.service);
                    service
                        .ledger
                        .wrong(format!("a state is damaged: {recovery}"));
                }
                (state, Some(digest))
            }
        })
    }

    fn load(&self, held: &Held) -> Result<Before, Exit> {
        let (state, digest) = self.known(&held.states)?;
        Ok(Before { state, digest })
    }

    async fn carry_out(
        &self,
        held: &Held,
        plan: &Plan,
        before: Before,
        observed: u64,
    ) -> Result<RunProgress, Exit> {
        let clock = self.clock();
        let mut journal = held.journals.create(&held.lock, &held.run, plan, &clock)?;
        let run = held.run.as_str().to_owned();
        lock(&self.room.service).ledger.begin(&run, plan, observed);
        self.invite(plan);
        let setup = RunSetup {
            run: held.run.clone(),
            serial: before.state.serial,
            program: "simulation".into(),
        };
        let mut planted = sink(&mut journal, self.planted);
        let watched = self.watched(&run, &mut *planted, async |executor: Executor<'_>| {
            executor.run(plan, &setup).await
        });
        let progress = watched.await?;
        drop(planted);
        self.record(held, &held.run, plan, before, &progress, &mut journal)?;
        Ok(progress)
    }

    async fn settle(
        &self,
        held: &Held,
        run: &RunId,
        plan: &Plan,
        before: Before,
    ) -> Result<RunProgress, Exit> {
        let clock = self.clock();
        let reopened = held.journals.reopen(&held.lock, run, plan, &clock);
        let (mut journal, records) = reopened?;
        let progress = RunProgress::of(&records);
        let mut planted = sink(&mut journal, self.planted);
        let work = async |executor: Executor<'_>| executor.settle(plan, run, progress).await;
        let progress = self.watched(run.as_str(), &mut *planted, work).await?;
        drop(planted);
        self.record(held, run, plan, before, &progress, &mut journal)?;
        Ok(progress)
    }

    fn mark_resumed(
        &self,
        held: &Held,
        run: &RunId,
        plan: &Plan,
        by: Option<&RunId>,
    ) -> Result<(), Exit> {
        let clock = self.clock();
        let (mut journal, _) = held.journals.reopen(&held.lock, run, plan, &clock)?;
        let broken = |error: reshelve::journal::JournalError| Exit::Failed(error.to_string());
        journal
            .append(Fact::Resumed { by: by.cloned() })
            .map_err(broken)?;
        journal.sync().map_err(broken)
    }

    async fn watched(
        &self,
        run: &str,
        journal: &mut dyn JournalSink,
        work: impl AsyncFnOnce(Executor<'_>) -> Result<RunProgress, ApplyError>,
    ) -> Result<RunProgress, Exit> {
        let settles = !lock(&self.room.service).setting.carried_here();
        let room = Arc::clone(&self.room);
        let mut watch = |record: &Record| {
            room.note(format_args!("record {run} {:?}", record.fact));
            let now = room.now();
            let mut service = lock(&room.service);
            service.ledger.take_record(now, run, record, settles);
        };
        let provider = self.provider();
        let pause = crate::planted::pause(self.clock(), self.planted);
        let executor = Executor {
            provider: &*provider,
            journal,
            pause: &*pause,
            stop: &Stop::new(),
            heard: &NoProgress,
            watch: &mut watch,
        };
        Ok(work(executor).await?)
    }

    fn record(
        &self,
        held: &Held,
        run: &RunId,
        plan: &Plan,
        mut before: Before,
        progress: &RunProgress,
        journal: &mut dyn JournalSink,
    ) -> Result<(), Exit> {
        if self.planted == Some(Planted::BlindState) {
            (_, before.digest) = self.known(&held.states)?;
        }
        let state = advance(before.state.clone(), before.digest.clone(), plan, progress);
        held.states.publish(&held.lock, &state)?;
        let broken = |error: reshelve::journal::JournalError| Exit::Failed(error.to_string());
        let serial = state.serial;
        journal
            .append(Fact::Checkpoint { serial })
            .map_err(broken)?;
        journal.sync().map_err(broken)?;
        self.replay(held, run, plan, before, &state)
    }

    /// The journal as it is on the disk must lead to the state as it is on the disk.
    fn replay(
        &self,
        held: &Held,
        run: &RunId,
        plan: &Plan,
        before: Before,
        state: &State,
    ) -> Result<(), Exit> {
        let stored = held.journals.read(run)?;
        let kept = held.journals.plan(run)?;
        let replayed = RunProgress::of(&stored.records);
        let replayed = advance(before.state, before.digest, &kept, &replayed);
        let mut service = lock(&self.room.service);
        if replayed != *state || kept != *plan {
            let text = format!("the journal of {run} leads to another state");
            service.ledger.wrong(text);
        }
        Ok(())
    }

    /// Other people begin when a run begins.
    fn invite(&self, plan: &Plan) {
        let targets = plan.operations.iter().filter_map(|it| it.action.to());
        let targets: Vec<Address> = targets.map(Place::address).collect();
        let now = self.room.now();
        lock(&self.room.service).invite(now, &targets);
    }
}

fn exit_of(progress: &RunProgress) -> Exit {
    match progress.outcome {
        Some(Outcome::Complete) => Exit::Done,
        Some(Outcome::Partial | Outcome::Interrupted) | None => Exit::Partial,
    }
}

fn limits() -> Limits {
    Limits {
        entries: 1_000_000,
        depth: 256,
        concurrency: std::num::NonZeroUsize::MIN,
        notes: 1000,
    }
}

/// Both at once.
pub(crate) async fn together<A, B>(
    first: impl Future<Output = A>,
    second: impl Future<Output = B>,
) -> (A, B) {
    let mut first = Box::pin(first);
    let mut second = Box::pin(second);
    let (mut one, mut other) = (None, None);
    std::future::poll_fn(|context| {
        use std::task::Poll;
        if one.is_none()
            && let Poll::Ready(value) = first.as_mut().poll(context)
        {
            one = Some(value);
        }
        if other.is_none()
            && let Poll::Ready(value) = second.as_mut().poll(context)
        {
            other = Some(value);
        }
        match (one.take(), other.take()) {
            (Some(one), Some(other)) => Poll::Ready((one, other)),
            (left, right) => {
                (one, other) = (left, right);
                Poll::Pending
            }
        }
    })
    .await
}
