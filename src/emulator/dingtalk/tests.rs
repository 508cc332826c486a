//! Whole calls without HTTP: what is refused on the way to a handler, faults, and the switches
//! that show in replies.

#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use serde_json::{Value, json};

use super::DingTalk;
use crate::emulator::config::{Config, Vendor};
use crate::emulator::exchange::{Fate, Reply, Request, Service};

const NOW: u64 = 1_800_000_000_000;
const SEED: &str = "
credentials: [{app_key: k, app_secret: s, corp_id: corp, union_ids: [me]}]
spaces:
  - id: '1000000001'
    name: A
    made: drive
    folders: [/t]
    files: {/a/x.txt: 1, /p.png: 2}
    entries:
      - {path: /id.txt, id: '77', size: 3, status: EXPIRED, driver: ALIDOC, grants: [guest]}
    generate: {below: /many, folders: 1, files: 9}
";

struct Desk {
    service: DingTalk,
    token: String,
}

impl Desk {
    fn new(config: Config) -> Self {
        let config = config.seed(SEED);
        let mut service = DingTalk::new(&config, "http://there", None, NOW).unwrap();
        let asked = json!({"appKey": "k", "appSecret": "s"});
        let reply = service.answer(&request("POST /v1.0/oauth2/accessToken", &asked), NOW);
        let token = body(&reply)["accessToken"].as_str().unwrap().to_owned();
        Self { service, token }
    }

    fn with(switches: &[&str]) -> Self {
        let config = Config::new(Vendor::Dingtalk);
        Self::new(
            switches
                .iter()
                .fold(config, |config, it| config.switch(*it)),
        )
    }

    /// Makes a call in the name of a person who may do everything.
    fn call(&mut self, what: &str, asked: &Value) -> Reply {
        let mut request = request(what, asked);
        request.query.insert("unionId".to_owned(), "me".to_owned());
        let header = "x-acs-dingtalk-access-token".to_owned();
        request.headers.insert(header, self.token.clone());
        self.service.answer(&request, NOW)
    }

    fn id(&self, path: &str) -> String {
        let tree = self.service.tree();
        let mut lines = tree.lines().map(|line| serde_json::from_str(line).unwrap());
        let found = lines.find(|line: &Value| line["path"] == path);
        found.unwrap()["id"].as_str().unwrap().to_owned()
    }
}

/// A request like `GET /path?a=b`; a body of null is none.
fn request(what: &str, asked: &Value) -> Request {
    let (method, rest) = what.split_once(' ').unwrap();
    let rest = rest.replace("SPACE", "/v1.0/storage/spaces/1000000001");
    let (path, query) = rest.split_once('?').unwrap_or((&rest, ""));
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    let json = ("content-type".to_owned(), "application/json".to_owned());
    Request {
        method: method.to_owned(),
        path: path.to_owned(),
        query: pairs.map(|(a, b)| (a.to_owned(), b.to_owned())).collect(),
        headers: [json].into(),
        body: if asked.is_null() {
            Vec::new()
        } else {
            asked.to_string().into_bytes()
        },
    }
}

fn body(reply: &Reply) -> Value {
    serde_json::from_slice(&reply.body).unwrap_or(Value::Null)
}

fn outcome(reply: &Reply) -> String {
    let body = body(reply);
    format!("{} {}", reply.status, body["code"].as_str().unwrap_or("-"))
}

#[test]
fn calls_are_refused_before_they_reach_the_drive() {
    let list = "GET SPACE/dentries?parentId=0";
    let cases = [
        (list, json!(null), "200 -"),
        ("GET SPACE/dentries", json!(null), "400 MissingparentId"),
        (
            "GET SPACE/dentries?parentId=x",
            json!(null),
            "404 dentryNotExist",
        ),
        (
            "GET SPACE/dentries?parentId=77",
            json!(null),
            "400 paramError.parentId",
        ),
        (
            "GET SPACE/dentries?parentId=0&order=UP",
            json!(null),
            "400 paramError.order",
        ),
        (
            "GET SPACE/dentries?parentId=0&maxResults=0",
            json!(null),
            "400 paramError.maxResults",
        ),
        (
            "GET SPACE/dentries?parentId=0&maxResults=x",
            json!(null),
            "400 paramError.maxResults",
        ),
        (
            "GET SPACE/dentries?parentId=0&withThumbnail=x",
            json!(null),
            "400 paramError.withThumbnail",
        ),
        (
            "GET SPACE/dentries?parentId=0&nextToken=zz",
            json!(null),
            "400 paramError.nextToken",
        ),
        (
            "GET /v1.0/storage/spaces/x",
            json!(null),
            "404 spaceNotExist",
        ),
        (
            "GET /v1.0/storage/nothing",
            json!(null),
            "404 InvalidAction.NotFound",
        ),
        (
            "POST SPACE/dentries/query",
            json!({}),
            "400 MissingdentryIds",
        ),
        (
            "POST SPACE/dentries/query",
            json!({"dentryIds": "77"}),
            "400 paramError.dentryIds",
        ),
        (
            "POST SPACE/dentries/query",
            json!({"dentryIds": [77]}),
            "400 paramError.dentryIds",
        ),
        ("POST SPACE/dentries/query", json!([]), "400 paramError"),
        (
            "POST SPACE/dentries/77/query",
            json!({"option": 7}),
            "400 paramError.option",
        ),
        (
            "POST SPACE/dentries/77/query",
            json!({"option": {"withThumbnail": 1}}),
            "400 paramError.withThumbnail",
        ),
        ("POST SPACE/dentries/77/query", json!(null), "200 -"),
        (
            "POST SPACE/dentries/0/folders",
            json!({}),
            "400 Missingname",
        ),
        (
            "POST SPACE/dentries/0/folders",
            json!({"name": 7}),
            "400 paramError.name",
        ),
        (
            "POST SPACE/dentries/0/folders",
            json!({"name": "n", "option": {"conflictStrategy": 7}}),
            "400 paramError.conflictStrategy",
        ),
        (
            "POST SPACE/dentries/77/copy",
            json!({"targetFolderId": "0"}),
            "400 MissingtargetSpaceId",
        ),
        (
            "POST SPACE/dentries/77/rename",
            json!({}),
            "400 MissingnewName",
        ),
        (
            "POST SPACE/dentries/batchRemove",
            json!({"dentryIds": ["77"], "option": {"toRecycleBin": "yes"}}),
            "400 paramError.toRecycleBin",
        ),
        (
            "DELETE SPACE/dentries/77?toRecycleBin=yes",
            json!(null),
            "400 paramError.toRecycleBin",
        ),
        ("GET /v1.0/storage/tasks/5", json!(null), "404 taskNotExist"),
        (
            "GET /v1.0/storage/recycleBins?recycleBinScope=ORG",
            json!(null),
            "400 MissingscopeId",
        ),
    ];
    for (what, asked, expected) in cases {
        let mut desk = Desk::with(&[]);
        let reply = desk.call(what, &asked);
        assert_eq!(outcome(&reply), expected, "{what} {asked}");
        if reply.status != 200 {
            let body = body(&reply);
            assert!(body["requestid"].is_string() && body["message"].is_string());
            assert!(!desk.service.log().last().unwrap().effect);
        }
    }
}

#[test]
fn tokens_come_from_json_alone() {
    let mut desk = Desk::with(&[]);
    let mut form = request("POST /v1.0/oauth2/accessToken", &json!(null));
    form.headers.clear();
    form.body = b"appKey=k&appSecret=s".to_vec();
    assert_eq!(outcome(&desk.service.answer(&form, NOW)), "400 Missingbody");
    let cases = [
        (
            "accessToken",
            json!({"appKey": "k", "appSecret": "x"}),
            "400 invalidClientIdOrSecret",
        ),
        (
            "accessToken",
            json!({"appKey": "k"}),
            "400 MissingappSecret",
        ),
        (
            "corp/token",
            json!({"client_id": "k", "client_secret": "s", "grant_type": "client_credentials"}),
            "200 -",
        ),
        (
            "corp/token",
            json!({"client_id": "k", "client_secret": "x", "grant_type": "client_credentials"}),
            "400 invalid.client",
        ),
        (
            "other/token",
            json!({"client_id": "k", "client_secret": "s", "grant_type": "client_credentials"}),
            "400 invalid.client",
        ),
        (
            "corp/token",
            json!({"client_id": "k", "client_secret": "s", "grant_type": "code"}),
            "400 unsupported.grant.type",
        ),
    ];
    for (path, asked, expected) in cases {
        let reply = desk.call(&format!("POST /v1.0/oauth2/{path}"), &asked);
        assert_eq!(outcome(&reply), expected, "{path} {asked}");
    }
    // Secrets are in the bodies of these calls, and those are not in the log.
    let log = desk.service.log();
    assert!(log.iter().all(|record| record.body.is_null()), "{log:?}");
}

#[test]
fn a_call_needs_a_token_and_a_person() {
    let mut desk = Desk::with(&[]);
    let what = "GET SPACE?unionId=me";
    let bare = request(what, &json!(null));
    assert_eq!(
        outcome(&desk.service.answer(&bare, NOW)),
        "400 InvalidAuthentication"
    );
    let mut late = bare.clone();
    let header = "x-acs-dingtalk-access-token".to_owned();
    late.headers.insert(header, desk.token.clone());
    assert_eq!(outcome(&desk.service.answer(&late, NOW)), "200 -");
    let ended = desk.service.answer(&late, NOW + 7_200_000);
    assert_eq!(outcome(&ended), "400 InvalidAuthentication");
    late.query.clear();
    assert_eq!(
        outcome(&desk.service.answer(&late, NOW)),
        "400 MissingunionId"
    );
}

#[test]
fn rates_and_budgets_hold_for_each_route() {
    let config = Config::new(Vendor::Dingtalk)
        .calls_per_second(2)
        .switch("monthly-calls=5");
    let mut desk = Desk::new(config);
    let qps = "403 Forbidden.AccessDenied.QpsLimitForAppkeyAndApi";
    let spent = "403 Forbidden.AccessDenied.ApiCountLimitForOrg";
    let calls = [
        ("GET SPACE", "200 -"),
        ("GET SPACE", "200 -"),
        ("GET SPACE", qps),
        ("GET SPACE/dentries?parentId=0", "200 -"),
        ("GET SPACE/dentries?parentId=0", "200 -"),
        ("POST SPACE/dentries/0/query", "200 -"),
        ("POST SPACE/dentries/0/query", spent),
    ];
    for (what, expected) in calls {
        assert_eq!(outcome(&desk.call(what, &json!(null))), expected, "{what}");
    }
}

#[test]
fn faults_come_before_or_after_the_effect() {
    // Kind, what comes back, whether the folder is made.
    let cases = [
        (
            "kind: qps",
            "403 Forbidden.AccessDenied.QpsLimitForAppkeyAndApi",
            false,
        ),
        ("kind: concurrent", "400 operationConcurrentControl", false),
        ("kind: timeout-before", "503 operationTimeout", false),
        ("kind: timeout-after", "503 operationTimeout", true),
        ("kind: system-error-before", "500 systemError", false),
        ("kind: system-error-after", "500 systemError", true),
        ("kind: ban-html", "200 -", false),
        ("kind: ban-json", "200 -", false),
        ("kind: token-expiry", "400 InvalidAuthentication", false),
        ("kind: slow, milliseconds: 70", "200 -", true),
        (
            "kind: refuse, code: oddCode, status: 418",
            "418 oddCode",
            false,
        ),
        (
            "kind: reply, status: 200, body: '{\"code\": \"x\"}'",
            "200 x",
            false,
        ),
    ];
    for (kind, expected, effect) in cases {
        let rule = format!("rules: [{{route: addFolder, nth: 2, {kind}}}]");
        let mut desk = Desk::new(Config::new(Vendor::Dingtalk).faults(rule));
        let mut make = |name: &str| {
            let made = desk.call("POST SPACE/dentries/0/folders", &json!({"name": name}));
            (outcome(&made), made.delay.as_millis(), desk.service.tree())
        };
        assert_eq!(make("first").0, "200 -");
        let (ended, delay, tree) = make("second");
        assert_eq!(ended, expected, "{kind}");
        assert_eq!(delay, if kind.contains("slow") { 70 } else { 0 });
        assert_eq!(tree.contains("/second"), effect, "{kind}");
        let record = desk.service.log().last().unwrap();
        assert_eq!(record.effect, effect, "{kind}");
        assert!(record.fault.is_some_and(|name| kind.contains(name)));
    }
    for (kind, effect) in [("cut-before", false), ("cut-after", true)] {
        let rule = format!("rules: [{{route: '*', nth: 1, kind: {kind}}}]");
        let mut desk = Desk::with(&[]);
        desk.service.set_faults(&rule).unwrap();
        let made = desk.call("POST SPACE/dentries/0/folders", &json!({"name": "n"}));
        assert_eq!(made.fate, Fate::Cut);
        assert_eq!(desk.service.tree().contains("\"/n\""), effect);
        assert_eq!(desk.service.log().last().unwrap().status, 0);
    }
}

#[test]
fn ban_pages_look_like_no_error_of_the_api() {
    let rules =
        "rules: [{route: '*', nth: 1, kind: ban-html}, {route: '*', nth: 2, kind: ban-json}]";
    let mut desk = Desk::with(&[]);
    desk.service.set_faults(rules).unwrap();
    let page = desk.call("GET SPACE", &json!(null));
    assert_eq!(page.content_type, "text/html");
    assert!(page.body.starts_with(b"<!DOCTYPE html>"));
    let object = body(&desk.call("GET SPACE", &json!(null)));
    assert_eq!(
        (&object["status"], &object["punish"]),
        (&json!(1111), &json!("deny"))
    );
}

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
