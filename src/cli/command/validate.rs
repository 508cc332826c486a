//! `validate`: everything that is wrong with manifests, without looking at any storage.

use crate::cli::args::{Format, Validate};
use crate::cli::error::CommandError;
use crate::cli::exit::ExitCode;
use crate::cli::manifests::ManifestSet;
use crate::cli::output::Output;
use crate::cli::surroundings::Surroundings;
use crate::diagnostic::Diagnostic;
use crate::report::{Detail, diagnostics_json, diagnostics_markdown, diagnostics_text, escape};

/// Shows the problems; they are the answer, so they go to stdout.
pub(crate) fn validate(
    arguments: &Validate,
    around: &Surroundings,
    output: Output,
) -> Result<ExitCode, CommandError> {
    let (problems, closing) = match ManifestSet::load(&arguments.manifests, around) {
        Ok(set) => (Vec::new(), valid(&set)),
        Err(error) if error.diagnostics.is_empty() => return Err(error),
        Err(error) => (error.diagnostics, format!("{}\n", error.cause)),
    };
    output.answer(&arguments.reporting, &|format, out| {
        out.write_all(answer(&problems, &closing, format).as_bytes())
    })?;
    if problems.is_empty() {
        Ok(ExitCode::Done)
    } else {
        Ok(ExitCode::Wrong)
    }
}

fn answer(problems: &[Diagnostic], closing: &str, format: Format) -> String {
    match format {
        Format::Text => format!("{}{closing}", diagnostics_text(problems, Detail::Full)),
        Format::Markdown => format!(
            "{}\n{closing}",
            diagnostics_markdown(problems, Detail::Full)
        ),
        Format::Json => diagnostics_json(problems),
    }
}

fn valid(set: &ManifestSet) -> String {
    let mut text = String::new();
    for manifest in &set.manifests {
        let count = manifest.placements.len();
        let placements = if count == 1 {
            "placement"
        } else {
            "placements"
        };
        let file = escape(&manifest.file);
        text.push_str(&format!("{file}: valid, {count} {placements}\n"));
    }
    text
}
