//! How much spaces may hold, and how much they do.

use serde_json::{Value, json};

use super::call::{Answer, Call, Outcome};
use crate::emulator::smh::drive::Quota;
use crate::emulator::smh::error::Code;

pub(super) fn create(call: &mut Call<'_>) -> Outcome {
    let spaces = call.body.get("spaces").and_then(Value::as_array);
    let spaces = spaces.ok_or(Code::ParamInvalid)?;
    let capacity = call.body.get("capacity").and_then(Value::as_str);
    let capacity = capacity.and_then(|text| text.parse::<u64>().ok());
    let capacity = capacity.ok_or(Code::ParamInvalid)?;
    let mut ids = Vec::new();
    for space in spaces {
        let id = space.as_str().ok_or(Code::ParamInvalid)?;
        if call.library.space(id)?.quota.is_some() {
            return Err(Code::DuplicateQuota);
        }
        ids.push(id);
    }
    let id = call.library.number();
    for space in ids {
        call.library.space_mut(space)?.quota = Some(Quota { id, capacity });
    }
    call.library.revision += 1;
    Ok(Answer::Json(201, json!({"quotaId": id})))
}

pub(super) fn get(call: &mut Call<'_>) -> Outcome {
    let quota = call.library.space(call.space())?.quota;
    let quota = quota.ok_or(Code::NoQuota)?;
    Answer::ok(json!({"id": quota.id, "capacity": quota.capacity.to_string()}))
}

pub(super) fn usage(call: &mut Call<'_>) -> Outcome {
    let mut all = Vec::new();
    for id in call.part("spaces").split(',') {
        let space = call.library.space(id)?;
        let used = space.used();
        let capacity = space.quota.map(|quota| quota.capacity);
        let left = capacity.map(|capacity| capacity.saturating_sub(used));
        all.push(json!({
            "spaceId": id,
            "capacity": capacity.map(|bytes| bytes.to_string()),
            "availableSpace": left.map(|bytes| bytes.to_string()),
            "size": used.to_string(),
        }));
    }
    Answer::ok(Value::Array(all))
}
