//! Diagnostics as a compiler shows them: summary, the line itself, further places, a next step.

use std::collections::BTreeMap;
use std::ops::Range;

use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use super::escape::{escape, escape_markdown};
use super::layout::counted;
use crate::diagnostic::{Diagnostic, Severity, SourceLocation};

/// How much of many equal diagnostics is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// The first few of each code, and how many more there are.
    Brief,
    /// Every one.
    Full,
}

/// The width that snippets are cut to.
const WIDTH: usize = 120;
/// How many diagnostics of one code are shown in brief.
const SHOWN_PER_CODE: usize = 5;

/// All diagnostics as text with colours, in the order given, one empty line between two.
pub fn diagnostics_text(diagnostics: &[Diagnostic], detail: Detail) -> String {
    let (shown, hidden) = select(diagnostics, detail);
    let mut text = String::new();
    for diagnostic in shown {
        text.push_str(&one(diagnostic));
        text.push_str("\n\n");
    }
    for (code, count) in hidden {
        let more = counted(count, "finding");
        text.push_str(&format!(
            "… and {more} more of the kind `{code}`; `-v` shows all\n\n"
        ));
    }
    text
}

/// All diagnostics as a Markdown list.
pub fn diagnostics_markdown(diagnostics: &[Diagnostic], detail: Detail) -> String {
    let (shown, hidden) = select(diagnostics, detail);
    let mut text = String::new();
    for diagnostic in shown {
        text.push_str(&markdown_item(diagnostic));
    }
    for (code, count) in hidden {
        let more = counted(count, "finding");
        text.push_str(&format!(
            "- … and {more} more of the kind `{code}`; `-v` shows all\n"
        ));
    }
    text
}

/// Those to show, and how many are left out by code.
fn select(diagnostics: &[Diagnostic], detail: Detail) -> (Vec<&Diagnostic>, BTreeMap<String, u64>) {
    let most = match detail {
        Detail::Brief => SHOWN_PER_CODE,
        Detail::Full => usize::MAX,
    };
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    let mut hidden = BTreeMap::new();
    let mut shown = Vec::new();
    for diagnostic in diagnostics {
        let count = seen.entry(&diagnostic.code).or_default();
        *count += 1;
        if *count <= most {
            shown.push(diagnostic);
        } else {
            *hidden
                .entry(escape(&diagnostic.code).into_owned())
                .or_default() += 1;
        }
    }
    (shown, hidden)
}

fn one(diagnostic: &Diagnostic) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let summary = escape(&diagnostic.summary);
    let code = escape(&diagnostic.code);
    let title = level.primary_title(summary).id(code);
    let mut group = match &diagnostic.location {
        Some(location) => place(Group::with_title(title), location, None),
        None => Group::with_title(title),
    };
    for related in &diagnostic.related {
        group = place(group, &related.location, Some(&related.label));
    }
    if let Some(path) = &diagnostic.path
        && !diagnostic.detail.contains(path.as_str())
    {
        group = group.element(Level::NOTE.with_name("entry").message(escape(path)));
    }
    if !diagnostic.detail.is_empty() {
        group = group.element(Level::NOTE.message(escape(&diagnostic.detail)));
    }
    if let Some(hint) = &diagnostic.hint {
        group = group.element(Level::HELP.message(escape(hint)));
    }
    Renderer::styled().term_width(WIDTH).render(&[group])
}

/// Adds the source line of a place, or the place alone where its line is not known.
fn place<'a>(group: Group<'a>, location: &'a SourceLocation, label: Option<&'a str>) -> Group<'a> {
    let line = location.line.max(1) as usize;
    if location.text.is_empty() {
        let column = location.column.max(1) as usize;
        let origin = Origin::path(escape(&location.file)).line(line);
        return group.element(origin.char_column(column));
    }
    let kind = match label {
        Some(_) => AnnotationKind::Context,
        None => AnnotationKind::Primary,
    };
    let mut annotation: Annotation<'_> = kind.span(span(location));
    if let Some(label) = label {
        annotation = annotation.label(escape(label));
    }
    group.element(
        Snippet::source(location.text.as_str())
            .line_start(line)
            .path(escape(&location.file))
            .annotation(annotation),
    )
}

/// The bytes of the line that are meant; at least one character where there is one.
fn span(location: &SourceLocation) -> Range<usize> {
    let text = &location.text;
    let byte = |characters: usize| {
        text.char_indices()
            .nth(characters)
            .map_or(text.len(), |(byte, _)| byte)
    };
    let first = location.column.max(1) as usize - 1;
    let count = location.length.max(1) as usize;
    byte(first)..byte(first.saturating_add(count))
}

fn markdown_item(diagnostic: &Diagnostic) -> String {
    let mut text = format!(
        "- **{}**: {} (`{}`)",
        diagnostic.severity,
        escape_markdown(&diagnostic.summary),
        escape(&diagnostic.code).replace('`', "'"),
    );
    if let Some(location) = &diagnostic.location {
        text.push_str(&format!(" at {}", escape_markdown(&location.to_string())));
    }
    text.push_str(&format!("  \n  {}", escape_markdown(&diagnostic.detail)));
    for related in &diagnostic.related {
        text.push_str(&format!(
            "  \n  {}: {}",
            escape_markdown(&related.label),
            escape_markdown(&related.location.to_string())
        ));
    }
    if let Some(hint) = &diagnostic.hint {
        text.push_str(&format!("  \n  *{}*", escape_markdown(hint)));
    }
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn location(line: u32, column: u32, length: u32, text: &str) -> SourceLocation {
        SourceLocation {
            file: "reshelve.yaml".to_owned(),
            line,
            column,
            length,
            text: text.to_owned(),
        }
    }

    fn plain(diagnostics: &[Diagnostic]) -> String {
        anstream::adapter::strip_str(&diagnostics_text(diagnostics, Detail::Brief)).to_string()
    }

    #[test]
    fn a_diagnostic_shows_both_places_and_the_way_out() {
        let diagnostic = Diagnostic::error(
            "target-clash",
            "two placements want one path",
            "`copy` in line 12 and `mirror` in line 9 both place `team:/a`.",
        )
        .at(location(12, 9, 7, "    to: team:/a"))
        .with_related("first placed here", location(9, 9, 7, "    to: team:/a"))
        .about("team:/a")
        .with_hint("give one of them another target");
        insta::assert_snapshot!(plain(&[diagnostic]), @r"
        error[target-clash]: two placements want one path
          --> reshelve.yaml:12:9
           |
        12 |     to: team:/a
           |         ^^^^^^^
           |
          ::: reshelve.yaml:9:9
           |
         9 |     to: team:/a
           |         ------- first placed here
           |
           = note: `copy` in line 12 and `mirror` in line 9 both place `team:/a`.
           = help: give one of them another target
        ");
    }

    #[test]
    fn hostile_lines_and_names_cannot_move_the_cursor() {
        let diagnostic = Diagnostic::error("bad", "wrong", "the name `a\u{1b}[2Jb\u{202e}`\nends")
            .at(location(1, 1, 200, "\u{1b}[31m\u{202e}休假"))
            .about("team:/a\u{7}");
        let text = plain(&[diagnostic]);
        let hidden = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
        assert!(!text.contains(hidden), "{text:?}");
        assert!(text.contains("休假"), "{text:?}");
        assert!(text.contains("\\u{1b}[2Jb\\u{202e}`\\nends"), "{text:?}");
    }

    #[test]
    fn many_of_one_kind_are_cut_and_counted() {
        let many = vec![Diagnostic::warning("special", "left alone", "x"); 8];
        let text = plain(&many);
        assert_eq!(text.matches("left alone").count(), SHOWN_PER_CODE);
        assert!(
            text.contains("and 3 findings more of the kind `special`"),
            "{text}"
        );
        assert!(diagnostics_markdown(&many, Detail::Full).lines().count() == 16);
    }
}
