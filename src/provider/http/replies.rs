//! Malformed and odd replies, for the tests of every service.
//!
//! The files below `tests/fixtures/replies/SERVICE` are named after calls. A reply there is a line
//! `== name`, a line with its status, and its body up to the next name; `<<text*3>>` in a body
//! stands for that text three times, and `<<byte:ff*3>>` for that byte.
#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::Reply;
use crate::provider::error::{Effect, ProviderError, Retry};

/// A reply with its name.
pub(in crate::provider) struct Case {
    pub(in crate::provider) name: String,
    pub(in crate::provider) reply: Reply,
}

fn folder(service: &str) -> PathBuf {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/replies");
    fixtures.join(service)
}

/// The replies to one call of a service.
pub(in crate::provider) fn read(service: &str, call: &str) -> Vec<Case> {
    let text = fs::read_to_string(folder(service).join(format!("{call}.txt"))).unwrap();
    let text = text.strip_prefix("== ").unwrap();
    text.split("\n== ")
        .map(|case| {
            let (name, rest) = case.split_once('\n').unwrap();
            let (status, body) = rest.split_once('\n').unwrap_or((rest, ""));
            Case {
                name: name.to_owned(),
                reply: Reply {
                    status: status.parse().unwrap(),
                    body: expand(body.strip_suffix('\n').unwrap_or(body)),
                    wait: None,
                    begun: Duration::ZERO,
                },
            }
        })
        .collect()
}

/// Writes out what stands between double angle brackets.
fn expand(body: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = body;
    while let Some((plain, behind)) = rest.split_once("<<") {
        bytes.extend_from_slice(plain.as_bytes());
        let (repeat, behind) = behind.split_once(">>").unwrap();
        let (text, count) = repeat.rsplit_once('*').unwrap();
        let piece = match text.strip_prefix("byte:") {
            Some(byte) => vec![u8::from_str_radix(byte, 16).unwrap()],
            None => text.as_bytes().to_vec(),
        };
        bytes.extend(piece.repeat(count.parse().unwrap()));
        rest = behind;
    }
    bytes.extend_from_slice(rest.as_bytes());
    bytes
}

/// Holds what the replies to a call were taken for against what they were taken for before.
pub(in crate::provider) fn compare(service: &str, call: &str, lines: String) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(folder(service).join("snapshots"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(call, lines));
}

/// What an error says of the call, in short.
pub(in crate::provider) fn class(error: &ProviderError) -> String {
    let retry = match error.retry {
        Retry::Never => "final".to_owned(),
        Retry::After(time) => format!("again after {} s", time.as_secs()),
        Retry::Backoff => "again later".to_owned(),
    };
    let effect = match error.effect {
        Effect::NotApplied => "no effect",
        Effect::MayHaveApplied => "perhaps an effect",
    };
    let message: String = error.message.chars().take(160).collect();
    format!("{} ({retry}, {effect}) {message}", error.kind.word())
}
