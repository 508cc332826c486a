//! Patterns over paths: `*`, `?`, `[..]`, `{a,b}`, and `**` as a whole segment.

use std::fmt;
use std::iter::Peekable;
use std::str::Chars;

use regex::Regex;
use serde::{Serialize, Serializer};

use super::path::{Address, EntryPath, PathError, SpaceAlias};

/// Characters that make a segment a pattern.
const PATTERN_CHARACTERS: [char; 5] = ['*', '?', '[', '{', '\\'];

/// A pattern over paths relative to some folder.
///
/// `*` and `?` never cross `/`, a leading dot is nothing special, `a/**` never matches `a`, and a
/// backslash takes the next character literally.
#[derive(Clone)]
pub struct Pattern {
    text: Box<str>,
    matcher: Regex,
}

/// Several patterns of which one is enough.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct PatternSet(Vec<Pattern>);

/// Entries named by an address, or by a pattern below the address of its base.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Selection {
    /// The entry itself, or the base: the longest part of the text without pattern characters.
    pub base: Address,
    /// What is meant below the base; `None` where the base itself is meant.
    pub below: Option<Pattern>,
}

/// Why a text is no pattern.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PatternError {
    /// `**` stands beside other characters.
    #[error("`**` must be a whole segment in `{0}`")]
    PartialDoubleStar(String),
    /// A segment is empty, `.` or `..`, or the pattern begins with a slash.
    #[error("the pattern `{0}` has an empty, `.` or `..` segment")]
    Segment(String),
    /// Brackets or braces do not close.
    #[error("the pattern `{0}` is malformed: {1}")]
    Malformed(String, &'static str),
    /// The alias or the part before the pattern is malformed.
    #[error(transparent)]
    Path(#[from] PathError),
}

impl Pattern {
    /// Checks and takes a pattern over relative paths, for example `**/*.draft.*`.
    ///
    /// # Errors
    /// Names the first rule that the text breaks.
    pub fn parse(text: &str) -> Result<Self, PatternError> {
        let matcher = Regex::new(&translate(text)?).map_err(|_| {
            PatternError::Malformed(text.into(), "a range runs backwards, or it is too large")
        })?;
        Ok(Self {
            text: text.into(),
            matcher,
        })
    }

    /// Whether the pattern matches the path, read relative to the pattern's base.
    pub fn matches(&self, path: &EntryPath) -> bool {
        !path.is_root() && self.matcher.is_match(&path.as_str()[1..])
    }

    /// The pattern as written.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl PatternSet {
    /// A set of the given patterns.
    pub fn new(patterns: Vec<Pattern>) -> Self {
        Self(patterns)
    }

    /// Whether one of the patterns matches this very path.
    pub fn matches(&self, path: &EntryPath) -> bool {
        self.0.iter().any(|pattern| pattern.matches(path))
    }

    /// Whether one of the patterns matches the path or a folder on the way to it.
    pub fn covers(&self, path: &EntryPath) -> bool {
        !self.0.is_empty()
            && (self.matches(path) || path.ancestors().iter().any(|folder| self.matches(folder)))
    }

    /// The first pattern that matches the path or a folder on the way to it.
    pub fn covering(&self, path: &EntryPath) -> Option<&Pattern> {
        let above = path.ancestors();
        let covers = |pattern: &&Pattern| {
            pattern.matches(path) || above.iter().any(|folder| pattern.matches(folder))
        };
        self.0.iter().find(covers)
    }

    /// Whether there is no pattern at all.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Selection {
    /// Checks and takes `alias:/path` or `alias:/base/pattern`.
    ///
    /// # Errors
    /// The alias, the base or the pattern is malformed.
    pub fn parse(text: &str) -> Result<Self, PatternError> {
        let Some(start) = text.find(PATTERN_CHARACTERS) else {
            return Ok(Self {
                base: Address::parse(text)?,
                below: None,
            });
        };
        let Some((alias, path)) = text
            .split_once(':')
            .filter(|(alias, _)| alias.len() < start)
        else {
            return Err(PathError::NoAlias(text.into()).into());
        };
        let space = SpaceAlias::parse(alias)?;
        if !path.starts_with('/') {
            return Err(PathError::Relative(path.into()).into());
        }
        let end = path[..start - alias.len() - 1].rfind('/').unwrap_or(0);
        let base = EntryPath::parse(if end == 0 { "/" } else { &path[..end] })?;
        let below = Pattern::parse(&path[end + 1..])?;
        Ok(Self {
            base: Address::new(space, base),
            below: Some(below),
        })
    }

    /// Whether the selection names or matches this entry itself.
    pub fn matches(&self, space: &SpaceAlias, path: &EntryPath) -> bool {
        if *space != self.base.space {
            return false;
        }
        match &self.below {
            None => *path == self.base.path,
            Some(pattern) => path
                .below(&self.base.path)
                .is_some_and(|rest| pattern.matches(&rest)),
        }
    }

    /// Whether the selection matches this entry or a folder on the way to it.
    pub fn covers(&self, space: &SpaceAlias, path: &EntryPath) -> bool {
        self.matches(space, path)
            || path
                .ancestors()
                .iter()
                .any(|folder| self.matches(space, folder))
    }
}

/// The regular expression of a pattern.
///
/// The glob crates at hand match bytes, so that their `?` and `[..]` miss every character outside
/// ASCII; names in shared drives are full of those.
fn translate(text: &str) -> Result<String, PatternError> {
    let mut regex = String::from("^");
    let mut open = false;
    for (position, segment) in text.split('/').enumerate() {
        if matches!(segment, "" | "." | "..") {
            return Err(PatternError::Segment(text.into()));
        }
        let last = text.split('/').count() == position + 1;
        match (segment, last) {
            ("**", true) if open || position == 0 => regex.push_str(".+"),
            ("**", true) => regex.push_str("/.+"),
            ("**", false) if open || position == 0 => regex.push_str("(?:.+/)?"),
            ("**", false) => regex.push_str("/(?:.+/)?"),
            _ => {
                if position > 0 && !open {
                    regex.push('/');
                }
                translate_segment(segment, text, &mut regex)?;
            }
        }
        open = segment == "**";
    }
    regex.push('$');
    Ok(format!("(?s){regex}"))
}

fn translate_segment(segment: &str, whole: &str, regex: &mut String) -> Result<(), PatternError> {
    let malformed = |why| PatternError::Malformed(whole.into(), why);
    let mut braces = 0_u32;
    let mut characters = segment.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '*' if characters.peek() == Some(&'*') => {
                return Err(PatternError::PartialDoubleStar(whole.into()));
            }
            '*' => regex.push_str("[^/]*"),
            '?' => regex.push_str("[^/]"),
            '[' => translate_class(&mut characters, regex)
                .ok_or_else(|| malformed("a `[` is not closed"))?,
            '{' => {
                braces += 1;
                regex.push_str("(?:");
            }
            '}' if braces > 0 => {
                braces -= 1;
                regex.push(')');
            }
            ',' if braces > 0 => regex.push('|'),
            '\\' => match characters.next() {
                Some(next) => push_literal(next, regex),
                None => return Err(malformed("nothing follows the last backslash of a segment")),
            },
            literal => push_literal(literal, regex),
        }
    }
    if braces == 0 {
        Ok(())
    } else {
        Err(malformed("a `{` is not closed in its segment"))
    }
}

fn translate_class(characters: &mut Peekable<Chars<'_>>, regex: &mut String) -> Option<()> {
    let negated = characters
        .next_if(|next| matches!(next, '!' | '^'))
        .is_some();
    regex.push_str(if negated { "[^/" } else { "[" });
    let mut first = true;
    loop {
        match characters.next()? {
            ']' if !first => break,
            '-' => regex.push('-'),
            member => push_literal(member, regex),
        }
        first = false;
    }
    regex.push(']');
    Some(())
}

fn push_literal(character: char, regex: &mut String) {
    regex.push_str(&regex::escape(character.encode_utf8(&mut [0; 4])));
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Pattern {}

impl fmt::Debug for Pattern {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.text, formatter)
    }
}

impl fmt::Display for Selection {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.below {
            None => self.base.fmt(formatter),
            Some(pattern) if self.base.path.is_root() => {
                write!(formatter, "{}{}", self.base, pattern.text)
            }
            Some(pattern) => write!(formatter, "{}/{}", self.base, pattern.text),
        }
    }
}

impl Serialize for Pattern {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
    use super::*;

    fn check(pattern: &str, path: &str, expected: Option<bool>) {
        let found = Pattern::parse(pattern)
            .ok()
            .map(|pattern| pattern.matches(&EntryPath::parse(path).unwrap()));
        assert_eq!(found, expected, "{pattern} on {path}");
    }

    #[test]
    fn matches_as_the_language_says() {
        let cases = [
            ("*", "/a", true),
            ("*", "/.a", true),
            ("*", "/a/b", false),
            ("?", "/é", true),
            ("?", "/ab", false),
            ("*.pdf", "/a.pdf", true),
            ("*.pdf", "/b/a.pdf", false),
            ("**/*.pdf", "/a.pdf", true),
            ("**/*.pdf", "/b/c/a.pdf", true),
            ("a/**", "/a", false),
            ("a/**", "/a/b", true),
            ("a/**", "/a/b/c", true),
            ("a/**/b", "/a/b", true),
            ("a/**/b", "/a/x/y/b", true),
            ("**", "/a/b", true),
            ("[ab]x", "/bx", true),
            ("[!ab]x", "/cx", true),
            ("[!ab]x", "/ax", false),
            ("{a,b}.txt", "/b.txt", true),
            ("{a,b}.txt", "/c.txt", false),
            ("a/**/b/**/c", "/a/b/c", true),
            ("**/**", "/a", true),
            ("[]x]", "/]", true),
            ("[一-龥]?.{docx,{p,x}df}", "/报告.xdf", true),
            ("a.b", "/axb", false),
            ("{a,b}}", "/a}", true),
            ("[a-c][-x]", "/b-", true),
            (r"\*", "/*", true),
            (r"\*", "/a", false),
            ("报告/*", "/报告/季度.pdf", true),
        ];
        for (pattern, path, expected) in cases {
            check(pattern, path, Some(expected));
        }
    }

    #[test]
    fn refuses_what_is_no_pattern() {
        for pattern in [
            "", "/a", "a/", "a//b", "a**", "**a/b", "a/../b", "[a", "{a", "a/./b",
        ] {
            check(pattern, "/a", None);
        }
    }

    #[test]
    fn a_selection_has_the_longest_plain_base() {
        let cases = [
            ("s:/Kits/**/*.pdf", "s:/Kits", Some("**/*.pdf")),
            ("s:/*.pdf", "s:/", Some("*.pdf")),
            ("s:/a/b*/c", "s:/a", Some("b*/c")),
            ("s:/a/b", "s:/a/b", None),
        ];
        for (text, base, below) in cases {
            let selection = Selection::parse(text).unwrap();
            assert_eq!(selection.base.to_string(), base);
            assert_eq!(selection.below.as_ref().map(Pattern::as_str), below);
            assert_eq!(selection.to_string(), text);
        }
        for text in ["*:/a", "s/*", "s:*", "s:/../*", "s:/a//*"] {
            assert!(Selection::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_set_covers_what_lies_below_a_match() {
        let set = PatternSet::new(vec![Pattern::parse("a/*").unwrap()]);
        assert!(set.covers(&EntryPath::parse("/a/b/c").unwrap()));
        assert!(!set.covers(&EntryPath::parse("/a").unwrap()));
    }
}
