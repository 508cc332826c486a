//! The recycle bin.

use serde_json::{Value, json};

use super::batch::{fail, reorder};
use super::call::Call;
use super::listing::{limit, page, token};
use crate::emulator::dingtalk::arguments::{entry_id, space_id};
use crate::emulator::dingtalk::drive::{BinItem, Restored};
use crate::emulator::dingtalk::error::Code;
use crate::emulator::dingtalk::wire;

/// Most items of a page, of a restoration, and of a removal.
const MOST_LISTED: u64 = 50;
const MOST_RESTORED: usize = 30;
const MOST_PURGED: usize = 50;

/// What a bin covers, which its id says.
enum Scope {
    Organisation,
    Space(u64),
}

impl Scope {
    /// The bin of the organisation has a fixed id, that of a space is made of the space's.
    const ORGANISATION: u64 = 10_001;
    const SPACES: u64 = 90_000_000_000_000;

    fn of(call: &Call<'_>) -> Result<Self, Code> {
        let id: u64 = call.part("binId").parse().map_err(|_| Code::BinNotExist)?;
        if id == Self::ORGANISATION {
            return Ok(Self::Organisation);
        }
        let space = id.checked_sub(Self::SPACES).ok_or(Code::BinNotExist)?;
        call.drive.space(space).map_err(|_| Code::BinNotExist)?;
        Ok(Self::Space(space))
    }

    fn covers(&self, item: &BinItem) -> bool {
        match self {
            Self::Organisation => true,
            Self::Space(space) => item.space == *space,
        }
    }
}

pub(super) fn find(call: &mut Call<'_>) -> Result<Value, Code> {
    let wanted = |name: &'static str| call.query.get(name).ok_or(Code::Missing(name));
    let scope = wanted("recycleBinScope")?;
    let scope_id = wanted("scopeId")?;
    let all = call.act.rules.is("bin-scopes", "all");
    let id = match scope.as_str() {
        "ORG" if call.tokens.corporation(call.act.app) == scope_id => Scope::ORGANISATION,
        "APP" if all && call.act.app == scope_id => Scope::ORGANISATION,
        "SPACE" if all => {
            let space = call.drive.space(space_id(scope_id));
            Scope::SPACES + space.map_err(|_| Code::BinNotExist)?.id
        }
        "ORG" => return Err(Code::BinNotExist),
        "APP" if all => return Err(Code::BinNotExist),
        _ => return Err(Code::Argument("recycleBinScope")),
    };
    let bin = json!({"id": id.to_string(), "scope": scope, "scopeId": scope_id});
    Ok(json!({"recycleBin": bin}))
}

pub(super) fn list(call: &mut Call<'_>) -> Result<Value, Code> {
    let scope = Scope::of(call)?;
    let limit = limit(
        call.query_number("maxResults")?,
        MOST_LISTED,
        call.act.rules,
    )?;
    let below = match token(call.query.get("nextToken").map(String::as_str)) {
        None => u64::MAX,
        Some(token) => token.parse().map_err(|_| Code::Argument("nextToken"))?,
    };
    let items = call.drive.bin_items();
    let mut items = items.filter(|item| item.id < below && scope.covers(item));
    let shown: Vec<&BinItem> = items.by_ref().take(limit).collect();
    let more = items.next().is_some();
    let next = shown
        .last()
        .filter(|_| more)
        .map(|item| item.id.to_string());
    let written = shown
        .iter()
        .map(|item| wire::bin_item(item, call.act.rules));
    Ok(page(
        "recycleItems",
        written.collect(),
        next,
        call.act.rules,
    ))
}

/// The item of the path, in the bin of the path.
fn item(call: &Call<'_>, id: &str) -> Result<u64, Code> {
    let scope = Scope::of(call)?;
    let found = call.drive.bin_item(entry_id(id))?;
    if scope.covers(found) {
        Ok(found.id)
    } else {
        Err(Code::BinItemNotExist)
    }
}

pub(super) fn get(call: &mut Call<'_>) -> Result<Value, Code> {
    let id = item(call, call.part("itemId"))?;
    let item = call.drive.bin_item(id)?;
    Ok(json!({"item": wire::bin_item(item, call.act.rules)}))
}

pub(super) fn restore(call: &mut Call<'_>) -> Result<Value, Code> {
    let id = item(call, call.part("itemId"))?;
    let strategy = call.arguments.option()?.strategy()?;
    let restored = call.drive.restore(&call.act, id, strategy)?;
    let mut body = json!({});
    describe(&mut body, restored);
    Ok(body)
}

fn describe(body: &mut Value, restored: Restored) {
    body["async"] = json!(restored.task.is_some());
    body["spaceId"] = json!(restored.space.to_string());
    body["dentryId"] = json!(restored.id.to_string());
    if let Some(task) = restored.task {
        body["taskId"] = json!(task.to_string());
    }
}

pub(super) fn restore_many(call: &mut Call<'_>) -> Result<Value, Code> {
    let ids = call.arguments.texts("recycleItemIds", MOST_RESTORED)?;
    let strategy = call.arguments.option()?.strategy()?;
    let mut items = Vec::new();
    Scope::of(call)?;
    for id in &ids {
        let mut reply = json!({"recycleBinId": call.part("binId"), "recycleItemId": id});
        let found = item(call, id);
        match found.and_then(|found| call.drive.restore(&call.act, found, strategy)) {
            Ok(restored) => {
                describe(&mut reply, restored);
                if restored.task.is_none() {
                    reply["success"] = json!(true);
                }
            }
            Err(code) => fail(&mut reply, code),
        }
        items.push(reply);
    }
    reorder(call, &mut items);
    Ok(json!({"resultItems": items}))
}

pub(super) fn purge(call: &mut Call<'_>) -> Result<Value, Code> {
    let id = item(call, call.part("itemId"))?;
    call.drive.purge(&call.act, id)?;
    Ok(json!({"success": true}))
}

pub(super) fn purge_many(call: &mut Call<'_>) -> Result<Value, Code> {
    let ids = call.arguments.texts("recycleItemIds", MOST_PURGED)?;
    let found: Result<Vec<u64>, Code> = ids.iter().map(|id| item(call, id)).collect();
    for id in found? {
        call.drive.purge(&call.act, id)?;
    }
    Ok(json!({"success": true}))
}

pub(super) fn clear(call: &mut Call<'_>) -> Result<Value, Code> {
    let scope = Scope::of(call)?;
    let items = call.drive.bin_items().filter(|item| scope.covers(item));
    let ids: Vec<u64> = items.map(|item| item.id).collect();
    for id in ids {
        call.drive.purge(&call.act, id)?;
    }
    Ok(json!({"success": true}))
}
