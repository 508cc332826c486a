//! From the bytes of a reply to values, and from a refusal to an error.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, IntoDeserializer, MapAccess, Visitor,
};

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

/// Reads a body that is one JSON object and has none of these keys, whatever their case, without
/// looking at it twice: nearly all replies are of this kind. `None` says nothing of the others.
pub(in crate::provider) fn read_unsuspicious<T: DeserializeOwned>(
    body: &[u8],
    suspicious: &[&str],
) -> Option<T> {
    let mut has_met = false;
    let watch = Watch {
        suspicious,
        has_met: &mut has_met,
        found: PhantomData,
    };
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let found = watch.deserialize(&mut deserializer).ok()?;
    deserializer.end().ok()?;
    (!has_met).then_some(found)
}

/// Watches the keys of an object while it is read.
struct Watch<'w, T> {
    suspicious: &'w [&'w str],
    has_met: &'w mut bool,
    found: PhantomData<T>,
}

impl<'de, T: DeserializeOwned> DeserializeSeed<'de> for Watch<'_, T> {
    type Value = T;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de, T: DeserializeOwned> Visitor<'de> for Watch<'_, T> {
    type Value = T;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        let Self {
            suspicious,
            has_met,
            ..
        } = self;
        T::deserialize(MapAccessDeserializer::new(Watched {
            map,
            suspicious,
            has_met,
        }))
    }
}

struct Watched<'w, A> {
    map: A,
    suspicious: &'w [&'w str],
    has_met: &'w mut bool,
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Watched<'_, A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, A::Error> {
        let Some(key) = self.map.next_key::<String>()? else {
            return Ok(None);
        };
        let is_it = |known: &&str| key.eq_ignore_ascii_case(known);
        *self.has_met |= self.suspicious.iter().any(is_it);
        seed.deserialize(key.into_deserializer()).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, A::Error> {
        self.map.next_value_seed(seed)
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn what_may_be_a_refusal_is_looked_at_twice() {
        let cases = [
            (r#"{"a":1,"b":{"code":2}}"#, true),
            ("{}", true),
            (r#"{"a":1,"code":2}"#, false),
            (r#"{"Code":"x"}"#, false),
            (r#"{"a":1} {}"#, false),
            (r#"{"a":1"#, false),
            ("[]", false),
            ("<html>", false),
        ];
        for (body, is_plain) in cases {
            let found: Option<BTreeMap<String, serde_json::Value>> =
                read_unsuspicious(body.as_bytes(), &["code"]);
            assert_eq!(found.is_some(), is_plain, "{body}");
        }
    }
}
