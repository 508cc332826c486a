//! Saved plans in the hands of somebody else, and over storage that changed underneath them.

use reshelve::plan::{Action, Plan, Reliance, file};

use super::commands::handbook;
use super::environment::Environment;

/// Whoever can write a plan file can seal it again; what a plan must keep is demanded all the same.
#[test]
fn a_forged_plan_is_refused() {
    let mut env = handbook();
    let check = |env: &mut Environment, expected: &str, forge: fn(&mut Plan)| {
        assert_eq!(env.code(&["plan", "--out", "plan.json", "-q"]), 0);
        let mut plan = file::read(&std::fs::read(env.path("plan.json")).unwrap()).unwrap();
        forge(&mut plan);
        let mut bytes = Vec::new();
        file::write(&file::seal(plan), &mut bytes).unwrap();
        std::fs::write(env.path("plan.json"), bytes).unwrap();
        let answer = env.run(&["apply", "plan.json"]);
        assert!(answer.contains("exit code: 5"), "{expected}: {answer}");
        assert!(answer.contains(expected), "{expected}: {answer}");
    };
    let before = env.tree("");
    check(&mut env, "valid for more than 24 hours", |plan| {
        plan.expires = plan.created.plus_seconds(86_401);
    });
    check(&mut env, "which is still to come", |plan| {
        plan.created = plan.created.plus_seconds(3600);
        plan.expires = plan.created.plus_seconds(3600);
    });
    check(&mut env, "which it would copy", |plan| {
        for operation in &mut plan.operations {
            let keeps = |it: &Reliance| matches!(it, Reliance::Absent { .. });
            operation.relies_on.retain(keeps);
        }
    });
    check(&mut env, "where it would write", |plan| {
        for operation in &mut plan.operations {
            let drops = |it: &Reliance| matches!(it, Reliance::Absent { .. });
            operation.relies_on.retain(|it| !drops(it));
        }
    });
    check(&mut env, "does not speak of", |plan| {
        let position = plan
            .operations
            .iter()
            .position(|it| matches!(it.action, Action::Copy { .. }))
            .unwrap();
        let operation = &mut plan.operations[position];
        let elsewhere = reshelve::tree::EntryPath::parse("/elsewhere/x.txt").unwrap();
        if let Action::Copy { to, .. } = &mut operation.action {
            to.path = elsewhere;
            let address = to.address();
            operation.relies_on.push(Reliance::Absent { address });
        }
        plan.recordings.clear();
    });
    check(&mut env, "which no operation of its own makes", |plan| {
        plan.recordings[0].operation = None;
    });
    check(&mut env, "is not the one of the manifest", |plan| {
        for definition in plan.spaces.values_mut() {
            definition.keys.insert("root".into(), "/".into());
        }
    });
    check(&mut env, "which no manifest has", |plan| {
        plan.operations[0].placement.placement = "invented".into();
    });
    env.remove("plan.json");
    assert_eq!(env.tree(""), before);
}

#[test]
fn a_change_inside_a_whole_folder_makes_a_saved_plan_stale() {
    let mut env = Environment::new();
    env.write(
        "reshelve.yaml",
        "version: 1\nname: whole\nspaces:\n  s: {provider: local, root: ./s}\n\
         placements:\n  - move: s:/old\n    to: s:/new\n",
    );
    env.write("s/old/deep/x.txt", "one");
    assert_eq!(env.code(&["plan", "--out", "plan.json", "-q"]), 0);
    assert!(env.read("plan.json").contains("\"expect\":\"subtree\""));
    let check = |env: &mut Environment| {
        let before = env.tree("s");
        let answer = env.run(&["apply", "plan.json"]);
        assert!(answer.contains("exit code: 5"), "{answer}");
        assert!(answer.contains("s:/old holds something else"), "{answer}");
        assert_eq!(env.tree("s"), before);
    };
    env.write("s/old/deep/x.txt", "another length");
    check(&mut env);
    env.write("s/old/deep/x.txt", "one");
    env.write("s/old/deep/more.txt", "more");
    check(&mut env);
}

#[test]
fn a_link_in_place_of_a_folder_leads_nowhere() {
    let mut env = handbook();
    assert_eq!(env.code(&["plan", "--out", "plan.json", "-q"]), 0);
    env.write("outside/kept.txt", "kept");
    let outside = env.tree("outside");
    env.remove("team/Handbook");
    std::os::unix::fs::symlink(env.path("outside"), env.path("team/Handbook")).unwrap();
    let answer = env.run(&["apply", "plan.json"]);
    assert!(answer.contains("exit code: 5"), "{answer}");
    assert!(answer.contains("team:/Handbook"), "{answer}");
    assert_eq!(env.tree("outside"), outside);
}
