//! From a file's text to a manifest, in one call.

use std::collections::BTreeMap;

use super::expand::expand;
use super::manifest::Manifest;
use super::parse::parse;
use super::source::Source;
use super::validate::validate_run;
use super::yaml::{check_json, json_as_yaml};
use crate::diagnostic::Diagnostic;

/// What a manifest may use from outside its own text.
#[derive(Clone, Copy)]
pub struct Inputs<'a> {
    /// Values that the caller gives to variables (`--var NAME=VALUE`).
    pub variables: &'a BTreeMap<String, String>,
    /// The environment; only names that the manifest lists under `env` are read from it.
    pub environment: &'a BTreeMap<String, String>,
    /// Files beside the manifest.
    pub files: &'a dyn Files,
    /// The providers that exist and the keys of their spaces.
    pub providers: &'a [ProviderKeys],
}

/// Reads files beside the manifest.
pub trait Files {
    /// The text of a file. The path is relative to the manifest's folder and has no `..`.
    ///
    /// # Errors
    /// Why it cannot be read, as part of a sentence.
    fn read(&self, path: &str) -> Result<String, String>;
}

/// The keys that a space of a provider has, besides `provider`, `profile`, `limits` and
/// `name_check`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProviderKeys {
    /// The provider's name.
    pub name: &'static str,
    /// Keys that must be there.
    pub required: &'static [&'static str],
    /// Keys that may be there.
    pub optional: &'static [&'static str],
    /// Those of the keys that hold a path relative to the manifest's folder.
    pub paths: &'static [&'static str],
    /// Values of the capability sheet that `limits` may set.
    pub limits: &'static [&'static str],
}

/// Parses, expands and validates one manifest. A file called `*.json` must be JSON; other text
/// may be, as YAML takes it in.
///
/// # Errors
/// Everything that is wrong with it, in the order of the file.
pub fn load(file: &str, text: &str, inputs: &Inputs<'_>) -> Result<Manifest, Vec<Diagnostic>> {
    let source = Source::new(file, text);
    if file.ends_with(".json") {
        check_json(&source).map_err(|problem| vec![*problem])?;
    }
    let plain = json_as_yaml(source.text());
    let source = plain
        .as_deref()
        .map_or(source, |text| Source::new(file, text));
    let manifest = parse(&source).and_then(|document| expand(&document, &source, inputs))?;
    let diagnostics = validate_run(std::slice::from_ref(&manifest), inputs.providers);
    if diagnostics.is_empty() {
        Ok(manifest)
    } else {
        Err(diagnostics)
    }
}
