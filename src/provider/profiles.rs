//! Where credentials come from: a seam, so that no provider reads the environment or a file.

use secrecy::SecretString;

use super::error::ProviderError;

/// Knows the fields of profiles, which hold endpoints and credentials.
pub trait Profiles: Send + Sync {
    /// The value of a field, such as `ACCESS_TOKEN`, of a profile; `None` where it is not set.
    ///
    /// # Errors
    /// The field is kept in a place that cannot be read.
    fn field(&self, profile: &str, field: &str) -> Result<Option<SecretString>, ProviderError>;
}

/// Knows no profile: for providers that need no credentials, and to look at capability sheets.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoProfiles;

impl Profiles for NoProfiles {
    fn field(&self, _profile: &str, _field: &str) -> Result<Option<SecretString>, ProviderError> {
        Ok(None)
    }
}
