//! The first fields of every JSON file of ours, which any version of this program can read.

use std::borrow::Cow;

use serde::Deserialize;

/// What a file says of itself before anything else in it is understood.
#[derive(Deserialize)]
pub(crate) struct Header<'a> {
    format: Cow<'a, str>,
    version: u32,
}

/// Why a file is not to be read on.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Foreign {
    /// It does not say what it is.
    Unreadable(String),
    /// It is of this other kind.
    Format(String),
    /// A newer program wrote it.
    Version {
        /// The file's version.
        found: u32,
        /// The newest that is known.
        known: u32,
    },
}

impl Header<'_> {
    /// Whether a file is of this kind, and not newer than what is known.
    ///
    /// # Errors
    /// It is not, or it does not say so.
    pub(crate) fn check(bytes: &[u8], format: &str, known: u32) -> Result<(), Foreign> {
        let header: Header<'_> = serde_json::from_slice(bytes)
            .map_err(|error| Foreign::Unreadable(error.to_string()))?;
        if header.format != format {
            return Err(Foreign::Format(header.format.into_owned()));
        }
        let found = header.version;
        if found > known {
            return Err(Foreign::Version { found, known });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_on_where_its_kind_and_version_are_known() {
        let check = |text: &str| Header::check(text.as_bytes(), "ours", 2);
        assert_eq!(check(r#"{"format":"ours","version":2,"new":[]}"#), Ok(()));
        assert_eq!(check(r#"{"version":1,"format":"\u006furs"}"#), Ok(()));
        let newer = Foreign::Version { found: 3, known: 2 };
        assert_eq!(check(r#"{"format":"ours","version":3}"#), Err(newer));
        let other = Foreign::Format("theirs".to_owned());
        assert_eq!(check(r#"{"format":"theirs","version":9}"#), Err(other));
        for unreadable in ["", "{", "[]", r#"{"version":1}"#, r#"{"format":"ours"}"#] {
            let end = check(unreadable);
            assert!(matches!(end, Err(Foreign::Unreadable(_))), "{unreadable}");
        }
    }
}
