//! Earlier contents of files.

use serde_json::{Value, json};

use super::call::Call;
use super::listing::{limit, page, token};
use crate::emulator::dingtalk::drive::Role;
use crate::emulator::dingtalk::error::Code;
use crate::emulator::dingtalk::wire;

/// Most versions of a page.
const MOST: u64 = 100;

pub(super) fn list(call: &mut Call<'_>) -> Result<Value, Code> {
    let (space, id) = (call.space()?, call.dentry());
    call.drive.permits(&call.act, space, Role::Reader)?;
    let limit = limit(call.query_number("maxResults")?, MOST, call.act.rules)?;
    let below = match token(call.query.get("nextToken").map(String::as_str)) {
        None => u64::MAX,
        Some(token) => token.parse().map_err(|_| Code::Argument("nextToken"))?,
    };
    let versions = call.drive.versions(space, id)?;
    let mut rest = versions.iter().filter(|content| content.version < below);
    let shown: Vec<_> = rest.by_ref().take(limit).collect();
    let more = rest.next().is_some();
    let next = shown.last().filter(|_| more);
    let next = next.map(|content| content.version.to_string());
    let written = shown
        .iter()
        .map(|content| wire::version(call.drive, &call.act, (space, id), content));
    let dentries: Result<Vec<Value>, Code> = written.collect();
    Ok(page("dentries", dentries?, next, call.act.rules))
}

pub(super) fn revert(call: &mut Call<'_>) -> Result<Value, Code> {
    let (space, id) = (call.space()?, call.dentry());
    let version = call.part("version").parse();
    let version = version.map_err(|_| Code::Argument("version"))?;
    call.drive.revert(&call.act, space, id, version)?;
    Ok(json!({"success": true}))
}
