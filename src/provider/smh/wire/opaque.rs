//! Ids and markers, which come as numbers or as texts and mean nothing to us.

use std::fmt;

use serde_json::Value;

use super::{Field, Readable};

/// An id or a marker: a whole number in samples, a text in some SDKs. It is sent back as it came.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Opaque(String);

/// No id or marker that was ever seen is longer than forty characters.
const LONGEST: usize = 1_024;

impl Opaque {
    /// Takes a text; `None` for one that is empty or endless.
    pub fn new(text: &str) -> Option<Self> {
        let fits = (1..=LONGEST).contains(&text.len());
        fits.then(|| Self(text.to_owned()))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it can stand in a list of ids that commas divide, and in a path.
    pub fn is_plain(&self) -> bool {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        self.0.bytes().all(plain)
    }
}

impl fmt::Display for Opaque {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl Readable for Opaque {
    fn read(value: &Value) -> Option<Self> {
        match value {
            Value::String(text) => Self::new(text),
            Value::Number(number) if number.is_u64() || number.is_i64() => {
                Self::new(&number.to_string())
            }
            Value::Number(_)
            | Value::Null
            | Value::Bool(_)
            | Value::Array(_)
            | Value::Object(_) => None,
        }
    }

    fn is_none(value: &Value) -> bool {
        value.is_null() || value == ""
    }

    fn of_text(text: &str) -> Field<Self> {
        if text.is_empty() {
            return Field::Absent;
        }
        Field::given(Self::new(text))
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
    use super::*;

    #[test]
    fn ids_come_as_numbers_and_as_texts() {
        let given = |text: &str| Field::Given(Opaque::new(text).unwrap());
        let cases = [
            ("16", given("16")),
            (r#""16""#, given("16")),
            (r#""a, b""#, given("a, b")),
            ("-3", given("-3")),
            ("18446744073709551615", given("18446744073709551615")),
            ("null", Field::Absent),
            (r#""""#, Field::Absent),
            ("1.5", Field::Odd),
            ("true", Field::Odd),
            ("[16]", Field::Odd),
            ("{}", Field::Odd),
        ];
        for (text, expected) in cases {
            let found: Field<Opaque> = serde_json::from_str(text).unwrap();
            assert_eq!(found, expected, "{text}");
        }
        assert!(Opaque::new(&"1".repeat(LONGEST + 1)).is_none());
        assert!(Opaque::new("16").unwrap().is_plain());
        assert!(!Opaque::new("1,6").unwrap().is_plain());
    }
}
