//! Laws of the planner where names are kept, entries have ids and calls are small.

use proptest::prelude::*;
use reshelve::plan::{Plan, Verdict, file};

use crate::laboratory::{Laboratory, listed_backwards};
use crate::random;
use crate::service::{judge, keeping, numbered};
use crate::worlds::{Case, cases};

fn laboratory(case: &Case) -> Laboratory {
    keeping(case.laboratory(), [2, 2, 2])
}

/// A plan as its file holds it.
fn bytes(plan: Plan) -> String {
    let mut bytes = Vec::new();
    file::write(&file::seal(plan), &mut bytes).expect("memory takes all");
    String::from_utf8(bytes).expect("JSON is text")
}

proptest! {
    #![proptest_config(random(600))]

    /// A plan is proven and sound, its calls keep the sheet, and it leads where it says: in any
    /// order that its calls allow, and wherever it breaks off and is planned anew.
    #[test]
    fn every_plan_leads_where_it_says(case in cases(), seed in 0..1000_usize) {
        let judged = judge(&|| laboratory(&case), seed);
        prop_assert_eq!(judged, Ok(()));
    }

    /// The order in which placements are written and entries are listed changes no byte.
    #[test]
    fn order_does_not_matter_where_names_are_kept(case in cases(), rotation in 0..4_usize) {
        let first = laboratory(&case);
        let mut shuffled: Case = case;
        let by = rotation.min(shuffled.placements.len());
        shuffled.placements.rotate_left(by);
        shuffled.placements.reverse();
        let mut other = laboratory(&shuffled);
        other.observed = numbered(&listed_backwards(&other.observed), &first.observed);
        prop_assert_eq!(bytes(first.plan()), bytes(other.plan()));
    }

    /// What can be planned where names are free can be planned where they are kept.
    #[test]
    fn kept_names_refuse_nothing(case in cases()) {
        let free = case.laboratory().plan();
        let kept = laboratory(&case).plan();
        let codes = |plan: &Plan| {
            let errors = plan.findings.iter().filter(|finding| finding.is_error());
            errors.map(|finding| finding.code.to_string()).collect::<Vec<_>>()
        };
        if free.verdict() != Verdict::Refused {
            prop_assert!(!codes(&kept).contains(&"internal".to_owned()), "{:#?}", kept.findings);
            prop_assert!(!codes(&kept).contains(&"name-kept".to_owned()), "{:#?}", kept.findings);
        }
    }
}
