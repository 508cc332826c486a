//! Moves: chains, swaps, merges and what is left behind.

use crate::bench::{check, check_again};

fn moves(pairs: &[(&str, &str)]) -> String {
    let line = |(from, to): &(&str, &str)| format!("  - {{move: '{from}', to: '{to}'}}\n");
    pairs.iter().map(line).collect()
}

#[test]
fn a_move_is_a_state() {
    let one = moves(&[("a:/x", "b:/y")]);
    check("a:/x=1@1", &one, &["move a:/x -> b:/y"]);
    check("b:/y=1@1", &one, &[]);
    check("", &one, &["!missing-source"]);
    check("a:/x=1@1 b:/y=1@1", &one, &["!conflict"]);
    check_again("a:/x=1@1", &one, |_| {}, &[]);
    let over = "  - {move: 'a:/x', to: 'b:/y', on_conflict: overwrite}";
    check("a:/x=1@1 b:/y=2@2", over, &["move a:/x -> b:/y over"]);
    let beside = "  - {move: 'a:/x', to: 'b:/y', on_conflict: rename}";
    check("a:/x=1@1 b:/y=2@2", beside, &["move a:/x -> b:/y (1)"]);
    check_again("a:/x=1@1 b:/y=2@2", beside, |_| {}, &[]);
}

#[test]
fn whole_folders_move_as_one() {
    let one = moves(&[("a:/d", "b:/e")]);
    check("a:/d/x=1@1 a:/d/f/y=1@1", &one, &["move a:/d -> b:/e"]);
    check(
        "a:/d/x=1@1 b:/e/",
        &one,
        &["move a:/d/x -> b:/e/x", "remove a:/d"],
    );
    check(
        "a:/d/f/x=1@1 b:/e/f/",
        &one,
        &["move a:/d/f/x -> b:/e/f/x", "remove a:/d"],
    );
    check("a:/d/ b:/e/", &one, &["remove a:/d"]);
}

#[test]
fn what_exclude_hides_stays_with_its_folder() {
    let one = "  - {move: 'a:/d', to: 'b:/e', exclude: ['keep*']}";
    let expected = ["create-folder b:/e", "move a:/d/x -> b:/e/x"];
    check("a:/d/x=1@1 a:/d/keep.me=1@1", one, &expected);
    check_again("a:/d/x=1@1 a:/d/keep.me=1@1", one, |_| {}, &[]);
}

#[test]
fn matched_folders_stay_behind() {
    let rotation = "  - {move: 'a:/in/*.csv', into: 'a:/out'}";
    check(
        "a:/in/x.csv=1@1 a:/in/n=1@1",
        rotation,
        &["create-folder a:/out", "move a:/in/x.csv -> a:/out/x.csv"],
    );
    check("a:/in/", rotation, &[]);
    let into_itself = "  - {move: 'a:/in/*', into: 'a:/in/old', exclude: ['old']}";
    check(
        "a:/in/x=1@1 a:/in/old/y=1@1",
        into_itself,
        &["move a:/in/x -> a:/in/old/x"],
    );
}

#[test]
fn chains_free_names_in_order() {
    let chain = moves(&[("a:/x", "a:/y"), ("a:/y", "a:/z")]);
    let expected = ["move a:/y -> a:/z", "move a:/x -> a:/y"];
    check("a:/x=1@1 a:/y=2@2", &chain, &expected);
    check_again("a:/x=1@1 a:/y=2@2", &chain, |_| {}, &[]);
    check(
        "a:/x=1@1 a:/y=2@2 a:/z=3@3",
        &chain,
        &["!conflict", "!conflict"],
    );
}

#[test]
fn a_swap_takes_one_temporary_name() {
    let swap = moves(&[("a:/x", "a:/y"), ("a:/y", "a:/x")]);
    let expected = [
        "move a:/y -> a:/.reshelve-temporary-1",
        "move a:/x -> a:/y",
        "rename a:/.reshelve-temporary-1 -> a:/x",
    ];
    check("a:/x=1@1 a:/y=2@2", &swap, &expected);
    check_again("a:/x=1@1 a:/y=2@2", &swap, |_| {}, &[]);
    check("a:/x/f=1@1 a:/y/g=2@2", &swap, &expected);
    check_again("a:/x/f=1@1 a:/y/g=2@2", &swap, |_| {}, &[]);
}

#[test]
fn a_rotation_with_a_new_first() {
    let rotate = "  - {move: 'a:/log', to: 'a:/log.1'}\n  - {copy: 'b:/empty', to: 'a:/log'}";
    check(
        "a:/log=5@5 b:/empty=0@1",
        rotate,
        &["move a:/log -> a:/log.1", "copy b:/empty -> a:/log"],
    );
    check_again("a:/log=5@5 b:/empty=0@1", rotate, |_| {}, &["= 1"]);
}

#[test]
fn a_folder_is_never_placed_around_itself() {
    let pattern = "  - {move: 'a:/x/**/z', into: 'a:/x', flatten: true}";
    check("a:/x/z/q/z/f=1@1", pattern, &[]);
    let named = moves(&[("a:/x/z", "a:/x")]);
    check("a:/x/z/f=1@1", &named, &["!source-in-target"]);
}

#[test]
fn taking_what_another_needs_is_refused() {
    let placements = "  - {copy: 'a:/k/*', into: 'b:/o'}\n  - {move: 'a:/k/x', to: 'b:/x'}";
    let expected = [
        "create-folder b:/o",
        "copy a:/k/x -> b:/o/x",
        "move a:/k/x -> b:/x",
        "!takes-source",
    ];
    check("a:/k/x=1@1", placements, &expected);
}

#[test]
fn a_file_that_replaces_another_leaves_its_place() {
    let both =
        "  - {move: 'b:/w', to: 'a:/w', on_conflict: overwrite}\n  - {mirror: 'b:/x', to: 'b:/w'}";
    let expected = ["move b:/w -> a:/w over", "copy b:/x -> b:/w"];
    check("a:/w=1@1 b:/w=1@1 b:/x=1@1", both, &expected);
    check_again("a:/w=1@1 b:/w=1@1 b:/x=1@1", both, |_| {}, &["= 1"]);
}

#[test]
fn what_a_move_placed_below_a_mirror_stays_carved_out_of_it() {
    let entries = "a:/w/x=5@5 a:/w/y=6@6 b:/in/x=1@1";
    let named = "  - {move: 'b:/in/x', to: 'b:/t/x'}\n  - {mirror: 'a:/w', to: 'b:/t', prune: all}";
    let placed = [
        "create-folder b:/t",
        "copy a:/w/y -> b:/t/y",
        "move b:/in/x -> b:/t/x",
    ];
    check(entries, named, &placed);
    check_again(entries, named, |_| {}, &["= 2"]);
    let matched =
        "  - {move: 'b:/in/*', into: 'b:/t'}\n  - {mirror: 'a:/w', to: 'b:/t', prune: all}";
    check(entries, matched, &placed);
    check_again(entries, matched, |_| {}, &["= 2"]);
    let other = "a:/w/y=6@6 b:/in/x=1@1";
    check_again(other, named, |_| {}, &["= 2"]);
    check_again(other, matched, |_| {}, &["= 2"]);
    let deep = "a:/w/d/y=6@6 b:/in/d/x=1@1";
    check_again(deep, matched, |_| {}, &["= 1"]);
    let missing =
        "  - {move: 'b:/in/x', to: 'b:/t/x', on_missing: ignore}\n  - {mirror: 'a:/w', to: 'b:/t'}";
    check("a:/w/x=5@5 b:/t/", missing, &["= 1"]);
}

#[test]
fn a_folder_emptied_into_another_frees_its_name() {
    let both = |second: &str| format!("  - {{move: 'b:/w', to: 'a:/z'}}\n  - {second}\n");
    let copy = both("{copy: 'a:/y', to: 'b:/w', on_conflict: keep}");
    let expected = ["remove b:/w", "copy a:/y -> b:/w"];
    check("a:/y=1@1 a:/z/ b:/w/", &copy, &expected);
    check_again("a:/y=1@1 a:/z/ b:/w/", &copy, |_| {}, &["= 1"]);
    let expected = ["move b:/w/f -> a:/z/f", "remove b:/w", "copy a:/y -> b:/w"];
    check("a:/y=1@1 a:/z/ b:/w/f=2@2", &copy, &expected);
    let folder = both("{copy: 'a:/d', to: 'b:/w'}");
    let expected = ["move b:/w/f -> a:/z/f", "remove b:/w", "copy a:/d -> b:/w"];
    check("a:/d/g=1@1 a:/z/ b:/w/f=2@2", &folder, &expected);
    let chain = both("{move: 'a:/y', to: 'b:/w'}") + "  - {copy: 'b:/k', to: 'a:/y'}\n";
    let expected = ["remove b:/w", "move a:/y -> b:/w", "copy b:/k -> a:/y"];
    check("a:/y=1@1 a:/z/ b:/w/ b:/k=2@2", &chain, &expected);
    check_again("a:/y=1@1 a:/z/ b:/w/ b:/k=2@2", &chain, |_| {}, &["= 1"]);
    let carved = both("{copy: 'a:/k', to: 'a:/z/k'}") + "  - {copy: 'a:/y', to: 'b:/w'}\n";
    let expected = [
        "move b:/w/f -> a:/z/f",
        "remove b:/w",
        "copy a:/k -> a:/z/k",
        "copy a:/y -> b:/w",
    ];
    check("a:/y=1@1 a:/k=3@3 a:/z/ b:/w/f=2@2", &carved, &expected);
    let whole = [
        "move b:/w -> a:/z",
        "copy a:/k -> a:/z/k",
        "copy a:/y -> b:/w",
    ];
    check("a:/y=1@1 a:/k=3@3 b:/w/f=2@2", &carved, &whole);
    let swap = both("{move: 'a:/z/f', to: 'b:/w'}");
    let expected = [
        "move b:/w/f -> a:/z/.reshelve-temporary-1",
        "remove b:/w",
        "move a:/z/f -> b:/w",
        "rename a:/z/.reshelve-temporary-1 -> a:/z/f",
    ];
    check("a:/z/f=1@1 b:/w/f=2@2", &swap, &expected);
    let beside = "  - {move: 'b:/w', to: 'a:/z', on_conflict: rename}\n  \
        - {copy: 'a:/y', to: 'b:/w', on_conflict: keep}";
    let expected = ["move b:/w -> a:/z (1)", "copy a:/y -> b:/w"];
    check("a:/y=1@1 a:/z=3@3 b:/w/f=2@2", beside, &expected);
}

#[test]
fn a_folder_in_which_something_stays_keeps_its_name() {
    let both = "  - {move: 'b:/w', to: 'a:/z', exclude: [k]}\n  \
        - {copy: 'a:/y', to: 'b:/w', on_conflict: keep}";
    check("a:/y=1@1 a:/z/ b:/w/k=2@2", both, &["?kept"]);
    check(
        "a:/y=1@1 b:/w/k=2@2",
        both,
        &["create-folder a:/z", "?kept"],
    );
}
