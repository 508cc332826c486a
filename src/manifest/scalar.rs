//! The single values that a manifest knows: texts of several grammars, numbers, switches, words.

use std::borrow::Cow;
use std::ops::Deref;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::form::Form;
use super::manifest::{Limit, ManifestName, NameCheck, OnConflict, OnMissing, PruneScope, Update};
use super::problem::Misfit;
use crate::tree::SpaceAlias;

/// The name of a storage root.
const ALIAS: &str = "^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$";
/// What `${..}` can name.
const VARIABLE: &str = "^[A-Za-z_][A-Za-z0-9_-]*$";
/// The name of a manifest.
const NAME: &str = "^[a-z0-9-]{1,64}$";
/// `alias:/path`, or a text that begins with `${`, where the alias or the whole is filled in.
const ADDRESS: &str = concat!(
    r"^(?:[A-Za-z0-9](?:[A-Za-z0-9_-]|\$\{[^}/]*\})*:/(?:SEGMENT(?:/SEGMENT)*)?|",
    r"\$\{[^}/]+\}.*)$"
);
/// A pattern relative to some folder.
const PATTERN: &str = "^SEGMENT(?:/SEGMENT)*$";
/// A name that is not empty, `.` or `..`.
const SEGMENT: &str = r"(?:[^/.][^/]*|\.[^/.][^/]*|\.\.[^/]+)";

/// Declares a text whose grammar the schema states as a pattern. The text itself is checked after
/// `${..}` is filled in.
macro_rules! text_form {
    ($(#[doc = $doc:literal])+ $name:ident, $wanted:literal, $pattern:expr) => {
        text_form! { $(#[doc = $doc])+ $name, $wanted, $pattern, |_| None }
    };
    ($(#[doc = $doc:literal])+ $name:ident, $wanted:literal, $pattern:expr, $rule:expr) => {
        $(#[doc = $doc])+
        #[derive(Debug, Clone)]
        pub(super) struct $name(pub(super) Box<str>);

        impl Form for $name {
            const WANTED: &'static str = $wanted;

            fn from_text(text: &str) -> Result<Self, Misfit> {
                let broken: fn(&str) -> Option<String> = $rule;
                match broken(text) {
                    None => Ok(Self(text.into())),
                    Some(rule) => Err(Misfit::Rule(rule)),
                }
            }
        }

        impl Deref for $name {
            type Target = str;

            fn deref(&self) -> &str {
                &self.0
            }
        }

        impl JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                let pattern: Option<&str> = $pattern;
                match pattern {
                    Some(pattern) => json_schema!({ "type": "string", "pattern": pattern }),
                    None => json_schema!({ "type": "string" }),
                }
            }
        }
    };
}

text_form! {
    /// Any text.
    Text, "text", None
}
text_form! {
    /// The name of a manifest.
    NameText, "a name of small letters, digits and `-`", Some(NAME), |text| {
        let rule = || format!("is `{text}`, but must be 1 to 64 small letters, digits and `-`");
        ManifestName::parse(text).is_none().then(rule)
    }
}
text_form! {
    /// The name of a storage root.
    AliasText, "an alias", Some(ALIAS), |text| {
        let rule = || format!(
            "is `{text}`, but must be 1 to 64 letters, digits, `-` and `_`, a letter or digit first"
        );
        SpaceAlias::parse(text).is_err().then(rule)
    }
}
text_form! {
    /// A name that `${..}` can read.
    VariableText, "a name", Some(VARIABLE), |text| {
        let rest = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        let first = |c: char| c.is_ascii_alphabetic() || c == '_';
        let sound = text.starts_with(first) && text.chars().all(rest);
        (!sound).then(|| format!(
            "is `{text}`, but must be letters, digits, `_` and `-`, a letter or `_` first"
        ))
    }
}
text_form! {
    /// Text that is not empty.
    FilledText, "text", Some("^[^\\x00]"), |text| text.is_empty().then(|| "is empty".into())
}
text_form! {
    /// An entry: `alias:/path`.
    AddressText, "an address `alias:/path`", Some(&ADDRESS.replace("SEGMENT", SEGMENT))
}
text_form! {
    /// An entry or a pattern: `alias:/path` or `alias:/base/pattern`.
    SelectionText, "an address `alias:/path` or `alias:/base/pattern`", Some(&ADDRESS.replace("SEGMENT", SEGMENT))
}
text_form! {
    /// A pattern over relative paths.
    PatternText, "a pattern", Some(&PATTERN.replace("SEGMENT", SEGMENT))
}

/// `true` or `false`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Switch(pub(super) bool);

/// A whole number from 0.
#[derive(Debug, Clone, Copy)]
pub(super) struct WholeNumber(pub(super) u64);

/// Seconds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Duration(pub(super) u64);

/// The version of the language: 1.
#[derive(Debug, Clone, Copy)]
pub(super) struct Version;

impl Form for Switch {
    const WANTED: &'static str = "`true` or `false`";

    fn from_switch(switch: bool) -> Result<Self, Misfit> {
        Ok(Self(switch))
    }
}

impl Form for WholeNumber {
    const WANTED: &'static str = "a whole number";

    fn from_number(number: u64) -> Result<Self, Misfit> {
        Ok(Self(number))
    }
}

impl Form for Version {
    const WANTED: &'static str = "the number 1";

    fn from_number(number: u64) -> Result<Self, Misfit> {
        if number == 1 {
            Ok(Self)
        } else {
            let rule = format!("is {number}, but only version 1 of the language is known");
            Err(Misfit::Rule(rule))
        }
    }
}

impl Form for Duration {
    const WANTED: &'static str = "a number of seconds, or text such as `10m`";

    fn from_number(number: u64) -> Result<Self, Misfit> {
        Ok(Self(number))
    }

    fn from_text(text: &str) -> Result<Self, Misfit> {
        let units = [("s", 1), ("m", 60), ("h", 3600)];
        let seconds = units.iter().find_map(|(unit, seconds)| {
            let number = digits(text.strip_suffix(unit)?)?;
            number.checked_mul(*seconds)
        });
        seconds.map(Self).ok_or_else(|| {
            Misfit::Rule(format!(
                "is `{text}`, but must be a number of seconds, or a number with `s`, `m` or `h`"
            ))
        })
    }
}

impl Form for Limit {
    const WANTED: &'static str = "a whole number, or a share such as `30%`";

    fn from_number(number: u64) -> Result<Self, Misfit> {
        Ok(Self::Count(number))
    }

    fn from_text(text: &str) -> Result<Self, Misfit> {
        text.strip_suffix('%').and_then(share).map(Self::Share).ok_or_else(|| {
            Misfit::Rule(format!(
                "is `{text}`, but must be a whole number, or a share from `0%` to `100%` with at most two decimals"
            ))
        })
    }
}

/// A percentage with at most two decimals, in ten thousandths.
fn share(text: &str) -> Option<u32> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, "0"));
    if decimals.len() > 2 {
        return None;
    }
    let hundredths = digits(decimals)? * if decimals.len() == 1 { 10 } else { 1 };
    let share = digits(whole)?.checked_mul(100)?.checked_add(hundredths)?;
    u32::try_from(share).ok().filter(|share| *share <= 10_000)
}

fn digits(text: &str) -> Option<u64> {
    let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten()
}

/// Declares the words of an enum.
macro_rules! word_form {
    ($name:ident, $wanted:literal, $($word:literal => $variant:ident),+) => {
        impl $name {
            const WORDS: &'static [&'static str] = &[$($word),+];
        }

        impl Form for $name {
            const WANTED: &'static str = $wanted;

            fn from_text(text: &str) -> Result<Self, Misfit> {
                match text {
                    $( $word => Ok(Self::$variant), )+
                    other => Err(Misfit::Word(other.into(), Self::WORDS)),
                }
            }
        }

        impl JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({ "enum": Self::WORDS })
            }
        }
    };
}

word_form!(OnConflict, "one of fail, keep, overwrite, rename",
    "fail" => Fail, "keep" => Keep, "overwrite" => Overwrite, "rename" => Rename);
word_form!(NameCheck, "one of with-effect, at-submission",
    "with-effect" => WithEffect, "at-submission" => AtSubmission);
word_form!(OnMissing, "one of fail, ignore", "fail" => Fail, "ignore" => Ignore);
word_form!(Update, "one of always, never", "always" => Always, "never" => Never);
word_form!(PruneScope, "one of report, owned, all",
    "report" => Report, "owned" => Owned, "all" => All);

/// Declares the schema of a value that is no text.
macro_rules! plain_schema {
    ($name:ident, $schema:tt) => {
        impl JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!($schema)
            }
        }
    };
}

plain_schema!(Switch, { "type": "boolean" });
plain_schema!(WholeNumber, { "type": "integer", "minimum": 0 });
plain_schema!(Version, { "const": 1 });
plain_schema!(Duration, { "anyOf": [
    { "type": "integer", "minimum": 0 },
    { "type": "string", "pattern": "^[0-9]+[smh]$" },
] });
plain_schema!(Limit, { "anyOf": [
    { "type": "integer", "minimum": 0 },
    { "type": "string", "pattern": r"^(?:[0-9]{1,2}(?:\.[0-9]{1,2})?|100(?:\.00?)?)%$" },
] });

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_ten_thousandths() {
        let check = |text: &str, expected: Option<u32>| {
            let read = Limit::from_text(text).ok();
            assert_eq!(read, expected.map(Limit::Share), "{text}");
        };
        check("30%", Some(3_000));
        check("2.5%", Some(250));
        check("0.01%", Some(1));
        check("100%", Some(10_000));
        check("100.5%", None);
        check("30", None);
        check("-3%", None);
        check("1.234%", None);
        check("%", None);
        check("1.%", None);
    }

    #[test]
    fn durations_are_seconds() {
        let check = |text: &str, expected: Option<u64>| {
            let read = Duration::from_text(text).ok().map(|read| read.0);
            assert_eq!(read, expected, "{text}");
        };
        check("90s", Some(90));
        check("10m", Some(600));
        check("2h", Some(7_200));
        check("2", None);
        check("1.5h", None);
        check("99999999999999999999h", None);
    }
}
