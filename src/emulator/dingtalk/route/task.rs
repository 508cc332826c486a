//! How tasks are getting on.

use serde_json::{Value, json};

use super::call::Call;
use crate::emulator::dingtalk::error::Code;
use crate::emulator::dingtalk::wire;

pub(super) fn get(call: &mut Call<'_>) -> Result<Value, Code> {
    let id: u64 = call
        .part("taskId")
        .parse()
        .map_err(|_| Code::Argument("taskId"))?;
    let task = call.drive.tasks.get(&id).ok_or(Code::TaskNotExist)?;
    Ok(json!({"task": wire::task(task, call.act.rules)}))
}
