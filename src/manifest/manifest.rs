//! What a manifest means, after defaults, variables and `for_each`: the input of the planner.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::diagnostic::SourceLocation;
use crate::tree::{Address, EntryPath, PatternSet, Selection, SpaceAlias};

/// One manifest, resolved: nothing in it needs the document any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// The file as the user named it.
    pub file: String,
    /// The name under which the state keeps what was placed.
    pub name: ManifestName,
    /// The storage roots that placements speak of.
    pub spaces: BTreeMap<SpaceAlias, SpaceDefinition>,
    /// The wishes, in the order written, `for_each` unrolled.
    pub placements: Vec<Placement>,
    /// Limits that the finished plan is judged by.
    pub guards: Guards,
    /// Entries that are never removed, moved away or overwritten.
    pub protect: Vec<Protection>,
}

/// `[a-z0-9-]{1,64}`
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ManifestName(pub(super) Box<str>);

/// A storage root, as the manifest writes it. Which keys a provider needs is the registry's to say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpaceDefinition {
    /// The provider's name.
    pub provider: String,
    /// The credentials' name; the provider's name where the manifest gives none.
    pub profile: String,
    /// The provider's own keys with their values, for example `root`, `id` or `library`.
    pub keys: BTreeMap<String, String>,
    /// Values of the capability sheet that this manifest sets, for example `copy_batch: 30`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub limits: BTreeMap<String, u64>,
    /// When the service checks names, where this manifest says so; the capability sheet tells
    /// otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name_check: Option<NameCheck>,
}

/// Whether a service checks the name of a new entry together with the effect of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NameCheck {
    /// Atomically: a refused name had no effect.
    WithEffect,
    /// When the call is taken; a task may still land beside another.
    AtSubmission,
}

/// The id of a placement, unique in its manifest.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PlacementId(Box<str>);

/// One wish.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placement {
    /// Given, or made of verb, source and target; with the key of a `for_each`.
    pub id: PlacementId,
    /// Where it stands.
    pub location: SourceLocation,
    /// What is wished.
    pub wish: Wish,
}

/// What a placement asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Wish {
    /// What is at the source is also at the target.
    Copy(Transfer, Update),
    /// What was at the source is at the target and no longer at the source.
    Move(Transfer, Permissions),
    /// The target folder holds what the source folder holds.
    Mirror(Transfer, Update, Prune),
    /// A folder is there.
    Folder(Address),
    /// Nothing is there.
    Absent(Selection, Expect, Disposal),
}

/// What `copy`, `move` and `mirror` share.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Transfer {
    /// Where the content comes from.
    pub source: Selection,
    /// Where it shall be.
    pub target: Target,
    /// What is not seen, relative to the source's base.
    pub exclude: PatternSet,
    /// What to do with something else under the target's name.
    pub on_conflict: OnConflict,
    /// What to do where a named source is not there.
    pub on_missing: OnMissing,
    /// How many matches a pattern must have.
    pub expect: Expect,
}

/// Where the content shall be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// The exact final path of a named source.
    Exactly(Address),
    /// The folder below which each match of a pattern keeps its path.
    Into(Address, Layout),
}

/// How matches of a pattern lie below `into`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Layout {
    /// With their path relative to the pattern's base.
    KeepFolders,
    /// With their name alone.
    Flatten,
}

/// What to do with something else under the target's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnConflict {
    /// Refuse the plan.
    Fail,
    /// Leave target and source alone.
    Keep,
    /// Replace a file by a file.
    Overwrite,
    /// Place beside it under a free name.
    Rename,
}

/// What happens when the source changed after it was placed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Update {
    /// Our copy follows.
    Always,
    /// Our copy stays.
    Never,
}

/// What happens to entries of a mirror's target that the source does not have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Prune {
    /// Which of them go.
    pub scope: PruneScope,
    /// What stays whatever the scope, relative to the target.
    pub keep: PatternSet,
    /// Where they go.
    pub disposal: Disposal,
}

/// Which extra entries go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PruneScope {
    /// None: they are reported.
    Report,
    /// Those that the state says we placed.
    Owned,
    /// All.
    All,
}

/// Where removed entries go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Disposal {
    /// To the bin, recoverable.
    Recycle,
    /// Away for good.
    Permanent,
}

/// Whether a moved entry keeps its permissions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Permissions {
    /// It takes those of its new folder.
    Inherit,
    /// It keeps its own.
    Preserve,
}

/// What to do where a named source is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnMissing {
    /// Refuse the plan.
    Fail,
    /// Wish nothing.
    Ignore,
}

/// Bounds on the number of matches of a pattern, both inclusive.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Expect {
    /// The fewest.
    pub min: Option<u64>,
    /// The most.
    pub max: Option<u64>,
}

/// Limits of a plan; `None` where nothing was said.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Guards {
    /// Entries that may go.
    pub max_removes: Option<Limit>,
    /// Files that may be overwritten.
    pub max_overwrites: Option<Limit>,
    /// Entries that may be moved.
    pub max_moves: Option<Limit>,
    /// Mutating calls.
    pub max_calls: Option<u64>,
    /// Seconds of work at the sheets' rates.
    pub max_time: Option<u64>,
}

/// A number of entries, or a share of those observed under the manifest's targets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Limit {
    /// So many entries.
    Count(u64),
    /// So many in ten thousand, counted from ten entries up.
    Share(u32),
}

/// Entries that nothing may take away or overwrite.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Protection {
    /// Which entries.
    pub selection: Selection,
    /// Where it stands.
    pub location: SourceLocation,
}

impl ManifestName {
    /// Takes a name of `[a-z0-9-]{1,64}`; `None` where the text is something else.
    pub fn parse(text: &str) -> Option<Self> {
        let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        ((1..=64).contains(&text.len()) && text.chars().all(allowed)).then(|| Self(text.into()))
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl PlacementId {
    /// Takes an id as written or made.
    pub fn new(text: &str) -> Self {
        Self(text.into())
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Wish {
    /// The verb as the manifest writes it.
    pub fn verb(&self) -> &'static str {
        match self {
            Self::Copy(..) => "copy",
            Self::Move(..) => "move",
            Self::Mirror(..) => "mirror",
            Self::Folder(_) => "folder",
            Self::Absent(..) => "absent",
        }
    }

    /// What `copy`, `move` and `mirror` share; `None` for the other verbs.
    pub fn transfer(&self) -> Option<&Transfer> {
        match self {
            Self::Copy(transfer, _) | Self::Move(transfer, _) | Self::Mirror(transfer, ..) => {
                Some(transfer)
            }
            Self::Folder(_) | Self::Absent(..) => None,
        }
    }
}

impl Transfer {
    /// Whether an entry at this address would be part of the source.
    pub fn reads(&self, address: &Address) -> bool {
        let below = address.path.below(&self.source.base.path);
        let excluded = below.is_some_and(|relative| self.exclude.covers(&relative));
        !excluded && self.source.covers(&address.space, &address.path)
    }
}

impl Target {
    /// The exact target, or the folder that matches go into.
    pub fn address(&self) -> &Address {
        match self {
            Self::Exactly(address) | Self::Into(address, _) => address,
        }
    }
}

impl SpaceDefinition {
    /// The value of one of the provider's own keys.
    pub fn key(&self, name: &str) -> Option<&str> {
        self.keys.get(name).map(String::as_str)
    }

    /// One line that tells this storage root from any other.
    pub fn identity(&self) -> String {
        let keys: Vec<String> = self
            .keys
            .iter()
            .map(|(key, value)| format!("{key}={value}"))
            .collect();
        format!("{} {}", self.provider, keys.join(" "))
    }
}

impl Layout {
    /// Where a match at `relative` (below the pattern's base) lies below `folder`.
    pub fn place(self, folder: &EntryPath, relative: &EntryPath) -> EntryPath {
        match (self, relative.name()) {
            (Self::Flatten, Some(name)) => folder.join_trusted(name),
            (Self::Flatten, None) | (Self::KeepFolders, _) => folder.append(relative),
        }
    }
}

impl fmt::Display for ManifestName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl fmt::Display for PlacementId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}
