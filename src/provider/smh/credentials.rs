//! Who calls, and with what: read from a profile at the first call.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};

use crate::provider::error::{ErrorKind, ProviderError};
use crate::provider::http::{Endpoint, redact};
use crate::provider::profiles::{Profiles, lacking, variable};

/// The fields of a profile, for one library.
pub(super) struct Credentials {
    /// Where calls go.
    pub(super) endpoint: Endpoint,
    /// The user in whose name entries are read and changed; `None` for whom the token is of.
    pub(super) user_id: Option<SecretString>,
    /// What proves that calls may be made.
    pub(super) proof: Proof,
}

/// What proves that calls may be made.
pub(super) enum Proof {
    /// A token that somebody else made.
    Token(SecretString),
    /// What tokens are made with.
    Library(SecretString),
}

impl Credentials {
    /// Asks for the fields of a profile.
    ///
    /// # Errors
    /// A field is missing, and the message says how to set it; or a field cannot be read.
    pub(super) fn read(
        profiles: &dyn Profiles,
        profile: &str,
        library: &str,
    ) -> Result<Self, ProviderError> {
        let field = |name: &str| {
            let value = profiles.field(profile, name)?;
            // A variable that is set to nothing is as good as none.
            Ok(value.filter(|value| !value.expose_secret().trim().is_empty()))
        };
        let endpoint = match field("ENDPOINT")? {
            Some(endpoint) => Endpoint::parse(endpoint.expose_secret())?,
            None => Endpoint::parse(&host(library)?)?,
        };
        let proof = match (field("ACCESS_TOKEN")?, field("LIBRARY_SECRET")?) {
            (Some(token), _) => Proof::Token(token),
            (None, Some(secret)) => Proof::Library(secret),
            (None, None) => return Err(missing(profile)),
        };
        Ok(Self {
            endpoint,
            user_id: field("USER_ID")?,
            proof,
        })
    }

    /// Takes every secret out of a text that somebody else wrote.
    pub(super) fn redact(&self, text: &mut String, token: Option<&SecretString>) {
        let (Proof::Token(secret) | Proof::Library(secret)) = &self.proof;
        redact(text, [secret].into_iter().chain(token));
    }
}

/// The library's own host.
///
/// # Errors
/// The id of the library could not be a part of a host's name.
fn host(library: &str) -> Result<String, ProviderError> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    if library.is_empty() || !library.bytes().all(plain) {
        let message =
            format!("`{library}` is no id of a library; one looks like `smh0abc1def2ghi3`");
        return Err(ProviderError::refused(ErrorKind::Unsupported, message));
    }
    Ok(format!("https://{library}.api.tencentsmh.cn"))
}

fn missing(profile: &str) -> ProviderError {
    let named = |field| variable(profile, field);
    let set = format!("{} or {}", named("ACCESS_TOKEN"), named("LIBRARY_SECRET"));
    lacking(profile, "Tencent SMH", &set, "LIBRARY_SECRET")
}

impl fmt::Debug for Credentials {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = formatter.debug_struct("Credentials");
        shown.field("endpoint", &self.endpoint.host());
        shown.finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
    use std::collections::BTreeMap;

    use super::*;

    struct Fields(BTreeMap<&'static str, &'static str>);

    impl Profiles for Fields {
        fn field(&self, profile: &str, name: &str) -> Result<Option<SecretString>, ProviderError> {
            assert_eq!(profile, "media-eu");
            Ok(self.0.get(name).map(|value| (*value).into()))
        }
    }

    fn read(
        library: &str,
        fields: &[(&'static str, &'static str)],
    ) -> Result<Credentials, ProviderError> {
        let fields = Fields(fields.iter().copied().collect());
        Credentials::read(&fields, "media-eu", library)
    }

    #[test]
    fn a_token_goes_before_a_secret_and_the_endpoint_has_a_default() {
        let (token, secret) = (("ACCESS_TOKEN", "marker-t"), ("LIBRARY_SECRET", "marker-s"));
        let both = read("smh0abc", &[token, secret]).unwrap();
        assert_eq!(both.endpoint.host(), "smh0abc.api.tencentsmh.cn");
        assert!(matches!(both.proof, Proof::Token(_)));
        assert!(both.user_id.is_none());
        let other = read(
            "x",
            &[secret, ("ENDPOINT", "http://127.0.0.1:9"), ("USER_ID", "u")],
        );
        let other = other.unwrap();
        assert_eq!(other.endpoint.host(), "127.0.0.1:9");
        assert!(matches!(other.proof, Proof::Library(_)));
        assert!(other.user_id.is_some());
        assert!(!format!("{both:?} {other:?}").contains("marker"));
        let mut text = "marker-t marker-u".to_owned();
        both.redact(&mut text, Some(&"marker-u".into()));
        assert_eq!(text, "*** ***");
    }

    #[test]
    fn what_is_missing_or_wrong_is_named() {
        let token = ("ACCESS_TOKEN", "t");
        let cases: [(&str, &[_], ErrorKind, &str); 7] = [
            (
                "smh0",
                &[],
                ErrorKind::Unauthenticated,
                "`RESHELVE_MEDIA_EU_LIBRARY_SECRET`",
            ),
            (
                "smh0",
                &[],
                ErrorKind::Unauthenticated,
                "below `media-eu:`, as `library_secret: VALUE`",
            ),
            (
                "smh0",
                &[("ACCESS_TOKEN", " ")],
                ErrorKind::Unauthenticated,
                "_ACCESS_TOKEN`",
            ),
            (
                "smh0",
                &[token, ("ENDPOINT", "http://example.com")],
                ErrorKind::Unauthenticated,
                "endpoint",
            ),
            ("", &[token], ErrorKind::Unsupported, "no id of a library"),
            (
                "smh0.evil.example",
                &[token],
                ErrorKind::Unsupported,
                "no id of a library",
            ),
            (
                "smh0/x",
                &[token],
                ErrorKind::Unsupported,
                "no id of a library",
            ),
        ];
        for (library, fields, kind, words) in cases {
            let error = read(library, fields).unwrap_err();
            assert_eq!(error.kind, kind, "{error}");
            assert!(error.message.contains(words), "{error}");
        }
    }
}
