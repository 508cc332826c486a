//! From the bytes of a reply to what it says, or to why it says nothing.

use serde::de::DeserializeOwned;

use super::verdict::{Stated, Verdict, by_code, by_status, senseless, shut_out};
use super::wire::FailureReply;
use crate::provider::error::ProviderError;
use crate::provider::http::{Nature, Reply};

/// The longest piece of a service's own words that is passed on.
const LONGEST_QUOTE: usize = 200;
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

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
    let body = reply.body.as_slice();
    let body = body.strip_prefix(BYTE_ORDER_MARK).unwrap_or(body);
    let refusal = FailureReply::read(body);
    if refusal.is_shut_out() || is_ban_page(reply.status, body) {
        return Err(failure(route, shut_out(nature), &refusal));
    }
    if reply.status != 200 {
        let verdict = match &refusal.code {
            Some(code) => by_code(code, reply.status, nature),
            None => by_status(reply.status, nature, Stated::Nothing),
        };
        let mut error = failure(route, verdict, &refusal);
        if refusal.code.is_none() {
            let status = format!(" (status {})", reply.status);
            error.message.push_str(&status);
        }
        return Err(error);
    }
    if let Some(code) = &refusal.code {
        // No documented answer has a code, so this is a refusal under the wrong status.
        return Err(failure(
            route,
            by_code(code, reply.status, nature),
            &refusal,
        ));
    }
    read(body).map_err(|why| {
        let mut error = failure(route, senseless(nature), &refusal);
        error.message.push_str(&format!(" ({why})"));
        error
    })
}

/// The error of an item or a whole reply that does not say what it must.
pub(super) fn incomplete(route: &str, nature: Nature, why: &str) -> ProviderError {
    let verdict = senseless(nature);
    ProviderError {
        kind: verdict.kind,
        retry: verdict.retry,
        effect: verdict.effect,
        message: format!("{route}: the answer makes no sense: {why}"),
    }
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
    failure(route, verdict, &refusal)
}

/// One line of a service's own words, without what could play tricks on a terminal.
pub(super) fn quote(text: &str) -> String {
    let plain = text.chars().filter(|character| !character.is_control());
    plain.take(LONGEST_QUOTE).collect()
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, String> {
    let begins = body.iter().find(|byte| !byte.is_ascii_whitespace());
    match begins {
        None => return Err("it is empty".to_owned()),
        Some(b'{') => {}
        Some(_) => return Err("it is no JSON object".to_owned()),
    }
    // The words of the parser are not passed on: they quote what it met, which may be a secret.
    serde_json::from_slice(body).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        format!("it cannot be read from line {line}, column {column} on")
    })
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

fn failure(route: &str, verdict: Verdict, refusal: &FailureReply) -> ProviderError {
    let mut message = format!("{route}: {}", verdict.advice);
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
    if !details.is_empty() {
        message.push_str(&format!(" ({})", details.join("; ")));
    }
    ProviderError {
        kind: verdict.kind,
        retry: verdict.retry,
        effect: verdict.effect,
        message,
    }
}
