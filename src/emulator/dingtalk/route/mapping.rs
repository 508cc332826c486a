//! From ids to the identifiers that stay the same, and back.

use serde_json::{Value, json};

use super::call::Call;
use crate::emulator::dingtalk::arguments::{entry_id, space_id};
use crate::emulator::dingtalk::error::Code;

pub(super) fn id_of_uuid(call: &mut Call<'_>) -> Result<Value, Code> {
    let uuid = call.part("dentryUuid");
    let (space, id) = call.drive.by_uuid(uuid).ok_or(Code::DocumentNotExist)?;
    Ok(json!({
        "dentryUuid": uuid,
        "dentryId": id.to_string(),
        "spaceId": space.to_string(),
    }))
}

pub(super) fn uuid_of_id(call: &mut Call<'_>) -> Result<Value, Code> {
    let id = entry_id(call.part("dentryId"));
    let space = call.query.get("spaceId").ok_or(Code::Missing("spaceId"))?;
    let entry = call.drive.entry(space_id(space), id);
    let entry = entry.map_err(|_| Code::DocumentNotExist)?;
    Ok(json!({
        "dentryUuid": entry.uuid,
        "dentryId": id.to_string(),
        "spaceId": space,
    }))
}
