//! Removals: what others did to a folder since the plan was made keeps it.
#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use std::sync::{Arc, Mutex};

use crate::apply::scene::{
    FILES, MemoryJournal, copy, memory, observed, relocate, remove, run, standings,
};
use crate::journal::Standing;
use crate::plan::sample::{self, address, plan_of};
use crate::plan::{
    Action, BatchId, Capabilities, Operation, OperationId, Place, Plan, Reliance, Strategy,
};
use crate::provider::{
    Answer, BatchReply, BatchRequest, FetchedEntry, ListRequest, MemoryProvider, NoProgress, Page,
    Provider, ProviderError, TaskId, TaskStatus,
};
use crate::tree::{EntryKind, SpaceAlias, subtree_digest};

/// What was there when the plan was made.
const BEFORE: [(&str, u64); 4] = [("/a", 1), ("/old/deep/y", 6), ("/old/z", 7), ("/x", 8)];

/// These actions one after another, and then `desk:/old` goes with all that it holds.
fn plan(mut actions: Vec<Action>) -> Plan {
    actions.push(remove("desk:/old"));
    let numbers: Vec<u32> = (1..=actions.len() as u32).collect();
    let mut operations: Vec<Operation> = (1..)
        .zip(actions)
        .map(|(number, action)| sample::operation(number, action))
        .collect();
    let world = observed(&BEFORE);
    let (tree, entry) = world.find(&address("desk:/old")).unwrap();
    let last = operations.last_mut().unwrap();
    last.kind = EntryKind::Folder;
    last.relies_on = vec![Reliance::Subtree {
        address: address("desk:/old"),
        id: None,
        digest: subtree_digest(tree, entry),
    }];
    let batches: Vec<&[u32]> = numbers.iter().map(std::slice::from_ref).collect();
    let mut plan = plan_of(operations, &batches);
    for number in 1..plan.batches.len() {
        plan.batches[number].after = vec![BatchId(number as u32)];
    }
    plan
}

/// How the removal of a plan ended.
fn removal(plan: &Plan, provider: &dyn Provider) -> String {
    let progress = run(plan, provider, &mut MemoryJournal::default()).unwrap();
    let last = OperationId(plan.operations.len() as u32);
    if let Standing::Failed { kind, .. } = &progress.operations[&last] {
        kind.clone()
    } else {
        standings(&progress).pop().unwrap().1.to_owned()
    }
}

#[test]
fn a_folder_goes_only_as_it_was_planned() {
    let check = |gone: &[&str], put: &[(&str, u64)], expected: &str| {
        let mut files = BEFORE.to_vec();
        files.retain(|(path, _)| !gone.contains(path));
        files.extend(put);
        let provider = memory(&files);
        assert_eq!(removal(&plan(vec![]), &*provider), expected, "{files:?}");
        let is_there = provider.world().find(&address("desk:/old")).is_some();
        assert_eq!(is_there, expected != "done", "{files:?}");
    };
    check(&[], &[], "done");
    check(&["/a"], &[("/b", 9)], "done");
    check(&[], &[("/old/new", 1)], "mismatch");
    check(&[], &[("/old/deep/new", 1)], "mismatch");
    check(&[], &[("/old/deep/new/x", 1)], "mismatch");
    check(&["/old/deep/y"], &[("/old/deep/y", 60)], "mismatch");
    check(&["/old/z"], &[("/old/z/below", 7)], "mismatch");
    check(&["/old/z"], &[], "mismatch");
}

/// Somebody who copies `desk:/a` to a place after the first call of a run.
struct Meddled {
    inner: Arc<MemoryProvider>,
    to: Mutex<Option<&'static str>>,
}

impl Provider for Meddled {
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
        Box::pin(async move {
            let reply = self.inner.execute(request).await?;
            let to = self.to.lock().unwrap().take();
            if let Some(to) = to {
                let theirs = sample::operation(1, copy("desk:/a", to, Strategy::Fail));
                let request = BatchRequest {
                    run: "somebody",
                    operations: &[&theirs],
                    progress: &NoProgress,
                };
                let theirs = self.inner.execute(&request).await?;
                assert!(theirs.items[0].end.is_ok(), "{theirs:?}");
            }
            Ok(reply)
        })
    }

    fn poll<'a>(&'a self, tasks: &'a [TaskId]) -> Answer<'a, Vec<TaskStatus>> {
        self.inner.poll(tasks)
    }
}

/// The run may take something out of the folder, or put something into it, before it goes.
#[test]
fn what_the_run_itself_changed_keeps_no_folder() {
    let takes_out = || {
        vec![
            relocate("desk:/old/z", "desk:/kept"),
            relocate("desk:/old/deep/y", "desk:/old/w"),
        ]
    };
    let check = |theirs: Option<&'static str>, expected: &str| {
        let provider = Meddled {
            inner: memory(&BEFORE),
            to: Mutex::new(theirs),
        };
        assert_eq!(
            removal(&plan(takes_out()), &provider),
            expected,
            "{theirs:?}"
        );
    };
    check(None, "done");
    check(Some("desk:/elsewhere"), "done");
    check(Some("desk:/old/new"), "mismatch");
    check(Some("desk:/old/deep/new"), "mismatch");
    check(Some("desk:/old/z"), "mismatch");
    // What is there already when the run begins is not the run's either.
    let mut files = BEFORE.to_vec();
    files.push(("/old/new", 1));
    assert_eq!(removal(&plan(takes_out()), &*memory(&files)), "mismatch");
}

#[test]
fn nothing_goes_after_something_failed() {
    let fails = vec![copy("desk:/missing", "desk:/b", Strategy::Fail)];
    assert_eq!(removal(&plan(fails), &*memory(&BEFORE)), "skipped");
    let taken = vec![copy("desk:/a", "desk:/x", Strategy::Fail)];
    assert_eq!(removal(&plan(taken), &*memory(&BEFORE)), "skipped");
    assert_eq!(removal(&plan(vec![]), &*memory(&FILES)), "mismatch");
}
