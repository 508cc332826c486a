//! Runs over a service that knows entries by id and finds names of its own.
#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use std::collections::BTreeMap;

use super::service::{Service, folder, plan, rename};
use crate::apply::scene::{
    FILES, MemoryJournal, block_on, copy, relocate, remove, run, settle, standings,
};
use crate::journal::{Outcome, Standing, advance};
use crate::plan::sample::{self, address, place};
use crate::plan::{Action, OperationId, Permissions, Strategy};
use crate::provider::Provider;
use crate::state::{Lineage, State};
use crate::tree::{EntryKind, EntryPath};

/// Runs actions to their end in as many calls as there are actions; checks what is there then.
fn check(files: &[(&str, u64)], actions: Vec<Action>, kinds: &[EntryKind], expected: &[&str]) {
    let service = Service::holding(files);
    let mut plan = plan(&service, actions);
    for (operation, kind) in plan.operations.iter_mut().zip(kinds) {
        operation.kind = *kind;
    }
    let progress = run(&plan, &service, &mut MemoryJournal::default()).unwrap();
    assert_eq!(progress.outcome, Some(Outcome::Complete), "{progress:?}");
    assert_eq!(service.picture(), expected);
    assert_eq!(service.calls() as usize, plan.batches.len());
}

#[test]
fn what_a_run_made_is_taken_on_by_its_id() {
    use EntryKind::{File, Folder};
    check(
        &[("/a", 1)],
        vec![
            folder("desk:/new"),
            copy("desk:/a", "desk:/new/a", Strategy::Fail),
            rename("desk:/new/a", "desk:/new/b"),
            rename("desk:/new", "desk:/old"),
            relocate("desk:/old/b", "desk:/b"),
        ],
        &[Folder, File, File, Folder, File],
        &["/ 0", "/a 1", "/b 1", "/old 0"],
    );
}

#[test]
fn a_name_that_the_service_found_is_followed() {
    use EntryKind::{File, Folder};
    let beside = |from: &str, to: &str| copy(from, to, Strategy::Rename);
    // Somebody took the expected name after the plan was made.
    check(
        &[("/a", 1), ("/t/a", 2), ("/t/a(1)", 3)],
        vec![
            beside("desk:/a", "desk:/t/a(1)"),
            rename("desk:/t/a(1)", "desk:/t/z"),
        ],
        &[File, File],
        &["/ 0", "/a 1", "/t 0", "/t/a 2", "/t/a(1) 3", "/t/z 1"],
    );
    check(
        &[("/f/x", 1), ("/t/f/y", 2), ("/t/f(1)/y", 3), ("/z", 4)],
        vec![
            beside("desk:/f", "desk:/t/f(1)"),
            copy("desk:/z", "desk:/t/f(1)/z", Strategy::Fail),
        ],
        &[Folder, File],
        &[
            "/ 0",
            "/f 0",
            "/f/x 1",
            "/t 0",
            "/t/f 0",
            "/t/f/y 2",
            "/t/f(1) 0",
            "/t/f(1)/y 3",
            "/t/f(2) 0",
            "/t/f(2)/x 1",
            "/t/f(2)/z 4",
            "/z 4",
        ],
    );
}

#[test]
fn the_state_remembers_where_an_entry_really_is() {
    let check = |files: &[(&str, u64)], expected: &str, wished: Option<&str>| {
        let service = Service::holding(files);
        let beside = copy("desk:/a", "desk:/t/a(1)", Strategy::Rename);
        let mut plan = plan(&service, vec![beside]);
        let mut recording = sample::recording("desk:/t/a(1)", 1, Some(1));
        recording.provenance.wished = EntryPath::parse("/t/a").ok();
        plan.recordings = vec![recording];
        let progress = run(&plan, &service, &mut MemoryJournal::default()).unwrap();
        assert_eq!(progress.outcome, Some(Outcome::Complete), "{progress:?}");
        let state = advance(State::new(Lineage::new("l")), None, &plan, &progress);
        let record = &state.records[&address(expected)];
        assert_eq!(state.records.len(), 1);
        assert_eq!(
            record.wished,
            wished.and_then(|it| EntryPath::parse(it).ok())
        );
        let found = block_on(service.fetch(&[place(expected)]))
            .unwrap()
            .remove(0);
        assert_eq!(record.target, found.unwrap().seen);
    };
    let wished = Some("/t/a");
    check(&[("/a", 1), ("/t/a", 2)], "desk:/t/a(1)", wished);
    check(
        &[("/a", 1), ("/t/a", 2), ("/t/a(1)", 3)],
        "desk:/t/a(2)",
        wished,
    );
    // The name in the way is gone, so that the service had no need to find another.
    check(&[("/a", 1), ("/t/b", 2)], "desk:/t/a", None);
}

/// What becomes of one copy whose call is not answered, and how many calls are made.
fn check_unanswered(has_effect: bool, copy: Action, files: &[(&str, u64)], expected: &str) {
    let mut service = Service::holding(files);
    service.unanswered = BTreeMap::from([(1, has_effect)]);
    let plan = plan(&service, vec![copy.clone()]);
    let progress = run(&plan, &service, &mut MemoryJournal::default()).unwrap();
    let found = standings(&progress)[0].1;
    let case = format!("{has_effect} {copy:?} {files:?}");
    assert_eq!(format!("{found} {}", service.calls()), expected, "{case}");
}

#[test]
fn a_call_whose_name_nobody_knows_is_never_sent_again() {
    let beside = || copy("desk:/a", "desk:/t/a(1)", Strategy::Rename);
    let named = || copy("desk:/a", "desk:/t/a", Strategy::Fail);
    let free = [("/a", 1), ("/t/a", 2)];
    check_unanswered(true, beside(), &free, "done 1");
    check_unanswered(false, beside(), &free, "in doubt 1");
    // The expected name went to another entry: ours may be anywhere.
    let taken = [("/a", 1), ("/t/a", 2), ("/t/a(1)", 3)];
    check_unanswered(true, beside(), &taken, "done 1");
    check_unanswered(false, beside(), &taken, "in doubt 1");
    // Where the plan chose the name, absence is certain and the call goes again.
    check_unanswered(true, named(), &[("/a", 1), ("/t/b", 2)], "done 1");
    check_unanswered(false, named(), &[("/a", 1), ("/t/b", 2)], "done 2");
    check_unanswered(false, named(), &free, "failed 1");
}

/// As long as nobody knows what became of a name, no other operation uses it.
#[test]
fn the_name_of_an_operation_in_doubt_is_left_alone() {
    let mut service = Service::holding(&[("/a", 1), ("/b", 2), ("/t/a", 3), ("/c", 4)]);
    service.unanswered = BTreeMap::from([(1, false)]);
    let actions = vec![
        copy("desk:/a", "desk:/t/a(1)", Strategy::Rename),
        copy("desk:/b", "desk:/t/a(1)", Strategy::Fail),
        copy("desk:/c", "desk:/t/c", Strategy::Fail),
    ];
    let plan = plan(&service, actions);
    let progress = run(&plan, &service, &mut MemoryJournal::default()).unwrap();
    let expected = [(1, "in doubt"), (2, "skipped"), (3, "done")];
    assert_eq!(standings(&progress), expected);
}

/// What becomes of one move that finds its name and whose call is not answered, and where the
/// entry is then.
fn check_move_unanswered(has_effect: bool, files: &[(&str, u64)], expected: &str) {
    let mut service = Service::holding(files);
    service.unanswered = BTreeMap::from([(1, has_effect)]);
    let action = Action::Move {
        from: place("desk:/a"),
        to: place("desk:/t/a(1)"),
        strategy: Strategy::Rename,
        permissions: Permissions::Inherit,
    };
    let plan = plan(&service, vec![action]);
    let progress = run(&plan, &service, &mut MemoryJournal::default()).unwrap();
    let standing = &progress.operations[&OperationId(1)];
    let name = if let Standing::Done { name, .. } = standing {
        name.clone().unwrap_or_else(|| "a(1)".into())
    } else {
        format!("{standing:?}")
    };
    let found = format!("{name} {}", service.calls());
    assert_eq!(found, expected, "{has_effect} {files:?}");
}

/// What a service puts under a name of its own, although the plan chose one, gets that one as soon
/// as it is free.
#[test]
fn what_is_misplaced_is_renamed_by_its_id() {
    let mut service = Service::holding(&[("/a", 1), ("/t/a", 2)]);
    service.finds_names = true;
    let plan = plan(&service, vec![copy("desk:/a", "desk:/t/a", Strategy::Fail)]);
    let mut journal = MemoryJournal::default();
    let progress = run(&plan, &service, &mut journal).unwrap();
    assert_eq!(progress.outcome, Some(Outcome::Partial));
    assert_eq!(progress.counts(&plan).misplaced, 1, "{progress:?}");
    let twins = ["/ 0", "/a 1", "/t 0", "/t/a 2", "/t/a(1) 1"];
    assert_eq!(service.picture(), twins, "nothing is taken from its name");
    service.lose("desk:/t/a");
    let settled = settle(&plan, &service, &mut journal).unwrap();
    assert_eq!(settled.outcome, Some(Outcome::Complete), "{settled:?}");
    assert_eq!(service.picture(), ["/ 0", "/a 1", "/t 0", "/t/a 1"]);
}

#[test]
fn what_was_moved_is_found_by_its_id_under_any_name() {
    check_move_unanswered(true, &[("/a", 1), ("/t/a", 2)], "a(1) 1");
    check_move_unanswered(true, &[("/a", 1), ("/t/b", 2)], "a 1");
    let taken = [("/a", 1), ("/t/a", 2), ("/t/a(1)", 1)];
    check_move_unanswered(true, &taken, "a(2) 1");
    check_move_unanswered(false, &taken, "a(2) 2");
}

#[test]
fn what_was_changed_since_is_not_removed() {
    let check = |files: &[(&str, u64)], expected: &str| {
        let plan = plan(&Service::holding(&FILES), vec![remove("desk:/a")]);
        let service = Service::holding(files);
        let progress = run(&plan, &service, &mut MemoryJournal::default()).unwrap();
        let standing = &progress.operations[&OperationId(1)];
        let standing = if let Standing::Failed { kind, .. } = standing {
            kind
        } else {
            standings(&progress)[0].1
        };
        let found = format!("{standing} {}", service.calls());
        assert_eq!(found, expected, "{files:?}");
    };
    check(&FILES, "done 1");
    check(&[("/a", 100)], "mismatch 0");
    check(&[("/b", 1)], "not-found 0");
    check(&[("/a/x", 1)], "mismatch 0");
}
