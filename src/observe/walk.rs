//! The bounded walk over the spaces that are read folder by folder.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::Arc;

use tokio::runtime::Handle;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::choice::Choice;
use super::demand::{Demand, Need};
use super::observe::{Limits, ObserveError, Observed, Progress};
use super::pages::{Folder, Trouble, list_all};
use super::queue::{CloseOnDrop, Job, Queue};
use crate::provider::{ListRequest, Provider};
use crate::tree::{Address, EntryIndex, EntryPath, SpaceAlias, Tree};

/// Lists what each demand asks for, each folder once.
///
/// Folders are listed by several threads at one time, unless one call at a time is all, and taken over in the order in which they
/// were found, so the same storage gives the same trees whatever the timing. `entries_before` were
/// seen elsewhere and count against the limit.
///
/// # Errors
/// Anything that keeps the picture from being complete.
pub(super) async fn walk(
    provider: &Arc<dyn Provider>,
    spaces: Vec<(SpaceAlias, Demand)>,
    entries_before: usize,
    limits: Limits,
    watch: &(dyn Fn(Progress) + Send + Sync),
) -> Result<Observed, ObserveError> {
    if spaces.is_empty() {
        return Ok(Observed::default());
    }
    let queue = Arc::new(Queue::default());
    let _close = CloseOnDrop(&queue);
    let mut walk = Walk::new(spaces, entries_before, limits, &queue);
    walk.start()?;
    if limits.concurrency == NonZeroUsize::MIN {
        walk.run_alone(provider.as_ref(), watch).await?;
        return Ok(walk.finish());
    }
    let (sender, results) = unbounded_channel();
    for _ in 0..limits.concurrency.get() {
        let (provider, queue) = (Arc::clone(provider), Arc::clone(&queue));
        let (sender, runtime) = (sender.clone(), Handle::current());
        let most = limits.entries;
        tokio::task::spawn_blocking(move || {
            work(&runtime, provider.as_ref(), &queue, &sender, most);
        });
    }
    drop(sender);
    walk.run(results, watch).await?;
    Ok(walk.finish())
}

/// One thread's part: a folder after the other until the walk ends. It is a thread that may wait,
/// so that a provider without waiting calls needs no second one. It leaves a call that it waits for
/// when the walk ends, because the runtime that the call needs may end next.
fn work(
    runtime: &Handle,
    provider: &dyn Provider,
    queue: &Queue,
    results: &UnboundedSender<Listed>,
    most: usize,
) {
    while let Some(job) = queue.next() {
        let listing = list_all(provider, job.request, most);
        let result = runtime.block_on(async {
            tokio::select! {
                biased;
                () = queue.ended() => None,
                result = listing => Some(result),
            }
        });
        let Some(result) = result else {
            break;
        };
        let listed = Listed {
            number: job.number,
            result,
        };
        if results.send(listed).is_err() {
            break;
        }
    }
}

/// A folder that a thread has listed.
struct Listed {
    number: u64,
    result: Result<Folder, Trouble>,
}

/// A folder on its way: what is needed of it, and where it goes.
struct Pending {
    space: usize,
    entry: EntryIndex,
    path: EntryPath,
    need: Need,
}

/// The walk's own state, in one hand.
struct Walk<'a> {
    spaces: Vec<(SpaceAlias, Demand, Tree)>,
    limits: Limits,
    queue: &'a Queue,
    /// Folders that were asked for and not yet taken over, by number.
    pending: BTreeMap<u64, Pending>,
    /// Results that came before an earlier one, by number.
    early: BTreeMap<u64, Result<Folder, Trouble>>,
    next_number: u64,
    next_result: u64,
    entries: usize,
    observed: Observed,
}

impl<'a> Walk<'a> {
    fn new(
        spaces: Vec<(SpaceAlias, Demand)>,
        entries_before: usize,
        limits: Limits,
        queue: &'a Queue,
    ) -> Self {
        let mut observed = Observed::default();
        for (alias, _) in &spaces {
            observed.take_way(alias, Choice::by_folder());
        }
        Self {
            spaces: (spaces.into_iter())
                .map(|(alias, demand)| (alias, demand, Tree::new()))
                .collect(),
            limits,
            queue,
            pending: BTreeMap::new(),
            early: BTreeMap::new(),
            next_number: 0,
            next_result: 0,
            entries: entries_before,
            observed,
        }
    }

    fn start(&mut self) -> Result<(), ObserveError> {
        let mut jobs = Vec::new();
        for space in 0..self.spaces.len() {
            let (_, demand, tree) = &self.spaces[space];
            let (entry, need) = (tree.root(), demand.root());
            if demand.must_list(need) {
                self.ask(&mut jobs, space, entry, EntryPath::root(), need)?;
            }
        }
        self.queue.push(jobs);
        Ok(())
    }

    async fn run(
        &mut self,
        mut results: UnboundedReceiver<Listed>,
        watch: &(dyn Fn(Progress) + Send + Sync),
    ) -> Result<(), ObserveError> {
        while !self.pending.is_empty() {
            let listed = results.recv().await.ok_or(ObserveError::BrokenOff)?;
            self.early.insert(listed.number, listed.result);
            while let Some(result) = self.early.remove(&self.next_result) {
                self.take(result, watch)?;
            }
        }
        Ok(())
    }

    /// The same with one call at a time, which needs no thread: what happens depends on nothing but
    /// the answers.
    async fn run_alone(
        &mut self,
        provider: &dyn Provider,
        watch: &(dyn Fn(Progress) + Send + Sync),
    ) -> Result<(), ObserveError> {
        while let Some(job) = self.queue.waiting() {
            let result = list_all(provider, job.request, self.limits.entries).await;
            self.take(result, watch)?;
        }
        Ok(())
    }

    /// Takes over the result that is next in order.
    fn take(
        &mut self,
        result: Result<Folder, Trouble>,
        watch: &(dyn Fn(Progress) + Send + Sync),
    ) -> Result<(), ObserveError> {
        let number = self.next_result;
        self.next_result += 1;
        let pending = (self.pending.remove(&number)).ok_or(ObserveError::BrokenOff)?;
        let address = self.address(pending.space, &pending.path);
        let folder = match result {
            Ok(folder) => folder,
            Err(trouble) => return Err(self.explain(trouble, address)),
        };
        self.entries += folder.listing.len();
        if self.entries > self.limits.entries {
            return Err(ObserveError::TooMany(address, self.limits.entries));
        }
        let space = &self.spaces[pending.space].0;
        self.observed.count(space, folder.reads);
        self.observed.note(folder.notes, self.limits);
        let tree = &mut self.spaces[pending.space].2;
        tree.attach(pending.entry, folder.listing)
            .map_err(|error| ObserveError::Listing { address, error })?;
        self.descend(&pending)?;
        watch(Progress {
            folders: self.next_result,
            entries: self.entries as u64,
        });
        Ok(())
    }

    fn explain(&self, trouble: Trouble, address: Address) -> ObserveError {
        match trouble {
            Trouble::Provider(error) => ObserveError::Provider { address, error },
            Trouble::TokenLoop => ObserveError::TokenLoop(address),
            Trouble::TooMany => ObserveError::TooMany(address, self.limits.entries),
        }
    }

    /// Asks for the folders in a folder that are needed, too.
    fn descend(&mut self, folder: &Pending) -> Result<(), ObserveError> {
        let (_, demand, tree) = &self.spaces[folder.space];
        let needed = demand.needed_in(tree, folder.entry, folder.need);
        let mut jobs = Vec::new();
        for (entry, need) in needed {
            let tree = &self.spaces[folder.space].2;
            let path = folder.path.join_trusted(tree.name(entry));
            self.ask(&mut jobs, folder.space, entry, path, need)?;
        }
        self.queue.push(jobs);
        Ok(())
    }

    fn ask(
        &mut self,
        jobs: &mut Vec<Job>,
        space: usize,
        entry: EntryIndex,
        path: EntryPath,
        need: Need,
    ) -> Result<(), ObserveError> {
        let (alias, _, tree) = &self.spaces[space];
        if path.depth() >= self.limits.depth {
            return Err(ObserveError::TooDeep(
                self.address(space, &path),
                self.limits.depth,
            ));
        }
        jobs.push(Job {
            number: self.next_number,
            request: ListRequest {
                space: alias.clone(),
                folder: path.clone(),
                id: tree.id(entry),
                page: None,
            },
        });
        let pending = Pending {
            space,
            entry,
            path,
            need,
        };
        self.pending.insert(self.next_number, pending);
        self.next_number += 1;
        Ok(())
    }

    fn address(&self, space: usize, path: &EntryPath) -> Address {
        Address::new(self.spaces[space].0.clone(), path.clone())
    }

    fn finish(self) -> Observed {
        let mut observed = self.observed;
        for (alias, _, tree) in self.spaces {
            observed.hold(alias, tree);
        }
        observed
    }
}
