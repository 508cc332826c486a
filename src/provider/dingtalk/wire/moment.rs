//! Times in the three forms they come in.

use jiff::civil::{DateTime, date};
use serde_json::Value;

use super::field::{Field, Readable};
use crate::tree::Timestamp;

/// A time of a reply. The documents show ISO 8601 to the minute (`2022-07-29T14:55Z`) and to the
/// second; the service was seen to send the form of Java's `Date`, as in
/// `Thu May 28 09:37:16 CST 2026`. None is finer than a second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment(pub Timestamp);

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];
/// Milliseconds since 1970 of the year 2001; smaller numbers would be seconds.
const LEAST_MILLISECONDS: i64 = 1_000_000_000_000;

impl Readable for Moment {
    fn read(value: &Value) -> Option<Self> {
        match value {
            Value::String(text) => Self::of(iso(text.trim()).or_else(|| java(text))?),
            Value::Number(number) => Self::of(epoch(number.as_i64()?)?),
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
        let time = iso(text.trim()).or_else(|| java(text));
        Field::given(time.and_then(Self::of))
    }
}

impl Moment {
    fn of(time: jiff::Timestamp) -> Option<Self> {
        let nanoseconds = i64::try_from(time.as_nanosecond()).ok()?;
        Some(Self(Timestamp::from_nanoseconds(nanoseconds)))
    }
}

/// With seconds or without; a time without an offset is UTC, as all documented ones are.
fn iso(text: &str) -> Option<jiff::Timestamp> {
    let whole = || text.parse::<jiff::Timestamp>().ok();
    let minute = || {
        let civil: DateTime = text.strip_suffix('Z').unwrap_or(text).parse().ok()?;
        in_offset(civil, 0)
    };
    text.starts_with(|first: char| first.is_ascii_digit())
        .then(|| whole().or_else(minute))
        .flatten()
}

/// `Thu May 28 09:37:16 CST 2026`
fn java(text: &str) -> Option<jiff::Timestamp> {
    let parts: Vec<&str> = text.split_ascii_whitespace().collect();
    let [_, month, day, time, zone, year] = parts[..] else {
        return None;
    };
    let month = MONTHS.iter().position(|known| *known == month)? + 1;
    let day = date(1, 1, 1)
        .with()
        .year(year.parse().ok()?)
        .month(i8::try_from(month).ok()?)
        .day(day.parse().ok()?)
        .build()
        .ok()?;
    let mut clock = time.split(':').map(|part| part.parse::<i8>().ok());
    let (hour, minute, second) = (clock.next()??, clock.next()??, clock.next()??);
    let time = jiff::civil::Time::new(hour, minute, second, 0).ok()?;
    let seconds = match zone {
        // The service's own zone; elsewhere the same letters mean another.
        "CST" => 8 * 3600,
        "UTC" | "GMT" | "Z" => 0,
        other => offset(other.strip_prefix("GMT")?)?,
    };
    in_offset(day.to_datetime(time), seconds)
}

/// `+08:00` in seconds.
fn offset(text: &str) -> Option<i64> {
    let (sign, rest) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+')?),
    };
    let (hours, minutes) = rest.split_once(':')?;
    let (hours, minutes): (i64, i64) = (hours.parse().ok()?, minutes.parse().ok()?);
    let sensible = (0..=18).contains(&hours) && (0..60).contains(&minutes);
    sensible.then_some(sign * (hours * 3600 + minutes * 60))
}

fn in_offset(civil: DateTime, seconds: i64) -> Option<jiff::Timestamp> {
    let offset = jiff::tz::Offset::from_seconds(i32::try_from(seconds).ok()?).ok()?;
    offset.to_timestamp(civil).ok()
}

fn epoch(number: i64) -> Option<jiff::Timestamp> {
    (number >= LEAST_MILLISECONDS)
        .then(|| jiff::Timestamp::from_millisecond(number).ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_a_time_is_read() {
        let cases = [
            (r#""2022-07-29T14:55Z""#, Some("2022-07-29T14:55:00Z")),
            (r#""2022-01-01T10:00:00Z""#, Some("2022-01-01T10:00:00Z")),
            (
                r#""2022-01-01T10:00:00.250Z""#,
                Some("2022-01-01T10:00:00.25Z"),
            ),
            (
                r#""2022-01-01T10:00:00+08:00""#,
                Some("2022-01-01T02:00:00Z"),
            ),
            (r#""2022-01-01T10:00:00""#, Some("2022-01-01T10:00:00Z")),
            (
                r#""Thu May 28 09:37:16 CST 2026""#,
                Some("2026-05-28T01:37:16Z"),
            ),
            (
                r#""Thu Jan 01 00:00:00 UTC 2026""#,
                Some("2026-01-01T00:00:00Z"),
            ),
            (
                r#""Thu Jan 01 00:00:00 GMT-03:30 2026""#,
                Some("2026-01-01T03:30:00Z"),
            ),
            ("1767225600000", Some("2026-01-01T00:00:00Z")),
            (r#""Thu May 28 09:37:16 EST 2026""#, None),
            (r#""Thu May 32 09:37:16 CST 2026""#, None),
            (r#""Thu Mai 28 09:37:16 CST 2026""#, None),
            (r#""Thu May 28 24:37:16 CST 2026""#, None),
            (r#""Thu May 28 09:37 CST 2026""#, None),
            (r#""2022-13-01T10:00Z""#, None),
            (r#""9999-12-31T23:59:59Z""#, None),
            (r#""yesterday""#, None),
            (r#""""#, None),
            ("12", None),
            ("-1767225600000", None),
            ("1e300", None),
            ("true", None),
        ];
        for (text, expected) in cases {
            let value: Value = serde_json::from_str(text).unwrap_or_default();
            let found = Moment::read(&value).map(|moment| moment.0.to_string());
            assert_eq!(found.as_deref(), expected, "{text}");
        }
    }
}
