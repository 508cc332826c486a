//! What others do between a kill and `resume`: to files, to the manifest, and to `resume` itself.

use std::fs;
use std::io::Write as _;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use super::environment::Environment;
use super::troubles::{MANY, files, many, started};

const MOVING: &str = "version: 1\nname: many\nspaces:\n  s: {provider: local, root: ./s}\n  t: {provider: local, root: ./t}\n\
     placements:\n  - move: s:/m/**/*.txt\n    into: t:/m\n";

fn kill(mut child: Child) {
    child.kill().unwrap();
    child.wait().unwrap();
}

/// Many files, of which some were copied or moved when the run was killed.
fn killed(manifest: Option<&str>) -> Environment {
    let mut env = many();
    if let Some(manifest) = manifest {
        env.write("reshelve.yaml", manifest);
    }
    let child = started(&mut env);
    kill(child);
    assert!(files(&env) < MANY, "the run was over before it was killed");
    env
}

fn check(env: &mut Environment, arguments: &[&str], exit: i32, words: &str) {
    let answer = env.run(arguments);
    assert!(answer.contains(&format!("exit code: {exit}\n")), "{answer}");
    assert!(answer.contains(words), "{answer}");
}

/// Everything is where it belongs, and nothing is in the way of the next run.
fn check_at_rest(env: &mut Environment) {
    check(env, &["resume"], 0, "nothing to resume");
    check(env, &["apply", "--yes"], 0, "");
    check(env, &["plan", "--detailed-exitcode"], 0, "");
}

#[test]
fn files_that_were_edited_or_deleted_do_not_stop_resume() {
    let mut env = killed(Some(MOVING));
    let mut deleted = 0;
    for folder in 0..10 {
        let folder = format!("s/m/{folder}");
        let names = fs::read_dir(env.path(&folder)).into_iter().flatten();
        let mut names: Vec<_> = names.map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        for (position, name) in names.iter().enumerate() {
            let name = format!("{folder}/{}", name.to_string_lossy());
            match position % 3 {
                0 => env.write(&name, "edited and longer"),
                1 => {
                    env.remove(&name);
                    deleted += 1;
                }
                _ => {}
            }
        }
    }
    assert!(deleted > 0);
    check(&mut env, &["resume", "--yes"], 0, "");
    assert_eq!(files(&env), MANY - deleted);
    check_at_rest(&mut env);
}

#[test]
fn resume_can_be_killed_and_resumed() {
    let mut env = killed(None);
    for _ in 0..3 {
        let before = files(&env);
        let mut command = env.command(&["resume", "-q"]);
        let mut child = command
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let patience = Instant::now() + Duration::from_secs(60);
        while files(&env) == before && child.try_wait().unwrap().is_none() {
            assert!(Instant::now() < patience, "nothing came");
            std::thread::sleep(Duration::from_millis(1));
        }
        kill(child);
    }
    check(&mut env, &["resume"], 0, "");
    assert_eq!(files(&env), MANY);
    check_at_rest(&mut env);
}

#[test]
fn a_run_is_settled_in_the_spaces_it_was_planned_for() {
    let mut env = killed(None);
    let arrived = files(&env);
    let manifest = env.read("reshelve.yaml").replace("./t", "./u");
    env.write("reshelve.yaml", &manifest);
    fs::create_dir(env.path("u")).unwrap();
    check(&mut env, &["resume"], 5, "the space `t` is not the one");
    assert_eq!((files(&env), env.tree("u").as_str()), (arrived, ""));
    check(&mut env, &["apply", "--yes"], 0, "");
    assert_eq!(files(&env), arrived);
    assert_eq!(env.tree("u").matches(".txt").count(), MANY);
    check_at_rest(&mut env);
}

#[test]
fn a_run_without_its_manifest_is_settled_and_ended() {
    let mut env = killed(None);
    let manifest = env.read("reshelve.yaml");
    env.remove("reshelve.yaml");
    check(&mut env, &["resume"], 6, "must be planned anew");
    check(&mut env, &["resume"], 0, "nothing to resume");
    env.write("reshelve.yaml", &manifest);
    check_at_rest(&mut env);
    assert_eq!(files(&env), MANY);
}

#[test]
fn a_run_whose_manifest_came_through_a_pipe_is_settled_and_ended() {
    let mut env = many();
    let manifest = env.read("reshelve.yaml");
    env.remove("reshelve.yaml");
    let mut command = env.command(&["apply", "-", "--yes", "-q"]);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(manifest.as_bytes())
        .unwrap();
    let patience = Instant::now() + Duration::from_secs(60);
    while !env.exists("t/m/0") {
        assert!(Instant::now() < patience, "no file came");
        std::thread::sleep(Duration::from_millis(2));
    }
    kill(child);
    assert!(files(&env) < MANY);
    check(&mut env, &["resume"], 6, "must be planned anew");
    env.write("reshelve.yaml", &manifest);
    check_at_rest(&mut env);
    assert_eq!(files(&env), MANY);
}
