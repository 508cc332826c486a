//! New folders.

use serde_json::{Value, json};

use super::call::Call;
use crate::emulator::dingtalk::error::Code;
use crate::emulator::dingtalk::wire::{self, Thumbnails};

pub(super) fn add(call: &mut Call<'_>) -> Result<Value, Code> {
    let space = call.space()?;
    let parent = call.dentry();
    let option = call.arguments.option()?;
    let strategy = option.strategy()?;
    let properties = option.properties(call.act.app)?;
    let name = call.arguments.text("name")?;
    let place = (space, parent);
    let id = call
        .drive
        .add_folder(&call.act, place, name, strategy, properties)?;
    let tree = &call.drive.space(space)?.tree;
    let dentry = wire::dentry(tree, &call.act, (space, id), Thumbnails::Left)?;
    Ok(json!({"dentry": dentry}))
}
