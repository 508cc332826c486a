//! The program over DingTalk storage, which the emulator stands in for: three spaces, every verb,
//! every word for conflicts.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;

use insta::assert_snapshot;
use reshelve::emulator::{CallRecord, Config, Emulator, Running, Vendor};
use serde_json::Value;

use super::environment::Environment;

const EXAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/dingtalk");
/// Credentials that must not be seen anywhere.
const SECRETS: [(&str, &str); 3] = [
    ("UNION_ID", "marker-person-51f0"),
    ("APP_KEY", "marker-key-51f1"),
    ("APP_SECRET", "marker-secret-51f2"),
];
/// The calls that change something.
const WRITES: [&str; 5] = [
    "addFolder",
    "batchCopy",
    "batchMove",
    "batchRemove",
    "rename",
];

/// The program, and the service that it talks to.
struct Story {
    env: Environment,
    emulator: Running,
}

impl Story {
    /// The example's drives and manifest.
    fn new(configure: impl FnOnce(Config) -> Config) -> Self {
        let read = |name: &str| std::fs::read_to_string(format!("{EXAMPLE}/{name}")).unwrap();
        let drives = (read("drive.yaml").replace("editor", SECRETS[0].1))
            .replace("handbook-app", SECRETS[1].1)
            .replace("not-a-real-secret", SECRETS[2].1);
        let config = Config::new(Vendor::Dingtalk).seed(drives);
        let env = Environment::new();
        env.write("reshelve.yaml", &read("reshelve.yaml"));
        let emulator = Emulator::start(configure(config)).unwrap();
        Self { env, emulator }
    }

    fn command(&mut self, arguments: &[&str]) -> Command {
        let mut command = self.env.command(arguments);
        command.env("RESHELVE_DINGTALK_ENDPOINT", self.emulator.endpoint());
        for (field, value) in SECRETS {
            command.env(format!("RESHELVE_DINGTALK_{field}"), value);
        }
        command
    }

    /// Runs the program; gives exit code, stdout and stderr in one block.
    fn run(&mut self, arguments: &[&str]) -> String {
        let output = self.command(arguments).output().unwrap();
        self.env.block(arguments, &output)
    }

    fn code(&mut self, arguments: &[&str]) -> i32 {
        let output = self.command(arguments).output().unwrap();
        output.status.code().unwrap()
    }

    /// The calls that changed something, or tried to.
    fn writes(&self) -> Vec<CallRecord> {
        let mut calls = self.emulator.log();
        calls.retain(|call| WRITES.contains(&call.route));
        calls
    }

    /// The calls that changed something under a name that no plan has.
    fn strangers(&self) -> Vec<CallRecord> {
        let mut calls = self.emulator.log();
        calls.retain(|call| call.effect && !WRITES.contains(&call.route));
        calls
    }
}

fn counted(names: impl Iterator<Item = String>) -> BTreeMap<String, u64> {
    let mut counts = BTreeMap::new();
    for name in names {
        *counts.entry(name).or_default() += 1;
    }
    counts
}

/// The calls that a plan lists, by name.
fn planned(plan: &str) -> BTreeMap<String, u64> {
    let plan: Value = serde_json::from_str(plan).unwrap();
    let batches = plan["batches"].as_array().unwrap().iter();
    counted(batches.map(|batch| batch["call"].as_str().unwrap().to_owned()))
}

#[test]
fn a_plan_is_carried_out_call_by_call_and_then_nothing_is_left() {
    let mut story = Story::new(|config| config);
    assert_snapshot!(
        "dingtalk_plan",
        story.run(&["plan", "-v", "--out", "plan.json"])
    );
    assert!(story.writes().is_empty(), "a plan writes nothing");
    assert_snapshot!("dingtalk_apply", story.run(&["apply", "plan.json"]));
    let made = counted(story.writes().into_iter().map(|call| call.route.to_owned()));
    assert_eq!(made, planned(&story.env.read("plan.json")));
    assert_eq!(story.strangers(), []);
    assert_snapshot!("dingtalk_tree", names(&story.emulator.tree()));
    assert_snapshot!("dingtalk_drift", story.run(&["drift"]));
    assert_eq!(story.code(&["plan", "--detailed-exitcode"]), 0);
    assert_eq!(story.code(&["apply", "--yes"]), 0);
}

#[test]
fn what_the_documents_leave_open_changes_no_result() {
    let (mut expected, mut found) = (None, Vec::new());
    for switches in [
        &[][..],
        &[
            "move-id-same-space=change",
            "move-id-cross-space=keep",
            "dates=java",
            "app-properties=array",
            "item-order=shuffled",
            "last-token=empty",
            "short-pages=2",
            "task-length=0",
        ],
        &[
            "auto-rename=spaced",
            "conflict-error=call",
            "folder-size=zero",
            "list-all-root=present",
            "copy-limit=30",
            "missing-source=call",
        ],
    ] {
        let mut story = Story::new(|config| {
            let switch = |config: Config, name: &&str| config.switch(*name);
            switches.iter().fold(config, switch)
        });
        for arguments in [["apply", "--yes"], ["plan", "--detailed-exitcode"]] {
            let output = story.run(&arguments);
            assert!(output.contains("exit code: 0"), "{switches:?}: {output}");
        }
        let tree = names(&story.emulator.tree());
        match &expected {
            None => expected = Some(tree),
            // The one name that the service chooses.
            Some(_) => found.push(tree.replace("2026-01-02 (1).csv", "2026-01-02(1).csv")),
        }
    }
    for tree in found {
        assert_eq!(Some(tree), expected);
    }
}

/// The paths, kinds and sizes of a tree, without ids.
fn names(tree: &str) -> String {
    let rows = tree.lines().map(|line| {
        let mut row: Value = serde_json::from_str(line).unwrap();
        let fields = row.as_object_mut().unwrap();
        fields.retain(|name, _| ["space", "path", "kind", "size"].contains(&name.as_str()));
        row.to_string()
    });
    rows.collect::<Vec<String>>().join("\n")
}

#[test]
fn no_secret_is_seen_at_the_highest_level() {
    let mut story = Story::new(|config| config);
    let mut seen = String::new();
    for arguments in [
        &["plan", "-v", "--out", "plan.json"][..],
        &["apply", "plan.json", "-v"],
        &["drift", "-v"],
        &["state", "list", "-v"],
    ] {
        let mut command = story.command(arguments);
        let output = command.env("RESHELVE_LOG", "trace").output().unwrap();
        seen.push_str(&String::from_utf8_lossy(&output.stdout));
        seen.push_str(&String::from_utf8_lossy(&output.stderr));
    }
    assert!(seen.contains("batchMove"), "there is a log: {seen}");
    let files = everything(&story.env.path(".reshelve")) + &story.env.read("plan.json");
    let token = issued_token(&story.emulator);
    for secret in SECRETS
        .map(|(_, secret)| secret)
        .into_iter()
        .chain([&*token])
    {
        assert!(!seen.contains(secret), "`{secret}` is in the output");
        assert!(!files.contains(secret), "`{secret}` is in a file");
    }
}

/// The token that the service gave to the program: asked for again, it is the same.
fn issued_token(emulator: &Running) -> String {
    let body = serde_json::json!({"appKey": SECRETS[1].1, "appSecret": SECRETS[2].1}).to_string();
    let mut stream = TcpStream::connect(emulator.address()).unwrap();
    write!(
        stream,
        "POST /v1.0/oauth2/accessToken HTTP/1.1\r\nhost: emulator\r\nconnection: close\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    let mut reply = String::new();
    stream.read_to_string(&mut reply).unwrap();
    let (_, body) = reply.split_once("\r\n\r\n").unwrap();
    let body: Value = serde_json::from_str(body).unwrap();
    body["accessToken"].as_str().unwrap().to_owned()
}

/// The content of every file below a folder.
fn everything(folder: &std::path::Path) -> String {
    let mut text = String::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            text.push_str(&everything(&path));
        } else {
            text.push_str(&String::from_utf8_lossy(&std::fs::read(path).unwrap()));
        }
    }
    text
}

#[test]
fn without_credentials_a_command_says_what_is_missing() {
    let mut story = Story::new(|config| config);
    let output = story.env.run(&["plan"]);
    assert_snapshot!("dingtalk_without_credentials", output);
    assert_eq!(story.env.code(&["validate"]), 0, "validate needs none");
    let mut command = story.command(&["plan"]);
    let output = command
        .env("RESHELVE_DINGTALK_APP_SECRET", "wrong-secret")
        .output()
        .unwrap();
    assert_snapshot!("dingtalk_wrong_secret", story.env.block(&["plan"], &output));
    let mut command = story.command(&["plan"]);
    let output = command
        .env("RESHELVE_DINGTALK_ENDPOINT", "http://drives.example")
        .output()
        .unwrap();
    assert_snapshot!(
        "dingtalk_without_encryption",
        story.env.block(&["plan"], &output)
    );
}
