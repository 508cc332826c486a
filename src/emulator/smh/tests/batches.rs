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
