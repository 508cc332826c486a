//! Laws of the planner on every sheet.

use proptest::prelude::*;
use reshelve::plan::{Place, Plan, file};

use crate::laboratory::{Laboratory, Shape, listed_backwards};
use crate::random;
use crate::service::{judge, numbered};
use crate::sheets::Sheet;
use crate::worlds::{Case, cases};

fn laboratory(case: &Case, sheet: Sheet) -> Laboratory {
    sheet.laboratory(case.placements.clone(), &case.spaces)
}

fn sheets() -> impl Strategy<Value = Sheet> {
    prop::sample::select(Sheet::WITH_STAGED.to_vec())
}

/// A plan as its file holds it.
fn bytes(plan: Plan) -> String {
    let mut bytes = Vec::new();
    file::write(&file::seal(plan), &mut bytes).expect("memory takes all");
    String::from_utf8(bytes).expect("JSON is text")
}

/// What is done, in which calls, without ids.
fn done(plan: &Plan) -> Vec<String> {
    let place = |place: Option<&Place>| place.map(ToString::to_string);
    let operations = plan.operations.iter().map(|operation| {
        let action = &operation.action;
        let places = [place(action.from()), place(action.to())];
        format!("{} {places:?} {:?}", action.word(), action.strategy())
    });
    let batches = plan.batches.iter();
    let batches = batches.map(|batch| format!("{} {:?}", batch.call, batch.operations));
    let findings = plan.findings.iter();
    let findings = findings.map(|finding| format!("{} {:?}", finding.code, finding.path));
    operations.chain(batches).chain(findings).collect()
}

proptest! {
    #![proptest_config(random(600))]

    /// A plan is proven and sound, its calls keep the sheet and are not fewer than their bound,
    /// none holds two operations of which one needs the other, and it leads where it says: in any
    /// order that its calls allow, and wherever it breaks off and is planned anew.
    #[test]
    fn plans_keep_all_laws_on_every_sheet(case in cases(), sheet in sheets(), seed in 0..1000_usize) {
        let judged = judge(&|| laboratory(&case, sheet), seed);
        prop_assert_eq!(judged, Ok(()), "{:?}", sheet);
    }

    /// The order in which placements are written and entries are listed changes no byte.
    #[test]
    fn order_does_not_matter_on_any_sheet(case in cases(), sheet in sheets(), rotation in 0..4_usize) {
        let first = laboratory(&case, sheet);
        let mut shuffled: Case = case;
        let by = rotation.min(shuffled.placements.len());
        shuffled.placements.rotate_left(by);
        shuffled.placements.reverse();
        let mut other = laboratory(&shuffled, sheet);
        other.observed = listed_backwards(&other.observed);
        if sheet.keeps_names() {
            other.observed = numbered(&other.observed, &first.observed);
        }
        prop_assert_eq!(bytes(first.plan()), bytes(other.plan()), "{:?}", sheet);
    }

    /// An entry that nobody speaks of changes no operation.
    #[test]
    fn what_nobody_mentions_changes_nothing(case in cases(), sheet in sheets(), space in 0..2_usize) {
        let first = laboratory(&case, sheet).plan();
        let mut more: Case = case;
        let file = Shape::File(1, 1);
        let folder = Shape::Folder([("x".to_owned(), file.clone())].into());
        for (name, shape) in [("a-file", file), ("v", folder)] {
            more.spaces[space].insert(name.to_owned(), shape);
        }
        prop_assert_eq!(done(&first), done(&laboratory(&more, sheet).plan()), "{:?}", sheet);
    }
}
