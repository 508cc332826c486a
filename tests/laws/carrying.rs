//! Laws of the executor over a service with ids, tasks, and names of its own.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use proptest::prelude::*;
use proptest::test_runner::TestCaseError;
use reshelve::apply::{ApplyError, Executor, RunSetup, Stop};
use reshelve::journal::{Fact, JournalError, JournalSink, Outcome, Record, RunProgress, advance};
use reshelve::manifest::{
    Expect, OnConflict, OnMissing, Permissions, Target, Transfer, Update, Wish,
};
use reshelve::observe::{Limits, Sought, observe};
use reshelve::plan::{Capabilities, Place, Plan, Reach, Scope, Verdict, World};
use reshelve::provider::layer::Pause;
use reshelve::provider::{
    Answer, BatchReply, BatchRequest, FetchedEntry, ListRequest, MemoryProvider, NoProgress, Page,
    Provider, ProviderError, SeekRequest, SpaceListRequest, SpacePage, TaskId, TaskStatus,
};
use reshelve::state::RunId;
use reshelve::tree::{Address, EntryPath, PatternSet, Selection, SpaceAlias, Timestamp};

use crate::laboratory::{Laboratory, Shape};
use crate::random;
use crate::service::{keeping, outline, simulated};
use crate::worlds::{Case, cases, placement};

/// The shortest pause after which a service did everything that it ever took on. All pauses
/// between two looks at a task are shorter.
const SETTLED: Duration = Duration::from_secs(120);

/// When the service in memory makes its first entry; everything else is far older.
const NOW: Timestamp = Timestamp::from_nanoseconds(1_795_251_300_000_000_000);

/// Time that passes at once, for the service too.
struct Pauses(Arc<Counted>);

impl Pause for Pauses {
    fn pause(&self, time: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        if time >= SETTLED {
            self.0.inner.finish_tasks();
        }
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
        let at = NOW;
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

    fn seek<'a>(&'a self, request: &'a SeekRequest) -> Answer<'a, SpacePage> {
        self.inner.seek(request)
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
    pauses: Pauses,
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
            pauses: Pauses(Arc::clone(&service)),
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
            pause: &self.pauses,
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

/// Carries a plan out up to where its journal breaks off, and then what is left.
fn cut_off(workshop: &mut Workshop, plan: &Plan, most: usize) -> Result<(), TestCaseError> {
    let wanted = simulated(&workshop.laboratory, plan);
    let first = workshop.apply(plan, most);
    let rest = workshop.laboratory.plan();
    prop_assert!(
        rest.verdict() != Verdict::Refused,
        "{:#?}\n{:#?}",
        first,
        rest.findings
    );
    if rest.verdict() == Verdict::Ready {
        let progress = workshop.apply(&rest, usize::MAX);
        prop_assert_eq!(progress.outcome, Some(Outcome::Complete), "{:#?}", progress);
    }
    prop_assert_eq!(workshop.outline(), wanted);
    let last = workshop.laboratory.plan();
    prop_assert_eq!(
        last.verdict(),
        Verdict::NothingToDo,
        "{:#?}",
        last.operations
    );
    Ok(())
}

/// A file.
const FILE: Shape = Shape::File(1, 1);

fn folder<const N: usize>(content: [(&str, Shape); N]) -> Shape {
    Shape::Folder(entries(content))
}

fn entries<const N: usize>(content: [(&str, Shape); N]) -> BTreeMap<String, Shape> {
    let owned = content.map(|(name, shape)| (name.to_owned(), shape));
    BTreeMap::from(owned)
}

fn transfer(from: &str, to: &str, on_conflict: OnConflict) -> Transfer {
    let address = |text| Address::parse(text).expect("plain");
    Transfer {
        source: Selection {
            base: address(from),
            below: None,
        },
        target: Target::Exactly(address(to)),
        exclude: PatternSet::default(),
        on_conflict,
        on_missing: OnMissing::Ignore,
        expect: Expect::default(),
    }
}

fn copied(from: &str, to: &str) -> Wish {
    Wish::Copy(transfer(from, to, OnConflict::Fail), Update::Always)
}

fn moved(from: &str, to: &str, on_conflict: OnConflict) -> Wish {
    Wish::Move(transfer(from, to, on_conflict), Permissions::Inherit)
}

/// Cuts a run off at each record, whatever the service still does then.
fn check<const N: usize>(spaces: [BTreeMap<String, Shape>; 2], wishes: [Wish; N]) {
    let placements = (0..)
        .zip(wishes)
        .map(|(number, wish)| placement(number, wish));
    let case = Case {
        spaces,
        placements: placements.collect(),
    };
    for looks in 1..4 {
        let workshop = || Workshop::new(&case, looks);
        let plan = workshop().laboratory.plan();
        for most in 1..=1 + plan.operations.len() * 4 {
            cut_off(&mut workshop(), &plan, most)
                .unwrap_or_else(|broken| panic!("{most} records, {looks} looks: {broken}"));
        }
    }
}

/// A folder that goes beside a file as a task whose reply is lost: it comes to the name that the
/// service promised, and is not sent for a second time.
#[test]
fn a_task_of_which_nothing_was_heard_is_found_where_it_ends() {
    let target = entries([("x", folder([("y", FILE)])), ("y", folder([("x", FILE)]))]);
    let beside = moved("b:/y", "b:/x/y", OnConflict::Rename);
    check([BTreeMap::new(), target], [beside]);
}

/// Two files of one name, from two spaces, that stop beside a third: whichever is sent first gets
/// the first number, also where its reply is lost.
#[test]
fn files_of_one_name_stop_beside_it_one_after_another() {
    let spaces = [
        entries([("w.t", FILE), ("x", FILE)]),
        entries([("w.t", FILE)]),
    ];
    let wishes = [
        copied("a:/w.t", "b:/z"),
        copied("a:/x", "a:/y"),
        copied("b:/w.t", "b:/x"),
    ];
    check(spaces, wishes);
}

/// A file that stops beside another, which leaves before it comes: the service needs no number for
/// it. Where the reply is lost, it is found under its own name.
#[test]
fn a_file_that_needed_no_other_name_is_found_by_its_id() {
    let spaces = [entries([("w.t", FILE)]), entries([("w.t", FILE)])];
    let wishes = [
        moved("b:/w.t", "a:/z", OnConflict::Fail),
        moved("a:/w.t", "a:/x/x", OnConflict::Fail),
    ];
    check(spaces, wishes);
}

/// A file that is copied and then replaced: what was read before the run was cut off is not read
/// again from its successor.
#[test]
fn what_was_read_before_it_was_replaced_is_not_read_again() {
    let spaces = [entries([("w.t", FILE), ("y", FILE)]), BTreeMap::new()];
    let over = moved("a:/w.t", "a:/y", OnConflict::Overwrite);
    check(spaces, [over, copied("a:/y", "a:/x")]);
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
        cut_off(&mut workshop, &plan, 1 + plan.operations.len() * 4 * share / 100)?;
    }
}
