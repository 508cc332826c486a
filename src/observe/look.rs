//! One look at several spaces: each is begun in its own way, and what is left of all of them is
//! walked together.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::ask::{Asking, is_in_place};
use super::choice::{Counts, choose};
use super::demand::Demand;
use super::flat::Flat;
use super::observe::{Limits, ObserveError, Observed, Progress};
use super::overlay::overlay;
use super::split::{Split, split};
use super::walk::walk;
use crate::plan::{Capabilities, KnownEntries, Scope, Way};
use crate::provider::Provider;
use crate::tree::{Address, EntryPath, SpaceAlias, Tree};

/// A look that goes on.
pub(super) struct Look<'a> {
    pub(super) provider: &'a Arc<dyn Provider>,
    /// All that is sought.
    pub(super) scopes: &'a [Scope],
    pub(super) known: &'a KnownEntries,
    pub(super) limits: Limits,
    pub(super) watch: &'a (dyn Fn(Progress) + Send + Sync),
    pub(super) observed: Observed,
    /// What is still to be listed folder by folder.
    pub(super) walks: Vec<(SpaceAlias, Demand)>,
    /// What was seen before of spaces that are walked.
    pub(super) parts: BTreeMap<SpaceAlias, Tree>,
    /// How many entries were seen that are not needed.
    pub(super) passed_over: usize,
}

impl Look<'_> {
    /// Reads a space in the cheapest way, and in the next cheapest where that one comes to nothing.
    pub(super) async fn begin(
        &mut self,
        space: SpaceAlias,
        demand: Demand,
    ) -> Result<(), ObserveError> {
        let mut sheet = self.sheet(&space)?;
        let split = split(&space, self.scopes, self.known);
        let mut counts = Counts::of(self.known, &space, &demand, &split, &sheet);
        loop {
            let choice = choose(&sheet, &demand, counts);
            let (way, most_reads) = (choice.way, choice.most_reads);
            self.observed.take_way(&space, choice);
            match way {
                Way::ByFolder => {
                    self.walks.push((space, demand));
                    return Ok(());
                }
                Way::Flat => {
                    if self.flat(&space, &demand, most_reads).await? {
                        return Ok(());
                    }
                    sheet.flat_page_size = None;
                }
                Way::ById => {
                    if self.by_id(&space, &demand, &sheet, &split).await {
                        return Ok(());
                    }
                    counts.by_id = None;
                }
            }
        }
    }

    fn sheet(&self, space: &SpaceAlias) -> Result<Capabilities, ObserveError> {
        let sheet = self.provider.capabilities(space);
        sheet.map_err(|error| ObserveError::Provider {
            address: Address::new(space.clone(), EntryPath::root()),
            error,
        })
    }

    /// Lists everything at once; whether that came to an end within the calls it may take.
    async fn flat(
        &mut self,
        space: &SpaceAlias,
        demand: &Demand,
        most_reads: Option<u64>,
    ) -> Result<bool, ObserveError> {
        let flat = Flat {
            provider: self.provider.as_ref(),
            space,
            demand,
            limits: self.limits,
            entries_before: self.entries(),
            most_reads,
            watch: self.watch,
        };
        let reading = flat.read().await?;
        self.observed.count(space, reading.reads);
        let Some(tree) = reading.tree else {
            return Ok(false);
        };
        self.passed_over += reading.entries.saturating_sub(tree.len());
        self.observed.note(reading.notes, self.limits);
        self.observed.hold(space.clone(), tree);
        Ok(true)
    }

    /// Asks by id, and leaves to the walk what is listed: what nothing is known of, and what is
    /// not where it was. Whether the replies made sense.
    pub(super) async fn by_id(
        &mut self,
        space: &SpaceAlias,
        demand: &Demand,
        sheet: &Capabilities,
        split: &Split,
    ) -> bool {
        let asking = Asking {
            provider: self.provider,
            space,
            batch: sheet.fetch_batch.unwrap_or_default(),
            limits: self.limits,
            watch: self.watch,
        };
        let answered = asking.ask(split, demand).await;
        self.observed.count(space, answered.reads);
        let Some(tree) = answered.tree else {
            return false;
        };
        let asked = split.asked.iter();
        let lost = asked.filter(|(path, asked)| !is_in_place(&tree, path, asked));
        let lost = lost.map(|(path, asked)| asked.listed_instead(space, path));
        let listed: Vec<Scope> = lost.chain(split.listed.iter().cloned()).collect();
        match Demand::merge(&listed).remove(space) {
            None => self.observed.hold(space.clone(), tree),
            Some(rest) => {
                self.parts.insert(space.clone(), tree);
                self.walks.push((space.clone(), rest));
            }
        }
        true
    }

    /// Walks what is left, and puts it together with what was seen before.
    pub(super) async fn end(mut self) -> Result<Observed, ObserveError> {
        let mut again = Vec::new();
        let walks = std::mem::take(&mut self.walks);
        let walked = self.walk(walks).await?;
        for (space, listed) in walked {
            match self.parts.remove(&space) {
                None => self.observed.hold(space, listed),
                Some(part) => match overlay(&part, &listed) {
                    Some(tree) => self.observed.hold(space, tree),
                    None => again.push(space),
                },
            }
        }
        if again.is_empty() {
            return Ok(self.observed);
        }
        // The space changed between the two looks, so a single one decides.
        let mut demands = Demand::merge(self.scopes);
        let demands = again.into_iter().filter_map(|space| {
            let demand = demands.remove(&space)?;
            Some((space, demand))
        });
        let demands = demands.collect();
        for (space, tree) in self.walk(demands).await? {
            self.observed.hold(space, tree);
        }
        Ok(self.observed)
    }

    async fn walk(
        &mut self,
        walks: Vec<(SpaceAlias, Demand)>,
    ) -> Result<Vec<(SpaceAlias, Tree)>, ObserveError> {
        let entries = self.entries();
        let walked = walk(self.provider, walks, entries, self.limits, self.watch).await?;
        for reading in walked.readings.values() {
            self.observed.count(&reading.space, reading.made);
        }
        self.observed.notes_left_out += walked.notes_left_out;
        self.observed.note(walked.notes, self.limits);
        let spaces = walked.world.spaces.into_iter();
        Ok(spaces
            .map(|(space, seen)| (space, Arc::unwrap_or_clone(seen.tree)))
            .collect())
    }

    /// How many entries were seen so far.
    fn entries(&self) -> usize {
        let parts = self.parts.values().map(Tree::len);
        self.observed.world.len() + parts.sum::<usize>() + self.passed_over
    }
}
