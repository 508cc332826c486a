//! One request and its reply as plain values, and what a service makes of them.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;

use super::calendar::Moment;
use super::call_log::CallRecord;

/// A request after HTTP has been taken off.
#[derive(Debug, Clone, Default)]
pub(crate) struct Request {
    pub(crate) method: String,
    /// The path without its query, percent-decoded.
    pub(crate) path: String,
    pub(crate) query: BTreeMap<String, String>,
    /// Names in lower case.
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: Vec<u8>,
}

/// What goes back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) content_type: &'static str,
    /// Headers beyond the type of the content, by names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    pub(crate) fate: Fate,
    /// How much longer than usual it takes.
    pub(crate) delay: Duration,
}

/// Whether a reply arrives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    Delivered,
    /// The connection ends before anything of the reply arrives.
    Cut,
}

impl Reply {
    pub(crate) fn text(status: u16, content_type: &'static str, body: impl Into<Vec<u8>>) -> Self {
        Self {
            status,
            content_type,
            headers: Vec::new(),
            body: body.into(),
            fate: Fate::Delivered,
            delay: Duration::ZERO,
        }
    }

    pub(crate) fn json(status: u16, body: &Value) -> Self {
        Self::text(status, "application/json", body.to_string())
    }

    pub(crate) fn cut() -> Self {
        Self {
            fate: Fate::Cut,
            ..Self::text(200, "application/json", Vec::new())
        }
    }
}

/// A vendor's API over a drive in memory.
pub(crate) trait Service: Send {
    /// Answers one request at a time of day.
    fn answer(&mut self, request: &Request, now: Moment) -> Reply;

    /// Every call so far, in order.
    fn log(&self) -> &[CallRecord];

    /// Forgets the calls so far; the drive stays.
    fn clear_log(&mut self);

    /// The whole drive as JSON lines.
    fn tree(&self) -> String;

    /// Adds what a seed in YAML says; the sentence says what is wrong with it.
    fn plant(&mut self, yaml: &str, now: Moment) -> Result<(), String>;

    /// Sets a switch by `name=value`.
    fn set_switch(&mut self, assignment: &str) -> Result<(), String>;

    /// Replaces the faults by those of a file in YAML.
    fn set_faults(&mut self, yaml: &str) -> Result<(), String>;

    /// Everything that must survive a restart, as JSON; `None` where nothing changed since.
    fn unsaved(&mut self) -> Option<Vec<u8>>;
}
