//! Several manifests in one run, and the digest of what a manifest means.

use std::path::Path;

use reshelve::manifest::{Manifest, validate_run};

use crate::support::{PROVIDERS, load_text, render};

fn manifest(file: &str, name: &str, spaces: &str, placements: &str) -> Manifest {
    let text =
        format!("version: 1\nname: {name}\nspaces: {{{spaces}}}\nplacements: [{placements}]\n");
    load_text(file, &text, Path::new("."))
        .unwrap_or_else(|problems| panic!("{}", render(&problems)))
}

/// Checks which codes two manifests, in the folders `a` and `b`, give together.
fn check(first: [&str; 3], second: [&str; 3], expected: &[&str]) {
    let manifests = [
        manifest("a/m.yaml", first[0], first[1], first[2]),
        manifest("b/m.yaml", second[0], second[1], second[2]),
    ];
    let found = validate_run(&manifests, PROVIDERS);
    let codes: Vec<&str> = found.iter().map(|problem| &*problem.code).collect();
    assert_eq!(codes, expected, "{second:?}\n{}", render(&found));
}

#[test]
fn manifests_of_one_run_agree_on_spaces_and_names() {
    const DESK: &str = "desk: {provider: local, root: ../desk}";
    const NONE: &str = "";
    let first = ["one", DESK, NONE];
    check(first, ["two", DESK, NONE], &[]);
    check(first, ["one", DESK, NONE], &["repeated-name"]);
    check(
        first,
        ["two", "desk: {provider: local, root: ./desk}", NONE],
        &["two-meanings"],
    );
    check(
        first,
        ["two", "desk: {provider: cloud, id: x}", NONE],
        &["two-meanings"],
    );
    check(
        first,
        ["two", "table: {provider: local, root: ../b/../desk/}", NONE],
        &["same-space"],
    );
    check(
        first,
        ["two", "table: {provider: local, root: ./desk}", NONE],
        &[],
    );
    let here = ["one", "desk: {provider: local, root: ./desk}", NONE];
    check(
        here,
        ["two", "desk: {provider: local, root: ./desk}", NONE],
        &["two-meanings"],
    );
    check(
        here,
        ["two", "desk: {provider: local, root: ../a/desk}", NONE],
        &[],
    );
}

#[test]
fn manifests_of_one_run_do_not_fight() {
    const DESK: &str = "desk: {provider: local, root: /desk}";
    let together = |first: &str, second: &str, expected: &[&str]| {
        check(["one", DESK, first], ["two", DESK, second], expected);
    };
    let copy = "{copy: 'desk:/a', to: 'desk:/b/c'}";
    together(copy, "{folder: 'desk:/b'}", &[]);
    together(copy, "{folder: 'desk:/b/c'}", &["target-clash"]);
    together(
        copy,
        "{copy: 'desk:/x/c', into: 'desk:/b'}",
        &["target-clash"],
    );
    together(copy, "{absent: 'desk:/b'}", &["takes-away-target"]);
    together("{absent: 'desk:/b'}", copy, &["takes-away-target"]);
    together(copy, "{absent: 'desk:/a/x'}", &["takes-away-source"]);
    together(
        copy,
        "{move: 'desk:/a', to: 'desk:/d'}",
        &["takes-away-source"],
    );
    together(copy, "{move: 'desk:/b/c', to: 'desk:/d'}", &[]);
    together(
        copy,
        "{move: 'desk:/b', to: 'desk:/d'}",
        &["takes-away-target"],
    );
    together(copy, "{absent: 'desk:/a/*.tmp'}", &[]);
    let kept = "{copy: 'desk:/a', to: 'desk:/b/c', exclude: [x]}";
    together(kept, "{absent: 'desk:/a/x/y'}", &[]);
    let pattern = "{move: 'desk:/in/*.csv', into: 'desk:/out'}";
    together(pattern, "{absent: 'desk:/in'}", &[]);
    together(pattern, "{absent: 'desk:/out'}", &["takes-away-target"]);
    together(
        "{copy: 'desk:/in/*.csv', into: 'desk:/out'}",
        "{absent: 'desk:/in'}",
        &["takes-away-source"],
    );
}

#[test]
fn many_placements_are_checked_in_reasonable_time() {
    let spaces =
        "version: 1\nname: m\nspaces: {desk: {provider: local, root: ./desk}}\nplacements:\n";
    let pairs = (0..5_000).map(|at| {
        format!(
            "- copy: desk:/kit\n  to: desk:/t/{at}\n- move: desk:/old/{at}\n  to: desk:/new/{at}\n"
        )
    });
    let text: String = std::iter::once(spaces.to_owned()).chain(pairs).collect();
    let manifest = load_text("m.yaml", &text, Path::new(".")).unwrap();
    assert_eq!(manifest.placements.len(), 10_000);
}

#[test]
fn the_digest_is_over_the_meaning() {
    const BASE: &str = "version: 1\nname: m\nspaces: {desk: {provider: local, root: ./desk}}\nplacements:\n- copy: desk:/a\n  to: desk:/b\n- folder: desk:/c\n";
    let digest = |text: &str| load_text("m.yaml", text, Path::new(".")).unwrap().digest();
    let base = digest(BASE);
    let same = [
        BASE.replace("version: 1\n", "# a comment\n\nversion: 1\n"),
        BASE.replace(
            "- copy: desk:/a\n  to: desk:/b\n",
            "- to: desk:/b\n  copy: \"desk:/a\"\n",
        ),
        BASE.replace("version: 1\nname: m\n", "name: m\nversion: 1\n"),
        BASE.replace("- copy: desk:/a\n  to: desk:/b\n", "") + "- {copy: desk:/a, to: desk:/b}\n",
        BASE.replace("to: desk:/b\n", "to: desk:/b\n  on_conflict: fail\n"),
        BASE.replace("desk:/c", "desk:/${var.c}")
            .replace("placements", "variables: {c: c}\nplacements"),
    ];
    for text in same {
        assert_eq!(digest(&text), base, "{text}");
    }
    let other = [
        BASE.replace("desk:/b", "desk:/d"),
        BASE.replace("to: desk:/b\n", "to: desk:/b\n  on_conflict: keep\n"),
        BASE.replace("name: m", "name: n"),
        BASE.replace("./desk", "./table"),
        BASE.replace("placements", "guards: {max_calls: 3}\nplacements"),
        BASE.replace("placements", "protect: [\"desk:/x\"]\nplacements"),
        BASE.replace("- copy", "- id: x\n  copy"),
    ];
    for text in other {
        assert_ne!(digest(&text), base, "{text}");
    }
}
