//! Broken text is refused with a place in it, whatever it is; it never stops the program.

use std::fs;

use crate::support::{fixtures, load_text};

/// Loads a text that may be anything. A refusal names a place that exists in some file.
fn survive(text: &str) {
    let folder = std::path::Path::new("tests/fixtures/manifests/valid");
    for problem in load_text("m.yaml", text, folder)
        .err()
        .into_iter()
        .flatten()
    {
        assert!(!problem.detail.is_empty(), "{text}");
        if let Some(location) = problem
            .location
            .filter(|location| location.file == "m.yaml")
        {
            let lines = text.split(['\n', '\r']).count();
            assert!(
                (1..=lines).contains(&(location.line as usize)),
                "{location} in {text}"
            );
        }
    }
}

#[test]
fn cut_and_changed_manifests_are_survived() {
    for file in fixtures("valid")
        .into_iter()
        .chain(fixtures("invalid-beyond-schema"))
    {
        // Each of its variants costs what the limits allow.
        if file.ends_with("alias-bomb.yaml") {
            continue;
        }
        let text = fs::read_to_string(&file).unwrap();
        for (at, character) in text.char_indices().step_by(47) {
            let rest = &text[at + character.len_utf8()..];
            survive(&text[..at]);
            survive(&format!("{}{rest}", &text[..at]));
            for other in ["\"", "\t", "{", "\u{feff}", "\n", ": ", "🦀", "\r", "${"] {
                if at % 2 == 0 {
                    survive(&format!("{}{other}{rest}", &text[..at]));
                }
            }
        }
        for line in (0..text.lines().count()).step_by(3) {
            let kept = text.lines().enumerate().filter(|(at, _)| *at != line);
            survive(
                &kept
                    .map(|(_, line)| format!("{line}\n"))
                    .collect::<String>(),
            );
        }
    }
}
