//! Taking secrets out of texts that somebody else wrote.

use secrecy::{ExposeSecret, SecretString};

/// Anything shorter is no secret, and taking it out of a text would leave holes.
const SHORTEST_SECRET: usize = 6;

/// Takes every secret out of a text.
pub(in crate::provider) fn redact<'a>(
    text: &mut String,
    secrets: impl IntoIterator<Item = &'a SecretString>,
) {
    for secret in secrets {
        let secret = secret.expose_secret();
        if secret.len() >= SHORTEST_SECRET && text.contains(secret) {
            *text = text.replace(secret, "***");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_taken_out_and_nothing_else() {
        let secrets: [SecretString; 3] = ["marker-1".into(), "a".into(), "marker".into()];
        let cases = [
            ("marker-1 and a marker", "*** and a ***"),
            ("an ordinary text", "an ordinary text"),
            ("", ""),
        ];
        for (text, expected) in cases {
            let mut text = text.to_owned();
            redact(&mut text, &secrets);
            assert_eq!(text, expected);
        }
    }
}
