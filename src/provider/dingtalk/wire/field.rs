//! The ids of DingTalk, beside the scalars of every service.

use std::fmt;

use serde_json::Value;

pub use crate::provider::http::{Field, Readable, Unread};
pub(super) use crate::provider::http::{object, objects};

/// The id of an entry, space, task or bin: decimal digits as far as anybody has seen, sent as a
/// text or as a number.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id(String);

/// No id that was ever seen is longer than forty characters.
const LONGEST_ID: usize = 128;

impl Id {
    /// An id with no characters that could mean something elsewhere; `None` for any other text.
    pub fn new(text: &str) -> Option<Self> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_=+".contains(&byte);
        let fits = (1..=LONGEST_ID).contains(&text.len());
        (fits && text.bytes().all(plain)).then(|| Self(text.to_owned()))
    }

    /// The root of every space.
    pub fn root() -> Self {
        Self("0".to_owned())
    }

    /// Whether it is the root of its space.
    pub fn is_root(&self) -> bool {
        self.0 == "0"
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Id {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl Readable for Id {
    fn read(value: &Value) -> Option<Self> {
        match value {
            Value::String(text) => Self::new(text),
            Value::Number(number) => Some(Self(number.as_u64()?.to_string())),
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
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
    use super::*;

    #[test]
    fn ids_are_read_as_text_and_as_numbers() {
        let read = |text: &str| serde_json::from_str(text).unwrap_or(Field::Absent);
        let id = |text| Id::new(text).map_or(Field::Absent, Field::Given);
        let cases = [
            (r#""12""#, id("12")),
            ("12", id("12")),
            ("18446744073709551615", id("18446744073709551615")),
            (r#""eYVOL5j1pz7YxQ5n=""#, id("eYVOL5j1pz7YxQ5n=")),
            (r#""""#, Field::Absent),
            ("null", Field::Absent),
            ("-1", Field::Odd),
            ("1.5", Field::Odd),
            ("1e30", Field::Odd),
            ("18446744073709551616", Field::Odd),
            (r#""..""#, Field::Odd),
            (r#""a/b""#, Field::Odd),
            (r#"" 12""#, Field::Odd),
            ("true", Field::Odd),
            ("[12]", Field::Odd),
            ("{}", Field::Odd),
        ];
        for (text, expected) in cases {
            assert_eq!(read(text), expected, "{text}");
        }
        let long = format!("\"{}\"", "1".repeat(LONGEST_ID + 1));
        assert_eq!(read(&long), Field::Odd);
    }
}
