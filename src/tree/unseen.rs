//! Characters that nobody sees, and JSON in which they are spelled out.

use std::io::{self, Write};

/// Whether a terminal shows something else than the character itself, or nothing: controls,
/// direction marks, characters without width, line and paragraph separators, and what no font has.
pub fn is_unseen(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{2800}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
            | '\u{e000}'..='\u{f8ff}'
            | '\u{fff0}'..='\u{fffb}' | '\u{fffe}' | '\u{ffff}'
            | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{10ffff}')
}

/// Takes JSON and passes it on with every character escaped that nobody would see.
///
/// JSON itself asks for that below the blank alone. Some terminals obey the controls above it, and
/// a stream that takes escape sequences away would take them out of names.
#[derive(Debug)]
pub struct SpelledOut<W> {
    inner: W,
    /// The beginning of a character whose end did not come yet.
    partial: Vec<u8>,
}

impl<W: Write> SpelledOut<W> {
    /// JSON that goes on to `inner`.
    pub fn new(inner: W) -> Self {
        Self {
            inner,
            partial: Vec::new(),
        }
    }

    /// Where it goes on to.
    pub fn inner(&self) -> &W {
        &self.inner
    }

    fn pass_on(&mut self, text: &str) -> io::Result<()> {
        let mut rest = text;
        // What JSON has below the blank outside of strings separates values.
        let unseen = |character: char| character >= ' ' && is_unseen(character);
        while let Some(at) = rest.find(unseen) {
            let (seen, from_here) = rest.split_at(at);
            self.inner.write_all(seen.as_bytes())?;
            let character = from_here.chars().next().unwrap_or_default();
            for unit in character.encode_utf16(&mut [0; 2]) {
                write!(self.inner, "\\u{unit:04x}")?;
            }
            rest = &from_here[character.len_utf8()..];
        }
        self.inner.write_all(rest.as_bytes())
    }
}

impl<W: Write> Write for SpelledOut<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let is_plain = |byte: &u8| byte.is_ascii() && *byte != 0x7f;
        if self.partial.is_empty() && bytes.iter().all(is_plain) {
            self.inner.write_all(bytes)?;
            return Ok(bytes.len());
        }
        let mut whole = std::mem::take(&mut self.partial);
        whole.extend_from_slice(bytes);
        let end = match std::str::from_utf8(&whole) {
            Ok(_) => whole.len(),
            Err(error) if error.error_len().is_none() => error.valid_up_to(),
            Err(_) => return Err(io::Error::new(io::ErrorKind::InvalidData, "no text")),
        };
        self.partial = whole.split_off(end);
        let text = std::str::from_utf8(&whole).map_err(io::Error::other)?;
        self.pass_on(text)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
    use super::*;

    #[test]
    fn json_is_spelled_out_however_it_comes() {
        let cases = [
            ("{\n\"a\":\t1}", "{\n\"a\":\t1}"),
            (r#""\u001b[2J""#, r#""\u001b[2J""#),
            ("\"\u{7f}\u{9b}31m\"", r#""\u007f\u009b31m""#),
            ("\"休假\u{202e}度\"", "\"休假\\u202e度\""),
            ("\"tag\u{e0041}\"", r#""tag\udb40\udc41""#),
            ("\"e\u{301} 🚀\"", "\"e\u{301} 🚀\""),
        ];
        for (json, expected) in cases {
            for size in 1..=json.len() {
                let mut written = SpelledOut::new(Vec::new());
                for part in json.as_bytes().chunks(size) {
                    written.write_all(part).unwrap();
                }
                let text = String::from_utf8(written.inner).unwrap();
                assert_eq!(text, expected, "in parts of {size}");
            }
        }
        let mut odd = SpelledOut::new(Vec::new());
        odd.write_all(b"\"\xff\"").unwrap_err();
    }
}
