//! Spaces: made for a scene, once, and looked at.

use serde_json::{Value, json};

use super::call::Call;
use crate::emulator::dingtalk::drive::{Capabilities, Role, Space};
use crate::emulator::dingtalk::error::Code;
use crate::emulator::dingtalk::wire;

pub(super) fn get(call: &mut Call<'_>) -> Result<Value, Code> {
    let space = call.space()?;
    call.drive.permits(&call.act, space, Role::Reader)?;
    let space = wire::space(call.drive.space(space)?, call.act.rules);
    Ok(json!({"space": space}))
}

/// Makes a space, or gives the one that was made for the scene before.
pub(super) fn add(call: &mut Call<'_>) -> Result<Value, Code> {
    let option = call.arguments.option()?;
    let scene = option.optional_text("scene")?.unwrap_or("default");
    let scene_id = option.optional_text("sceneId")?.unwrap_or("0");
    if !scene_id
        .chars()
        .all(|letter| letter.is_ascii_alphanumeric())
    {
        return Err(Code::Argument("sceneId"));
    }
    let mut spaces = call.drive.spaces.values();
    let there = spaces.find(|space| space.scene == scene && space.scene_id == scene_id);
    if let Some(there) = there {
        return Ok(json!({"space": wire::space(there, call.act.rules)}));
    }
    let owner = option.optional_text("ownerType")?.unwrap_or("USER");
    if !matches!(owner, "USER" | "APP") {
        return Err(Code::Argument("ownerType"));
    }
    let id = call.drive.mint_space();
    let mut space = Space::new(id, option.optional_text("name")?.unwrap_or(""), &call.act);
    space.corporation = call.tokens.corporation(call.act.app).to_owned();
    owner.clone_into(&mut space.owner_kind);
    scene.clone_into(&mut space.scene);
    scene_id.clone_into(&mut space.scene_id);
    space.quota = option.number("quota")?;
    if let Some(given) = option.body().get("capabilities") {
        let read = serde_json::from_value::<Option<Capabilities>>(given.clone());
        let read = read.map_err(|_| Code::Argument("capabilities"))?;
        space.capabilities = read.unwrap_or_default();
    }
    call.drive.add_space(&call.act, space);
    let made = call.drive.space(id)?;
    Ok(json!({"space": wire::space(made, call.act.rules)}))
}
