//! Files from their bytes: a ticket, the bytes, and the confirmation.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::call::{Answer, Call, Outcome};
use crate::emulator::smh::drive::{Confirmation, Details, Strategy};
use crate::emulator::smh::error::Code;
use crate::emulator::smh::wire;

/// For how long bytes are taken, in milliseconds.
const TICKET_LIFE: u64 = 7_200_000;

pub(super) fn begin(call: &mut Call<'_>) -> Outcome {
    if ["linkTo", "fromTemplate"]
        .iter()
        .any(|key| call.body.get(key).is_some())
    {
        // Links and templates are no part of what this service stands in for.
        return Err(Code::ParamInvalid);
    }
    let strategy = call.strategy()?.unwrap_or(Strategy::Rename);
    let size = call.text("filesize").map(str::parse::<u64>).transpose();
    let size = size.map_err(|_| Code::ParamInvalid)?;
    let size = size.or(call.body.get("size").and_then(Value::as_u64));
    let mut details = details(call.body);
    details.metadata = metadata(call.headers);
    let spot = call.spot()?;
    let asked = (size.unwrap_or(0), details);
    let upload = call
        .library
        .open_upload(&call.act, &spot, strategy, asked)?;
    let key = upload.key.clone();
    let domain = call.endpoint.trim_start_matches("http://");
    Answer::ok(json!({
        "domain": domain,
        "path": format!("/_upload/{}/{key}", call.library.id),
        "headers": {"x-cos-acl": "private"},
        "confirmKey": key,
        "expiration": wire::date(call.act.now + TICKET_LIFE),
    }))
}

pub(super) fn put(call: &mut Call<'_>) -> Outcome {
    let key = call.part("key").to_owned();
    call.library.receive(&key, call.bytes)?;
    Ok(Answer::Bare(200))
}

pub(super) fn confirm(call: &mut Call<'_>) -> Outcome {
    let told = match call.body.get("crc64") {
        None | Some(Value::Null) => None,
        Some(Value::String(text)) => Some(checksum(text).ok_or(Code::BadCrc64)?),
        Some(_) => return Err(Code::ParamInvalid),
    };
    let confirmation = Confirmation {
        strategy: call.strategy()?,
        crc64: told,
        details: details(call.body),
    };
    let key = call.part("key").to_owned();
    let (space, landed) = call.library.confirm(&call.act, &key, confirmation)?;
    let entry = call.library.space(&space)?.tree.get(landed.id);
    let entry = entry.ok_or(Code::FileNotFound)?;
    let mut object = wire::entry(entry, call.inodes(), call.act.rules);
    object.insert("path".to_owned(), json!(landed.path));
    Answer::ok(Value::Object(object))
}

pub(super) fn cancel(call: &mut Call<'_>) -> Outcome {
    let key = call.part("key").to_owned();
    call.library.cancel_upload(&key)?;
    Ok(Answer::Bare(204))
}

/// A checksum as text, with or without a sign.
fn checksum(text: &str) -> Option<u64> {
    let signed = || text.parse::<i64>().ok().map(i64::cast_unsigned);
    text.parse().ok().or_else(signed)
}

/// What the uploader says of the file.
fn details(body: &Value) -> Details {
    let text = |field: &str| body.get(field).and_then(Value::as_str).map(str::to_owned);
    let labels = body.get("labels").and_then(Value::as_array);
    let labels = labels.into_iter().flatten().filter_map(Value::as_str);
    Details {
        category: text("category"),
        labels: labels.map(str::to_owned).collect(),
        local_creation_time: text("localCreationTime"),
        local_modification_time: text("localModificationTime"),
        metadata: BTreeMap::new(),
    }
}

fn metadata(headers: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let own = headers
        .iter()
        .filter(|(name, _)| name.starts_with("x-smh-meta-"));
    own.map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}
