//! The snapshots together: no command and no exit code is without one.

use std::collections::BTreeSet;
use std::fs;

use regex::Regex;

use super::environment::Environment;

/// Every command below some words, as its words; those that only hold others are not among them.
pub(crate) fn commands(env: &mut Environment, above: &[&str]) -> Vec<String> {
    let help = env.run(&[above, &["--help"]].concat());
    let below = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let mut commands = Vec::new();
    for line in below.take_while(|line| !line.is_empty()) {
        let name = line.split_whitespace().next().unwrap();
        if name == "help" && !above.is_empty() {
            continue;
        }
        let words = [above, &[name]].concat();
        let inner = if name == "help" {
            Vec::new()
        } else {
            self::commands(env, &words)
        };
        if inner.is_empty() {
            commands.push(words.join(" "));
        }
        commands.extend(inner);
    }
    commands
}

/// Every exit code, from the one place that has their numbers.
pub(crate) fn exit_codes() -> Vec<String> {
    let source = include_str!("../../src/cli/exit.rs");
    let arm = Regex::new(r"Self::\w+ => (\d+),").unwrap();
    let codes: Vec<String> = arm
        .captures_iter(source)
        .map(|arm| arm[1].to_owned())
        .collect();
    assert_eq!(codes.len(), source.matches(" => ").count());
    codes
}

/// The first lines of all snapshots that show a whole command: its words, and its exit code.
fn headings() -> Vec<(String, String)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/snapshots");
    let heading = Regex::new(r"(?m)^\$ reshelve (.*)\nexit code: (\w+)$").unwrap();
    let mut headings = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path
            .extension()
            .is_some_and(|extension| extension == "snap")
        {
            let text = fs::read_to_string(path).unwrap();
            let found = heading.captures(&text);
            headings.extend(found.map(|found| (found[1].to_owned(), found[2].to_owned())));
        }
    }
    headings
}

#[test]
fn every_command_and_every_exit_code_has_a_snapshot() {
    let headings = headings();
    let shown = |command: &String| {
        let mut headings = headings.iter();
        headings.any(|(words, _)| format!("{words} ").starts_with(&format!("{command} ")))
    };
    let commands = commands(&mut Environment::new(), &[]);
    let last = ["providers", "schema", "completions", "help"];
    assert!(commands.ends_with(&last.map(str::to_owned)), "{commands:?}");
    let unseen: Vec<_> = commands
        .into_iter()
        .filter(|command| !shown(command))
        .collect();
    assert_eq!(unseen, [""; 0], "commands without a snapshot");
    let seen: BTreeSet<&String> = headings.iter().map(|(_, code)| code).collect();
    let codes = exit_codes();
    let unseen: Vec<_> = codes.iter().filter(|code| !seen.contains(code)).collect();
    assert_eq!(unseen, [""; 0], "exit codes without a snapshot");
    let help = Environment::new().run(&["--help"]);
    let (_, listed) = help.split_once("Exit codes: ").unwrap();
    let number = Regex::new(r"\d+").unwrap();
    let listed: Vec<_> = number
        .find_iter(listed)
        .map(|found| found.as_str())
        .collect();
    assert_eq!(listed, codes);
}
