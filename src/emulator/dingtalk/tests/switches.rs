//! The switches that show in replies, and what is kept from run to run.
#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use serde_json::{Value, json};

use super::desk::{Desk, NOW, body, outcome, request};
use crate::emulator::config::{Config, Vendor};
use crate::emulator::dingtalk::DingTalk;
use crate::emulator::exchange::Service;

#[test]
fn switches_show_in_replies() {
    // Switches, call, where to look, what is there.
    let file = "POST SPACE/dentries/77/query";
    let folder = "GET SPACE/dentries?parentId=0&orderBy=NAME&order=ASC&maxResults=3";
    let cases = [
        (
            "",
            file,
            "/dentry/createTime",
            json!("2027-01-15T08:00:00Z"),
        ),
        (
            "dates=iso-minutes",
            file,
            "/dentry/createTime",
            json!("2027-01-15T08:00Z"),
        ),
        (
            "dates=java",
            file,
            "/dentry/createTime",
            json!("Fri Jan 15 16:00:00 CST 2027"),
        ),
        ("", file, "/dentry/status", json!("EXPIRED")),
        ("", file, "/dentry/storageDriver", json!("ALIDOC")),
        ("", folder, "/dentries/0/name", json!("a")),
        ("", folder, "/dentries/0/size", json!(null)),
        ("folder-size=zero", folder, "/dentries/0/size", json!(0)),
        (
            "",
            "GET SPACE/dentries?parentId=77",
            "/code",
            json!("paramError.parentId"),
        ),
        (
            "list-over-limit=500",
            "GET SPACE/dentries?parentId=0&maxResults=51",
            "/code",
            json!("systemError"),
        ),
        (
            "",
            "POST SPACE/dentries/listAll",
            "/dentries/0/parentId",
            json!("0"),
        ),
        (
            "list-all-root=present",
            "POST SPACE/dentries/listAll",
            "/dentries/0/id",
            json!("0"),
        ),
        (
            "",
            "GET SPACE/dentries?parentId=0",
            "/nextToken",
            json!(null),
        ),
        (
            "last-token=empty",
            "GET SPACE/dentries?parentId=0",
            "/nextToken",
            json!(""),
        ),
        ("short-pages=1", folder, "/dentries/1/name", json!(null)),
        ("short-pages=2", folder, "/dentries/1/name", json!("id.txt")),
    ];
    for (switches, what, pointer, expected) in cases {
        let switches: Vec<&str> = switches.split_whitespace().collect();
        let reply = Desk::with(&switches).call(what, &json!(null));
        let found = body(&reply).pointer(pointer).cloned().unwrap_or_default();
        assert_eq!(found, expected, "{switches:?} {what} {pointer}");
    }
}

#[test]
fn properties_are_a_map_or_an_array_and_private_ones_stay_with_their_app() {
    let put = json!({"appProperties": [{"name": "n", "value": "v", "visibility": "PRIVATE"}]});
    let written = json!([{"name": "n", "value": "v", "visibility": "PRIVATE"}]);
    for (switch, expected) in [
        ("app-properties=map", json!({"k": written})),
        ("app-properties=array", written.clone()),
    ] {
        let mut desk = Desk::with(&[switch]);
        desk.call("PUT SPACE/dentries/77/appProperties", &put);
        let seen = body(&desk.call("POST SPACE/dentries/77/query", &json!(null)));
        assert_eq!(seen["dentry"]["appProperties"], expected);
        let other = "credentials: [{app_key: o, app_secret: s, union_ids: [me]}]";
        desk.service.plant(other, NOW).unwrap();
        let asked = json!({"appKey": "o", "appSecret": "s"});
        let token = desk.call("POST /v1.0/oauth2/accessToken", &asked);
        desk.token = body(&token)["accessToken"].as_str().unwrap().to_owned();
        let seen = body(&desk.call("POST SPACE/dentries/77/query", &json!(null)));
        assert_eq!(seen["dentry"].get("appProperties"), None);
    }
}

#[test]
fn lists_can_lag_behind_writes() {
    let mut desk = Desk::with(&["list-delay-calls=2"]);
    desk.call(
        "POST SPACE/dentries/77/rename",
        &json!({"newName": "new.txt"}),
    );
    let mut sees = |what: &str, asked: Value| {
        let reply = desk.call(what, &asked);
        String::from_utf8_lossy(&reply.body).contains("new.txt")
    };
    assert!(sees("POST SPACE/dentries/77/query", json!(null)));
    assert!(!sees("GET SPACE/dentries?parentId=0", json!(null)));
    assert!(!sees("POST SPACE/dentries/listAll", json!({})));
    assert!(sees("GET SPACE/dentries?parentId=0", json!(null)));
}

#[test]
fn pages_hold_while_entries_are_modified() {
    // The file that has been shown is modified: it comes twice in rising order of time. One that
    // has not is missed in falling order.
    for (order, changed, expected) in [("ASC", 0, 10), ("DESC", 7, 8)] {
        let mut desk = Desk::with(&[]);
        let folder = desk.id("/many/Folder 00001");
        let base = format!("GET SPACE/dentries?parentId={folder}&maxResults=3&order={order}");
        let mut page = body(&desk.call(&base, &json!(null)));
        let before = body(&desk.call(
            &format!("GET SPACE/dentries?parentId={folder}&order={order}"),
            &json!(null),
        ));
        let id = before["dentries"][changed]["id"]
            .as_str()
            .unwrap()
            .to_owned();
        let mut rename = request(
            &format!("POST SPACE/dentries/{id}/rename"),
            &json!({"newName": "z"}),
        );
        rename.query.insert("unionId".to_owned(), "me".to_owned());
        let header = "x-acs-dingtalk-access-token".to_owned();
        rename.headers.insert(header, desk.token.clone());
        desk.service.answer(&rename, NOW + 5000);
        let mut seen = 3;
        while let Some(token) = page["nextToken"].as_str() {
            page = body(&desk.call(&format!("{base}&nextToken={token}"), &json!(null)));
            seen += page["dentries"].as_array().unwrap().len();
        }
        assert_eq!(seen, expected, "{order}");
    }
}

#[test]
fn each_move_has_its_own_spelling_for_the_rights_it_keeps() {
    let target = json!({"targetSpaceId": "1000000001", "dentryIds": ["77"]});
    let cases = [
        ("batchMove", "preservePermissions", true),
        ("batchMove", "presevePermissions", false),
        ("77/move", "presevePermissions", true),
        ("77/move", "preservePermissions", false),
    ];
    for (path, field, kept) in cases {
        let mut desk = Desk::with(&[]);
        let mut asked = target.clone();
        asked["targetFolderId"] = json!(desk.id("/t"));
        asked["option"] = json!({field: true});
        let reply = desk.call(&format!("POST SPACE/dentries/{path}"), &asked);
        assert_eq!(reply.status, 200);
        let tree = desk.service.tree();
        let line = tree
            .lines()
            .find(|line| line.contains("/t/id.txt"))
            .unwrap();
        assert_eq!(line.contains("guest"), kept, "{path} {field}");
    }
}

#[test]
fn a_batch_can_be_refused_as_a_whole() {
    let cases = [
        ("", "[\"77\", \"5\"]", "AUTO_RENAME", "200 -"),
        (
            "missing-source=call",
            "[\"77\", \"5\"]",
            "AUTO_RENAME",
            "404 dentryNotExist",
        ),
        ("", "[\"77\"]", "RETURN_ERROR_IF_EXISTS", "200 -"),
        (
            "conflict-error=call",
            "[\"77\"]",
            "RETURN_ERROR_IF_EXISTS",
            "400 dentryAlreadyExist",
        ),
    ];
    for (switch, ids, strategy, expected) in cases {
        let mut desk = Desk::with(&switch.split_whitespace().collect::<Vec<_>>());
        let before = desk.service.tree();
        let ids: Value = serde_json::from_str(ids).unwrap();
        let asked = json!({
            "targetSpaceId": "1000000001",
            "targetFolderId": "0",
            "dentryIds": ids,
            "option": {"conflictStrategy": strategy},
        });
        let reply = desk.call("POST SPACE/dentries/batchCopy", &asked);
        assert_eq!(outcome(&reply), expected, "{switch} {strategy}");
        if reply.status != 200 {
            assert_eq!(desk.service.tree(), before);
        }
    }
    for (switch, expected) in [
        ("into-itself=call", "400 paramError.targetFolderId"),
        ("into-itself=item", "200 -"),
    ] {
        let mut desk = Desk::with(&[switch]);
        let folder = desk.id("/a");
        let asked = json!({
            "targetSpaceId": "1000000001",
            "targetFolderId": folder,
            "dentryIds": [folder],
        });
        let reply = desk.call("POST SPACE/dentries/batchMove", &asked);
        assert_eq!(outcome(&reply), expected);
    }
}

#[test]
fn what_is_kept_goes_on_where_it_was() {
    let mut desk = Desk::with(&["task-length=9"]);
    let folder = desk.id("/a");
    let asked = json!({
        "targetSpaceId": "1000000001",
        "targetFolderId": desk.id("/t"),
        "dentryIds": [folder],
    });
    let reply = body(&desk.call("POST SPACE/dentries/batchCopy", &asked));
    let task = reply["resultItems"][0]["taskId"].as_str().unwrap();
    let kept = desk.service.unsaved().unwrap();
    assert_eq!(desk.service.unsaved(), None);
    let config = Config::new(Vendor::Dingtalk);
    let again = DingTalk::new(&config, "http://there", Some(&kept), NOW).unwrap();
    assert_eq!(again.tree(), desk.service.tree());
    let mut desk = Desk {
        service: again,
        token: desk.token,
    };
    for _ in 0..3 {
        desk.call(&format!("GET /v1.0/storage/tasks/{task}"), &json!(null));
    }
    let ended = body(&desk.call(&format!("GET /v1.0/storage/tasks/{task}"), &json!(null)));
    assert_eq!(ended["task"]["status"], "SUCCESS");
    assert!(desk.service.tree().contains("/t/a/x.txt"));
    assert!(DingTalk::new(&config, "http://there", Some(b"{}"), NOW).is_err());
}
