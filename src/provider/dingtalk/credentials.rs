//! Who calls, and with what: read from a profile at the first call.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};

use crate::provider::error::ProviderError;
use crate::provider::http::{Endpoint, redact};
use crate::provider::profiles::{Profiles, lacking, variable};

/// The fields of a profile.
pub(super) struct Credentials {
    /// Where calls go.
    pub(super) endpoint: Endpoint,
    /// The person in whose name entries are read and changed.
    pub(super) union_id: SecretString,
    /// What proves that the app may call.
    pub(super) proof: Proof,
}

/// What proves that the app may call.
pub(super) enum Proof {
    /// A token that somebody else refreshes.
    Token(SecretString),
    /// What tokens are fetched with.
    App {
        /// The app key.
        key: SecretString,
        /// The app secret.
        secret: SecretString,
    },
}

/// The address outside China; organisations in China set their own.
const ENDPOINT: &str = "https://api.dingtalk.io";

impl Credentials {
    /// Asks for the fields of a profile.
    ///
    /// # Errors
    /// A field is missing, and the message says how to set it; or a field cannot be read.
    pub(super) fn read(profiles: &dyn Profiles, profile: &str) -> Result<Self, ProviderError> {
        let field = |name: &str| {
            let value = profiles.field(profile, name)?;
            // A variable that is set to nothing is as good as none.
            Ok(value.filter(|value| !value.expose_secret().trim().is_empty()))
        };
        let endpoint = match field("ENDPOINT")? {
            Some(endpoint) => Endpoint::parse(endpoint.expose_secret())?,
            None => Endpoint::parse(ENDPOINT)?,
        };
        let union_id = field("UNION_ID")?;
        let token = field("ACCESS_TOKEN")?;
        let (key, secret) = (field("APP_KEY")?, field("APP_SECRET")?);
        let proof = match (token, key, secret) {
            (Some(token), _, _) => Some(Proof::Token(token)),
            (None, Some(key), Some(secret)) => Some(Proof::App { key, secret }),
            (None, _, _) => None,
        };
        match (union_id, proof) {
            (Some(union_id), Some(proof)) => Ok(Self {
                endpoint,
                union_id,
                proof,
            }),
            (union_id, proof) => Err(missing(profile, union_id.is_none(), proof.is_none())),
        }
    }

    /// Takes every secret out of a text that somebody else wrote.
    pub(super) fn redact(&self, text: &mut String, token: Option<&SecretString>) {
        let mut secrets = vec![&self.union_id];
        match &self.proof {
            Proof::Token(token) => secrets.push(token),
            Proof::App { key, secret } => secrets.extend([key, secret]),
        }
        secrets.extend(token);
        redact(text, secrets);
    }
}

fn missing(profile: &str, lacks_union_id: bool, lacks_proof: bool) -> ProviderError {
    let named = |field| variable(profile, field);
    let mut needed = Vec::new();
    if lacks_union_id {
        needed.push(named("UNION_ID"));
    }
    if lacks_proof {
        needed.push(format!(
            "either {} or both {} and {}",
            named("ACCESS_TOKEN"),
            named("APP_KEY"),
            named("APP_SECRET")
        ));
    }
    let example = if lacks_union_id {
        "UNION_ID"
    } else {
        "ACCESS_TOKEN"
    };
    lacking(profile, "DingTalk", &needed.join(", and "), example)
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
    use crate::provider::error::ErrorKind;

    struct Fields(BTreeMap<&'static str, &'static str>);

    impl Profiles for Fields {
        fn field(&self, profile: &str, name: &str) -> Result<Option<SecretString>, ProviderError> {
            assert_eq!(profile, "hr-team");
            Ok(self.0.get(name).map(|value| (*value).into()))
        }
    }

    fn read(fields: &[(&'static str, &'static str)]) -> Result<Credentials, ProviderError> {
        let fields = Fields(fields.iter().copied().collect());
        Credentials::read(&fields, "hr-team")
    }

    #[test]
    fn missing_fields_are_named() {
        let (union, token) = (("UNION_ID", "u"), ("ACCESS_TOKEN", "t"));
        let (key, secret) = (("APP_KEY", "k"), ("APP_SECRET", "s"));
        let cases: [(&[_], &[&str], &[&str]); 6] = [
            (&[], &["_UNION_ID`", "_ACCESS_TOKEN`", "_APP_SECRET`"], &[]),
            (&[union], &["_ACCESS_TOKEN`", "_APP_KEY`"], &["UNION_ID"]),
            (&[union, key], &["_ACCESS_TOKEN`", "_APP_SECRET`"], &[]),
            (&[token], &["_UNION_ID`"], &["ACCESS_TOKEN"]),
            (&[key, secret], &["_UNION_ID`"], &["APP_KEY"]),
            (&[union, ("ACCESS_TOKEN", " ")], &["_ACCESS_TOKEN`"], &[]),
        ];
        for (fields, named, not_named) in cases {
            let error = read(fields).unwrap_err();
            assert_eq!(error.kind, ErrorKind::Unauthenticated);
            for name in named {
                let name = format!("`RESHELVE_HR_TEAM{name}");
                assert!(error.message.contains(&name), "{name}: {error}");
            }
            assert!(error.message.contains("below `hr-team:`"), "{error}");
            for name in not_named {
                assert!(!error.message.contains(name), "{name}: {error}");
            }
        }
    }

    #[test]
    fn a_token_goes_before_an_app_and_the_endpoint_has_a_default() {
        let all = [
            ("UNION_ID", "u"),
            ("ACCESS_TOKEN", "t"),
            ("APP_KEY", "k"),
            ("APP_SECRET", "s"),
        ];
        let credentials = read(&all).unwrap();
        assert_eq!(credentials.endpoint.host(), "api.dingtalk.io");
        assert!(matches!(credentials.proof, Proof::Token(_)));
        let app = read(&[all[0], all[2], all[3], ("ENDPOINT", "http://127.0.0.1:9")]).unwrap();
        assert_eq!(app.endpoint.host(), "127.0.0.1:9");
        assert!(matches!(app.proof, Proof::App { .. }));
        let error = read(&[("ENDPOINT", "http://example.com")]).unwrap_err();
        assert_eq!(error.kind, ErrorKind::Unauthenticated);
    }
}
