//! Removing one file or one directory.

use serde_json::json;

use super::call::{Answer, Call, Outcome};
use crate::emulator::smh::drive::{Kind, Removal, Wanted, Way};

pub(super) fn file(call: &mut Call<'_>) -> Outcome {
    remove(call, Kind::File)
}

pub(super) fn directory(call: &mut Call<'_>) -> Outcome {
    remove(call, Kind::Folder)
}

fn remove(call: &mut Call<'_>, kind: Kind) -> Outcome {
    let way = if call.flag("permanent") {
        Way::ForGood
    } else {
        Way::ToBin
    };
    let removal = Removal {
        spot: call.spot()?,
        wanted: Wanted::Only(kind),
        way,
    };
    match call.library.remove(&call.act, &removal)? {
        Some(item) => Answer::ok(json!({"recycledItemId": item})),
        None => Ok(Answer::Bare(204)),
    }
}
