//! The three batch calls. A batch is not atomic: each item carries its own result.

use serde_json::{Value, json};

use super::call::{Answer, Call, Outcome};
use crate::emulator::smh::drive::{
    Carriage, End, Errand, Removal, Spot, Strategy, Verb, Wanted, Way,
};
use crate::emulator::smh::error::Code;
use crate::emulator::smh::wire;

/// Most items of one batch.
pub(super) const MOST_ITEMS: usize = 1000;

pub(super) fn copy(call: &mut Call<'_>) -> Outcome {
    let errands = errands(call, |call, item| {
        carriage(call, item, Verb::Copy, ("copyFrom", "copyFromSpaceId"))
    })?;
    finish(call, errands)
}

pub(super) fn move_all(call: &mut Call<'_>) -> Outcome {
    let errands = errands(call, |call, item| {
        carriage(call, item, Verb::Move, ("from", "fromSpaceId"))
    })?;
    finish(call, errands)
}

pub(super) fn delete(call: &mut Call<'_>) -> Outcome {
    let errands = errands(call, removal)?;
    finish(call, errands)
}

/// Reads all items of a body; one that cannot be read is a wrong call.
pub(super) fn errands(
    call: &Call<'_>,
    read: impl Fn(&Call<'_>, &Value) -> Result<Errand, Code>,
) -> Result<Vec<Errand>, Code> {
    let items = call.body.as_array().ok_or(Code::ParamInvalid)?;
    if items.is_empty() || items.len() > MOST_ITEMS {
        return Err(Code::ParamInvalid);
    }
    items.iter().map(|item| read(call, item)).collect()
}

/// Does a batch at once, or begins it where it has many items.
pub(super) fn finish(call: &mut Call<'_>, errands: Vec<Errand>) -> Outcome {
    let threshold = call.act.rules.length("async-items");
    if threshold > 0 && errands.len() > threshold {
        let space = call.space().to_owned();
        let task = call.library.begin_batch(&call.act, &space, errands);
        return Ok(began(call, task));
    }
    let mut ends: Vec<End> = Vec::new();
    for (index, errand) in errands.iter().enumerate() {
        ends.push(call.library.run(&call.act, index, errand));
    }
    let items = wire::items(&errands, &ends, call.act.rules);
    Ok(Answer::Json(wire::status(&ends), json!({"result": items})))
}

/// The reply to a call that goes on as a task.
pub(super) fn began(call: &Call<'_>, task: u64) -> Answer {
    let id = wire::number(task, "task-id", call.act.rules);
    Answer::Json(202, json!({"taskId": id}))
}

fn carriage(
    call: &Call<'_>,
    item: &Value,
    verb: Verb,
    (from, from_space): (&str, &str),
) -> Result<Errand, Code> {
    let text = |field: &str| item.get(field).and_then(Value::as_str);
    let to = call.space();
    let source_space = match item.get(from_space) {
        None | Some(Value::Null) => to,
        Some(Value::String(space)) => space,
        Some(_) => return Err(Code::ParamInvalid),
    };
    let named = text(from_space).is_some();
    if named && source_space == to && call.act.rules.is("same-space", "refuse") {
        return Err(Code::ParamInvalid);
    }
    let strategy = match item.get("conflictResolutionStrategy") {
        None | Some(Value::Null) => None,
        Some(Value::String(word)) => Some(Strategy::parse(word)?),
        Some(_) => return Err(Code::InvalidConflictResolutionStrategy),
    };
    let from = text(from).ok_or(Code::ParamInvalid)?;
    let target = text("to").ok_or(Code::ParamInvalid)?;
    Ok(Errand::Carry(Carriage {
        verb,
        source: Spot {
            space: source_space.to_owned(),
            path: call.body_path(from, Code::InvalidSourcePath)?,
        },
        target: Spot {
            space: to.to_owned(),
            path: call.body_path(target, Code::InvalidDestinationPath)?,
        },
        strategy,
        wanted: Wanted::Either,
    }))
}

fn removal(call: &Call<'_>, item: &Value) -> Result<Errand, Code> {
    let path = item.get("path").and_then(Value::as_str);
    let path = path.ok_or(Code::ParamInvalid)?;
    Ok(Errand::Remove(Removal {
        spot: Spot {
            space: call.space().to_owned(),
            path: call.body_path(path, Code::ParamInvalid)?,
        },
        wanted: Wanted::Either,
        way: way(item.get("permanent"))?,
    }))
}

/// What clients send for `permanent`: a truth, a number, or either as text.
fn way(permanent: Option<&Value>) -> Result<Way, Code> {
    let word = match permanent {
        None | Some(Value::Null) => return Ok(Way::ToBin),
        Some(Value::String(word)) => word.clone(),
        Some(value) => value.to_string(),
    };
    match word.as_str() {
        "true" | "1" => Ok(Way::ForGood),
        "false" | "0" => Ok(Way::ToBin),
        _ => Err(Code::ParamInvalid),
    }
}
