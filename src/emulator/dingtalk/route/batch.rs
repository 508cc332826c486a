//! The three batch calls. A batch is not atomic: each item carries its own result, and the reply
//! is a success even when every item failed.

use serde_json::{Value, json};

use super::call::Call;
use crate::emulator::dingtalk::arguments::{Arguments, entry_id, space_id};
use crate::emulator::dingtalk::drive::{Carriage, Grants, Removal, SpaceId, Verb};
use crate::emulator::dingtalk::error::Code;

/// Most ids of one batchMove and of one batchRemove.
const MOST_MOVED: usize = 30;
const MOST_REMOVED: usize = 50;

pub(super) fn copy(call: &mut Call<'_>) -> Result<Value, Code> {
    let most = call.act.rules.length("copy-limit");
    carry(call, Verb::Copy, most)
}

pub(super) fn move_all(call: &mut Call<'_>) -> Result<Value, Code> {
    carry(call, Verb::Move, MOST_MOVED)
}

fn carry(call: &mut Call<'_>, verb: Verb, most: usize) -> Result<Value, Code> {
    let space = call.space()?;
    let ids = call.arguments.texts("dentryIds", most)?;
    let option = call.arguments.option()?;
    let grants = match verb {
        Verb::Copy => Grants::Dropped,
        Verb::Move => preserved(&option, "preservePermissions")?,
    };
    let carriage = carriage(call, space, verb, grants)?;
    call.drive.examine_carriage(&call.act, &carriage)?;
    for id in &ids {
        let examined = call
            .drive
            .examine_carried(&call.act, &carriage, entry_id(id));
        if let Err(code) = examined
            && fails_whole_call(call, code)
        {
            return Err(code);
        }
    }
    let mut items = Vec::new();
    for id in &ids {
        let mut item = json!({"spaceId": space.to_string(), "dentryId": id});
        match call.drive.carry(&call.act, &carriage, entry_id(id)) {
            Ok(carried) => {
                item["async"] = json!(carried.task.is_some());
                match carried.task {
                    Some(task) => item["taskId"] = json!(task.to_string()),
                    None => item["success"] = json!(true),
                }
                item["targetSpaceId"] = json!(carried.space.to_string());
                item["targetDentryId"] = json!(carried.id.to_string());
            }
            Err(code) => fail(&mut item, code),
        }
        items.push(item);
    }
    reorder(call, &mut items);
    Ok(json!({"resultItems": items}))
}

/// What to carry to where, from the body of a single or a batch call.
pub(super) fn carriage(
    call: &Call<'_>,
    from: SpaceId,
    verb: Verb,
    grants: Grants,
) -> Result<Carriage, Code> {
    let to = space_id(call.arguments.text("targetSpaceId")?);
    let folder = entry_id(call.arguments.text("targetFolderId")?);
    Ok(Carriage {
        verb,
        from,
        to,
        folder,
        strategy: call.arguments.option()?.strategy()?,
        grants,
    })
}

/// Whether a move keeps the rights of people, under the name that the call has for that.
pub(super) fn preserved(option: &Arguments, field: &'static str) -> Result<Grants, Code> {
    Ok(if option.flag(field)? {
        Grants::Preserved
    } else {
        Grants::Dropped
    })
}

/// Whether a failure of one item is a failure of the whole call.
fn fails_whole_call(call: &Call<'_>, code: Code) -> bool {
    let rules = call.act.rules;
    let alone = [
        (Code::DentryNotExist, "missing-source"),
        (Code::DentryAlreadyExist, "conflict-error"),
        (Code::Argument("targetFolderId"), "into-itself"),
    ];
    let together = [
        Code::ConcurrentControl,
        Code::SpaceQuota,
        Code::SceneQuota,
        Code::AppQuota,
        Code::OrgQuota,
    ];
    let switch = alone.iter().find(|(alone, _)| *alone == code);
    together.contains(&code) || switch.is_some_and(|(_, switch)| rules.is(switch, "call"))
}

pub(super) fn remove(call: &mut Call<'_>) -> Result<Value, Code> {
    let space = call.space()?;
    let ids = call.arguments.texts("dentryIds", MOST_REMOVED)?;
    let removal = removal(&call.arguments.option()?)?;
    call.drive.examine_removal(&call.act, space, removal)?;
    for id in &ids {
        let examined = call.drive.examine_removed(&call.act, space, entry_id(id));
        if let Err(code) = examined
            && fails_whole_call(call, code)
        {
            return Err(code);
        }
    }
    let mut items = Vec::new();
    for id in &ids {
        let mut item = json!({"spaceId": space.to_string(), "dentryId": id});
        let removed = call.drive.remove(&call.act, space, entry_id(id), removal);
        match removed.map(|removed| removed.task) {
            Ok(Some(task)) => {
                item["async"] = json!(true);
                item["taskId"] = json!(task.to_string());
            }
            Ok(None) => {
                item["async"] = json!(false);
                item["success"] = json!(true);
            }
            Err(code) => fail(&mut item, code),
        }
        items.push(item);
    }
    reorder(call, &mut items);
    Ok(json!({"resultItems": items}))
}

/// What `toRecycleBin` means.
fn removal(option: &Arguments) -> Result<Removal, Code> {
    Ok(if option.flag("toRecycleBin")? {
        Removal::ToBin
    } else {
        Removal::ForGood
    })
}

/// An item that was not done: nothing is said of a target.
pub(super) fn fail(item: &mut Value, code: Code) {
    item["async"] = json!(false);
    item["success"] = json!(false);
    item["errorCode"] = json!(code.wire().0);
}

/// Brings items into an order of chance, where the rules ask for that.
pub(super) fn reorder(call: &mut Call<'_>, items: &mut [Value]) {
    if call.act.rules.is("item-order", "shuffled") {
        call.drive.chance.shuffle(items);
    }
}
