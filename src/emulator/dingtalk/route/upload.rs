//! How a file comes to be: ask where its bytes go, send them there, commit.

use serde_json::{Value, json};

use super::call::{Answer, Call};
use crate::emulator::dingtalk::arguments::entry_id;
use crate::emulator::dingtalk::drive::{Commit, EntryId, SpaceId, UPLOAD_LIFE};
use crate::emulator::dingtalk::error::Code;
use crate::emulator::dingtalk::wire::{self, Thumbnails};
use crate::emulator::exchange::Reply;

pub(super) fn info(call: &mut Call<'_>) -> Result<Value, Code> {
    let space = call.space()?;
    open(call, space)
}

pub(super) fn info_v2(call: &mut Call<'_>) -> Result<Value, Code> {
    let (space, _) = parent(call)?;
    open(call, space)
}

/// The folder whose uuid stands in the path.
fn parent(call: &Call<'_>) -> Result<(SpaceId, EntryId), Code> {
    let found = call.drive.by_uuid(call.part("parentUuid"));
    let (space, id) = found.ok_or(Code::DentryNotExist)?;
    if call.drive.space(space)?.tree.is_folder(id) {
        Ok((space, id))
    } else {
        Err(Code::Argument("parentDentryUuid"))
    }
}

fn open(call: &mut Call<'_>, space: SpaceId) -> Result<Value, Code> {
    match call.arguments.text("protocol")? {
        "HEADER_SIGNATURE" => {}
        _ => return Err(Code::Argument("protocol")),
    }
    if call.arguments.flag("multipart")? {
        return Err(Code::ProtocolNotSupported);
    }
    let option = call.arguments.option()?;
    match option.optional_text("storageDriver")? {
        None | Some("DINGTALK") => {}
        Some(_) => return Err(Code::Argument("storageDriver")),
    }
    let announced = option.body().get("preCheckParam");
    let announced = announced.and_then(|check| check.get("size"));
    let size = announced.and_then(Value::as_u64).unwrap_or(0);
    let upload = call.drive.open_upload(&call.act, space, size)?;
    Ok(json!({
        "uploadKey": upload.key,
        "storageDriver": "DINGTALK",
        "protocol": "HEADER_SIGNATURE",
        "headerSignatureInfo": {
            "resourceUrls": [format!("{}/_upload/{}", call.endpoint, upload.key)],
            "headers": {
                "Authorization": upload.signature,
                "x-oss-date": wire::date(upload.made, call.act.rules),
            },
            "expirationSeconds": UPLOAD_LIFE / 1000,
            "region": "ZHANGJIAKOU",
            "internalResourceUrls": [],
        },
    }))
}

/// Takes the bytes, as an object store does: its errors are in XML and not those of the API.
pub(super) fn put(call: &mut Call<'_>) -> Answer {
    let key = call.part("uploadKey").to_owned();
    let sent = |name: &str| call.headers.get(name).map_or("", String::as_str);
    let typed = !sent("content-type").is_empty();
    let signature = sent("authorization").to_owned();
    let length = u64::try_from(call.bytes.len()).unwrap_or(u64::MAX);
    let now = call.act.now;
    let Some(upload) = call.drive.uploads.get_mut(&key) else {
        return Answer::Raw(store_error(404, "NoSuchKey"));
    };
    if typed || signature != upload.signature {
        return Answer::Raw(store_error(403, "SignatureDoesNotMatch"));
    }
    if now > upload.made + UPLOAD_LIFE {
        return Answer::Raw(store_error(403, "RequestTimeTooSkewed"));
    }
    upload.received = Some(length);
    call.drive.revision += 1;
    Answer::Raw(Reply::text(200, "application/xml", ""))
}

fn store_error(status: u16, code: &str) -> Reply {
    let body = format!("<?xml version=\"1.0\"?>\n<Error><Code>{code}</Code></Error>\n");
    Reply::text(status, "application/xml", body)
}

pub(super) fn commit(call: &mut Call<'_>) -> Result<Value, Code> {
    let space = call.space()?;
    let parent = entry_id(call.arguments.text("parentId")?);
    committed(call, space, parent)
}

pub(super) fn commit_v2(call: &mut Call<'_>) -> Result<Value, Code> {
    let (space, parent) = parent(call)?;
    // The newer call has other words for the same refusals.
    let words = [
        (Code::DentryAlreadyExist, Code::DentryNameConflict),
        (Code::DentryNameIllegal, Code::Argument("name")),
    ];
    committed(call, space, parent).map_err(|code| {
        let other = words.iter().find(|(older, _)| *older == code);
        other.map_or(code, |(_, newer)| *newer)
    })
}

fn committed(call: &mut Call<'_>, space: SpaceId, parent: EntryId) -> Result<Value, Code> {
    let option = call.arguments.option()?;
    let overwrite = call.arguments.optional_text("overwriteDentryId")?;
    let commit = Commit {
        space,
        parent,
        key: call.arguments.text("uploadKey")?,
        name: call.arguments.text("name")?,
        size: option.number("size")?,
        strategy: option.strategy()?,
        overwrite: overwrite.map(entry_id),
        properties: option.properties(call.act.app)?,
    };
    let id = call.drive.commit(&call.act, &commit)?;
    let tree = &call.drive.space(space)?.tree;
    let dentry = wire::dentry(tree, &call.act, (space, id), Thumbnails::Left)?;
    Ok(json!({"dentry": dentry}))
}
