//! What was called, as tests want to count and compare it.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

/// One call that reached the emulator.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CallRecord {
    /// Which call of the API, such as `batchCopy`; `unknown` where no route matched.
    pub route: &'static str,
    /// The HTTP method.
    pub method: String,
    /// The path without its query.
    pub path: String,
    /// The query.
    pub query: BTreeMap<String, String>,
    /// The body, where it is JSON and holds no secret; else null.
    pub body: Value,
    /// The HTTP status of the reply; 0 where the connection was cut.
    pub status: u16,
    /// The error code of the reply; empty where the call succeeded.
    pub code: String,
    /// Whether the call changed the drive, whatever its reply said.
    pub effect: bool,
    /// The kind of fault that was put in, if any.
    pub fault: Option<&'static str>,
    /// When it arrived, in milliseconds since 1970.
    pub at: u64,
}
