//! Copy, move, rename and delete of one entry.

use serde_json::{Value, json};

use super::batch::{carriage, preserved};
use super::call::Call;
use crate::emulator::dingtalk::drive::{Carriage, Grants, Removal, Verb};
use crate::emulator::dingtalk::error::Code;
use crate::emulator::dingtalk::wire::{self, Thumbnails};

pub(super) fn copy(call: &mut Call<'_>) -> Result<Value, Code> {
    let carriage = carriage(call, call.space()?, Verb::Copy, Grants::Dropped)?;
    carry(call, &carriage)
}

pub(super) fn move_one(call: &mut Call<'_>) -> Result<Value, Code> {
    // The single call has its own spelling of this name.
    let grants = preserved(&call.arguments.option()?, "presevePermissions")?;
    let carriage = carriage(call, call.space()?, Verb::Move, grants)?;
    carry(call, &carriage)
}

fn carry(call: &mut Call<'_>, carriage: &Carriage) -> Result<Value, Code> {
    let source = call.dentry();
    call.drive.examine_carriage(&call.act, carriage)?;
    let carried = call.drive.carry(&call.act, carriage, source)?;
    let mut body = json!({"async": carried.task.is_some()});
    let mut shown = Some((carriage.to, carried.id));
    if let Some(task) = carried.task {
        body["taskId"] = json!(task.to_string());
        if call.act.rules.is("async-dentry", "source") {
            shown = Some((carriage.from, source));
        } else if call.act.rules.is("async-dentry", "absent") {
            shown = None;
        }
    }
    if let Some((space, id)) = shown
        && let Some(tree) = call.drive.spaces.get(&space).map(|space| &space.tree)
        && tree.get(id).is_some()
    {
        body["dentry"] = wire::dentry(tree, &call.act, (space, id), Thumbnails::Left)?;
    }
    Ok(body)
}

pub(super) fn rename(call: &mut Call<'_>) -> Result<Value, Code> {
    let (space, id) = (call.space()?, call.dentry());
    let name = call.arguments.text("newName")?;
    call.drive.rename(&call.act, space, id, name)?;
    let tree = &call.drive.space(space)?.tree;
    let dentry = wire::dentry(tree, &call.act, (space, id), Thumbnails::Left)?;
    Ok(json!({"dentry": dentry}))
}

pub(super) fn delete(call: &mut Call<'_>) -> Result<Value, Code> {
    let (space, id) = (call.space()?, call.dentry());
    let removal = if call.query_flag("toRecycleBin")? {
        Removal::ToBin
    } else {
        Removal::ForGood
    };
    call.drive.examine_removal(&call.act, space, removal)?;
    let removed = call.drive.remove(&call.act, space, id, removal)?;
    let mut body = json!({"async": removed.task.is_some()});
    if let Some(task) = removed.task {
        body["taskId"] = json!(task.to_string());
    }
    Ok(body)
}
