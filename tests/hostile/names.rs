//! The names of `tests/fixtures/names/nasty.txt`.

use std::collections::BTreeSet;

const NASTY: &str = include_str!("../fixtures/names/nasty.txt");

/// All names, each once.
pub(crate) fn all() -> Vec<Vec<u8>> {
    let lines = NASTY.lines().filter(|line| !line.starts_with("## "));
    let names: Vec<Vec<u8>> = lines.map(unescaped).collect();
    let unique: BTreeSet<&Vec<u8>> = names.iter().collect();
    assert!(unique.len() >= 300, "{} names", unique.len());
    unique.into_iter().cloned().collect()
}

/// Those that are text.
pub(crate) fn texts() -> Vec<String> {
    let texts = all().into_iter().map(String::from_utf8);
    texts.filter_map(Result::ok).collect()
}

/// Those that a folder in a service's memory could hold: a path is taken apart at slashes.
pub(crate) fn in_services() -> Vec<String> {
    let mut names = texts();
    names.retain(|name| !name.is_empty() && !name.contains('/'));
    names
}

/// A line without its escapes.
fn unescaped(line: &str) -> Vec<u8> {
    let mut name = Vec::new();
    let mut rest = line;
    while let Some(first) = rest.chars().next() {
        let (bytes, after) = match rest.strip_prefix('\\') {
            Some(escape) => escaped(escape),
            None => match repeated(rest) {
                Some(repeated) => repeated,
                None => (rest[..first.len_utf8()].into(), &rest[first.len_utf8()..]),
            },
        };
        name.extend(bytes);
        rest = after;
    }
    name
}

/// What an escape stands for, and what comes after it.
fn escaped(escape: &str) -> (Vec<u8>, &str) {
    if let Some(rest) = escape.strip_prefix('\\') {
        return (b"\\".to_vec(), rest);
    }
    if let Some(rest) = escape.strip_prefix("u{") {
        let (digits, rest) = rest.split_once('}').unwrap();
        let character = char::from_u32(u32::from_str_radix(digits, 16).unwrap()).unwrap();
        return (character.to_string().into_bytes(), rest);
    }
    let digits = escape.strip_prefix('x').expect("an escape that is known");
    let byte = u8::from_str_radix(&digits[..2], 16).unwrap();
    (vec![byte], &digits[2..])
}

/// What `<<text*3>>` stands for, and what comes after it.
fn repeated(text: &str) -> Option<(Vec<u8>, &str)> {
    let (inner, rest) = text.strip_prefix("<<")?.split_once(">>")?;
    let (inner, times) = inner.rsplit_once('*')?;
    Some((unescaped(inner).repeat(times.parse().ok()?), rest))
}

/// The beginning of a text, for messages.
pub(crate) fn shortened(text: &str) -> String {
    text.chars().take(4_000).collect()
}

/// A text in double quotes as YAML reads it, whatever it holds.
pub(crate) fn quoted(text: &str) -> String {
    let plain = |character: char| {
        character.is_ascii_graphic() && !matches!(character, '"' | '\\') || character == ' '
    };
    let mut quoted = String::from("\"");
    for character in text.chars() {
        if plain(character) {
            quoted.push(character);
        } else {
            quoted.push_str(&format!("\\U{:08X}", u32::from(character)));
        }
    }
    quoted.push('"');
    quoted
}

#[test]
fn the_names_are_read() {
    let cases: [(&str, &[u8]); 6] = [
        ("a b", b"a b"),
        ("\\\\x41", b"\\x41"),
        ("\\x41\\u{e9}", "A\u{e9}".as_bytes()),
        ("<<ab*3>>c", b"abababc"),
        ("<<\\x1b[*2>>", b"\x1b[\x1b["),
        ("a<b>", b"a<b>"),
    ];
    for (line, expected) in cases {
        assert_eq!(unescaped(line), expected, "{line}");
    }
    assert_eq!(quoted("a\"\n文"), "\"a\\U00000022\\U0000000A\\U00006587\"");
}
