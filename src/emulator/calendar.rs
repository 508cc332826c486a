//! Points in time and how services write them.

use jiff::{Timestamp, tz::TimeZone};

/// Milliseconds since 1970 in UTC.
pub(crate) type Moment = u64;

/// The pattern of a date as a service writes it, with the zone it means.
pub(crate) struct DateForm {
    pub(crate) pattern: &'static str,
    /// The offset from UTC in hours.
    pub(crate) hours: i8,
}

/// ISO 8601 with seconds, as examples show it.
pub(crate) const ISO_SECONDS: DateForm = DateForm {
    pattern: "%Y-%m-%dT%H:%M:%SZ",
    hours: 0,
};
/// ISO 8601 with milliseconds.
pub(crate) const ISO_MILLISECONDS: DateForm = DateForm {
    pattern: "%Y-%m-%dT%H:%M:%S.%3fZ",
    hours: 0,
};
/// ISO 8601 without seconds, as tables of fields show it.
pub(crate) const ISO_MINUTES: DateForm = DateForm {
    pattern: "%Y-%m-%dT%H:%MZ",
    hours: 0,
};
/// What Java's `Date.toString` gives in China.
pub(crate) const JAVA_CHINA: DateForm = DateForm {
    pattern: "%a %b %d %H:%M:%S CST %Y",
    hours: 8,
};

/// Writes a moment; moments beyond the calendar read as 1970.
pub(crate) fn written(moment: Moment, form: &DateForm) -> String {
    let milliseconds = i64::try_from(moment).unwrap_or(0);
    let timestamp = Timestamp::from_millisecond(milliseconds).unwrap_or(Timestamp::UNIX_EPOCH);
    let zone = TimeZone::fixed(jiff::tz::offset(form.hours));
    let zoned = timestamp.to_zoned(zone);
    zoned.strftime(form.pattern).to_string()
}

/// The time of this machine's clock.
pub(crate) fn now() -> Moment {
    u64::try_from(Timestamp::now().as_millisecond()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_has_many_forms() {
        let moment = 1_779_932_236_789;
        let cases = [
            (ISO_SECONDS, "2026-05-28T01:37:16Z"),
            (ISO_MILLISECONDS, "2026-05-28T01:37:16.789Z"),
            (ISO_MINUTES, "2026-05-28T01:37Z"),
            (JAVA_CHINA, "Thu May 28 09:37:16 CST 2026"),
        ];
        for (form, expected) in cases {
            assert_eq!(written(moment, &form), expected);
        }
    }
}
