//! How many calls are under way, and what a run does where a service takes none.
#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use std::sync::Mutex;
use std::time::Duration;

use crate::apply::scene::{MemoryJournal, copy, observed, run, sheet, standings};
use crate::journal::{Outcome, Standing};
use crate::plan::sample::{self, plan_of};
use crate::plan::{Capabilities, OperationId, Place, Plan, Strategy};
use crate::provider::{
    Answer, BatchReply, BatchRequest, ErrorKind, FetchedEntry, ListRequest, MemoryProvider, Page,
    Provider, ProviderError, Retry, TaskId, TaskStatus,
};
use crate::tree::SpaceAlias;

/// A service whose calls take a while, that counts those under way, and that refuses some.
struct Busy {
    inner: MemoryProvider,
    most: Option<u32>,
    refuses: fn(u32) -> Option<Retry>,
    seen: Mutex<Seen>,
}

#[derive(Default)]
struct Seen {
    calls: u32,
    under_way: u32,
    most: u32,
}

impl Busy {
    /// A service with a folder for each of so many copies.
    fn new(copies: u32, most: Option<u32>, refuses: fn(u32) -> Option<Retry>) -> Self {
        let names: Vec<String> = (1..=copies)
            .map(|number| format!("/{number}/there"))
            .collect();
        let mut files: Vec<(&str, u64)> = names.iter().map(|name| (name.as_str(), 1)).collect();
        files.push(("/a", 5));
        Self {
            inner: MemoryProvider::new(&observed(&files), sheet()),
            most,
            refuses,
            seen: Mutex::default(),
        }
    }

    fn begin(&self) -> Option<Retry> {
        let mut seen = self.seen.lock().unwrap();
        seen.calls += 1;
        seen.under_way += 1;
        seen.most = seen.most.max(seen.under_way);
        (self.refuses)(seen.calls)
    }
}

impl Provider for Busy {
    fn capabilities(&self, space: &SpaceAlias) -> Result<Capabilities, ProviderError> {
        let sheet = self.inner.capabilities(space)?;
        Ok(Capabilities {
            calls_at_once: self.most,
            ..sheet
        })
    }

    fn list<'a>(&'a self, request: &'a ListRequest) -> Answer<'a, Page> {
        self.inner.list(request)
    }

    fn fetch<'a>(&'a self, places: &'a [Place]) -> Answer<'a, Vec<Option<FetchedEntry>>> {
        self.inner.fetch(places)
    }

    fn execute<'a>(&'a self, request: &'a BatchRequest<'a>) -> Answer<'a, BatchReply> {
        Box::pin(async move {
            let refusal = self.begin();
            for _ in 0..10 {
                tokio::task::yield_now().await;
            }
            self.seen.lock().unwrap().under_way -= 1;
            match refusal {
                None => self.inner.execute(request).await,
                Some(retry) => Err(ProviderError {
                    retry,
                    ..ProviderError::passing(ErrorKind::Throttled, "too many")
                }),
            }
        })
    }

    fn poll<'a>(&'a self, tasks: &'a [TaskId]) -> Answer<'a, Vec<TaskStatus>> {
        self.inner.poll(tasks)
    }
}

/// So many copies, each into a folder of its own.
fn copies(count: u32) -> Plan {
    let numbers: Vec<u32> = (1..=count).collect();
    let batches: Vec<&[u32]> = numbers.iter().map(std::slice::from_ref).collect();
    let operation = |number: &u32| {
        let action = copy("desk:/a", &format!("desk:/{number}/a"), Strategy::Fail);
        sample::operation(*number, action)
    };
    let mut plan = plan_of(numbers.iter().map(operation).collect(), &batches);
    let batches = plan.batches.iter_mut();
    batches.for_each(|batch| batch.after.clear());
    plan
}

#[test]
fn calls_under_way_rise_to_what_is_allowed() {
    let cases = [
        (10, None, 2),
        (400, None, 8),
        (400, Some(3), 3),
        (90, Some(64), 6),
    ];
    for (count, most, expected) in cases {
        let service = Busy::new(count, most, |_| None);
        let progress = run(&copies(count), &service, &mut MemoryJournal::default()).unwrap();
        assert_eq!(progress.outcome, Some(Outcome::Complete));
        let seen = service.seen.lock().unwrap();
        assert_eq!(
            (seen.calls, seen.most),
            (count, expected),
            "{count} {most:?}"
        );
    }
}

#[test]
fn the_manifest_may_allow_other_numbers_than_the_sheet() {
    for (limit, expected) in [(1, 1), (5, 5)] {
        let mut plan = copies(300);
        let space = plan.spaces.values_mut().next().unwrap();
        space.limits.insert("calls_at_once".to_owned(), limit);
        let service = Busy::new(300, Some(3), |_| None);
        run(&plan, &service, &mut MemoryJournal::default()).unwrap();
        assert_eq!(service.seen.lock().unwrap().most, expected);
    }
}

#[test]
fn a_service_that_refuses_every_third_call_gets_one_at_a_time() {
    let every_third = |call: u32| call.is_multiple_of(3).then_some(Retry::Backoff);
    let service = Busy::new(100, Some(64), every_third);
    let mut journal = MemoryJournal::default();
    let progress = run(&copies(100), &service, &mut journal).unwrap();
    assert_eq!(progress.outcome, Some(Outcome::Complete));
    let seen = service.seen.lock().unwrap();
    // A refused call was made once more and no call beside it.
    assert_eq!((seen.calls, seen.most), (149, 2));
}

#[test]
fn nothing_is_sent_to_a_service_that_takes_nothing_for_long() {
    let day = Retry::After(Duration::from_secs(86_400));
    for (refuses, done, calls) in [
        (
            (|call| (call > 3).then_some(Retry::After(Duration::from_secs(300)))) as fn(u32) -> _,
            3,
            5,
        ),
        (|_| Some(Retry::After(Duration::from_secs(86_400))), 0, 2),
    ] {
        let service = Busy::new(50, None, refuses);
        let progress = run(&copies(50), &service, &mut MemoryJournal::default()).unwrap();
        assert_eq!(progress.outcome, Some(Outcome::Partial), "{day:?}");
        let rows = standings(&progress);
        let count = |word: &str| rows.iter().filter(|row| row.1 == word).count();
        assert_eq!(
            (count("done"), count("skipped")),
            (done, 50 - calls as usize)
        );
        assert_eq!(count("failed"), calls as usize - done);
        assert_eq!(service.seen.lock().unwrap().calls, calls);
        let because = OperationId(done as u32 + 1);
        let last = progress.operations.get(&OperationId(50));
        assert_eq!(last, Some(&Standing::Skipped { because }));
    }
}
