//! From the bytes of a reply to values, and from a refusal to an error.

use serde::de::DeserializeOwned;

use super::call::Nature;
use super::field::Object;
use super::verdict::{Verdict, senseless};
use crate::provider::error::ProviderError;

/// The longest piece of a service's own words that is passed on.
const LONGEST_QUOTE: usize = 200;
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// A body without a mark that some programs put at its beginning.
pub(in crate::provider) fn plain(body: &[u8]) -> &[u8] {
    body.strip_prefix(BYTE_ORDER_MARK).unwrap_or(body)
}

/// Reads a body that is one JSON object.
///
/// # Errors
/// It is none; the text says why, without repeating any of it.
pub(in crate::provider) fn read_object<T: DeserializeOwned>(body: &[u8]) -> Result<T, String> {
    match begin(body)? {
        b'{' => parse(body),
        _ => Err("it is no JSON object".to_owned()),
    }
}

/// Reads a body that is one JSON list of objects.
///
/// # Errors
/// It is none; the text says why, without repeating any of it.
pub(in crate::provider) fn read_list<T: DeserializeOwned>(body: &[u8]) -> Result<Vec<T>, String> {
    match begin(body)? {
        b'[' => {
            let list: Vec<Object<T>> = parse(body)?;
            Ok(list.into_iter().map(|object| object.0).collect())
        }
        _ => Err("it is no JSON list".to_owned()),
    }
}

/// The error of an item or a whole reply that does not say what it must.
pub(in crate::provider) fn incomplete(route: &str, nature: Nature, why: &str) -> ProviderError {
    let verdict = senseless(nature);
    ProviderError {
        kind: verdict.kind,
        retry: verdict.retry,
        effect: verdict.effect,
        message: format!("{route}: the answer makes no sense: {why}"),
    }
}

/// The error of a refusal, with what the service said in brackets.
pub(in crate::provider) fn failure(
    route: &str,
    verdict: Verdict,
    details: &[String],
) -> ProviderError {
    let mut message = format!("{route}: {}", verdict.advice);
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

/// One line of a service's own words, without what could play tricks on a terminal.
pub(in crate::provider) fn quote(text: &str) -> String {
    let plain = text.chars().filter(|character| !character.is_control());
    plain.take(LONGEST_QUOTE).collect()
}

fn begin(body: &[u8]) -> Result<u8, String> {
    let mut bytes = body.iter().filter(|byte| !byte.is_ascii_whitespace());
    bytes
        .next()
        .copied()
        .ok_or_else(|| "it is empty".to_owned())
}

fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, String> {
    // The words of the parser are not passed on: they quote what it met, which may be a secret.
    serde_json::from_slice(body).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        format!("it cannot be read from line {line}, column {column} on")
    })
}
