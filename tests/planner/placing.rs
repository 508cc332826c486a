//! Copies, mirrors and folders where nothing stands in the way.

use crate::bench::{check, check_again};

const COPY: &str = "  - {copy: 'a:/x', to: 'b:/y'}";
const MIRROR: &str = "  - {mirror: 'a:/s', to: 'b:/t'}";

#[test]
fn a_file_is_copied_or_is_there() {
    check("a:/x=3@1", COPY, &["copy a:/x -> b:/y"]);
    check("a:/x=3@1 b:/y=3@1", COPY, &["= 1"]);
    check("b:/y=3@1", COPY, &["!missing-source"]);
    check(
        "",
        "  - {copy: 'a:/x', to: 'b:/y', on_missing: ignore}",
        &[],
    );
}

#[test]
fn missing_parents_are_part_of_the_wish() {
    let deep = "  - {copy: 'a:/x', to: 'b:/p/q/y'}";
    check(
        "a:/x=3@1",
        deep,
        &[
            "create-folder b:/p",
            "create-folder b:/p/q",
            "copy a:/x -> b:/p/q/y",
        ],
    );
    check(
        "a:/x=3@1 b:/p/",
        deep,
        &["create-folder b:/p/q", "copy a:/x -> b:/p/q/y"],
    );
    check("a:/x=3@1 b:/p=1@1", deep, &["!blocked"]);
    check(
        "",
        "  - {folder: 'b:/p/q'}",
        &["create-folder b:/p", "create-folder b:/p/q"],
    );
    check("b:/p/q/", "  - {folder: 'b:/p/q'}", &["= 1"]);
    check("b:/p/q=1@1", "  - {folder: 'b:/p/q'}", &["!blocked"]);
}

#[test]
fn whole_folders_are_one_item() {
    check("a:/s/x=1@1 a:/s/d/y=1@1", MIRROR, &["copy a:/s -> b:/t"]);
    check("a:/s/", MIRROR, &["copy a:/s -> b:/t"]);
    let partly = ["copy a:/s/d -> b:/t/d", "= 2"];
    check("a:/s/x=1@1 a:/s/d/y=1@1 b:/t/x=1@1", MIRROR, &partly);
    let excluded = "  - {mirror: 'a:/s', to: 'b:/t', exclude: ['**/y']}";
    let entries = "a:/s/x=1@1 a:/s/d/y=1@1 a:/s/d/z=1@1 a:/s/e/z=1@1";
    let expected = [
        "create-folder b:/t",
        "create-folder b:/t/d",
        "copy a:/s/d/z -> b:/t/d/z",
        "copy a:/s/e -> b:/t/e",
        "copy a:/s/x -> b:/t/x",
    ];
    check(entries, excluded, &expected);
}

#[test]
fn matches_keep_their_path_or_their_name() {
    let entries = "a:/k/x.pdf=1@1 a:/k/d/y.pdf=1@1 a:/k/d/n.txt=1@1";
    let kept = [
        "create-folder b:/o",
        "create-folder b:/o/d",
        "copy a:/k/d/y.pdf -> b:/o/d/y.pdf",
        "copy a:/k/x.pdf -> b:/o/x.pdf",
    ];
    check(entries, "  - {copy: 'a:/k/**/*.pdf', into: 'b:/o'}", &kept);
    let flat = [
        "create-folder b:/o",
        "copy a:/k/x.pdf -> b:/o/x.pdf",
        "copy a:/k/d/y.pdf -> b:/o/y.pdf",
    ];
    check(
        entries,
        "  - {copy: 'a:/k/**/*.pdf', into: 'b:/o', flatten: true}",
        &flat,
    );
    check(
        entries,
        "  - {copy: 'a:/k/*', into: 'b:/o'}",
        &[
            "create-folder b:/o",
            "copy a:/k/d -> b:/o/d",
            "copy a:/k/x.pdf -> b:/o/x.pdf",
        ],
    );
    check("a:/k/", "  - {copy: 'a:/k/*', into: 'b:/o'}", &[]);
    check("", "  - {copy: 'a:/k/*', into: 'b:/o'}", &[]);
    check(
        "a:/x=1@1",
        "  - {copy: 'a:/x', into: 'b:/o'}",
        &["create-folder b:/o", "copy a:/x -> b:/o/x"],
    );
}

#[test]
fn two_matches_for_one_target_clash() {
    let entries = "a:/k/x=1@1 a:/k/d/x=2@2 b:/o/";
    let placements = "  - {copy: 'a:/k/**/x', into: 'b:/o', flatten: true}";
    let expected = [
        "copy a:/k/d/x -> b:/o/x",
        "copy a:/k/x -> b:/o/x",
        "!target-clash",
    ];
    check(entries, placements, &expected);
}

#[test]
fn expectations_bound_the_matches() {
    let with = |expect: &str| format!("  - {{copy: 'a:/k/*', into: 'b:/o', expect: {{{expect}}}}}");
    let copies = [
        "create-folder b:/o",
        "copy a:/k/x -> b:/o/x",
        "copy a:/k/y -> b:/o/y",
    ];
    let entries = "a:/k/x=1@1 a:/k/y=1@1";
    for good in ["min: 2", "max: 2", "min: 0, max: 9"] {
        check(entries, &with(good), &copies);
    }
    for bad in ["min: 3", "max: 1"] {
        check(
            entries,
            &with(bad),
            &[&copies[..], &["!expectation"]].concat(),
        );
    }
    check("", &with("min: 1"), &["!expectation"]);
}

#[test]
fn our_own_copy_follows_its_source() {
    check_again("a:/x=3@1", COPY, |_| {}, &["= 1"]);
    check_again(
        "a:/x=3@1",
        COPY,
        |now| now.put("a:/x=4@2"),
        &["copy a:/x -> b:/y over"],
    );
    let never = "  - {copy: 'a:/x', to: 'b:/y', update: never}";
    check_again("a:/x=3@1", never, |now| now.put("a:/x=4@2"), &["= 1"]);
    check_again("a:/x=3@1", COPY, |now| now.put("b:/y=9@9"), &["!conflict"]);
    check_again(
        "a:/x=3@1",
        COPY,
        |now| drop(now.take("b:/y")),
        &["copy a:/x -> b:/y"],
    );
    check_again(
        "a:/x=3@1",
        COPY,
        |now| drop(now.take("a:/x")),
        &["!missing-source"],
    );
}

#[test]
fn what_others_did_alike_is_adopted() {
    let both = |now: &mut crate::bench::Entries| {
        now.put("a:/x=4@2");
        now.put("b:/y=4@2");
    };
    check_again("a:/x=3@1", COPY, both, &["= 1"]);
}

#[test]
fn a_placement_carves_its_path_out_of_a_mirror() {
    let placements =
        "  - {mirror: 'a:/s', to: 'b:/t', prune: all}\n  - {copy: 'a:/o', to: 'b:/t/d'}";
    let entries = "a:/s/d=1@1 a:/s/x=1@1 a:/o=2@2";
    check(
        entries,
        placements,
        &[
            "create-folder b:/t",
            "copy a:/o -> b:/t/d",
            "copy a:/s/x -> b:/t/x",
        ],
    );
    check_again(entries, placements, |_| {}, &["= 3"]);
    let absent = "  - {mirror: 'a:/s', to: 'b:/t'}\n  - {absent: 'b:/t/d'}";
    check(
        "a:/s/d=1@1 a:/s/x=1@1",
        absent,
        &["create-folder b:/t", "copy a:/s/x -> b:/t/x"],
    );
    check("a:/s/d=1@1 b:/t/d=1@1", absent, &["remove b:/t/d", "= 1"]);
}

#[test]
fn reading_what_another_places_is_refused() {
    let chain = "  - {mirror: 'a:/s', to: 'b:/t'}\n  - {mirror: 'b:/t', to: 'b:/u'}";
    check(
        "a:/s/x=1@1 b:/t/",
        chain,
        &[
            "copy b:/t -> b:/u",
            "copy a:/s/x -> b:/t/x",
            "!feeds-source",
            "= 1",
        ],
    );
}

#[test]
fn expectations_outlive_what_they_asked_for() {
    let rotation = "  - {move: 'a:/in/*.csv', into: 'a:/out', expect: {min: 1}}";
    let expected = ["create-folder a:/out", "move a:/in/x.csv -> a:/out/x.csv"];
    check("a:/in/x.csv=1@1", rotation, &expected);
    check_again("a:/in/x.csv=1@1", rotation, |_| {}, &[]);
    check("a:/in/", rotation, &["!expectation"]);
}

#[test]
fn names_that_cannot_be_seen_are_pointed_out() {
    check(
        "a:/x\u{200b}=1@1",
        "  - {copy: 'a:/*', into: 'b:/o'}",
        &[
            "create-folder b:/o",
            "copy a:/x\u{200b} -> b:/o/x\u{200b}",
            "?odd-name",
        ],
    );
}

#[test]
fn a_name_alone_makes_no_move_of_a_copy() {
    let entries = "a:/s/.reshelve-temporary-1=1@1 b:/t/";
    for placements in [
        MIRROR,
        "  - {mirror: 'a:/s', to: 'b:/t', prune: all}",
        "  - {copy: 'a:/s/*', into: 'b:/t'}",
    ] {
        let plan = crate::bench::laboratory(entries, placements).plan();
        assert_eq!(plan.operations.len(), 1);
        assert_eq!(plan.operations[0].action.word(), "copy", "{placements}");
    }
}
