//! Nasty names through the whole program, over each kind of storage and in every format: carried
//! byte for byte or refused by name, and nothing that a terminal would obey is ever written to it.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::process::Output;

use regex::Regex;
use reshelve::emulator::{Config, Vendor};
use serde_json::Value;

use crate::names::{all, in_services, quoted, shortened};
use crate::story::Story;

/// Where names come from and go to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Storage {
    Local,
    DingTalk,
    Smh,
}

const FORMATS: [&str; 3] = ["text", "json", "markdown"];

impl Storage {
    /// The program with all these names in `s:/odd`, and a folder `t:/odd` to carry them to.
    fn story(self, names: &[String]) -> Story {
        let paths = names.iter().map(|name| quoted(&format!("/odd/{name}")));
        let entries = paths.map(|path| format!("{{path: {path}, size: 3}}"));
        let entries = entries.collect::<Vec<_>>().join(", ");
        let seed = match self {
            Self::Local => "{}".to_owned(),
            Self::DingTalk => format!(
                "credentials: [{{app_key: key-1, app_secret: secret-1, union_ids: [union-1]}}]\n\
                 spaces:\n  \
                 - {{id: \"1000000001\", name: s, made: drive, entries: [{entries}]}}\n  \
                 - {{id: \"1000000002\", name: t, made: drive, folders: [/odd]}}\n"
            ),
            Self::Smh => format!(
                "libraries:\n  - id: smh0library00001\n    secret: secret-1\n    tenants: many\n    \
                 spaces:\n      - {{id: spaces, folders: [/odd], entries: [{entries}]}}\n      \
                 - {{id: spacet, folders: [/odd]}}\n"
            ),
        };
        let vendor = match self {
            Self::Local | Self::DingTalk => Vendor::Dingtalk,
            Self::Smh => Vendor::Smh,
        };
        let config = Config::new(vendor).seed(seed).calls_per_second(0);
        let (profile, fields) = match self {
            Self::Local | Self::DingTalk => (
                "DINGTALK",
                &[
                    ("UNION_ID", "union-1"),
                    ("APP_KEY", "key-1"),
                    ("APP_SECRET", "secret-1"),
                ][..],
            ),
            Self::Smh => ("SMH", &[("LIBRARY_SECRET", "secret-1")][..]),
        };
        let manifest = format!(
            "version: 1\nname: nasty\nspaces:\n{}placements:\n  - copy: s:/odd\n    to: t:/odd\n",
            self.spaces()
        );
        let story = Story::new(&manifest, config, profile, fields);
        if self == Self::Local {
            fs::create_dir_all(story.env.path("t/odd")).unwrap();
            fs::create_dir_all(story.env.path("s/odd")).unwrap();
            for name in names {
                fs::write(story.env.path("s/odd").join(name), "odd").unwrap();
            }
            for name in all()
                .iter()
                .filter(|name| std::str::from_utf8(name).is_err())
            {
                let path = story.env.path("s/odd").join(OsStr::from_bytes(name));
                fs::write(path, "no text").unwrap();
            }
        }
        story
    }

    fn spaces(self) -> &'static str {
        match self {
            Self::Local => "  s: {provider: local, root: ./s}\n  t: {provider: local, root: ./t}\n",
            Self::DingTalk => {
                "  s: {provider: dingtalk, id: \"1000000001\"}\n  \
                 t: {provider: dingtalk, id: \"1000000002\"}\n"
            }
            Self::Smh => {
                "  s: {provider: smh, library: smh0library00001, id: spaces}\n  \
                 t: {provider: smh, library: smh0library00001, id: spacet}\n"
            }
        }
    }

    /// The names that a folder of this storage can be given at all.
    fn names(self) -> Vec<String> {
        let mut names = in_services();
        // What cannot be a part of a path, or is longer than anything reads, is left alone; that
        // is tried provider by provider.
        names.retain(|name| {
            !matches!(name.as_str(), "." | "..") && !name.contains('\0') && name.len() < 60_000
        });
        match self {
            // One name is kept for our own files.
            Self::Local => names.retain(|name| name.len() <= 255 && name != ".reshelve"),
            Self::DingTalk => {}
            // Names that differ in case alone cannot be in one folder. The service counts
            // characters where sheets count bytes, so that it refuses some by itself.
            Self::Smh => {
                let mut seen = BTreeSet::new();
                names
                    .retain(|name| name.chars().count() <= 255 && seen.insert(name.to_lowercase()));
            }
        }
        names
    }

    /// The names in `t:/odd`, as the storage itself tells them.
    fn arrived(self, story: &Story) -> BTreeSet<String> {
        if self == Self::Local {
            let entries = fs::read_dir(story.env.path("t/odd")).unwrap();
            let names = entries.map(|entry| entry.unwrap().file_name());
            return names.map(|name| name.into_string().unwrap()).collect();
        }
        let target = if self == Self::DingTalk {
            "1000000002"
        } else {
            "spacet"
        };
        let tree = story.emulator.tree();
        let rows = tree
            .lines()
            .map(|line| serde_json::from_str::<Value>(line).unwrap());
        let rows = rows.filter(|row| {
            let space = &row["space"];
            let space = space
                .as_str()
                .map_or_else(|| space.to_string(), str::to_owned);
            space == target
        });
        rows.filter_map(|row| {
            let path = row["path"].as_str()?.to_owned();
            Some(path.strip_prefix("/odd/")?.to_owned())
        })
        .collect()
    }
}

/// Whether a terminal shows this character as it is.
fn is_seen(character: char) -> bool {
    let marks = matches!(character,
        '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}');
    matches!(character, '\n' | '\t') || !(character.is_control() || marks)
}

/// Holds what the program wrote to what a terminal may be given.
fn check_seen(bytes: &[u8], what: &str) {
    let text = std::str::from_utf8(bytes).unwrap_or_else(|_| panic!("{what}: no text"));
    if let Some(at) = text.find(|character| !is_seen(character)) {
        let around: String = text[..at].chars().rev().take(40).collect();
        let around: String = around.chars().rev().collect();
        panic!("{what}: {:?} after {around:?}", text[at..].chars().next());
    }
    // Taken away is as bad as obeyed: nobody could tell what the name is.
    for taken in ["c07--", "c1b--", "c7f--", "c9b--", "u202e--"] {
        assert!(!text.contains(taken), "{what}: {taken}");
    }
}

/// Runs a command and holds both of its streams; gives what it wrote and its exit code.
fn run(story: &mut Story, arguments: &[&str]) -> (i32, String) {
    let Output {
        status,
        stdout,
        stderr,
    } = story.command(arguments).output().unwrap();
    let what = format!("{arguments:?}");
    check_seen(&stdout, &what);
    check_seen(&stderr, &what);
    let code = status
        .code()
        .unwrap_or_else(|| panic!("{what}: ended by a signal"));
    assert_ne!(code, 101, "{what}: {}", String::from_utf8_lossy(&stderr));
    (code, String::from_utf8(stdout).unwrap())
}

/// In every format, and with colours: there are no escape sequences but the program's own.
fn run_in_formats(story: &mut Story, arguments: &[&str], code: i32) {
    for format in FORMATS {
        let with_format = [arguments, &["--format", format]].concat();
        let (found, out) = run(story, &with_format);
        assert_eq!(found, code, "{with_format:?}");
        if format == "json" {
            for line in out.lines().filter(|line| line.starts_with("{\"")) {
                serde_json::from_str::<Value>(line).unwrap();
            }
        }
    }
    let coloured = [arguments, &["--color", "always", "-v"]].concat();
    let output = story.command(&coloured).output().unwrap();
    let ours = Regex::new("\u{1b}\\[[0-9;]*m").unwrap();
    for bytes in [output.stdout, output.stderr] {
        let text = String::from_utf8(bytes).unwrap();
        assert!(!text.contains("\u{1b}[38;5;123m"), "{coloured:?}");
        check_seen(
            ours.replace_all(&text, "").as_bytes(),
            &format!("{coloured:?}"),
        );
    }
}

/// The names that a plan refuses, each told by a finding.
fn refused(plan: &Value) -> BTreeSet<String> {
    let findings = plan["findings"].as_array().unwrap().iter();
    let errors = findings.filter(|finding| finding["severity"] == "error");
    errors
        .map(|finding| {
            let path = finding["path"]
                .as_str()
                .unwrap_or_else(|| panic!("{finding}"));
            path.rsplit_once("/odd/")
                .unwrap_or_else(|| panic!("{finding}"))
                .1
                .to_owned()
        })
        .collect()
}

/// Drops names from a folder until a plan takes all that are left; gives them and the story.
fn accepted(storage: Storage) -> (Vec<String>, Story) {
    let mut names = storage.names();
    assert!(names.len() > 200, "{storage:?}: {}", names.len());
    for _ in 0..4 {
        let mut story = storage.story(&names);
        let (code, out) = run(&mut story, &["plan", "--format", "json"]);
        let plan: Value = serde_json::from_str(&out).unwrap();
        let refused = refused(&plan);
        if refused.is_empty() {
            assert_eq!(
                (code, &plan["verdict"]),
                (0, &"ready".into()),
                "{storage:?}"
            );
            return (names, story);
        }
        assert_eq!(code, 4, "{storage:?}");
        run_in_formats(&mut story, &["plan"], 4);
        let before = names.len();
        names.retain(|name| !refused.contains(name));
        assert_eq!(
            before - names.len(),
            refused.len(),
            "{storage:?}: {refused:?}"
        );
    }
    panic!("{storage:?}: names are refused again and again");
}

/// The names below `/odd/` of a space among the texts of a JSON document.
fn named(document: &Value, space: &str, found: &mut BTreeSet<String>) {
    match document {
        Value::String(text) => {
            let name = text
                .strip_prefix(space)
                .and_then(|path| path.strip_prefix("/odd/"));
            found.extend(name.map(str::to_owned));
        }
        Value::Array(items) => items.iter().for_each(|item| named(item, space, found)),
        Value::Object(fields) => fields.values().for_each(|field| named(field, space, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn names_in(text: &str, space: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    named(&serde_json::from_str(text).unwrap(), space, &mut found);
    found
}

/// Two sets of names are one; only what differs is told.
fn check_same(found: &BTreeSet<String>, expected: &BTreeSet<String>, storage: Storage) {
    let lost: Vec<&String> = expected.difference(found).collect();
    let strange: Vec<&String> = found.difference(expected).collect();
    let differs = format!("lost {lost:?}, strange {strange:?}");
    assert!(found == expected, "{storage:?}: {}", shortened(&differs));
}

/// The newest run's name.
fn newest_run(story: &Story) -> String {
    let runs = fs::read_dir(story.env.path(".reshelve/runs")).unwrap();
    let names = runs.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.max().unwrap()
}

fn journey(storage: Storage) {
    let (names, mut story) = accepted(storage);
    let expected: BTreeSet<String> = names.iter().cloned().collect();
    assert!(expected.len() > 200, "{storage:?}: {}", expected.len());
    run_in_formats(&mut story, &["plan"], 0);
    let (code, _) = run(&mut story, &["plan", "--out", "plan.json", "-q"]);
    assert_eq!(code, 0);
    run_in_formats(&mut story, &["show", "plan.json"], 0);
    let (_, shown) = run(&mut story, &["show", "plan.json", "--format", "json"]);
    let [shown_again, saved] = [&shown, &story.env.read("plan.json")]
        .map(|text| serde_json::from_str::<Value>(text).unwrap());
    assert_eq!(shown_again, saved, "{storage:?}");
    check_same(&names_in(&shown, ""), &expected, storage);
    let some: Vec<&String> = names.iter().step_by(names.len() / 8).collect();
    for name in &some {
        let entry = format!("t:/odd/{name}");
        run_in_formats(&mut story, &["explain", &entry], 0);
    }

    // A plan that came through a pipe is as good as the one that was saved.
    fs::write(story.env.path("shown.json"), &shown).unwrap();
    let (code, ends) = run(&mut story, &["apply", "shown.json"]);
    assert_eq!(code, 0, "{storage:?}: {}", shortened(&ends));
    check_same(&storage.arrived(&story), &expected, storage);
    let newest = newest_run(&story);
    run_in_formats(&mut story, &["show", &newest], 0);
    run_in_formats(&mut story, &["drift"], 0);
    run_in_formats(&mut story, &["state", "list"], 0);
    run_in_formats(&mut story, &["inventory", "t:/"], 0);
    let (_, listed) = run(&mut story, &["state", "list", "--format", "json"]);
    check_same(&names_in(&listed, "t:"), &expected, storage);
    for name in &some {
        let entry = format!("t:/odd/{name}");
        run_in_formats(&mut story, &["state", "show", &entry], 0);
    }
    let (code, _) = run(&mut story, &["plan", "--detailed-exitcode"]);
    assert_eq!(code, 0, "{storage:?}: a second plan is not empty");
    missing(storage, &mut story);
}

/// With everything gone again, each name is reported as drift, and as what fails.
fn missing(storage: Storage, story: &mut Story) {
    if storage != Storage::Local {
        return;
    }
    assert_eq!(run(story, &["plan", "--out", "plan.json", "-q"]).0, 0);
    fs::remove_dir_all(story.env.path("t/odd")).unwrap();
    fs::create_dir(story.env.path("t/odd")).unwrap();
    run_in_formats(story, &["drift"], 2);
    assert_eq!(run(story, &["plan", "--out", "plan.json", "-q"]).0, 0);
    let names: Vec<_> = fs::read_dir(story.env.path("s/odd")).unwrap().collect();
    for name in names {
        let name = name.unwrap().file_name();
        fs::write(story.env.path("t/odd").join(name), "in the way").unwrap();
    }
    run_in_formats(story, &["apply", "plan.json"], 5);
    run_in_formats(story, &["plan"], 4);
}

#[test]
fn nasty_names_in_folders_of_this_machine() {
    journey(Storage::Local);
}

#[test]
fn nasty_names_in_dingtalk() {
    journey(Storage::DingTalk);
}

#[test]
fn nasty_names_in_smh() {
    journey(Storage::Smh);
}
