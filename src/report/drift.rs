//! Drift as text and Markdown: the gravest kinds first, item by item.

use super::diagnostics::Detail;
use super::escape::{escape, escape_markdown};
use super::layout::{ago, bytes, columns, counted, thousands};
use super::paint::Paint;
use crate::drift::{DriftItem, DriftKind, DriftReport};
use crate::state::Seen;
use crate::tree::Timestamp;

/// The most items of one kind that are listed in brief.
const SHOWN_PER_KIND: usize = 20;

/// The report as text with colours. `now` is what times are told from.
pub fn drift_text(report: &DriftReport, now: Timestamp, detail: Detail) -> String {
    let mut text = String::new();
    let mut rows = Vec::new();
    let mut hidden = Vec::new();
    for kind in DriftKind::ALL {
        let (shown, left) = of_kind(report, kind, detail);
        for item in shown {
            rows.push(vec![
                paint(kind).on(kind.word()),
                escape(&item.target.to_string()).into_owned(),
                explanation(item, now),
            ]);
        }
        if left > 0 {
            hidden.push(format!(
                "  … and {} more {kind}; `-v` lists them\n",
                thousands(left)
            ));
        }
    }
    text.push_str(&columns(&rows, "  ", 48));
    text.extend(hidden);
    if !rows.is_empty() {
        text.push('\n');
    }
    text.push_str(&closing(report));
    text
}

/// The report as Markdown.
pub fn drift_markdown(report: &DriftReport, now: Timestamp, detail: Detail) -> String {
    let mut text = format!("## Drift\n\n{}", escape_markdown(closing(report).trim()));
    text.push('\n');
    if !report.items.is_empty() {
        text.push_str("\n| kind | entry | what |\n|---|---|---|\n");
    }
    let mut hidden = String::new();
    for kind in DriftKind::ALL {
        let (shown, left) = of_kind(report, kind, detail);
        for item in shown {
            let target = escape_markdown(&item.target.to_string());
            let what = escape_markdown(&explanation(item, now));
            text.push_str(&format!("| {kind} | {target} | {what} |\n"));
        }
        if left > 0 {
            hidden.push_str(&format!(
                "\n… and {} more {kind}; `-v` lists them\n",
                thousands(left)
            ));
        }
    }
    text.push_str(&hidden);
    text
}

fn of_kind(report: &DriftReport, kind: DriftKind, detail: Detail) -> (Vec<&DriftItem>, u64) {
    let all = report.items.iter().filter(|item| item.kind == kind);
    let all: Vec<&DriftItem> = all.collect();
    let most = match detail {
        Detail::Brief => SHOWN_PER_KIND,
        Detail::Full => usize::MAX,
    };
    let left = all.len().saturating_sub(most) as u64;
    (all.into_iter().take(most).collect(), left)
}

fn paint(kind: DriftKind) -> Paint {
    match kind {
        DriftKind::Missing | DriftKind::Replaced | DriftKind::SourceMissing => Paint::Remove,
        DriftKind::Changed | DriftKind::Outdated | DriftKind::Conflict => Paint::Change,
        DriftKind::NotPlaced | DriftKind::Unwanted => Paint::Move,
        DriftKind::Extra | DriftKind::Kept => Paint::Faint,
    }
}

fn explanation(item: &DriftItem, now: Timestamp) -> String {
    let mut text = item.kind.meaning().to_owned();
    if let (DriftKind::Changed | DriftKind::Outdated, Some(before), Some(after)) =
        (item.kind, &item.recorded, &item.observed)
    {
        let words = difference(before, after, now);
        if !words.is_empty() {
            text.push_str(&format!(" ({})", words.join(", ")));
        }
    }
    let tells_source = matches!(
        item.kind,
        DriftKind::Outdated | DriftKind::SourceMissing | DriftKind::NotPlaced
    );
    if let (true, Some(source)) = (tells_source, &item.source) {
        text.push_str(&format!(": {}", escape(&source.to_string())));
    }
    text
}

fn difference(before: &Seen, after: &Seen, now: Timestamp) -> Vec<String> {
    let (old, new) = (&before.attributes, &after.attributes);
    let mut words = Vec::new();
    if old.size != new.size {
        words.push(format!("{} → {}", bytes(old.size), bytes(new.size)));
    }
    if old.modified != new.modified && new.modified != Timestamp::default() {
        words.push(format!("modified {}", ago(new.modified, now)));
    }
    if old.version != new.version {
        words.push(format!("version {} → {}", old.version, new.version));
    }
    if words.is_empty() && before.id != after.id {
        words.push("another entry under the same name".to_owned());
    }
    words
}

fn closing(report: &DriftReport) -> String {
    let in_place = thousands(report.in_place);
    let mut text = if report.items.is_empty() {
        format!("No drift: {in_place} in place")
    } else {
        let counts = report.counts();
        let words: Vec<String> = counts
            .iter()
            .map(|(kind, count)| format!("{} {kind}", thousands(*count)))
            .collect();
        format!("{}; {in_place} in place", words.join(", "))
    };
    if report.unwatched > 0 {
        let count = counted(report.unwatched, "record");
        text.push_str(&format!("; {count} not looked at"));
    }
    text.push('\n');
    text
}
