//! From the bytes of a reply to what it says, or to why it says nothing.

use serde::de::DeserializeOwned;

use super::verdict::by_status_and_code;
use super::wire::{FailureReply, Field};
use crate::provider::error::ProviderError;
use crate::provider::http::{
    Nature, Reply, Verdict, failure, plain, read_list, read_object, read_unsuspicious, senseless,
};
pub(super) use crate::provider::http::{incomplete, quote};

/// Reads a reply that is an object.
///
/// # Errors
/// The call was refused, or nothing can be made of the answer. For a call that writes the latter
/// leaves open what happened.
pub(super) fn object<T: DeserializeOwned>(
    route: &str,
    nature: Nature,
    reply: &Reply,
) -> Result<T, ProviderError> {
    if reply.status == 200
        && let Some(found) = undoubted(&reply.body)
    {
        return Ok(found);
    }
    let body = accepted(route, nature, reply)?;
    read_object(body).map_err(|why| unreadable(route, nature, &why))
}

/// The answer in the body of a reply that is no refusal beyond doubt: none is without a code.
pub(super) fn undoubted<T: DeserializeOwned>(body: &[u8]) -> Option<T> {
    read_unsuspicious(plain(body), &["code"])
}

/// Reads a reply that is an object, or has no body where the status says it all.
///
/// # Errors
/// As of [`object`].
pub(super) fn object_or_nothing<T: DeserializeOwned + Default>(
    route: &str,
    nature: Nature,
    reply: &Reply,
) -> Result<T, ProviderError> {
    let body = accepted(route, nature, reply)?;
    let says_it_all = matches!(reply.status, 201 | 204);
    if says_it_all && body.iter().all(u8::is_ascii_whitespace) {
        return Ok(T::default());
    }
    read_object(body).map_err(|why| unreadable(route, nature, &why))
}

/// Reads a reply that is a list of objects.
///
/// # Errors
/// As of [`object`].
pub(super) fn list<T: DeserializeOwned>(
    route: &str,
    nature: Nature,
    reply: &Reply,
) -> Result<Vec<T>, ProviderError> {
    let body = accepted(route, nature, reply)?;
    read_list(body).map_err(|why| unreadable(route, nature, &why))
}

/// The error of an item that a batch did not do, by its status and its code.
pub(super) fn item_error(route: &str, status: u16, refusal: &FailureReply) -> ProviderError {
    // The item is spoken of, so it was the service that did not do it, even without a code.
    let code = refusal.code().unwrap_or("unstated");
    let verdict = by_status_and_code(status, Some(code), Nature::Writes);
    let stated = FailureReply {
        code: word(code).map_or(Field::Absent, |code| Field::Given(code.to_owned())),
        ..FailureReply::default()
    };
    refused(route, verdict, &stated, status)
}

/// A code that can be repeated. Codes are words; an item may hold anything else, secrets included.
pub(super) fn word(code: &str) -> Option<&str> {
    let is_word = code.bytes().all(|byte| byte.is_ascii_alphanumeric());
    is_word.then_some(code)
}

/// The body of a reply that is no refusal.
fn accepted<'a>(route: &str, nature: Nature, reply: &'a Reply) -> Result<&'a [u8], ProviderError> {
    let body = plain(&reply.body);
    let refusal = FailureReply::read(body);
    let status = reply.status;
    match status {
        // No documented answer has a code, so nobody knows what happened.
        200 | 201 | 202 | 204 | 207 if refusal.code().is_some() => {
            Err(refused(route, senseless(nature), &refusal, status))
        }
        200 | 201 | 202 | 204 | 207 => Ok(body),
        _ => {
            let verdict = by_status_and_code(status, refusal.code(), nature);
            Err(refused(route, verdict, &refusal, status))
        }
    }
}

fn unreadable(route: &str, nature: Nature, why: &str) -> ProviderError {
    let mut error = failure(route, senseless(nature), &[]);
    error.message.push_str(&format!(" ({why})"));
    error
}

fn refused(route: &str, verdict: Verdict, refusal: &FailureReply, status: u16) -> ProviderError {
    let mut details = Vec::new();
    match refusal.code() {
        Some(code) => details.push(quote(code)),
        None => details.push(format!("status {status}")),
    }
    let words = refusal.message.known().map(|words| quote(words));
    details.extend(words.filter(|words| !words.is_empty()));
    let request = refusal
        .request_id
        .known()
        .or(refusal.smh_request_id.known());
    details.extend(request.map(|request| format!("request {}", quote(request))));
    failure(route, verdict, &details)
}
