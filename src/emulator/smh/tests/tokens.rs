//! Who may call, for how long, and what each grant is good for.

use super::stage::{SEED, Stage};

#[test]
fn tokens_are_given_for_the_secret() {
    Stage::new(SEED).play(
        r#"
        GET token?library_id=one&library_secret=wrong
        < 404 {"code": "WrongLibraryIdOrSecret", "requestId": "@any", "status": "@absent"}
        GET token?library_id=none&library_secret=s3cret
        < 404 {"code": "WrongLibraryIdOrSecret"}
        GET token?library_id=one
        < 400 {"code": "EmptyLibraryIdOrSecret"}
        GET token?library_id=one&library_secret=s3cret&grant=fly
        < 400 {"code": "ParamInvalid"}
        GET token?library_id=one&library_secret=s3cret&period=1
        < 200 {"accessToken": "@any", "expiresIn": 1200}
        POST token?library_id=one&library_secret=s3cret&grant=admin,copy_file&user_id=u
        < 200 {"accessToken": "@any", "expiresIn": 86400}
        GET token?library_id=many&library_secret=other&grant=copy_file
        < 400 {"code": "ParamInvalid"}
        GET token?library_id=many&library_secret=other&space_id=a,zzz
        < 404 {"code": "SpaceNotFound"}
        GET token?library_id=many&library_secret=other&space_id=a,b
        < 200
        ~ error-status=present
        GET token?library_id=one&library_secret=wrong
        < 404 {"code": "WrongLibraryIdOrSecret", "status": 404}
        "#,
    );
}

#[test]
fn tokens_end_renew_and_are_deleted() {
    Stage::new(SEED).play(
        r#"
        + 86399999
        GET directory/one/-?access_token=reader
        < 200
        + 86399999
        POST token/one/reader
        < 200 {"accessToken": "reader", "expiresIn": 86400}
        + 86399999
        GET directory/one/-?access_token=reader
        < 200
        + 86400000
        GET directory/one/-?access_token=reader
        < 403 {"code": "InvalidAccessToken"}
        POST token/one/reader
        < 403 {"code": "InvalidAccessToken"}
        "#,
    );
    Stage::new(SEED).play(
        r#"
        DELETE token/one/reader
        < 204 nothing
        GET directory/one/-?access_token=reader
        < 403 {"code": "InvalidAccessToken"}
        DELETE token/one?library_secret=wrong&user_id=x
        < 404
        DELETE token/one?library_secret=s3cret&user_id=x
        < 204
        "#,
    );
}

#[test]
fn calls_are_admitted_in_order() {
    Stage::new(SEED).play(
        r#"
        GET directory/one/-?access_token=
        < 400 {"code": "EmptyAccessToken"}
        GET directory/one/-?access_token=none
        < 403 {"code": "InvalidAccessToken"}
        GET directory/none/-
        < 404 {"code": "LibraryNotFound"}
        GET directory/one/other
        < 404 {"code": "SpaceNotFound"}
        GET directory/many/b?access_token=steward
        < 403 {"code": "AccessTokenNotMatchSpace"}
        GET directory/many/a?access_token=root
        < 403 {"code": "InvalidAccessToken"}
        PUT directory/one/-/x?access_token=reader
        < 403 {"code": "NoPermission"}
        POST batch/one/-?delete&access_token=copier [{"path": "foo"}]
        < 403 {"code": "NoPermission"}
        POST batch/one/-?copy&unknown=key {"copyFrom":
        < 400 {"code": "BadRequest"}
        GET nothing/one/-
        < 404 {"code": "NotFound"}
        "#,
    );
}

#[test]
fn grants_are_good_for_what_they_say() {
    Stage::new(SEED).play(
        r#"
        PUT file/one/-/bar/1.jpg?conflict_resolution_strategy=overwrite&access_token=copier {"copyFrom": "foo/1.jpg"}
        < 403 {"code": "NoPermission"}
        PUT file/one/-/bar/9.jpg?conflict_resolution_strategy=ask&access_token=copier {"copyFrom": "foo/1.jpg"}
        < 200 {"path": ["bar", "9.jpg"]}
        PUT file/one/-/bar/8.jpg?access_token=copier {"from": "foo/1.jpg"}
        < 403 {"code": "NoPermission"}
        DELETE file/one/-/bar/9.jpg?permanent=1&access_token=mover
        < 403 {"code": "NoPermission"}
        DELETE file/one/-/bar/9.jpg?access_token=mover
        < 200 {"recycledItemId": 1}
        POST batch/one/-?copy&access_token=copier [{"copyFrom": "foo/1.jpg", "to": "bar/1.jpg", "conflictResolutionStrategy": "overwrite"}, {"copyFrom": "foo/1.jpg", "to": "bar/8.jpg"}]
        < 207 {"result": [{"status": 403, "code": "NoPermission", "message": "@any", "copyFrom": ["foo", "1.jpg"], "to": ["bar", "1.jpg"]}, {"status": 200}]}
        POST batch/one/-?move&access_token=mover [{"from": "foo", "to": "goo"}, {"from": "foo/1.jpg", "to": "foo/7.jpg"}]
        < 207 {"result": [{"status": 403}, {"status": 200, "path": ["foo", "7.jpg"]}]}
        # From one space to another needs both.
        POST batch/many/a?copy&access_token=steward [{"copyFromSpaceId": "b", "copyFrom": "foo", "to": "z"}]
        < 207 {"result": [{"status": 403, "code": "NoPermission"}]}
        POST batch/many/a?copy&access_token=stewards [{"copyFromSpaceId": "b", "copyFrom": "foo", "to": "z"}]
        < 200 {"result": [{"status": 204, "copyFrom": "foo", "to": ["z"]}]}
        "#,
    );
}

#[test]
fn a_public_library_is_read_without_a_token() {
    let seed = "libraries: [{id: open, reading: public, spaces: [{files: {/a.txt: 1}}]}]";
    Stage::new(seed).play(
        r#"
        GET directory/open/-?access_token=
        < 200 {"fileCount": 1}
        GET directory/open/-/a.txt?info&access_token=
        < 200 {"name": "a.txt"}
        PUT directory/open/-/x?access_token=
        < 400 {"code": "EmptyAccessToken"}
        "#,
    );
}

#[test]
fn the_log_keeps_no_secret() {
    use crate::emulator::exchange::Service;

    let mut stage = Stage::new(SEED);
    stage.play(
        "
        GET token?library_id=one&library_secret=s3cret
        < 200
        POST token/one/reader
        < 200
        GET directory/one/-
        < 200
        ",
    );
    let log: Vec<String> = stage
        .service
        .log()
        .iter()
        .map(|call| serde_json::to_string(call).unwrap())
        .collect();
    assert_eq!(log.len(), 3);
    for line in log {
        for secret in ["s3cret", "reader", "root"] {
            assert!(!line.contains(secret), "{line}");
        }
    }
}
