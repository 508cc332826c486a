//! Where content comes from: what has to go anyway is moved in place of a copy.

use reshelve::plan::{
    Action, Operation, Permissions, Place, Plan, Reason, Reliance, Strategy, soundness,
};
use reshelve::tree::Address;

use crate::bench::{
    Entries, check, check_again, kept, kept_again, kept_then, outcome, planned_again, printed,
    printed_again,
};

const OWNED: &str = "  - {mirror: 'a:/s', to: 'b:/t', prune: owned}";
const ALL: &str = "  - {mirror: 'a:/s', to: 'b:/t', prune: all}";
const REPORT: &str = "  - {mirror: 'a:/s', to: 'b:/t'}";

fn renamed(pairs: &'static [(&'static str, &'static str)]) -> impl Fn(&mut Entries) {
    move |now| pairs.iter().for_each(|(from, to)| now.rename(from, to))
}

#[test]
fn a_renamed_file_of_a_source_is_one_rename() {
    let entries = "a:/s/x=1@1 a:/s/y=2@2";
    let meanwhile = || renamed(&[("a:/s/x", "a:/s/z")]);
    for mirror in [OWNED, ALL] {
        kept_again(
            entries,
            mirror,
            meanwhile(),
            &["rename b:/t/x -> b:/t/z", "= 2"],
        );
        let outcome: &[&str] = &["move b:/t/x -> b:/t/z", "= 2", "# 1"];
        let left: &[&str] = &["copy a:/s/z -> b:/t/z", "?extra", "= 2", "# 1"];
        let stateless = if mirror == OWNED { left } else { outcome };
        printed_again(entries, mirror, meanwhile(), [outcome, stateless]);
    }
}

#[test]
fn nothing_goes_so_nothing_is_moved() {
    let entries = "a:/s/x=1@1";
    let meanwhile = renamed(&[("a:/s/x", "a:/s/z")]);
    kept_again(
        entries,
        REPORT,
        meanwhile,
        &["copy a:/s/z -> b:/t/z", "?extra", "= 1"],
    );
    let left: &[&str] = &["copy a:/s/z -> b:/t/z", "?extra", "= 1", "# 1"];
    let meanwhile = renamed(&[("a:/s/x", "a:/s/z")]);
    printed_again(entries, REPORT, meanwhile, [left, left]);
}

#[test]
fn a_moved_file_is_one_move() {
    let entries = "a:/s/d/x=1@1 a:/s/e/y=2@2";
    let there = || renamed(&[("a:/s/d/x", "a:/s/e/x")]);
    kept_again(entries, ALL, there(), &["move b:/t/d/x -> b:/t/e/x", "= 4"]);
    let outcome: &[&str] = &["move b:/t/d/x -> b:/t/e/x", "= 4", "# 1"];
    printed_again(entries, ALL, there(), [outcome, outcome]);
    let both = || renamed(&[("a:/s/d/x", "a:/s/e/z")]);
    let steps = [
        "move b:/t/d/x -> b:/t/e/x",
        "rename b:/t/e/x -> b:/t/e/z",
        "= 4",
    ];
    kept_again(entries, ALL, both(), &steps);
    let outcome: &[&str] = &["move b:/t/d/x -> b:/t/e/z", "= 4", "# 1"];
    printed_again(entries, ALL, both(), [outcome, outcome]);
    let new_folder = || renamed(&[("a:/s/d/x", "a:/s/f/x")]);
    kept_again(
        entries,
        ALL,
        new_folder(),
        &["copy a:/s/f -> b:/t/f", "remove b:/t/d/x", "= 4"],
    );
}

#[test]
fn a_folder_goes_as_one() {
    let entries = "a:/s/d/x=1@1 a:/s/d/e/y=2@2 a:/s/z=3@3";
    let again = || renamed(&[("a:/s/d", "a:/s/f")]);
    kept_again(entries, ALL, again(), &["rename b:/t/d -> b:/t/f", "= 2"]);
    kept_again(entries, OWNED, again(), &["rename b:/t/d -> b:/t/f", "= 2"]);
    let outcome: &[&str] = &["move b:/t/d -> b:/t/f", "= 2", "# 1"];
    printed_again(entries, ALL, again(), [outcome, outcome]);
    let deeper = || renamed(&[("a:/s/d/e", "a:/s/e")]);
    kept_again(entries, ALL, deeper(), &["move b:/t/d/e -> b:/t/e", "= 4"]);
    let into_new = renamed(&[("a:/s/d", "a:/s/new/d")]);
    kept_again(
        entries,
        ALL,
        into_new,
        &["copy a:/s/new -> b:/t/new", "remove b:/t/d", "= 2"],
    );
    let empty = renamed(&[("a:/s/d", "a:/s/f")]);
    kept_again(
        "a:/s/d/ a:/s/z=3@3",
        ALL,
        empty,
        &["rename b:/t/d -> b:/t/f", "= 2"],
    );
}

#[test]
fn what_is_excluded_from_a_source_does_not_break_up_a_folder() {
    let mirror = "  - {mirror: 'a:/s', to: 'b:/t', prune: all, exclude: ['**/*.tmp']}";
    let entries = "a:/s/d/x=1@1 a:/s/d/y=2@2 a:/s/d/n.tmp=9@9 a:/s/z=3@3";
    let again = || renamed(&[("a:/s/d", "a:/s/f")]);
    kept_again(
        entries,
        mirror,
        again(),
        &["rename b:/t/d -> b:/t/f", "= 2"],
    );
    let theirs = |now: &mut Entries| {
        now.rename("a:/s/d", "a:/s/f");
        now.put("b:/t/d/n.tmp=9@9");
    };
    let steps = [
        "create-folder b:/t/f",
        "move b:/t/d/x -> b:/t/f/x",
        "move b:/t/d/y -> b:/t/f/y",
        "= 2",
    ];
    kept_again(entries, mirror, theirs, &steps);
}

#[test]
fn folders_that_are_partly_equal_go_by_the_fewest_calls() {
    let entries = "a:/s/d/x=1@1 a:/s/d/y=2@2 a:/s/z=3@3";
    let edited = |now: &mut Entries| {
        now.rename("a:/s/d", "a:/s/f");
        now.put("a:/s/f/y=5@5");
    };
    kept_again(
        entries,
        ALL,
        edited,
        &["copy a:/s/f -> b:/t/f", "remove b:/t/d", "= 2"],
    );
    let merged = renamed(&[("a:/s/d/x", "a:/s/f/x"), ("a:/s/d/y", "a:/s/f/y")]);
    let entries = "a:/s/d/x=1@1 a:/s/d/y=2@2 a:/s/d/w=4@4 a:/s/f/z=3@3";
    let steps = [
        "move b:/t/d/x -> b:/t/f/x",
        "move b:/t/d/y -> b:/t/f/y",
        "= 5",
    ];
    kept_again(entries, ALL, merged, &steps);
}

#[test]
fn the_content_must_be_known_to_be_equal() {
    // Size and time are equal, and nothing else tells of the content.
    let entries = "a:/s/x=1@1 a:/s/y=2@2";
    let meanwhile = renamed(&[("a:/s/x", "a:/s/z")]);
    check_again(
        entries,
        ALL,
        meanwhile,
        &["copy a:/s/z -> b:/t/z", "remove b:/t/x", "= 2"],
    );
    check(
        "a:/s/z=1@1 b:/t/x=1@1",
        ALL,
        &["copy a:/s/z -> b:/t/z", "remove b:/t/x", "= 1"],
    );
    // Another file came to the source with the looks of the one that went.
    let replaced = |now: &mut Entries| {
        now.take("a:/s/x");
        now.put("a:/s/z=1@1");
    };
    kept_again(
        entries,
        ALL,
        replaced,
        &["copy a:/s/z -> b:/t/z", "remove b:/t/x", "= 2"],
    );
    // Equal size and no or another fingerprint.
    for other in [
        "a:/s/z=1@2 b:/t/x=1@1",
        "a:/s/z=1@0 b:/t/x=1@0",
        "a:/s/z=1@1 b:/t/x=2@1",
    ] {
        let expected = ["copy a:/s/z -> b:/t/z", "remove b:/t/x", "= 1", "# 2"];
        printed(other, ALL, &expected);
    }
    printed(
        "a:/s/z=1@1 b:/t/x=1@1",
        ALL,
        &["move b:/t/x -> b:/t/z", "= 1", "# 1"],
    );
    // What was taken over unproven proves nothing.
    let adopted = "a:/s/x=1@1 b:/t/x=1@5 a:/s/y=2@2";
    let meanwhile = renamed(&[("a:/s/x", "a:/s/z")]);
    kept_again(
        adopted,
        ALL,
        meanwhile,
        &["copy a:/s/z -> b:/t/z", "remove b:/t/x", "= 2"],
    );
}

#[test]
fn what_was_edited_meanwhile_is_not_the_content() {
    let entries = "a:/s/x=1@1 a:/s/y=2@2";
    let source = |now: &mut Entries| {
        now.rename("a:/s/x", "a:/s/z");
        now.edit("a:/s/z=7@7");
    };
    kept_again(
        entries,
        ALL,
        source,
        &["copy a:/s/z -> b:/t/z", "remove b:/t/x", "= 2"],
    );
    let target = |now: &mut Entries| {
        now.rename("a:/s/x", "a:/s/z");
        now.edit("b:/t/x=7@7");
    };
    kept_again(
        entries,
        ALL,
        target,
        &["copy a:/s/z -> b:/t/z", "remove b:/t/x", "= 2"],
    );
    kept_again(
        entries,
        OWNED,
        target,
        &["copy a:/s/z -> b:/t/z", "?extra", "= 2"],
    );
}

#[test]
fn what_is_protected_or_kept_is_not_moved_away() {
    let entries = "a:/s/x=1@1 a:/s/y=2@2";
    let meanwhile = || renamed(&[("a:/s/x", "a:/s/z")]);
    let protected = format!("protect: ['b:/t/x']\nplacements:\n{ALL}");
    kept_again(
        entries,
        &protected,
        meanwhile(),
        &["rename b:/t/x -> b:/t/z", "!protected", "= 2"],
    );
    let keep = "  - {mirror: 'a:/s', to: 'b:/t', prune: all, keep: ['x']}";
    kept_again(
        entries,
        keep,
        meanwhile(),
        &["copy a:/s/z -> b:/t/z", "?extra", "= 2"],
    );
    let exclude = "  - {mirror: 'a:/s', to: 'b:/t', prune: all, exclude: ['x']}";
    printed(
        "a:/s/z=1@1 b:/t/x=1@1",
        exclude,
        &["copy a:/s/z -> b:/t/z", "= 1", "# 1"],
    );
    let carved = format!("{ALL}\n  - {{copy: 'a:/o', to: 'b:/t/x'}}");
    let expected = ["copy a:/s/z -> b:/t/z", "= 2", "# 1"];
    printed("a:/o=1@1 a:/s/z=1@1 b:/t/x=1@1", &carved, &expected);
}

#[test]
fn what_another_reads_may_not_go_either_way() {
    let both = format!("{ALL}\n  - {{copy: 'b:/t/x', to: 'a:/o'}}");
    let expected = [
        "copy b:/t/x -> a:/o",
        "move b:/t/x -> b:/t/z",
        "!takes-source",
        "= 1",
        "# 2",
    ];
    printed("a:/s/z=1@1 b:/t/x=1@1", &both, &expected);
}

#[test]
fn what_is_absent_goes_where_it_is_wanted() {
    let both = "  - {copy: 'a:/x', to: 'b:/new/x'}\n  - {absent: 'b:/old'}";
    let expected = [
        "create-folder b:/new",
        "move b:/old/x -> b:/new/x",
        "remove b:/old",
        "# 3",
    ];
    printed("a:/x=1@1 b:/old/x=1@1", both, &expected);
    let rest = [
        "create-folder b:/new",
        "move b:/old/x -> b:/new/x",
        "remove b:/old",
        "# 3",
    ];
    printed("a:/x=1@1 b:/old/x=1@1 b:/old/y=2@2", both, &rest);
    let folder = "  - {copy: 'a:/d', to: 'b:/new'}\n  - {absent: 'b:/old'}";
    printed(
        "a:/d/x=1@1 b:/old/x=1@1",
        folder,
        &["move b:/old -> b:/new", "# 1"],
    );
    let inside = ["move b:/old/e -> b:/new", "remove b:/old", "# 2"];
    printed("a:/d/x=1@1 b:/old/e/x=1@1", folder, &inside);
    let across = "  - {copy: 'a:/d', to: 'b:/new'}\n  - {absent: 'a:/old'}";
    printed(
        "a:/d/x=1@1 a:/old/x=1@1",
        across,
        &["move a:/old -> b:/new", "# 1"],
    );
}

#[test]
fn of_several_the_nearest_is_moved() {
    let all = "  - {mirror: 'a:/s', to: 'b:/t', prune: all}\n  - {absent: 'b:/o/*'}";
    let entries = "a:/s/d/x=1@1";
    let with = |more: &str| format!("{entries} b:/t/d/ {more}");
    let check = |more: &str, expected: &[&str]| printed(&with(more), all, expected);
    check(
        "b:/t/d/y=1@1 b:/o/x=1@1",
        &["move b:/t/d/y -> b:/t/d/x", "remove b:/o/x", "= 2", "# 2"],
    );
    check(
        "b:/o/x=1@1 b:/o/w=1@1",
        &["move b:/o/x -> b:/t/d/x", "remove b:/o/w", "= 2", "# 2"],
    );
    check(
        "b:/o/v=1@1 b:/o/w=1@1",
        &["move b:/o/v -> b:/t/d/x", "remove b:/o/w", "= 2", "# 2"],
    );
}

#[test]
fn an_entry_is_moved_once() {
    let two = "a:/s/x=1@1 a:/s/y=1@1 b:/t/z=1@1";
    let expected = [
        "copy a:/s/y -> b:/t/y",
        "move b:/t/z -> b:/t/x",
        "= 1",
        "# 2",
    ];
    printed(two, ALL, &expected);
    let twice = format!("{ALL}\n  - {{mirror: 'a:/s', to: 'b:/u', prune: all}}");
    let entries = "a:/s/d/x=1@1 a:/s/z=2@2";
    let expected = ["rename b:/t/d -> b:/t/e", "rename b:/u/d -> b:/u/e", "= 4"];
    kept_again(entries, &twice, renamed(&[("a:/s/d", "a:/s/e")]), &expected);
}

#[test]
fn copies_that_share_calls_are_left_where_renames_would_take_more() {
    // Two renames take two calls, as a copy and a removal of two items do; of three they are more.
    let two = renamed(&[("a:/s/x", "a:/s/1"), ("a:/s/y", "a:/s/2")]);
    let expected = ["rename b:/t/x -> b:/t/1", "rename b:/t/y -> b:/t/2", "= 2"];
    kept_again("a:/s/x=1@1 a:/s/y=2@2 a:/s/z=3@3", ALL, two, &expected);
    let three = renamed(&[
        ("a:/s/x", "a:/s/1"),
        ("a:/s/y", "a:/s/2"),
        ("a:/s/z", "a:/s/3"),
    ]);
    let expected = [
        "copy a:/s/1 -> b:/t/1",
        "copy a:/s/2 -> b:/t/2",
        "copy a:/s/3 -> b:/t/3",
        "remove b:/t/x",
        "remove b:/t/y",
        "remove b:/t/z",
        "= 2",
    ];
    kept_again(
        "a:/s/x=1@1 a:/s/y=2@2 a:/s/z=3@3 a:/s/w=4@4",
        ALL,
        three,
        &expected,
    );
}

#[test]
fn a_rename_joins_the_calls_that_are_made_anyway() {
    // With a copy and a removal in the plan, one item more in each of them takes no call more.
    let changed = |now: &mut Entries| {
        now.rename("a:/s/x", "a:/s/z");
        now.take("a:/s/old");
        now.put("a:/s/new=9@9");
    };
    let entries = "a:/s/x=1@1 a:/s/y=2@2 a:/s/old=3@3";
    let expected = [
        "copy a:/s/new -> b:/t/new",
        "copy a:/s/z -> b:/t/z",
        "remove b:/t/old",
        "remove b:/t/x",
        "= 2",
    ];
    kept_again(entries, ALL, changed, &expected);
    let added = |now: &mut Entries| {
        now.rename("a:/s/x", "a:/s/z");
        now.put("a:/s/new=9@9");
    };
    let expected = [
        "copy a:/s/new -> b:/t/new",
        "rename b:/t/x -> b:/t/z",
        "= 3",
    ];
    kept_again(entries, ALL, added, &expected);
}

#[test]
fn a_chain_of_names_overwrites_what_stays() {
    let chain = |now: &mut Entries| {
        now.rename("a:/s/x", "a:/s/y");
        now.put("a:/s/x=5@5");
    };
    let expected = ["copy a:/s/y -> b:/t/y", "copy a:/s/x -> b:/t/x over", "= 2"];
    kept_again("a:/s/x=1@1 a:/s/z=2@2", ALL, chain, &expected);
    let swap = renamed(&[
        ("a:/s/x", "a:/s/n"),
        ("a:/s/y", "a:/s/x"),
        ("a:/s/n", "a:/s/y"),
    ]);
    let expected = [
        "copy a:/s/x -> b:/t/x over",
        "copy a:/s/y -> b:/t/y over",
        "= 1",
    ];
    kept_again("a:/s/x=1@1 a:/s/y=2@2", ALL, swap, &expected);
}

#[test]
fn a_suddenly_empty_source_lets_nothing_be_moved() {
    let both = format!("{ALL}\n  - {{copy: 'a:/o', to: 'b:/u'}}");
    let meanwhile = |now: &mut Entries| {
        now.take("a:/s/x");
        now.put("a:/o/x=1@1");
    };
    let left: &[&str] = &["copy a:/o/x -> b:/u/x", "!empty-source", "= 2", "# 1"];
    let stateless: &[&str] = &["move b:/t/x -> b:/u/x", "= 2", "# 1"];
    printed_again("a:/s/x=1@1 a:/o/", &both, meanwhile, [left, stateless]);
}

#[test]
fn what_others_took_away_goes_back() {
    let copy = "  - {copy: 'a:/x', to: 'b:/d/x'}\n  - {folder: 'b:/q'}";
    kept_again(
        "a:/x=1@1",
        copy,
        renamed(&[("b:/d/x", "b:/d/y")]),
        &["rename b:/d/y -> b:/d/x", "= 1"],
    );
    kept_again(
        "a:/x=1@1",
        copy,
        renamed(&[("b:/d/x", "b:/w/x")]),
        &["move b:/w/x -> b:/d/x", "= 1"],
    );
    let folder = "  - {mirror: 'a:/s', to: 'b:/t'}";
    let entries = "a:/s/d/x=1@1 a:/s/d/y=2@2 a:/s/z=3@3";
    kept_again(
        entries,
        folder,
        renamed(&[("b:/t/d", "b:/w/d")]),
        &["move b:/w/d -> b:/t/d", "= 2"],
    );
    kept_again(
        entries,
        folder,
        renamed(&[("b:/t", "b:/w")]),
        &["rename b:/w -> b:/t"],
    );
    let foreign = |now: &mut Entries| {
        now.rename("b:/t/d", "b:/w/d");
        now.put("b:/w/d/n=9@9");
    };
    let steps = [
        "create-folder b:/t/d",
        "move b:/w/d/x -> b:/t/d/x",
        "move b:/w/d/y -> b:/t/d/y",
        "= 2",
    ];
    kept_again(entries, folder, foreign, &steps);
    let in_part = |now: &mut Entries| {
        now.rename("b:/t/d/x", "b:/w/x");
        now.take("b:/t/d");
    };
    kept_again(entries, folder, in_part, &["copy a:/s/d -> b:/t/d", "= 2"]);
}

#[test]
fn what_others_took_where_someone_speaks_of_it_stays() {
    let copy = "  - {copy: 'a:/x', to: 'b:/d/x'}";
    let away = || renamed(&[("b:/d/x", "b:/w/x")]);
    for other in [
        "{copy: 'b:/w', to: 'a:/o'}",
        "{folder: 'b:/w'}",
        "{mirror: 'a:/s', to: 'b:/w'}",
    ] {
        let both = format!("{copy}\n  - {other}");
        let make = |now: &mut Entries| away()(now);
        let plan = outcome(&planned_again("a:/x=1@1 a:/s/ b:/w/", &both, make));
        assert!(
            plan.iter().any(|line| line == "copy a:/x -> b:/d/x"),
            "{plan:?}"
        );
    }
    let protected = format!("protect: ['b:/w/**']\nplacements:\n{copy}");
    kept_again("a:/x=1@1", &protected, away(), &["copy a:/x -> b:/d/x"]);
    let edited = |now: &mut Entries| {
        now.rename("b:/d/x", "b:/w/x");
        now.edit("b:/w/x=9@9");
    };
    kept_again("a:/x=1@1", copy, edited, &["copy a:/x -> b:/d/x"]);
    kept(
        "a:/x=1@1 b:/w/x=1@1",
        copy,
        &["create-folder b:/d", "copy a:/x -> b:/d/x", "# 2"],
    );
}

#[test]
fn a_folder_of_five_thousand_files_is_renamed_in_one_call() {
    let files = |folder: &str| {
        (0..5_000)
            .map(|n| format!("{folder}/{n}=1@{} ", n + 1))
            .collect::<String>()
    };
    let entries = format!("{} a:/s/z=2@9999", files("a:/s/old"));
    let plan = planned_again(&entries, ALL, renamed(&[("a:/s/old", "a:/s/new")]));
    assert_eq!((plan.cost.calls, plan.operations.len()), (1, 1));
    assert_eq!(plan.operations[0].entries, 5_001);
    assert_eq!(plan.summary.removed, 0);
    assert_eq!(plan.summary.moved, 5_001);
    let entries = format!(
        "{} a:/s/z=2@9999 {} b:/t/z=2@9999",
        files("a:/s/new"),
        files("b:/t/old")
    );
    printed(&entries, ALL, &["move b:/t/old -> b:/t/new", "= 2", "# 1"]);
}

/// Whether a plan is taken that renames the first file that it would, but takes it from elsewhere.
fn forged(entries: &str, placements: &str, from: &str, meanwhile: &dyn Fn(&mut Entries)) -> bool {
    let laboratory = kept_then(entries, placements, meanwhile);
    let mut plan = laboratory.plan();
    let manifests = std::slice::from_ref(&laboratory.manifest);
    let taken = |plan: &Plan| soundness::check(plan, manifests, &laboratory.state, plan.created);
    assert_eq!(taken(&plan), Ok(()), "{:#?}", plan.operations);
    let forged = Address::parse(from).expect("an address");
    let found = laboratory.observed.find(&forged);
    let id = found.and_then(|(tree, entry)| tree.id(entry));
    let moves = |it: &&mut Operation| matches!(it.reason, Reason::Leaving | Reason::Strayed);
    let operation = plan.operations.iter_mut().find(moves).expect("a move");
    let to = operation.action.to().expect("it moves").clone();
    let was = operation.action.from().expect("it moves").address();
    let mut place = Place::new(forged.space.clone(), forged.path.clone());
    place.id.clone_from(&id);
    operation.action = Action::Move {
        from: place,
        to,
        strategy: Strategy::Fail,
        permissions: Permissions::Inherit,
    };
    for reliance in &mut operation.relies_on {
        if let Reliance::File {
            address,
            id: relied,
            ..
        } = reliance
            && *address == was
        {
            address.clone_from(&forged);
            relied.clone_from(&id);
        }
    }
    taken(&plan).is_ok()
}

#[test]
fn a_saved_plan_moves_nothing_away_that_may_not_go() {
    let entries = "a:/s/x=1@1 a:/s/y=2@2 b:/o/n=1@1 b:/t/k=1@1 b:/t/e=1@1";
    let settings = "keep: ['k', 'd'], exclude: ['e']";
    let mirror =
        |scope: &str| format!("  - {{mirror: 'a:/s', to: 'b:/t', prune: {scope}, {settings}}}");
    let meanwhile = &renamed(&[("a:/s/x", "a:/s/z")]);
    for (scope, from, expected) in [
        ("all", "b:/t/x", true),
        ("all", "b:/t/foreign", true),
        ("owned", "b:/t/x", true),
        ("owned", "b:/t/foreign", false),
        ("all", "b:/t/k", false),
        ("all", "b:/t/d/below", false),
        ("all", "b:/t/e", false),
        ("all", "b:/t", false),
        ("all", "b:/o/n", false),
        ("all", "a:/s/y", false),
    ] {
        let found = forged(entries, &mirror(scope), from, meanwhile);
        assert_eq!(found, expected, "{scope} {from}");
    }
    let both = "  - {copy: 'a:/x', to: 'b:/d/x'}\n  - {copy: 'a:/y', to: 'b:/e/y'}";
    let entries = "a:/x=1@1 a:/y=2@2 b:/w/n=3@3";
    let away = &renamed(&[("b:/d/x", "b:/w/x")]);
    for (from, expected) in [
        ("b:/w/x", true),
        ("b:/w/n", false),
        ("b:/e/y", false),
        ("a:/y", false),
    ] {
        assert_eq!(forged(entries, both, from, away), expected, "{from}");
    }
}
