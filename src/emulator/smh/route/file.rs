//! What is known of one file.

use serde_json::{Value, json};

use super::call::{Answer, Call, Outcome};
use crate::emulator::exchange::Reply;
use crate::emulator::smh::drive::{Entry, Kind, ROOT, Space};
use crate::emulator::smh::error::Code;
use crate::emulator::smh::wire::{self, Inodes};
use crate::emulator::tree::Node;

/// For how long an address for the bytes of a file would hold, in milliseconds.
const ADDRESS_LIFE: u64 = 7_200_000;

pub(super) fn head(call: &mut Call<'_>) -> Outcome {
    let (_, file) = found(call)?;
    let content = file.content.as_ref().ok_or(Code::FileNotFound)?;
    let mut reply = Reply::text(200, "application/json", "");
    let headers = [
        ("type", wire::kind(Kind::File).to_owned()),
        ("creation-time", wire::date(file.created)),
        ("content-type", wire::content_type(&file.name).to_owned()),
        ("size", content.size.to_string()),
        ("etag", content.tag.clone()),
        (
            "crc64",
            wire::checksum(content.crc64, "crc64", call.act.rules),
        ),
    ];
    let metadata = file.details.metadata.iter();
    let metadata = metadata.map(|(name, value)| (name.clone(), value.clone()));
    reply.headers = headers
        .into_iter()
        .map(|(name, value)| (format!("x-smh-{name}"), value))
        .chain(metadata)
        .collect();
    Ok(Answer::Raw(reply))
}

pub(super) fn info(call: &mut Call<'_>) -> Outcome {
    let (space, file) = found(call)?;
    let mut object = wire::entry(file, call.inodes(), call.act.rules);
    object.insert("path".to_owned(), json!(space.path(file.id)));
    object.insert("cosUrl".to_owned(), json!(address(call, file)));
    let until = wire::date(call.act.now + ADDRESS_LIFE);
    object.insert("cosUrlExpiration".to_owned(), json!(until));
    Answer::ok(Value::Object(object))
}

pub(super) fn download(call: &mut Call<'_>) -> Outcome {
    let (_, file) = found(call)?;
    let mut reply = Reply::text(302, "application/json", "");
    reply.headers = vec![("location".to_owned(), address(call, file))];
    Ok(Answer::Raw(reply))
}

pub(super) fn by_inode(call: &mut Call<'_>) -> Outcome {
    let wanted = call.part("inode");
    let space = call.library.space(call.space())?;
    let mut entries = space.tree.entries().filter(|entry| entry.id != ROOT);
    let entry = entries.find(|entry| entry.inode == wanted);
    let entry = entry.ok_or(Code::PathNotFound)?;
    let mut object = wire::entry(entry, Inodes::Shown, call.act.rules);
    object.insert("path".to_owned(), json!(space.path(entry.id)));
    Answer::ok(Value::Object(object))
}

fn found<'a>(call: &'a Call<'_>) -> Result<(&'a Space, &'a Entry), Code> {
    let spot = call.spot()?;
    let space = call.library.space(&spot.space)?;
    let entry = space.find(&spot.path, call.act.rules);
    let file = entry.filter(|entry| entry.kind() == Kind::File);
    Ok((space, file.ok_or(Code::FileNotFound)?))
}

/// Where the bytes would be; nothing is there, because bytes are only counted.
fn address(call: &Call<'_>, file: &Entry) -> String {
    format!("{}/_object/{}", call.endpoint, file.inode)
}
