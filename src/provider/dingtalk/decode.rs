//! From the bytes of a reply to what it says, or to why it says nothing.

use serde::de::DeserializeOwned;

use super::verdict::{by_code, shut_out};
use super::wire::FailureReply;
use crate::provider::error::ProviderError;
use crate::provider::http::{
    Nature, Reply, Stated, Verdict, by_status, failure, plain, read_object, read_unsuspicious,
    senseless,
};
pub(super) use crate::provider::http::{incomplete, quote};

/// Reads a reply.
///
/// # Errors
/// The call was refused, or nothing can be made of the answer. For a call that writes the latter
/// leaves open what happened.
pub(super) fn decode<T: DeserializeOwned>(
    route: &str,
    nature: Nature,
    reply: &Reply,
) -> Result<T, ProviderError> {
    if reply.status == 200
        && let Some(found) = undoubted(&reply.body)
    {
        return Ok(found);
    }
    let body = plain(&reply.body);
    let refusal = FailureReply::read(body);
    if shuts_out(reply) {
        return Err(refused(route, shut_out(nature), &refusal));
    }
    if reply.status != 200 {
        let verdict = match &refusal.code {
            Some(code) => by_code(code, reply.status, nature),
            None => by_status(reply.status, nature, Stated::Nothing),
        };
        let mut error = refused(route, verdict, &refusal);
        if refusal.code.is_none() {
            let status = format!(" (status {})", reply.status);
            error.message.push_str(&status);
        }
        return Err(error);
    }
    if let Some(code) = &refusal.code {
        // No documented answer has a code, so this is a refusal under the wrong status.
        return Err(refused(
            route,
            by_code(code, reply.status, nature),
            &refusal,
        ));
    }
    read_object(body).map_err(|why| {
        let mut error = refused(route, senseless(nature), &refusal);
        error.message.push_str(&format!(" ({why})"));
        error
    })
}

/// The answer in the body of a reply that is no refusal beyond doubt, as nearly all are.
pub(super) fn undoubted<T: DeserializeOwned>(body: &[u8]) -> Option<T> {
    read_unsuspicious(plain(body), &FailureReply::TELLING)
}

/// The error of an item that a batch did not do, by the code that its result has.
pub(super) fn item_error(route: &str, code: &str) -> ProviderError {
    let verdict = by_code(code, 200, Nature::Writes);
    // Codes are words; anything else is not repeated.
    let is_word = |code: &&str| {
        code.bytes()
            .all(|byte| byte.is_ascii_alphabetic() || byte == b'.')
    };
    let refusal = FailureReply {
        code: Some(code).filter(is_word).map(str::to_owned),
        ..FailureReply::default()
    };
    refused(route, verdict, &refusal)
}

/// Whether all calls of this machine's address are refused for a while, this one among them.
pub(super) fn shuts_out(reply: &Reply) -> bool {
    let body = plain(&reply.body);
    FailureReply::read(body).is_shut_out() || is_ban_page(reply.status, body)
}

/// Whether it is the page that an address gets which called too often. Its status is stated
/// nowhere, so it is known by its words or by a status for which no other page is sent.
fn is_ban_page(status: u16, body: &[u8]) -> bool {
    let begin = &body[..body.len().min(4096)];
    let text = String::from_utf8_lossy(begin).to_ascii_lowercase();
    if !text.trim_start().starts_with('<') || status >= 500 {
        return false;
    }
    let named = ["punish", "x5sec", "denied", "\"deny\"", "too many"];
    matches!(status, 403 | 405 | 429) || named.iter().any(|word| text.contains(word))
}

fn refused(route: &str, verdict: Verdict, refusal: &FailureReply) -> ProviderError {
    let mut details = Vec::new();
    details.extend(refusal.code.as_deref().map(quote));
    if !refusal.required_scopes.is_empty() {
        details.push(format!(
            "needs {}",
            quote(&refusal.required_scopes.join(", "))
        ));
    }
    let words = refusal.message.as_deref().map(quote);
    details.extend(words.filter(|words| !words.is_empty()));
    if let Some(request) = &refusal.request_id {
        details.push(format!("request {}", quote(request)));
    }
    failure(route, verdict, &details)
}
