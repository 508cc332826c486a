//! What is known of one entry: its kind, id and attributes.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EntryKind {
    /// A file with content.
    File,
    /// A folder that holds entries.
    Folder,
    /// Something that is neither and is never touched: a symbolic link, a socket, a device, an
    /// entry whose name cannot be carried. It takes its name and keeps its folder from being
    /// handled as a whole.
    Special,
}

/// The id that a service gave an entry, as text and without meaning to us.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct EntryId(Box<str>);

/// A content hash as the service states it, with its kind: `crc64:…`, `blake3:…`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Fingerprint(Box<str>);

/// An instant in nanoseconds since 1970-01-01T00:00:00Z.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct Timestamp(i64);

/// What tells whether an entry's content is what it was.
///
/// For a folder only the fields that the service states matter; a local folder states none.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Attributes {
    /// The size in bytes; 0 for a folder.
    pub size: u64,
    /// When the content was changed; 0 where the service does not say.
    pub modified: Timestamp,
    /// The service's version number; 0 where it has none.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub version: u64,
    /// The content hash, where the service states one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<Fingerprint>,
}

fn is_zero(number: &u64) -> bool {
    *number == 0
}

impl EntryId {
    /// Takes an id as the service wrote it.
    pub fn new(text: &str) -> Self {
        Self(text.into())
    }

    /// The id as the service wrote it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Fingerprint {
    /// A hash of the given kind, for example `crc64` and its decimal text.
    pub fn new(kind: &str, value: &str) -> Self {
        Self([kind, ":", value].concat().into())
    }

    /// Kind and value, joined by a colon.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Timestamp {
    /// An instant from nanoseconds since 1970.
    pub const fn from_nanoseconds(nanoseconds: i64) -> Self {
        Self(nanoseconds)
    }

    /// An instant from seconds since 1970 and the nanoseconds after it; saturates.
    pub fn from_parts(seconds: i64, nanoseconds: i64) -> Self {
        Self(
            seconds
                .saturating_mul(1_000_000_000)
                .saturating_add(nanoseconds),
        )
    }

    /// Nanoseconds since 1970.
    pub fn nanoseconds(self) -> i64 {
        self.0
    }

    /// Whole seconds since 1970, rounded down.
    pub fn seconds(self) -> i64 {
        self.0.div_euclid(1_000_000_000)
    }

    /// This instant, that many seconds later; saturates.
    #[must_use]
    pub fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds.saturating_mul(1_000_000_000)))
    }
}

impl fmt::Display for Timestamp {
    /// RFC 3339 in UTC, with as many decimals as there are: `2026-11-21T09:00:00.5Z`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        jiff::Timestamp::from_nanosecond(i128::from(self.0))
            .map_err(|_| fmt::Error)?
            .fmt(formatter)
    }
}

impl FromStr for Timestamp {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let time: jiff::Timestamp = text
            .parse()
            .map_err(|_| format!("`{text}` is no time; one looks like `2026-11-21T09:00:00Z`"))?;
        i64::try_from(time.as_nanosecond())
            .map(Self)
            .map_err(|_| format!("the time `{text}` is too far away"))
    }
}

impl fmt::Display for EntryKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::File => "file",
            Self::Folder => "folder",
            Self::Special => "special entry",
        })
    }
}

impl fmt::Display for EntryId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
    use super::*;

    #[test]
    fn times_keep_every_nanosecond_as_text() {
        for nanoseconds in [i64::MIN, -1, 0, 1, 1_795_251_300_120_000_000, i64::MAX] {
            let time = Timestamp::from_nanoseconds(nanoseconds);
            assert_eq!(time.to_string().parse(), Ok(time));
        }
        assert_eq!(
            Timestamp::from_parts(0, 0).to_string(),
            "1970-01-01T00:00:00Z"
        );
        for text in ["", "yesterday", "9999-01-01T00:00:00Z"] {
            text.parse::<Timestamp>().unwrap_err();
        }
    }
}
