//! From text to a document, with everything that is wrong with its form.

use serde_yaml::Spanned;

use super::document::ManifestDocument;
use super::form::{Held, Standing, settle};
use super::source::Source;
use super::yaml;
use crate::diagnostic::Diagnostic;

/// Reads a manifest's text.
///
/// # Errors
/// Broken YAML, or all unknown, repeated and missing keys and all values of a wrong type.
pub(super) fn parse(source: &Source<'_>) -> Result<ManifestDocument, Vec<Diagnostic>> {
    let read =
        yaml::read::<Spanned<Held<ManifestDocument>>>(source).map_err(|error| vec![*error])?;
    let mut problems = Vec::new();
    match settle(read, Standing::Alone, &mut problems) {
        Some(document) if problems.is_empty() => Ok(document.value),
        _ => {
            let mut diagnostics: Vec<Diagnostic> = problems
                .iter()
                .map(|problem| problem.diagnose(source))
                .collect();
            in_order(&mut diagnostics);
            Err(diagnostics)
        }
    }
}

/// Sorts diagnostics by where they stand and drops those that say the same.
pub(super) fn in_order(diagnostics: &mut Vec<Diagnostic>) {
    diagnostics.sort_by_key(|diagnostic| {
        let location = diagnostic.location.as_ref();
        location.map(|location| (location.file.clone(), location.line, location.column))
    });
    diagnostics.dedup();
}
