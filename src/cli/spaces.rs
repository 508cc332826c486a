//! From the spaces of manifests to one provider over all of them. Only here edges are made.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::error::CommandError;
use super::exit::ExitCode;
use super::manifests::{ManifestSet, folder_of};
use super::profiles::StoredProfiles;
use super::surroundings::Surroundings;
use crate::manifest::{ProviderKeys, SpaceDefinition};
use crate::observe::Inventory;
use crate::plan::{Capabilities, Plan};
use crate::provider::layer::{ReadOnlyLayer, RetryReadsLayer, SystemPause, TraceLayer};
use crate::provider::{self, Opening, Profiles, Provider, Router, SpaceValues};
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
    "calls_at_once",
    "calls_per_second",
    "calls_per_month",
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
    pub(crate) fn open(
        set: &ManifestSet,
        access: Access,
        around: &Surroundings,
    ) -> Result<Self, CommandError> {
        let opener = Opener::new(access, around);
        opener.open(defined(set), Router::new(), &BTreeSet::new())
    }

    /// Opens the spaces of a plan as they were when it was made, whatever its manifests say now.
    /// `set`, where it can still be read, tells from which folder a space's relative paths count;
    /// without it all manifests of the plan must have been in one folder.
    ///
    /// # Errors
    /// A space cannot be opened, or nobody can tell where it was.
    pub(crate) fn of_plan(
        plan: &Plan,
        set: Option<&ManifestSet>,
        around: &Surroundings,
    ) -> Result<Self, CommandError> {
        let files = plan.based_on.files.iter();
        let folders: BTreeSet<PathBuf> = files.map(|file| folder_of(Path::new(file))).collect();
        let mut definitions = Vec::new();
        for (alias, definition) in &plan.spaces {
            let known = set.into_iter().flat_map(defined);
            let mut known = known.filter(|known| known.alias == alias);
            let folder = match (known.next(), folders.first()) {
                (Some(known), _) => known.folder,
                (None, Some(folder)) if folders.len() == 1 => folder.clone(),
                (None, _) => return Err(nowhere(alias)),
            };
            definitions.push(Defined {
                folder,
                alias,
                definition,
            });
        }
        let opener = Opener::new(Access::ReadAndWrite, around);
        opener.open(definitions, Router::new(), &BTreeSet::new())
    }

    /// Opens every space for reading; those of which there is an inventory from that, offline.
    ///
    /// # Errors
    /// A space cannot be opened, or an inventory is none or is of no space of the manifests.
    pub(crate) fn observing(
        set: &ManifestSet,
        inventories: &[PathBuf],
        around: &Surroundings,
    ) -> Result<Self, CommandError> {
        let mut router = Router::new();
        let mut snapshots = BTreeSet::new();
        for file in inventories {
            let inventory = inventory(file)?;
            let space = inventory.space.clone();
            if !defined(set).iter().any(|known| *known.alias == space) {
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
        Opener::new(Access::Read, around).open(defined(set), router, &snapshots)
    }

    /// The same spaces in such a way that nothing can be written.
    pub(crate) fn reading(&self) -> Self {
        Self {
            provider: Arc::new(ReadOnlyLayer::new(Arc::clone(&self.provider))),
            sheets: self.sheets.clone(),
        }
    }
}

/// Opens spaces.
struct Opener {
    access: Access,
    profiles: Arc<dyn Profiles>,
}

impl Opener {
    fn new(access: Access, around: &Surroundings) -> Self {
        Self {
            access,
            profiles: Arc::new(StoredProfiles::new(&around.environment)),
        }
    }

    /// Adds to a router every space that it does not have, and layers around it.
    fn open(
        &self,
        definitions: Vec<Defined<'_>>,
        mut router: Router,
        known: &BTreeSet<SpaceAlias>,
    ) -> Result<Spaces, CommandError> {
        for (name, service) in by_provider(&definitions, known) {
            for (profile, group) in service.profiles {
                let opening = Opening {
                    spaces: &service.spaces,
                    base: Path::new(""),
                    profile,
                    profiles: Arc::clone(&self.profiles),
                    calls_per_second: group.calls_per_second,
                    pause: Arc::new(SystemPause),
                };
                let opened = provider::open(name, &opening)?;
                router.add(group.own, &opened);
                router.lend(service.spaces.keys().cloned(), &opened);
            }
        }
        let mut sheets = BTreeMap::new();
        for Defined {
            alias, definition, ..
        } in definitions
        {
            let mut sheet = router.capabilities(alias)?;
            limit(&mut sheet, definition)?;
            sheets.insert(alias.clone(), sheet);
        }
        let traced = Arc::new(TraceLayer::new(Arc::new(router)));
        let writing = Arc::new(RetryReadsLayer::new(traced, Arc::new(SystemPause)));
        let spaces = Spaces {
            provider: writing,
            sheets,
        };
        Ok(match self.access {
            Access::Read => spaces.reading(),
            Access::ReadAndWrite => spaces,
        })
    }
}

fn inventory(file: &Path) -> Result<Inventory, CommandError> {
    let opened = File::open(file).map_err(|error| CommandError::file("read", file, error))?;
    Inventory::read(&mut BufReader::new(opened)).map_err(|error| {
        let message = format!("`{}`: {error}", file.display());
        CommandError::new(ExitCode::Wrong, message)
    })
}

/// A space, and the folder that its relative paths count from.
struct Defined<'a> {
    folder: PathBuf,
    alias: &'a SpaceAlias,
    definition: &'a SpaceDefinition,
}

fn defined(set: &ManifestSet) -> Vec<Defined<'_>> {
    let mut definitions = Vec::new();
    for (manifest, file) in set.manifests.iter().zip(&set.files) {
        definitions.extend(manifest.spaces.iter().map(|(alias, definition)| Defined {
            folder: folder_of(file),
            alias,
            definition,
        }));
    }
    definitions
}

fn nowhere(alias: &SpaceAlias) -> CommandError {
    let message = format!("nobody can tell any more where the space `{alias}` is");
    CommandError::new(ExitCode::Stale, message).hint(
        "the manifests of the run were in several folders; put them back and run `resume` again",
    )
}

/// Refuses to go on in spaces that are not those of a plan. Two definitions are of one space when
/// they differ in nothing but limits.
///
/// # Errors
/// A space of the plan is defined in another way now.
pub(crate) fn check_same_spaces(plan: &Plan, set: &ManifestSet) -> Result<(), CommandError> {
    for Defined {
        alias, definition, ..
    } in defined(set)
    {
        let is_other = |before: &SpaceDefinition| {
            before.identity() != definition.identity() || before.profile != definition.profile
        };
        if plan.spaces.get(alias).is_some_and(is_other) {
            let message =
                format!("the space `{alias}` is not the one that the run was planned for");
            return Err(CommandError::new(ExitCode::Stale, message).hint(
                "what the run did is settled; `reshelve plan` shows what is left to do now",
            ));
        }
    }
    Ok(())
}

/// The spaces of one provider.
#[derive(Default)]
struct Service<'a> {
    /// The keys of all of them: whoever places into one may take from every other.
    spaces: BTreeMap<SpaceAlias, SpaceValues>,
    /// Those that are worked on with the credentials of each profile.
    profiles: BTreeMap<&'a str, Group>,
}

/// Spaces of one profile.
#[derive(Default)]
struct Group {
    own: Vec<SpaceAlias>,
    /// The lowest limit that any of them sets.
    calls_per_second: Option<u32>,
}

/// The spaces by provider, with relative paths counted from the manifest's folder, without those
/// that are known already.
fn by_provider<'a>(
    definitions: &[Defined<'a>],
    known: &BTreeSet<SpaceAlias>,
) -> BTreeMap<&'a str, Service<'a>> {
    let mut services: BTreeMap<&str, Service<'_>> = BTreeMap::new();
    for Defined {
        folder,
        alias,
        definition,
    } in definitions
    {
        if known.contains(*alias) {
            continue;
        }
        let mut keys = provider::providers().iter();
        let keys = keys.find(|keys| keys.name == definition.provider);
        let has_profiles = keys.is_some_and(|keys| !keys.profile_fields.is_empty());
        let paths = keys.map_or(&[][..], |keys| keys.paths);
        let mut values = definition.keys.clone();
        for (key, value) in &mut values {
            if paths.contains(&key.as_str()) {
                *value = folder.join(&*value).to_string_lossy().into_owned();
            }
        }
        let profile = if has_profiles {
            &definition.profile
        } else {
            &definition.provider
        };
        let service = services.entry(&definition.provider).or_default();
        service.spaces.insert((*alias).clone(), values);
        let group = service.profiles.entry(profile).or_default();
        group.own.push((*alias).clone());
        let limit = definition.limits.get("calls_per_second");
        let limit = limit.and_then(|limit| u32::try_from(*limit).ok());
        group.calls_per_second = [group.calls_per_second, limit].into_iter().flatten().min();
    }
    services
}

/// Puts what a manifest says of a space in place of the sheet's.
fn limit(sheet: &mut Capabilities, definition: &SpaceDefinition) -> Result<(), CommandError> {
    sheet.name_check = definition.name_check.unwrap_or(sheet.name_check);
    for (name, value) in &definition.limits {
        let number = u32::try_from(*value).ok().filter(|number| *number > 0);
        let field = match name.as_str() {
            "copy_batch" => &mut sheet.copy.items,
            "move_batch" => &mut sheet.moving.items,
            "remove_batch" => &mut sheet.remove.items,
            "calls_at_once" => &mut sheet.calls_at_once,
            "calls_per_second" => &mut sheet.calls_per_second,
            "calls_per_month" => &mut sheet.calls_per_month,
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
