//! The one way of a name into a report: nothing unprintable passes.

use std::borrow::Cow;
use std::fmt::Write as _;

use crate::tree::is_unseen;

/// The text with every character spelled out that a terminal would not show as itself: controls,
/// direction marks, characters without width, and line or paragraph separators.
///
/// A file name can hold escape sequences that rewrite a terminal, or direction marks that show
/// `gpj.exe` as `exe.jpg`; a reviewer must see what is there.
pub fn escape(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_unseen) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        match character {
            '\n' => escaped.push_str("\\n"),
            '\r' => escaped.push_str("\\r"),
            '\t' => escaped.push_str("\\t"),
            hidden if is_unseen(hidden) => {
                // Writing to a `String` cannot fail.
                let _ = write!(escaped, "\\u{{{:x}}}", u32::from(hidden));
            }
            shown => escaped.push(shown),
        }
    }
    Cow::Owned(escaped)
}

/// The same for Markdown: what has a meaning there is escaped as well.
pub fn escape_markdown(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 8);
    for character in escape(text).chars() {
        match character {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            // A reference or a mention would notify people when the text is posted to a forge.
            '@' => escaped.push_str("&#64;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '(' | ')' | '#' | '!' | '|' | '~' | '$' => {
                escaped.push('\\');
                escaped.push(character);
            }
            plain => escaped.push(plain),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_characters_are_spelled_out() {
        let cases = [
            ("plain", "plain"),
            ("Straße 休假制度.docx", "Straße 休假制度.docx"),
            ("e\u{301}", "e\u{301}"),
            ("two\nlines", "two\\nlines"),
            ("tab\there\r", "tab\\there\\r"),
            ("\u{1b}[2Jgone", "\\u{1b}[2Jgone"),
            ("bell\u{7}", "bell\\u{7}"),
            ("c1\u{9b}31m", "c1\\u{9b}31m"),
            ("photo\u{202e}gpj.exe", "photo\\u{202e}gpj.exe"),
            ("zero\u{200b}width", "zero\\u{200b}width"),
            ("bom\u{feff}", "bom\\u{feff}"),
            ("tag\u{e0041}", "tag\\u{e0041}"),
            ("line\u{2028}end", "line\\u{2028}end"),
            ("isolate\u{2066}x\u{2069}", "isolate\\u{2066}x\\u{2069}"),
        ];
        for (input, expected) in cases {
            assert_eq!(escape(input), expected, "{input:?}");
        }
    }

    #[test]
    fn markdown_is_shown_as_text() {
        let cases = [
            ("plain name.txt", "plain name.txt"),
            ("*bold*", "\\*bold\\*"),
            ("a|b", "a\\|b"),
            ("<script>", "&lt;script&gt;"),
            ("[x](http://y)", "\\[x\\]\\(http://y\\)"),
            ("`code`", "\\`code\\`"),
            ("@team", "&#64;team"),
            ("two\nlines", "two\\\\nlines"),
        ];
        for (input, expected) in cases {
            assert_eq!(escape_markdown(input), expected, "{input:?}");
        }
    }
}
