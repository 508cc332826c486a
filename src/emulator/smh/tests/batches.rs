//! The three batch calls and their tasks.

use serde_json::{Value, json};

use super::stage::{SEED, Stage};

const SAMPLE: &str = r#"[{"copyFromSpaceId":"a","copyFrom": "bar","to": "foo/bar"},{"copyFrom": "foo/1.jpg","to": "bar/1.jpg"},{"copyFrom": "foo/2.jpg","to": "bar/2.jpg","conflictResolutionStrategy": "overwrite"}]"#;

fn sample_result() -> Value {
    json!([
        {"status": 204, "copyFrom": "bar", "to": ["foo", "bar"]},
        {
            "status": 200,
            "path": ["bar", "1 (1).jpg"],
            "copyFrom": ["foo", "1.jpg"],
            "to": ["bar", "1.jpg"],
        },
        {"status": 204, "copyFrom": ["foo", "2.jpg"], "to": ["bar", "2.jpg"]},
    ])
}

#[test]
fn the_documented_sample_gives_the_documented_reply() {
    let mut stage = Stage::new(SEED);
    let reply = stage.ask("POST", "batch/many/b?copy&user_id=u", SAMPLE);
    let body: Value = serde_json::from_slice(&reply.body).unwrap();
    assert_eq!(reply.status, 200);
    assert_eq!(body, json!({"result": sample_result()}));
    stage.play(
        "= many/b /bar/ /bar/1_(1).jpg /bar/1.jpg /bar/2.jpg /foo/ /foo/1.jpg /foo/2.jpg /foo/bar/ /foo/bar/x.txt",
    );
}

#[test]
fn the_documented_sample_as_a_task_gives_the_documented_task() {
    let mut stage = Stage::new(SEED);
    stage.play("~ async-items=2");
    let reply = stage.ask("POST", "batch/many/b?copy", SAMPLE);
    let body: Value = serde_json::from_slice(&reply.body).unwrap();
    assert_eq!((reply.status, body), (202, json!({"taskId": 1})));
    let mut poll = || {
        let reply = stage.ask("GET", "task/many/b/1", "");
        serde_json::from_slice::<Value>(&reply.body).unwrap()
    };
    assert_eq!(poll(), json!([{"taskId": 1, "status": 202}]));
    assert_eq!(poll(), json!([{"taskId": 1, "status": 202}]));
    let done = json!([{"taskId": 1, "status": 200, "result": sample_result()}]);
    assert_eq!(poll(), done);
    assert_eq!(poll(), done);
}

#[test]
fn every_status_of_an_item_comes_back() {
    Stage::new(SEED).play(
        r#"
        POST batch/one/-?copy= [{"copyFrom": "foo", "to": "bar"}, {"copyFrom": "none", "to": "x"}, {"copyFrom": "foo", "to": "foo/in"}, {"copyFrom": "foo", "to": "bar", "conflictResolutionStrategy": "overwrite"}]
        < 207 {"result": [{"status": 409, "code": "SameNameDirectoryOrFileExists", "path": "@absent", "copyFrom": "foo", "to": ["bar"]}, {"status": 404, "code": "SourcePathNotFound"}, {"status": 400, "code": "SourceDirectoryIsParentOfDestination"}, {"status": 409}]}
        POST batch/one/-?copy=1 [{"copyFrom": "foo", "to": "new/deep", "conflictResolutionStrategy": "ask"}, {"copyFrom": "foo", "to": "bar", "conflictResolutionStrategy": "rename"}, {"copyFrom": "foo/1.jpg", "to": "nowhere/1.jpg"}]
        < 207 {"result": [{"status": 204, "path": "@absent", "code": "@absent"}, {"status": 200, "path": ["bar (1)"]}, {"status": 404, "code": "DirectoryNotFound"}]}
        POST batch/one/-?move [{"from": "foo/1.jpg", "to": "bar/1.jpg"}, {"from": "foo/2.jpg", "to": "bar/2.jpg", "conflictResolutionStrategy": "overwrite", "moveAuthority": false}, {"from": "empty", "to": "foo/empty"}]
        < 200 {"result": [{"status": 200, "path": ["bar", "1 (1).jpg"], "from": ["foo", "1.jpg"], "to": ["bar", "1.jpg"]}, {"status": 204, "path": "@absent", "from": ["foo", "2.jpg"]}, {"status": 204, "from": ["empty"], "to": ["foo", "empty"]}]}
        POST batch/one/-?delete [{"path": "foo"}, {"path": "bar/1.jpg", "permanent": true}, {"path": "bar/2.jpg", "permanent": 1}, {"path": "none", "permanent": "0"}]
        < 207 {"result": [{"status": 200, "recycledItemId": 1, "path": ["foo"]}, {"status": 204, "path": ["bar", "1.jpg"], "recycledItemId": "@absent"}, {"status": 204}, {"status": 404, "code": "PathNotFound"}]}
        = one/- /bar_(1)/ /bar_(1)/1.jpg /bar_(1)/2.jpg /bar/ /bar/1_(1).jpg /new/ /new/deep/ /new/deep/1.jpg /new/deep/2.jpg
        "#,
    );
}

#[test]
fn a_batch_that_is_none_is_refused_as_a_whole() {
    let mut stage = Stage::new(SEED);
    stage.play(
        r#"
        POST batch/one/-?copy []
        < 400 {"code": "ParamInvalid"}
        POST batch/one/-?copy {"copyFrom": "foo", "to": "x"}
        < 400 {"code": "ParamInvalid"}
        POST batch/one/-?copy [{"to": "x"}]
        < 400 {"code": "ParamInvalid"}
        POST batch/one/-?copy [{"copyFrom": "foo", "to": "x", "conflictResolutionStrategy": "merge"}]
        < 400 {"code": "InvalidConflictResolutionStrategy"}
        POST batch/one/-?copy [{"copyFrom": "foo", "to": "x", "copyFromSpaceId": "-"}]
        < 400 {"code": "ParamInvalid"}
        ~ same-space=accept
        POST batch/one/-?copy [{"copyFrom": "foo", "to": "x", "copyFromSpaceId": "-"}]
        < 200
        POST batch/one/-?copy [{"copyFrom": "foo/../bar", "to": "y"}]
        < 400 {"code": "InvalidSourcePath"}
        POST batch/one/-?copy [{"copyFrom": "foo", "to": "a//b"}]
        < 400 {"code": "InvalidDestinationPath"}
        POST batch/one/-?delete [{"path": "foo", "permanent": "perhaps"}]
        < 400 {"code": "ParamInvalid"}
        POST batch/one/- [{"path": "foo"}]
        < 404
        "#,
    );
    for (items, status) in [(1000, 202), (1001, 400)] {
        let item = r#"{"copyFrom": "foo/1.jpg", "to": "bar/n.jpg"}"#;
        let body = format!("[{}]", vec![item; items].join(","));
        let reply = stage.ask("POST", "batch/one/-?copy", &body);
        assert_eq!(reply.status, status, "{items}");
    }
}

#[test]
fn switches_change_what_a_batch_says_and_does() {
    Stage::new(SEED).play(
        r#"
        ~ copy-echo=array
        ~ item-status=text
        POST batch/one/-?copy [{"copyFrom": "foo", "to": "a"}]
        < 200 {"result": [{"status": "204", "copyFrom": ["foo"], "to": ["a"]}]}
        ~ item-status=number
        ~ item-error=bare
        ~ item-order=reversed
        POST batch/one/-?move [{"from": "none", "to": "b"}, {"from": "a", "to": "b"}]
        < 207 {"result": [{"status": 204, "from": ["a"]}, {"status": 404, "code": "@absent", "message": "@absent", "from": ["none"]}]}
        ~ item-error=told
        ~ batch-missing=file
        POST batch/one/-?copy [{"copyFrom": "none", "to": "a"}]
        < 207 {"result": [{"status": 404, "code": "SourceFileNotFound"}]}
        ~ batch-parents=create
        POST batch/one/-?copy [{"copyFrom": "foo/1.jpg", "to": "p/q/1.jpg"}]
        < 200 {"result": [{"status": 200, "path": ["p", "q", "1.jpg"]}]}
        ~ batch-parents=refuse
        POST batch/one/-?copy [{"copyFrom": "foo", "to": "r/s"}]
        < 207 {"result": [{"status": 404, "code": "DirectoryNotFound"}]}
        ~ overwrite-directory=invalid
        POST batch/one/-?copy [{"copyFrom": "foo", "to": "free", "conflictResolutionStrategy": "overwrite"}]
        < 207 {"result": [{"status": 400, "code": "InvalidConflictResolutionStrategy"}]}
        ~ overwrite-directory=ask
        POST batch/one/-?copy [{"copyFrom": "foo", "to": "free", "conflictResolutionStrategy": "overwrite"}]
        < 200 {"result": [{"status": 204}]}
        "#,
    );
}

#[test]
fn entries_move_between_the_spaces_of_a_library() {
    Stage::new(SEED).play(
        r#"
        POST batch/many/b?move [{"fromSpaceId": "a", "from": "bar", "to": "got"}, {"fromSpaceId": "a", "from": "top.txt", "to": "foo/top.txt", "conflictResolutionStrategy": "ask"}, {"fromSpaceId": "none", "from": "x", "to": "y"}]
        < 207 {"result": [{"status": 204, "from": ["bar"], "to": ["got"]}, {"status": 204}, {"status": 404, "code": "SpaceNotFound"}]}
        = many/a
        = many/b /bar/ /bar/1.jpg /bar/2.jpg /foo/ /foo/1.jpg /foo/2.jpg /foo/top.txt /got/ /got/x.txt
        "#,
    );
}

#[test]
fn moves_keep_what_an_entry_is_and_copies_keep_what_is_in_it() {
    let mut stage = Stage::new(SEED);
    let info = |stage: &mut Stage, path: &str| {
        let reply = stage.ask(
            "GET",
            &format!("directory/many/{path}?info&with_inode=1"),
            "",
        );
        let body: Value = serde_json::from_slice(&reply.body).unwrap();
        (
            body["inode"].clone(),
            body["crc64"].clone(),
            body["eTag"].clone(),
        )
    };
    let before = info(&mut stage, "a/top.txt");
    stage.play(
        r#"
        POST batch/many/a?move [{"from": "top.txt", "to": "bar/renamed.txt"}]
        < 200
        POST batch/many/b?move [{"fromSpaceId": "a", "from": "bar", "to": "arrived"}]
        < 200
        POST batch/many/b?copy [{"copyFrom": "arrived/renamed.txt", "to": "copy.txt"}]
        < 200
        "#,
    );
    assert_eq!(info(&mut stage, "b/arrived/renamed.txt"), before);
    let copy = info(&mut stage, "b/copy.txt");
    assert_eq!(copy.1, before.1);
    assert_ne!(copy.0, before.0);
    assert_ne!(copy.2, before.2);
    stage.play("~ copy-tag=keep");
    stage.play("POST batch/many/b?copy [{\"copyFrom\": \"copy.txt\", \"to\": \"again.txt\"}]");
    assert_eq!(info(&mut stage, "b/again.txt").2, copy.2);
    stage.play("~ move-inode=change");
    stage.play("POST batch/many/a?move [{\"fromSpaceId\": \"b\", \"from\": \"copy.txt\", \"to\": \"c.txt\"}]");
    assert_ne!(info(&mut stage, "a/c.txt").0, copy.0);
}

#[test]
fn a_thousand_moves_are_one_task() {
    let seed = "
libraries: [{id: one, spaces: [{folders: [/to], generate: {below: '', folders: 1, files: 1000}}]}]
tokens: [{token: root, library: one, grants: [admin]}]";
    let mut stage = Stage::new(seed);
    let item = |file: usize| {
        json!({
            "from": format!("Folder 00001/File {file:05}.txt"),
            "to": format!("to/{file}.txt"),
            "conflictResolutionStrategy": "ask",
        })
    };
    let items: Vec<Value> = (1..=1000).map(item).collect();
    let reply = stage.ask("POST", "batch/one/-?move", &json!(items).to_string());
    assert_eq!(reply.status, 202);
    stage.play(
        r#"
        GET task/one/-/1
        < 200 [{"status": 202, "result": "@absent"}]
        GET directory/one/-/to
        < 200 {"fileCount": 666}
        GET directory/one/-/to
        < 200 {"fileCount": 1000}
        GET directory/one/-/Folder%2000001
        < 200 {"fileCount": 0}
        "#,
    );
}
