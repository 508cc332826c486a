//! A whole space from its flat listing: pages in sequence, read again where they contradict
//! themselves.

use std::collections::BTreeSet;

use super::demand::Demand;
use super::gather::{Contradiction, Gathered};
use super::observe::{Limits, ObserveError, Progress};
use crate::provider::{PageToken, Provider, SpaceListRequest};
use crate::tree::{Address, EntryPath, SpaceAlias, Tree};

/// How often a space is read before its contradictions are told.
const ATTEMPTS: u32 = 3;

/// What is read, and how far.
#[derive(Clone, Copy)]
pub(super) struct Flat<'a> {
    pub(super) provider: &'a dyn Provider,
    pub(super) space: &'a SpaceAlias,
    pub(super) demand: &'a Demand,
    pub(super) limits: Limits,
    /// Entries that were seen in other spaces.
    pub(super) entries_before: usize,
    pub(super) most_reads: Option<u64>,
    pub(super) watch: &'a (dyn Fn(Progress) + Send + Sync),
}

/// What came of reading a space.
#[derive(Debug, Default)]
pub(super) struct Reading {
    /// What is needed of the space; `None` where the listing took more calls than it may.
    pub(super) tree: Option<Tree>,
    pub(super) notes: Vec<String>,
    pub(super) reads: u64,
    /// How many entries were seen, needed or not.
    pub(super) entries: usize,
}

impl Flat<'_> {
    /// Reads the space until a listing of it is whole.
    ///
    /// While a listing is read, entries may come, go and move: a folder can be missing whose
    /// content is there. Such a listing is read again, and what stays so is an error.
    pub(super) async fn read(self) -> Result<Reading, ObserveError> {
        let mut reading = Reading::default();
        let mut attempt = 1;
        loop {
            let Some(gathered) = self.gather(&mut reading).await? else {
                return Ok(reading);
            };
            reading.entries = gathered.len();
            match gathered.into_tree(self.demand, self.limits.depth) {
                Ok(tree) => {
                    reading.tree = Some(tree);
                    return Ok(reading);
                }
                Err(Contradiction::TooDeep(path, depth)) => {
                    return Err(ObserveError::TooDeep(self.address(path), depth));
                }
                Err(contradiction) if attempt == ATTEMPTS => {
                    return Err(self.explain(contradiction));
                }
                Err(contradiction) => {
                    tracing::debug!(space = %self.space, attempt, %contradiction, "read again");
                    attempt += 1;
                }
            }
        }
    }

    /// All pages of one listing; `None` where they are too many.
    async fn gather(self, reading: &mut Reading) -> Result<Option<Gathered>, ObserveError> {
        let mut gathered = Gathered::default();
        let mut request = SpaceListRequest {
            space: self.space.clone(),
            page: None,
        };
        let mut seen = BTreeSet::new();
        reading.notes.clear();
        loop {
            if self.most_reads.is_some_and(|most| reading.reads >= most) {
                return Ok(None);
            }
            let page = self.provider.list_space(&request).await;
            let page = page.map_err(|error| ObserveError::Provider {
                address: self.root(),
                error,
            })?;
            reading.reads += 1;
            reading.notes.extend(page.notes);
            let token = page.next;
            gathered
                .add(page.listing, page.parents)
                .map_err(|contradiction| self.explain(contradiction))?;
            let entries = self.entries_before + gathered.len();
            if entries > self.limits.entries {
                return Err(ObserveError::TooMany(self.root(), self.limits.entries));
            }
            (self.watch)(Progress {
                folders: 0,
                entries: entries as u64,
            });
            match token {
                None => return Ok(Some(gathered)),
                Some(PageToken(token)) if seen.insert(token.clone()) => {
                    request.page = Some(PageToken(token));
                }
                Some(_) => return Err(ObserveError::TokenLoop(self.root())),
            }
        }
    }

    fn explain(self, contradiction: Contradiction) -> ObserveError {
        if let Contradiction::Listing(path, error) = contradiction {
            let address = self.address(path);
            return ObserveError::Listing { address, error };
        }
        ObserveError::Contradictory {
            space: self.space.clone(),
            reason: contradiction.to_string(),
        }
    }

    fn address(self, path: EntryPath) -> Address {
        Address::new(self.space.clone(), path)
    }

    fn root(self) -> Address {
        self.address(EntryPath::root())
    }
}
