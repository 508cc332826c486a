//! Where names are kept: a change of name and place takes two calls or three, and calls are small.

use crate::bench::{kept, kept_again, kept_cut_off};

fn moves(pairs: &[(&str, &str)]) -> String {
    let line = |(from, to): &(&str, &str)| format!("  - {{move: '{from}', to: '{to}'}}\n");
    pairs.iter().map(line).collect()
}

fn copies(pairs: &[(&str, &str)]) -> String {
    let line = |(from, to): &(&str, &str)| format!("  - {{copy: '{from}', to: '{to}'}}\n");
    pairs.iter().map(line).collect()
}

fn one(verb: &str, on_conflict: &str) -> String {
    let (from, to) = verb.split_once(" -> ").expect("from -> to");
    let (verb, from) = from.split_once(' ').expect("a verb");
    format!("  - {{{verb}: '{from}', to: '{to}', on_conflict: {on_conflict}}}")
}

#[test]
fn the_same_name_takes_one_call() {
    kept(
        "a:/x=1@1",
        &copies(&[("a:/x", "b:/x")]),
        &["copy a:/x -> b:/x", "# 1"],
    );
    kept(
        "a:/x=1@1",
        &moves(&[("a:/x", "b:/x")]),
        &["move a:/x -> b:/x", "# 1"],
    );
    kept(
        "a:/d/x=1@1",
        &moves(&[("a:/d", "b:/d")]),
        &["move a:/d -> b:/d", "# 1"],
    );
    kept(
        "a:/d/x=1@1",
        "  - {mirror: 'a:/d', to: 'b:/d'}",
        &["copy a:/d -> b:/d", "# 1"],
    );
}

#[test]
fn a_rename_in_place_is_one_call() {
    kept(
        "a:/x=1@1",
        &moves(&[("a:/x", "a:/y")]),
        &["rename a:/x -> a:/y", "# 1"],
    );
    kept(
        "a:/d/x=1@1",
        &moves(&[("a:/d", "a:/e")]),
        &["rename a:/d -> a:/e", "# 1"],
    );
    let over = one("move a:/x -> a:/y", "overwrite");
    let expected = ["remove a:/y", "rename a:/x -> a:/y", "# 2"];
    kept("a:/x=1@1 a:/y=2@2", &over, &expected);
}

#[test]
fn a_copy_to_another_name_is_renamed_there() {
    let copy = copies(&[("a:/x", "b:/y")]);
    kept(
        "a:/x=1@1",
        &copy,
        &["copy a:/x -> b:/x", "rename b:/x -> b:/y", "# 2"],
    );
    let found = ["copy a:/x -> b:/x(1) free", "rename b:/x(1) -> b:/y", "# 2"];
    kept("a:/x=1@1 b:/x=2@2", &copy, &found);
    kept("a:/x=1@1 b:/x/", &copy, &found);
    let second = ["copy a:/x -> b:/x(2) free", "rename b:/x(2) -> b:/y", "# 2"];
    kept("a:/x=1@1 b:/x=2@2 b:/x(1)=2@2", &copy, &second);
    let beside_itself = copies(&[("a:/x.t", "a:/y.t")]);
    let expected = [
        "copy a:/x.t -> a:/x(1).t free",
        "rename a:/x(1).t -> a:/y.t",
        "# 2",
    ];
    kept("a:/x.t=1@1", &beside_itself, &expected);
    let freed = "  - {copy: 'a:/x', to: 'b:/y'}\n  - {absent: 'b:/x'}";
    let expected = [
        "copy a:/x -> b:/x(1) free",
        "rename b:/x(1) -> b:/y",
        "remove b:/x",
        "# 3",
    ];
    kept("a:/x=1@1 b:/x=2@2", freed, &expected);
}

#[test]
fn a_copied_folder_is_renamed_as_one() {
    let mirror = "  - {mirror: 'a:/s', to: 'b:/t'}";
    let expected = ["copy a:/s -> b:/s", "rename b:/s -> b:/t", "# 2"];
    kept("a:/s/x=1@1 a:/s/d/y=1@1", mirror, &expected);
    kept("a:/s/", mirror, &["create-folder b:/t", "# 1"]);
    let found = ["copy a:/s -> b:/s(1) free", "rename b:/s(1) -> b:/t", "# 2"];
    kept("a:/s/x=1@1 b:/s=1@1", mirror, &found);
    let dotted = "  - {copy: 'a:/s.d', to: 'b:/t'}";
    let found = [
        "copy a:/s.d -> b:/s.d(1) free",
        "rename b:/s.d(1) -> b:/t",
        "# 2",
    ];
    kept("a:/s.d/x=1@1 b:/s.d/", dotted, &found);
    let partly = ["copy a:/s/x -> b:/t/x", "= 2", "# 1"];
    kept("a:/s/x=1@1 a:/s/y=1@1 b:/t/y=1@1", mirror, &partly);
}

#[test]
fn new_parents_are_made_one_by_one() {
    let deep = copies(&[("a:/x", "b:/p/q/y")]);
    let expected = [
        "create-folder b:/p",
        "create-folder b:/p/q",
        "copy a:/x -> b:/p/q/x",
        "rename b:/p/q/x -> b:/p/q/y",
        "# 4",
    ];
    kept("a:/x=1@1", &deep, &expected);
    let moved = moves(&[("a:/x", "b:/p/y")]);
    let expected = [
        "create-folder b:/p",
        "move a:/x -> b:/p/x",
        "rename b:/p/x -> b:/p/y",
        "# 3",
    ];
    kept("a:/x=1@1", &moved, &expected);
    let folders = "  - {folder: 'b:/p'}\n  - {folder: 'b:/q'}";
    kept(
        "",
        folders,
        &["create-folder b:/p", "create-folder b:/q", "# 2"],
    );
}

#[test]
fn a_move_takes_the_way_that_needs_no_other_name() {
    let across = moves(&[("a:/x", "b:/y")]);
    kept(
        "a:/x=1@1",
        &across,
        &["move a:/x -> b:/x", "rename b:/x -> b:/y", "# 2"],
    );
    let found = ["move a:/x -> b:/x(1) free", "rename b:/x(1) -> b:/y", "# 2"];
    kept("a:/x=1@1 b:/x=2@2", &across, &found);
    let within = moves(&[("a:/p/x", "a:/q/y")]);
    let entries = "a:/p/x=1@1 a:/q/";
    let there_first = ["move a:/p/x -> a:/q/x", "rename a:/q/x -> a:/q/y", "# 2"];
    kept(entries, &within, &there_first);
    let name_first = ["rename a:/p/x -> a:/p/y", "move a:/p/y -> a:/q/y", "# 2"];
    kept("a:/p/x=1@1 a:/q/x=2@2", &within, &name_first);
    let found = [
        "move a:/p/x -> a:/q/x(1) free",
        "rename a:/q/x(1) -> a:/q/y",
        "# 2",
    ];
    kept("a:/p/x=1@1 a:/p/y=3@3 a:/q/x=2@2", &within, &found);
    let folder = moves(&[("a:/p/d", "a:/q/e")]);
    let expected = ["move a:/p/d -> a:/q/d", "rename a:/q/d -> a:/q/e", "# 2"];
    kept("a:/p/d/x=1@1 a:/q/", &folder, &expected);
}

#[test]
fn overwriting_the_same_name_is_one_call() {
    let copy = one("copy a:/x -> b:/x", "overwrite");
    kept(
        "a:/x=1@1 b:/x=2@2",
        &copy,
        &["copy a:/x -> b:/x over", "# 1"],
    );
    let moved = one("move a:/x -> b:/x", "overwrite");
    kept(
        "a:/x=1@1 b:/x=2@2",
        &moved,
        &["move a:/x -> b:/x over", "# 1"],
    );
}

#[test]
fn overwriting_another_name_puts_the_new_beside_the_old_first() {
    let copy = one("copy a:/x -> b:/y", "overwrite");
    let expected = [
        "copy a:/x -> b:/x",
        "remove b:/y",
        "rename b:/x -> b:/y",
        "# 3",
    ];
    kept("a:/x=1@1 b:/y=2@2", &copy, &expected);
    let found = [
        "copy a:/x -> b:/x(1) free",
        "remove b:/y",
        "rename b:/x(1) -> b:/y",
        "# 3",
    ];
    kept("a:/x=1@1 b:/y=2@2 b:/x=3@3", &copy, &found);
    let moved = one("move a:/x -> b:/y", "overwrite");
    let expected = [
        "move a:/x -> b:/x",
        "remove b:/y",
        "rename b:/x -> b:/y",
        "# 3",
    ];
    kept("a:/x=1@1 b:/y=2@2", &moved, &expected);
    let within = one("move a:/p/x -> a:/q/y", "overwrite");
    let name_first = [
        "rename a:/p/x -> a:/p/y",
        "move a:/p/y -> a:/q/y over",
        "# 2",
    ];
    kept("a:/p/x=1@1 a:/q/y=2@2", &within, &name_first);
    let not_free = [
        "move a:/p/x -> a:/q/x",
        "remove a:/q/y",
        "rename a:/q/x -> a:/q/y",
        "# 3",
    ];
    kept("a:/p/x=1@1 a:/p/y=3@3 a:/q/y=2@2", &within, &not_free);
    kept("a:/x=1@1 b:/y/", &copy, &["!not-replaceable"]);
}

#[test]
fn a_conflict_is_settled_in_four_ways() {
    let same = "a:/x.t=1@1 b:/x.t=2@2";
    kept(same, &one("copy a:/x.t -> b:/x.t", "fail"), &["!conflict"]);
    kept(same, &one("copy a:/x.t -> b:/x.t", "keep"), &["?kept"]);
    let over = ["copy a:/x.t -> b:/x.t over", "# 1"];
    kept(same, &one("copy a:/x.t -> b:/x.t", "overwrite"), &over);
    let beside = ["copy a:/x.t -> b:/x(1).t free", "# 1"];
    kept(same, &one("copy a:/x.t -> b:/x.t", "rename"), &beside);
    kept(same, &one("move a:/x.t -> b:/x.t", "fail"), &["!conflict"]);
    kept(same, &one("move a:/x.t -> b:/x.t", "keep"), &["?kept"]);
    let over = ["move a:/x.t -> b:/x.t over", "# 1"];
    kept(same, &one("move a:/x.t -> b:/x.t", "overwrite"), &over);
    let beside = ["move a:/x.t -> b:/x(1).t free", "# 1"];
    kept(same, &one("move a:/x.t -> b:/x.t", "rename"), &beside);
}

#[test]
fn beside_another_name_the_planner_chooses() {
    let copy = one("copy a:/x.t -> b:/y.t", "rename");
    let entries = "a:/x.t=1@1 b:/y.t=2@2";
    let expected = ["copy a:/x.t -> b:/x.t", "rename b:/x.t -> b:/y(1).t", "# 2"];
    kept(entries, &copy, &expected);
    let moved = one("move a:/x.t -> b:/y.t", "rename");
    let expected = ["move a:/x.t -> b:/x.t", "rename b:/x.t -> b:/y(1).t", "# 2"];
    kept(entries, &moved, &expected);
    let within = one("move b:/x.t -> b:/y.t", "rename");
    kept(
        "b:/x.t=1@1 b:/y.t=2@2",
        &within,
        &["rename b:/x.t -> b:/y(1).t", "# 1"],
    );
    let folder = one("copy a:/d -> b:/d", "rename");
    kept(
        "a:/d/x=1@1 b:/d=2@2",
        &folder,
        &["copy a:/d -> b:/d(1) free", "# 1"],
    );
    let second = ["copy a:/x.t -> b:/x(2).t free", "# 1"];
    let same = one("copy a:/x.t -> b:/x.t", "rename");
    kept("a:/x.t=1@1 b:/x.t=2@2 b:/x(1).t=3@3", &same, &second);
}

#[test]
fn what_was_placed_is_known_again() {
    let copy = copies(&[("a:/x", "b:/y")]);
    kept_again("a:/x=1@1", &copy, |_| {}, &["= 1"]);
    let updated = ["copy a:/x -> b:/x", "remove b:/y", "rename b:/x -> b:/y"];
    kept_again("a:/x=1@1", &copy, |now| now.put("a:/x=4@4"), &updated);
    kept_again("a:/x=1@1", &copy, |now| now.put("a:/x=1@4"), &updated);
    kept_again("a:/x=1@1", &copy, |now| now.put("b:/y=9@9"), &["!conflict"]);
    kept_again(
        "a:/x=1@1",
        &copy,
        |now| drop(now.take("b:/y")),
        &["copy a:/x -> b:/x", "rename b:/x -> b:/y"],
    );
    let same = copies(&[("a:/x", "b:/x")]);
    kept_again(
        "a:/x=1@1",
        &same,
        |now| now.put("a:/x=4@4"),
        &["copy a:/x -> b:/x over"],
    );
    let beside = one("copy a:/x -> b:/x", "rename");
    kept_again("a:/x=1@1 b:/x=2@2", &beside, |_| {}, &["= 1"]);
    let updated = [
        "copy a:/x -> b:/x(2) free",
        "remove b:/x(1)",
        "rename b:/x(2) -> b:/x(1)",
    ];
    kept_again(
        "a:/x=1@1 b:/x=2@2",
        &beside,
        |now| now.put("a:/x=4@4"),
        &updated,
    );
    let moved = moves(&[("a:/x", "b:/y")]);
    kept_again("a:/x=1@1", &moved, |_| {}, &[]);
    let mirror = "  - {mirror: 'a:/s', to: 'b:/t'}";
    kept_again("a:/s/x=1@1 a:/s/y=1@1", mirror, |_| {}, &["= 3"]);
    let change = ["copy a:/s/x -> b:/t/x over", "= 2"];
    kept_again(
        "a:/s/x=1@1 a:/s/y=1@1",
        mirror,
        |now| now.put("a:/s/x=3@3"),
        &change,
    );
}

#[test]
fn equal_sizes_are_taken_over_where_nothing_else_is_told() {
    kept("a:/x=1@1 b:/y=1@9", &copies(&[("a:/x", "b:/y")]), &["= 1"]);
    kept(
        "a:/x=1@1 b:/y=2@1",
        &copies(&[("a:/x", "b:/y")]),
        &["!conflict"],
    );
}

#[test]
fn chains_free_names_in_order() {
    let chain = moves(&[("a:/x", "a:/y"), ("a:/y", "a:/z")]);
    let expected = ["rename a:/y -> a:/z", "rename a:/x -> a:/y", "# 2"];
    kept("a:/x=1@1 a:/y=2@2", &chain, &expected);
    let rotate = "  - {move: 'a:/log', to: 'a:/log.1'}\n  - {copy: 'b:/empty', to: 'a:/log'}";
    let expected = [
        "copy b:/empty -> a:/empty",
        "rename a:/log -> a:/log.1",
        "rename a:/empty -> a:/log",
        "# 3",
    ];
    kept("a:/log=5@5 b:/empty=0@1", rotate, &expected);
    let same_name = "  - {move: 'a:/log', to: 'a:/log.1'}\n  - {copy: 'b:/log', to: 'a:/log'}";
    let expected = ["rename a:/log -> a:/log.1", "copy b:/log -> a:/log", "# 2"];
    kept("a:/log=5@5 b:/log=0@1", same_name, &expected);
    let through = moves(&[("a:/p/x", "a:/q/y"), ("a:/q/y", "a:/r/z")]);
    let expected = [
        "move a:/p/x -> a:/q/x",
        "move a:/q/y -> a:/r/y",
        "rename a:/q/x -> a:/q/y",
        "rename a:/r/y -> a:/r/z",
        "# 4",
    ];
    kept("a:/p/x=1@1 a:/q/y=2@2 a:/r/", &through, &expected);
}

#[test]
fn a_swap_in_one_folder_takes_one_temporary_name() {
    let swap = moves(&[("a:/x", "a:/y"), ("a:/y", "a:/x")]);
    let expected = [
        "rename a:/y -> a:/.reshelve-temporary-1",
        "rename a:/x -> a:/y",
        "rename a:/.reshelve-temporary-1 -> a:/x",
        "# 3 of 2",
    ];
    kept("a:/x=1@1 a:/y=2@2", &swap, &expected);
    kept("a:/x/f=1@1 a:/y/g=2@2", &swap, &expected);
}

#[test]
fn a_rotation_in_one_folder_takes_one_temporary_name() {
    let three = moves(&[("a:/x", "a:/y"), ("a:/y", "a:/z"), ("a:/z", "a:/x")]);
    let expected = [
        "rename a:/z -> a:/.reshelve-temporary-1",
        "rename a:/y -> a:/z",
        "rename a:/x -> a:/y",
        "rename a:/.reshelve-temporary-1 -> a:/x",
        "# 4 of 3",
    ];
    kept("a:/x=1@1 a:/y=2@2 a:/z=3@3", &three, &expected);
    let four = moves(&[
        ("a:/w", "a:/x"),
        ("a:/x", "a:/y"),
        ("a:/y", "a:/z"),
        ("a:/z", "a:/w"),
    ]);
    let expected = [
        "rename a:/z -> a:/.reshelve-temporary-1",
        "rename a:/y -> a:/z",
        "rename a:/x -> a:/y",
        "rename a:/w -> a:/x",
        "rename a:/.reshelve-temporary-1 -> a:/w",
        "# 5 of 4",
    ];
    kept("a:/w=1@1 a:/x=1@1 a:/y=2@2 a:/z=3@3", &four, &expected);
}

#[test]
fn equal_names_of_two_folders_swap_by_a_name_of_the_service() {
    let swap = moves(&[("a:/x.t", "b:/x.t"), ("b:/x.t", "a:/x.t")]);
    let expected = [
        "move b:/x.t -> a:/x(1).t free",
        "move a:/x.t -> b:/x.t",
        "rename a:/x(1).t -> a:/x.t",
        "# 3 of 2",
    ];
    kept("a:/x.t=1@1 b:/x.t=2@2", &swap, &expected);
    let three = moves(&[
        ("a:/p/x", "a:/q/x"),
        ("a:/q/x", "a:/r/x"),
        ("a:/r/x", "a:/p/x"),
    ]);
    let expected = [
        "move a:/r/x -> a:/p/x(1) free",
        "move a:/q/x -> a:/r/x",
        "move a:/p/x -> a:/q/x",
        "rename a:/p/x(1) -> a:/p/x",
        "# 4 of 3",
    ];
    kept("a:/p/x=1@1 a:/q/x=2@2 a:/r/x=3@3", &three, &expected);
}

#[test]
fn other_names_of_two_folders_swap_without_a_detour() {
    let swap = moves(&[("a:/x", "b:/y"), ("b:/y", "a:/x")]);
    let expected = [
        "move a:/x -> b:/x",
        "move b:/y -> a:/y",
        "rename a:/y -> a:/x",
        "rename b:/x -> b:/y",
        "# 4",
    ];
    kept("a:/x=1@1 b:/y=2@2", &swap, &expected);
    let crossed = moves(&[("a:/x", "b:/y"), ("b:/x", "a:/y")]);
    let expected = [
        "move a:/x -> b:/x(1) free",
        "move b:/x -> a:/x(1) free",
        "rename a:/x(1) -> a:/y",
        "rename b:/x(1) -> b:/y",
        "# 4",
    ];
    kept("a:/x=1@1 b:/x=2@2", &crossed, &expected);
}

#[test]
fn two_that_stop_under_one_name_share_a_call() {
    let two = copies(&[("a:/p/x", "b:/1"), ("a:/q/x", "b:/2")]);
    let expected = [
        "copy a:/p/x -> b:/x free",
        "copy a:/q/x -> b:/x(1) free",
        "rename b:/x -> b:/1",
        "rename b:/x(1) -> b:/2",
        "# 3",
    ];
    kept("a:/p/x=1@1 a:/q/x=2@2", &two, &expected);
    let many = copies(&[
        ("a:/x", "b:/1"),
        ("a:/x", "b:/2"),
        ("a:/x", "b:/3"),
        ("a:/x", "b:/4"),
    ]);
    let expected = [
        "copy a:/x -> b:/x free",
        "copy a:/x -> b:/x(1) free",
        "copy a:/x -> b:/x(2) free",
        "copy a:/x -> b:/x(3) free",
        "rename b:/x -> b:/1",
        "rename b:/x(1) -> b:/2",
        "rename b:/x(2) -> b:/3",
        "rename b:/x(3) -> b:/4",
        "# 6",
    ];
    kept("a:/x=1@1", &many, &expected);
}

#[test]
fn who_wants_a_name_waits_until_it_is_given_back() {
    let both = copies(&[("a:/p/x", "b:/y"), ("a:/q/x", "b:/x")]);
    let expected = [
        "copy a:/p/x -> b:/x",
        "rename b:/x -> b:/y",
        "copy a:/q/x -> b:/x",
        "# 3 of 2",
    ];
    kept("a:/p/x=1@1 a:/q/x=2@2", &both, &expected);
    let crossed = copies(&[("a:/x", "b:/y"), ("a:/y", "b:/x")]);
    let expected = [
        "copy a:/y -> b:/y",
        "rename b:/y -> b:/x",
        "copy a:/x -> b:/x(1) free",
        "rename b:/x(1) -> b:/y",
        "# 4 of 3",
    ];
    kept("a:/x=1@1 a:/y=2@2", &crossed, &expected);
    let later = "  - {copy: 'a:/n', to: 'b:/m'}\n  - {move: 'b:/m', to: 'b:/n'}";
    let expected = [
        "rename b:/m -> b:/n",
        "copy a:/n -> b:/n(1) free",
        "rename b:/n(1) -> b:/m",
        "# 3",
    ];
    kept("a:/n=1@1 b:/m=2@2", later, &expected);
    let beside =
        "  - {copy: 'a:/p/x', to: 'b:/y'}\n  - {copy: 'a:/q/x', to: 'b:/x', on_conflict: rename}";
    let expected = [
        "copy a:/p/x -> b:/x(2) free",
        "rename b:/x(2) -> b:/y",
        "copy a:/q/x -> b:/x(1) free",
        "# 3 of 2",
    ];
    kept("a:/p/x=1@1 a:/q/x=2@2 b:/x=3@3", beside, &expected);
}

#[test]
fn those_that_are_renamed_anyway_fill_the_calls_of_others() {
    let three = copies(&[("a:/x", "b:/1"), ("a:/y", "b:/2"), ("a:/z", "b:/3")]);
    let expected = [
        "copy a:/x -> b:/x(1) free",
        "copy a:/y -> b:/y free",
        "copy a:/z -> b:/z free",
        "rename b:/x(1) -> b:/1",
        "rename b:/y -> b:/2",
        "rename b:/z -> b:/3",
        "# 4",
    ];
    kept("a:/x=1@1 a:/y=1@1 a:/z=1@1 b:/x=2@2", &three, &expected);
}

/// What is on its way to a target stays where it is as long as another entry waits at its source.
#[test]
fn another_entry_at_the_source_of_what_is_on_its_way_is_a_conflict() {
    let way = moves(&[("a:/w", "b:/x")]);
    let expected = ["move a:/w -> b:/w", "rename b:/w -> b:/x", "# 2"];
    kept("a:/w=1@1", &way, &expected);
    kept_cut_off("a:/w=1@1", &way, 1, |_| (), &["rename b:/w -> b:/x"]);
    let another = |entries: &mut crate::bench::Entries| entries.put("a:/w=2@2");
    let expected = ["rename b:/w -> b:/x", "!conflict"];
    kept_cut_off("a:/w=1@1", &way, 1, another, &expected);
}

#[test]
fn contents_that_are_copied_crosswise_replace_each_other() {
    let crossed = format!(
        "{}\n{}",
        one("copy a:/x -> b:/x", "overwrite"),
        one("copy b:/x -> a:/x", "overwrite")
    );
    let expected = [
        "copy b:/x -> a:/x(1) free",
        "copy a:/x -> b:/x over",
        "remove a:/x",
        "rename a:/x(1) -> a:/x",
        "# 4 of 2",
    ];
    kept("a:/x=1@1 b:/x=2@2", &crossed, &expected);
}

#[test]
fn what_is_replaced_is_read_before() {
    let both = format!(
        "{}\n{}",
        one("move b:/x -> b:/w.t", "overwrite"),
        one("mirror b:/w.t -> b:/x", "overwrite")
    );
    let expected = [
        "copy b:/w.t -> b:/w(1).t free",
        "remove b:/w.t",
        "rename b:/x -> b:/w.t",
        "rename b:/w(1).t -> b:/x",
        "# 4",
    ];
    kept("b:/w.t=2@1 b:/x=1@1", &both, &expected);
}

#[test]
fn the_service_may_find_the_very_name_that_is_wished() {
    let copy = copies(&[("a:/x", "b:/x(1)")]);
    let expected = [
        "copy a:/x -> b:/x(2) free",
        "rename b:/x(2) -> b:/x(1)",
        "# 2",
    ];
    kept("a:/x=1@1 b:/x=2@2", &copy, &expected);
    let both = copies(&[("a:/p/x", "b:/x(1)"), ("a:/q/x", "b:/x(2)")]);
    let expected = [
        "copy a:/p/x -> b:/x(3) free",
        "rename b:/x(3) -> b:/x(1)",
        "copy a:/q/x -> b:/x(4) free",
        "rename b:/x(4) -> b:/x(2)",
        "# 4 of 3",
    ];
    kept("a:/p/x=1@1 a:/q/x=3@3 b:/x=2@2", &both, &expected);
}

fn many(count: usize, line: impl Fn(usize) -> String) -> String {
    (0..count).map(line).collect()
}

fn calls(entries: &str, placements: &str) -> (u64, u64) {
    let make = || {
        let laboratory = crate::bench::laboratory(entries, placements);
        crate::service::keeping(laboratory, [3, 30, 50])
    };
    let plan = make().plan();
    assert!(plan.findings.iter().all(|finding| !finding.is_error()));
    (plan.cost.calls, plan.cost.lower_bound)
}

#[test]
fn calls_are_as_full_as_they_can_be() {
    let files = |count| many(count, |number| format!("a:/s/f{number:02}=1@1 "));
    let all = |verb: &str| format!("  - {{{verb}: 'a:/s/*', into: 'b:/'}}");
    assert_eq!(calls(&files(30), &all("move")), (1, 1));
    assert_eq!(calls(&files(31), &all("move")), (2, 2));
    assert_eq!(calls(&files(3), &all("copy")), (1, 1));
    assert_eq!(calls(&files(4), &all("copy")), (2, 2));
    let absent = "  - {absent: 'a:/s/*'}";
    assert_eq!(calls(&files(50), absent), (1, 1));
    assert_eq!(calls(&files(51), absent), (2, 2));
    let taken = format!("{} {}", files(30), files(30).replace("a:/s/", "b:/t/"));
    let two = "  - {move: 'a:/s/*', into: 'a:/'}\n  - {move: 'b:/t/*', into: 'b:/'}";
    assert_eq!(calls(&taken, two), (2, 2));
}

#[test]
fn one_folder_of_files_goes_to_many_folders() {
    let files = many(50, |number| format!("a:/kit/f{number:02}=1@1 "));
    let fan = many(20, |number| {
        format!("  - {{copy: 'a:/kit', to: 'b:/team{number}/kit'}}\n")
    });
    assert_eq!(calls(&files, &fan), (40, 40));
    let renamed = many(20, |number| {
        format!("  - {{copy: 'a:/kit', to: 'b:/team{number}'}}\n")
    });
    assert_eq!(calls(&files, &renamed), (27, 27));
}

#[test]
fn a_month_of_calls_is_counted_with_its_reads() {
    let laboratory = crate::bench::laboratory("a:/x=1@1", &copies(&[("a:/x", "b:/y")]));
    let plan = crate::service::keeping(laboratory, [3, 30, 50]).plan();
    let monthly = &plan.cost.monthly;
    assert_eq!(monthly.len(), 1);
    assert_eq!(
        (monthly[0].calls, monthly[0].of),
        (2 + plan.cost.reads, 5_000)
    );
    assert_eq!(monthly[0].provider, "model");
}

#[test]
fn what_takes_several_steps_counts_once() {
    let summary = |entries: &str, placements: &str| {
        let laboratory = crate::bench::laboratory(entries, placements);
        let summary = crate::service::keeping(laboratory, [3, 30, 50])
            .plan()
            .summary;
        [
            summary.removed,
            summary.overwritten,
            summary.moved,
            summary.copied,
        ]
    };
    let over = one("copy a:/x -> b:/y", "overwrite");
    assert_eq!(summary("a:/x=1@1 b:/y=2@2", &over), [0, 1, 0, 1]);
    let within = one("move a:/p/x -> a:/q/y", "overwrite");
    assert_eq!(summary("a:/p/x=1@1 a:/q/y=2@2", &within), [0, 1, 1, 0]);
    let swap = moves(&[("a:/x", "a:/y"), ("a:/y", "a:/x")]);
    assert_eq!(summary("a:/x=1@1 a:/y=2@2", &swap), [0, 0, 2, 0]);
    let across = moves(&[("a:/x", "b:/x"), ("b:/x", "a:/x")]);
    assert_eq!(summary("a:/x=1@1 b:/x=2@2", &across), [0, 0, 2, 0]);
}

#[test]
fn protected_files_are_not_replaced_in_steps_either() {
    let protect = "protect: ['b:/y']\nplacements:\n";
    let over = format!("{protect}{}", one("copy a:/x -> b:/y", "overwrite"));
    let laboratory = crate::bench::laboratory("a:/x=1@1 b:/y=2@2", &over);
    let plan = crate::service::keeping(laboratory, [3, 30, 50]).plan();
    assert!(
        plan.findings
            .iter()
            .any(|finding| finding.code == "protected")
    );
}

#[test]
fn two_copies_of_a_folder_beside_it_are_two() {
    kept(
        "b:/w.t/x=1@1",
        "  - {mirror: 'b:/w.t', to: 'b:/x'}\n  - {mirror: 'b:/w.t', to: 'b:/y'}",
        &[
            "copy b:/w.t -> b:/w.t(1) free",
            "copy b:/w.t -> b:/w.t(2) free",
            "rename b:/w.t(1) -> b:/x",
            "rename b:/w.t(2) -> b:/y",
            "# 3",
        ],
    );
}

#[test]
fn a_folder_emptied_into_another_frees_its_name() {
    let both = "  - {move: 'b:/w', to: 'a:/z'}\n  - {copy: 'a:/w', to: 'b:/w', on_conflict: keep}";
    let expected = ["remove b:/w", "copy a:/w -> b:/w", "# 2"];
    kept("a:/w=1@1 a:/z/ b:/w/", both, &expected);
    let swap = "  - {move: 'b:/w', to: 'a:/z'}\n  - {move: 'a:/z/w', to: 'b:/w'}";
    let expected = [
        "move b:/w/w -> a:/z/w(1) free",
        "remove b:/w",
        "move a:/z/w -> b:/w",
        "rename a:/z/w(1) -> a:/z/w",
        "# 4 of 3",
    ];
    kept("a:/z/w=1@1 b:/w/w=2@2", swap, &expected);
}

#[test]
fn a_name_that_is_lent_to_nobody_needs_no_temporary_one() {
    // What comes beside an entry before that one leaves cannot be given its name.
    kept(
        "b:/y=1@1 a:/x=2@2 a:/y=3@3",
        &moves(&[("b:/y", "a:/x"), ("a:/x", "a:/y"), ("a:/y", "a:/new")]),
        &[
            "move b:/y -> a:/y(1) free",
            "rename a:/y -> a:/new",
            "rename a:/x -> a:/y",
            "rename a:/y(1) -> a:/x",
            "# 4",
        ],
    );
    // What comes after another has the name cannot be given it either.
    kept(
        "a:/z=1@1 b:/y/ b:/z=3@3 a:/w.t/",
        &moves(&[
            ("a:/z", "b:/y"),
            ("b:/y", "b:/z"),
            ("b:/z", "a:/w.t"),
            ("a:/w.t", "a:/z"),
        ]),
        &[
            "move b:/z -> a:/z(1) free",
            "rename b:/y -> b:/z",
            "move a:/z -> b:/z(1) free",
            "rename b:/z(1) -> b:/y",
            "rename a:/w.t -> a:/z",
            "rename a:/z(1) -> a:/w.t",
            "# 6",
        ],
    );
}

#[test]
fn files_and_folders_of_one_name_stop_beside_each_other() {
    let both = copies(&[("a:/w.t/w.t", "b:/x/2"), ("a:/w.t", "b:/x/5")]);
    let expected = [
        "create-folder b:/x",
        "copy a:/w.t/w.t -> b:/x/w.t free",
        "copy a:/w.t -> b:/x/w.t(1) free",
        "rename b:/x/w.t -> b:/x/2",
        "rename b:/x/w.t(1) -> b:/x/5",
        "# 4",
    ];
    kept("a:/w.t/w.t=4@4", &both, &expected);
    let expected = [
        "copy a:/w.t/w.t -> b:/x/w(1).t free",
        "copy a:/w.t -> b:/x/w.t(1) free",
        "rename b:/x/w(1).t -> b:/x/2",
        "rename b:/x/w.t(1) -> b:/x/5",
        "# 3",
    ];
    kept("a:/w.t/w.t=4@4 b:/x/w.t=9@9", &both, &expected);
}

#[test]
fn a_whole_folder_is_one_item_even_where_more_is_put_into_it() {
    let more = "  - {mirror: 'a:/s', to: 'b:/s'}\n  - {copy: 'a:/y', to: 'b:/s/d/y'}";
    let expected = ["copy a:/s -> b:/s", "copy a:/y -> b:/s/d/y", "# 2"];
    kept("a:/s/x=1@1 a:/s/d/z=1@1 a:/y=2@2", more, &expected);
    // What another wants in the place of one of its entries is carved out of the folder.
    let instead = "  - {mirror: 'a:/s', to: 'b:/s'}\n  - {copy: 'a:/x', to: 'b:/s/x'}";
    let expected = [
        "create-folder b:/s",
        "copy a:/x -> b:/s/x",
        "copy a:/s/z -> b:/s/z",
        "# 2",
    ];
    kept("a:/s/x=1@1 a:/s/z=1@1 a:/x=2@2", instead, &expected);
    let moved = "  - {move: 'a:/s', to: 'b:/s'}\n  - {move: 'a:/y', to: 'b:/s/y'}";
    let expected = ["move a:/s -> b:/s", "move a:/y -> b:/s/y", "# 2"];
    kept("a:/s/x=1@1 a:/y=2@2", moved, &expected);
}

#[test]
fn names_that_are_found_for_a_while_and_for_good_share_a_call() {
    let both =
        "  - {copy: 'a:/x', to: 'b:/y'}\n  - {copy: 'a:/z', to: 'b:/z', on_conflict: rename}";
    let expected = [
        "copy a:/x -> b:/x(1) free",
        "copy a:/z -> b:/z(1) free",
        "rename b:/x(1) -> b:/y",
        "# 2",
    ];
    kept("a:/x=1@1 a:/z=2@2 b:/x=3@3 b:/z=4@4", both, &expected);
}

#[test]
fn what_is_on_its_way_never_replaces_a_folder() {
    let mirror = "  - {mirror: 'a:/x', to: 'b:/y', prune: owned, on_conflict: rename}";
    let file_for_folder = |now: &mut crate::bench::Entries| {
        now.rename("a:/x", "a:/aside");
        now.rename("a:/f", "a:/x");
    };
    let expected = ["copy a:/x -> b:/x", "rename b:/x -> b:/y(1)"];
    kept_again("a:/x/y=1@1 a:/f=1@1", mirror, file_for_folder, &expected);
}

#[test]
fn files_of_one_name_stop_beside_it_in_the_order_of_their_calls() {
    let copies = copies(&[("a:/w.t", "b:/z"), ("b:/w.t", "b:/x")]);
    let laboratory = crate::bench::laboratory("a:/w.t=1@1 b:/w.t=2@2", &copies);
    let plan = crate::service::keeping(laboratory, [3, 30, 50]).plan();
    let expected = [
        "copy a:/w.t -> b:/w(1).t free",
        "copy b:/w.t -> b:/w(2).t free",
        "rename b:/w(2).t -> b:/x",
        "rename b:/w(1).t -> b:/z",
    ];
    assert_eq!(crate::bench::outcome(&plan), expected);
    let first = plan.batches[0].id;
    assert_eq!(plan.batches[1].after, [first]);
}

#[test]
fn a_folder_that_was_only_found_there_is_still_a_source() {
    kept(
        "b:/x/x=1@1",
        "  - {folder: 'b:/x'}\n  - {move: 'b:/x', to: 'a:/x', exclude: [x]}",
        &["create-folder a:/x", "= 1", "# 1"],
    );
}

#[test]
fn names_that_cross_on_their_way_need_no_temporary_one() {
    let crossed = "  - {copy: 'b:/y', to: 'b:/n/z'}\n  - {move: 'b:/z', to: 'b:/n/y'}";
    kept(
        "b:/y=1@1 b:/z=3@3",
        crossed,
        &[
            "create-folder b:/n",
            "move b:/z -> b:/n/z",
            "rename b:/n/z -> b:/n/y",
            "copy b:/y -> b:/n/y(1) free",
            "rename b:/n/y(1) -> b:/n/z",
            "# 5",
        ],
    );
}

#[test]
fn an_empty_folder_is_copied_or_made_whichever_takes_fewer_calls() {
    let both = "  - {copy: 'a:/z', to: 'b:/z'}\n  - {copy: 'a:/y', to: 'b:/z/y'}";
    let alone = ["copy a:/z -> b:/z", "copy a:/y -> b:/z/y", "# 2"];
    kept("a:/z/ a:/y=2@2", both, &alone);
    let shared = format!("{both}\n  - {{copy: 'a:/y', to: 'b:/y'}}");
    let shares = [
        "copy a:/y -> b:/y",
        "copy a:/z -> b:/z",
        "copy a:/y -> b:/z/y",
        "# 2",
    ];
    kept("a:/z/ a:/y=2@2", &shared, &shares);
}
