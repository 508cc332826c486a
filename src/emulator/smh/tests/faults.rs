//! Faults: what comes back, and whether the call was done.

use crate::emulator::exchange::Service;

use super::stage::{SEED, Stage};

#[test]
fn replies_are_hidden_refused_and_cut() {
    let cases = [
        ("too-many-requests", "429", "before"),
        ("error-before", "500", "before"),
        ("error-after", "500", "after"),
        ("unavailable-before", "503", "before"),
        ("unavailable-after", "503", "after"),
        ("timeout-before", "504", "before"),
        ("timeout-after", "504", "after"),
        ("html-before", "502", "before"),
        ("cut-before", "cut", "before"),
        ("cut-after", "cut", "after"),
        ("token-expiry", "403", "before"),
        ("slow, milliseconds: 20", "200", "after"),
        ("refuse, code: Odd, status: 418", "418", "before"),
        ("reply, status: 200, body: '[7'", "200", "before"),
    ];
    for (kind, status, done) in cases {
        let mut stage = Stage::new(SEED);
        stage.play(&format!(
            "! {{route: batchMove, nth: 1, kind: {kind}}}\n\
             POST batch/one/-?move [{{\"from\": \"foo\", \"to\": \"moved\"}}]\n\
             < {status}"
        ));
        let moved = stage.service.tree().contains("\"/moved\"");
        assert_eq!(moved, done == "after", "{kind}");
        let call = &stage.service.log()[0];
        assert_eq!(call.effect, moved, "{kind}");
        assert_eq!(call.fault, kind.split(',').next());
    }
}

#[test]
fn chosen_items_fail() {
    Stage::new(SEED).play(
        r#"
        ! {route: batchMove, every: 1, kind: {fail-items: [1, 3]}}
        POST batch/one/-?move [{"from": "foo", "to": "a"}, {"from": "bar", "to": "b"}, {"from": "empty", "to": "c"}]
        < 207 {"result": [{"status": 500, "code": "InternalServerError", "from": ["foo"]}, {"status": 204}, {"status": 500}]}
        ~ async-items=1
        POST batch/one/-?move [{"from": "foo", "to": "a"}, {"from": "b", "to": "d"}]
        < 202 {"taskId": 1}
        = one/- /b/ /b/1.jpg /b/2.jpg /empty/ /foo/ /foo/1.jpg /foo/2.jpg
        GET task/one/-/1
        GET task/one/-/1
        GET task/one/-/1
        < 200 [{"status": 207, "result": [{"status": 500}, {"status": 204}]}]
        "#,
    );
}

#[test]
fn somebody_else_is_quicker() {
    Stage::new(SEED).play(
        r#"
        ! {route: moveFile, nth: 1, kind: {created-first: {space: "-", path: /bar/x.jpg}}}
        PUT file/one/-/bar/x.jpg?conflict_resolution_strategy=ask {"from": "foo/1.jpg"}
        < 409
        ! {route: moveFile, nth: 1, kind: {removed-first: {space: "-", path: /foo/1.jpg}}}
        PUT file/one/-/bar/y.jpg {"from": "foo/1.jpg"}
        < 404 {"code": "SourceFileNotFound"}
        GET recycled/one/-
        < 200 {"totalNum": 0}
        ! {route: moveFile, nth: 1, kind: {rewritten-first: {space: "-", path: /foo/2.jpg}}}
        PUT file/one/-/bar/y.jpg {"from": "foo/2.jpg"}
        < 200
        GET directory/one/-/bar/y.jpg?info
        < 200 {"size": "23"}
        ! {route: list, nth: 1, kind: {renamed-first: {space: "-", path: /bar, to: /baz}}}
        GET directory/one/-/bar
        < 404
        "#,
    );
}

#[test]
fn a_rate_that_is_asked_for_is_kept() {
    use crate::emulator::config::{Config, Vendor};
    use crate::emulator::exchange::Request;
    use crate::emulator::smh::Smh;

    let list = Request {
        method: "GET".to_owned(),
        path: "/api/v1/directory/smhsample/-".to_owned(),
        query: [("access_token".to_owned(), "sample-token".to_owned())].into(),
        ..Request::default()
    };
    let statuses = |config: Config| {
        let mut service = Smh::new(&config, "http://127.0.0.1:1", None, 0).unwrap();
        let mut asked = |now| service.answer(&list, now).status;
        [asked(0), asked(1), asked(2), asked(1002)]
    };
    let config = Config::new(Vendor::Smh);
    assert_eq!(statuses(config.clone()), [200, 200, 200, 200]);
    let limited = config.calls_per_second(2);
    assert_eq!(statuses(limited), [200, 200, 429, 200]);
}

#[test]
fn a_run_goes_on_from_its_state() {
    use crate::emulator::config::{Config, Vendor};
    use crate::emulator::smh::Smh;

    let mut stage = Stage::new(SEED);
    stage.play("~ async-items=1");
    stage.play(r#"POST batch/one/-?delete [{"path": "foo"}, {"path": "bar"}]"#);
    let bytes = stage.service.unsaved().unwrap();
    assert!(stage.service.unsaved().is_none());
    stage.play("GET directory/one/-/empty\n< 200");
    let config = Config::new(Vendor::Smh);
    stage.service = Smh::new(&config, "http://127.0.0.1:1", Some(&bytes), stage.now).unwrap();
    stage.play(
        r#"
        GET task/one/-/1
        GET task/one/-/1
        GET task/one/-/1
        < 200 [{"taskId": 1, "status": 200}]
        = one/- /empty/
        "#,
    );
    let broken = Smh::new(&config, "", Some(b"{}"), 0);
    assert!(broken.is_err());
}
