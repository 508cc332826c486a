//! What is refused on the way to a handler, and faults that were asked for.
#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use serde_json::json;

use super::desk::{Desk, NOW, body, outcome, request};
use crate::emulator::config::{Config, Vendor};
use crate::emulator::exchange::{Fate, Service};

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
