//! Tasks: how they go on, what they say, and how they end.

use super::stage::{SEED, Stage};

const TWO: &str =
    r#"[{"copyFrom": "foo/1.jpg", "to": "bar/a.jpg"}, {"copyFrom": "none", "to": "bar/b.jpg"}]"#;

#[test]
fn a_batch_is_half_done_while_it_runs() {
    Stage::new(SEED).play(&format!(
        r#"
        ~ async-items=1
        ~ task-length=2
        POST batch/one/-?copy {TWO}
        < 202 {{"taskId": 1}}
        = one/- /bar/ /bar/1.jpg /bar/2.jpg /empty/ /foo/ /foo/1.jpg /foo/2.jpg
        GET task/one/-/1
        < 200 [{{"taskId": 1, "status": 202, "result": "@absent", "id": "@absent"}}]
        = one/- /bar/ /bar/1.jpg /bar/2.jpg /bar/a.jpg /empty/ /foo/ /foo/1.jpg /foo/2.jpg
        GET task/one/-/1
        < 200 [{{"status": 207, "result": [{{"status": 200, "path": ["bar", "a.jpg"]}}, {{"status": 404, "copyFrom": "none"}}]}}]
        "#
    ));
}

#[test]
fn tasks_are_written_as_switches_say_and_asked_for_where_they_are() {
    Stage::new(SEED).play(&format!(
        r#"
        ~ async-items=1
        ~ task-length=0
        ~ task-id=text
        ~ task-key=both
        POST batch/one/-?copy {TWO}
        < 202 {{"taskId": "1"}}
        POST batch/one/-?delete [{{"path": "foo"}}, {{"path": "empty", "permanent": true}}]
        < 202 {{"taskId": "2"}}
        GET task/one/-/1,2,99
        < 200 [{{"taskId": "1", "id": "1", "status": 207}}, {{"id": "2", "status": 200, "result": [{{"status": 200, "recycledItemId": 3, "path": ["foo"]}}, {{"status": 204}}]}}]
        ~ task-key=id
        GET task/one/-/1
        < 200 [{{"id": "1", "taskId": "@absent"}}]
        ~ task-unknown=refuse
        GET task/one/-/1,99
        < 404 {{"code": "TaskNotFound"}}
        GET task/one/-/word
        < 400
        GET task/many/a/1
        < 404 {{"code": "TaskNotFound"}}
        "#
    ));
}

#[test]
fn tasks_may_take_time_and_are_forgotten_after_it() {
    Stage::new(SEED).play(&format!(
        r#"
        ~ async-items=1
        ~ task-pace=time
        ~ task-length=1000
        ~ task-retention=5000
        POST batch/one/-?copy {TWO}
        < 202
        + 999
        GET task/one/-/1
        < 200 [{{"status": 202}}]
        + 1
        GET task/one/-/1
        < 200 [{{"status": 207}}]
        + 4999
        GET task/one/-/1
        < 200 [{{"status": 207}}]
        + 1
        GET task/one/-/1
        < 200 []
        "#
    ));
}

#[test]
fn a_directory_is_copied_entry_by_entry() {
    Stage::new(SEED).play(
        r#"
        ~ async-entries=2
        PUT directory/one/-/deep/copy {"copyFrom": "foo"}
        < 202 {"taskId": 1}
        GET task/one/-/1
        < 200 [{"status": 202}]
        = one/- /bar/ /bar/1.jpg /bar/2.jpg /deep/ /deep/copy/ /empty/ /foo/ /foo/1.jpg /foo/2.jpg
        GET task/one/-/1
        < 200 [{"status": 202}]
        GET task/one/-/1
        < 200 [{"status": 200, "result": {"path": ["deep", "copy"]}}]
        PUT directory/one/-/deep/copy {"copyFrom": "foo"}
        < 409
        PUT directory/one/-/deep/copy?conflict_resolution_strategy=rename {"copyFrom": "foo"}
        < 202 {"taskId": 2}
        ~ directory-task=bare
        PUT directory/one/-/other {"copyFrom": "foo"}
        < 202 {"taskId": 3}
        GET directory/one/-
        GET directory/one/-
        GET task/one/-/2,3
        < 200 [{"status": 200, "result": {"path": ["deep", "copy (1)"]}}, {"status": 204, "result": "@absent"}]
        "#,
    );
    // Somebody takes the place before the task comes to it.
    Stage::new(SEED).play(
        r#"
        ~ async-entries=2
        ~ task-length=10
        PUT directory/one/-/copy {"copyFrom": "foo"}
        < 202 {"taskId": 1}
        PUT directory/one/-/copy
        < 201
        ~ task-pace=time
        + 10
        GET task/one/-/1
        < 200 [{"status": 500, "result": "@absent"}]
        ~ task-refusal=code
        GET task/one/-/1
        < 200 [{"status": 409, "result": "@absent"}]
        = one/- /bar/ /bar/1.jpg /bar/2.jpg /copy/ /empty/ /foo/ /foo/1.jpg /foo/2.jpg
        "#,
    );
}

#[test]
fn tasks_can_be_slow_and_can_fail() {
    Stage::new(SEED).play(&format!(
        r#"
        ~ async-items=1
        ~ task-length=2
        ! {{route: batchCopy, nth: 1, kind: task-failure}}
        POST batch/one/-?copy {TWO}
        < 202
        GET directory/one/-
        GET task/one/-/1
        < 200 [{{"status": 500, "result": "@absent"}}]
        = one/- /bar/ /bar/1.jpg /bar/2.jpg /bar/a.jpg /empty/ /foo/ /foo/1.jpg /foo/2.jpg
        ! {{route: batchCopy, nth: 1, kind: {{slow-task: 2}}}}
        POST batch/one/-?copy {TWO}
        < 202
        GET task/one/-/2
        GET task/one/-/2
        GET task/one/-/2
        < 200 [{{"status": 202}}]
        GET task/one/-/2
        < 200 [{{"status": 207}}]
        "#
    ));
}
