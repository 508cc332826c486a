//! What apps attach to entries.

use serde_json::{Value, json};

use super::call::Call;
use crate::emulator::dingtalk::error::Code;

/// Most names of one removal.
const MOST: usize = 3;

pub(super) fn put(call: &mut Call<'_>) -> Result<Value, Code> {
    let (space, id) = (call.space()?, call.dentry());
    if call.arguments.body().get("appProperties").is_none() {
        return Err(Code::Missing("appProperties"));
    }
    let properties = call.arguments.properties(call.act.app)?;
    call.drive.attach(&call.act, space, id, properties)?;
    Ok(json!({"success": true}))
}

pub(super) fn remove(call: &mut Call<'_>) -> Result<Value, Code> {
    let (space, id) = (call.space()?, call.dentry());
    let names = call.arguments.texts("propertyNames", MOST)?;
    call.drive.detach(&call.act, space, id, &names)?;
    Ok(json!({"success": true}))
}
