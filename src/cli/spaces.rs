//! From the spaces of manifests to one provider over all of them. Only here edges are made.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::error::CommandError;
use super::exit::ExitCode;
use super::manifests::{ManifestSet, folder_of};
use crate::manifest::{ProviderKeys, SpaceDefinition};
use crate::observe::Inventory;
use crate::plan::Capabilities;
use crate::provider::layer::{ReadOnlyLayer, RetryReadsLayer, SystemPause, TraceLayer};
use crate::provider::{self, Provider, Router};
use crate::tree::SpaceAlias;

/// Every space of a run behind one provider, with its sheets.
pub(crate) struct Spaces {
    /// Reads and writes.
    pub(crate) provider: Arc<dyn Provider>,
    /// What each space's provider can do, within the limits that the manifests set.
    pub(crate) sheets: BTreeMap<SpaceAlias, Capabilities>,
}

/// What a command may do with spaces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    /// List and fetch.
    Read,
    /// Carry out calls as well.
    ReadAndWrite,
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
    /// Opens every space that the manifests define.
    ///
    /// # Errors
    /// A space cannot be opened.
    pub(crate) fn open(set: &ManifestSet, access: Access) -> Result<Self, CommandError> {
        Self::around(set, Router::new(), &BTreeSet::new(), access)
    }

    /// Opens every space for reading; those of which there is an inventory from that, offline.
    ///
    /// # Errors
    /// A space cannot be opened, or an inventory is none or is of no space of the manifests.
    pub(crate) fn observing(
        set: &ManifestSet,
        inventories: &[PathBuf],
    ) -> Result<Self, CommandError> {
        let mut router = Router::new();
        let mut snapshots = BTreeSet::new();
        for file in inventories {
            let inventory = inventory(file)?;
            let space = inventory.space.clone();
            if !defined(set).any(|(alias, _)| *alias == space) {
                let file = file.display();
                let message = format!("`{file}` is of the space `{space}`, which no manifest has");
                return Err(CommandError::new(ExitCode::Wrong, message));
            }
            if !snapshots.insert(space.clone()) {
                let message = format!("there are two inventories of the space `{space}`");
                return Err(CommandError::new(ExitCode::Wrong, message));
            }
            let provider: Arc<dyn Provider> = Arc::new(inventory.into_provider());
            router.add([space], &provider);
        }
        Self::around(set, router, &snapshots, Access::Read)
    }

    /// Adds to a router every space that it does not have, and layers around it.
    fn around(
        set: &ManifestSet,
        mut router: Router,
        known: &BTreeSet<SpaceAlias>,
        access: Access,
    ) -> Result<Self, CommandError> {
        for (name, mut spaces) in by_provider(set) {
            spaces.retain(|alias, _| !known.contains(alias));
            if !spaces.is_empty() {
                let opened = provider::open(name, &spaces, Path::new(""))?;
                router.add(spaces.into_keys(), &opened);
            }
        }
        let mut sheets = BTreeMap::new();
        for (alias, definition) in defined(set) {
            let mut sheet = router.capabilities(alias)?;
            limit(&mut sheet, definition)?;
            sheets.insert(alias.clone(), sheet);
        }
        let traced = Arc::new(TraceLayer::new(Arc::new(router)));
        let writing = Arc::new(RetryReadsLayer::new(traced, Arc::new(SystemPause)));
        let spaces = Self {
            provider: writing,
            sheets,
        };
        Ok(match access {
            Access::Read => spaces.reading(),
            Access::ReadAndWrite => spaces,
        })
    }

    /// The same spaces in such a way that nothing can be written.
    pub(crate) fn reading(&self) -> Self {
        Self {
            provider: Arc::new(ReadOnlyLayer::new(Arc::clone(&self.provider))),
            sheets: self.sheets.clone(),
        }
    }
}

fn inventory(file: &Path) -> Result<Inventory, CommandError> {
    let opened = File::open(file).map_err(|error| CommandError::file("read", file, error))?;
    Inventory::read(&mut BufReader::new(opened)).map_err(|error| {
        let message = format!("`{}`: {error}", file.display());
        CommandError::new(ExitCode::Wrong, message)
    })
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
