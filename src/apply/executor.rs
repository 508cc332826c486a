//! Takes a plan from its first call to its last record.

use super::call::Site;
use super::claims::Claims;
use super::error::ApplyError;
use super::recorder::Recorder;
use super::recovery::SETTLING;
use super::run::Run;
use super::stop::Stop;
use super::subtree::Subtrees;
use super::verify::{CHUNK, Verification};
use crate::journal::{Fact, JournalSink, Outcome, Record, RunProgress};
use crate::plan::{Carrier, OperationId, Plan};
use crate::provider::layer::Pause;
use crate::provider::{Progress, Provider};
use crate::state::RunId;
use crate::tree::Address;

/// What a run needs of the world.
pub struct Executor<'a> {
    /// The spaces.
    pub provider: &'a dyn Provider,
    /// Takes the records.
    pub journal: &'a mut dyn JournalSink,
    /// Waits.
    pub pause: &'a dyn Pause,
    /// Tells the run to come to its end.
    pub stop: &'a Stop,
    /// Hears of bytes and items within a call.
    pub heard: &'a dyn Progress,
    /// Sees every record once it is written.
    pub watch: &'a mut (dyn FnMut(&Record) + Send),
}

/// What a run says of itself at its beginning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunSetup {
    /// The run.
    pub run: RunId,
    /// How often the state had been written when the run began.
    pub serial: u64,
    /// Which program, with its version.
    pub program: String,
}

impl Executor<'_> {
    /// Carries out a plan that is fresh and that nobody else carries out.
    ///
    /// Each call is intended in the journal before it is made. An operation that fails keeps
    /// those that rest on it from being tried; everything else goes on. In the end what was
    /// touched is read back.
    ///
    /// # Errors
    /// The journal cannot be written. Calls in flight have come to their end by then; those whose
    /// end could not be recorded are in doubt.
    pub async fn run(self, plan: &Plan, setup: &RunSetup) -> Result<RunProgress, ApplyError> {
        let recorder = Recorder::new(self.journal, self.watch, RunProgress::default());
        let claims = Claims::default();
        let subtrees = Subtrees::of(self.provider, plan).await;
        let site = Site {
            provider: self.provider,
            plan,
            pause: self.pause,
            stop: self.stop,
            heard: self.heard,
            run: setup.run.as_str(),
            claims: &claims,
            subtrees: &subtrees,
        };
        let mut run = Run::new(site, recorder);
        run.recorder.record(Fact::RunStart {
            run: setup.run.clone(),
            plan: plan.id.clone(),
            lineage: plan.based_on.lineage.clone(),
            serial: setup.serial,
            program: setup.program.clone(),
        })?;
        run.drive().await?;
        if !site.stop.is_requested() {
            run.repair().await?;
            run.sweep().await?;
        }
        finish(site, run.recorder).await
    }

    /// Finds out what became of the operations in doubt of a run that was cut off, and puts right
    /// what it left under temporary names. Tasks that the service still goes on with are waited
    /// for before. Folders of its own that copies went by are taken away before anything is looked
    /// at, so that no copy of it can land later. Nothing else is carried out.
    ///
    /// # Errors
    /// The journal cannot be written.
    pub async fn settle(
        self,
        plan: &Plan,
        run: &RunId,
        progress: RunProgress,
    ) -> Result<RunProgress, ApplyError> {
        let (claims, subtrees) = (Claims::of(&progress), Subtrees::default());
        let recorder = Recorder::new(self.journal, self.watch, progress);
        let site = Site {
            provider: self.provider,
            plan,
            pause: self.pause,
            stop: self.stop,
            heard: self.heard,
            run: run.as_str(),
            claims: &claims,
            subtrees: &subtrees,
        };
        let mut run = Run::new(site, recorder);
        run.go_on_with_tasks().await?;
        run.sweep().await?;
        run.give_up_staged()?;
        let doubtful: Vec<OperationId> = run.recorder.progress.in_doubt();
        for chunk in doubtful.chunks(CHUNK) {
            let sent = run.in_doubt(chunk);
            for (operation, verdict) in site.observe(&sent).await {
                let verdict = run.knowing_its_task(operation, verdict);
                run.believe(operation, verdict)?;
            }
        }
        run.sweep().await?;
        run.repair().await?;
        finish(site, run.recorder).await
    }
}

/// Reads back what was touched, and says how the run ended.
async fn finish(site: Site<'_>, mut recorder: Recorder<'_>) -> Result<RunProgress, ApplyError> {
    let different = read_back(site, &mut recorder).await?;
    let by_service = |(target, _): &(Address, String)| {
        let sheet = site.provider.capabilities(&target.space);
        sheet.is_ok_and(|sheet| sheet.carrier == Carrier::Service)
    };
    let different = if different.iter().any(by_service) {
        // A service may still show what was there before, so one look proves no difference.
        site.heard.settling(different.len(), SETTLING);
        site.rest(SETTLING).await;
        read_back(site, &mut recorder).await?
    } else {
        different
    };
    for (target, message) in different {
        recorder.record(Fact::Differs { target, message })?;
    }
    let counts = recorder.progress.counts(site.plan);
    let all_done = counts.done == site.plan.operations.len() as u64 && counts.differs == 0;
    let outcome = match (all_done, site.stop.is_requested()) {
        (true, _) => Outcome::Complete,
        (false, true) => Outcome::Interrupted,
        (false, false) => Outcome::Partial,
    };
    recorder.record(Fact::RunEnd { outcome })?;
    recorder.sync()?;
    Ok(recorder.progress)
}

/// Reads back what was not verified yet, and records what is as it should be. What is different is
/// given back.
async fn read_back(
    site: Site<'_>,
    recorder: &mut Recorder<'_>,
) -> Result<Vec<(Address, String)>, ApplyError> {
    let mut verification = Verification::new(site.provider, site.plan, &recorder.progress);
    let mut different = Vec::new();
    while let Some(facts) = verification.read_on(site.provider).await {
        for fact in facts {
            if let Fact::Differs { target, message } = fact {
                different.push((target, message));
            } else {
                recorder.record(fact)?;
            }
        }
    }
    Ok(different)
}
