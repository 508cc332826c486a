//! What is in a directory, and what is at a path.

use serde_json::{Value, json};

use super::call::{Answer, Call, Outcome};
use crate::emulator::smh::drive::{
    Cut, Direction, Entry, Kind, LARGEST_PAGE, ListOrder, Mixture, OrderBy, USUAL_PAGE,
};
use crate::emulator::smh::error::Code;
use crate::emulator::smh::wire;
use crate::emulator::tree::Node;

pub(super) fn list(call: &mut Call<'_>) -> Outcome {
    let order = order(call)?;
    let (cut, mode) = cut(call)?;
    let spot = call.spot()?;
    let space = call.library.space(&spot.space)?;
    let rules = call.act.rules;
    let folder = space.find(&spot.path, rules);
    let folder = folder.filter(|entry| entry.kind() == Kind::Folder);
    let folder = folder.ok_or(Code::DirectoryNotFound)?;
    let known = call.headers.get("if-none-match");
    if known == Some(&folder.tag()) && rules.is("not-modified", "on") {
        return Ok(Answer::Bare(304));
    }
    let all = space.listed(folder, order);
    let (shown, next) = cut.of(&all);
    let inodes = call.inodes();
    let contents: Vec<Value> = shown
        .iter()
        .map(|entry| Value::Object(wire::entry(entry, inodes, rules)))
        .collect();
    let (files, folders) = space.counts(folder);
    let mut body = json!({
        "path": space.path(folder.id),
        "fileCount": files,
        "subDirCount": folders,
        "totalNum": files + folders,
        "eTag": folder.tag(),
        "contents": contents,
    });
    if let (Mode::Marker, Some(next)) = (mode, next) {
        let next = u64::try_from(next).unwrap_or(u64::MAX);
        body["nextMarker"] = wire::number(next, "marker", rules);
    }
    Answer::ok(body)
}

/// How a list is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    Page,
    Marker,
}

/// Which part of a list is asked for: by page, or from a marker on.
pub(super) fn cut(call: &Call<'_>) -> Result<(Cut, Mode), Code> {
    let page = call.number("page", usize::MAX)?;
    let size = call.number("page_size", LARGEST_PAGE)?;
    let limit = call.number("limit", LARGEST_PAGE)?;
    let marker = call.number("marker", usize::MAX)?;
    let marked = marker.is_some() || limit.is_some() || call.flag("by_marker");
    if marked && (page.is_some() || size.is_some()) || limit == Some(0) || page == Some(0) {
        return Err(Code::ParamInvalid);
    }
    if marked {
        let cut = Cut {
            start: marker.unwrap_or(0),
            length: limit.unwrap_or(USUAL_PAGE),
        };
        return Ok((cut, Mode::Marker));
    }
    let length = size.unwrap_or(USUAL_PAGE);
    let start = (page.unwrap_or(1) - 1).saturating_mul(length);
    Ok((Cut { start, length }, Mode::Page))
}

fn order(call: &Call<'_>) -> Result<ListOrder, Code> {
    let by = call.text("order_by").map(OrderBy::parse).transpose()?;
    let direction = call.text("order_by_type").map(Direction::parse);
    let filter = match call.text("filter") {
        None => None,
        Some("onlyDir") => Some(Kind::Folder),
        Some("onlyFile") => Some(Kind::File),
        Some(_) => return Err(Code::ParamInvalid),
    };
    let mixture = match call.text("sort_type") {
        None => Mixture::DirectoriesFirst,
        Some("union") => Mixture::Union,
        Some(_) => return Err(Code::ParamInvalid),
    };
    Ok(ListOrder {
        by: by.unwrap_or(OrderBy::Name),
        direction: direction.transpose()?.unwrap_or(Direction::Ascending),
        filter,
        mixture,
    })
}

pub(super) fn info(call: &mut Call<'_>) -> Outcome {
    let spot = call.spot()?;
    let space = call.library.space(&spot.space)?;
    let entry = space.find(&spot.path, call.act.rules);
    let entry: &Entry = entry.ok_or(Code::PathNotFound)?;
    let mut object = wire::entry(entry, call.inodes(), call.act.rules);
    object.insert("path".to_owned(), json!(space.path(entry.id)));
    object.insert("historySize".to_owned(), json!("0"));
    Answer::ok(Value::Object(object))
}
