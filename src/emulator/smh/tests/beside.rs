//! The recycle bin, uploads, earlier versions, spaces and quotas.

use serde_json::Value;

use super::stage::{SEED, Stage};

#[test]
fn what_was_deleted_comes_back() {
    Stage::new(SEED).play(
        r#"
        DELETE file/one/-/foo/1.jpg
        DELETE directory/one/-/bar
        < 200 {"recycledItemId": 2}
        GET recycled/one/-
        < 200 {"totalNum": 2, "contents": [{"recycledItemId": 1, "name": "1.jpg", "originalPath": ["foo", "1.jpg"], "type": "file", "size": "11", "remainingTime": 30, "removalTime": "2026-01-07T09:00:00.000Z"}, {"recycledItemId": 2, "type": "dir", "size": "77"}]}
        "#,
    );
    Stage::new(SEED).play(
        r#"
        DELETE file/one/-/foo/1.jpg
        DELETE directory/one/-/bar
        + 86399999
        GET recycled/one/-?order_by=name&order_by_type=desc
        < 200 {"contents": [{"name": "bar", "remainingTime": 30}, {"name": "1.jpg"}]}
        GET recycled/one/-?limit=1
        < 200 {"nextMarker": 1, "contents": [{"recycledItemId": 1}]}
        GET recycled/one/-?order_by=colour
        < 400 {"code": "OrderByNotAllowed"}
        GET recycled/one/-/2?info
        < 200 {"originalPath": ["bar"]}
        POST recycled/one/-/1?restore
        < 200 {"path": ["foo", "1.jpg"]}
        POST recycled/one/-/1?restore
        < 404 {"code": "RecycledItemNotFound"}
        PUT directory/one/-/bar
        < 201
        POST recycled/one/-/2?restore
        < 409 {"code": "SameNameDirectoryOrFileExists"}
        POST recycled/one/-?restore [2, 99]
        < 207 {"result": [{"status": 200, "path": ["bar (1)"], "recycledItemId": 2}, {"status": 404, "code": "RecycledItemNotFound", "message": "Recycled item not found.", "recycledItemId": 99}]}
        = one/- /bar_(1)/ /bar_(1)/1.jpg /bar_(1)/2.jpg /bar/ /empty/ /foo/ /foo/1.jpg /foo/2.jpg
        "#,
    );
}

#[test]
fn items_without_their_directory_and_items_nobody_wants() {
    Stage::new(SEED).play(
        r#"
        DELETE file/one/-/foo/2.jpg
        DELETE directory/one/-/foo
        POST recycled/one/-/1?restore
        < 404 {"code": "DirectoryNotFound", "message": "Directory not found."}
        POST recycled/one/-/1?restore&restore_path_strategy=fallbackToRoot
        < 200 {"path": ["2.jpg"]}
        DELETE file/one/-/2.jpg
        POST recycled/one/-/3?restore&restore_path_strategy=somewhere
        < 400 {"code": "ParamInvalid"}
        PUT file/one/-/2.jpg?conflict_resolution_strategy=ask {"copyFrom": "bar/1.jpg"}
        POST recycled/one/-/3?restore&conflict_resolution_strategy=overwrite
        < 200 {"path": ["2.jpg"]}
        GET directory/one/-/2.jpg?info
        < 200 {"size": "22"}
        ~ bulk-restore-conflict=ask
        PUT directory/one/-/foo
        POST recycled/one/-?restore [2]
        < 207 {"result": [{"status": 409, "recycledItemId": 2}]}
        ~ restore-conflict=rename
        POST recycled/one/-/2?restore
        < 200 {"path": ["foo (1)"]}
        DELETE directory/one/-/foo
        DELETE directory/one/-/empty
        DELETE directory/one/-/bar
        POST recycled/one/-?delete [4]
        < 204 nothing
        POST recycled/one/-?delete [4]
        < 500
        DELETE recycled/one/-/5
        < 204
        DELETE recycled/one/-/5
        < 404 {"code": "RecycledItemNotFound"}
        DELETE recycled/one/-
        < 204
        GET recycled/one/-
        < 200 {"totalNum": 0, "contents": []}
        POST recycled/one/-?restore&access_token=reader [1]
        < 403 {"code": "NoPermission"}
        "#,
    );
}

/// Begins an upload and sends its bytes; gives the key that confirms it.
fn sent(stage: &mut Stage, target: &str, bytes: &str) -> String {
    let reply = stage.ask("PUT", target, "");
    let ticket: Value = serde_json::from_slice(&reply.body).unwrap();
    assert_eq!(ticket["domain"], "127.0.0.1:1");
    let place = ticket["path"].as_str().unwrap();
    assert_eq!(stage.ask("PUT", place, bytes).status, 200);
    ticket["confirmKey"].as_str().unwrap().to_owned()
}

#[test]
fn bytes_become_files() {
    let mut stage = Stage::new(SEED);
    let target = "file/one/-/foo/a.txt?filesize=9&x-smh-meta-note=hello";
    let key = sent(&mut stage, target, "123456789");
    stage.play(&format!(
        r#"
        PUT file/one/-/nowhere/a.txt
        < 404 {{"code": "DirectoryNotFound"}}
        PUT file/one/-/foo/l.txt {{"linkTo": "foo/1.jpg"}}
        < 400 {{"code": "ParamInvalid"}}
        POST file/one/-/{key}?confirm {{"crc64": "7"}}
        < 400 {{"code": "BadCrc64"}}
        POST file/one/-/{key}?confirm {{"crc64": "11051210869376104954", "labels": ["x"], "category": "c"}}
        < 200 {{"path": ["foo", "a.txt"], "name": "a.txt", "size": "9", "crc64": "11051210869376104954", "labels": ["x"], "category": "c", "metaData": {{"x-smh-meta-note": "hello"}}}}
        POST file/one/-/{key}?confirm
        < 404 {{"code": "UploadNotFound"}}
        "#
    ));
    let again = sent(&mut stage, "file/one/-/foo/a.txt", "new");
    stage.play(&format!(
        "POST file/one/-/{again}?confirm\n< 200 {{\"path\": [\"foo\", \"a (1).txt\"], \"size\": \"3\"}}"
    ));
    let strategy = "file/one/-/foo/a.txt?conflict_resolution_strategy";
    let over = sent(&mut stage, &format!("{strategy}=overwrite"), "over");
    stage.play(&format!(
        "PUT {strategy}=ask\n< 409\n\
         POST file/one/-/{over}?confirm\n< 200 {{\"path\": [\"foo\", \"a.txt\"], \"size\": \"4\"}}"
    ));
    let reply = stage.ask("PUT", "file/one/-/foo/b.txt", "");
    let ticket: Value = serde_json::from_slice(&reply.body).unwrap();
    let key = ticket["confirmKey"].as_str().unwrap();
    stage.play(&format!(
        "POST file/one/-/{key}?confirm\n< 404 {{\"code\": \"UploadIncomplete\"}}\n\
         DELETE file/one/-/{key}?upload\n< 204\n\
         DELETE file/one/-/{key}?upload\n< 404"
    ));
}

#[test]
fn earlier_versions_keep_a_file_from_being_overwritten() {
    let seed = "
libraries:
  - id: one
    history: on
    spaces:
      - files: {/a.txt: 1, /c.txt: 4}
        entries: [{path: /b.txt, size: 2, crc64: 16293198345556339838, versions: 1}]
tokens: [{token: root, library: one, grants: [admin]}]";
    let mut stage = Stage::new(seed);
    stage.play(
        r#"
        GET directory-history/one/-/history-list/b.txt
        < 200 {"totalNum": 2, "contents": [{"version": 2, "isLatestVersion": true, "size": "2", "crc64": "-2153545728153211778", "name": "b.txt", "creationWay": 1}, {"version": 1, "isLatestVersion": false, "creationWay": 0}]}
        POST batch/one/-?move [{"from": "a.txt", "to": "b.txt", "conflictResolutionStrategy": "overwrite"}]
        < 207 {"result": [{"status": 409, "code": "SameNameDirectoryOrFileExists"}]}
        ~ overwrite-history=allow
        POST batch/one/-?move [{"from": "a.txt", "to": "b.txt", "conflictResolutionStrategy": "overwrite"}]
        < 200 {"result": [{"status": 204}]}
        GET directory-history/one/-/history-list/b.txt
        < 200 {"totalNum": 3}
        POST batch/one/-?copy [{"copyFrom": "b.txt", "to": "c.txt", "conflictResolutionStrategy": "overwrite"}]
        < 200
        GET directory-history/one/-/history-list/c.txt
        < 200 {"totalNum": 2}
        ~ history-crc64=unsigned
        GET directory-history/one/-/history-list/b.txt?limit=1&marker=1
        < 200 {"nextMarker": 2, "contents": [{"crc64": "16293198345556339838"}]}
        POST directory-history/one/library-history {"enableFileHistory": false}
        < 204
        GET directory-history/one/library-history
        < 200 {"enableFileHistory": false}
        "#,
    );
    let key = sent(
        &mut stage,
        "file/one/-/c.txt?conflict_resolution_strategy=overwrite",
        "x",
    );
    stage.play(&format!("POST file/one/-/{key}?confirm\n< 200"));
    stage.play("= one/- /b.txt /c.txt");
}

#[test]
fn spaces_and_quotas() {
    Stage::new(SEED).play(
        r#"
        POST space/one
        < 400 {"code": "NotMultiSpaceLibrary"}
        POST space/many
        < 201 {"spaceId": "@any"}
        GET space/many/list?limit=2
        < 200 {"list": [{"spaceId": "a", "userId": ""}, {"spaceId": "b"}], "nextMarker": 2}
        GET space/many/list?limit=0
        < 400
        GET space/many/b/size
        < 200 {"size": "110"}
        GET space/many/b/file-count
        < 200 {"fileNum": "4", "dirNum": "2", "recycledFileNum": "0"}
        POST quota/many {"spaces": ["a"], "capacity": "20"}
        < 201 {"quotaId": 1}
        POST quota/many {"spaces": ["a"], "capacity": "20"}
        < 409 {"code": "DuplicateQuota"}
        GET quota/many/a
        < 200 {"id": 1, "capacity": "20"}
        GET quota/many/b
        < 404 {"code": "NoQuota"}
        GET usage/many/a,b
        < 200 [{"spaceId": "a", "capacity": "20", "availableSpace": "8", "size": "12"}, {"spaceId": "b", "capacity": null}]
        POST batch/many/a?copy [{"copyFrom": "top.txt", "to": "one.txt"}, {"copyFrom": "top.txt", "to": "two.txt"}]
        < 207 {"result": [{"status": 200}, {"status": 400, "code": "QuotaLimitReached"}]}
        POST batch/many/a?move [{"from": "top.txt", "to": "three.txt"}, {"fromSpaceId": "b", "from": "foo", "to": "foo"}]
        < 207 {"result": [{"status": 200}, {"status": 400, "code": "QuotaLimitReached"}]}
        ~ copy-quota=ignore
        POST batch/many/a?copy [{"copyFrom": "three.txt", "to": "two.txt"}]
        < 200
        DELETE space/many/b
        < 204
        GET directory/many/b
        < 404 {"code": "SpaceNotFound"}
        "#,
    );
}
