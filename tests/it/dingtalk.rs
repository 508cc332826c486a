//! The program over DingTalk storage, which the emulator stands in for: three spaces, every verb,
//! every word for conflicts.

use std::io::{Read, Write};
use std::net::TcpStream;

use insta::assert_snapshot;
use reshelve::emulator::{Config, Running, Vendor};
use serde_json::Value;

use super::service::{Story, counted, everything, names, planned};

const EXAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/dingtalk");
/// Credentials that must not be seen anywhere.
pub(crate) const SECRETS: [(&str, &str); 3] = [
    ("UNION_ID", "marker-person-51f0"),
    ("APP_KEY", "marker-key-51f1"),
    ("APP_SECRET", "marker-secret-51f2"),
];
/// The calls that change something.
pub(crate) const WRITES: [&str; 5] = [
    "addFolder",
    "batchCopy",
    "batchMove",
    "batchRemove",
    "rename",
];

/// The example's drives and manifest.
pub(crate) fn story(configure: impl FnOnce(Config) -> Config) -> Story {
    let read = |name: &str| std::fs::read_to_string(format!("{EXAMPLE}/{name}")).unwrap();
    let drives = (read("drive.yaml").replace("editor", SECRETS[0].1))
        .replace("handbook-app", SECRETS[1].1)
        .replace("not-a-real-secret", SECRETS[2].1);
    let config = configure(Config::new(Vendor::Dingtalk).seed(drives));
    Story::new(&read("reshelve.yaml"), config, "DINGTALK", &SECRETS)
}

#[test]
fn a_plan_is_carried_out_call_by_call_and_then_nothing_is_left() {
    let mut story = story(|config| config);
    assert_snapshot!(
        "dingtalk_plan",
        story.run(&["plan", "-v", "--out", "plan.json"])
    );
    assert_eq!(story.calls(&WRITES), [], "a plan writes nothing");
    assert_snapshot!("dingtalk_apply", story.run(&["apply", "plan.json"]));
    let made = counted(story.calls(&WRITES).iter().map(|call| call.route));
    assert_eq!(made, planned(&story.env.read("plan.json")));
    assert_eq!(story.strangers(&WRITES), []);
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
        let mut story = story(|config| {
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

#[test]
fn no_secret_is_seen_at_the_highest_level() {
    let mut story = story(|config| config);
    let mut seen = String::new();
    for arguments in [
        &["plan", "-v", "--out", "plan.json"][..],
        &["apply", "plan.json", "-v"],
        &["drift", "-v"],
        &["state", "list", "-v"],
    ] {
        seen.push_str(&story.overheard(arguments));
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

#[test]
fn without_credentials_a_command_says_what_is_missing() {
    let mut story = story(|config| config);
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
