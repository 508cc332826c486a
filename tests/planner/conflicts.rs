//! Something else is at the target.

use reshelve::manifest::{Manifest, ManifestName};

use crate::bench::{check, check_again, laboratory, outcome};

fn copy(on_conflict: &str) -> String {
    format!("  - {{copy: 'a:/x.t', to: 'b:/y.t', on_conflict: {on_conflict}}}")
}

#[test]
fn a_file_with_other_content() {
    let entries = "a:/x.t=3@1 b:/y.t=9@9";
    check(entries, &copy("fail"), &["!conflict"]);
    check(entries, &copy("keep"), &["?kept"]);
    check(entries, &copy("overwrite"), &["copy a:/x.t -> b:/y.t over"]);
    check(entries, &copy("rename"), &["copy a:/x.t -> b:/y (1).t"]);
}

#[test]
fn a_free_name_is_really_free() {
    let entries = "a:/x.t=3@1 b:/y.t=9@9";
    let taken = format!("{entries} b:/o=1@1");
    check(&taken, &copy("rename"), &["copy a:/x.t -> b:/y (1).t"]);
    let two = "  - {copy: 'a:/p/n', to: 'b:/n', on_conflict: rename}\n  - {move: 'a:/q/n', into: 'b:/', on_conflict: rename}";
    let refused = std::panic::catch_unwind(|| check("a:/p/n=1@1 a:/q/n=2@2 b:/n=3@3", two, &[]));
    assert!(refused.is_err(), "two placements want one path");
}

#[test]
fn a_name_that_was_given_is_remembered() {
    let entries = "a:/x.t=3@1 b:/y.t=9@9";
    check_again(entries, &copy("rename"), |_| {}, &["= 1"]);
    check_again(
        entries,
        &copy("rename"),
        |now| now.put("a:/x.t=4@4"),
        &["copy a:/x.t -> b:/y (1).t over"],
    );
    check_again(
        entries,
        &copy("rename"),
        |now| now.put("b:/y (1).t=8@8"),
        &["copy a:/x.t -> b:/y (2).t"],
    );
    check_again(entries, &copy("keep"), |_| {}, &["?kept"]);
    check_again(entries, &copy("overwrite"), |_| {}, &["= 1"]);
}

#[test]
fn kinds_that_do_not_fit() {
    check("a:/x.t=3@1 b:/y.t/", &copy("fail"), &["!conflict"]);
    check(
        "a:/x.t=3@1 b:/y.t/",
        &copy("overwrite"),
        &["!not-replaceable"],
    );
    check("a:/x.t=3@1 b:/y.t/", &copy("keep"), &["?kept"]);
    check(
        "a:/x.t=3@1 b:/y.t/",
        &copy("rename"),
        &["copy a:/x.t -> b:/y (1).t"],
    );
    check("a:/x.t/ b:/y.t=3@1", &copy("fail"), &["!conflict"]);
    check(
        "a:/x.t/ b:/y.t=3@1",
        &copy("overwrite"),
        &["!not-replaceable"],
    );
    check(
        "a:/x.t/n=1@1 b:/y.t=3@1",
        &copy("rename"),
        &["copy a:/x.t -> b:/y (1).t"],
    );
    check_again("a:/x.t/n=1@1 b:/y.t=3@1", &copy("rename"), |_| {}, &["= 2"]);
}

#[test]
fn folders_merge_and_only_their_files_clash() {
    let entries = "a:/x.t/m=1@1 a:/x.t/n=1@1 b:/y.t/n=2@2 b:/y.t/o=3@3";
    check(
        entries,
        &copy("fail"),
        &["copy a:/x.t/m -> b:/y.t/m", "!conflict", "= 1"],
    );
    check(
        entries,
        &copy("overwrite"),
        &[
            "copy a:/x.t/m -> b:/y.t/m",
            "copy a:/x.t/n -> b:/y.t/n over",
            "= 1",
        ],
    );
}

#[test]
fn what_another_manifest_placed_is_not_ours_to_update() {
    let mut first = laboratory("a:/x=1@1 a:/y=2@2", "  - {copy: 'a:/x', to: 'b:/t'}");
    let plan = first.plan();
    first.apply(&plan, plan.operations.len());
    let second = laboratory("", "  - {copy: 'a:/y', to: 'b:/t'}");
    first.manifest = Manifest {
        name: ManifestName::parse("n").expect("plain"),
        ..second.manifest
    };
    assert_eq!(outcome(&first.plan()), ["!conflict"]);
}

#[test]
fn a_placement_that_is_gone_rules_nothing() {
    let mut before = laboratory("b:/new=1@1 a:/in/", "  - {copy: 'b:/new', to: 'a:/in/x'}");
    let plan = before.plan();
    before.apply(&plan, plan.operations.len());
    let after = laboratory("", "  - {move: 'a:/in/*', into: 'a:/out'}");
    before.manifest = after.manifest;
    assert_eq!(
        outcome(&before.plan()),
        ["create-folder a:/out", "move a:/in/x -> a:/out/x"]
    );
}
