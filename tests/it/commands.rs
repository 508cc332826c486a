//! Every command with its usual answers, in every format.

use insta::assert_snapshot;

use super::environment::{Environment, shortened};

pub(crate) const MANIFEST: &str = "\
version: 1
name: handbook
spaces:
  source: {provider: local, root: ./source}
  team: {provider: local, root: ./team}
guards: {max_removes: 50%}
placements:
  - id: mirror
    mirror: source:/approved
    to: team:/Handbook
    prune: owned
  - folder: team:/Reports/2026
";

/// The same without the folder, so that nothing is placed outside the handbook.
pub(crate) const MIRROR_ALONE: &str = "\
version: 1
name: handbook
spaces:
  source: {provider: local, root: ./source}
  team: {provider: local, root: ./team}
placements:
  - mirror: source:/approved
    to: team:/Handbook
";

/// A handbook with three files of which one is in place.
pub(crate) fn handbook() -> Environment {
    let environment = Environment::new();
    environment.write("reshelve.yaml", MANIFEST);
    environment.write("source/approved/a.txt", "alpha");
    environment.write("source/approved/b.txt", "beta");
    environment.write("source/approved/deep/c.txt", "gamma");
    environment.write("team/Handbook/a.txt", "alpha");
    environment
}

#[test]
fn help_names_every_command() {
    let mut env = Environment::new();
    assert_snapshot!(env.run(&["--help"]));
    assert_snapshot!("help_state", env.run(&["help", "state"]));
}

#[test]
fn init_writes_a_manifest_that_is_valid_and_never_over_another() {
    let mut env = Environment::new();
    assert_snapshot!("init", env.run(&["init", "Team Handbook"]));
    assert_snapshot!("init_again", env.run(&["init", "Team Handbook"]));
    assert_snapshot!("init_manifest", env.read("Team Handbook/reshelve.yaml"));
    assert_eq!(env.code(&["validate", "Team Handbook"]), 0);
    assert_eq!(env.code(&["plan", "Team Handbook"]), 0);
}

#[test]
fn validate_says_everything_that_is_wrong_at_once() {
    let mut env = handbook();
    assert_snapshot!("validate", env.run(&["validate"]));
    env.write(
        "wrong.yaml",
        "version: 1\nname: Wrong Name\nspace: {}\nplacements:\n  - coppy: a:/b\n    to: c\n",
    );
    assert_snapshot!("validate_wrong", env.run(&["validate", "wrong.yaml"]));
    assert_snapshot!(
        "validate_wrong_json",
        env.run(&["validate", "wrong.yaml", "--format", "json"])
    );
    assert_snapshot!(
        "validate_wrong_markdown",
        env.run(&["validate", "wrong.yaml", "--format", "markdown"])
    );
}

#[test]
fn plan_shows_and_writes_nothing() {
    let mut env = handbook();
    let before = env.tree(".");
    assert_snapshot!("plan", env.run(&["plan"]));
    assert_snapshot!("plan_verbose", env.run(&["plan", "-v"]));
    assert_snapshot!("plan_json", env.run(&["plan", "--format", "json"]));
    assert_snapshot!("plan_markdown", env.run(&["plan", "--format", "markdown"]));
    assert_snapshot!(
        "plan_quiet",
        env.run(&["plan", "-q", "--detailed-exitcode"])
    );
    assert_eq!(env.tree("."), before);
    assert!(!env.exists(".reshelve"));
}

#[test]
fn several_answers_come_at_once() {
    let mut env = handbook();
    let answer = env.run(&[
        "plan",
        "--output",
        "json=plan.json",
        "--output",
        "markdown=plan.md",
    ]);
    assert!(answer.contains("RISK"), "{answer}");
    assert!(
        env.read("plan.json")
            .starts_with("{\"format\":\"reshelve-plan\"")
    );
    assert!(env.read("plan.md").starts_with("## handbook: plan"));
    assert_snapshot!("output_wrong", env.run(&["plan", "--output", "pdf=x"]));
}

#[test]
fn colours_come_only_where_they_are_wanted() {
    let mut env = handbook();
    let always = env
        .command(&["plan", "--color", "always"])
        .output()
        .unwrap();
    assert!(always.stdout.contains(&0x1b));
    let file = ["plan", "--color", "always", "--output", "text=plan.txt"];
    assert_eq!(env.code(&file), 0);
    assert!(!env.read("plan.txt").contains('\u{1b}'));
    let auto = env.command(&["plan"]).output().unwrap();
    assert!(!auto.stdout.contains(&0x1b));
}

#[test]
fn a_folder_stands_for_the_manifests_in_it() {
    let mut env = Environment::new();
    env.write("shelves/one.yaml", "version: 1\nname: one\nspaces: {d: {provider: local, root: ../d}}\nplacements: [{folder: 'd:/one'}]\n");
    env.write("shelves/two.yml", "version: 1\nname: two\nspaces: {d: {provider: local, root: ../d}}\nplacements: [{folder: 'd:/two'}]\n");
    env.write("shelves/not.txt", "no manifest");
    env.write("d/keep", "");
    assert_snapshot!("folder", env.run(&["plan", "shelves"]));
    assert_snapshot!("folder_empty", env.run(&["plan", "d"]));
}

#[test]
fn a_manifest_comes_from_stdin() {
    let mut env = handbook();
    let file = std::fs::File::open(env.path("reshelve.yaml")).unwrap();
    let output = env.command(&["plan", "-"]).stdin(file).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    std::fs::write(env.path("latin.yaml"), b"name: caf\xe9\n").unwrap();
    let latin = std::fs::File::open(env.path("latin.yaml")).unwrap();
    let output = env.command(&["plan", "-"]).stdin(latin).output().unwrap();
    assert_snapshot!("stdin_latin", env.block(&["plan", "-"], &output));
    assert_snapshot!("latin", env.run(&["plan", "latin.yaml"]));
    let file = std::fs::File::open(env.path("reshelve.yaml")).unwrap();
    let arguments = ["plan", "-", "--out", "p.json"];
    let output = env.command(&arguments).stdin(file).output().unwrap();
    assert_snapshot!("stdin_out", env.block(&arguments, &output));
}

#[test]
fn variables_come_from_the_command_line() {
    let mut env = Environment::new();
    env.write("reshelve.yaml", "version: 1\nname: v\nvariables: {year: '2025'}\nspaces: {d: {provider: local, root: ./d}}\nplacements: [{folder: 'd:/${var.year}'}]\n");
    env.write("d/keep", "");
    let answer = env.run(&["plan", "-v", "--var", "year=2026"]);
    assert!(answer.contains("+ d:/2026/"), "{answer}");
    assert_snapshot!("variable_unknown", env.run(&["plan", "--var", "month=1"]));
    assert_snapshot!(
        "variable_twice",
        env.run(&["plan", "--var", "year=1", "--var", "year=2"])
    );
    assert_snapshot!("variable_malformed", env.run(&["plan", "--var", "year"]));
}

#[test]
fn a_target_selects_what_can_be_planned_alone() {
    let mut env = handbook();
    assert_snapshot!("target", env.run(&["plan", "--target", "team:/Reports/**"]));
    assert_snapshot!(
        "target_none",
        env.run(&["plan", "--target", "team:/Nothing/**"])
    );
    assert_snapshot!("target_malformed", env.run(&["plan", "--target", "[x"]));
    let nested = format!("{MANIFEST}  - folder: team:/Handbook/Inner\n");
    env.write("reshelve.yaml", &nested);
    let answer = env.run(&["plan", "-v", "--target", "team:/Handbook"]);
    assert!(answer.contains("+ team:/Handbook/Inner/"), "{answer}");
}

#[test]
fn providers_are_listed_with_their_sheets() {
    let mut env = Environment::new();
    assert_snapshot!("providers", env.run(&["providers"]));
    assert_snapshot!(
        "providers_json",
        env.run(&["providers", "--format", "json"])
    );
    assert_snapshot!("providers_unknown", env.run(&["providers", "tape"]));
    let sheet = env.run(&["providers", "local"]);
    assert!(sheet.contains("fingerprint  size-and-time"), "{sheet}");
}

#[test]
fn the_schema_is_the_one_in_the_repository() {
    let mut env = Environment::new();
    let output = env.command(&["schema", "manifest"]).output().unwrap();
    let kept = concat!(env!("CARGO_MANIFEST_DIR"), "/schemas/manifest.v1.json");
    let printed: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let kept: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(kept).unwrap()).unwrap();
    assert_eq!(printed, kept);
    let block = env.block(&["schema", "manifest"], &output);
    assert_snapshot!("schema", shortened(&block));
    assert_snapshot!("schema_unknown", env.run(&["schema", "plans"]));
}

#[test]
fn completions_are_printed_for_every_shell() {
    let mut env = Environment::new();
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let output = env.command(&["completions", shell]).output().unwrap();
        assert!(
            String::from_utf8_lossy(&output.stdout).contains("validate"),
            "{shell}"
        );
    }
    assert_snapshot!("completions", shortened(&env.run(&["completions", "bash"])));
    assert_snapshot!("completions_unknown", env.run(&["completions", "dos"]));
}

#[test]
fn wrong_usage_exits_with_3() {
    let mut env = Environment::new();
    assert_snapshot!("usage_unknown", env.run(&["plan", "--bogus"]));
    assert_eq!(env.code(&[]), 3);
    assert_eq!(env.code(&["frobnicate"]), 3);
    assert_snapshot!("usage_missing", env.run(&["plan"]));
    assert_eq!(env.code(&["--version"]), 0);
}

#[test]
fn a_reader_that_has_enough_is_no_error() {
    let mut env = handbook();
    let mut command = env.command(&["plan", "--format", "json"]);
    let mut child = command
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn explain_says_why_an_entry_is_planned_as_it_is() {
    let mut env = handbook();
    let explain = |env: &mut Environment, rest: &[&str]| env.run(&[&["explain"], rest].concat());
    assert_snapshot!("explain", explain(&mut env, &["team:/Handbook/b.txt"]));
    assert_snapshot!(
        "explain_in_place",
        explain(&mut env, &["team:/Handbook/a.txt"])
    );
    assert_snapshot!(
        "explain_source",
        explain(&mut env, &["source:/approved/deep/c.txt"])
    );
    assert_snapshot!(
        "explain_markdown",
        explain(&mut env, &["team:/Reports/2026", "--format", "markdown"])
    );
    assert_snapshot!(
        "explain_json",
        explain(&mut env, &["team:/Reports", "--format", "json"])
    );
    assert_snapshot!(
        "explain_path",
        explain(&mut env, &["team:/Handbook/bb.txt"])
    );
    assert_snapshot!(
        "explain_alias",
        explain(&mut env, &["teem:/Handbook/b.txt"])
    );
    assert_snapshot!("explain_malformed", explain(&mut env, &["Handbook/b.txt"]));
    assert_eq!(env.code(&["plan", "--out", "plan.json"]), 0);
    assert_snapshot!(
        "explain_saved",
        explain(&mut env, &["team:/Reports/2026", "--plan", "plan.json"])
    );
}

#[test]
fn an_inventory_is_planned_from_offline() {
    let mut env = handbook();
    assert_snapshot!("inventory", env.run(&["inventory", "source"]));
    assert_snapshot!("inventory_part", env.run(&["inventory", "team:/Handbook"]));
    assert_snapshot!("inventory_unknown", env.run(&["inventory", "desk"]));
    assert_snapshot!(
        "inventory_nothing",
        env.run(&["inventory", "team:/nothing"])
    );
    for space in ["source", "team"] {
        let file = format!("{space}.jsonl");
        assert_eq!(env.code(&["inventory", space, "--out", &file]), 0);
    }
    let online = env.run(&["plan", "-v"]);
    env.remove("source");
    env.remove("team");
    let arguments = [
        "plan",
        "-v",
        "--inventory",
        "source.jsonl",
        "--inventory",
        "team.jsonl",
    ];
    let offline = env.run(&arguments);
    let answer = |block: &str| block.split_once("stdout").unwrap().1.to_owned();
    assert_eq!(answer(&offline), answer(&online));
    env.write("team.jsonl", "something else");
    assert_snapshot!("inventory_wrong", env.run(&arguments));
}
