//! Laws of applying, tried on real folders with the real state, journal and lock.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::future::Future;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use proptest::prelude::*;
use reshelve::apply::{ApplyError, Executor, RunSetup, Stop};
use reshelve::clock::FixedClock;
use reshelve::journal::{Fact, JournalError, JournalSink, Outcome, Record, RunProgress, advance};
use reshelve::manifest::{Manifest, SpaceDefinition};
use reshelve::observe::{Limits, observe};
use reshelve::plan::{
    self, BasedOn, Plan, PlanInput, Reach, Scope, Verdict, World, file, freshness, soundness,
};
use reshelve::provider::layer::SystemPause;
use reshelve::provider::{LocalProvider, NoProgress, Provider};
use reshelve::state::{Lineage, RunId, State};
use reshelve::store::{Holder, JournalStore, Lock, StateFolder, StateStore};
use reshelve::tree::{Address, Digest, ObservedWorld, SpaceAlias, Timestamp};

use crate::laboratory::{Shape, lines};
use crate::random;
use crate::worlds::{Case, cases};

const NOW: Timestamp = Timestamp::from_nanoseconds(1_795_251_300_000_000_000);
const CLOCK: FixedClock = FixedClock(NOW);

/// Two real folders, a manifest for them, and what its runs keep.
struct Desk {
    manifest: Manifest,
    provider: Arc<dyn Provider>,
    states: StateStore,
    journals: JournalStore,
    lock: Lock,
    runs: u64,
    _folder: tempfile::TempDir,
}

/// A journal that breaks off after so many records.
struct Breaking<J> {
    inner: J,
    left: usize,
}

impl<J: JournalSink> JournalSink for Breaking<J> {
    fn append(&mut self, fact: Fact) -> Result<Record, JournalError> {
        if self.left == 0 {
            return Err(JournalError::Write("the disk is full".into()));
        }
        self.left -= 1;
        self.inner.append(fact)
    }

    fn sync(&mut self) -> Result<(), JournalError> {
        self.inner.sync()
    }
}

impl Desk {
    fn new(case: &Case) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut manifest = case.laboratory().manifest;
        let mut roots = BTreeMap::new();
        for (alias, shapes) in ["a", "b"].into_iter().zip(&case.spaces) {
            let root = folder.path().join(alias);
            fs::create_dir(&root).expect("it is new");
            fill(&root, shapes);
            let alias = SpaceAlias::parse(alias).expect("plain");
            let definition = SpaceDefinition {
                provider: "local".into(),
                profile: "local".into(),
                keys: BTreeMap::from([("root".into(), root.to_string_lossy().into_owned())]),
                limits: BTreeMap::new(),
                name_check: None,
            };
            manifest.spaces.insert(alias.clone(), definition);
            roots.insert(alias, root);
        }
        let state_folder = StateFolder::at(folder.path().join(".reshelve"));
        let holder = Holder::this_process(RunId::new("test"), NOW);
        Self {
            manifest,
            provider: Arc::new(LocalProvider::new(&roots).expect("they are there")),
            states: StateStore::new(state_folder.clone()),
            journals: JournalStore::new(state_folder.clone()),
            lock: Lock::take(&state_folder, &holder).expect("nobody else knows it"),
            runs: 0,
            _folder: folder,
        }
    }

    fn look(&self, scopes: &[Scope]) -> ObservedWorld {
        let observed = observe(&self.provider, scopes, Limits::default(), &|_| {});
        block_on(observed).expect("everything can be read").world
    }

    /// Everything that is there.
    fn everything(&self) -> ObservedWorld {
        let scopes = self.manifest.spaces.keys().map(|alias| Scope {
            address: Address::new(alias.clone(), reshelve::tree::EntryPath::root()),
            reach: Reach::Subtree,
        });
        self.look(&scopes.collect::<Vec<_>>())
    }

    fn state(&self) -> (State, Option<Digest>) {
        match self.states.load().expect("it was just written") {
            Some(loaded) => (loaded.state, Some(loaded.digest)),
            None => (State::new(Lineage::new("l")), None),
        }
    }

    /// A plan that went through its file.
    fn plan(&self) -> Plan {
        let manifests = std::slice::from_ref(&self.manifest);
        let (state, _) = self.state();
        let sheets = self.manifest.spaces.keys().map(|alias| {
            let sheet = self.provider.capabilities(alias).expect("it is ours");
            (alias.clone(), sheet)
        });
        let plan = plan::plan(&PlanInput {
            manifests,
            observed: &self.look(&plan::scopes(manifests, &state)),
            recorded: &state,
            sheets: &sheets.collect(),
            accepted: &BTreeSet::new(),
            based_on: &BasedOn {
                manifest: self.manifest.digest(),
                files: vec!["m.yaml".into()],
                names: vec!["m".into()],
                variables: BTreeMap::new(),
                lineage: state.lineage.clone(),
                serial: state.serial,
            },
            now: NOW,
            reads: 0,
        });
        let mut bytes = Vec::new();
        file::write(&file::seal(plan), &mut bytes).expect("memory suffices");
        file::read(&bytes).expect("what was written is read")
    }

    fn check(&self, plan: &Plan) -> Result<(), plan::Stale> {
        let (state, digest) = self.state();
        let known = digest.map(|_| &state);
        freshness::check_origin(plan, known, &self.manifest.digest(), NOW)?;
        let manifests = std::slice::from_ref(&self.manifest);
        soundness::check(plan, manifests, &state, NOW)?;
        let observed = self.look(&freshness::relied_on(plan));
        freshness::check(plan, &observed)?;
        soundness::check_protections(plan, manifests, &observed)
    }

    /// Carries a plan out, up to where its journal breaks off, and records what was done.
    fn apply(&mut self, plan: &Plan, records: usize) -> Result<RunProgress, ApplyError> {
        self.runs += 1;
        let run = RunId::at(NOW, self.runs);
        let journal = self.journals.create(&self.lock, &run, plan, &CLOCK);
        let mut journal = Breaking {
            inner: journal.expect("it is new"),
            left: records,
        };
        let setup = RunSetup {
            run,
            serial: self.state().0.serial,
            program: "test".into(),
        };
        let stop = Stop::new();
        let watch = &mut |_: &Record| {};
        let executor = self.executor(&mut journal, &stop, watch);
        let progress = block_on(executor.run(plan, &setup))?;
        self.record(plan, &progress, &mut journal.inner);
        Ok(progress)
    }

    /// Settles the newest run.
    fn settle(&mut self) -> RunProgress {
        let open = self.journals.newest_unfinished().expect("it can be read");
        let run = open.expect("it was cut off").run;
        let plan = self
            .journals
            .plan(&run)
            .expect("it stands beside its journal");
        let reopened = self.journals.reopen(&self.lock, &run, &plan, &CLOCK);
        let (mut journal, records) = reopened.expect("it can be written");
        let stop = Stop::new();
        let watch = &mut |_: &Record| {};
        let executor = self.executor(&mut journal, &stop, watch);
        let progress = RunProgress::of(&records);
        let settled = block_on(executor.settle(&plan, &run, progress));
        let progress = settled.expect("the journal can be written");
        self.record(&plan, &progress, &mut journal);
        journal.append(Fact::Resumed { by: None }).expect("it can");
        progress
    }

    fn executor<'a>(
        &'a self,
        journal: &'a mut dyn JournalSink,
        stop: &'a Stop,
        watch: &'a mut (dyn FnMut(&Record) + Send),
    ) -> Executor<'a> {
        Executor {
            provider: &*self.provider,
            journal,
            pause: &SystemPause,
            stop,
            heard: &NoProgress,
            watch,
        }
    }

    fn record(&self, plan: &Plan, progress: &RunProgress, journal: &mut dyn JournalSink) {
        let (state, digest) = self.state();
        let next = advance(state, digest, plan, progress);
        self.states.publish(&self.lock, &next).expect("it can");
        let serial = next.serial;
        journal.append(Fact::Checkpoint { serial }).expect("it can");
    }
}

fn fill(folder: &Path, shapes: &BTreeMap<String, Shape>) {
    for (name, shape) in shapes {
        let path = folder.join(name);
        match shape {
            Shape::Folder(below) => {
                fs::create_dir(&path).expect("it is new");
                fill(&path, below);
            }
            Shape::File(size, time) => {
                fs::write(&path, "x".repeat(*size as usize)).expect("it is new");
                let time = UNIX_EPOCH + Duration::from_secs(*time as u64);
                let file = File::options().write(true).open(&path);
                file.and_then(|file| file.set_modified(time)).expect("ours");
            }
        }
    }
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build();
    runtime.expect("threads are there").block_on(future)
}

/// What a plan leads to, by the model.
fn simulated(observed: &ObservedWorld, plan: &Plan) -> Vec<String> {
    let mut world = World::new(observed);
    for operation in &plan.operations {
        world.apply(operation).expect("it was proven");
    }
    crate::laboratory::world_lines(&world)
}

proptest! {
    #![proptest_config(random(60))]

    /// Real folders end as the model says, and then there is nothing left to do.
    #[test]
    fn applying_does_what_was_simulated(case in cases()) {
        let mut desk = Desk::new(&case);
        let plan = desk.plan();
        prop_assume!(plan.verdict() == Verdict::Ready);
        let before = desk.everything();
        prop_assert_eq!(desk.check(&plan), Ok(()));
        let progress = desk.apply(&plan, usize::MAX).expect("the journal can be written");
        prop_assert_eq!(progress.outcome, Some(Outcome::Complete), "{:#?}", progress);
        prop_assert_eq!(lines(&desk.everything()), simulated(&before, &plan));
        prop_assert!(desk.check(&plan).is_err(), "it was used");
        let second = desk.plan();
        prop_assert_eq!(second.verdict(), Verdict::NothingToDo, "{:#?}", second.operations);
        prop_assert_eq!(second.adoptions.len(), 0);
    }

    /// A run that is cut off anywhere is settled, and what is left is planned and done anew, with
    /// the same folders in the end.
    #[test]
    fn a_run_cut_off_anywhere_ends_in_the_same_folders(case in cases(), share in 0..100_usize) {
        let mut desk = Desk::new(&case);
        let plan = desk.plan();
        prop_assume!(plan.verdict() == Verdict::Ready);
        let wanted = simulated(&desk.everything(), &plan);
        let records = 1 + plan.operations.len() * 3 * share / 100;
        if desk.apply(&plan, records).is_err() {
            let progress = desk.settle();
            prop_assert_eq!(progress.in_doubt(), Vec::new());
            let rest = desk.plan();
            prop_assert!(rest.verdict() != Verdict::Refused, "{:#?}", rest.findings);
            if rest.verdict() == Verdict::Ready {
                let progress = desk.apply(&rest, usize::MAX).expect("the journal can be written");
                prop_assert_eq!(progress.outcome, Some(Outcome::Complete), "{:#?}", progress);
            }
        }
        prop_assert_eq!(lines(&desk.everything()), wanted);
        prop_assert_eq!(desk.plan().verdict(), Verdict::NothingToDo);
    }
}
