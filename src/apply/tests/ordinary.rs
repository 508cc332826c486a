//! Runs from their first call to their last: in order, and read back.
#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use std::sync::Arc;

use crate::apply::scene::{
    FILES, MemoryJournal, copy, memory, picture, plan, run, standings, wanted,
};
use crate::journal::{Counts, Fact, Outcome, RunProgress, Standing};
use crate::plan::sample::{self, address, plan_of};
use crate::plan::{Capabilities, Operation, OperationId, Place, Plan, Strategy};
use crate::provider::{
    Answer, BatchReply, BatchRequest, ErrorKind, FetchedEntry, ItemDone, ItemReply, ListRequest,
    MemoryProvider, Page, Provider, ProviderError, TaskId, TaskStatus,
};
use crate::tree::{EntryKind, SpaceAlias};

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
