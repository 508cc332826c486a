//! Times.

use serde_json::Value;

use super::{Field, Readable};
use crate::tree::Timestamp;

/// A time of a reply: ISO 8601 in UTC to the millisecond, as in `2020-09-22T07:44:45.000Z`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment(pub Timestamp);

impl Readable for Moment {
    fn read(value: &Value) -> Option<Self> {
        value.as_str()?.trim().parse().ok().map(Self)
    }

    fn is_none(value: &Value) -> bool {
        value.is_null() || value == ""
    }

    fn of_text(text: &str) -> Field<Self> {
        if text.is_empty() {
            return Field::Absent;
        }
        Field::given(text.trim().parse().ok().map(Self))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read() {
        let cases = [
            (
                r#""2020-09-22T07:44:45.250Z""#,
                Some("2020-09-22T07:44:45.25Z"),
            ),
            (
                r#""2020-09-22T15:44:45+08:00""#,
                Some("2020-09-22T07:44:45Z"),
            ),
            (r#""2020-13-22T07:44:45Z""#, None),
            (r#""9999-12-31T23:59:59Z""#, None),
            (r#""yesterday""#, None),
            ("1600760685", None),
            ("{}", None),
        ];
        for (text, expected) in cases {
            let value: Value = serde_json::from_str(text).unwrap_or_default();
            let found = Moment::read(&value).map(|moment| moment.0.to_string());
            assert_eq!(found.as_deref(), expected, "{text}");
        }
    }
}
