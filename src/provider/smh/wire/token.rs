//! An access token.

use std::fmt;

use secrecy::SecretString;
use serde::Deserialize;

use super::Field;

/// The reply of `createToken` and `renewToken` (page 50072 and SDKs).
#[derive(Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct TokenReply {
    /// `accessToken`, String.
    pub access_token: Field<SecretString>,
    /// `expiresIn`, Integer: seconds without use until it is good for nothing.
    pub expires_in: Field<u64>,
    /// `expiredIn`, Integer: the same, as one table spells it.
    pub expired_in: Field<u64>,
}

impl fmt::Debug for TokenReply {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = formatter.debug_struct("TokenReply");
        shown.field("expires_in", &self.expires_in);
        shown.finish_non_exhaustive()
    }
}
