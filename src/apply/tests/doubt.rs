//! Calls whose effect nobody saw: intended before, settled after, and never repeated blindly.
#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use crate::apply::scene::{
    FILES, MemoryJournal, NoPause, copy, memory, picture, plan, rest_of, run, run_watched, settle,
    standings, wanted,
};
use crate::apply::{ApplyError, Stop};
use crate::journal::{Fact, Outcome, RunProgress, Standing, TaskItem};
use crate::plan::sample::{self, plan_of};
use crate::plan::{BatchId, Capabilities, OperationId, Place, Plan, Strategy};
use crate::provider::layer::{FaultLayer, FaultRates, RetryReadsLayer};
use crate::provider::{
    Answer, BatchReply, BatchRequest, ErrorKind, FetchedEntry, ItemDone, ListRequest,
    MemoryProvider, Page, Provider, ProviderError, TaskId, TaskReply, TaskStatus,
};
use crate::tree::SpaceAlias;

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

/// Answers every call with an error that had no effect, so many times.
struct Busy {
    inner: Arc<MemoryProvider>,
    kind: ErrorKind,
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
        let error = ProviderError::passing(self.kind, "not now");
        Box::pin(std::future::ready(Err(error)))
    }

    fn poll<'a>(&'a self, tasks: &'a [TaskId]) -> Answer<'a, Vec<TaskStatus>> {
        self.inner.poll(tasks)
    }
}

#[test]
fn a_call_without_effect_is_made_again_but_not_for_ever() {
    let (early, other) = (ErrorKind::Throttled, ErrorKind::Unavailable);
    for (kind, busy, expected) in [
        (other, 7, "done"),
        (other, 8, "failed"),
        (early, 29, "done"),
        (early, 30, "failed"),
    ] {
        let provider = Busy {
            inner: memory(&FILES),
            kind,
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
                tasks: vec![TaskReply {
                    operation: request.operations[0].id,
                    task: TaskId("task-1".into()),
                    done: ItemDone::default(),
                }],
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
        batch: BatchId(1),
        tasks: vec!["task-1".into()],
        items: vec![TaskItem {
            operation: OperationId(1),
            task: "task-1".into(),
            id: None,
            name: None,
            bin: None,
        }],
    };
    assert!(journal.records().iter().any(|record| record.fact == tasks));
}
