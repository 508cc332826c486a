//! What is sent, and what comes back.

use std::fmt;
use std::time::Duration;

use secrecy::SecretString;

/// One call. Nothing of it but the route can be printed.
pub(in crate::provider) struct Call<'a> {
    /// The vendor's name of the call: for logs, messages and the rate.
    pub(in crate::provider) route: &'static str,
    /// Whether it changes anything.
    pub(in crate::provider) nature: Nature,
    /// The HTTP method.
    pub(in crate::provider) method: Method,
    /// The parts of the path, as they are before they are encoded.
    pub(in crate::provider) path: &'a [&'a str],
    /// The query, as it is before it is encoded. A value may be a secret; a key without one stands
    /// alone.
    pub(in crate::provider) query: Vec<(&'static str, Option<SecretString>)>,
    /// Headers with secrets.
    pub(in crate::provider) headers: Vec<(&'static str, SecretString)>,
    /// A body in JSON.
    pub(in crate::provider) body: Option<Vec<u8>>,
}

/// Whether a call changes anything: decides what an unknown end means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::provider) enum Nature {
    /// It changes nothing, so it may be made again.
    Reads,
    /// It changes something, so an unknown end must be looked into.
    Writes,
}

/// An HTTP method.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::provider) enum Method {
    /// `GET`
    Get,
    /// `POST`
    Post,
    /// `PUT`
    Put,
    /// `DELETE`
    Delete,
}

/// A reply that came to its end.
#[derive(Clone, PartialEq, Eq)]
pub(in crate::provider) struct Reply {
    /// The HTTP status.
    pub(in crate::provider) status: u16,
    /// The bytes of the body.
    pub(in crate::provider) body: Vec<u8>,
    /// How long the service asks to wait before the next call, where it does.
    pub(in crate::provider) wait: Option<Duration>,
    /// When the call began, as a client counts time.
    pub(in crate::provider) begun: Duration,
}

impl Reply {
    /// A reply under the status of success.
    pub(in crate::provider) fn good(body: &[u8]) -> Self {
        Self {
            status: 200,
            body: body.to_vec(),
            wait: None,
            begun: Duration::ZERO,
        }
    }
}

impl Method {
    pub(super) fn to_http(self) -> reqwest::Method {
        match self {
            Self::Get => reqwest::Method::GET,
            Self::Post => reqwest::Method::POST,
            Self::Put => reqwest::Method::PUT,
            Self::Delete => reqwest::Method::DELETE,
        }
    }
}

impl fmt::Debug for Call<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = formatter.debug_struct("Call");
        shown.field("route", &self.route);
        shown.field("nature", &self.nature).finish_non_exhaustive()
    }
}

impl fmt::Debug for Reply {
    /// A body can hold a token, so only its length is shown.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = formatter.debug_struct("Reply");
        shown.field("status", &self.status);
        shown.field("bytes", &self.body.len()).finish()
    }
}
