//! Copy and move of one file or one directory: the body of a PUT on the target says which.

use serde_json::{Value, json};

use super::batch::began;
use super::call::{Answer, Call, Outcome};
use crate::emulator::smh::drive::{Carriage, Kind, Landed, Spot, Strategy, Verb, Wanted};
use crate::emulator::smh::error::Code;

pub(super) fn copy_file(call: &mut Call<'_>) -> Outcome {
    file(call, Verb::Copy, "copyFrom")
}

pub(super) fn move_file(call: &mut Call<'_>) -> Outcome {
    file(call, Verb::Move, "from")
}

pub(super) fn copy_directory(call: &mut Call<'_>) -> Outcome {
    let space = call.space().to_owned();
    let carriage = carriage(call, Verb::Copy, &space, ("copyFrom", Kind::Folder))?;
    copied(call, carriage)
}

pub(super) fn copy_across(call: &mut Call<'_>) -> Outcome {
    let space = call.body.get("copyFromSpaceId").and_then(Value::as_str);
    let space = space.ok_or(Code::ParamInvalid)?.to_owned();
    call.library.space(&space)?;
    let carriage = carriage(call, Verb::Copy, &space, ("copyFrom", Kind::Folder))?;
    copied(call, carriage)
}

pub(super) fn move_directory(call: &mut Call<'_>) -> Outcome {
    let space = call.space().to_owned();
    let carriage = carriage(call, Verb::Move, &space, ("from", Kind::Folder))?;
    let landed = call.library.carry(&call.act, &carriage)?;
    Ok(directory(&landed))
}

fn file(call: &mut Call<'_>, verb: Verb, field: &str) -> Outcome {
    let space = call.space().to_owned();
    let carriage = carriage(call, verb, &space, (field, Kind::File))?;
    let landed = call.library.carry(&call.act, &carriage)?;
    if call.act.rules.is("file-path", "null") {
        return Answer::ok(json!({"path": null}));
    }
    Answer::ok(json!({"path": landed.path}))
}

/// Copies a directory at once, or begins to where there is much in it.
fn copied(call: &mut Call<'_>, carriage: Carriage) -> Outcome {
    let passage = call.library.examine(&call.act, &carriage)?;
    let space = call.library.space(&carriage.source.space)?;
    let entries = space.tree.below(passage.source).len() + 1;
    let rules = call.act.rules;
    let threshold = rules.length("async-entries");
    let large = threshold > 0 && entries > threshold;
    if large || rules.is("directory-copy", "always") {
        let library = &mut call.library;
        let task = library.begin_directory(&call.act, carriage, passage.source)?;
        return Ok(began(call, task));
    }
    let landed = call.library.carry(&call.act, &carriage)?;
    Ok(directory(&landed))
}

fn directory(landed: &Landed) -> Answer {
    match landed.strategy {
        Strategy::Rename => Answer::Json(200, json!({"path": landed.path})),
        Strategy::Ask | Strategy::Overwrite => Answer::Bare(204),
    }
}

fn carriage(
    call: &Call<'_>,
    verb: Verb,
    space: &str,
    (field, kind): (&str, Kind),
) -> Result<Carriage, Code> {
    let source = call.body.get(field).and_then(Value::as_str);
    let source = source.ok_or(Code::ParamInvalid)?;
    let strategy = call.strategy()?;
    if (kind, strategy) == (Kind::Folder, Some(Strategy::Overwrite)) {
        return Err(Code::InvalidConflictResolutionStrategy);
    }
    let target = call.spot()?;
    if target.path.is_empty() {
        return Err(Code::EmptyPath);
    }
    Ok(Carriage {
        verb,
        source: Spot {
            space: space.to_owned(),
            path: call.body_path(source, Code::InvalidSourcePath)?,
        },
        target,
        strategy,
        wanted: Wanted::Only(kind),
    })
}
