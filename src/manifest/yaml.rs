//! The only door to the YAML parser: one function sets all its options.

use serde::de::{DeserializeOwned, IgnoredAny};
use serde_yaml::budget::BudgetBreach;
use serde_yaml::options::{DuplicateKeyPolicy, MergeKeyPolicy};
use serde_yaml::{MessageFormatter, UserMessageFormatter};

use super::source::{Place, Source};
use crate::diagnostic::Diagnostic;

/// How deep lists and maps may be nested.
const DEEPEST: usize = 64;
/// How many nodes any file may have; larger files may have more, in proportion to their size.
const NODES: usize = 200_000;
/// How much text any file may have in its values, in bytes; larger files may have more.
const SCALAR_BYTES: usize = 4 << 20;
/// The largest file that is read, in bytes.
const LARGEST: usize = 256 << 20;
/// How many aliases a file may use.
const ALIASES: usize = 1_000;

/// Reads one document.
///
/// # Errors
/// The text is no YAML, holds more than one document, or goes beyond a limit.
pub(super) fn read<T: DeserializeOwned>(source: &Source<'_>) -> Result<T, Box<Diagnostic>> {
    if source.text().len() > LARGEST {
        let why = "it is larger than 256 MiB";
        return Err(Box::new(too_large(source, Place::start(), why)));
    }
    serde_yaml::from_str_with_options(source.text(), options(source.text().len()))
        .map_err(|error| Box::new(diagnose(source, &error)))
}

/// Reads a document whose text must never be shown.
///
/// # Errors
/// Where the text is wrong, as line and column, and nothing of what stands there.
pub fn read_quietly<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    serde_yaml::from_str_with_options(text, options(text.len())).map_err(|error| {
        let place = error.location().map_or_else(Place::start, place);
        format!("line {}, column {}", place.line, place.column)
    })
}

/// Checks that a file is JSON.
///
/// # Errors
/// Where and why it is not.
pub(super) fn check_json(source: &Source<'_>) -> Result<(), Box<Diagnostic>> {
    serde_json::from_str::<IgnoredAny>(source.text())
        .map(|_| ())
        .map_err(|error| {
            let number = |value: usize| u32::try_from(value).unwrap_or(u32::MAX);
            let place = Place {
                line: number(error.line()),
                column: number(error.column()).max(1),
                length: 1,
            };
            let text = error.to_string();
            let why = text.split(" at line ").next().unwrap_or_default();
            let detail = format!("{} cannot be read: {why}.", source.file);
            let diagnostic = Diagnostic::error("syntax", "the file is no valid JSON", detail);
            Box::new(diagnostic.at(source.locate(place)))
        })
}

/// JSON as the YAML parser takes it, if the text is JSON and holds a tab: outside of a string a
/// tab is only a space, and no string of JSON holds a bare one. Every character keeps its place.
pub(super) fn json_as_yaml(text: &str) -> Option<String> {
    let is_json = || serde_json::from_str::<IgnoredAny>(text).is_ok();
    let opens = text.trim_start().starts_with('{');
    (opens && text.contains('\t') && is_json()).then(|| text.replace('\t', " "))
}

/// The place of a location of the parser.
pub(super) fn place(location: serde_yaml::Location) -> Place {
    let number = |value: u64| u32::try_from(value).unwrap_or(u32::MAX);
    Place {
        line: number(location.line()),
        column: number(location.column()),
        length: number(location.span().len()),
    }
}

fn options(bytes: usize) -> serde_yaml::Options {
    serde_yaml::options! {
        budget: serde_yaml::budget! {
            max_nodes: NODES.max(bytes),
            max_events: (2 * NODES).max(2 * bytes),
            max_total_scalar_bytes: SCALAR_BYTES.max(2 * bytes),
            max_total_comment_bytes: SCALAR_BYTES.max(bytes),
            max_depth: DEEPEST,
            max_aliases: ALIASES,
            max_anchors: ALIASES,
            enforce_alias_anchor_ratio: false,
        },
        alias_limits: serde_yaml::alias_limits! {
            max_total_replayed_events: NODES,
        },
        duplicate_keys: DuplicateKeyPolicy::PassThrough,
        merge_keys: MergeKeyPolicy::AsOrdinary,
        strict_booleans: true,
        emit_comments: false,
        with_snippet: false,
    }
}

fn diagnose(source: &Source<'_>, error: &serde_yaml::Error) -> Diagnostic {
    let place = error.location().map_or_else(Place::start, place);
    let error = error.without_snippet();
    if let serde_yaml::Error::Budget { breach, .. } = error {
        return too_large(source, place, &limit(breach));
    }
    if let serde_yaml::Error::AliasReplayLimitExceeded { .. } = error {
        return too_large(
            source,
            place,
            &format!("its aliases repeat more than {NODES} nodes"),
        );
    }
    if let serde_yaml::Error::MultipleDocuments { .. } = error {
        return syntax(source, place, "a second document begins here")
            .with_hint("put each manifest in a file of its own");
    }
    syntax(source, place, &UserMessageFormatter.format_message(error))
}

fn syntax(source: &Source<'_>, place: Place, why: &str) -> Diagnostic {
    Diagnostic::error(
        "syntax",
        "the file is no valid YAML",
        format!("{} cannot be read: {why}.", source.file),
    )
    .at(source.locate(place))
}

fn too_large(source: &Source<'_>, place: Place, why: &str) -> Diagnostic {
    Diagnostic::error(
        "too-large",
        "the file goes beyond a limit",
        format!("{} is not read further: {why}.", source.file),
    )
    .at(source.locate(place))
    .with_hint("say more with patterns and `for_each`, or split the manifest")
}

fn limit(breach: &BudgetBreach) -> String {
    if let BudgetBreach::Depth { .. } = breach {
        format!("it is nested deeper than {DEEPEST} levels")
    } else if let BudgetBreach::Aliases { .. } | BudgetBreach::Anchors { .. } = breach {
        format!("it uses more than {ALIASES} anchors or aliases")
    } else {
        "it holds more than its size should allow".into()
    }
}
