//! Where credentials come from: a seam, so that no provider reads the environment or a file.

use secrecy::SecretString;

use super::error::{ErrorKind, ProviderError};

/// Knows the fields of profiles, which hold endpoints and credentials.
pub trait Profiles: Send + Sync {
    /// The value of a field, such as `ACCESS_TOKEN`, of a profile; `None` where it is not set.
    ///
    /// # Errors
    /// The field is kept in a place that cannot be read.
    fn field(&self, profile: &str, field: &str) -> Result<Option<SecretString>, ProviderError>;
}

/// The environment variable that holds a field of a profile, in the quotes of a message.
pub(super) fn variable(profile: &str, field: &str) -> String {
    let profile = profile.to_uppercase().replace('-', "_");
    format!("`RESHELVE_{profile}_{field}`")
}

/// That a profile lacks what a service asks for: which variables to set, and where they may stand
/// instead, with one of them as the example.
pub(super) fn lacking(profile: &str, service: &str, set: &str, example: &str) -> ProviderError {
    let field = example.to_lowercase();
    let message = format!(
        "the profile `{profile}` has no credentials for {service}: set {set}; or write them into \
         `reshelve/profiles.yaml` in your configuration folder, below `{profile}:`, as `{field}: VALUE`"
    );
    ProviderError::refused(ErrorKind::Unauthenticated, message)
}

/// Knows no profile: for providers that need no credentials, and to look at capability sheets.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoProfiles;

impl Profiles for NoProfiles {
    fn field(&self, _profile: &str, _field: &str) -> Result<Option<SecretString>, ProviderError> {
        Ok(None)
    }
}
