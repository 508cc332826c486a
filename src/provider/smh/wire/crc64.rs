//! The checksum of a file.

use serde_json::Value;

use super::{Field, Readable};
use crate::tree::Fingerprint;

/// CRC-64/XZ of the content. Listings have it as the decimal text of an unsigned number, the list
/// of earlier versions as that of a signed one; both are read, with or without quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Crc64(pub u64);

impl Crc64 {
    /// The one form in which it is compared and kept.
    pub fn fingerprint(self) -> Fingerprint {
        Fingerprint::new("crc64", &self.0.to_string())
    }

    fn of(text: &str) -> Option<Self> {
        let text = text.trim();
        let negative = || text.parse().ok().map(i64::cast_unsigned);
        text.parse().ok().or_else(negative).map(Self)
    }
}

impl Readable for Crc64 {
    fn read(value: &Value) -> Option<Self> {
        let signed = |number: i64| number.cast_unsigned();
        let number = match value {
            Value::String(text) => return Self::of(text),
            Value::Number(number) => number.as_u64().or_else(|| number.as_i64().map(signed))?,
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => return None,
        };
        Some(Self(number))
    }

    fn of_text(text: &str) -> Field<Self> {
        if text.is_empty() {
            return Field::Absent;
        }
        Field::given(Self::of(text))
    }

    fn is_none(value: &Value) -> bool {
        value.is_null() || value == ""
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
    use super::*;

    #[test]
    fn signed_and_unsigned_are_one_number() {
        let cases = [
            (
                r#""13695886216377219725""#,
                Some("crc64:13695886216377219725"),
            ),
            (
                r#""-4750857857332331891""#,
                Some("crc64:13695886216377219725"),
            ),
            ("-4750857857332331891", Some("crc64:13695886216377219725")),
            ("13695886216377219725", Some("crc64:13695886216377219725")),
            (r#""0""#, Some("crc64:0")),
            (r#"" 7 ""#, Some("crc64:7")),
            (r#""-1""#, Some("crc64:18446744073709551615")),
            (r#""18446744073709551616""#, None),
            (r#""-9223372036854775809""#, None),
            (r#""0x7""#, None),
            ("1.5", None),
            ("[]", None),
            ("null", None),
        ];
        for (text, expected) in cases {
            let found: Field<Crc64> = serde_json::from_str(text).unwrap();
            let found = found.known().map(|crc| crc.fingerprint());
            let found = found.as_ref().map(Fingerprint::as_str);
            assert_eq!(found, expected, "{text}");
        }
    }
}
