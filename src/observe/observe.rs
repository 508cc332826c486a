//! The bounded walk over all spaces of a run.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::Arc;

use tokio::runtime::Handle;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::demand::{Demand, Need};
use super::pages::{Folder, Trouble, list_all};
use super::queue::{CloseOnDrop, Job, Queue};
use crate::plan::Scope;
use crate::provider::{ListRequest, Provider, ProviderError};
use crate::tree::{
    Address, EntryIndex, EntryKind, EntryPath, ObservedSpace, ObservedWorld, SpaceAlias, Tree,
    TreeError,
};

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
    /// A thread of the walk ended without an answer.
    #[error("observing broke off inside the program; please report this")]
    BrokenOff,
}

/// Lists what the scopes ask for, each folder once.
///
/// Folders are listed by several threads at one time and taken over in the order in which they
/// were found, so the same storage gives the same trees whatever the timing. Where a folder on
/// the way to a scope is missing, that scope ends there.
///
/// # Errors
/// Anything that keeps the picture from being complete.
pub async fn observe(
    provider: &Arc<dyn Provider>,
    scopes: &[Scope],
    limits: Limits,
    watch: &(dyn Fn(Progress) + Send + Sync),
) -> Result<Observed, ObserveError> {
    let queue = Arc::new(Queue::default());
    let _close = CloseOnDrop(&queue);
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
    let mut walk = Walk::new(scopes, limits, &queue);
    walk.start()?;
    walk.run(results, watch).await?;
    Ok(walk.finish())
}

/// One thread's part: a folder after the other until the walk ends. It is a thread that may wait,
/// so that a provider without waiting calls needs no second one.
fn work(
    runtime: &Handle,
    provider: &dyn Provider,
    queue: &Queue,
    results: &UnboundedSender<Listed>,
    most: usize,
) {
    while let Some(job) = queue.next() {
        let result = runtime.block_on(list_all(provider, job.request, most));
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
    fn new(scopes: &[Scope], limits: Limits, queue: &'a Queue) -> Self {
        let spaces = Demand::merge(scopes)
            .into_iter()
            .map(|(alias, demand)| (alias, demand, Tree::new()))
            .collect();
        Self {
            spaces,
            limits,
            queue,
            pending: BTreeMap::new(),
            early: BTreeMap::new(),
            next_number: 0,
            next_result: 0,
            entries: 0,
            observed: Observed::default(),
        }
    }

    fn start(&mut self) -> Result<(), ObserveError> {
        let mut jobs = Vec::new();
        for space in 0..self.spaces.len() {
            let (_, demand, tree) = &self.spaces[space];
            let (entry, need) = (tree.root(), demand.root());
            self.ask(&mut jobs, space, entry, EntryPath::root(), need)?;
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
                self.take(result)?;
                watch(Progress {
                    folders: self.next_result,
                    entries: self.entries as u64,
                });
            }
        }
        Ok(())
    }

    /// Takes over the result that is next in order.
    fn take(&mut self, result: Result<Folder, Trouble>) -> Result<(), ObserveError> {
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
        self.observed.reads += folder.reads;
        self.note(folder.notes);
        let tree = &mut self.spaces[pending.space].2;
        tree.attach(pending.entry, folder.listing)
            .map_err(|error| ObserveError::Listing { address, error })?;
        self.descend(&pending)
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
        let wanted: Vec<(EntryIndex, Need)> = match folder.need {
            Need::Everything => tree
                .children(folder.entry)
                .map(|child| (child, Need::Everything))
                .collect(),
            Need::Node(node) => demand
                .named(node)
                .filter_map(|(name, need)| Some((tree.child(folder.entry, name)?, need)))
                .collect(),
        };
        let mut jobs = Vec::new();
        for (entry, need) in wanted {
            let tree = &self.spaces[folder.space].2;
            if tree.kind(entry) == EntryKind::Folder {
                let path = folder.path.join_trusted(tree.name(entry));
                self.ask(&mut jobs, folder.space, entry, path, need)?;
            }
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
        let (alias, demand, tree) = &self.spaces[space];
        if !demand.must_list(need) {
            return Ok(());
        }
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

    fn note(&mut self, notes: Vec<String>) {
        let room = self.limits.notes.saturating_sub(self.observed.notes.len());
        let kept = notes.len().min(room);
        self.observed.notes_left_out += (notes.len() - kept) as u64;
        self.observed.notes.extend(notes.into_iter().take(kept));
    }

    fn address(&self, space: usize, path: &EntryPath) -> Address {
        Address::new(self.spaces[space].0.clone(), path.clone())
    }

    fn finish(self) -> Observed {
        let mut observed = self.observed;
        for (alias, _, tree) in self.spaces {
            let tree = Arc::new(tree);
            observed.world.spaces.insert(alias, ObservedSpace { tree });
        }
        observed
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

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
    use std::fmt::Write as _;
    use std::fs;
    use std::path::Path;

    use super::*;
    use crate::plan::Reach;
    use crate::provider::LocalProvider;

    fn scope(text: &str, reach: Reach) -> Scope {
        Scope {
            address: Address::parse(text).unwrap(),
            reach,
        }
    }

    fn local(path: &Path) -> Arc<dyn Provider> {
        let alias = SpaceAlias::parse("a").unwrap();
        Arc::new(LocalProvider::new(&[(alias, path.to_owned())].into()).unwrap())
    }

    /// Makes files, and folders where a name ends in `/`.
    fn make(root: &Path, entries: &[&str]) {
        for entry in entries {
            let path = root.join(entry);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            if entry.ends_with('/') {
                fs::create_dir_all(path).unwrap();
            } else {
                fs::write(path, entry).unwrap();
            }
        }
    }

    async fn look(path: &Path, scopes: &[Scope], limits: Limits) -> Result<Observed, ObserveError> {
        observe(&local(path), scopes, limits, &|_| ()).await
    }

    /// All entries in the order of the arena; `?` marks a folder that is not listed.
    fn text(observed: &Observed) -> String {
        let mut text = String::new();
        for space in observed.world.spaces.values() {
            let tree = &space.tree;
            let mut open = vec![tree.root()];
            while let Some(entry) = open.pop() {
                let folder = match (tree.kind(entry), tree.is_listed(entry)) {
                    (EntryKind::Folder, true) => "/",
                    (EntryKind::Folder, false) => "?",
                    (EntryKind::File | EntryKind::Special, _) => "",
                };
                write!(text, "{}{folder} ", tree.name(entry)).unwrap();
                open.extend(tree.children(entry).rev());
            }
        }
        text.trim_end().to_owned()
    }

    #[tokio::test]
    async fn lists_what_the_scopes_reach_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        make(
            folder.path(),
            &["x/y/z/f", "x/g", "w/h", "e/", ".reshelve/state"],
        );
        type Case<'a> = (&'a [(&'a str, Reach)], &'a str, u64);
        let cases: &[Case<'_>] = &[
            (&[("a:/", Reach::Entry)], "?", 0),
            (&[("a:/", Reach::Children)], "/ e? w? x?", 1),
            (&[("a:/x", Reach::Entry)], "/ e? w? x?", 1),
            (&[("a:/x", Reach::Children)], "/ e? w? x/ g y?", 2),
            (&[("a:/x", Reach::Subtree)], "/ e? w? x/ g y/ z/ f", 4),
            (&[("a:/x/y/z/f", Reach::Subtree)], "/ e? w? x/ g y/ z/ f", 4),
            (&[("a:/x/no/way", Reach::Subtree)], "/ e? w? x/ g y?", 2),
            (&[("a:/", Reach::Subtree)], "/ e/ w/ h x/ g y/ z/ f", 6),
            (
                &[("a:/x/y", Reach::Entry), ("a:/", Reach::Subtree)],
                "/ e/ w/ h x/ g y/ z/ f",
                6,
            ),
            (
                &[("a:/x/y", Reach::Subtree), ("a:/x", Reach::Children)],
                "/ e? w? x/ g y/ z/ f",
                4,
            ),
        ];
        for (scopes, expected, reads) in cases {
            let scopes: Vec<_> = scopes.iter().map(|(at, reach)| scope(at, *reach)).collect();
            let observed = look(folder.path(), &scopes, Limits::default())
                .await
                .unwrap();
            assert_eq!(text(&observed), *expected, "{scopes:?}");
            assert_eq!(observed.reads, *reads, "{scopes:?}");
        }
    }

    #[tokio::test]
    async fn is_the_same_however_many_threads_look() {
        let folder = tempfile::tempdir().unwrap();
        for number in 0..200 {
            make(
                folder.path(),
                &[&format!("{}/{}/{number}", number % 7, number % 31)],
            );
        }
        let mut pictures = Vec::new();
        for concurrency in [1, 2, 8] {
            let limits = Limits {
                concurrency: NonZeroUsize::new(concurrency).unwrap(),
                ..Limits::default()
            };
            let observed = look(folder.path(), &[scope("a:/", Reach::Subtree)], limits)
                .await
                .unwrap();
            pictures.push(format!("{:?}", observed.world));
        }
        assert!(pictures.windows(2).all(|pair| pair[0] == pair[1]));
    }

    #[tokio::test]
    async fn a_limit_is_an_error_and_never_a_smaller_tree() {
        let folder = tempfile::tempdir().unwrap();
        make(folder.path(), &["x/y/1", "x/y/2", "x/y/3"]);
        let scopes = [scope("a:/", Reach::Subtree)];
        let few = Limits {
            entries: 4,
            ..Limits::default()
        };
        let error = look(folder.path(), &scopes, few).await.unwrap_err();
        assert!(matches!(error, ObserveError::TooMany(at, 4) if at.path.as_str() == "/x/y"));
        let shallow = Limits {
            depth: 2,
            ..Limits::default()
        };
        let error = look(folder.path(), &scopes, shallow).await.unwrap_err();
        assert!(matches!(error, ObserveError::TooDeep(at, 2) if at.path.as_str() == "/x/y"));
        let error = look(
            folder.path(),
            &[scope("b:/", Reach::Subtree)],
            Limits::default(),
        )
        .await
        .unwrap_err();
        assert!(matches!(error, ObserveError::Provider { .. }), "{error}");
    }

    #[tokio::test]
    async fn notes_are_kept_up_to_a_number_and_counted() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["1", "2", "3"] {
            std::os::unix::fs::symlink("nowhere", folder.path().join(name)).unwrap();
        }
        let limits = Limits {
            notes: 2,
            ..Limits::default()
        };
        let scopes = [scope("a:/", Reach::Subtree)];
        let observed = look(folder.path(), &scopes, limits).await.unwrap();
        assert_eq!(
            observed.notes,
            [
                "`a:/1` is a symbolic link and is left alone",
                "`a:/2` is a symbolic link and is left alone"
            ]
        );
        assert_eq!(observed.notes_left_out, 1);
    }
}
