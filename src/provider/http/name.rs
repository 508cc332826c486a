//! Names as services send them.

use crate::tree::EntryPath;

/// The longest piece of an impossible name that is shown.
const LONGEST_SHOWN: usize = 255;

/// Whether a name can be a part of a path.
pub(in crate::provider) fn is_possible(name: &str) -> bool {
    EntryPath::root().join(name).is_ok() && name.len() < usize::from(u16::MAX)
}

/// A name that cannot be a part of a path, in a form that can: it takes its place and is not
/// mistaken for another.
pub(in crate::provider) fn readable(name: &str) -> String {
    let replaced: String = name
        .chars()
        .map(|character| match character {
            '/' | '\0' => '\u{fffd}',
            other => other,
        })
        .take(LONGEST_SHOWN)
        .collect();
    match replaced.as_str() {
        "." | ".." => format!("{replaced}\u{fffd}"),
        _ => replaced,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn impossible_names_are_made_readable() {
        let long = "n".repeat(70_000);
        let cases = [
            ("a/b", "a\u{fffd}b"),
            ("..", "..\u{fffd}"),
            (".", ".\u{fffd}"),
            ("\0", "\u{fffd}"),
            (&long, &long[..255]),
        ];
        for (name, expected) in cases {
            assert!(!is_possible(name));
            assert_eq!(readable(name), expected);
            assert!(is_possible(expected));
        }
        assert!(is_possible("a b"));
        assert!(!is_possible(""));
    }
}
