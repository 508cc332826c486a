//! Runs over a service that goes on with folders after its reply.
#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;

use super::service::{Service, folder, plan};
use crate::apply::scene::{
    MemoryJournal, NoPause, block_on, copy, memory, relocate, run, settle, standings,
};
use crate::apply::{Executor, Stop};
use crate::journal::{Fact, JournalSink, Outcome, Record, RunProgress};
use crate::plan::{Action, BatchId, OperationId, Plan, Strategy};
use crate::provider::{Progress, Provider, TaskStatus};
use crate::state::RunId;
use crate::tree::EntryKind;

const FOLDERS: [(&str, u64); 4] = [("/f/1", 1), ("/f/x/2", 2), ("/g/3", 3), ("/t/4", 4)];

fn folders(service: &Service) -> Plan {
    let actions = vec![
        copy("desk:/f", "desk:/t/f", Strategy::Fail),
        relocate("desk:/g", "desk:/t/g"),
    ];
    plan(service, actions)
}

#[test]
fn a_run_that_is_cut_off_while_tasks_go_on_waits_for_them() {
    let whole = {
        let service = Service::holding(&FOLDERS).with_tasks(2);
        let mut journal = MemoryJournal::default();
        let plan = folders(&service);
        let progress = run(&plan, &service, &mut journal).unwrap();
        assert_eq!(progress.outcome, Some(Outcome::Complete), "{progress:?}");
        assert_eq!(progress.tasks, BTreeMap::new());
        journal.records()
    };
    let mut goes_on = 0;
    for length in 1..whole.len() {
        let service = Service::holding(&FOLDERS).with_tasks(2);
        let plan = folders(&service);
        run(&plan, &service, &mut MemoryJournal::breaking_at(length)).unwrap_err();
        let left = &whole[..length];
        let has_tasks = matches!(left.last().map(|it| &it.fact), Some(Fact::Tasks { .. }));
        let settled = settle(&plan, &service, &mut MemoryJournal::holding(left)).unwrap();
        if has_tasks {
            goes_on += 1;
            let last = RunProgress::of(left).tasks.into_keys().next().unwrap();
            assert!(settled.is_done(last), "{settled:?}");
        }
    }
    assert_eq!(goes_on, 2);
}

#[test]
fn calls_go_on_while_the_service_is_at_work() {
    let service = Service::holding(&FOLDERS).with_tasks(5);
    let targets = ["/a", "/b", "/c", "/d", "/e"].map(|name| format!("desk:{name}/f"));
    let mut actions: Vec<Action> = ["/a", "/b", "/c", "/d", "/e"]
        .map(|name| folder(&format!("desk:{name}")))
        .into();
    actions.extend(targets.map(|to| copy("desk:/f", &to, Strategy::Fail)));
    let mut plan = plan(&service, actions);
    plan.operations[..5]
        .iter_mut()
        .for_each(|it| it.kind = EntryKind::Folder);
    plan.batches
        .iter_mut()
        .for_each(|batch| batch.after.clear());
    for number in 5..10 {
        plan.batches[number].after = vec![BatchId(number as u32 - 4)];
    }
    let mut journal = MemoryJournal::default();
    let progress = run(&plan, &service, &mut journal).unwrap();
    assert_eq!(progress.outcome, Some(Outcome::Complete), "{progress:?}");
    let records = journal.records();
    let ends = |fact: &Fact| matches!(fact, Fact::Done { operation, .. } if operation.0 > 5);
    let first_end = records.iter().position(|it| ends(&it.fact)).unwrap();
    let begun = records[..first_end].iter();
    let begun = begun.filter(|it| matches!(it.fact, Fact::Tasks { .. }));
    assert_eq!(begun.count(), 5);
}

#[test]
fn a_task_that_hangs_is_followed_again_and_never_begun_anew() {
    // Looks until the tasks end, and what becomes of them in the run and when it is resumed. A
    // deadline is about 65 looks away.
    let (open, done) = ("in doubt", "done");
    for (looks, first, second) in [(100, open, done), (1000, open, open), (40, done, done)] {
        let service = Service::holding(&FOLDERS).with_tasks(looks);
        let plan = folders(&service);
        let mut journal = MemoryJournal::default();
        let progress = run(&plan, &service, &mut journal).unwrap();
        assert_eq!(standings(&progress), [(1, first), (2, first)], "{looks}");
        assert_eq!(progress.tasks.len(), if first == open { 2 } else { 0 });
        let mut journal = MemoryJournal::holding(&journal.records());
        let settled = settle(&plan, &service, &mut journal).unwrap();
        assert_eq!(standings(&settled), [(1, second), (2, second)], "{looks}");
        assert_eq!(service.calls(), 2, "{looks}");
    }
}

#[test]
fn a_folder_whose_task_ended_badly_is_compared_with_its_source() {
    for verdict in [TaskStatus::Failed("it says".into()), TaskStatus::Unknown] {
        let mut service = Service::holding(&FOLDERS).with_tasks(1);
        service.verdict = Some(verdict);
        let progress = run(&folders(&service), &service, &mut MemoryJournal::default());
        let progress = progress.unwrap();
        assert_eq!(standings(&progress), [(1, "done"), (2, "done")]);
        assert_eq!(progress.outcome, Some(Outcome::Complete));
    }
}

#[test]
fn a_folder_that_came_in_part_is_unresolved() {
    let mut files = FOLDERS.to_vec();
    files.push(("/t/f/1", 1));
    let service = Service::holding(&files);
    let mut journal = MemoryJournal::default();
    let intent = Fact::Intent {
        batch: BatchId(1),
        attempt: 0,
        operations: vec![OperationId(1)],
    };
    journal.append(intent).unwrap();
    let settled = settle(&folders(&service), &service, &mut journal).unwrap();
    assert_eq!(standings(&settled), [(1, "in doubt")]);
    assert_eq!(service.calls(), 0);
}

/// Hears how long is waited, and for how many operations.
#[derive(Default)]
struct Ear(Mutex<Vec<(usize, Duration)>>);

impl Progress for Ear {
    fn bytes(&self, _count: u64) {}

    fn item(&self) {}

    fn settling(&self, operations: usize, time: Duration) {
        self.0.lock().unwrap().push((operations, time));
    }
}

#[test]
fn whoever_waits_for_a_service_to_settle_says_so() {
    let check = |provider: &dyn Provider, doubtful: &[u32], expected: &[(usize, Duration)]| {
        let mut journal = MemoryJournal::default();
        let intent = Fact::Intent {
            batch: BatchId(1),
            attempt: 0,
            operations: doubtful.iter().copied().map(OperationId).collect(),
        };
        journal.append(intent).unwrap();
        let progress = RunProgress::of(&journal.records());
        let ear = Ear::default();
        let executor = Executor {
            provider,
            journal: &mut journal,
            pause: &NoPause,
            stop: &Stop::new(),
            heard: &ear,
            watch: &mut |_: &Record| {},
        };
        let plan = folders(&Service::holding(&FOLDERS));
        block_on(executor.settle(&plan, &RunId::new("run-1"), progress)).unwrap();
        assert_eq!(*ear.0.lock().unwrap(), expected);
    };
    let service = Service::holding(&FOLDERS);
    let minutes = Duration::from_secs(120);
    check(&service, &[1, 2], &[(2, minutes)]);
    check(&service, &[1], &[(1, minutes)]);
    check(&service, &[], &[]);
    // What this machine does itself is as it is when it looks.
    check(&*memory(&FOLDERS), &[1, 2], &[]);
}
