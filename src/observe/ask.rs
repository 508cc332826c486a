//! Entries by their ids, with the folders above them up to the root, so that their paths are
//! proven and not remembered.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use tokio::task::JoinSet;

use super::demand::Demand;
use super::observe::{Limits, Progress};
use super::split::{Asked, Split};
use crate::provider::{ErrorKind, Provider, ProviderError, SeekRequest, SpacePage};
use crate::tree::{
    Entry, EntryId, EntryIndex, EntryKind, EntryPath, IdRef, Listing, SpaceAlias, Tree,
};

/// What asking came to.
#[derive(Debug, Default)]
pub(super) struct Answered {
    /// The entries at the places where they are now; `None` where the replies make no tree.
    pub(super) tree: Option<Tree>,
    /// How many calls it took.
    pub(super) reads: u64,
}

/// Asks for entries and for the folders above them.
pub(super) struct Asking<'a> {
    pub(super) provider: &'a Arc<dyn Provider>,
    pub(super) space: &'a SpaceAlias,
    /// The most ids of one call.
    pub(super) batch: u32,
    pub(super) limits: Limits,
    pub(super) watch: &'a (dyn Fn(Progress) + Send + Sync),
}

/// An entry that was found, and the id of its folder; `None` at the root.
#[derive(Debug)]
struct Found {
    page: usize,
    position: usize,
    folder: Option<EntryId>,
}

/// What was found so far, by id.
#[derive(Debug, Default)]
struct Finds {
    pages: Vec<Listing>,
    by_id: BTreeMap<EntryId, Found>,
}

/// An id to ask for, with how many folders below it led to it, and the path that is expected.
type Open = (EntryPath, (EntryId, usize));

impl Asking<'_> {
    /// Asks until the way up to the root is known of everything that is there.
    ///
    /// A reply that fails, or that makes no sense, ends in no tree: whoever asks lists instead, and
    /// a listing tells what is wrong.
    pub(super) async fn ask(self, split: &Split, demand: &Demand) -> Answered {
        let mut answered = Answered::default();
        match self.find(split, &mut answered.reads).await {
            Ok(finds) => answered.tree = finds.into_tree(demand, self.limits.depth),
            Err(error) => {
                tracing::debug!(space = %self.space, %error, "asking by id failed; listed instead");
            }
        }
        answered
    }

    async fn find(&self, split: &Split, reads: &mut u64) -> Result<Finds, ProviderError> {
        let mut agenda = split.agenda(|id| (id.clone(), 0));
        let mut met = split.ids();
        let mut finds = Finds::default();
        loop {
            let size = self.batch.max(1) as usize;
            let wave = agenda.next(size);
            if wave.is_empty() {
                return Ok(finds);
            }
            let asked: BTreeMap<&EntryId, (&EntryPath, usize)> = (wave.iter())
                .map(|(path, (id, height))| (id, (path, *height)))
                .collect();
            for page in self.call(wave.chunks(size)).await? {
                *reads += 1;
                for (id, folder) in finds.take(page)? {
                    let (path, height) = asked.get(&id).ok_or_else(not_asked_for)?;
                    let Some(folder) = folder.filter(|folder| met.insert(folder.clone())) else {
                        continue;
                    };
                    if *height >= self.limits.depth {
                        return Err(senseless("folders lie in folders without an end"));
                    }
                    let above = path.parent().unwrap_or_else(EntryPath::root);
                    agenda.push(above, (folder, height + 1));
                }
            }
            (self.watch)(Progress {
                folders: 0,
                entries: finds.by_id.len() as u64,
            });
        }
    }

    /// Makes calls at one time; what they tell comes in the order of the calls.
    async fn call(
        &self,
        chunks: impl Iterator<Item = &[Open]>,
    ) -> Result<Vec<SpacePage>, ProviderError> {
        let mut calls = JoinSet::new();
        for (number, chunk) in chunks.enumerate() {
            let provider = Arc::clone(self.provider);
            let request = SeekRequest {
                space: self.space.clone(),
                ids: chunk.iter().map(|(_, (id, _))| id.clone()).collect(),
            };
            calls.spawn(async move { (number, provider.seek(&request).await) });
        }
        let mut pages = BTreeMap::new();
        while let Some(ended) = calls.join_next().await {
            let (number, page) = ended.map_err(|_| senseless("a call broke off"))?;
            pages.insert(number, page?);
        }
        Ok(pages.into_values().collect())
    }
}

impl Finds {
    /// Takes what one call told; the ids that came, each with that of its folder.
    fn take(&mut self, page: SpacePage) -> Result<Vec<(EntryId, Option<EntryId>)>, ProviderError> {
        if page.listing.len() != page.parents.len() {
            return Err(senseless("a reply does not name a folder for each entry"));
        }
        let mut came = Vec::new();
        for (position, folder) in page.parents.into_iter().enumerate() {
            let id = page.listing.entry(position).id.to_id();
            let id = id.ok_or_else(|| senseless("an entry has no id"))?;
            came.push((id.clone(), folder.clone()));
            let page = self.pages.len();
            let found = Found {
                page,
                position,
                folder,
            };
            self.by_id.insert(id, found);
        }
        self.pages.push(page.listing);
        Ok(came)
    }

    fn entry(&self, found: &Found) -> Entry<'_> {
        self.pages[found.page].entry(found.position)
    }

    /// The entries at their places, as far as a listing of what is needed would show them. What
    /// lies below something that was not found is nowhere.
    fn into_tree(self, demand: &Demand, deepest: usize) -> Option<Tree> {
        let mut members: BTreeMap<Option<&EntryId>, Vec<&Found>> = BTreeMap::new();
        for found in self.by_id.values() {
            members
                .entry(found.folder.as_ref())
                .or_default()
                .push(found);
        }
        let mut tree = Tree::new();
        let mut open: VecDeque<(EntryIndex, Option<EntryId>, EntryPath)> = VecDeque::new();
        open.push_back((tree.root(), None, EntryPath::root()));
        while let Some((folder, id, path)) = open.pop_front() {
            let held = members.get(&id.as_ref()).map_or(&[][..], Vec::as_slice);
            if held.is_empty() || !demand.reaches_into(&path) || path.depth() >= deepest {
                continue;
            }
            let mut part = Listing::new();
            held.iter().for_each(|found| part.push(&self.entry(found)));
            tree.attach_part(folder, part).ok()?;
            for child in tree.children(folder) {
                if tree.kind(child) == EntryKind::Folder {
                    let path = path.join_trusted(tree.name(child));
                    open.push_back((child, tree.id(child), path));
                }
            }
        }
        Some(tree)
    }
}

/// Whether an entry is where it was expected, and the same.
pub(super) fn is_in_place(tree: &Tree, path: &EntryPath, asked: &Asked) -> bool {
    tree.find(path).is_some_and(|entry| {
        let same_id = tree.id_ref(entry) == IdRef::from_text(asked.id.as_str());
        same_id && tree.kind(entry) == asked.kind
    })
}

fn not_asked_for() -> ProviderError {
    senseless("a reply speaks of an entry that was not asked for")
}

fn senseless(why: &str) -> ProviderError {
    ProviderError::passing(ErrorKind::InvalidReply, why.to_owned())
}
