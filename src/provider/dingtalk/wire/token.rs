//! An access token.

use std::fmt;

use secrecy::SecretString;
use serde::Deserialize;

use super::field::Field;

/// The reply of `getAccessToken` (page `obtain-the-access-token-of-an-internal-app`).
#[derive(Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct TokenReply {
    /// `accessToken`, String.
    pub access_token: Field<SecretString>,
    /// `expireIn`, Long: seconds until it is good for nothing; 7200 as documented.
    pub expire_in: Field<u64>,
}

impl fmt::Debug for TokenReply {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = formatter.debug_struct("TokenReply");
        shown.field("expire_in", &self.expire_in);
        shown.finish_non_exhaustive()
    }
}
