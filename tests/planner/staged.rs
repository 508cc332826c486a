//! Where names are checked at submission only: copies go by a folder of the run's own.

use reshelve::manifest::NameCheck;
use reshelve::plan::{Explanation, Gap, Plan, Verdict, explain, unapproved};
use reshelve::state::{Proof, Provenance, RunId, Seen};
use reshelve::tree::{Address, EntryKind};

use crate::bench::{laboratory, outcome};
use crate::laboratory::Laboratory;
use crate::service::{judge, keeping};

/// Names are kept, and calls carry 3, 30 and 50 items.
fn keeps(entries: &str, placements: &str) -> Laboratory {
    submitted(keeping(laboratory(entries, placements), [3, 30, 50]))
}

/// Names are free, and calls have no limit.
fn frees(entries: &str, placements: &str) -> Laboratory {
    submitted(laboratory(entries, placements))
}

fn submitted(mut laboratory: Laboratory) -> Laboratory {
    for sheet in laboratory.sheets.values_mut() {
        sheet.name_check = NameCheck::AtSubmission;
    }
    laboratory
}

fn with_calls(plan: &Plan) -> Vec<String> {
    let mut found = outcome(plan);
    found.push(format!(
        "# {} of {}",
        plan.cost.calls, plan.cost.lower_bound
    ));
    found
}

/// What is planned, with calls and their bound last. All calls above the bound have one reason,
/// and the plan keeps all laws.
fn check(make: &dyn Fn() -> Laboratory, expected: &[&str]) {
    let plan = make().plan();
    assert_eq!(with_calls(&plan), expected);
    let reasons: Vec<Gap> = plan.cost.gap_reasons.iter().map(|it| it.reason).collect();
    let gap = plan.cost.calls - plan.cost.lower_bound;
    assert_eq!(reasons, vec![Gap::Staged; gap as usize], "{expected:?}");
    if plan.verdict() == Verdict::Ready {
        for seed in 0..3 {
            judge(&make, seed).unwrap_or_else(|broken| panic!("{broken}\n{expected:?}"));
        }
    }
}

fn kept(entries: &str, placements: &str, expected: &[&str]) {
    check(&|| keeps(entries, placements), expected);
}

fn free(entries: &str, placements: &str, expected: &[&str]) {
    check(&|| frees(entries, placements), expected);
}

const FOLDER: &str = "b:/.reshelve-staging-l-0";

#[test]
fn a_copy_goes_by_a_folder_of_the_run() {
    let wish = "  - {copy: 'a:/x', to: 'b:/d/x'}";
    let expected = [
        "create-folder b:/.reshelve-staging-l-0",
        "copy a:/x -> b:/.reshelve-staging-l-0/x",
        "move b:/.reshelve-staging-l-0/x -> b:/d/x",
        "remove b:/.reshelve-staging-l-0",
        "# 4 of 1",
    ];
    kept("a:/x=1@1 b:/d/", wish, &expected);
    free("a:/x=1@1 b:/d/", wish, &expected);
}

#[test]
fn a_new_name_is_given_where_nobody_sees_it() {
    let wish = "  - {copy: 'a:/x', to: 'b:/d/y'}";
    kept(
        "a:/x=1@1 b:/d/x=2@2",
        wish,
        &[
            "create-folder b:/.reshelve-staging-l-0",
            "copy a:/x -> b:/.reshelve-staging-l-0/x",
            "rename b:/.reshelve-staging-l-0/x -> b:/.reshelve-staging-l-0/y",
            "move b:/.reshelve-staging-l-0/y -> b:/d/y",
            "remove b:/.reshelve-staging-l-0",
            "# 5 of 2",
        ],
    );
    free(
        "a:/x=1@1 b:/d/x=2@2",
        wish,
        &[
            "create-folder b:/.reshelve-staging-l-0",
            "copy a:/x -> b:/.reshelve-staging-l-0/y",
            "move b:/.reshelve-staging-l-0/y -> b:/d/y",
            "remove b:/.reshelve-staging-l-0",
            "# 4 of 1",
        ],
    );
}

#[test]
fn whole_folders_and_their_parents() {
    kept(
        "a:/d/e/x=1@1 a:/d/y=2@1",
        "  - {copy: 'a:/d', to: 'b:/p/d'}",
        &[
            "create-folder b:/p",
            "create-folder b:/.reshelve-staging-l-0",
            "copy a:/d -> b:/.reshelve-staging-l-0/d",
            "move b:/.reshelve-staging-l-0/d -> b:/p/d",
            "remove b:/.reshelve-staging-l-0",
            "# 5 of 2",
        ],
    );
}

#[test]
fn entries_of_one_name_do_not_meet() {
    let wishes = "  - {copy: 'a:/x', to: 'b:/d/x'}\n  - {copy: 'a:/x', to: 'b:/e/x'}";
    kept(
        "a:/x=1@1 b:/d/ b:/e/",
        wishes,
        &[
            "create-folder b:/.reshelve-staging-l-0",
            "create-folder b:/.reshelve-staging-l-0-2",
            "copy a:/x -> b:/.reshelve-staging-l-0/x",
            "copy a:/x -> b:/.reshelve-staging-l-0-2/x",
            "move b:/.reshelve-staging-l-0/x -> b:/d/x",
            "move b:/.reshelve-staging-l-0-2/x -> b:/e/x",
            "remove b:/.reshelve-staging-l-0",
            "remove b:/.reshelve-staging-l-0-2",
            "# 7 of 2",
        ],
    );
    free(
        "a:/x=1@1 b:/d/ b:/e/",
        wishes,
        &[
            "create-folder b:/.reshelve-staging-l-0",
            "copy a:/x -> b:/.reshelve-staging-l-0/x",
            "copy a:/x -> b:/.reshelve-staging-l-0/x(1)",
            "move b:/.reshelve-staging-l-0/x -> b:/d/x",
            "move b:/.reshelve-staging-l-0/x(1) -> b:/e/x",
            "remove b:/.reshelve-staging-l-0",
            "# 4 of 1",
        ],
    );
}

#[test]
fn what_makes_no_twin_is_not_staged() {
    kept(
        "a:/x=1@1 b:/x=2@2",
        "  - {copy: 'a:/x', to: 'b:/x', on_conflict: overwrite}",
        &["copy a:/x -> b:/x over", "# 1 of 1"],
    );
    kept(
        "a:/x=1@1 b:/d/",
        "  - {move: 'a:/x', to: 'b:/d/x'}",
        &["move a:/x -> b:/d/x", "# 1 of 1"],
    );
    kept(
        "b:/x=1@1",
        "  - {absent: 'b:/x'}",
        &["remove b:/x", "# 1 of 1"],
    );
}

#[test]
fn what_is_replaced_under_another_name_stays_until_then() {
    kept(
        "a:/x=1@1 b:/y=2@2",
        "  - {copy: 'a:/x', to: 'b:/y', on_conflict: overwrite}",
        &[
            "create-folder b:/.reshelve-staging-l-0",
            "copy a:/x -> b:/.reshelve-staging-l-0/x",
            "rename b:/.reshelve-staging-l-0/x -> b:/.reshelve-staging-l-0/y",
            "move b:/.reshelve-staging-l-0/y -> b:/y over",
            "remove b:/.reshelve-staging-l-0",
            "# 5 of 2",
        ],
    );
}

#[test]
fn a_copy_beside_is_named_by_the_service_when_it_is_moved() {
    kept(
        "a:/x=1@1 b:/x=2@2",
        "  - {copy: 'a:/x', to: 'b:/x', on_conflict: rename}",
        &[
            "create-folder b:/.reshelve-staging-l-0",
            "copy a:/x -> b:/.reshelve-staging-l-0/x",
            "move b:/.reshelve-staging-l-0/x -> b:/x(1) free",
            "remove b:/.reshelve-staging-l-0",
            "# 4 of 1",
        ],
    );
}

#[test]
fn files_of_one_folder_cost_a_fifth_more() {
    let entries: String = (0..300).map(|file| format!(" a:/d/f{file}=1@1")).collect();
    let plan = keeps(&(entries + " b:/e/"), "  - {copy: 'a:/d/*', into: 'b:/e'}").plan();
    assert_eq!((plan.cost.calls, plan.cost.lower_bound), (112, 100));
}

/// A state that knows such a folder, as a run leaves it that did not come to its end.
fn left_behind(mut laboratory: Laboratory) -> Laboratory {
    let address = Address::parse(FOLDER).expect("an address");
    let record = Provenance {
        placement: laboratory.plan().operations[0].placement.clone(),
        kind: EntryKind::Folder,
        wished: None,
        source: None,
        target: Seen::default(),
        proof: Proof::Halfway,
        run: RunId::none(),
    };
    laboratory.state.records.insert(address, record);
    laboratory.state.serial = 1;
    laboratory
}

#[test]
fn what_a_run_left_goes_if_the_state_knows_it() {
    let entries = "a:/x=1@1 b:/.reshelve-staging-l-0/x=1@1";
    let wish = "  - {copy: 'a:/x', to: 'b:/x'}";
    let expected = [
        "create-folder b:/.reshelve-staging-l-1",
        "copy a:/x -> b:/.reshelve-staging-l-1/x",
        "move b:/.reshelve-staging-l-1/x -> b:/x",
        "remove b:/.reshelve-staging-l-0",
        "remove b:/.reshelve-staging-l-1",
        "# 4 of 2",
    ];
    let made = left_behind(keeps(entries, wish)).plan();
    assert_eq!(with_calls(&made), expected);
    assert_eq!(made.summary.removed, 0, "it was never anybody's");
}

#[test]
fn what_some_run_left_is_reported_and_is_nobodys_source_or_target() {
    let left = "a:/d/x=1@1 b:/.reshelve-staging-other-7/y=1@1";
    kept(
        left,
        "  - {mirror: 'a:/d', to: 'b:/', prune: all}",
        &[
            "create-folder b:/.reshelve-staging-l-0",
            "copy a:/d/x -> b:/.reshelve-staging-l-0/x",
            "move b:/.reshelve-staging-l-0/x -> b:/x",
            "remove b:/.reshelve-staging-l-0",
            "?staging-left",
            "= 1",
            "# 4 of 1",
        ],
    );
    for wish in [
        "  - {copy: 'b:/**/y', into: 'a:/d'}",
        "  - {absent: 'b:/**/y'}",
        "  - {absent: 'b:/.reshelve*'}",
    ] {
        kept(left, wish, &["?staging-left", "# 0 of 0"]);
    }
}

#[test]
fn an_explanation_has_all_steps() {
    let laboratory = keeps("a:/x=1@1 b:/d/", "  - {copy: 'a:/x', to: 'b:/d/y'}");
    let plan = laboratory.plan();
    let address = Address::parse("b:/d/y").expect("an address");
    let explained: Explanation =
        laboratory.ask(|input| explain(input, &plan, &address).expect("it is planned"));
    let steps = explained.steps.iter();
    let steps: Vec<_> = steps
        .map(|step| (step.operation.0, step.gap.as_ref().map(|gap| gap.reason)))
        .collect();
    assert_eq!(steps, [(2, None), (3, None), (4, Some(Gap::Staged))]);
}

#[test]
fn a_plan_for_a_later_state_needs_no_new_approval() {
    let wish = "  - {copy: 'a:/x', to: 'b:/x'}\n  - {copy: 'a:/y', to: 'b:/y'}";
    let mut laboratory = keeps("a:/x=1@1 a:/y=1@1", wish);
    let approved = laboratory.plan();
    laboratory.state.serial = 5;
    assert!(unapproved(&laboratory.plan(), &approved).is_empty());
    let crossed = "  - {copy: 'a:/x', to: 'b:/y'}\n  - {copy: 'a:/y', to: 'b:/x'}";
    let crossed = keeps("a:/x=1@1 a:/y=1@1", crossed).plan();
    let words = unapproved(&crossed, &approved);
    let words: Vec<_> = words.iter().map(|it| it.action.word()).collect();
    assert_eq!(words, ["rename", "rename", "move", "move"]);
}
