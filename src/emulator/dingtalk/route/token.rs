//! Access tokens, in the older and the newer form.

use serde_json::{Value, json};

use super::call::Call;
use crate::emulator::dingtalk::error::Code;
use crate::emulator::dingtalk::tokens::TOKEN_LIFE;

fn refuse_forms(call: &Call<'_>) -> Result<(), Code> {
    let kind = call.headers.get("content-type").map_or("", String::as_str);
    if kind.starts_with("application/json") {
        Ok(())
    } else {
        Err(Code::MissingBody)
    }
}

pub(super) fn access_token(call: &mut Call<'_>) -> Result<Value, Code> {
    refuse_forms(call)?;
    let key = call.arguments.text("appKey")?;
    let secret = call.arguments.text("appSecret")?;
    let token = call.tokens.issue(key, secret, call.act.now)?;
    Ok(json!({"accessToken": token, "expireIn": TOKEN_LIFE}))
}

pub(super) fn token(call: &mut Call<'_>) -> Result<Value, Code> {
    refuse_forms(call)?;
    if call.arguments.text("grant_type")? != "client_credentials" {
        return Err(Code::UnsupportedGrant);
    }
    let key = call.arguments.text("client_id")?;
    let secret = call.arguments.text("client_secret")?;
    if call.tokens.corporation(key) != call.part("corpId") {
        return Err(Code::UnknownClient);
    }
    let token = call.tokens.issue(key, secret, call.act.now);
    let token = token.map_err(|_| Code::UnknownClient)?;
    Ok(json!({"access_token": token, "expires_in": TOKEN_LIFE}))
}
