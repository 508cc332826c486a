//! The recycle bin.

use std::cmp::Reverse;

use serde_json::{Value, json};

use super::batch::{errands, finish};
use super::call::{Answer, Call, Outcome};
use super::listing::{Mode, cut};
use crate::emulator::smh::drive::{BinItem, Errand, Orphan, Return, Strategy};
use crate::emulator::smh::error::Code;
use crate::emulator::smh::wire;
use crate::emulator::tree::Node;

pub(super) fn list(call: &mut Call<'_>) -> Outcome {
    let (cut, mode) = cut(call)?;
    let (rules, now) = (call.act.rules, call.act.now);
    let mut items = call.library.bin_items(call.space())?;
    if let Some(by) = call.text("order_by") {
        sort(&mut items, by)?;
    }
    match call.text("order_by_type") {
        None | Some("asc") => {}
        Some("desc") => items.reverse(),
        Some(_) => return Err(Code::OrderByTypeNotAllowed),
    }
    let (shown, next) = cut.of(&items);
    let contents: Vec<Value> = shown
        .iter()
        .map(|item| wire::bin_item(item, now, rules))
        .collect();
    let mut body = json!({"totalNum": items.len(), "contents": contents});
    if let (Mode::Marker, Some(next)) = (mode, next) {
        let next = u64::try_from(next).unwrap_or(u64::MAX);
        body["nextMarker"] = wire::number(next, "marker", rules);
    }
    Answer::ok(body)
}

fn sort(items: &mut [&BinItem], by: &str) -> Result<(), Code> {
    match by {
        "name" => items.sort_by_key(|item| item.path.last()),
        "size" => items.sort_by_key(|item| item.size()),
        "removalTime" => items.sort_by_key(|item| item.at),
        "remainingTime" => items.sort_by_key(|item| Reverse(item.at)),
        "modificationTime" => {
            items.sort_by_key(|item| item.entries.first().map(|root| root.modified));
        }
        _ => return Err(Code::OrderByNotAllowed),
    }
    Ok(())
}

pub(super) fn info(call: &mut Call<'_>) -> Outcome {
    let item = call.library.bin_item(call.space(), item_id(call))?;
    let mut body = wire::bin_item(item, call.act.now, call.act.rules);
    let root = item.entries.first();
    if let Some(root) = root.filter(|root| root.size() > 0) {
        body["cosUrl"] = json!(format!("{}/_object/{}", call.endpoint, root.inode));
    }
    Answer::ok(body)
}

pub(super) fn restore(call: &mut Call<'_>) -> Outcome {
    let default = default(call, "restore-conflict");
    let wish = Return {
        space: call.space().to_owned(),
        item: item_id(call),
        strategy: call.strategy()?.unwrap_or(default),
        orphan: orphan(call)?,
    };
    let landed = call.library.restore(&call.act, &wish)?;
    Answer::ok(json!({"path": landed.path}))
}

pub(super) fn restore_many(call: &mut Call<'_>) -> Outcome {
    let strategy = match call.strategy()? {
        Some(strategy) => strategy,
        None => default(call, "bulk-restore-conflict"),
    };
    let orphan = orphan(call)?;
    let errands = errands(call, |call, item| {
        Ok(Errand::Restore(Return {
            space: call.space().to_owned(),
            item: number(item)?,
            strategy,
            orphan,
        }))
    })?;
    finish(call, errands)
}

pub(super) fn purge(call: &mut Call<'_>) -> Outcome {
    let space = call.space().to_owned();
    call.library.purge(&space, item_id(call))?;
    Ok(Answer::Bare(204))
}

pub(super) fn purge_many(call: &mut Call<'_>) -> Outcome {
    let items = call.body.as_array().ok_or(Code::ParamInvalid)?;
    let items: Vec<u64> = items.iter().map(number).collect::<Result<_, _>>()?;
    let space = call.space().to_owned();
    for item in items {
        // The vendor's words for an item that is not there are a failure of the whole call.
        let purged = call.library.purge(&space, item);
        purged.map_err(|_| Code::InternalServerError)?;
    }
    Ok(Answer::Bare(204))
}

pub(super) fn empty(call: &mut Call<'_>) -> Outcome {
    let space = call.space().to_owned();
    call.library.empty_bin(&space)?;
    Ok(Answer::Bare(204))
}

/// The item of the path. A text that is no number is the id of nothing.
fn item_id(call: &Call<'_>) -> u64 {
    call.part("item").parse().unwrap_or(u64::MAX)
}

fn number(item: &Value) -> Result<u64, Code> {
    let text = item.as_str().and_then(|text| text.parse().ok());
    item.as_u64().or(text).ok_or(Code::ParamInvalid)
}

fn default(call: &Call<'_>, switch: &str) -> Strategy {
    if call.act.rules.is(switch, "ask") {
        Strategy::Ask
    } else {
        Strategy::Rename
    }
}

fn orphan(call: &Call<'_>) -> Result<Orphan, Code> {
    match call.text("restore_path_strategy") {
        None | Some("originalPath") => Ok(Orphan::Refused),
        Some("fallbackToRoot") => Ok(Orphan::ToRoot),
        Some(_) => Err(Code::ParamInvalid),
    }
}
