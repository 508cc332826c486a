//! The planner's numbers of calls are the least, on random worlds of every sheet.

use crate::sheets::Sheet;
use crate::table::Table;

/// Worlds of which about a third have a plan that does something: 20,000 plans on all sheets.
const WORLDS: usize = 9_100;

/// So many that every sheet has 20,000 plans.
const ALL_WORLDS: usize = 62_000;

/// How many of a thousand worlds may be too large to decide.
const UNDECIDED: usize = 1;

/// Looks at so many worlds, or `OPTIMUM_WORLDS`, from the first seed on, or `OPTIMUM_SEED`.
#[expect(
    clippy::print_stderr,
    reason = "the table is for those who want to see it with --nocapture"
)]
fn check(sheet: Sheet, worlds: usize) {
    let asked = |name| std::env::var(name).ok().and_then(|text| text.parse().ok());
    let worlds = asked("OPTIMUM_WORLDS").map_or(worlds, |worlds: u64| worlds as usize);
    let table = Table::new(asked("OPTIMUM_SEED").unwrap_or(1), worlds, sheet);
    let written = table.written(sheet);
    eprintln!("{written}");
    assert!(table.broken.is_empty(), "{written}");
    assert!(
        table.decided * 4 >= worlds,
        "few worlds have a plan: {written}"
    );
    let share = |part: usize| part * 1_000 / table.decided.max(1);
    assert!(share(table.undecided.len()) <= UNDECIDED, "{written}");
    assert!(table.families.is_empty(), "{written}");
}

#[test]
fn where_names_are_kept() {
    check(Sheet::Kept, WORLDS);
}

#[test]
fn where_names_are_kept_and_there_is_no_bin() {
    check(Sheet::KeptWithoutBin, WORLDS);
}

#[test]
fn where_names_are_free() {
    check(Sheet::Free, WORLDS);
}

#[test]
fn where_names_are_free_and_there_is_no_bin() {
    check(Sheet::FreeWithoutBin, WORLDS);
}

#[test]
fn where_nothing_makes_parents() {
    check(Sheet::FreeOneByOne, WORLDS);
}

#[test]
fn where_calls_have_no_limit() {
    check(Sheet::Local, WORLDS);
}

#[test]
fn where_calls_have_no_limit_and_there_is_no_bin() {
    check(Sheet::LocalWithoutBin, WORLDS);
}

#[test]
#[ignore = "20,000 plans on each sheet take minutes"]
fn on_many_worlds() {
    std::thread::scope(|scope| {
        for sheet in Sheet::ALL {
            scope.spawn(move || check(sheet, ALL_WORLDS));
        }
    });
}
