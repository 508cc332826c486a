//! What the tests of this binary share: fixtures, inputs, and diagnostics as text.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use reshelve::diagnostic::{Diagnostic, SourceLocation};
use reshelve::manifest::{Files, Inputs, Manifest, ProviderKeys, load};

/// Providers: one for local folders, one that is like a service, and those that examples have.
pub(crate) const PROVIDERS: &[ProviderKeys] = &[
    ProviderKeys {
        name: "local",
        required: &["root"],
        optional: &[],
        paths: &["root"],
        limits: &[],
    },
    ProviderKeys {
        name: "cloud",
        required: &["id"],
        optional: &["library"],
        paths: &[],
        limits: &["copy_batch", "move_batch"],
    },
    ProviderKeys {
        name: "dingtalk",
        required: &["id"],
        optional: &[],
        paths: &[],
        limits: &[],
    },
    ProviderKeys {
        name: "smh",
        required: &["library", "id"],
        optional: &[],
        paths: &[],
        limits: &[],
    },
];

struct Beside<'p>(&'p Path);

impl Files for Beside<'_> {
    fn read(&self, path: &str) -> Result<String, String> {
        fs::read_to_string(self.0.join(path)).map_err(|error| error.to_string())
    }
}

/// The fixtures of a folder, in the order of their names.
pub(crate) fn fixtures(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new("tests/fixtures/manifests").join(folder);
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_file())
        .filter(|path| !path.to_str().unwrap().contains(".part."))
        .collect();
    files.sort();
    assert!(!files.is_empty());
    files
}

/// Loads a fixture, called by its bare name, with one variable of the environment set.
pub(crate) fn load_file(path: &Path) -> Result<Manifest, Vec<Diagnostic>> {
    let text = fs::read_to_string(path).unwrap();
    let name = path.file_name().unwrap().to_str().unwrap();
    load_text(name, &text, path.parent().unwrap())
}

/// Loads a text as if it stood in a folder.
pub(crate) fn load_text(
    name: &str,
    text: &str,
    folder: &Path,
) -> Result<Manifest, Vec<Diagnostic>> {
    let environment = BTreeMap::from([("REGION".to_owned(), "eu".to_owned())]);
    load(
        name,
        text,
        &Inputs {
            variables: &BTreeMap::new(),
            environment: &environment,
            files: &Beside(folder),
            providers: PROVIDERS,
        },
    )
}

/// Diagnostics as a person could read them.
pub(crate) fn render(diagnostics: &[Diagnostic]) -> String {
    let mut text = String::new();
    for diagnostic in diagnostics {
        let Diagnostic {
            severity,
            code,
            summary,
            ..
        } = diagnostic;
        writeln!(text, "{severity}[{code}]: {summary}").unwrap();
        if let Some(location) = &diagnostic.location {
            render_location(&mut text, location, "");
        }
        writeln!(text, "  {}", diagnostic.detail).unwrap();
        for related in &diagnostic.related {
            render_location(&mut text, &related.location, &related.label);
        }
        if let Some(hint) = &diagnostic.hint {
            writeln!(text, "  help: {hint}").unwrap();
        }
    }
    text
}

fn render_location(text: &mut String, location: &SourceLocation, label: &str) {
    let line = &location.text;
    let skipped = " ".repeat(location.column as usize - 1);
    let marked = "^".repeat(location.length.max(1) as usize);
    writeln!(text, "  --> {location}").unwrap();
    if !line.is_empty() {
        writeln!(text, "   | {line}\n   | {skipped}{marked} {label}").unwrap();
    }
}
