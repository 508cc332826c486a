//! The program over Tencent SMH, which the emulator stands in for: two spaces of one library, every
//! verb, every word for conflicts; and all providers in one run.

use std::fmt::Write;

use insta::assert_snapshot;
use reshelve::emulator::{Config, Emulator, Vendor};
use serde_json::Value;

use super::service::{Story, counted, everything, names, planned};

const EXAMPLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples");
/// A credential that must not be seen anywhere.
const SECRET: &str = "marker-secret-62a1";
/// The calls that change something.
const WRITES: [&str; 4] = ["createDirectory", "batchCopy", "batchMove", "batchDelete"];

fn example(name: &str) -> String {
    std::fs::read_to_string(format!("{EXAMPLES}/{name}")).unwrap()
}

/// A library and a manifest.
fn story(library: &str, manifest: &str) -> Story {
    let library = library.replace("not-a-real-secret", SECRET);
    let config = Config::new(Vendor::Smh).seed(library);
    Story::new(manifest, config, "SMH", &[("LIBRARY_SECRET", SECRET)])
}

#[test]
fn a_plan_is_carried_out_call_by_call_and_then_nothing_is_left() {
    let mut story = story(&example("smh/library.yaml"), &example("smh/reshelve.yaml"));
    let plan = story.run(&["plan", "-v", "--out", "plan.json"]);
    assert_snapshot!("smh_plan", plan);
    assert_eq!(story.calls(&WRITES), [], "a plan writes nothing");
    assert_snapshot!("smh_apply", story.run(&["apply", "plan.json"]));
    let made = counted(story.calls(&WRITES).iter().map(|call| call.route));
    assert_eq!(made, planned(&story.env.read("plan.json")));
    let known = [&WRITES[..], &["createToken"]].concat();
    assert_eq!(story.strangers(&known), []);
    assert_snapshot!("smh_tree", names(&story.emulator.tree()));
    assert_snapshot!("smh_drift", story.run(&["drift"]));
    assert_eq!(story.code(&["plan", "--detailed-exitcode"]), 0);
}

#[test]
fn no_secret_is_seen_at_the_highest_level() {
    let mut story = story(&example("smh/library.yaml"), &example("smh/reshelve.yaml"));
    let mut seen = story.overheard(&["plan", "-v", "--out", "plan.json"]);
    seen.push_str(&story.overheard(&["apply", "plan.json", "-v"]));
    assert!(seen.contains("batchMove"), "there is a log: {seen}");
    let files = everything(&story.env.path(".reshelve")) + &story.env.read("plan.json");
    for secret in [SECRET, "access_token", "library_secret"] {
        assert!(!seen.contains(secret), "`{secret}` is in the output");
        assert!(!files.contains(secret), "`{secret}` is in a file");
    }
}

/// The calls of the plan for a manifest.
fn calls(library: &str, manifest: &str) -> u64 {
    let mut story = story(library, manifest);
    let output = story
        .command(&["plan", "--format", "json"])
        .output()
        .unwrap();
    let plan: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(plan["verdict"], "ready", "{plan}");
    plan["cost"]["calls"].as_u64().unwrap()
}

const HEAD: &str = "version: 1\nname: many\nspaces:\n  \
    media: {provider: smh, library: smhsample, id: spaceone}\nplacements:\n";

#[test]
fn a_thousand_items_share_a_call() {
    let mut library = "libraries:\n  - id: smhsample\n    secret: not-a-real-secret\n    \
        tenants: many\n    spaces:\n      - id: spaceone\n        folders:\n"
        .to_owned();
    let mut manifest = HEAD.to_owned();
    let mut files = String::new();
    for folder in 0..10 {
        writeln!(library, "          - /archive/{folder}").unwrap();
        writeln!(manifest, "  - move: media:/daily/{folder}-*.csv").unwrap();
        writeln!(manifest, "    into: media:/archive/{folder}").unwrap();
        for file in 0..1000 {
            writeln!(files, "          /daily/{folder}-{file}.csv: {file}").unwrap();
        }
    }
    let library = format!("{library}        files:\n{files}");
    assert_eq!(calls(&library, &manifest), 10);
    let mut manifest = HEAD.to_owned();
    for file in 0..1000 {
        writeln!(manifest, "  - copy: media:/daily/3-{file}.csv").unwrap();
        writeln!(manifest, "    to: media:/archive/3/{file}.txt").unwrap();
    }
    assert_eq!(calls(&library, &manifest), 1);
}

#[test]
fn three_providers_take_part_in_one_run_and_nothing_goes_between_them() {
    let drives =
        Emulator::start(Config::new(Vendor::Dingtalk).seed(example("dingtalk/drive.yaml")));
    let drives = drives.unwrap();
    let manifest = "version: 1\nname: all\nspaces:\n  \
        studio: {provider: smh, library: smhsample, id: spacestudio}\n  \
        press: {provider: smh, library: smhsample, id: spacepress}\n  \
        source: {provider: dingtalk, id: \"1001\"}\n  \
        team: {provider: dingtalk, id: \"1002\"}\n  \
        desk: {provider: local, root: ./desk}\nplacements:\n  \
        - {copy: \"studio:/inbox/notes.txt\", into: \"press:/notes\"}\n  \
        - {copy: \"source:/Policies/Travel policy.docx\", into: \"team:/Policies\"}\n  \
        - {move: \"desk:/in/*.txt\", into: \"desk:/out\"}\n";
    let mut story = story(&example("smh/library.yaml"), manifest);
    story.know(
        "DINGTALK",
        &[("ENDPOINT", &drives.endpoint()), ("UNION_ID", "editor")],
    );
    let app = [
        ("APP_KEY", "handbook-app"),
        ("APP_SECRET", "not-a-real-secret"),
    ];
    story.know("DINGTALK", &app);
    story.env.write("desk/in/a.txt", "a");
    assert_snapshot!("smh_with_others", story.run(&["apply", "--yes"]));
    assert!(names(&story.emulator.tree()).contains("/notes/notes.txt"));
    assert!(names(&drives.tree()).contains("/Policies/Travel policy.docx"));
    assert_eq!(story.env.read("desk/out/a.txt"), "a");
    assert_eq!(story.code(&["plan", "--detailed-exitcode"]), 0);
    let between = format!("{manifest}  - {{copy: \"source:/Kits\", to: \"press:/kits\"}}\n");
    story.env.write("reshelve.yaml", &between);
    assert_snapshot!("smh_between_providers", story.run(&["plan"]));
}

#[test]
fn files_that_change_places_keep_their_kind_on_the_way() {
    let manifest = "version: 1\nname: swap\nspaces:\n  \
        studio: {provider: smh, library: smhsample, id: spacestudio}\nplacements:\n  \
        - {move: \"studio:/inbox/clip-1.mp4\", to: \"studio:/inbox/clip-2.mp4\"}\n  \
        - {move: \"studio:/inbox/clip-2.mp4\", to: \"studio:/inbox/clip-1.mp4\"}\n";
    let mut story = story(&example("smh/library.yaml"), manifest);
    let output = story.run(&["apply", "--yes"]);
    assert!(output.contains("exit code: 0"), "{output}");
    let tree = names(&story.emulator.tree());
    assert!(tree.contains("clip-1.mp4\",\"size\":8000"), "{tree}");
    assert!(tree.contains("clip-2.mp4\",\"size\":7000"), "{tree}");
    assert_eq!(story.code(&["plan", "--detailed-exitcode"]), 0);
}
