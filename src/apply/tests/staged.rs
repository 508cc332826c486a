//! Copies by a folder of the run's own, over a service that checks names at submission only.
#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use std::collections::BTreeMap;

use super::service::{Service, folder, plan, rename};
use crate::apply::Stop;
use crate::apply::scene::{MemoryJournal, copy, relocate, run, run_watched, settle, standings};
use crate::journal::{Fact, Outcome, Standing};
use crate::manifest::Disposal;
use crate::plan::sample::place;
use crate::plan::{Action, NameCheck, OperationId, Plan, Reason, Strategy};
use crate::tree::EntryKind;

const FILES: [(&str, u64); 3] = [("/from/d/x", 1), ("/from/f", 2), ("/to/other", 3)];
const STAGING: &str = "desk:/.reshelve-staging-l-3";

fn submitting() -> Service {
    Service::checking(NameCheck::AtSubmission, &FILES).with_tasks(1)
}

/// `from/d` goes to `to/d`: a folder that holds something, which is a task.
fn exclusive(service: &Service) -> Plan {
    plan(
        service,
        vec![copy("desk:/from/d", "desk:/to/d", Strategy::Fail)],
    )
}

/// The same by a folder of the run's own, and `from/f` as `to/g`.
fn staged(service: &Service) -> Plan {
    let at = |name: &str| format!("{STAGING}/{name}");
    let actions = vec![
        folder(STAGING),
        copy("desk:/from/d", &at("d"), Strategy::Fail),
        copy("desk:/from/f", &at("f"), Strategy::Fail),
        rename(&at("f"), &at("g")),
        relocate(&at("d"), "desk:/to/d"),
        relocate(&at("g"), "desk:/to/g"),
        Action::Remove {
            at: place(STAGING),
            disposal: Disposal::Permanent,
        },
    ];
    let mut plan = plan(service, actions);
    for number in [0, 1, 4, 6] {
        plan.operations[number].kind = EntryKind::Folder;
    }
    for number in [2, 3, 5] {
        plan.operations[number].bytes = 2;
    }
    for number in [1, 2, 3] {
        plan.operations[number].reason = Reason::Halfway;
    }
    plan.operations[0].reason = Reason::Temporary;
    plan.operations[6].reason = Reason::Emptied;
    let batches = plan.batches.iter_mut().skip(1);
    batches.for_each(|batch| batch.after = vec![crate::plan::BatchId(batch.id.0 - 1)]);
    plan
}

const DONE: [&str; 9] = [
    "/from 0",
    "/from/d 0",
    "/from/d/x 1",
    "/from/f 2",
    "/to 0",
    "/to/d 0",
    "/to/d/x 1",
    "/to/g 2",
    "/to/other 3",
];

fn below_root(service: &Service) -> Vec<String> {
    let mut rows = service.picture();
    rows.retain(|row| !row.starts_with("/ ") && row != " 0");
    rows
}

#[test]
fn a_copy_without_a_reply_makes_a_twin_in_the_open_or_none() {
    for (make, twin) in [
        (exclusive as fn(&Service) -> Plan, true),
        (staged as fn(&Service) -> Plan, false),
    ] {
        let mut service = submitting();
        let plan = make(&service);
        // The copy is taken on, and nobody hears of it.
        let call = if twin { 1 } else { 2 };
        service.unanswered = BTreeMap::from([(call, true)]);
        let progress = run(&plan, &service, &mut MemoryJournal::default()).unwrap();
        assert_eq!(progress.outcome, Some(Outcome::Complete), "{progress:?}");
        service.finish_tasks();
        let rows = below_root(&service);
        let has_twin = rows.contains(&"/to/d(1) 0".to_owned());
        assert_eq!(has_twin, twin, "{rows:?}");
        if !twin {
            assert_eq!(rows, DONE);
        }
    }
}

#[test]
fn a_twin_that_lands_in_time_goes_with_the_folder() {
    for when in ["before", "after"] {
        let mut service = submitting();
        let plan = staged(&service);
        service.unanswered = BTreeMap::from([(2, true)]);
        let mut journal = MemoryJournal::default();
        let progress = run_watched(&plan, &service, &mut journal, &Stop::new(), &mut |record| {
            let fact = &record.fact;
            // The first copy takes the name before the second one has it, or after.
            let before = when == "before" && matches!(fact, Fact::Tasks { .. });
            let is_copied = matches!(fact, Fact::Done { operation, .. } if operation.0 == 2);
            if before || when == "after" && is_copied {
                service.finish_tasks();
            }
        })
        .unwrap();
        assert_eq!(progress.outcome, Some(Outcome::Complete), "{progress:?}");
        service.finish_tasks();
        assert_eq!(below_root(&service), DONE, "{when}");
    }
}

#[test]
fn what_cannot_be_moved_goes_with_the_folder() {
    let mut files = FILES.to_vec();
    files.push(("/to/d/another", 7));
    let service = Service::checking(NameCheck::AtSubmission, &files).with_tasks(1);
    let plan = staged(&service);
    let progress = run(&plan, &service, &mut MemoryJournal::default()).unwrap();
    assert_eq!(progress.outcome, Some(Outcome::Partial));
    assert_eq!(
        standings(&progress).last(),
        Some(&(7, "done")),
        "{progress:?}"
    );
    assert!(!progress.is_done(OperationId(5)));
    let rows = below_root(&service);
    let is_left = |row: &String| row.starts_with("/.reshelve") || row.starts_with("/to/d/x");
    assert!(!rows.iter().any(is_left), "{rows:?}");
}

/// A run that is killed anywhere is settled: nothing of it is left, nothing of it lands later, and
/// what it did is known.
#[test]
fn a_killed_run_leaves_nothing_that_lands_later() {
    let whole = {
        let service = submitting();
        let mut journal = MemoryJournal::default();
        run(&staged(&service), &service, &mut journal).unwrap();
        journal.records().len()
    };
    for length in 1..whole {
        for durable in [true, false] {
            let service = submitting();
            let plan = staged(&service);
            let mut journal = MemoryJournal::breaking_at(length);
            run(&plan, &service, &mut journal).unwrap_err();
            let records = match durable {
                true => journal.durable(),
                false => journal.records(),
            };
            let mut journal = MemoryJournal::holding(&records);
            let settled = settle(&plan, &service, &mut journal).unwrap();
            let context = format!("{length} {durable}: {:?}", settled.operations);
            assert_eq!(settled.in_doubt(), [], "{context}");
            let before = below_root(&service);
            let is_ours = |row: &String| row.starts_with("/.reshelve");
            assert!(!before.iter().any(is_ours), "{before:?} {context}");
            service.finish_tasks();
            assert_eq!(below_root(&service), before, "{context}");
            for (number, target) in [(5, "/to/d 0"), (6, "/to/g 2")] {
                let is_there = before.iter().any(|row| row == target);
                let standing = settled.operations.get(&OperationId(number));
                let is_done = matches!(standing, Some(Standing::Done { .. }));
                assert_eq!(is_done, is_there, "{number} {context}");
            }
        }
    }
}
