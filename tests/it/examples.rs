//! Every example runs as it stands: made, planned, applied; then nothing is left to do.

use std::process::Command;

use insta::assert_snapshot;

use super::environment::Environment;

const EXAMPLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples");

fn names() -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(EXAMPLES)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// The examples on folders of this machine; the README's tour runs the other one.
const LOCAL: [&str; 4] = ["handbook", "inbox", "kits", "swap"];

#[test]
fn every_example_reaches_its_goal_and_stays_there() {
    let elsewhere: Vec<String> = names()
        .into_iter()
        .filter(|it| !LOCAL.contains(&&**it))
        .collect();
    assert_eq!(elsewhere, ["dingtalk", "smh"]);
    for name in LOCAL {
        let mut env = Environment::new();
        let made = Command::new("sh")
            .arg(format!("{EXAMPLES}/{name}/setup.sh"))
            .arg(env.path("it"))
            .status()
            .unwrap();
        assert!(made.success(), "{name}");
        assert_eq!(env.code(&["validate", "it/reshelve.yaml"]), 0, "{name}");
        assert_snapshot!(
            format!("{name}_plan"),
            env.run(&["plan", "it/reshelve.yaml", "-v"])
        );
        assert_eq!(
            env.code(&["plan", "it/reshelve.yaml", "--detailed-exitcode"]),
            2,
            "{name}"
        );
        assert_eq!(
            env.code(&["apply", "it/reshelve.yaml", "--yes"]),
            0,
            "{name}"
        );
        assert_snapshot!(format!("{name}_tree"), env.tree("it/desk"));
        let second = env.run(&["plan", "it/reshelve.yaml", "--detailed-exitcode"]);
        assert!(second.contains("exit code: 0"), "{name}: {second}");
        assert_eq!(env.code(&["drift", "it/reshelve.yaml"]), 0, "{name}");
        assert!(env.exists("it/.reshelve/state.json"), "{name}");
    }
}

#[test]
fn an_example_is_never_made_over_something_else() {
    for name in names() {
        let env = Environment::new();
        env.write("it/mine.txt", "mine");
        let made = Command::new("sh")
            .arg(format!("{EXAMPLES}/{name}/setup.sh"))
            .arg(env.path("it"))
            .status()
            .unwrap();
        assert!(!made.success(), "{name}");
        assert_eq!(env.tree("it"), "mine.txt: mine\n", "{name}");
    }
}
