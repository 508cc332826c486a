//! What is said of one path: who speaks of it, which row applies, which calls carry it.

use reshelve::plan::{Cause, Explanation, Gap, Row, Rule, explain};
use reshelve::state::Proof;
use reshelve::tree::Address;

use crate::bench::laboratory;
use crate::laboratory::Laboratory;
use crate::service::keeping;

fn ask(laboratory: &Laboratory, path: &str) -> Explanation {
    let plan = laboratory.plan();
    let address = Address::parse(path).expect("an address");
    let explained = laboratory.ask(|input| explain(input, &plan, &address));
    explained.unwrap_or_else(|unknown| panic!("{unknown}"))
}

/// The rules of the placements that speak of a path, the rows that apply, and the operations.
fn check(entries: &str, placements: &str, path: &str, expected: (&[Rule], &[Row], &[&str])) {
    let explained = ask(&laboratory(entries, placements), path);
    let rules: Vec<_> = explained.claims.into_iter().map(|it| it.rule).collect();
    let rows: Vec<_> = explained.rulings.iter().map(|it| it.row).collect();
    let steps = explained.steps.iter();
    let steps: Vec<_> = steps
        .map(|step| format!("{} {}", step.operation, step.batch))
        .collect();
    let context = format!("{path}\n{entries}\n{placements}");
    assert_eq!(rules, expected.0, "{context}");
    assert_eq!(rows, expected.1, "{context}");
    assert_eq!(steps, expected.2, "{context}");
}

fn at(text: &str) -> Address {
    Address::parse(text).expect("an address")
}

#[test]
fn targets_of_every_kind() {
    let copy = "  - {copy: 'a:/x', to: 'b:/p/x'}";
    let target = &[Rule::Target][..];
    check(
        "a:/x=1@1",
        copy,
        "b:/p/x",
        (target, &[Row::Missing], &["op-2 b-2"]),
    );
    let on_the_way = Rule::OnTheWay {
        target: at("b:/p/x"),
    };
    check(
        "a:/x=1@1",
        copy,
        "b:/p",
        (&[on_the_way], &[Row::Parent], &["op-1 b-1"]),
    );
    let unverified = Row::Adopted(Proof::Unverified);
    check(
        "a:/x=1@1 b:/p/x=1@1",
        copy,
        "b:/p/x",
        (target, &[unverified], &[]),
    );
    check(
        "a:/x=1@1 b:/p/x=2@1",
        copy,
        "b:/p/x",
        (target, &[Row::Conflict], &[]),
    );
    check("b:/p/", copy, "b:/p/x", (target, &[], &[]));
    let placed = |how: &str| format!("  - {{copy: 'a:/x', to: 'b:/p/x', on_conflict: {how}}}");
    let both = "a:/x=1@1 b:/p/x=2@1";
    check(both, &placed("keep"), "b:/p/x", (target, &[Row::Kept], &[]));
    check(
        both,
        &placed("overwrite"),
        "b:/p/x",
        (target, &[Row::Overwritten], &["op-1 b-1"]),
    );
    check(
        both,
        &placed("rename"),
        "b:/p/x",
        (target, &[Row::Beside], &[]),
    );
    check(
        both,
        &placed("rename"),
        "b:/p/x (1)",
        (&[], &[Row::Beside], &["op-1 b-1"]),
    );
    let folder = "  - {folder: 'b:/f'}";
    check("b:/f/", folder, "b:/f", (target, &[Row::InPlace], &[]));
}

#[test]
fn sources_and_what_goes() {
    let source = &[Rule::Source][..];
    let copy = "  - {copy: 'a:/x', to: 'b:/x'}";
    check(
        "a:/x=1@1",
        copy,
        "a:/x",
        (source, &[Row::Read], &["op-1 b-1"]),
    );
    let moves = "  - {move: 'a:/d', to: 'b:/d'}";
    let below = Rule::BelowSource { source: at("a:/d") };
    check(
        "a:/d/x=1@1",
        moves,
        "a:/d/x",
        (&[below], &[Row::Leaves], &["op-1 b-1"]),
    );
    check(
        "b:/d/",
        moves,
        "b:/d",
        (&[Rule::Target], &[Row::Arrived], &[]),
    );
    let unwanted = Rule::Unwanted {
        pattern: "b:/o".into(),
    };
    let absent = "  - {absent: 'b:/o'}";
    check(
        "b:/o/x=1@1",
        absent,
        "b:/o/x",
        (&[unwanted], &[Row::Unwanted], &["op-1 b-1"]),
    );
    let matched = "  - {copy: 'a:/d/*.x', into: 'b:/t'}";
    let pattern = "a:/d/*.x".to_owned();
    let rule = Rule::Match {
        pattern: pattern.clone(),
    };
    check(
        "a:/d/1.x=1@1 b:/t/",
        matched,
        "a:/d/1.x",
        (&[rule], &[Row::Read], &["op-1 b-1"]),
    );
    let rule = Rule::TargetOfMatch { pattern };
    check(
        "a:/d/1.x=1@1 b:/t/",
        matched,
        "b:/t/1.x",
        (&[rule], &[Row::Missing], &["op-1 b-1"]),
    );
}

#[test]
fn what_a_mirror_says_of_what_is_in_it() {
    let below = || Rule::BelowTarget { target: at("b:/t") };
    let entries = "a:/s/x=1@1 b:/t/x=1@1 b:/t/old=1@1 b:/t/no=1@1 b:/t/own/y=1@1";
    let mirror = |more: &str| format!("  - {{mirror: 'a:/s', to: 'b:/t'{more}}}");
    check(
        entries,
        &mirror(""),
        "b:/t/old",
        (&[below()], &[Row::Extra], &[]),
    );
    let pruning = mirror(", prune: all, exclude: [n*]");
    check(
        entries,
        &pruning,
        "b:/t/old",
        (&[below()], &[Row::Pruned], &["op-1 b-1"]),
    );
    let excluded = Rule::Excluded {
        pattern: "n*".into(),
    };
    check(entries, &pruning, "b:/t/no", (&[excluded], &[], &[]));
    let carved = format!("{}\n  - {{copy: 'a:/y', to: 'b:/t/own/y'}}", mirror(""));
    let entries = format!("{entries} a:/y=2@1");
    let rules = [
        Rule::Target,
        Rule::CarvedOut {
            at: at("b:/t/own/y"),
        },
    ];
    check(
        &entries,
        &carved,
        "b:/t/own/y",
        (&rules, &[Row::Conflict], &[]),
    );
}

#[test]
fn a_protection_speaks_too() {
    let placements = "protect: ['b:/o/**']\nplacements:\n  - {folder: 'b:/o/f'}";
    let rules = [
        Rule::Target,
        Rule::Protected {
            pattern: "b:/o/**".into(),
        },
    ];
    check(
        "b:/o/f/",
        placements,
        "b:/o/f",
        (&rules, &[Row::InPlace], &[]),
    );
}

#[test]
fn calls_tell_what_they_wait_for_and_why_they_are_one_more() {
    let swap = "  - {move: 'a:/x', to: 'a:/y'}\n  - {move: 'a:/y', to: 'a:/x'}";
    let kept = keeping(laboratory("a:/x=1@1 a:/y=2@1", swap), [3, 30, 50]);
    let explained = ask(&kept, "a:/y");
    assert_eq!((explained.calls, explained.lower_bound), (3, 2));
    let gaps: Vec<_> = explained
        .steps
        .iter()
        .filter_map(|it| it.gap.as_ref())
        .collect();
    assert!(
        gaps.iter().all(|gap| gap.reason == Gap::TemporaryName),
        "{gaps:?}"
    );
    let waits = explained.steps.iter().flat_map(|step| &step.waits);
    assert!(waits.clone().count() > 0);
    assert!(waits.into_iter().all(|wait| wait.cause == Cause::NameFreed));
}

#[test]
fn an_unknown_path_has_a_neighbour() {
    let laboratory = laboratory("a:/x=1@1 b:/p/", "  - {copy: 'a:/x', to: 'b:/p/letter'}");
    let plan = laboratory.plan();
    let nearest = |path: &str| {
        let address = at(path);
        let explained = laboratory.ask(|input| explain(input, &plan, &address));
        explained.expect_err("it is unknown").nearest
    };
    assert_eq!(nearest("b:/p/lettre"), Some(at("b:/p/letter")));
    assert_eq!(nearest("b:/pp/letter"), Some(at("b:/p")));
    assert_eq!(nearest("b:/elsewhere"), None);
}
