//! New directories, and whether one is there.

use serde_json::{Map, Value, json};

use super::call::{Answer, Call, Outcome};
use crate::emulator::smh::drive::{Kind, Strategy};
use crate::emulator::smh::error::Code;
use crate::emulator::smh::wire;
use crate::emulator::tree::Node;

pub(super) fn create(call: &mut Call<'_>) -> Outcome {
    let strategy = call.strategy()?.unwrap_or(Strategy::Ask);
    if strategy == Strategy::Overwrite {
        return Err(Code::InvalidConflictResolutionStrategy);
    }
    let spot = call.spot()?;
    let landed = call.library.create_directory(&call.act, &spot, strategy)?;
    let mut body = Map::new();
    if strategy == Strategy::Rename {
        body.insert("path".to_owned(), json!(landed.path));
    }
    if call.flag("with_inode") {
        let made = call.library.space(&spot.space)?.tree.get(landed.id);
        let made = made.ok_or(Code::DirectoryNotFound)?;
        body.insert("creationTime".to_owned(), json!(wire::date(made.created)));
        body.insert("inode".to_owned(), json!(made.inode));
    }
    if body.is_empty() {
        Ok(Answer::Bare(201))
    } else {
        Ok(Answer::Json(201, Value::Object(body)))
    }
}

pub(super) fn head(call: &mut Call<'_>) -> Outcome {
    let spot = call.spot()?;
    let found = call
        .library
        .space(&spot.space)?
        .find(&spot.path, call.act.rules);
    match found.map(Node::kind) {
        Some(Kind::Folder) => Ok(Answer::Bare(200)),
        Some(Kind::File) | None => Err(Code::DirectoryNotFound),
    }
}
