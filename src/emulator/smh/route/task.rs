//! Tasks.

use serde_json::Value;

use super::call::{Answer, Call, Outcome};
use crate::emulator::smh::error::Code;
use crate::emulator::smh::wire;

pub(super) fn get(call: &mut Call<'_>) -> Outcome {
    let rules = call.act.rules;
    let mut found = Vec::new();
    for id in call.part("ids").split(',') {
        let id: u64 = id.trim().parse().map_err(|_| Code::ParamInvalid)?;
        let task = call.library.tasks.get(&id);
        match task.filter(|task| task.space == call.space()) {
            Some(task) => found.push(wire::task(task, rules)),
            None if rules.is("task-unknown", "refuse") => return Err(Code::TaskNotFound),
            None => {}
        }
    }
    Answer::ok(Value::Array(found))
}
