//! The one place that knows which providers there are and what their spaces need.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use super::error::{ErrorKind, ProviderError};
use super::local::LocalProvider;
use super::provider::Provider;
use crate::tree::SpaceAlias;

/// The keys of a space of one provider, beside `provider` and `profile`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SpaceKeys {
    /// The provider's name.
    pub name: &'static str,
    /// Keys that must be there.
    pub required: &'static [&'static str],
    /// Keys that may be there.
    pub optional: &'static [&'static str],
    /// Those of the keys that hold a path, which counts from the manifest's folder.
    pub paths: &'static [&'static str],
}

/// The keys that one space has, with their values as the manifest gives them.
pub type SpaceValues = BTreeMap<String, String>;

const PROVIDERS: &[SpaceKeys] = &[SpaceKeys {
    name: "local",
    required: &["root"],
    optional: &[],
    paths: &["root"],
}];

/// All providers, by name.
pub fn providers() -> &'static [SpaceKeys] {
    PROVIDERS
}

/// Opens the provider called `name` with all its spaces. Relative paths count from `base`, the
/// folder of the manifest.
///
/// # Errors
/// There is no such provider, a space lacks a key, or a space cannot be opened.
pub fn open(
    name: &str,
    spaces: &BTreeMap<SpaceAlias, SpaceValues>,
    base: &Path,
) -> Result<Arc<dyn Provider>, ProviderError> {
    match name {
        "local" => {
            let mut roots = BTreeMap::new();
            for (alias, values) in spaces {
                roots.insert(alias.clone(), base.join(value(alias, values, "root")?));
            }
            Ok(Arc::new(LocalProvider::new(&roots)?))
        }
        unknown => Err(no_such_provider(unknown)),
    }
}

fn value<'a>(
    alias: &SpaceAlias,
    values: &'a SpaceValues,
    key: &str,
) -> Result<&'a str, ProviderError> {
    values.get(key).map(String::as_str).ok_or_else(|| {
        let message = format!("the space `{alias}` has no `{key}`; add it in the manifest");
        ProviderError::refused(ErrorKind::Unsupported, message)
    })
}

fn no_such_provider(name: &str) -> ProviderError {
    let known: Vec<_> = PROVIDERS.iter().map(|keys| keys.name).collect();
    let message = format!(
        "there is no provider `{name}`; this program has {}",
        known.join(", ")
    );
    ProviderError::refused(ErrorKind::Unsupported, message)
}
