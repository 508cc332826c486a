//! From the spaces of manifests to one provider over all of them. Only here edges are made.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use super::error::CommandError;
use super::exit::ExitCode;
use super::manifests::{ManifestSet, folder_of};
use crate::manifest::{ProviderKeys, SpaceDefinition};
use crate::plan::Capabilities;
use crate::provider::{self, Provider, Router};
use crate::tree::SpaceAlias;

/// Every space of a run behind one provider, with its sheets.
pub(crate) struct Spaces {
    /// Reads and writes.
    pub(crate) provider: Arc<dyn Provider>,
    /// What each space's provider can do, within the limits that the manifests set.
    pub(crate) sheets: BTreeMap<SpaceAlias, Capabilities>,
}

/// The values of a sheet that a manifest can set.
const LIMITS: &[&str] = &[
    "copy_batch",
    "move_batch",
    "remove_batch",
    "calls_per_second",
];

/// What manifests may say of spaces, for each provider that there is.
pub(crate) fn provider_keys() -> Vec<ProviderKeys> {
    let keys = provider::providers().iter().map(|keys| ProviderKeys {
        name: keys.name,
        required: keys.required,
        optional: keys.optional,
        paths: keys.paths,
        limits: LIMITS,
    });
    keys.collect()
}

impl Spaces {
    /// Opens every space that the manifests define, in such a way that nothing can be written.
    ///
    /// # Errors
    /// A space cannot be opened.
    pub(crate) fn read_only(set: &ManifestSet) -> Result<Self, CommandError> {
        Self::open(set)
    }

    /// Opens every space that the manifests define.
    ///
    /// # Errors
    /// A space cannot be opened.
    pub(crate) fn open(set: &ManifestSet) -> Result<Self, CommandError> {
        let mut router = Router::new();
        for (name, spaces) in by_provider(set) {
            let opened = provider::open(name, &spaces, Path::new(""))?;
            router.add(spaces.into_keys(), &opened);
        }
        let mut sheets = BTreeMap::new();
        for (alias, definition) in defined(set) {
            let mut sheet = router.capabilities(alias)?;
            limit(&mut sheet, definition)?;
            sheets.insert(alias.clone(), sheet);
        }
        Ok(Self {
            provider: Arc::new(router),
            sheets,
        })
    }
}

fn defined(set: &ManifestSet) -> impl Iterator<Item = (&SpaceAlias, &SpaceDefinition)> {
    set.manifests.iter().flat_map(|manifest| &manifest.spaces)
}

type ByProvider<'a> = BTreeMap<&'a str, BTreeMap<SpaceAlias, BTreeMap<String, String>>>;

/// The spaces' own keys by provider, with relative paths counted from the manifest's folder.
fn by_provider(set: &ManifestSet) -> ByProvider<'_> {
    let keys = provider_keys();
    let mut providers = ByProvider::new();
    for (manifest, file) in set.manifests.iter().zip(&set.files) {
        let folder = folder_of(file);
        for (alias, definition) in &manifest.spaces {
            let known = keys.iter().find(|keys| keys.name == definition.provider);
            let paths = known.map_or(&[][..], |keys| keys.paths);
            let mut values = definition.keys.clone();
            for (key, value) in &mut values {
                if paths.contains(&key.as_str()) {
                    *value = folder.join(&*value).to_string_lossy().into_owned();
                }
            }
            let spaces = providers.entry(&definition.provider).or_default();
            spaces.insert(alias.clone(), values);
        }
    }
    providers
}

/// Puts the limits of a manifest in place of the sheet's.
fn limit(sheet: &mut Capabilities, definition: &SpaceDefinition) -> Result<(), CommandError> {
    for (name, value) in &definition.limits {
        let number = u32::try_from(*value).ok().filter(|number| *number > 0);
        let field = match name.as_str() {
            "copy_batch" => &mut sheet.copy.items,
            "move_batch" => &mut sheet.moving.items,
            "remove_batch" => &mut sheet.remove.items,
            "calls_per_second" => &mut sheet.calls_per_second,
            unknown => return Err(wrong_limit(&format!("there is no limit `{unknown}`"))),
        };
        if number.is_none() {
            return Err(wrong_limit(&format!(
                "the limit `{name}` cannot be {value}"
            )));
        }
        *field = number;
    }
    Ok(())
}

fn wrong_limit(message: &str) -> CommandError {
    CommandError::new(ExitCode::Wrong, message)
        .hint(format!("limits are {}, each at least 1", LIMITS.join(", ")))
}
