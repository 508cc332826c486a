//! A look at all spaces of a run, each in the way that takes the fewest calls.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::Arc;

use super::choice::Choice;
use super::demand::Demand;
use super::look::Look;
use crate::plan::freshness::is_whole;
use crate::plan::{KnownEntries, Reach, Reading, Scope, Way};
use crate::provider::{Provider, ProviderError};
use crate::tree::{Address, ObservedSpace, ObservedWorld, SpaceAlias, Tree, TreeError};

/// What to look at, and what is known of it before.
#[derive(Debug, Clone, Copy)]
pub struct Sought<'a> {
    /// What must be known.
    pub scopes: &'a [Scope],
    /// What was seen before. It decides nothing but the way in which a space is read.
    pub known: Option<&'a KnownEntries>,
}

impl<'a> From<&'a [Scope]> for Sought<'a> {
    fn from(scopes: &'a [Scope]) -> Self {
        Self {
            scopes,
            known: None,
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
    /// How many calls it took.
    pub reads: u64,
    /// How each space was read, in the order of their aliases.
    pub readings: BTreeMap<SpaceAlias, Reading>,
}

/// How far a walk may go.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// The most entries of all spaces together.
    pub entries: usize,
    /// The most segments of a path.
    pub depth: usize,
    /// The most calls at one time. With one no thread is started, and a provider that waits holds
    /// up whoever asks.
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
/// The same storage gives the same picture of what is sought whatever the way and the timing:
/// folders that are not needed stand in the trees as not listed, and so do those of which only
/// known entries were asked for by their ids. Where a folder on the way to a scope is missing, that
/// scope ends there.
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
    let nothing = KnownEntries::default();
    let mut look = Look {
        provider,
        scopes: sought.scopes,
        known: sought.known.unwrap_or(&nothing),
        limits,
        watch,
        observed: Observed::default(),
        walks: Vec::new(),
        parts: BTreeMap::new(),
        passed_over: 0,
    };
    for (space, demand) in Demand::merge(sought.scopes) {
        look.begin(space, demand).await?;
    }
    look.end().await
}

/// Lists more of what was observed before, so that it is known as well as if nothing had been
/// asked for by its id there. `scopes` are those of the first look.
///
/// # Errors
/// Anything that keeps the picture from being complete.
pub async fn observe_further(
    provider: &Arc<dyn Provider>,
    before: Observed,
    further: &[Scope],
    scopes: &[Scope],
    limits: Limits,
    watch: &(dyn Fn(Progress) + Send + Sync),
) -> Result<Observed, ObserveError> {
    let mut look = Look {
        provider,
        scopes,
        known: &KnownEntries::default(),
        limits,
        watch,
        observed: before,
        walks: Demand::merge(further).into_iter().collect(),
        parts: BTreeMap::new(),
        passed_over: 0,
    };
    for (space, _) in &look.walks {
        if let Some(seen) = look.observed.world.spaces.remove(space) {
            let tree = Arc::unwrap_or_clone(seen.tree);
            look.parts.insert(space.clone(), tree);
        }
    }
    look.end().await
}

impl Observed {
    /// Whether single entries of a space were asked for, so that folders are known in part.
    pub fn is_known_in_part(&self, space: &SpaceAlias) -> bool {
        let reading = self.readings.get(space);
        reading.is_some_and(|reading| reading.way == Way::ById)
    }

    /// Those of the scopes of which a part is still unknown because single entries were asked for.
    pub fn known_in_part(&self, scopes: &[Scope]) -> Vec<Scope> {
        let in_part = |scope: &&Scope| {
            let address = &scope.address;
            self.is_known_in_part(&address.space)
                && scope.reach >= Reach::Placed
                && !is_whole(&self.world, address)
        };
        scopes.iter().filter(in_part).cloned().collect()
    }

    pub(super) fn note(&mut self, notes: Vec<String>, limits: Limits) {
        let room = limits.notes.saturating_sub(self.notes.len());
        let kept = notes.len().min(room);
        self.notes_left_out += (notes.len() - kept) as u64;
        self.notes.extend(notes.into_iter().take(kept));
    }

    pub(super) fn hold(&mut self, space: SpaceAlias, tree: Tree) {
        let tree = Arc::new(tree);
        self.world.spaces.insert(space, ObservedSpace { tree });
    }

    /// Remembers the way in which a space is read. Calls of a way that was given up stay counted.
    pub(super) fn take_way(&mut self, space: &SpaceAlias, choice: Choice) {
        let made = self.readings.get(space).map_or(0, |reading| reading.made);
        let reading = Reading {
            space: space.clone(),
            way: choice.way,
            expected: choice.expected,
            made,
            given_up: made,
            why: choice.why,
        };
        self.readings.insert(space.clone(), reading);
    }

    /// Counts calls.
    pub(super) fn count(&mut self, space: &SpaceAlias, reads: u64) {
        self.reads += reads;
        if let Some(reading) = self.readings.get_mut(space) {
            reading.made += reads;
        }
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
