//! A call before it has credentials.

use secrecy::SecretString;
use serde::Serialize;

use super::call::{Method, Nature};
use crate::provider::error::{ErrorKind, ProviderError};

/// A call before it has credentials, so that it can be sent once more with fresh ones.
pub(in crate::provider) struct Asked<'a> {
    /// The vendor's name of the call.
    pub(in crate::provider) route: &'static str,
    /// Whether it changes anything.
    pub(in crate::provider) nature: Nature,
    /// The HTTP method.
    pub(in crate::provider) method: Method,
    /// The parts of the path, without what all calls of a service begin with.
    pub(in crate::provider) path: &'a [&'a str],
    /// The query; a key without a value stands alone.
    pub(in crate::provider) query: Vec<(&'static str, Option<SecretString>)>,
    /// A body in JSON.
    pub(in crate::provider) body: Option<Vec<u8>>,
}

impl<'a> Asked<'a> {
    /// A call that reads.
    pub(in crate::provider) fn read(
        route: &'static str,
        method: Method,
        path: &'a [&'a str],
    ) -> Self {
        Self {
            route,
            nature: Nature::Reads,
            method,
            path,
            query: Vec::new(),
            body: None,
        }
    }

    /// A call that writes.
    pub(in crate::provider) fn write(
        route: &'static str,
        method: Method,
        path: &'a [&'a str],
    ) -> Self {
        Self {
            nature: Nature::Writes,
            ..Self::read(route, method, path)
        }
    }

    /// With a key and its value in the query.
    pub(in crate::provider) fn query(mut self, name: &'static str, value: &str) -> Self {
        self.query.push((name, Some(value.into())));
        self
    }

    /// With a key in the query that has no value.
    pub(in crate::provider) fn flag(mut self, name: &'static str) -> Self {
        self.query.push((name, None));
        self
    }

    /// With a body.
    ///
    /// # Errors
    /// The body cannot be written, which is a mistake of this program.
    pub(in crate::provider) fn body(
        mut self,
        body: &impl Serialize,
    ) -> Result<Self, ProviderError> {
        let written = serde_json::to_vec(body).map_err(|_| {
            let route = self.route;
            let message = format!("{route} cannot be written as JSON; please report this");
            ProviderError::refused(ErrorKind::Other, message)
        })?;
        self.body = Some(written);
        Ok(self)
    }
}
