//! Spaces.

use serde_json::{Value, json};

use super::call::{Answer, Call, Outcome};
use crate::emulator::smh::drive::{Cut, Kind, LARGEST_PAGE, ROOT, Tenants};
use crate::emulator::smh::error::Code;
use crate::emulator::smh::wire;
use crate::emulator::tree::Node;

pub(super) fn create(call: &mut Call<'_>) -> Outcome {
    if call.library.tenants == Tenants::One {
        return Err(Code::NotMultiSpaceLibrary);
    }
    let id = format!("space{}", call.library.chance.word(13).to_lowercase());
    call.library.add_space(&call.act, &id);
    Ok(Answer::Json(201, json!({"spaceId": id})))
}

pub(super) fn list(call: &mut Call<'_>) -> Outcome {
    let limit = call.number("limit", LARGEST_PAGE)?;
    let marker = call.number("marker", usize::MAX)?.unwrap_or(0);
    if limit == Some(0) {
        return Err(Code::ParamInvalid);
    }
    let governs = call.rights().governs();
    let spaces = call.library.spaces.values();
    let shown = spaces.filter(|space| governs || space.user == call.act.user);
    let all: Vec<Value> = shown
        .map(|space| {
            json!({
                "spaceId": space.id,
                "userId": space.user,
                "creationTime": wire::date(space.created),
            })
        })
        .collect();
    let cut = Cut {
        start: marker,
        length: limit.unwrap_or(LARGEST_PAGE),
    };
    let (shown, next) = cut.of(&all);
    let mut body = json!({"list": shown, "marker": marker});
    if let Some(next) = next {
        let next = u64::try_from(next).unwrap_or(u64::MAX);
        body["nextMarker"] = wire::number(next, "marker", call.act.rules);
    }
    Answer::ok(body)
}

pub(super) fn size(call: &mut Call<'_>) -> Outcome {
    let used = call.library.space(call.space())?.used();
    Answer::ok(json!({"size": used.to_string()}))
}

pub(super) fn file_count(call: &mut Call<'_>) -> Outcome {
    let space = call.library.space(call.space())?;
    let count = |kind: Kind| {
        let entries = space.tree.entries().filter(|entry| entry.id != ROOT);
        entries.filter(|entry| entry.kind() == kind).count()
    };
    let items = call.library.recycled.values();
    let items = items.filter(|item| item.space == space.id);
    let recycled: Vec<Kind> = items
        .flat_map(|item| item.entries.iter().map(Node::kind))
        .collect();
    let binned = |kind: Kind| recycled.iter().filter(|found| **found == kind).count();
    let earlier: usize = space.tree.entries().map(|entry| entry.history.len()).sum();
    Answer::ok(json!({
        "fileNum": count(Kind::File).to_string(),
        "dirNum": count(Kind::Folder).to_string(),
        "recycledFileNum": binned(Kind::File).to_string(),
        "recycledDirNum": binned(Kind::Folder).to_string(),
        "historyFileNum": earlier.to_string(),
    }))
}

pub(super) fn delete(call: &mut Call<'_>) -> Outcome {
    if call.library.tenants == Tenants::One {
        return Err(Code::NotMultiSpaceLibrary);
    }
    let space = call.space().to_owned();
    call.library.spaces.remove(&space);
    call.library.recycled.retain(|_, item| item.space != space);
    call.library.revision += 1;
    Ok(Answer::Bare(204))
}
