//! The name that an entry gets which is put beside one of the same name, where the service finds
//! it.

use crate::tree::EntryKind;

/// The `number`-th name beside another: `report(1).txt`, and `2026(1)` for a folder.
pub(crate) fn numbered(name: &str, kind: EntryKind, number: u64) -> String {
    let (stem, extension) = parts(name, kind);
    format!("{stem}({number}){extension}")
}

/// Whether a service that is asked to find a free name may come to this one.
pub(crate) fn is_expected(name: &str, kind: EntryKind, found: &str) -> bool {
    let (stem, extension) = parts(name, kind);
    let number = found
        .strip_prefix(stem)
        .and_then(|rest| rest.strip_suffix(extension))
        .and_then(|rest| rest.strip_prefix('(')?.strip_suffix(')'));
    let is_number = |text: &str| {
        let digits = text.bytes().all(|byte| byte.is_ascii_digit());
        digits && !text.is_empty() && !text.starts_with('0')
    };
    found == name || number.is_some_and(is_number)
}

/// What stands before the number and what behind it. A dot at the beginning begins no extension.
fn parts(name: &str, kind: EntryKind) -> (&str, &str) {
    match name.rfind('.') {
        Some(dot) if dot > 0 && kind == EntryKind::File => name.split_at(dot),
        _ => (name, ""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_stands_before_the_extension_of_a_file() {
        use EntryKind::{File, Folder};
        for (name, kind, expected) in [
            ("report.txt", File, "report(1).txt"),
            ("report", File, "report(1)"),
            ("a.tar.gz", File, "a.tar(1).gz"),
            (".hidden", File, ".hidden(1)"),
            ("2026.old", Folder, "2026.old(1)"),
            ("x(1).t", File, "x(1)(1).t"),
        ] {
            assert_eq!(numbered(name, kind, 1), expected);
            assert!(is_expected(name, kind, expected));
            assert!(is_expected(name, kind, name));
            assert!(is_expected(name, kind, &numbered(name, kind, 120)));
        }
        for other in [
            "x.t(1)", "x(0).t", "x().t", "x(1)", "y(1).t", "x (1).t", "x(a).t", "x(01).t",
        ] {
            assert!(!is_expected("x.t", File, other), "{other}");
        }
    }
}
