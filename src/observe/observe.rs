//! A look at all spaces of a run, each in the way that takes the fewest calls.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::Arc;

use super::choice::{Choice, Known, Way, choose};
use super::demand::Demand;
use super::flat::Flat;
use super::walk::walk;
use crate::plan::Scope;
use crate::provider::{Provider, ProviderError};
use crate::state::State;
use crate::tree::{Address, EntryPath, ObservedSpace, ObservedWorld, SpaceAlias, Tree, TreeError};

/// What to look at, and what is known of it before.
#[derive(Debug, Clone, Copy)]
pub struct Sought<'a> {
    /// What must be known.
    pub scopes: &'a [Scope],
    /// What earlier runs recorded. It decides nothing but the way in which a space is read.
    pub recorded: Option<&'a State>,
}

impl<'a> From<&'a [Scope]> for Sought<'a> {
    fn from(scopes: &'a [Scope]) -> Self {
        Self {
            scopes,
            recorded: None,
        }
    }
}

/// What was seen.
#[derive(Debug, Default)]
pub struct Observed {
    /// The spaces; folders outside the scopes stand in their trees as not listed.
    pub world: ObservedWorld,
    /// Remarks about entries that are left alone, in the order of the walk.
    pub notes: Vec<String>,
    /// How many further remarks there were.
    pub notes_left_out: u64,
    /// How many listing calls it took.
    pub reads: u64,
    /// How each space was read.
    pub ways: BTreeMap<SpaceAlias, Way>,
}

/// How far a walk may go.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// The most entries of all spaces together.
    pub entries: usize,
    /// The most segments of a path.
    pub depth: usize,
    /// The most calls at one time.
    pub concurrency: NonZeroUsize,
    /// The most remarks that are kept.
    pub notes: usize,
}

/// How far a walk has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Folders listed.
    pub folders: u64,
    /// Entries seen.
    pub entries: u64,
}

/// Why there is no picture. A part of one is never handed out.
#[derive(Debug, thiserror::Error)]
pub enum ObserveError {
    /// A folder could not be listed.
    #[error("{error}")]
    Provider {
        /// The folder.
        address: Address,
        /// What the provider said.
        #[source]
        error: ProviderError,
    },
    /// A listing is no part of a tree.
    #[error("the listing of `{address}` makes no sense: {error}")]
    Listing {
        /// The folder.
        address: Address,
        /// What is wrong with it.
        #[source]
        error: TreeError,
    },
    /// The pages of a folder go in a circle.
    #[error(
        "the listing of `{0}` never ends: a page names an earlier page as its next; try again, \
         and if it stays so report it to the service"
    )]
    TokenLoop(Address),
    /// More entries than one run may hold.
    #[error("`{0}` brings the number of entries above {1}; split the manifest into smaller ones")]
    TooMany(Address, usize),
    /// A path is deeper than any that can be placed.
    #[error("`{0}` lies {1} folders deep, deeper than paths may be; move it up")]
    TooDeep(Address, usize),
    /// The flat listing of a space stays contradictory however often it is read.
    #[error(
        "the listing of the space `{space}` contradicts itself: {reason}; if nobody changes the \
         space at the moment, report it to the service"
    )]
    Contradictory {
        /// The space.
        space: SpaceAlias,
        /// What does not fit together.
        reason: String,
    },
    /// A thread of the walk ended without an answer.
    #[error("observing broke off inside the program; please report this")]
    BrokenOff,
}

/// Reads what is sought, each space in the way that takes the fewest calls.
///
/// The same storage gives the same trees whatever the way and the timing: folders that are not
/// needed stand in them as not listed. Where a folder on the way to a scope is missing, that scope
/// ends there.
///
/// # Errors
/// Anything that keeps the picture from being complete.
pub async fn observe<'a>(
    provider: &Arc<dyn Provider>,
    sought: impl Into<Sought<'a>>,
    limits: Limits,
    watch: &(dyn Fn(Progress) + Send + Sync),
) -> Result<Observed, ObserveError> {
    let sought = sought.into();
    let mut observed = Observed::default();
    let mut entries_before = 0;
    let mut by_folder = Vec::new();
    for (space, demand) in Demand::merge(sought.scopes) {
        let choice = choice_for(provider.as_ref(), &space, &demand, sought.recorded)?;
        if choice.way == Way::Flat {
            let flat = Flat {
                provider: provider.as_ref(),
                space: &space,
                demand: &demand,
                limits,
                entries_before,
                most_reads: choice.most_reads,
                watch,
            };
            let reading = flat.read().await?;
            observed.reads += reading.reads;
            if let Some(tree) = reading.tree {
                entries_before += reading.entries;
                observed.note(reading.notes, limits);
                observed.hold(space, tree, Way::Flat);
                continue;
            }
        }
        by_folder.push((space, demand));
    }
    walk(provider, by_folder, entries_before, limits, watch)
        .await
        .map(|walked| observed.join(walked, limits))
}

fn choice_for(
    provider: &dyn Provider,
    space: &SpaceAlias,
    demand: &Demand,
    recorded: Option<&State>,
) -> Result<Choice, ObserveError> {
    let sheet = provider
        .capabilities(space)
        .map_err(|error| ObserveError::Provider {
            address: Address::new(space.clone(), EntryPath::root()),
            error,
        })?;
    let known = recorded.filter(|_| sheet.flat_page_size.is_some());
    let known = known.map(|state| Known::of(state, space, demand, sheet.page_size));
    Ok(choose(&sheet, demand, known.unwrap_or_default()))
}

impl Observed {
    pub(super) fn note(&mut self, notes: Vec<String>, limits: Limits) {
        let room = limits.notes.saturating_sub(self.notes.len());
        let kept = notes.len().min(room);
        self.notes_left_out += (notes.len() - kept) as u64;
        self.notes.extend(notes.into_iter().take(kept));
    }

    pub(super) fn hold(&mut self, space: SpaceAlias, tree: Tree, way: Way) {
        self.ways.insert(space.clone(), way);
        let tree = Arc::new(tree);
        self.world.spaces.insert(space, ObservedSpace { tree });
    }

    fn join(mut self, walked: Self, limits: Limits) -> Self {
        self.reads += walked.reads;
        self.notes_left_out += walked.notes_left_out;
        self.note(walked.notes, limits);
        self.ways.extend(walked.ways);
        self.world.spaces.extend(walked.world.spaces);
        self
    }
}

impl Default for Limits {
    /// Ten million entries, paths of 256 segments, two calls a processor, a thousand remarks.
    fn default() -> Self {
        let processors = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
        Self {
            entries: 10_000_000,
            depth: 256,
            concurrency: processors.saturating_mul(NonZeroUsize::MIN.saturating_add(1)),
            notes: 1000,
        }
    }
}
