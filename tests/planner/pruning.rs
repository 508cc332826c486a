//! What a mirror's target holds beyond its source, and what `absent` takes away.

use crate::bench::{check, check_again, laboratory};

fn mirror(rest: &str) -> String {
    format!("  - {{mirror: 'a:/s', to: 'b:/t', {rest}}}")
}

const ENTRIES: &str = "a:/s/x=1@1 b:/t/x=1@1 b:/t/old=2@2 b:/t/d/y=3@3";

#[test]
fn only_the_asked_for_goes() {
    check(
        ENTRIES,
        &mirror("prune: report"),
        &["?extra", "?extra", "= 2"],
    );
    check(
        ENTRIES,
        &mirror("prune: owned"),
        &["?extra", "?extra", "= 2"],
    );
    check(
        ENTRIES,
        &mirror("prune: all"),
        &["remove b:/t/d", "remove b:/t/old", "= 2"],
    );
    check(
        ENTRIES,
        &mirror("prune: all, keep: ['d']"),
        &["remove b:/t/old", "?extra", "= 2"],
    );
    check(
        ENTRIES,
        &mirror("prune: all, keep: ['d/y']"),
        &["remove b:/t/old", "?extra", "= 2"],
    );
    check(
        ENTRIES,
        &mirror("prune: all, exclude: ['old']"),
        &["remove b:/t/d", "= 2"],
    );
}

#[test]
fn ours_goes_with_its_source() {
    let owned = mirror("prune: owned");
    let start = "a:/s/x=1@1 a:/s/d/y=1@1 a:/s/d/z=1@1";
    let take = |now: &mut crate::bench::Entries| drop(now.take("a:/s/d"));
    check_again(start, &owned, take, &["remove b:/t/d", "= 2"]);
    let foreign = |now: &mut crate::bench::Entries| {
        now.take("a:/s/d");
        now.put("b:/t/d/n=9@9");
    };
    check_again(
        start,
        &owned,
        foreign,
        &["remove b:/t/d/y", "remove b:/t/d/z", "?extra", "= 2"],
    );
    let edited = |now: &mut crate::bench::Entries| {
        now.take("a:/s/d");
        now.put("b:/t/d/y=9@9");
    };
    check_again(start, &owned, edited, &["remove b:/t/d/z", "?extra", "= 2"]);
}

#[test]
fn a_suddenly_empty_source_removes_nothing() {
    let empty = |now: &mut crate::bench::Entries| now.put("a:/s/");
    check_again(
        "a:/s/x=1@1",
        &mirror("prune: owned"),
        empty,
        &["!empty-source", "= 1"],
    );
    check_again(
        "a:/s/x=1@1",
        &mirror("prune: all"),
        empty,
        &["!empty-source", "= 1"],
    );
    check_again(
        "a:/s/x=1@1",
        &mirror("prune: report"),
        empty,
        &["?extra", "= 1"],
    );
    check(
        "a:/s/ b:/t/old=1@1",
        &mirror("prune: all"),
        &["remove b:/t/old", "= 1"],
    );
}

#[test]
fn absent_takes_what_it_names_or_matches() {
    check("b:/o/x=1@1", "  - {absent: 'b:/o'}", &["remove b:/o"]);
    check("", "  - {absent: 'b:/o'}", &[]);
    check(
        "b:/o/x.tmp=1@1 b:/o/y=1@1",
        "  - {absent: 'b:/o/*.tmp'}",
        &["remove b:/o/x.tmp"],
    );
    let expect = "  - {absent: 'b:/o/*', expect: {max: 1}}";
    check(
        "b:/o/x=1@1 b:/o/y=1@1",
        expect,
        &["remove b:/o/x", "remove b:/o/y", "!expectation"],
    );
}

#[test]
fn pruning_leaves_what_others_placed_or_move() {
    let with_copy =
        "  - {mirror: 'a:/s', to: 'b:/t', prune: all}\n  - {copy: 'a:/o', to: 'b:/t/d/o'}";
    check(
        "a:/s/ a:/o=1@1 b:/t/d/o=1@1 b:/t/d/p=1@1",
        with_copy,
        &["remove b:/t/d/p", "= 2"],
    );
    let with_move =
        "  - {mirror: 'a:/s', to: 'b:/t', prune: all}\n  - {move: 'b:/t/m', to: 'b:/m'}";
    check(
        "a:/s/ b:/t/m=1@1",
        with_move,
        &["move b:/t/m -> b:/m", "= 1"],
    );
}

#[test]
fn nothing_is_placed_where_another_wants_nothing() {
    let placements = "  - {mirror: 'a:/s', to: 'b:/t'}\n  - {absent: 'b:/*'}";
    check(
        "a:/s/x=1@1",
        placements,
        &["copy a:/s -> b:/t", "!takes-target"],
    );
    check(
        "a:/s/x=1@1 b:/t/x=1@1",
        placements,
        &["copy a:/s -> b:/t", "remove b:/t", "!takes-target"],
    );
}

#[test]
fn a_prune_relies_on_its_source() {
    let plan = laboratory(
        "a:/s/d/z=1@1 b:/t/old=1@1 b:/t/d/z=1@1",
        &mirror("prune: all"),
    )
    .plan();
    let relied: Vec<String> = plan.operations[0]
        .relies_on
        .iter()
        .map(|reliance| reliance.address().to_string())
        .collect();
    assert_eq!(relied, ["b:/t/old", "a:/s/old", "a:/s/d"]);
}
