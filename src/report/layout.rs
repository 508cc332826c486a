//! Numbers, times and columns as people read them.

use super::escape::escape;
use crate::manifest::Limit;
use crate::tree::Timestamp;

/// A number with a comma between each three digits.
pub(super) fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number with its noun: `1 file`, `12 files`, `2 entries`.
pub(super) fn counted(number: u64, noun: &str) -> String {
    let number_text = thousands(number);
    if number == 1 {
        return format!("{number_text} {noun}");
    }
    match noun.strip_suffix('y') {
        Some(stem) if !noun.ends_with("ay") => format!("{number_text} {stem}ies"),
        Some(_) | None => format!("{number_text} {noun}s"),
    }
}

/// A size in the largest unit that leaves at least one before the point.
pub(super) fn bytes(count: u64) -> String {
    const UNITS: [&str; 5] = ["KiB", "MiB", "GiB", "TiB", "PiB"];
    if count < 1024 {
        return counted(count, "byte");
    }
    let mut unit = 0;
    let mut tenths = u128::from(count) * 10 / 1024;
    while tenths >= 10_240 && unit + 1 < UNITS.len() {
        tenths /= 1024;
        unit += 1;
    }
    format!("{}.{} {}", tenths / 10, tenths % 10, UNITS[unit])
}

/// A duration as an estimate: `~54 s`, `~12 min`, `~3.5 h`.
pub(super) fn estimate(seconds: f64) -> String {
    if seconds < 1.0 {
        "under 1 s".to_owned()
    } else if seconds < 120.0 {
        format!("~{seconds:.0} s")
    } else if seconds < 7200.0 {
        format!("~{:.0} min", seconds / 60.0)
    } else {
        format!("~{:.1} h", seconds / 3600.0)
    }
}

/// A day and a time in UTC, to the minute.
pub(super) fn minute(time: Timestamp) -> String {
    formatted(time, "%Y-%m-%d %H:%M UTC")
}

/// A time in UTC, to the second, as machines read it.
pub fn instant(time: Timestamp) -> String {
    formatted(time, "%Y-%m-%dT%H:%M:%SZ")
}

fn formatted(time: Timestamp, format: &str) -> String {
    jiff::Timestamp::from_second(time.seconds()).map_or_else(
        |_| "outside the calendar".to_owned(),
        |instant| instant.strftime(format).to_string(),
    )
}

/// How long before `now` something was: `2 days ago`.
pub(super) fn ago(then: Timestamp, now: Timestamp) -> String {
    let seconds = now.seconds() - then.seconds();
    let (number, noun) = match seconds {
        ..0 => return "in the future".to_owned(),
        0..60 => return "just now".to_owned(),
        60..3600 => (seconds / 60, "minute"),
        3600..86_400 => (seconds / 3600, "hour"),
        86_400.. => (seconds / 86_400, "day"),
    };
    format!("{} ago", counted(number.unsigned_abs(), noun))
}

/// A guard's limit as the manifest writes it.
pub(super) fn limit(limit: Limit) -> String {
    match limit {
        Limit::Count(count) => thousands(count),
        Limit::Share(share) if share.is_multiple_of(100) => format!("{} %", share / 100),
        Limit::Share(share) => {
            let text = format!("{}.{:02}", share / 100, share % 100);
            format!("{} %", text.trim_end_matches('0'))
        }
    }
}

/// An id short enough for a headline: `7f3c…e1`.
pub(super) fn short_id(id: &str) -> String {
    let text = id.split_once(':').map_or(id, |(_, value)| value);
    let count = text.chars().count();
    if count <= 12 {
        return escape(text).into_owned();
    }
    let head: String = text.chars().take(8).collect();
    let tail: String = text.chars().skip(count - 2).collect();
    escape(&format!("{head}…{tail}")).into_owned()
}

/// Rows as aligned columns, two spaces between them, nothing after the last.
///
/// A column wider than `widest` does not push the others to the right of it; its row is longer.
pub(super) fn columns(rows: &[Vec<String>], indent: &str, widest: usize) -> String {
    let count = rows.iter().map(Vec::len).max().unwrap_or(0);
    let widths: Vec<usize> = (0..count)
        .map(|column| {
            let cells = rows.iter().filter_map(|row| row.get(column));
            cells
                .map(|cell| width(cell))
                .filter(|width| *width <= widest)
                .max()
                .unwrap_or(0)
        })
        .collect();
    let mut text = String::new();
    for row in rows {
        let mut line = indent.to_owned();
        for (column, cell) in row.iter().enumerate() {
            line.push_str(cell);
            let padding = widths[column].saturating_sub(width(cell)) + 2;
            line.extend(std::iter::repeat_n(' ', padding));
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// How many columns a terminal needs for a text. Colour sequences take none.
fn width(text: &str) -> usize {
    let mut columns = 0;
    let mut in_sequence = false;
    for character in text.chars() {
        match character {
            '\u{1b}' => in_sequence = true,
            'm' if in_sequence => in_sequence = false,
            _ if in_sequence => {}
            '\u{300}'..='\u{36f}' => {}
            wide if is_wide(wide) => columns += 2,
            _ => columns += 1,
        }
    }
    columns
}

/// Whether a terminal gives the character two columns: East Asian scripts and pictures.
fn is_wide(character: char) -> bool {
    matches!(character,
        '\u{1100}'..='\u{115f}' | '\u{2e80}'..='\u{303e}' | '\u{3041}'..='\u{a4cf}'
        | '\u{ac00}'..='\u{d7a3}' | '\u{f900}'..='\u{faff}' | '\u{fe30}'..='\u{fe6f}'
        | '\u{ff01}'..='\u{ff60}' | '\u{ffe0}'..='\u{ffe6}' | '\u{1f300}'..='\u{1faff}'
        | '\u{20000}'..='\u{3fffd}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        let cases = [
            (thousands(0), "0"),
            (thousands(999), "999"),
            (thousands(1000), "1,000"),
            (thousands(7_654_321), "7,654,321"),
            (counted(1, "entry"), "1 entry"),
            (counted(2, "entry"), "2 entries"),
            (counted(0, "file"), "0 files"),
            (counted(3, "day"), "3 days"),
            (bytes(1), "1 byte"),
            (bytes(1023), "1,023 bytes"),
            (bytes(1536), "1.5 KiB"),
            (bytes(5 * 1024 * 1024 * 1024), "5.0 GiB"),
            (estimate(0.2), "under 1 s"),
            (estimate(54.2), "~54 s"),
            (estimate(600.0), "~10 min"),
            (limit(Limit::Share(3000)), "30 %"),
            (limit(Limit::Share(250)), "2.5 %"),
            (limit(Limit::Count(1200)), "1,200"),
            (short_id("sha256:7f3c00000000000000e1"), "7f3c0000…e1"),
            (short_id("run-1"), "run-1"),
        ];
        for (text, expected) in cases {
            assert_eq!(text, expected);
        }
    }

    #[test]
    fn times_read_well() {
        let now = Timestamp::from_parts(1_790_000_000, 0);
        let cases = [
            (minute(now), "2026-09-21 14:13 UTC"),
            (instant(now), "2026-09-21T14:13:20Z"),
            (ago(now, now), "just now"),
            (ago(now.plus_seconds(-90), now), "1 minute ago"),
            (ago(now.plus_seconds(-7200), now), "2 hours ago"),
            (ago(now.plus_seconds(-172_800), now), "2 days ago"),
            (ago(now.plus_seconds(5), now), "in the future"),
            (
                minute(Timestamp::from_nanoseconds(i64::MAX)),
                "2262-04-11 23:47 UTC",
            ),
        ];
        for (text, expected) in cases {
            assert_eq!(text, expected);
        }
    }

    #[test]
    fn columns_align_by_what_a_terminal_shows() {
        let rows = vec![
            vec!["+".to_owned(), "休假".to_owned(), "one".to_owned()],
            vec![
                "\u{1b}[31m-\u{1b}[0m".to_owned(),
                "abcdef".to_owned(),
                "two".to_owned(),
            ],
            vec![
                "~".to_owned(),
                "a very long name".to_owned(),
                "three".to_owned(),
            ],
        ];
        let expected =
            "  +  休假    one\n  \u{1b}[31m-\u{1b}[0m  abcdef  two\n  ~  a very long name  three\n";
        assert_eq!(columns(&rows, "  ", 8), expected);
    }
}
