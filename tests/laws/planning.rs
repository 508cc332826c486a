//! Laws of the planner.

use proptest::prelude::*;
use reshelve::plan::{Place, Plan, Verdict, file, soundness};

use crate::laboratory::{Laboratory, lines, listed_backwards};
use crate::random;
use crate::worlds::{Case, cases};

fn is_internal(plan: &Plan) -> bool {
    plan.findings
        .iter()
        .any(|finding| finding.code == "internal")
}

/// A plan in a few lines.
fn story(plan: &Plan) -> String {
    let operations = plan.operations.iter().map(|operation| {
        let place = |place: Option<&Place>| place.map(ToString::to_string).unwrap_or_default();
        let action = &operation.action;
        format!(
            "{} {} {} -> {} {:?}",
            operation.id,
            action.word(),
            place(action.from()),
            place(action.to()),
            action.strategy()
        )
    });
    let findings = plan
        .findings
        .iter()
        .map(|finding| format!("{}: {}", finding.code, finding.detail));
    operations.chain(findings).collect::<Vec<_>>().join("\n")
}

/// A plan as its file holds it.
fn bytes(plan: Plan) -> String {
    let mut bytes = Vec::new();
    file::write(&file::seal(plan), &mut bytes).expect("memory takes all");
    String::from_utf8(bytes).expect("JSON is text")
}

fn judged(plan: &Plan, laboratory: &Laboratory) -> Result<(), reshelve::plan::Stale> {
    let manifests = std::slice::from_ref(&laboratory.manifest);
    soundness::check(plan, manifests, &laboratory.state, plan.created)?;
    soundness::check_protections(plan, manifests, &laboratory.observed)
}

proptest! {
    #![proptest_config(random(600))]

    /// The simulated plan gives the desired world; the planner itself refuses what does not.
    #[test]
    fn every_plan_is_proven(case in cases()) {
        let plan = case.laboratory().plan();
        prop_assert!(!is_internal(&plan), "{}", story(&plan));
    }

    /// What is demanded of a saved plan is kept by every plan, also by one that finishes another.
    #[test]
    fn every_plan_is_sound(case in cases(), share in 0..=100_usize) {
        let mut laboratory = case.laboratory();
        let plan = laboratory.plan();
        prop_assume!(plan.verdict() == Verdict::Ready);
        prop_assert_eq!(judged(&plan, &laboratory), Ok(()), "{}", story(&plan));
        laboratory.apply(&plan, plan.operations.len() * share / 100);
        let rest = laboratory.plan();
        prop_assert_eq!(judged(&rest, &laboratory), Ok(()), "{}", story(&rest));
    }

    /// A second plan has nothing to do.
    #[test]
    fn a_second_plan_is_empty(case in cases()) {
        let mut laboratory = case.laboratory();
        let plan = laboratory.plan();
        prop_assume!(plan.verdict() != Verdict::Refused);
        laboratory.apply(&plan, plan.operations.len());
        let second = laboratory.plan();
        prop_assert_eq!(second.verdict(), Verdict::NothingToDo, "{}", story(&second));
        prop_assert_eq!(second.adoptions.len(), 0);
    }

    /// The order in which placements are written and entries are listed changes no byte.
    #[test]
    fn order_does_not_matter(case in cases(), rotation in 0..4_usize) {
        let plan = case.laboratory().plan();
        let mut shuffled: Case = case;
        let by = rotation.min(shuffled.placements.len());
        shuffled.placements.rotate_left(by);
        shuffled.placements.reverse();
        let mut other = shuffled.laboratory();
        other.observed = listed_backwards(&other.observed);
        prop_assert_eq!(bytes(plan), bytes(other.plan()));
    }

    /// A run that ends early is finished by planning anew, with the same result.
    #[test]
    fn any_prefix_converges(case in cases(), share in 0..=100_usize) {
        let mut whole = case.laboratory();
        let plan = whole.plan();
        prop_assume!(plan.verdict() == Verdict::Ready);
        whole.apply(&plan, plan.operations.len());
        let mut cut = case.laboratory();
        cut.apply(&plan, plan.operations.len() * share / 100);
        let rest = cut.plan();
        prop_assert!(rest.verdict() != Verdict::Refused, "{}", story(&rest));
        cut.apply(&rest, rest.operations.len());
        prop_assert_eq!(lines(&whole.observed), lines(&cut.observed), "{}", story(&rest));
        prop_assert_eq!(cut.plan().verdict(), Verdict::NothingToDo);
    }

    /// No call holds two operations of which one needs the other, and calls are never fewer than
    /// their bound.
    #[test]
    fn calls_keep_their_order(case in cases()) {
        let plan = case.laboratory().plan();
        prop_assert!(plan.cost.calls >= plan.cost.lower_bound);
        prop_assert_eq!(plan.cost.calls as usize, plan.batches.len());
        for batch in &plan.batches {
            prop_assert!(batch.after.iter().all(|before| before < &batch.id));
        }
    }
}
