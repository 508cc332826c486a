//! Tasks go on with time, and writes wait for one another.

#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use super::super::carry::Verb;
use super::super::removal::Removal;
use super::super::task::TaskStatus;
use super::super::{Act, Spoiled};
use super::scene::{NOW, Scene};

#[test]
fn a_task_goes_on_step_by_step() {
    let mut scene = Scene::new("task-length=4", "a/1=1, a/2=1, a/3=1, a/4=1, a/5=1");
    let rules = scene.rules.clone();
    let act = Act {
        person: "me",
        app: "k",
        now: NOW,
        rules: &rules,
        spoiled: Spoiled::No,
    };
    let (space, id) = scene.find("a");
    let task = scene.drive.remove(&act, space, id, Removal::ForGood);
    let task = task.unwrap().task.unwrap();
    let mut seen = Vec::new();
    for _ in 0..5 {
        scene.drive.tick(&rules, NOW);
        let task = &scene.drive.tasks[&task];
        seen.push((task.status(), task.succeeded));
    }
    let expected = [
        (TaskStatus::Init, 0),
        (TaskStatus::InProgress, 2),
        (TaskStatus::InProgress, 4),
        (TaskStatus::Success, 6),
        (TaskStatus::Success, 6),
    ];
    assert_eq!(seen, expected);
}

#[test]
fn tasks_go_on_with_time_and_are_forgotten() {
    let mut scene = Scene::new(
        "task-pace=time task-length=100 task-retention=50",
        "a/1=1, a/2=1, a/3=1",
    );
    let rules = scene.rules.clone();
    let act = Act {
        person: "me",
        app: "k",
        now: NOW,
        rules: &rules,
        spoiled: Spoiled::No,
    };
    let (space, id) = scene.find("a");
    let removed = scene.drive.remove(&act, space, id, Removal::ForGood);
    let task = removed.unwrap().task.unwrap();
    let done = |scene: &mut Scene, after: u64| {
        scene.drive.tick(&rules, NOW + after);
        scene.drive.tasks.get(&task).map(|task| task.succeeded)
    };
    let expected = [
        (0, Some(0)),
        (30, Some(1)),
        (50, Some(2)),
        (100, Some(4)),
        (149, Some(4)),
        (150, None),
    ];
    for (after, succeeded) in expected {
        assert_eq!(done(&mut scene, after), succeeded, "after {after} ms");
    }
}

#[test]
fn a_busy_tree_refuses_writes_when_told_to() {
    // What is done while `a` is copied to `t`, and how that ends.
    let cases = [
        ("move a/x -> /", "operationConcurrentControl"),
        ("remove a", "operationConcurrentControl"),
        ("rename t/a b", "operationConcurrentControl"),
        ("mkdir t/a b", "operationConcurrentControl"),
        ("mkdir / c", "-> c"),
        ("copy y -> /", "-> y(1)"),
    ];
    for (doing, ends) in cases {
        let mut scene = Scene::new("busy-tree=refuse", "a/x=1, t/, y=2");
        let rules = scene.rules.clone();
        let act = Act {
            person: "me",
            app: "k",
            now: NOW,
            rules: &rules,
            spoiled: Spoiled::No,
        };
        scene.carry(&act, Verb::Copy, &["a", "->", "t"]).unwrap();
        assert_eq!(scene.run(doing), ends, "{doing}");
    }
}

#[test]
fn a_write_holds_its_folder_for_a_while() {
    // Milliseconds after a folder was made in `a`, what is done, and how that ends.
    let cases = [
        (0, "mkdir a y", "operationConcurrentControl"),
        (99, "mkdir a y", "operationConcurrentControl"),
        (100, "mkdir a y", "-> a/y"),
        (0, "rename a/x z", "operationConcurrentControl"),
        (0, "copy b/z -> a", "operationConcurrentControl"),
        (0, "move a/x -> b", "operationConcurrentControl"),
        (0, "remove a/x", "operationConcurrentControl"),
        (0, "mkdir b y", "-> b/y"),
        (0, "remove b/z", "done"),
    ];
    for (later, doing, ends) in cases {
        let mut scene = Scene::new("write-hold=100", "a/x=1, b/z=1");
        let rules = scene.rules.clone();
        let act = Act {
            person: "me",
            app: "k",
            now: NOW - later,
            rules: &rules,
            spoiled: Spoiled::No,
        };
        scene.make(&act, &["a", "n"]).unwrap();
        scene.drive.hold(&act);
        assert_eq!(scene.run(doing), ends, "{later} ms later: {doing}");
    }
}
