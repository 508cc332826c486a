//! The rules of the house, held by a test: who may import whom, what pure modules must not touch,
//! and the size and shape of every file. `ARCHITECTURE.md` says why each of them is there.
//!
//! `tidy/rules.rs` has a function for each rule, from one source file to the places that break it;
//! `tidy/cases.rs` proves that every rule bites.

#[path = "tidy/cases.rs"]
mod cases;
#[path = "tidy/rules.rs"]
mod rules;
#[path = "tidy/source.rs"]
mod source;
#[path = "tidy/tokens.rs"]
mod tokens;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use rules::{Breach, Rule, SHIPPED_RULES, TEST_RULES};
use source::Source;

/// Every module and all that it may import. A module without a row is an error, so a new one
/// cannot appear undecided.
pub(crate) const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("diagnostic", &[]),
    ("tree", &[]),
    ("manifest", &["diagnostic", "tree"]),
    ("state", &["tree"]),
    ("plan", &["diagnostic", "tree", "state", "manifest"]),
    ("journal", &["tree", "plan", "state"]),
    // A plan's findings are diagnostics.
    ("drift", &["diagnostic", "tree", "state", "plan"]),
    // A clock tells the time in the vocabulary's own type.
    ("clock", &["tree"]),
    // `state` only for the type of what was seen of an entry.
    ("provider", &["tree", "plan", "state", "clock"]),
    ("store", &["tree", "state", "plan", "journal", "clock"]),
    ("emulator", &[]),
    ("observe", &["tree", "plan", "state", "provider"]),
    (
        "apply",
        &["tree", "plan", "state", "journal", "provider", "clock"],
    ),
    (
        "report",
        &[
            "diagnostic",
            "tree",
            "manifest",
            "state",
            "plan",
            "journal",
            "drift",
        ],
    ),
    ("cli", EVERYTHING),
    // The emulator's program; it names the library by its name.
    ("bin", &[]),
    ("lib", EVERYTHING),
    ("main", EVERYTHING),
];
pub(crate) const EVERYTHING: &[&str] = &["*"];

pub(crate) const PURE: &[&str] = &[
    "diagnostic",
    "tree",
    "manifest",
    "state",
    "plan",
    "journal",
    "drift",
];
pub(crate) const ASYNC: &[&str] = &["provider", "observe", "apply", "emulator", "cli"];

#[test]
fn the_house_is_tidy() {
    let sources = sources_below("src");
    assert!(sources.len() > 10, "the rules found almost nothing to hold");
    let mut tests = sources_below("tests");
    let (unit_tests, shipped): (Vec<Source>, Vec<Source>) =
        sources.into_iter().partition(is_test_file);
    let everything: Vec<&Source> = shipped.iter().chain(&unit_tests).collect();
    let mut breaches = unreached(&everything);
    breaches.extend(
        shipped
            .iter()
            .flat_map(|source| hold(source, SHIPPED_RULES)),
    );
    let targets = read("Cargo.toml") + &read("tests/fuzz/Cargo.toml");
    let targets = targets.replace("\"fuzz_targets/", "\"tests/fuzz/fuzz_targets/");
    breaches.extend(unreached_tests(&tests, &targets));
    tests.extend(unit_tests);
    breaches.extend(tests.iter().flat_map(|source| hold(source, TEST_RULES)));
    let list: Vec<String> = breaches.iter().map(Breach::to_string).collect();
    assert!(list.is_empty(), "\n{}\n", list.join("\n"));
}

fn hold(source: &Source, rules: &[Rule]) -> Vec<Breach> {
    rules.iter().flat_map(|rule| rule(source)).collect()
}

/// Files below `src` that no `mod` line reaches: they would be neither compiled nor held.
fn unreached(sources: &[&Source]) -> Vec<Breach> {
    let declared: BTreeSet<String> = sources
        .iter()
        .flat_map(|source| source.declares())
        .collect();
    let roots = ["src/lib.rs", "src/main.rs", "src/bin/reshelve-emulator.rs"];
    sources
        .iter()
        .filter(|source| !roots.contains(&source.path.as_str()))
        .filter(|source| !declared.contains(&source.path))
        .map(|source| source.breach(1, "reach", "no `mod` line names this file".to_owned()))
        .collect()
}

/// Files below `tests/<folder>/` that no target includes: tests in them would never run.
fn unreached_tests(sources: &[Source], cargo: &str) -> Vec<Breach> {
    let mut declared: BTreeSet<String> = sources.iter().flat_map(Source::declares).collect();
    for source in sources {
        declared.extend(source.path_attributes());
    }
    sources
        .iter()
        .filter(|source| source.path.matches('/').count() > 1)
        .filter(|source| !source.path.ends_with("/main.rs"))
        .filter(|source| !declared.contains(&source.path))
        .filter(|source| !cargo.contains(&format!("path = \"{}\"", source.path)))
        .map(|source| source.breach(1, "reach", "no test target includes this file".to_owned()))
        .collect()
}

/// Whether a file below `src` holds unit tests that stand beside the code they test.
fn is_test_file(source: &Source) -> bool {
    source.path.ends_with("/tests.rs") || source.path.contains("/tests/")
}

fn read(path: &str) -> String {
    let full = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    fs::read_to_string(&full).unwrap_or_else(|error| panic!("{}: {error}", full.display()))
}

fn sources_below(folder: &str) -> Vec<Source> {
    let full = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let entries = fs::read_dir(&full).unwrap_or_else(|error| panic!("{folder}: {error}"));
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap_or_else(|error| panic!("{folder}: {error}")))
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    let mut sources = Vec::new();
    for name in names {
        let path = format!("{folder}/{name}");
        if Path::new(env!("CARGO_MANIFEST_DIR")).join(&path).is_dir() {
            sources.extend(sources_below(&path));
        } else if name.ends_with(".rs") {
            sources.push(Source::new(&path, &read(&path)));
        }
    }
    sources
}
