//! Laws of the executor over a service with ids, tasks, and names of its own.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use proptest::prelude::*;
use reshelve::apply::{ApplyError, Executor, RunSetup, Stop};
use reshelve::journal::{Fact, JournalError, JournalSink, Outcome, Record, RunProgress, advance};
use reshelve::observe::{Limits, Sought, observe};
use reshelve::plan::{Capabilities, Place, Plan, Reach, Scope, Verdict, World};
use reshelve::provider::layer::Pause;
use reshelve::provider::{
    Answer, BatchReply, BatchRequest, FetchedEntry, ListRequest, MemoryProvider, NoProgress, Page,
    Provider, ProviderError, SpaceListRequest, SpacePage, TaskId, TaskStatus,
};
use reshelve::state::RunId;
use reshelve::tree::{Address, EntryPath, SpaceAlias, Timestamp};

use crate::laboratory::Laboratory;
use crate::random;
use crate::service::{keeping, outline, simulated};
use crate::worlds::{Case, cases};

struct NoPause;

impl Pause for NoPause {
    fn pause(&self, _time: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(std::future::ready(()))
    }
}

/// Records in memory, up to where it breaks off.
struct Journal {
    records: Vec<Record>,
    most: usize,
}

impl JournalSink for Journal {
    fn append(&mut self, fact: Fact) -> Result<Record, JournalError> {
        if self.records.len() >= self.most {
            return Err(JournalError::Write("it breaks off".into()));
        }
        let sequence = self.records.len() as u64;
        let at = Timestamp::from_nanoseconds(0);
        let record = Record { sequence, at, fact };
        self.records.push(record.clone());
        Ok(record)
    }

    fn sync(&mut self) -> Result<(), JournalError> {
        Ok(())
    }
}

/// The spaces of a laboratory, and how many calls changed them.
struct Counted {
    inner: MemoryProvider,
    calls: AtomicUsize,
}

impl Provider for Counted {
    fn capabilities(&self, space: &SpaceAlias) -> Result<Capabilities, ProviderError> {
        self.inner.capabilities(space)
    }

    fn list<'a>(&'a self, request: &'a ListRequest) -> Answer<'a, Page> {
        self.inner.list(request)
    }

    fn list_space<'a>(&'a self, request: &'a SpaceListRequest) -> Answer<'a, SpacePage> {
        self.inner.list_space(request)
    }

    fn fetch<'a>(&'a self, places: &'a [Place]) -> Answer<'a, Vec<Option<FetchedEntry>>> {
        self.inner.fetch(places)
    }

    fn execute<'a>(&'a self, request: &'a BatchRequest<'a>) -> Answer<'a, BatchReply> {
        self.calls.fetch_add(1, Ordering::Relaxed);
        self.inner.execute(request)
    }

    fn poll<'a>(&'a self, tasks: &'a [TaskId]) -> Answer<'a, Vec<TaskStatus>> {
        self.inner.poll(tasks)
    }
}

/// A laboratory whose plans the real executor carries out.
struct Workshop {
    laboratory: Laboratory,
    service: Arc<Counted>,
}

impl Workshop {
    fn new(case: &Case, looks: u32) -> Self {
        let laboratory = keeping(case.laboratory(), [2, 2, 2]);
        let sheet = laboratory.sheets.values().next().expect("two spaces");
        let inner = MemoryProvider::new(&laboratory.observed, sheet.clone());
        let service = Arc::new(Counted {
            inner: inner.with_tasks(looks),
            calls: AtomicUsize::new(0),
        });
        let mut workshop = Self {
            laboratory,
            service,
        };
        workshop.look();
        workshop
    }

    /// Reads every space anew, in the flat way.
    fn look(&mut self) {
        let scopes: Vec<Scope> = (self.laboratory.sheets.keys())
            .map(|alias| Scope {
                address: Address::new(alias.clone(), EntryPath::root()),
                reach: Reach::Subtree,
            })
            .collect();
        let provider: Arc<dyn Provider> = Arc::<Counted>::clone(&self.service);
        let observed = observe(
            &provider,
            Sought::from(&*scopes),
            Limits::default(),
            &|_| (),
        );
        let observed = block_on(observed).expect("everything can be read");
        self.laboratory.observed = observed.world;
    }

    /// Carries a plan out, up to where its journal breaks off, and settles it then.
    fn apply(&mut self, plan: &Plan, most: usize) -> RunProgress {
        let mut journal = Journal {
            records: Vec::new(),
            most,
        };
        let setup = RunSetup {
            run: RunId::new("run"),
            serial: self.laboratory.state.serial,
            program: "test".into(),
        };
        let ran = block_on(
            self.executor(&mut journal, &Stop::new(), &mut |_| ())
                .run(plan, &setup),
        );
        let progress = match ran {
            Ok(progress) => progress,
            Err(ApplyError::Journal(_)) => {
                journal.most = usize::MAX;
                let progress = RunProgress::of(&journal.records);
                let (stop, watch) = (Stop::new(), &mut |_: &Record| ());
                let executor = self.executor(&mut journal, &stop, watch);
                let settled = block_on(executor.settle(plan, &setup.run, progress));
                settled.expect("the journal goes on")
            }
        };
        let state = self.laboratory.state.clone();
        self.laboratory.state = advance(state, None, plan, &progress);
        self.look();
        progress
    }

    fn executor<'a>(
        &'a self,
        journal: &'a mut Journal,
        stop: &'a Stop,
        watch: &'a mut (dyn FnMut(&Record) + Send),
    ) -> Executor<'a> {
        Executor {
            provider: &*self.service,
            journal,
            pause: &NoPause,
            stop,
            heard: &NoProgress,
            watch,
        }
    }

    fn outline(&self) -> Vec<String> {
        outline(&World::new(&self.laboratory.observed))
    }
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    runtime.expect("a thread is there").block_on(future)
}

proptest! {
    #![proptest_config(random(100))]

    /// A service ends as the model says, in as many calls as were planned, and then there is
    /// nothing left to do.
    #[test]
    fn a_service_ends_as_was_simulated(case in cases(), looks in 1..4_u32) {
        let mut workshop = Workshop::new(&case, looks);
        let plan = workshop.laboratory.plan();
        prop_assume!(plan.verdict() == Verdict::Ready);
        let wanted = simulated(&workshop.laboratory, &plan);
        let progress = workshop.apply(&plan, usize::MAX);
        prop_assert_eq!(progress.outcome, Some(Outcome::Complete), "{:#?}", progress);
        prop_assert_eq!(workshop.outline(), wanted);
        let calls = workshop.service.calls.load(Ordering::Relaxed);
        prop_assert!(calls <= plan.batches.len(), "{} of {}", calls, plan.batches.len());
        let second = workshop.laboratory.plan();
        prop_assert_eq!(second.verdict(), Verdict::NothingToDo, "{:#?}", second.operations);
    }

    /// A run that is cut off anywhere is settled, and what is left is planned and done anew, with
    /// the same entries in the end.
    #[test]
    fn a_run_cut_off_at_a_service_ends_in_the_same(
        case in cases(),
        share in 0..100_usize,
        looks in 1..4_u32,
    ) {
        let mut workshop = Workshop::new(&case, looks);
        let plan = workshop.laboratory.plan();
        prop_assume!(plan.verdict() == Verdict::Ready);
        let wanted = simulated(&workshop.laboratory, &plan);
        let first = workshop.apply(&plan, 1 + plan.operations.len() * 4 * share / 100);
        let rest = workshop.laboratory.plan();
        prop_assert!(rest.verdict() != Verdict::Refused, "{:#?}\n{:#?}", first, rest.findings);
        if rest.verdict() == Verdict::Ready {
            let progress = workshop.apply(&rest, usize::MAX);
            prop_assert_eq!(progress.outcome, Some(Outcome::Complete), "{:#?}", progress);
        }
        prop_assert_eq!(workshop.outline(), wanted);
        prop_assert_eq!(workshop.laboratory.plan().verdict(), Verdict::NothingToDo);
    }
}
