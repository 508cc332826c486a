//! What only a terminal has: a bar while work takes long, and somebody to ask.

use std::fs::File;
use std::io::{Read, Write};
use std::process::{Output, Stdio};
use std::thread::JoinHandle;

use rustix::fs::{Mode, OFlags};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

use super::commands::handbook;
use super::environment::Environment;
use super::troubles::{MANY, files, many};

/// A pseudo-terminal and somebody who reads all of it.
struct Terminal {
    shown: JoinHandle<String>,
    program_side: File,
}

impl Terminal {
    /// Somebody who answers a question once, with this key.
    fn with_key(key: u8) -> Self {
        let person = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&person).unwrap();
        unlockpt(&person).unwrap();
        let name = ptsname(&person, Vec::new()).unwrap();
        let flags = OFlags::RDWR | OFlags::NOCTTY;
        let program_side = rustix::fs::open(name, flags, Mode::empty()).unwrap();
        Self {
            shown: std::thread::spawn(move || watch(File::from(person), key)),
            program_side: File::from(program_side),
        }
    }

    /// Runs the program with its stdin and stderr on this terminal; gives what it shows there.
    fn run(self, env: &mut Environment, arguments: &[&str]) -> (Output, String) {
        let mut command = env.command(arguments);
        command
            .env("TERM", "xterm")
            .stdin(self.program_side.try_clone().unwrap())
            .stderr(self.program_side)
            .stdout(Stdio::piped());
        let child = command.spawn().unwrap();
        // A command holds its terminal open for as long as it could be started again.
        drop(command);
        let output = child.wait_with_output().unwrap();
        (output, self.shown.join().unwrap())
    }
}

/// Reads until nobody holds the terminal any more, and presses a key where a question comes.
fn watch(mut person: File, key: u8) -> String {
    let mut shown = Vec::new();
    let mut asked = false;
    let mut part = [0; 4096];
    // The end is an error on Linux and no bytes elsewhere.
    while let Ok(count @ 1..) = person.read(&mut part) {
        shown.extend_from_slice(&part[..count]);
        if !asked && String::from_utf8_lossy(&shown).contains("[y/N]") {
            asked = true;
            person.write_all(&[key]).unwrap();
        }
    }
    String::from_utf8(shown).unwrap()
}

/// How many items were done, of how many, each time the bar of a run was drawn.
fn positions(drawn: &str) -> Vec<(usize, usize)> {
    let bar = regex::Regex::new(r"applying [█░]+ (\d+) of (\d+) ").unwrap();
    let drawings = bar.captures_iter(drawn);
    drawings
        .map(|drawing| (drawing[1].parse().unwrap(), drawing[2].parse().unwrap()))
        .collect()
}

#[test]
fn long_work_draws_a_bar_on_a_terminal_and_takes_it_away() {
    let mut env = many();
    let (output, drawn) = Terminal::with_key(b'y').run(&mut env, &["apply", "--yes"]);
    assert_eq!(output.status.code(), Some(0), "{drawn:?}");
    assert_eq!(files(&env), MANY);
    // The files, and eleven folders for them.
    let all = MANY + 11;
    let positions = positions(&drawn);
    assert!(positions.is_sorted(), "{positions:?}");
    assert!(positions.iter().all(|(_, of)| *of == all), "{positions:?}");
    let between = positions.iter().filter(|(done, _)| (1..all).contains(done));
    assert!(between.count() > 2, "the bar did not move: {positions:?}");
    for word in ["observing entries", " KiB "] {
        assert!(drawn.contains(word), "{word}: {drawn:?}");
    }
    assert!(drawn.ends_with("\r\u{1b}[2K"), "{drawn:?}");
    let answer = String::from_utf8(output.stdout).unwrap();
    assert!(!answer.contains("applying"), "{answer}");
}

#[test]
fn nothing_is_drawn_where_nobody_looks_or_nobody_wants_it() {
    let mut env = many();
    let output = env.command(&["apply", "--yes"]).output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(files(&env), MANY);
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
    let mut env = many();
    let (output, drawn) = Terminal::with_key(b'y').run(&mut env, &["apply", "--yes", "-q"]);
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(drawn, "");
}

#[test]
fn what_was_shown_is_applied_only_after_a_yes() {
    for (key, code, applied) in [(b'y', 0, true), (b'n', 4, false)] {
        let mut env = handbook();
        let (output, shown) = Terminal::with_key(key).run(&mut env, &["apply"]);
        assert_eq!(output.status.code(), Some(code), "{shown:?}");
        assert_eq!(env.exists("team/Handbook/b.txt"), applied, "{shown:?}");
    }
}
