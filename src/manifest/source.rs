//! The text of one file and the places in it.

use crate::diagnostic::SourceLocation;

/// Lines longer than this are not repeated in a location: a file without line breaks would
/// otherwise be held once for each of its placements.
const LONGEST_LINE_SHOWN: usize = 512;

/// One file that the user wrote, with the starts of its lines.
#[derive(Debug)]
pub(super) struct Source<'t> {
    /// The file as the user named it.
    pub(super) file: &'t str,
    text: &'t str,
    line_starts: Vec<usize>,
}

/// A place in a source. Lines and columns count from 1, columns and lengths in characters; a line
/// of 0 is no place.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub(super) line: u32,
    pub(super) column: u32,
    pub(super) length: u32,
}

/// A value and where it stands.
#[derive(Debug, Clone)]
pub(super) struct Spot<T> {
    pub(super) value: T,
    pub(super) place: Place,
}

impl Place {
    /// Whether this is no place.
    pub(super) fn is_unknown(self) -> bool {
        self.line == 0
    }

    /// The first character of the file.
    pub(super) fn start() -> Self {
        Self {
            line: 1,
            column: 1,
            length: 0,
        }
    }
}

impl<'t> Source<'t> {
    /// Takes a text; a byte order mark belongs to no line.
    pub(super) fn new(file: &'t str, text: &'t str) -> Self {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let bytes = text.as_bytes();
        let ends_line = |at: &usize| bytes.get(at + 1) != Some(&b'\n');
        let returns = text.match_indices('\r').map(|(at, _)| at).filter(ends_line);
        let breaks = text.match_indices('\n').map(|(at, _)| at);
        let starts = breaks.chain(returns).map(|at| at + 1);
        let mut line_starts: Vec<usize> = std::iter::once(0).chain(starts).collect();
        line_starts.sort_unstable();
        Self {
            file,
            text,
            line_starts,
        }
    }

    /// The text without a byte order mark.
    pub(super) fn text(&self) -> &'t str {
        self.text
    }

    /// A place as a report shows it, with its line.
    pub(super) fn locate(&self, place: Place) -> SourceLocation {
        let place = if place.is_unknown() {
            Place::start()
        } else {
            place
        };
        let line = self.line(place.line);
        let rest = |line: &str| {
            let characters = u32::try_from(line.chars().count()).unwrap_or(u32::MAX);
            (characters + 1).saturating_sub(place.column)
        };
        let shown = line.len() <= LONGEST_LINE_SHOWN;
        SourceLocation {
            file: self.file.into(),
            line: place.line,
            column: place.column,
            length: if shown {
                place.length.min(rest(line))
            } else {
                place.length
            },
            text: if shown { line.into() } else { String::new() },
        }
    }

    /// The key that stands before a value; the value's own place where it is not found.
    pub(super) fn key_before(&self, value: Place, key: &str) -> Place {
        let before = &self.text[..self.offset(value)];
        match before.rfind(key) {
            Some(start) if !key.is_empty() => self.place_of(start, key),
            _ => value,
        }
    }

    /// The first `token` on the line of a value, at or after its start.
    pub(super) fn token_in(&self, value: Place, token: &str) -> Place {
        let start = self.offset(value);
        let line_end = self.line_starts.get(value.line as usize).copied();
        let end = line_end.unwrap_or(self.text.len());
        let line = self.text.get(start..end).unwrap_or_default();
        line.find(token)
            .map_or(value, |found| self.place_of(start + found, token))
    }

    fn line(&self, line: u32) -> &'t str {
        let index = (line.max(1) - 1) as usize;
        let Some(start) = self.line_starts.get(index) else {
            return "";
        };
        let end = self.line_starts.get(index + 1).copied();
        self.text[*start..end.unwrap_or(self.text.len())].trim_end_matches(['\n', '\r'])
    }

    fn offset(&self, place: Place) -> usize {
        let index = (place.line.max(1) - 1) as usize;
        let Some(start) = self.line_starts.get(index) else {
            return self.text.len();
        };
        let skipped = (place.column.max(1) - 1) as usize;
        self.text[*start..]
            .char_indices()
            .nth(skipped)
            .map_or(self.text.len(), |(within, _)| start + within)
    }

    fn place_of(&self, offset: usize, token: &str) -> Place {
        let line = self.line_starts.partition_point(|start| *start <= offset);
        let start = self.line_starts[line - 1];
        let count = |text: &str| u32::try_from(text.chars().count()).unwrap_or(u32::MAX);
        Place {
            line: u32::try_from(line).unwrap_or(u32::MAX),
            column: count(&self.text[start..offset]).saturating_add(1),
            length: count(token),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, line: u32, column: u32, length: u32, expected: (&str, u32)) {
        let place = Place {
            line,
            column,
            length,
        };
        let located = Source::new("m.yaml", text).locate(place);
        assert_eq!(
            (located.text.as_str(), located.length),
            expected,
            "{text:?} at {line}:{column}"
        );
    }

    #[test]
    fn lines_are_found_whatever_ends_them() {
        check("a: 1\nb: 2\n", 2, 4, 1, ("b: 2", 1));
        check("a: 1\r\nb: 2\r\n", 2, 4, 9, ("b: 2", 1));
        check("a: 1\rb: 2", 2, 1, 1, ("b: 2", 1));
        check("\u{feff}a: 1", 1, 1, 1, ("a: 1", 1));
        check("报告: x\n", 1, 5, 1, ("报告: x", 1));
        check("a", 7, 1, 1, ("", 0));
        check("a: 1", 0, 0, 0, ("a: 1", 0));
    }

    #[test]
    fn a_long_line_is_not_repeated() {
        let text = format!("[{}]", "x".repeat(LONGEST_LINE_SHOWN));
        check(&text, 1, 2, 3, ("", 3));
    }

    #[test]
    fn keys_and_tokens_are_found_near_a_value() {
        let source = Source::new("m.yaml", "to: é\ncpy: a:/${x}\n");
        let value = Place {
            line: 2,
            column: 6,
            length: 7,
        };
        let found = |line, column, length| Place {
            line,
            column,
            length,
        };
        assert_eq!(source.key_before(value, "cpy"), found(2, 1, 3));
        assert_eq!(source.key_before(value, "none"), value);
        assert_eq!(source.token_in(value, "${x}"), found(2, 9, 4));
        assert_eq!(source.token_in(value, "${y}"), value);
    }
}
