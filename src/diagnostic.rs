//! Findings and errors as values that a person can act on.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

/// One problem or remark: what is wrong, where, why it matters, what to do next.
///
/// The summary is constant for a code, so that people learn to recognise it; everything that
/// varies (names, numbers) stands in the detail.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Diagnostic {
    /// A stable word for machines, for example `conflict` or `unknown-key`.
    pub code: Cow<'static, str>,
    /// Whether this stops the plan.
    pub severity: Severity,
    /// A constant sentence fragment, the same for every diagnostic of the code.
    pub summary: Cow<'static, str>,
    /// Full sentences with the names and numbers of this case.
    pub detail: String,
    /// Where in a manifest the cause stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<SourceLocation>,
    /// Further places in manifests that take part, each with its role.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub related: Vec<Related>,
    /// The entry concerned, written `alias:/path`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// What to do next.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

/// How much a diagnostic weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Stops: the manifest is wrong or the plan is refused.
    Error,
    /// Deserves a look, stops nothing.
    Warning,
    /// A remark, for example an entry that is left alone on purpose.
    Note,
}

/// A place in a manifest file. Lines and columns count from 1, columns in characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SourceLocation {
    /// The file as the user named it.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
    /// The column in characters, from 1.
    pub column: u32,
    /// How many characters are meant; 0 where only the start is known.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub length: u32,
    /// The source line itself, so that a report needs no second look at the file.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
}

/// A second place that explains a diagnostic, for example the other of two clashing placements.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Related {
    /// The role of the place, for example `first placed here`.
    pub label: String,
    /// Where it stands.
    pub location: SourceLocation,
}

fn is_zero(number: &u32) -> bool {
    *number == 0
}

impl Diagnostic {
    /// A diagnostic that stops.
    pub fn error(code: &'static str, summary: &'static str, detail: impl Into<String>) -> Self {
        Self::new(Severity::Error, code, summary, detail.into())
    }

    /// A diagnostic that deserves a look.
    pub fn warning(code: &'static str, summary: &'static str, detail: impl Into<String>) -> Self {
        Self::new(Severity::Warning, code, summary, detail.into())
    }

    /// A remark.
    pub fn note(code: &'static str, summary: &'static str, detail: impl Into<String>) -> Self {
        Self::new(Severity::Note, code, summary, detail.into())
    }

    fn new(severity: Severity, code: &'static str, summary: &'static str, detail: String) -> Self {
        Self {
            code: Cow::Borrowed(code),
            severity,
            summary: Cow::Borrowed(summary),
            detail,
            location: None,
            related: Vec::new(),
            path: None,
            hint: None,
        }
    }

    /// The same diagnostic, pointing at a place in a manifest.
    #[must_use]
    pub fn at(mut self, location: SourceLocation) -> Self {
        self.location = Some(location);
        self
    }

    /// The same diagnostic with one more place that takes part.
    #[must_use]
    pub fn with_related(mut self, label: impl Into<String>, location: SourceLocation) -> Self {
        self.related.push(Related {
            label: label.into(),
            location,
        });
        self
    }

    /// The same diagnostic, naming the entry concerned.
    #[must_use]
    pub fn about(mut self, path: impl fmt::Display) -> Self {
        self.path = Some(path.to_string());
        self
    }

    /// The same diagnostic with a next step.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Whether this stops.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        })
    }
}

impl fmt::Display for SourceLocation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}:{}", self.file, self.line, self.column)
    }
}
