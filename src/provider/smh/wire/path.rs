//! Paths as replies give them.

use serde_json::Value;

use super::Readable;

/// A path below the root of a space: names joined by `/`, with no slash at either end. Replies
/// have an array of names; the sample of the batch copy has a bare text where there is one name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WirePath(String);

impl WirePath {
    /// Takes a path with or without slashes at its ends.
    pub fn new(text: &str) -> Self {
        Self(text.trim_matches('/').to_owned())
    }

    /// The names, joined by `/`; empty for the root.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The folder and the name; `None` for the root.
    pub fn split(&self) -> Option<(&str, &str)> {
        if self.0.is_empty() {
            return None;
        }
        Some(self.0.rsplit_once('/').unwrap_or(("", &self.0)))
    }
}

impl Readable for WirePath {
    fn read(value: &Value) -> Option<Self> {
        let name = |value: &Value| match value {
            Value::String(name) => Some(name.clone()),
            Value::Number(number) => Some(number.to_string()),
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
        };
        match value {
            Value::Array(names) => {
                let names: Vec<String> = names.iter().map(name).collect::<Option<_>>()?;
                Some(Self::new(&names.join("/")))
            }
            Value::String(text) => Some(Self::new(text)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
    use super::*;
    use crate::provider::http::Field;

    #[test]
    fn paths_come_as_lists_of_names_and_as_texts() {
        let cases = [
            (r#"["foo","bar"]"#, Some("foo/bar")),
            (r#"["bar"]"#, Some("bar")),
            (r#""bar""#, Some("bar")),
            (r#""/foo/bar/""#, Some("foo/bar")),
            ("[]", Some("")),
            (r#"["2026",7]"#, Some("2026/7")),
            (r#"[["foo"]]"#, None),
            (r#"["foo",null]"#, None),
            ("7", None),
            ("{}", None),
        ];
        for (text, expected) in cases {
            let found: Field<WirePath> = serde_json::from_str(text).unwrap();
            assert_eq!(found.known().map(WirePath::as_str), expected, "{text}");
        }
        assert_eq!(WirePath::new("a/b/c").split(), Some(("a/b", "c")));
        assert_eq!(WirePath::new("c").split(), Some(("", "c")));
        assert_eq!(WirePath::new("/").split(), None);
    }
}
