//! Runs that are cut off, stopped, refused by the system, and then resumed.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use insta::assert_snapshot;
use rustix::process::{Pid, Signal, getuid, kill_process};

use super::environment::Environment;

/// How many files a run has that is stopped in the middle: more than one call takes.
pub(crate) const MANY: usize = 1500;

/// A mirror of many small files.
pub(crate) fn many() -> Environment {
    let env = Environment::new();
    env.write(
        "reshelve.yaml",
        "version: 1\nname: many\nspaces:\n  s: {provider: local, root: ./s}\n  t: {provider: local, root: ./t}\n\
         placements:\n  - copy: s:/m/**/*.txt\n    into: t:/m\n",
    );
    for number in 0..MANY {
        env.write(&format!("s/m/{}/{number}.txt", number % 10), "content");
    }
    fs::create_dir(env.path("t")).unwrap();
    env
}

/// Starts an apply and returns once the first files are there.
pub(crate) fn started(env: &mut Environment) -> Child {
    let mut command = env.command(&["apply", "--yes"]);
    let child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let patience = Instant::now() + Duration::from_secs(60);
    while !env.exists("t/m/0") || fs::read_dir(env.path("t/m/0")).unwrap().next().is_none() {
        assert!(Instant::now() < patience, "no file came");
        std::thread::sleep(Duration::from_millis(2));
    }
    child
}

pub(crate) fn files(env: &Environment) -> usize {
    env.tree("t")
        .lines()
        .filter(|line| !line.ends_with('/'))
        .count()
}

/// Stops a run in the middle by a signal; gives how it ended.
fn stopped(env: &mut Environment, signal: Signal) -> Output {
    let child = started(env);
    let process = Pid::from_child(&child);
    kill_process(process, signal).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(
        files(env) < MANY,
        "the run was over before the signal came; give it more files"
    );
    output
}

/// Whatever happened: one `resume` ends where an undisturbed run would have ended.
fn resumes(env: &mut Environment) {
    let answer = env.run(&["resume"]);
    assert!(answer.contains("exit code: 0"), "{answer}");
    assert_eq!(files(env), MANY);
    assert_eq!(env.code(&["plan", "--detailed-exitcode"]), 0);
    assert_eq!(env.code(&["drift"]), 0);
    let again = env.run(&["resume"]);
    assert!(again.contains("nothing to resume"), "{again}");
}

#[test]
fn an_interrupted_run_says_so_and_is_resumed() {
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143)] {
        let mut env = many();
        let output = stopped(&mut env, signal);
        assert_eq!(output.status.code(), Some(code));
        let block = env.block(&["apply", "--yes"], &output);
        assert_snapshot!(format!("stopped_{code}"), without_run(&block));
        assert_snapshot!("unfinished", without_run(&env.run(&["apply", "--yes"])));
        resumes(&mut env);
    }
}

#[test]
fn a_killed_run_is_resumed() {
    let mut env = many();
    assert_eq!(stopped(&mut env, Signal::KILL).status.code(), None);
    assert_eq!(env.code(&["apply", "--yes"]), 6);
    resumes(&mut env);
}

fn without_run(text: &str) -> String {
    let run = regex::Regex::new(r"\d{8}T\d{6}Z-[0-9a-f]{8}").unwrap();
    run.replace_all(text, "[RUN]").into_owned()
}

/// A file that is larger than the process may write makes its operation fail; the rest is done.
#[test]
fn a_partial_run_says_what_failed_and_is_resumed() {
    let mut env = Environment::new();
    env.write(
        "reshelve.yaml",
        "version: 1\nname: partial\nspaces:\n  s: {provider: local, root: ./s}\n  t: {provider: local, root: ./t}\n\
         placements:\n  - copy: s:/*\n    into: t:/\n",
    );
    env.write("s/large.txt", &"x".repeat(200_000));
    env.write("s/small.txt", "small");
    fs::create_dir(env.path("t")).unwrap();
    let program = env!("CARGO_BIN_EXE_reshelve");
    let script = format!("trap '' XFSZ; ulimit -f 100; exec '{program}' apply --yes -q");
    let mut command = Command::new("sh");
    command.args(["-c", &script]);
    env.seal(&mut command);
    let output = command.output().unwrap();
    assert_snapshot!("partial", env.block(&["apply", "--yes", "-q"], &output));
    assert!(env.exists("t/small.txt"));
    assert!(!env.exists("t/large.txt"));
    let answer = env.run(&["resume"]);
    assert_snapshot!("partial_resumed", answer);
    assert_eq!(env.read("t/large.txt").len(), 200_000);
}

#[test]
fn nothing_to_resume_is_said() {
    let mut env = super::commands::handbook();
    assert_snapshot!("resume_never", env.run(&["resume"]));
    assert_eq!(env.code(&["apply", "--yes"]), 0);
    assert_snapshot!("resume_nothing", env.run(&["resume"]));
}

/// The program in the hands of somebody who may not do everything. Root may, so a test that runs
/// as root hands the program to somebody else.
fn powerless(env: &mut Environment, arguments: &[&str]) -> Command {
    if !getuid().is_root() {
        return env.command(arguments);
    }
    let program = env.path("program");
    if !program.exists() {
        fs::copy(env!("CARGO_BIN_EXE_reshelve"), &program).unwrap();
    }
    let mut command = Command::new(program);
    command.args(arguments).uid(65534).gid(65534);
    env.seal(&mut command);
    command
}

fn permit(env: &Environment, name: &str, mode: u32) {
    fs::set_permissions(env.path(name), fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn what_may_not_be_read_exits_with_8() {
    let mut env = super::commands::handbook();
    permit(&env, ".", 0o755);
    permit(&env, "source/approved", 0o000);
    let output = powerless(&mut env, &["plan"]).output().unwrap();
    permit(&env, "source/approved", 0o755);
    assert_snapshot!("denied", env.block(&["plan"], &output));
}

#[test]
fn what_may_not_be_written_exits_with_8() {
    let mut env = super::commands::handbook();
    permit(&env, ".", 0o777);
    permit(&env, "team", 0o777);
    permit(&env, "team/Handbook", 0o555);
    env.write("reshelve.yaml", super::commands::MIRROR_ALONE);
    let output = powerless(&mut env, &["apply", "--yes"]).output().unwrap();
    permit(&env, "team/Handbook", 0o755);
    assert_snapshot!("denied_apply", env.block(&["apply", "--yes"], &output));
    assert!(!env.exists("team/Handbook/b.txt"));
}

/// A file system of 64 KiB in memory, for as long as the value lives.
struct SmallDisk(std::path::PathBuf);

impl SmallDisk {
    /// Nothing where this machine does not let the test mount one.
    fn mount(folder: std::path::PathBuf) -> Option<Self> {
        let mut mount = Command::new("mount");
        mount
            .args(["-t", "tmpfs", "-o", "size=64k", "tmpfs"])
            .arg(&folder);
        let mounted = mount
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success());
        mounted.then_some(Self(folder))
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let unmounted = Command::new("umount").arg(&self.0).status();
        assert!(
            unmounted.is_ok_and(|status| status.success()),
            "{} stays mounted",
            self.0.display()
        );
    }
}

#[test]
#[expect(clippy::print_stderr, reason = "a test that cannot run says so loudly")]
fn a_full_disk_is_a_reason_to_come_again() {
    let mut env = Environment::new();
    env.write(
        "reshelve.yaml",
        "version: 1\nname: full\nspaces:\n  s: {provider: local, root: ./s}\n  t: {provider: local, root: ./t}\n\
         placements:\n  - {copy: s:/big, to: t:/big}\n",
    );
    env.write("s/big", &"x".repeat(200_000));
    fs::create_dir(env.path("t")).unwrap();
    let Some(disk) = SmallDisk::mount(env.path("t")) else {
        eprintln!(
            "SKIPPED: this machine lets no test mount a small disk, so exit code 9 is not seen"
        );
        return;
    };
    assert_snapshot!("full_disk", env.run(&["apply", "--yes"]));
    assert!(!env.exists("t/big"));
    drop(disk);
    assert_eq!(env.code(&["resume"]), 0);
    assert!(env.exists("t/big"));
}
