//! Runs over spaces in memory: in order, with faults, cut off anywhere, and taken up again.
#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use super::scene::{
    FILES, MemoryJournal, NoPause, copy, memory, plan, rest_of, run, run_watched, settle,
};
use super::{ApplyError, Stop};
use crate::journal::{Counts, Fact, Outcome, RunProgress, Standing};
use crate::plan::sample::{self, address, plan_of};
use crate::plan::{Capabilities, Operation, OperationId, Place, Plan, Strategy, World};
use crate::provider::layer::{FaultLayer, FaultRates, RetryReadsLayer};
use crate::provider::{
    Answer, BatchReply, BatchRequest, ErrorKind, FetchedEntry, ItemDone, ItemReply, ListRequest,
    MemoryProvider, Page, Provider, ProviderError, TaskId, TaskStatus,
};
use crate::tree::{EntryKind, SpaceAlias};

/// A world as text: paths, and sizes of files.
fn picture(world: &World) -> Vec<String> {
    let mut rows = Vec::new();
    for space in world.spaces() {
        world.walk(world.root(space).unwrap(), |path, node| {
            rows.push(format!("{path} {}", world.size(node)));
        });
    }
    rows.sort();
    rows
}

/// What the plan leads to.
fn wanted(plan: &Plan) -> Vec<String> {
    let mut world = memory(&FILES).world();
    for operation in &plan.operations {
        world.apply(operation).unwrap();
    }
    picture(&world)
}

fn standings(progress: &RunProgress) -> Vec<(u32, &'static str)> {
    let word = |standing: &Standing| match standing {
        Standing::InDoubt { .. } => "in doubt",
        Standing::Absent => "absent",
        Standing::Done { .. } => "done",
        Standing::Failed { .. } => "failed",
        Standing::Skipped { .. } => "skipped",
    };
    let rows = progress.operations.iter();
    rows.map(|(id, standing)| (id.0, word(standing))).collect()
}

#[test]
fn a_plan_is_carried_out_and_read_back() {
    let provider = memory(&FILES);
    let mut journal = MemoryJournal::default();
    let progress = run(&plan(), &*provider, &mut journal).unwrap();
    let counts = Counts {
        done: 10,
        ..Counts::default()
    };
    assert_eq!(progress.counts(&plan()), counts, "{:?}", progress.differs);
    assert_eq!(progress.outcome, Some(Outcome::Complete));
    assert_eq!(picture(&provider.world()), wanted(&plan()));
    let verified: Vec<_> = progress.verified.keys().map(ToString::to_string).collect();
    let expected = [
        "desk:/c",
        "desk:/d",
        "desk:/new",
        "desk:/new/a",
        "desk:/new/x",
        "desk:/new/y",
        "desk:/over",
    ];
    assert_eq!(verified, expected);
    assert_eq!(RunProgress::of(&journal.durable()), progress);
}

/// Looks into the journal before it passes a call on.
struct Witness {
    inner: Arc<MemoryProvider>,
    journal: MemoryJournal,
}

impl Provider for Witness {
    fn capabilities(&self, space: &SpaceAlias) -> Result<Capabilities, ProviderError> {
        self.inner.capabilities(space)
    }

    fn list<'a>(&'a self, request: &'a ListRequest) -> Answer<'a, Page> {
        self.inner.list(request)
    }

    fn fetch<'a>(&'a self, places: &'a [Place]) -> Answer<'a, Vec<Option<FetchedEntry>>> {
        self.inner.fetch(places)
    }

    fn execute<'a>(&'a self, request: &'a BatchRequest<'a>) -> Answer<'a, BatchReply> {
        let durable = RunProgress::of(&self.journal.durable());
        let intended: BTreeSet<OperationId> = durable.in_doubt().into_iter().collect();
        let asked = request.operations.iter().map(|operation| operation.id);
        assert!(asked.collect::<BTreeSet<_>>().is_subset(&intended));
        self.inner.execute(request)
    }

    fn poll<'a>(&'a self, tasks: &'a [TaskId]) -> Answer<'a, Vec<TaskStatus>> {
        self.inner.poll(tasks)
    }
}

#[test]
fn every_call_was_intended_durably_before() {
    let mut journal = MemoryJournal::default();
    let witness = Witness {
        inner: memory(&FILES),
        journal: journal.clone(),
    };
    let progress = run(&plan(), &witness, &mut journal).unwrap();
    assert_eq!(progress.outcome, Some(Outcome::Complete));
}

/// Runs with files missing; checks the standings of all operations.
fn check_without(missing: &[&str], expected: &[&str]) -> RunProgress {
    let mut files = FILES.to_vec();
    files.retain(|(path, _)| !missing.contains(path));
    let provider = memory(&files);
    let progress = run(&plan(), &*provider, &mut MemoryJournal::default()).unwrap();
    let found: Vec<_> = standings(&progress).iter().map(|row| row.1).collect();
    assert_eq!(found, expected, "without {missing:?}");
    assert_eq!(progress.outcome, Some(Outcome::Partial));
    progress
}

#[test]
fn what_rests_on_a_failure_is_not_tried() {
    let (d, f, s) = ("done", "failed", "skipped");
    let progress = check_without(&["/a"], &[d, f, d, d, d, d, d, d, s, s]);
    let because = OperationId(2);
    let skipped = Some(&Standing::Skipped { because });
    assert_eq!(progress.operations.get(&OperationId(9)), skipped);
    check_without(&["/b"], &[d, d, f, d, d, d, d, d, s, s]);
    check_without(&["/c"], &[d, d, d, f, s, s, d, d, s, s]);
    // Half of a swap has left its place; where the other half is gone, it goes on to its target.
    check_without(&["/d"], &[d, d, d, d, f, d, d, d, s, s]);
    check_without(&["/old/z"], &[d, d, d, d, d, d, d, d, f, d]);
}

#[test]
fn a_folder_that_is_not_empty_after_all_stays() {
    let mut files = FILES.to_vec();
    files.push(("/in/deep/foreign", 9));
    let provider = memory(&files);
    let progress = run(&plan(), &*provider, &mut MemoryJournal::default()).unwrap();
    let Some(Standing::Failed { kind, message }) = progress.operations.get(&OperationId(10)) else {
        panic!("the folder was removed");
    };
    assert_eq!(kind, "mismatch");
    assert!(
        message.contains("desk:/in/deep holds \"foreign\" now"),
        "{message}"
    );
    let foreign = address("desk:/in/deep/foreign");
    assert!(provider.world().find(&foreign).is_some());
}

#[test]
fn a_stop_lets_calls_in_flight_end_and_sends_nothing_new() {
    let provider = memory(&FILES);
    let stop = Stop::new();
    let asked = stop.clone();
    let mut journal = MemoryJournal::default();
    let progress = run_watched(&plan(), &*provider, &mut journal, &stop, &mut |record| {
        if matches!(record.fact, Fact::Done { operation, .. } if operation.0 == 4) {
            asked.request();
        }
    })
    .unwrap();
    assert_eq!(progress.outcome, Some(Outcome::Interrupted));
    assert!(progress.must_be_resumed());
    let counts = progress.counts(&plan());
    assert_eq!(counts.done + counts.skipped, 10);
    assert!(progress.is_done(OperationId(4)) && !progress.is_done(OperationId(5)));
    let settled = settle(&plan(), &*provider, &mut journal).unwrap();
    // The first step of the swap is taken back, so that the swap can be planned as a whole.
    assert_eq!(
        settled.operations.get(&OperationId(4)),
        Some(&Standing::Absent)
    );
    finish(&provider, &plan(), &settled);
}

/// Runs what is left of a plan, again and again, until it is done.
fn finish(provider: &Arc<MemoryProvider>, plan: &Plan, progress: &RunProgress) {
    let rest = rest_of(plan, progress);
    let progress = run(&rest, &**provider, &mut MemoryJournal::default()).unwrap();
    assert_eq!(progress.outcome, Some(Outcome::Complete), "{progress:?}");
    assert_eq!(picture(&provider.world()), wanted(plan));
}

#[test]
fn a_run_that_is_cut_off_anywhere_is_settled_and_finished() {
    let whole = {
        let mut journal = MemoryJournal::default();
        run(&plan(), &*memory(&FILES), &mut journal).unwrap();
        journal.records().len()
    };
    for length in 1..whole {
        for only_durable in [true, false] {
            let provider = memory(&FILES);
            let mut journal = MemoryJournal::breaking_at(length);
            let broken = run(&plan(), &*provider, &mut journal);
            assert!(matches!(broken, Err(ApplyError::Journal(_))));
            let left = if only_durable {
                journal.durable()
            } else {
                journal.records()
            };
            let mut journal = MemoryJournal::holding(&left);
            let settled = settle(&plan(), &*provider, &mut journal).unwrap();
            assert_eq!(settled.in_doubt(), [], "after {length} records");
            finish(&provider, &plan(), &settled);
        }
    }
}

#[test]
fn faults_change_nothing_but_the_way() {
    let rates = FaultRates {
        before: 150,
        after: 150,
        lost_item: 150,
        throttled: 150,
    };
    for seed in 0..300 {
        let provider = memory(&FILES);
        let faulty = Arc::new(FaultLayer::new(provider.clone(), rates, seed));
        let faulty = RetryReadsLayer::new(faulty, Arc::new(NoPause));
        let mut journal = MemoryJournal::default();
        let progress = run(&plan(), &faulty, &mut journal).unwrap();
        if progress.outcome == Some(Outcome::Complete) {
            assert_eq!(picture(&provider.world()), wanted(&plan()), "seed {seed}");
            continue;
        }
        let mut journal = MemoryJournal::holding(&journal.records());
        let settled = settle(&plan(), &*provider, &mut journal).unwrap();
        assert_eq!(settled.in_doubt(), [], "seed {seed}");
        finish(&provider, &plan(), &settled);
    }
}

/// Says that everything is done and does nothing.
struct Liar(Arc<MemoryProvider>);

impl Provider for Liar {
    fn capabilities(&self, space: &SpaceAlias) -> Result<Capabilities, ProviderError> {
        self.0.capabilities(space)
    }

    fn list<'a>(&'a self, request: &'a ListRequest) -> Answer<'a, Page> {
        self.0.list(request)
    }

    fn fetch<'a>(&'a self, places: &'a [Place]) -> Answer<'a, Vec<Option<FetchedEntry>>> {
        self.0.fetch(places)
    }

    fn execute<'a>(&'a self, request: &'a BatchRequest<'a>) -> Answer<'a, BatchReply> {
        let done = |operation: &&Operation| ItemReply {
            operation: operation.id,
            end: Ok(ItemDone::default()),
        };
        let items = request.operations.iter().map(done).collect();
        let tasks = Vec::new();
        Box::pin(std::future::ready(Ok(BatchReply { items, tasks })))
    }

    fn poll<'a>(&'a self, tasks: &'a [TaskId]) -> Answer<'a, Vec<TaskStatus>> {
        self.0.poll(tasks)
    }
}

#[test]
fn what_was_stored_is_compared_with_what_was_planned() {
    let provider = Liar(memory(&FILES));
    let progress = run(&plan(), &provider, &mut MemoryJournal::default()).unwrap();
    assert_eq!(progress.outcome, Some(Outcome::Partial));
    let differs: Vec<_> = progress
        .differs
        .iter()
        .map(|(address, message)| format!("{address}: {message}"))
        .collect();
    let expected = [
        "desk:/c: it has 3 bytes, not 4",
        "desk:/d: it has 4 bytes, not 3",
        "desk:/in/deep/x: it is still there, or there again",
        "desk:/in/y: it is still there, or there again",
        "desk:/new: it is not there",
        "desk:/new/a: it is not there",
        "desk:/new/x: it is not there",
        "desk:/new/y: it is not there",
        "desk:/old: it is still there, or there again",
        "desk:/over: it has 8 bytes, not 2",
    ];
    assert_eq!(differs, expected);
}

#[test]
fn a_name_that_was_taken_meanwhile_is_left_alone() {
    let mut files = FILES.to_vec();
    files.push(("/new/a", 99));
    let provider = memory(&files);
    let operation = sample::operation(1, copy("desk:/a", "desk:/new/a", Strategy::Fail));
    let plan = plan_of(vec![operation], &[&[1]]);
    let progress = run(&plan, &*provider, &mut MemoryJournal::default()).unwrap();
    let Some(Standing::Failed { kind, .. }) = progress.operations.get(&OperationId(1)) else {
        panic!("the copy was made");
    };
    assert_eq!(kind, ErrorKind::AlreadyExists.word());
}

#[test]
fn a_large_batch_is_sent_in_slices_where_there_is_no_limit() {
    let count = 2500;
    let operations: Vec<_> = (1..=count)
        .map(|number| {
            let action = copy("desk:/a", &format!("desk:/x{number}"), Strategy::Fail);
            sample::operation(number, action)
        })
        .collect();
    let numbers: Vec<u32> = (1..=count).collect();
    let plan = plan_of(operations, &[&numbers]);
    let provider = memory(&FILES);
    let mut journal = MemoryJournal::default();
    let progress = run(&plan, &*provider, &mut journal).unwrap();
    assert_eq!(progress.outcome, Some(Outcome::Complete));
    let mut sizes = Vec::new();
    for record in journal.records() {
        if let Fact::Intent { operations, .. } = record.fact {
            sizes.push(operations.len());
        }
    }
    assert_eq!(sizes, [1000, 1000, 500]);
}

/// Answers every call with an error that had no effect, so many times.
struct Busy {
    inner: Arc<MemoryProvider>,
    left: Mutex<u32>,
}

impl Provider for Busy {
    fn capabilities(&self, space: &SpaceAlias) -> Result<Capabilities, ProviderError> {
        self.inner.capabilities(space)
    }

    fn list<'a>(&'a self, request: &'a ListRequest) -> Answer<'a, Page> {
        self.inner.list(request)
    }

    fn fetch<'a>(&'a self, places: &'a [Place]) -> Answer<'a, Vec<Option<FetchedEntry>>> {
        self.inner.fetch(places)
    }

    fn execute<'a>(&'a self, request: &'a BatchRequest<'a>) -> Answer<'a, BatchReply> {
        let mut left = self.left.lock().unwrap();
        if *left == 0 {
            return self.inner.execute(request);
        }
        *left -= 1;
        let error = ProviderError::passing(ErrorKind::Throttled, "too many calls");
        Box::pin(std::future::ready(Err(error)))
    }

    fn poll<'a>(&'a self, tasks: &'a [TaskId]) -> Answer<'a, Vec<TaskStatus>> {
        self.inner.poll(tasks)
    }
}

#[test]
fn a_call_without_effect_is_made_again_but_not_for_ever() {
    for (busy, expected) in [(7, "done"), (8, "failed")] {
        let provider = Busy {
            inner: memory(&FILES),
            left: Mutex::new(busy),
        };
        let operation = sample::operation(1, copy("desk:/a", "desk:/new", Strategy::Fail));
        let plan = plan_of(vec![operation], &[&[1]]);
        let progress = run(&plan, &provider, &mut MemoryJournal::default()).unwrap();
        assert_eq!(standings(&progress), [(1, expected)]);
    }
}

/// Takes calls as tasks, which are done at the third look.
struct Slow {
    inner: Arc<MemoryProvider>,
    looks: Mutex<u32>,
}

impl Provider for Slow {
    fn capabilities(&self, space: &SpaceAlias) -> Result<Capabilities, ProviderError> {
        self.inner.capabilities(space)
    }

    fn list<'a>(&'a self, request: &'a ListRequest) -> Answer<'a, Page> {
        self.inner.list(request)
    }

    fn fetch<'a>(&'a self, places: &'a [Place]) -> Answer<'a, Vec<Option<FetchedEntry>>> {
        assert!(*self.looks.lock().unwrap() >= 3, "the tasks go on");
        self.inner.fetch(places)
    }

    fn execute<'a>(&'a self, request: &'a BatchRequest<'a>) -> Answer<'a, BatchReply> {
        Box::pin(async move {
            self.inner.execute(request).await?;
            Ok(BatchReply {
                items: Vec::new(),
                tasks: vec![TaskId("task-1".into())],
            })
        })
    }

    fn poll<'a>(&'a self, _tasks: &'a [TaskId]) -> Answer<'a, Vec<TaskStatus>> {
        let mut looks = self.looks.lock().unwrap();
        *looks += 1;
        let status = if *looks < 3 {
            TaskStatus::Running
        } else {
            TaskStatus::Failed("it says".into())
        };
        Box::pin(std::future::ready(Ok(vec![status])))
    }
}

#[test]
fn tasks_are_followed_and_then_the_tree_decides() {
    let provider = Slow {
        inner: memory(&FILES),
        looks: Mutex::new(0),
    };
    let operation = sample::operation(1, copy("desk:/a", "desk:/new", Strategy::Fail));
    let plan = plan_of(vec![operation], &[&[1]]);
    let mut journal = MemoryJournal::default();
    let progress = run(&plan, &provider, &mut journal).unwrap();
    assert_eq!(progress.outcome, Some(Outcome::Complete));
    let tasks = Fact::Tasks {
        batch: crate::plan::BatchId(1),
        tasks: vec!["task-1".into()],
    };
    assert!(journal.records().iter().any(|record| record.fact == tasks));
}

#[test]
fn what_a_whole_folder_brought_along_is_named() {
    let mut operation = sample::operation(1, copy("desk:/in/deep", "desk:/whole", Strategy::Fail));
    operation.kind = EntryKind::Folder;
    let mut plan = plan_of(vec![operation], &[&[1]]);
    let mut folder = sample::recording("desk:/whole", 0, Some(1));
    folder.provenance.kind = EntryKind::Folder;
    plan.recordings = vec![folder];
    let differs = |plan: &Plan| {
        let progress = run(plan, &*memory(&FILES), &mut MemoryJournal::default()).unwrap();
        let names = progress
            .differs
            .keys()
            .map(ToString::to_string)
            .collect::<Vec<_>>();
        (progress.outcome, names)
    };
    assert_eq!(
        differs(&plan),
        (Some(Outcome::Partial), vec!["desk:/whole/x".to_owned()])
    );
    plan.recordings
        .push(sample::recording("desk:/whole/x", 5, Some(1)));
    assert_eq!(differs(&plan), (Some(Outcome::Complete), Vec::new()));
}
