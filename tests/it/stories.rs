//! Whole stories: what people do with the program, and what may go wrong on the way.

use insta::assert_snapshot;

use super::commands::{MANIFEST, handbook};
use super::environment::Environment;

/// The handbook of `commands`, applied once.
fn applied() -> Environment {
    let mut env = handbook();
    assert_eq!(env.code(&["apply", "--yes"]), 0);
    env
}

#[test]
fn what_was_shown_is_applied_and_the_next_plan_is_empty() {
    let mut env = handbook();
    assert_snapshot!("apply_unasked", env.run(&["apply"]));
    assert!(!env.exists("team/Handbook/b.txt"));
    assert_snapshot!("apply", env.run(&["apply", "--yes"]));
    assert_snapshot!("apply_tree", env.tree("team"));
    assert_snapshot!("apply_second", env.run(&["plan", "--detailed-exitcode"]));
    assert_snapshot!("apply_nothing", env.run(&["apply"]));
    assert_snapshot!("apply_drift", env.run(&["drift"]));
}

#[test]
fn a_run_is_told_in_every_format() {
    let mut env = handbook();
    let json = env.run(&[
        "apply",
        "--yes",
        "--format",
        "json",
        "--output",
        "markdown=run.md",
    ]);
    assert_snapshot!("run_json", json);
    assert_snapshot!("run_markdown", env.filter(&env.read("run.md")));
    let run = only_run(&env);
    assert_snapshot!("show_run", env.run(&["show", &run]));
    assert_snapshot!("show_unknown", env.run(&["show", "no-such-run"]));
}

fn only_run(env: &Environment) -> String {
    let runs: Vec<_> = std::fs::read_dir(env.path(".reshelve/runs"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    let [run] = runs.as_slice() else {
        panic!("not one run: {runs:?}");
    };
    run.clone()
}

#[test]
fn the_state_tells_what_was_placed() {
    let mut env = applied();
    assert_snapshot!("state_list", env.run(&["state", "list"]));
    assert_snapshot!(
        "state_show",
        env.run(&["state", "show", "team:/Handbook/b.txt"])
    );
    assert_snapshot!(
        "state_show_unknown",
        env.run(&["state", "show", "team:/nothing"])
    );
    assert_eq!(env.code(&["state", "list", "--format", "json"]), 0);
    assert_eq!(env.code(&["state", "list", "--format", "markdown"]), 0);
    assert_eq!(env.code(&["state", "show", "nonsense"]), 3);
    let mut fresh = Environment::new();
    assert_snapshot!("state_none", fresh.run(&["state", "list"]));
}

#[test]
fn a_saved_plan_is_applied_once() {
    let mut env = handbook();
    assert_snapshot!("saved_plan", env.run(&["plan", "--out", "plan.json", "-q"]));
    assert_snapshot!("saved_show", env.run(&["show", "plan.json"]));
    assert_snapshot!("saved_apply", env.run(&["apply", "plan.json"]));
    let tree = env.tree("team");
    assert_snapshot!("saved_again", env.run(&["apply", "plan.json"]));
    assert_eq!(env.tree("team"), tree);
    assert_eq!(env.code(&["show", "plan.json"]), 0);
}

#[test]
fn a_saved_plan_with_nothing_to_do_may_be_applied_again() {
    let mut env = applied();
    assert_eq!(env.code(&["plan", "--out", "plan.json"]), 0);
    assert_eq!(env.code(&["apply", "plan.json"]), 0);
    assert_eq!(env.code(&["apply", "plan.json"]), 0);
}

#[test]
fn what_is_not_carried_out_is_answered_in_the_format_asked_for() {
    let mut env = applied();
    let answer = env.run(&["apply", "--format", "json"]);
    assert!(answer.contains("\"verdict\":\"nothing-to-do\""), "{answer}");
    let mut env = conflict("fail");
    let answer = env.run(&["apply", "--yes", "--format", "json"]);
    assert!(answer.contains("exit code: 4"), "{answer}");
    assert!(answer.contains("\"verdict\":\"refused\""), "{answer}");
    let answer = env.run(&["resume", "--format", "json"]);
    assert!(answer.contains("\"format\": \"reshelve-run\""), "{answer}");
}

#[test]
fn a_saved_plan_cannot_be_changed() {
    let mut env = handbook();
    assert_eq!(env.code(&["plan", "--out", "plan.json"]), 0);
    let plan = std::fs::read(env.path("plan.json")).unwrap();
    let before = env.tree("team");
    for position in (0..plan.len()).step_by(53) {
        let mut altered = plan.clone();
        altered[position] ^= 1;
        std::fs::write(env.path("plan.json"), altered).unwrap();
        assert_eq!(env.code(&["apply", "plan.json"]), 5, "byte {position}");
    }
    let text = String::from_utf8(plan).unwrap();
    std::fs::write(env.path("plan.json"), text.replace("b.txt", "x.txt")).unwrap();
    assert_snapshot!("saved_altered", env.run(&["apply", "plan.json"]));
    assert_eq!(env.tree("team"), before);
    assert_snapshot!(
        "saved_flags",
        env.run(&["apply", "plan.json", "--accept", "max_removes"])
    );
}

#[test]
fn a_saved_plan_expires() {
    let mut env = handbook();
    assert_eq!(env.code(&["plan", "--out", "plan.json"]), 0);
    env.wait(24 * 60 * 60);
    assert_snapshot!("saved_expired", env.run(&["apply", "plan.json"]));
    assert!(!env.exists("team/Handbook/b.txt"));
}

#[test]
fn a_saved_plan_is_stale_only_by_what_it_relies_on() {
    let mut env = handbook();
    assert_eq!(env.code(&["plan", "--out", "plan.json"]), 0);
    env.write("source/approved/b.txt", "beta, edited");
    assert_snapshot!("saved_stale_source", env.run(&["apply", "plan.json"]));
    env.write("source/approved/b.txt", "beta");
    env.write("team/Handbook/b.txt", "somebody was here");
    assert_snapshot!("saved_stale_target", env.run(&["apply", "plan.json"]));
    env.remove("team/Handbook/b.txt");
    env.write("source/elsewhere.txt", "does not matter");
    env.write("team/Handbook/other.txt", "does not matter either");
    env.write("reshelve.yaml", &format!("# a comment\n{MANIFEST}"));
    assert_eq!(env.code(&["apply", "plan.json"]), 0);
    assert_eq!(env.read("team/Handbook/b.txt"), "beta");
}

#[test]
fn no_answer_is_written_over_what_is_read() {
    let mut env = handbook();
    assert_eq!(env.code(&["plan", "--out", "plan.json"]), 0);
    let plan = env.read("plan.json");
    for command in [
        "plan --out ./reshelve.yaml",
        "plan --output json=reshelve.yaml",
        "plan . --output json=reshelve.yaml",
        "drift --output json=reshelve.yaml",
        "validate --output json=reshelve.yaml",
        "inventory source --out reshelve.yaml",
        "inventory source --output json=reshelve.yaml",
        "apply --yes --output json=reshelve.yaml",
        "apply plan.json --output json=reshelve.yaml",
        "apply plan.json --output json=plan.json",
    ] {
        let arguments: Vec<&str> = command.split(' ').collect();
        let answer = env.run(&arguments);
        assert!(answer.contains("exit code: 3"), "{answer}");
        assert!(answer.contains("is a file that is being read"), "{answer}");
    }
    assert_eq!(env.read("reshelve.yaml"), MANIFEST);
    assert_eq!(env.read("plan.json"), plan);
    assert!(!env.exists("team/Handbook/b.txt"));
}

#[test]
fn a_saved_plan_is_bound_to_its_manifest_and_state() {
    let mut env = handbook();
    assert_eq!(env.code(&["plan", "--out", "plan.json"]), 0);
    env.write("reshelve.yaml", &MANIFEST.replace("2026", "2027"));
    assert_snapshot!("saved_manifest", env.run(&["apply", "plan.json"]));
    env.remove("reshelve.yaml");
    assert_snapshot!("saved_manifest_gone", env.run(&["apply", "plan.json"]));
    env.write("reshelve.yaml", MANIFEST);
    let other_state = ["apply", "--yes", "--target", "team:/Reports/**"];
    assert_eq!(env.code(&other_state), 0);
    assert_snapshot!("saved_lineage", env.run(&["apply", "plan.json"]));
}

#[test]
fn the_lock_is_held_by_one_run() {
    let mut env = applied();
    let lock = std::fs::File::options()
        .write(true)
        .open(env.path(".reshelve/lock"))
        .unwrap();
    lock.try_lock().unwrap();
    assert_snapshot!("locked", env.run(&["apply", "--yes"]));
    assert_eq!(env.code(&["resume"]), 7);
    assert_eq!(env.code(&["plan"]), 0);
    assert_eq!(env.code(&["drift"]), 0);
    lock.unlock().unwrap();
    assert_eq!(env.code(&["apply", "--yes"]), 0);
}

/// A copy onto a file that somebody else put there.
fn conflict(word: &str) -> Environment {
    let env = Environment::new();
    env.write(
        "reshelve.yaml",
        &format!(
            "version: 1\nname: conflict\nspaces:\n  d: {{provider: local, root: ./d}}\nplacements:\n  \
             - copy: d:/in/a.txt\n    to: d:/out/a.txt\n    on_conflict: {word}\n"
        ),
    );
    env.write("d/in/a.txt", "ours");
    env.write("d/out/a.txt", "theirs, and longer");
    env
}

#[test]
fn each_conflict_word_does_what_it_says() {
    for (word, code) in [("fail", 4), ("keep", 0), ("overwrite", 0), ("rename", 0)] {
        let mut env = conflict(word);
        assert_snapshot!(format!("conflict_{word}"), env.run(&["plan", "-v"]));
        assert_eq!(env.code(&["apply", "--yes"]), code, "{word}");
        assert_snapshot!(format!("conflict_{word}_tree"), env.tree("d"));
        let second = env.code(&["plan", "--detailed-exitcode"]);
        assert_eq!(second, if word == "fail" { 4 } else { 0 }, "{word}");
    }
}

#[test]
fn kept_conflicts_count_as_drift_only_where_asked() {
    let mut env = conflict("keep");
    assert_snapshot!("drift_kept", env.run(&["drift"]));
    assert_eq!(env.code(&["drift", "--fail-on", "extra,kept"]), 2);
    assert_snapshot!(
        "drift_fail_on_wrong",
        env.run(&["drift", "--fail-on", "gone"])
    );
}

/// A mirror that has placed three files of which two lost their source.
fn outgrown(prune: &str) -> Environment {
    let mut env = Environment::new();
    let manifest = format!(
        "version: 1\nname: prune\nspaces:\n  s: {{provider: local, root: ./s}}\n  t: {{provider: local, root: ./t}}\n\
         guards: {{max_removes: 2}}\nplacements:\n  - mirror: s:/m\n    to: t:/m\n    prune: {prune}\n"
    );
    env.write("reshelve.yaml", &manifest);
    for name in ["a", "b", "c"] {
        env.write(&format!("s/m/{name}.txt"), name);
    }
    env.write("t/m/foreign.txt", "not ours");
    assert_eq!(
        env.code(&["apply", "--yes", "--accept", "max_removes"]),
        0,
        "{prune}"
    );
    env.remove("s/m/b.txt");
    env.remove("s/m/c.txt");
    env
}

#[test]
fn each_prune_word_takes_what_it_says() {
    for word in ["report", "owned", "all"] {
        let mut env = outgrown(word);
        if word == "all" {
            env.write("t/m/foreign.txt", "not ours");
        }
        assert_snapshot!(format!("prune_{word}"), env.run(&["plan", "-v"]));
        let yes = ["apply", "--yes", "--accept", "max_removes"];
        assert_eq!(env.code(&yes), 0, "{word}");
        assert_snapshot!(format!("prune_{word}_tree"), env.tree("t"));
    }
}

#[test]
fn a_guard_refuses_until_it_is_accepted() {
    let mut env = outgrown("all");
    env.write("t/m/foreign.txt", "not ours");
    assert_snapshot!("guard", env.run(&["plan"]));
    assert_snapshot!("guard_out", env.run(&["plan", "-q", "--out", "plan.json"]));
    assert!(!env.exists("plan.json"));
    assert_eq!(env.code(&["apply", "--yes"]), 4);
    assert!(env.exists("t/m/b.txt"));
    assert_eq!(env.code(&["plan", "--accept", "max_removes"]), 0);
    assert_snapshot!(
        "guard_unknown",
        env.run(&["plan", "--accept", "everything"])
    );
}

#[test]
fn what_is_protected_stays() {
    let mut env = outgrown("all");
    let manifest = env.read("reshelve.yaml");
    let protected = format!("{manifest}protect: ['t:/m/b.txt']\n");
    env.write("reshelve.yaml", &protected);
    assert_snapshot!("protected", env.run(&["plan"]));
    assert_eq!(env.code(&["apply", "--yes"]), 4);
    assert!(env.exists("t/m/b.txt"));
}

#[test]
fn drift_tells_what_others_did() {
    let mut env = applied();
    env.write("team/Handbook/a.txt", "somebody edited this");
    env.remove("team/Handbook/b.txt");
    env.remove("team/Reports/2026");
    env.write("team/Reports/2026", "a file in place of a folder");
    env.write("source/approved/deep/c.txt", "gamma, second edition");
    env.write("source/approved/new.txt", "new");
    env.write("team/Handbook/extra.txt", "left by somebody");
    assert_snapshot!("drift", env.run(&["drift"]));
    assert_snapshot!("drift_json", env.run(&["drift", "--format", "json"]));
    assert_snapshot!(
        "drift_markdown",
        env.run(&["drift", "--format", "markdown"])
    );
}

#[test]
fn a_missing_source_refuses_and_a_missing_root_is_an_error() {
    let mut env = handbook();
    env.remove("source/approved");
    assert_snapshot!("missing_source", env.run(&["plan"]));
    env.remove("source");
    assert_snapshot!("missing_root", env.run(&["plan"]));
}

#[test]
fn hostile_names_cannot_move_the_cursor() {
    let mut env = handbook();
    env.write("source/approved/\u{1b}[2Jgone\u{202e}txt.exe", "x");
    for format in ["text", "markdown", "json"] {
        let arguments = ["plan", "-v", "--color", "always", "--format", format];
        let output = env.command(&arguments).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(!text.contains("\u{1b}[2J"), "{text}");
        assert!(format == "json" || !text.contains('\u{202e}'), "{text}");
        assert!(text.contains("gone"), "{text}");
    }
}
