//! What is wrong with the form of a file, as values that know their place.

use super::nearest::nearest;
use super::source::{Place, Source};
use crate::diagnostic::Diagnostic;

/// One thing that is wrong with the form of a file.
#[derive(Debug, Clone)]
pub(super) struct Problem {
    /// Where; unknown until the enclosing value is settled.
    pub(super) place: Place,
    /// The key that it is about, or under which it stands.
    pub(super) key: Option<String>,
    /// What is wrong.
    pub(super) kind: ProblemKind,
}

/// What is wrong.
#[derive(Debug, Clone)]
pub(super) enum ProblemKind {
    /// The key is none of these.
    UnknownKey(&'static [&'static str]),
    /// The key came before.
    RepeatedKey,
    /// The key is a merge key.
    MergeKey,
    /// The key is no text.
    KeyNotText,
    /// The key, one of the user's choice, breaks a rule.
    BadKey(String),
    /// This key is needed in this whole.
    MissingKey(&'static str, &'static str),
    /// The value is not what is wanted.
    Misfit(Misfit, &'static str),
    /// An element of the value is not what is wanted.
    Element(Misfit, &'static str),
}

/// Why a value does not fit.
#[derive(Debug, Clone)]
pub(super) enum Misfit {
    /// It is of another kind.
    Other(Found),
    /// It is a word, but none of these.
    Word(String, &'static [&'static str]),
    /// It is of the right kind and breaks a rule.
    Rule(String),
}

/// What stands there instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    Nothing,
    Text,
    Number,
    Negative,
    Fraction,
    Switch(bool),
    List,
    Map,
}

impl Problem {
    /// A problem of a key whose value stands at `place`.
    pub(super) fn of_key(key: &str, place: Place, kind: ProblemKind) -> Self {
        Self {
            place,
            key: Some(key.into()),
            kind,
        }
    }

    /// The problem as a person reads it.
    pub(super) fn diagnose(&self, source: &Source<'_>) -> Diagnostic {
        let key = self.key.as_deref().unwrap_or("");
        let at_key = || source.locate(source.key_before(self.place, key));
        match &self.kind {
            ProblemKind::UnknownKey(known) => unknown_key(key, known).at(at_key()),
            ProblemKind::RepeatedKey => Diagnostic::error(
                "repeated-key",
                "a key is given twice",
                format!("`{key}` is given a second time here; only one value can count."),
            )
            .at(at_key())
            .with_hint("keep one of the two"),
            ProblemKind::MergeKey => Diagnostic::error(
                "merge-key",
                "merge keys are not read",
                "`<<` would mix in keys from elsewhere in the file; every key is written where it counts.",
            )
            .at(at_key())
            .with_hint("write the keys out, or set them once under `defaults`"),
            ProblemKind::KeyNotText => Diagnostic::error(
                "wrong-type",
                "a value has the wrong type",
                "A key must be text.",
            )
            .at(source.locate(self.place))
            .with_hint("write the key in quotes"),
            ProblemKind::BadKey(rule) => {
                Diagnostic::error("bad-key", "a key is not allowed", format!("The key {rule}."))
                    .at(source.locate(self.place))
            }
            ProblemKind::MissingKey(missing, whole) => Diagnostic::error(
                "missing-key",
                "a key is missing",
                format!("{whole} needs the key `{missing}`."),
            )
            .at(source.locate(self.place)),
            ProblemKind::Misfit(misfit, wanted) => {
                let subject = if key.is_empty() {
                    "This".to_owned()
                } else {
                    format!("`{key}`")
                };
                misfit.diagnose(&subject, wanted).at(source.locate(self.place))
            }
            ProblemKind::Element(misfit, wanted) => {
                let subject = if key.is_empty() {
                    "An element of the list".to_owned()
                } else {
                    format!("An element of `{key}`")
                };
                misfit.diagnose(&subject, wanted).at(source.locate(self.place))
            }
        }
    }
}

fn unknown_key(key: &str, known: &[&str]) -> Diagnostic {
    let diagnostic = Diagnostic::error(
        "unknown-key",
        "a key is not known",
        format!("`{key}` is not known here."),
    );
    match nearest(key, known.iter().copied()) {
        Some(near) => diagnostic.with_hint(format!("did you mean `{near}`?")),
        None => diagnostic.with_hint(format!("known here: {}", known.join(", "))),
    }
}

impl Misfit {
    fn diagnose(&self, subject: &str, wanted: &str) -> Diagnostic {
        match self {
            Self::Other(found) => {
                let diagnostic = Diagnostic::error(
                    "wrong-type",
                    "a value has the wrong type",
                    format!(
                        "{subject} needs {wanted}, but {} stands here.",
                        found.name()
                    ),
                );
                match found.remedy(wanted) {
                    Some(remedy) => diagnostic.with_hint(remedy),
                    None => diagnostic,
                }
            }
            Self::Word(word, words) => {
                let diagnostic = Diagnostic::error(
                    "bad-value",
                    "a value is not allowed",
                    format!(
                        "{subject} cannot be `{word}`; it is one of {}.",
                        words.join(", ")
                    ),
                );
                match nearest(word, words.iter().copied()) {
                    Some(near) => diagnostic.with_hint(format!("did you mean `{near}`?")),
                    None => diagnostic,
                }
            }
            Self::Rule(rule) => Diagnostic::error(
                "bad-value",
                "a value is not allowed",
                format!("{subject} {rule}."),
            ),
        }
    }
}

impl Found {
    fn name(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Text => "text",
            Self::Number => "a number",
            Self::Negative => "a negative number",
            Self::Fraction => "a number with decimals",
            Self::Switch(true) => "`true`",
            Self::Switch(false) => "`false`",
            Self::List => "a list",
            Self::Map => "a map",
        }
    }

    fn remedy(self, wanted: &str) -> Option<&'static str> {
        let wants_text = !["number", "`true`", "map", "list", "one of"]
            .iter()
            .any(|word| wanted.contains(word));
        match self {
            Self::Number | Self::Negative | Self::Fraction | Self::Switch(_) if wants_text => {
                Some("text that looks like a number or a switch needs quotes")
            }
            Self::Text if wanted.contains("file: PATH") => Some("write `{file: PATH}` for a file"),
            Self::Text if wanted.starts_with("a list") => Some("write `[..]` around it"),
            Self::Text if wanted.contains("`true`") => {
                Some("write `true` or `false`; yes, no, on and off are text")
            }
            Self::Text if wanted.contains("number") => Some("write it without quotes and units"),
            Self::Nothing => Some("give it a value, or leave the key out"),
            Self::Number
            | Self::Negative
            | Self::Fraction
            | Self::Switch(_)
            | Self::Text
            | Self::List
            | Self::Map => None,
        }
    }
}
