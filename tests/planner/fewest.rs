//! Small worlds in which one choice among many gives the fewest calls. Calls carry two items.

use crate::bench;
use crate::service::judge;
use crate::sheets::Sheet;

/// The fewest calls for a world on a sheet; the plan is tried to the end in several orders.
fn check(sheet: Sheet, entries: &str, placements: &[&str], calls: u64) {
    let lines = placements.iter().map(|line| format!("  - {{{line}}}\n"));
    let world = bench::laboratory(entries, &lines.collect::<String>());
    let make = || sheet.laboratory(world.manifest.placements.clone(), &world.shapes());
    let plan = make().plan();
    let found = bench::outcome(&plan);
    assert_eq!(
        plan.cost.calls, calls,
        "\n{sheet:?} {entries}\n{placements:#?}\n{found:#?}"
    );
    for seed in 0..3 {
        let judged = judge(&make, seed);
        judged.unwrap_or_else(|broken| panic!("{broken}\n{entries}\n{placements:#?}"));
    }
}

#[test]
fn of_several_folders_some_are_copied_and_some_are_made() {
    let on_the_way = [
        "copy: 'a:/y', to: 'b:/n/y'",
        "copy: 'a:/z', to: 'b:/z'",
        "copy: 'a:/x', to: 'b:/x'",
    ];
    check(Sheet::Free, "a:/x=1@1 a:/y/ a:/z/", &on_the_way, 2);
    let inner = [
        "copy: 'a:/y', to: 'a:/x/y'",
        "copy: 'a:/y', to: 'a:/2'",
        "copy: 'a:/y/w.t', to: 'a:/x/w.t'",
    ];
    check(Sheet::Free, "a:/y/w.t/z/", &inner, 2);
    let outer = [
        "copy: 'b:/w.t/w.t', to: 'a:/w.t'",
        "copy: 'b:/w.t', to: 'a:/n/x/2'",
        "copy: 'b:/w.t', to: 'a:/n/x/5'",
    ];
    check(Sheet::Free, "b:/w.t/w.t/", &outer, 2);
}

#[test]
fn an_entry_stops_at_a_name_once_it_is_left() {
    let chain = [
        "move: 'b:/x', to: 'b:/z'",
        "copy: 'a:/x', to: 'b:/y'",
        "copy: 'a:/w', to: 'b:/w'",
    ];
    check(Sheet::Kept, "a:/x=1@1 a:/w=5@5 b:/x=2@2", &chain, 3);
    let circle = [
        "move: 'b:/y', to: 'a:/y'",
        "move: 'a:/y', to: 'b:/w.t'",
        "move: 'b:/w.t', to: 'a:/x'",
        "move: 'a:/x', to: 'a:/w.t'",
        "move: 'a:/w.t', to: 'b:/y'",
    ];
    let entries = "b:/y=1@1 a:/y=1@1 b:/w.t=1@1 a:/x=4@4 a:/w.t/";
    check(Sheet::Kept, entries, &circle, 7);
}

#[test]
fn one_stops_under_its_name_before_others_find_one() {
    let two = [
        "move: 'b:/y', to: 'a:/n/x/2'",
        "copy: 'a:/x', to: 'a:/n/x/x'",
        "copy: 'a:/y', to: 'a:/n/x/6'",
    ];
    check(Sheet::Kept, "b:/y=1@1 a:/x=2@2 a:/y=4@4", &two, 6);
}

#[test]
fn what_is_renamed_before_it_goes_needs_no_room() {
    let crossed = [
        "move: 'b:/w.t', to: 'b:/z/x', on_conflict: overwrite",
        "copy: 'b:/z/x', to: 'b:/w.t'",
    ];
    check(Sheet::Kept, "b:/w.t=1@1 b:/z/x=3@3", &crossed, 4);
    let three = [
        "move: 'b:/x/x', to: 'b:/z', on_conflict: overwrite",
        "copy: 'b:/z', to: 'b:/x/y'",
        "move: 'b:/x/y', to: 'b:/x/x'",
    ];
    check(Sheet::Kept, "b:/z=1@1 b:/x/y=3@3 b:/x/x=1@1", &three, 5);
    let rotated = [
        "move: 'a:/w.t', to: 'a:/z/y'",
        "move: 'a:/z/y', to: 'a:/x'",
        "move: 'a:/x', to: 'a:/z/x'",
        "move: 'a:/z/x', to: 'a:/w.t'",
    ];
    let entries = "a:/z/w.t=2@2 a:/w.t=3@3 a:/z/y=4@4 a:/x=5@5 a:/z/x=6@6";
    check(Sheet::Kept, entries, &rotated, 5);
}

#[test]
fn nobody_is_given_a_name_that_another_gets_at_its_source() {
    let both = [
        "move: 'a:/z/s', to: 'a:/t/n'",
        "copy: 'b:/p/n', to: 'a:/z/to'",
    ];
    check(Sheet::Kept, "a:/z/s=1@1 a:/t/s=9@9 b:/p/n=2@2", &both, 4);
}
