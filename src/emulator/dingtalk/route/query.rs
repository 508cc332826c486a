//! Looking at entries by their ids.

use serde_json::{Value, json};

use super::call::Call;
use crate::emulator::dingtalk::arguments::{Arguments, entry_id};
use crate::emulator::dingtalk::drive::Role;
use crate::emulator::dingtalk::error::Code;
use crate::emulator::dingtalk::wire::{self, Thumbnails};

/// Most ids of one call.
const MOST: usize = 30;
/// Most apps whose properties can be asked for.
const MOST_APPS: usize = 20;

fn thumbnails(option: &Arguments) -> Result<Thumbnails, Code> {
    if option.body().get("appIdsForAppProperties").is_some() {
        option.texts("appIdsForAppProperties", MOST_APPS)?;
    }
    Ok(if option.flag("withThumbnail")? {
        Thumbnails::Shown
    } else {
        Thumbnails::Left
    })
}

pub(super) fn one(call: &mut Call<'_>) -> Result<Value, Code> {
    let space = call.space()?;
    call.drive.permits(&call.act, space, Role::Reader)?;
    let thumbnails = thumbnails(&call.arguments.option()?)?;
    let tree = &call.drive.space(space)?.tree;
    let dentry = wire::dentry(tree, &call.act, (space, call.dentry()), thumbnails)?;
    Ok(json!({"dentry": dentry}))
}

pub(super) fn many(call: &mut Call<'_>) -> Result<Value, Code> {
    let space = call.space()?;
    call.drive.permits(&call.act, space, Role::Reader)?;
    let ids = call.arguments.texts("dentryIds", MOST)?;
    let thumbnails = thumbnails(&call.arguments.option()?)?;
    let tree = &call.drive.space(space)?.tree;
    let item = |id: &String| {
        let mut item = json!({"spaceId": space.to_string(), "dentryId": id});
        match wire::dentry(tree, &call.act, (space, entry_id(id)), thumbnails) {
            Ok(dentry) => {
                item["success"] = json!(true);
                item["dentry"] = dentry;
            }
            Err(code) => {
                item["success"] = json!(false);
                item["errorCode"] = json!(code.wire().0);
            }
        }
        item
    };
    let mut items: Vec<Value> = ids.iter().map(item).collect();
    super::batch::reorder(call, &mut items);
    Ok(json!({"resultItems": items}))
}
