//! Paths, as the addresses that they are here.

/// The names from the root down; none for the root itself.
pub(crate) type Path = Vec<String>;

/// Most characters of one name.
pub(crate) const LONGEST_NAME: usize = 255;

/// Reads a path, with or without a slash at its beginning and at its end. `None` where a name is
/// empty, or one of the two that mean other places.
pub(crate) fn path(text: &str) -> Option<Path> {
    let text = text.strip_prefix('/').unwrap_or(text);
    if text.is_empty() {
        return Some(Path::new());
    }
    let text = text.strip_suffix('/').unwrap_or(text);
    let named = |name: &str| {
        let fits = !matches!(name, "" | "." | "..");
        fits.then(|| name.to_owned())
    };
    text.split('/').map(named).collect()
}

/// A file's name before and from one of its dots, which is its last unless names are divided at
/// their first. A dot at the beginning divides nothing.
pub(crate) fn divided(name: &str, at: Dot) -> (&str, &str) {
    let first = name.chars().next().map_or(0, char::len_utf8);
    let (_, rest) = name.split_at(first);
    let dot = match at {
        Dot::Last => rest.rfind('.'),
        Dot::First => rest.find('.'),
    };
    dot.map_or((name, ""), |dot| name.split_at(first + dot))
}

/// Which dot divides a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dot {
    Last,
    First,
}

/// What kind of document a file is by its name.
pub(crate) fn file_type(name: &str) -> &'static str {
    let (_, suffix) = divided(name, Dot::Last);
    match suffix.to_lowercase().trim_start_matches('.') {
        "doc" | "docx" => "word",
        "ppt" | "pptx" => "powerpoint",
        "xls" | "xlsx" | "csv" => "excel",
        "pdf" => "portable",
        "png" | "jpg" | "jpeg" | "gif" | "webp" | "bmp" => "image",
        "mp3" | "wav" | "flac" => "audio",
        "mp4" | "mov" | "avi" | "mkv" => "video",
        "txt" | "md" | "json" | "log" => "text",
        "zip" | "gz" | "tar" | "7z" | "rar" => "archive",
        _ => "other",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_read() {
        let cases: [(&str, Option<&[&str]>); 10] = [
            ("", Some(&[])),
            ("/", Some(&[])),
            ("a", Some(&["a"])),
            ("a/b", Some(&["a", "b"])),
            ("/a/b/", Some(&["a", "b"])),
            ("文/b c", Some(&["文", "b c"])),
            ("a//b", None),
            ("//", None),
            ("a/./b", None),
            ("../b", None),
        ];
        for (text, expected) in cases {
            let expected = expected.map(|names| names.iter().map(|name| (*name).to_owned()));
            assert_eq!(path(text), expected.map(Iterator::collect), "{text}");
        }
    }

    #[test]
    fn names_are_divided_and_typed() {
        let cases = [
            ("a.txt", "a", "a", "text"),
            ("a.tar.gz", "a.tar", "a", "archive"),
            (".profile", ".profile", ".profile", "other"),
            (".a.PNG", ".a", ".a", "image"),
            ("plain", "plain", "plain", "other"),
            ("文.docx", "文", "文", "word"),
            ("", "", "", "other"),
        ];
        for (name, last, first, kind) in cases {
            assert_eq!(divided(name, Dot::Last).0, last, "{name}");
            assert_eq!(divided(name, Dot::First).0, first, "{name}");
            assert_eq!(file_type(name), kind, "{name}");
        }
    }
}
