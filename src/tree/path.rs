//! Paths inside a space and addresses across spaces, checked once and then trusted.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// The longest path that is accepted, in bytes.
const LONGEST_PATH: usize = 32 * 1024;
/// The deepest path that is accepted, in segments.
const DEEPEST_PATH: usize = 256;

/// The path of an entry inside its space: `/` for the root, else `/segment/segment`.
///
/// Names are compared byte for byte. Paths order like a walk: a folder directly before what it
/// holds, siblings by the bytes of their names. A clone shares the text: a plan names one path in
/// many places.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct EntryPath(Arc<str>);

/// The name that a manifest gives to a storage root: `[A-Za-z0-9][A-Za-z0-9_-]{0,63}`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SpaceAlias(Arc<str>);

/// An entry anywhere: a space and a path in it, written `alias:/path`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Address {
    /// The space.
    pub space: SpaceAlias,
    /// The path in the space.
    pub path: EntryPath,
}

/// Why a text is no path, name, alias or address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PathError {
    /// The alias has characters that an alias may not have.
    #[error("`{0}` is no space alias; use letters, digits, `-` and `_`, at most 64")]
    Alias(String),
    /// There is no colon between alias and path.
    #[error("`{0}` names no space; write `alias:/path`")]
    NoAlias(String),
    /// The path does not begin with a slash.
    #[error("the path `{0}` must begin with `/`")]
    Relative(String),
    /// The path ends with a slash and is not the root.
    #[error("the path `{0}` must not end with `/`")]
    TrailingSlash(String),
    /// Two slashes stand side by side.
    #[error("the path `{0}` has an empty segment")]
    EmptySegment(String),
    /// A segment is `.` or `..`.
    #[error("the path `{0}` has the segment `{1}`, which has no meaning here")]
    DotSegment(String, String),
    /// A name holds a slash or a NUL byte.
    #[error("the name {0:?} holds a character that no name can hold")]
    Character(String),
    /// The path is longer or deeper than any service carries.
    #[error(
        "the path has {0} bytes and {1} segments; the most are {LONGEST_PATH} and {DEEPEST_PATH}"
    )]
    TooLong(usize, usize),
}

impl EntryPath {
    /// The root of a space.
    pub fn root() -> Self {
        Self("/".into())
    }

    /// Checks and takes `/`, or `/segment/segment`.
    ///
    /// # Errors
    /// Names the first rule that the text breaks.
    pub fn parse(text: &str) -> Result<Self, PathError> {
        if text == "/" {
            return Ok(Self::root());
        }
        let Some(rest) = text.strip_prefix('/') else {
            return Err(PathError::Relative(text.into()));
        };
        if rest.ends_with('/') && !rest.ends_with("//") {
            return Err(PathError::TrailingSlash(text.into()));
        }
        for segment in rest.split('/') {
            check_segment(segment, text)?;
        }
        let depth = rest.split('/').count();
        if text.len() > LONGEST_PATH || depth > DEEPEST_PATH {
            return Err(PathError::TooLong(text.len(), depth));
        }
        Ok(Self(text.into()))
    }

    /// The path of an entry called `name` in this folder.
    ///
    /// # Errors
    /// The name is empty, `.`, `..`, or holds `/` or NUL.
    pub fn join(&self, name: &str) -> Result<Self, PathError> {
        if name.contains('/') {
            return Err(PathError::Character(name.into()));
        }
        check_segment(name, name)?;
        Ok(self.join_trusted(name))
    }

    /// The path of an entry whose name came out of another checked path or a tree.
    pub(crate) fn join_trusted(&self, name: &str) -> Self {
        let parent = if self.is_root() { "" } else { &*self.0 };
        let mut text = String::with_capacity(parent.len() + 1 + name.len());
        text.push_str(parent);
        text.push('/');
        text.push_str(name);
        Self(text.into())
    }

    /// This path followed by all segments of `below`.
    #[must_use]
    pub fn append(&self, below: &Self) -> Self {
        match (self.is_root(), below.is_root()) {
            (_, true) => self.clone(),
            (true, false) => below.clone(),
            (false, false) => Self(format!("{}{}", self.0, below.0).into()),
        }
    }

    /// What is left of this path below `ancestor`; the root where both are equal, `None` where
    /// `ancestor` is not on the way here.
    pub fn below(&self, ancestor: &Self) -> Option<Self> {
        if ancestor.is_root() {
            return Some(self.clone());
        }
        match self.0.strip_prefix(&*ancestor.0)? {
            "" => Some(Self::root()),
            rest if rest.starts_with('/') => Some(Self(rest.into())),
            _ => None,
        }
    }

    /// Whether `ancestor` is this path or on the way to it.
    pub fn is_at_or_below(&self, ancestor: &Self) -> bool {
        ancestor.is_root()
            || self
                .0
                .strip_prefix(&*ancestor.0)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// Whether `ancestor` is on the way to this path, and not this path.
    pub fn is_strictly_below(&self, ancestor: &Self) -> bool {
        self != ancestor && self.is_at_or_below(ancestor)
    }

    /// Whether this is the root of the space.
    pub fn is_root(&self) -> bool {
        &*self.0 == "/"
    }

    /// The last segment; `None` at the root.
    pub fn name(&self) -> Option<&str> {
        if self.is_root() {
            None
        } else {
            self.0.rsplit('/').next()
        }
    }

    /// The folder that holds this entry; `None` at the root.
    pub fn parent(&self) -> Option<Self> {
        if self.is_root() {
            return None;
        }
        match self.0.rfind('/') {
            Some(0) | None => Some(Self::root()),
            Some(end) => Some(Self(self.0[..end].into())),
        }
    }

    /// The names from the root down to this entry; none at the root.
    pub fn segments(&self) -> impl Iterator<Item = &str> {
        self.0.split('/').filter(|segment| !segment.is_empty())
    }

    /// The folders on the way here, from the root down, without this entry.
    pub fn ancestors(&self) -> Vec<Self> {
        let mut folders = Vec::new();
        let mut next = self.parent();
        while let Some(folder) = next {
            next = folder.parent();
            folders.push(folder);
        }
        folders.reverse();
        folders
    }

    /// How many segments the path has; 0 at the root.
    pub fn depth(&self) -> usize {
        self.segments().count()
    }

    /// The path as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn check_segment(segment: &str, whole: &str) -> Result<(), PathError> {
    match segment {
        "" => Err(PathError::EmptySegment(whole.into())),
        "." | ".." => Err(PathError::DotSegment(whole.into(), segment.into())),
        name if name.contains('\0') => Err(PathError::Character(whole.into())),
        _ => Ok(()),
    }
}

impl SpaceAlias {
    /// Checks and takes an alias.
    ///
    /// # Errors
    /// The text is not `[A-Za-z0-9][A-Za-z0-9_-]{0,63}`.
    pub fn parse(text: &str) -> Result<Self, PathError> {
        let well_formed = text.len() <= 64
            && text.starts_with(|first: char| first.is_ascii_alphanumeric())
            && text
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
        if well_formed {
            Ok(Self(text.into()))
        } else {
            Err(PathError::Alias(text.into()))
        }
    }

    /// The alias as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Address {
    /// The entry at `path` in `space`.
    pub fn new(space: SpaceAlias, path: EntryPath) -> Self {
        Self { space, path }
    }

    /// Checks and takes `alias:/path`.
    ///
    /// # Errors
    /// The alias or the path is malformed.
    pub fn parse(text: &str) -> Result<Self, PathError> {
        let Some((alias, path)) = text.split_once(':') else {
            return Err(PathError::NoAlias(text.into()));
        };
        Ok(Self::new(
            SpaceAlias::parse(alias)?,
            EntryPath::parse(path)?,
        ))
    }

    /// Whether `ancestor` is this entry or a folder on the way to it.
    pub fn is_at_or_below(&self, ancestor: &Self) -> bool {
        self.space == ancestor.space && self.path.is_at_or_below(&ancestor.path)
    }

    /// Whether `ancestor` is a folder on the way to this entry.
    pub fn is_strictly_below(&self, ancestor: &Self) -> bool {
        self.space == ancestor.space && self.path.is_strictly_below(&ancestor.path)
    }
}

impl Ord for EntryPath {
    fn cmp(&self, other: &Self) -> Ordering {
        let (ours, theirs) = (self.0.as_bytes(), other.0.as_bytes());
        let key = |byte: u8| if byte == b'/' { 0 } else { byte };
        match first_difference(ours, theirs) {
            Some(at) => key(ours[at]).cmp(&key(theirs[at])),
            None => ours.len().cmp(&theirs.len()),
        }
    }
}

/// The first position at which two texts differ, as far as the shorter one goes. Paths of one
/// folder begin alike, so eight bytes are compared at a time.
fn first_difference(ours: &[u8], theirs: &[u8]) -> Option<usize> {
    let (our_words, _) = ours.as_chunks::<8>();
    let (their_words, _) = theirs.as_chunks::<8>();
    let words = our_words.len().min(their_words.len());
    for word in 0..words {
        let (ours, theirs) = (our_words[word], their_words[word]);
        let differing = u64::from_le_bytes(ours) ^ u64::from_le_bytes(theirs);
        if differing != 0 {
            return Some(8 * word + (differing.trailing_zeros() / 8) as usize);
        }
    }
    let (ours, theirs) = (&ours[8 * words..], &theirs[8 * words..]);
    let mut pairs = ours.iter().zip(theirs);
    let found = pairs.position(|(ours, theirs)| ours != theirs);
    found.map(|further| 8 * words + further)
}

impl PartialOrd for EntryPath {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Debug for EntryPath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, formatter)
    }
}

impl fmt::Display for EntryPath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl fmt::Display for SpaceAlias {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl fmt::Display for Address {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}", self.space, self.path)
    }
}

impl Serialize for EntryPath {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for EntryPath {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(de::Error::custom)
    }
}

impl Serialize for SpaceAlias {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for SpaceAlias {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
    use super::*;

    #[test]
    fn accepts_paths() {
        for text in [
            "/",
            "/a",
            "/a/b",
            "/ a/b ",
            "/报告/季度.pdf",
            "/...",
            "/a.b/..c",
        ] {
            assert_eq!(EntryPath::parse(text).unwrap().as_str(), text);
        }
    }

    #[test]
    fn refuses_what_is_no_path() {
        let refused = [
            "", "a", "a/b", "/a/", "//", "//a", "/a//b", "/a//", "/.", "/a/..", "/a/./b", "/a\0",
        ];
        for text in refused {
            assert!(EntryPath::parse(text).is_err(), "{text:?}");
        }
        assert!(EntryPath::parse(&"/a".repeat(257)).is_err());
        assert!(EntryPath::parse(&format!("/{}", "a".repeat(40_000))).is_err());
    }

    #[test]
    fn refuses_what_is_no_address() {
        for text in ["", ":/a", "a", "a:b", "-a:/b", "a b:/c", "a:/b/", "ä:/b"] {
            assert!(Address::parse(text).is_err(), "{text:?}");
        }
        assert_eq!(Address::parse("a:/b:c").unwrap().path.as_str(), "/b:c");
    }

    #[test]
    fn orders_like_a_walk() {
        let sorted = [
            "/",
            "/a",
            "/a/b",
            "/a/b/c",
            "/a/c",
            "/a b",
            "/a-",
            "/b",
            "/b, as long",
            "/b, as long as it gets",
            "/b, as long as it gets/c",
            "/b, as long as it gets c",
            "/b, as long as it gets-",
            "/b, as longer as it gets",
        ];
        let mut paths: Vec<_> = sorted
            .iter()
            .rev()
            .map(|text| EntryPath::parse(text).unwrap())
            .collect();
        paths.sort();
        assert_eq!(
            paths.iter().map(EntryPath::as_str).collect::<Vec<_>>(),
            sorted
        );
    }

    #[test]
    fn takes_paths_apart_and_together() {
        let path = EntryPath::parse("/a/b/c").unwrap();
        assert_eq!(path.parent().unwrap().as_str(), "/a/b");
        assert_eq!(path.name(), Some("c"));
        let ancestors: Vec<_> = path.ancestors().iter().map(ToString::to_string).collect();
        assert_eq!(ancestors, ["/", "/a", "/a/b"]);
        let below = path.below(&EntryPath::parse("/a").unwrap()).unwrap();
        assert_eq!(below.as_str(), "/b/c");
        assert_eq!(
            EntryPath::parse("/x").unwrap().append(&below).as_str(),
            "/x/b/c"
        );
        assert_eq!(
            EntryPath::parse("/ab")
                .unwrap()
                .below(&EntryPath::parse("/a").unwrap()),
            None
        );
    }
}
