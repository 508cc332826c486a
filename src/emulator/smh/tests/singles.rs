//! Calls for one file or directory.

use super::stage::{SEED, Stage};

#[test]
fn directories_are_made_with_those_above_them() {
    Stage::new(SEED).play(
        r#"
        PUT directory/one/-/x/y
        < 201 nothing
        PUT directory/one/-/x/y
        < 409 {"code": "SameNameDirectoryOrFileExists"}
        PUT directory/one/-/x/y?conflict_resolution_strategy=rename
        < 201 {"path": ["x", "y (1)"]}
        PUT directory/one/-/x/z?with_inode=1
        < 201 {"inode": "@any", "creationTime": "2026-01-07T09:00:00.000Z", "path": "@absent"}
        PUT directory/one/-/acting?user_id=alice
        < 201
        GET directory/one/-/acting?info
        < 200 {"userId": "alice", "type": "dir"}
        PUT directory/one/-/foo/1.jpg?conflict_resolution_strategy=ask
        < 409
        PUT directory/one/-/foo/1.jpg/below?conflict_resolution_strategy=rename
        < 409
        PUT directory/one/-/x?conflict_resolution_strategy=overwrite
        < 400 {"code": "InvalidConflictResolutionStrategy"}
        PUT directory/one/-/
        < 400 {"code": "EmptyPath"}
        PUT directory/one/-/x/../z
        < 400 {"code": "ParamInvalid"}
        "#,
    );
}

#[test]
fn files_are_copied() {
    Stage::new(SEED).play(
        r#"
        PUT file/one/-/bar/1.jpg {"copyFrom": "foo/1.jpg"}
        < 200 {"path": ["bar", "1 (1).jpg"]}
        PUT file/one/-/bar/1.jpg {"copyFrom": "foo/1.jpg"}
        < 200 {"path": ["bar", "1 (2).jpg"]}
        PUT file/one/-/bar/1.jpg?conflict_resolution_strategy=ask {"copyFrom": "foo/1.jpg"}
        < 409 {"code": "SameNameDirectoryOrFileExists"}
        PUT file/one/-/bar/1.jpg?conflict_resolution_strategy=overwrite {"copyFrom": "foo/1.jpg"}
        < 200 {"path": ["bar", "1.jpg"]}
        GET directory/one/-/bar/1.jpg?info
        < 200 {"size": "11"}
        PUT file/one/-/new/1.jpg {"copyFrom": "foo/1.jpg"}
        < 404 {"code": "DirectoryNotFound"}
        PUT file/one/-/foo/2.jpg/x.jpg {"copyFrom": "foo/1.jpg"}
        < 409 {"code": "SameNameDirectoryOrFileExists"}
        PUT file/one/-/bar/x.jpg {"copyFrom": "foo/none.jpg"}
        < 404 {"code": "SourceFileNotFound"}
        PUT file/one/-/bar/x.jpg {"copyFrom": "foo"}
        < 404 {"code": "SourceFileNotFound"}
        PUT file/one/-/bar/x.jpg {"copyFrom": "foo//1.jpg"}
        < 400 {"code": "InvalidSourcePath"}
        PUT file/one/-/bar/x.jpg {"copyFrom": 7}
        < 400 {"code": "ParamInvalid"}
        PUT file/one/-/empty?conflict_resolution_strategy=overwrite {"copyFrom": "foo/1.jpg"}
        < 409
        PUT file/one/-/empty?conflict_resolution_strategy=rename {"copyFrom": "foo/1.jpg"}
        < 200 {"path": ["empty (1)"]}
        PUT file/one/-/foo/1.jpg?conflict_resolution_strategy=overwrite {"copyFrom": "foo/1.jpg"}
        < 409
        PUT file/one/-/foo/1.jpg?conflict_resolution_strategy=odd {"copyFrom": "foo/1.jpg"}
        < 400 {"code": "InvalidConflictResolutionStrategy"}
        PUT file/one/-/bar/slash.jpg {"copyFrom": "/foo/1.jpg"}
        < 200
        ~ leading-slash=refuse
        PUT file/one/-/bar/slash2.jpg {"copyFrom": "/foo/1.jpg"}
        < 400 {"code": "InvalidSourcePath"}
        = one/- /bar/ /bar/1_(1).jpg /bar/1_(2).jpg /bar/1.jpg /bar/2.jpg /bar/slash.jpg /empty_(1) /empty/ /foo/ /foo/1.jpg /foo/2.jpg
        "#,
    );
}

#[test]
fn files_are_moved() {
    Stage::new(SEED).play(
        r#"
        PUT file/one/-/bar/9.jpg {"from": "foo/1.jpg"}
        < 200 {"path": ["bar", "9.jpg"]}
        PUT file/one/-/bar/9.txt {"from": "bar/9.jpg"}
        < 400 {"code": "FileTypeNotMatched"}
        PUT file/one/-/bar/9.png {"from": "bar/9.jpg"}
        < 200
        PUT file/one/-/bar/9.png {"from": "bar/9.png"}
        < 200 {"path": ["bar", "9.png"]}
        ~ move-in-place=conflict
        PUT file/one/-/bar/9.png {"from": "bar/9.png"}
        < 200 {"path": ["bar", "9 (1).png"]}
        ~ type-change=allow
        ~ file-path=null
        PUT file/one/-/bar/9.txt {"from": "bar/9 (1).png"}
        < 200 {"path": null}
        ~ file-path=present
        PUT file/one/-/bar/2.jpg?conflict_resolution_strategy=overwrite {"from": "foo/2.jpg"}
        < 200 {"path": ["bar", "2.jpg"]}
        PUT file/one/-/none/2.jpg {"from": "bar/2.jpg"}
        < 404 {"code": "DirectoryNotFound"}
        = one/- /bar/ /bar/1.jpg /bar/2.jpg /bar/9.txt /empty/ /foo/
        "#,
    );
}

#[test]
fn directories_are_copied_and_moved_with_the_directories_above_them() {
    Stage::new(SEED).play(
        r#"
        PUT directory/one/-/a/b/c {"copyFrom": "foo"}
        < 204 nothing
        PUT directory/one/-/a/b/c {"copyFrom": "foo"}
        < 409
        PUT directory/one/-/a/b/c?conflict_resolution_strategy=rename {"copyFrom": "foo"}
        < 200 {"path": ["a", "b", "c (1)"]}
        PUT directory/one/-/a/b/c?conflict_resolution_strategy=overwrite {"copyFrom": "foo"}
        < 400 {"code": "InvalidConflictResolutionStrategy"}
        PUT directory/one/-/foo/in {"copyFrom": "foo"}
        < 400 {"code": "SourceDirectoryIsParentOfDestination"}
        PUT directory/one/-/foo/x/in {"from": "foo"}
        < 400 {"code": "SourceDirectoryIsParentOfDestination"}
        PUT directory/one/-/x {"from": "none"}
        < 404 {"code": "SourceDirectoryNotFound"}
        PUT directory/one/-/x {"from": "foo/1.jpg"}
        < 404 {"code": "SourceDirectoryNotFound"}
        PUT directory/one/-/x {"from": ""}
        < 400 {"code": "InvalidSourcePath"}
        PUT directory/one/-/ {"from": "foo"}
        < 400 {"code": "EmptyPath"}
        PUT directory/one/-/bar {"from": "foo"}
        < 409
        PUT directory/one/-/foo/1.jpg/x {"from": "empty"}
        < 409
        PUT directory/one/-/x/y {"from": "empty"}
        < 204 nothing
        PUT directory/one/-/bar?conflict_resolution_strategy=rename {"from": "foo"}
        < 200 {"path": ["bar (1)"]}
        = one/- /a/ /a/b/ /a/b/c_(1)/ /a/b/c_(1)/1.jpg /a/b/c_(1)/2.jpg /a/b/c/ /a/b/c/1.jpg /a/b/c/2.jpg /bar_(1)/ /bar_(1)/1.jpg /bar_(1)/2.jpg /bar/ /bar/1.jpg /bar/2.jpg /x/ /x/y/
        ~ directory-copy=always
        PUT directory/one/-/z {"copyFrom": "bar"}
        < 202 {"taskId": 1}
        PUT cross-space/directory/many/b/copy/deep/bar {"copyFrom": "bar", "copyFromSpaceId": "a"}
        < 202
        ~ directory-copy=by-size
        PUT cross-space/directory/many/b/copy/deep/other {"copyFrom": "bar", "copyFromSpaceId": "a"}
        < 204
        PUT cross-space/directory/many/b/copy/x {"copyFrom": "none", "copyFromSpaceId": "a"}
        < 404 {"code": "SourceDirectoryNotFound"}
        PUT cross-space/directory/many/b/copy/x {"copyFrom": "bar", "copyFromSpaceId": "none"}
        < 404 {"code": "SpaceNotFound"}
        "#,
    );
}

#[test]
fn entries_are_deleted_into_the_bin_or_for_good() {
    Stage::new(SEED).play(
        r#"
        DELETE file/one/-/foo/1.jpg
        < 200 {"recycledItemId": 1}
        DELETE file/one/-/foo/1.jpg
        < 404 {"code": "FileNotFound"}
        DELETE file/one/-/foo
        < 404 {"code": "FileNotFound"}
        DELETE directory/one/-/foo/2.jpg
        < 404 {"code": "DirectoryNotFound"}
        DELETE directory/one/-/bar?permanent=0
        < 200 {"recycledItemId": 2}
        DELETE directory/one/-/foo?permanent=1
        < 204 nothing
        DELETE directory/one/-/
        < 400 {"code": "RootDirectoryNotAllowed"}
        = one/- /empty/
        "#,
    );
    let seed = "
libraries: [{id: one, recycle_bin: off, spaces: [{files: {/a.txt: 1}}]}]
tokens: [{token: root, library: one, grants: [admin]}]";
    Stage::new(seed).play(
        r#"
        DELETE file/one/-/a.txt
        < 204 nothing
        GET recycled/one/-
        < 400 {"code": "RecycleBinNotEnabled"}
        "#,
    );
}

#[test]
fn names_have_a_length_and_a_case() {
    let long = "n".repeat(255);
    Stage::new(SEED).play(&format!(
        r#"
        PUT directory/one/-/{long}
        < 201
        PUT directory/one/-/{long}n
        < 400 {{"code": "DirectoryNameLengthExceed"}}
        PUT file/one/-/foo/{long}n {{"copyFrom": "foo/1.jpg"}}
        < 400 {{"code": "FileNameLengthExceed"}}
        PUT directory/one/-/FOO
        < 201
        ~ names=insensitive
        PUT directory/one/-/EMPTY
        < 409
        ~ numbered-suffix=first
        PUT file/one/-/bar/a.tar.gz?conflict_resolution_strategy=ask {{"copyFrom": "foo/1.jpg"}}
        < 200
        PUT file/one/-/bar/a.tar.gz {{"copyFrom": "foo/1.jpg"}}
        < 200 {{"path": ["bar", "a (1).tar.gz"]}}
        ~ numbered-suffix=last
        PUT file/one/-/bar/a.tar.gz {{"copyFrom": "foo/1.jpg"}}
        < 200 {{"path": ["bar", "a.tar (1).gz"]}}
        "#
    ));
}

#[test]
fn times_follow_what_happens_and_what_switches_say() {
    Stage::new(SEED).play(
        r#"
        + 1000
        PUT file/one/-/empty/moved.jpg {"from": "foo/1.jpg"}
        PUT file/one/-/empty/copied.jpg {"copyFrom": "foo/2.jpg"}
        GET directory/one/-/empty?info
        < 200 {"creationTime": "2026-01-07T09:00:00.000Z", "modificationTime": "2026-01-07T09:00:01.000Z"}
        GET directory/one/-/foo?info
        < 200 {"modificationTime": "2026-01-07T09:00:01.000Z"}
        GET directory/one/-/bar?info
        < 200 {"modificationTime": "2026-01-07T09:00:00.000Z"}
        GET directory/one/-/empty/moved.jpg?info
        < 200 {"creationTime": "2026-01-07T09:00:00.000Z", "modificationTime": "2026-01-07T09:00:00.000Z"}
        GET directory/one/-/empty/copied.jpg?info
        < 200 {"creationTime": "2026-01-07T09:00:01.000Z", "modificationTime": "2026-01-07T09:00:01.000Z"}
        ~ copy-time=keep
        ~ move-time=touch
        PUT file/one/-/empty/again.jpg {"copyFrom": "foo/2.jpg"}
        PUT file/one/-/foo/back.jpg {"from": "empty/moved.jpg"}
        GET directory/one/-/empty/again.jpg?info
        < 200 {"creationTime": "2026-01-07T09:00:00.000Z", "modificationTime": "2026-01-07T09:00:00.000Z"}
        GET directory/one/-/foo/back.jpg?info
        < 200 {"creationTime": "2026-01-07T09:00:00.000Z", "modificationTime": "2026-01-07T09:00:01.000Z"}
        "#,
    );
}

#[test]
fn versions_are_numbers_or_text() {
    let mut stage = Stage::new(SEED);
    for (word, is_text) in [("number", false), ("text", true)] {
        stage.play(&format!("~ version-id={word}"));
        let reply = stage.ask("GET", "directory/one/-/foo/1.jpg?info", "");
        let body: serde_json::Value = serde_json::from_slice(&reply.body).unwrap();
        assert_eq!(body["versionId"].is_string(), is_text, "{body}");
        assert_eq!(body["versionId"].is_u64(), !is_text, "{body}");
    }
}
