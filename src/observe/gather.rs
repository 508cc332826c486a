//! From entries that name their folder to a tree: whatever does not fit together is told, and no
//! smaller tree is made of it.

use std::cmp::Ordering;
use std::collections::{BTreeMap, VecDeque};

use super::demand::{Demand, Need};
use crate::tree::{
    Entry, EntryId, EntryIndex, EntryKind, EntryPath, IdRef, Listing, Tree, TreeError,
};

/// The number of the root among the folders that entries name.
const ROOT: u32 = 0;
/// Stands for a spot that holds what another spot holds, too.
const DROPPED: u32 = u32::MAX;

/// The pages of a flat listing, as they came.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    pages: Vec<Listing>,
    spots: Vec<Spot>,
    /// The folders that entries name, by id; the root is none of them.
    numbers: BTreeMap<Key, u32>,
}

/// An entry on a page, and the number of its folder.
#[derive(Debug, Clone, Copy)]
struct Spot {
    page: u32,
    position: u32,
    folder: u32,
}

/// An id that is kept, in the least space.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Number(u64),
    Text(Box<str>),
}

/// Why a flat listing is no tree.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Contradiction {
    /// A page has another number of folders than of entries.
    #[error("a page names {1} folders for {0} entries")]
    Unpaired(usize, usize),
    /// A folder that nothing can be put into.
    #[error("the folder `{0}` has no id")]
    NoId(String),
    /// One entry stands in two places.
    #[error("the entry with the id {0} stands at two places, once called `{1}`")]
    TwoPlaces(EntryId, String),
    /// The folder of an entry never came.
    #[error("`{0}` lies in a folder with the id {1}, which is not listed")]
    Orphan(String, EntryId),
    /// A folder lies in itself.
    #[error("the folder `{0}` lies in itself, or in folders that do")]
    Circle(String),
    /// A folder lies deeper than any that can be placed.
    #[error("`{0}` lies {1} folders deep")]
    TooDeep(EntryPath, usize),
    /// A folder is no part of a tree.
    #[error("the listing of `{0}` makes no sense: {1}")]
    Listing(EntryPath, TreeError),
}

impl Gathered {
    /// How many entries came, those that came twice counted twice.
    pub(super) fn len(&self) -> usize {
        self.spots.len()
    }

    /// Takes a page with the folder of each of its entries.
    pub(super) fn add(
        &mut self,
        mut listing: Listing,
        folders: Vec<Option<EntryId>>,
    ) -> Result<(), Contradiction> {
        if listing.len() != folders.len() {
            return Err(Contradiction::Unpaired(listing.len(), folders.len()));
        }
        let page = self.pages.len() as u32;
        for (position, folder) in (0..).zip(&folders) {
            let folder = match folder {
                None => ROOT,
                Some(id) => {
                    let next = self.numbers.len() as u32 + 1;
                    let key = Key::of(IdRef::from_text(id.as_str()));
                    key.map_or(ROOT, |key| *self.numbers.entry(key).or_insert(next))
                }
            };
            self.spots.push(Spot {
                page,
                position,
                folder,
            });
        }
        listing.shrink();
        self.pages.push(listing);
        Ok(())
    }

    /// The tree of what is needed. All that came must fit together, needed or not.
    pub(super) fn into_tree(
        mut self,
        demand: &Demand,
        deepest: usize,
    ) -> Result<Tree, Contradiction> {
        self.drop_repeats()?;
        let own = self.own_spots()?;
        self.check_reachable(&own)?;
        let members = Members::of(&self.spots, self.numbers.len() + 1);
        Growth {
            gathered: &self,
            members: &members,
            demand,
            deepest,
            tree: Tree::new(),
        }
        .grow()
    }

    fn entry(&self, spot: Spot) -> Entry<'_> {
        self.pages[spot.page as usize].entry(spot.position as usize)
    }

    fn number(&self, id: IdRef<'_>) -> Option<u32> {
        self.numbers.get(&Key::of(id)?).copied()
    }

    fn id_of(&self, number: u32) -> EntryId {
        let key = self.numbers.iter().find(|(_, other)| **other == number);
        key.map_or_else(|| EntryId::new(""), |(key, _)| key.to_id())
    }

    /// An entry that changes while the listing is read comes once more on a later page: what came
    /// last counts.
    fn drop_repeats(&mut self) -> Result<(), Contradiction> {
        let mut order: Vec<u32> = (0..self.spots.len() as u32).collect();
        let spot = |index: u32| self.spots[index as usize];
        let id = |index: u32| self.entry(spot(index)).id;
        order.sort_unstable_by(|&a, &b| compare(id(a), id(b)).then(a.cmp(&b)));
        let mut dropped = Vec::new();
        for pair in order.windows(2) {
            let (first, second) = (self.entry(spot(pair[0])), self.entry(spot(pair[1])));
            if first.id == IdRef::None || first.id != second.id {
                continue;
            }
            let same_folder = spot(pair[0]).folder == spot(pair[1]).folder;
            if !same_folder || first.name != second.name || first.kind != second.kind {
                let id = first.id.to_id().unwrap_or_else(|| EntryId::new(""));
                return Err(Contradiction::TwoPlaces(id, first.name.to_owned()));
            }
            dropped.push(pair[0]);
        }
        for index in dropped {
            self.spots[index as usize].folder = DROPPED;
        }
        Ok(())
    }

    /// Where each folder stands that entries name, by number; the root stands nowhere.
    fn own_spots(&self) -> Result<Vec<Option<Spot>>, Contradiction> {
        let mut own = vec![None; self.numbers.len() + 1];
        for &spot in self.kept() {
            let entry = self.entry(spot);
            if entry.kind != EntryKind::Folder {
                continue;
            }
            if entry.id == IdRef::None {
                return Err(Contradiction::NoId(entry.name.to_owned()));
            }
            if let Some(number) = self.number(entry.id) {
                own[number as usize] = Some(spot);
            }
        }
        let orphan = self
            .kept()
            .find(|spot| spot.folder != ROOT && own[spot.folder as usize].is_none());
        match orphan {
            None => Ok(own),
            Some(&spot) => {
                let name = self.entry(spot).name.to_owned();
                Err(Contradiction::Orphan(name, self.id_of(spot.folder)))
            }
        }
    }

    fn kept(&self) -> impl Iterator<Item = &Spot> {
        self.spots.iter().filter(|spot| spot.folder != DROPPED)
    }

    /// From every folder the way up ends at the root.
    fn check_reachable(&self, own: &[Option<Spot>]) -> Result<(), Contradiction> {
        let mut reaches = vec![false; own.len()];
        reaches[ROOT as usize] = true;
        for start in 1..own.len() {
            let mut way = Vec::new();
            let mut here = start;
            while !reaches[here] {
                way.push(here);
                let Some(spot) = own[here].filter(|_| way.len() <= own.len()) else {
                    let name = own[start].map(|spot| self.entry(spot).name.to_owned());
                    return Err(Contradiction::Circle(name.unwrap_or_default()));
                };
                here = spot.folder as usize;
            }
            for folder in way {
                reaches[folder] = true;
            }
        }
        Ok(())
    }
}

/// The spots of each folder, side by side.
struct Members {
    /// Where the spots of each folder begin, and where those of the last one end.
    starts: Vec<u32>,
    spots: Vec<u32>,
}

impl Members {
    fn of(spots: &[Spot], folders: usize) -> Self {
        let mut starts = vec![0_u32; folders + 1];
        for spot in spots.iter().filter(|spot| spot.folder != DROPPED) {
            starts[spot.folder as usize + 1] += 1;
        }
        for folder in 0..folders {
            starts[folder + 1] += starts[folder];
        }
        let mut next = starts.clone();
        let mut placed = vec![0; starts[folders] as usize];
        for (index, spot) in (0_u32..).zip(spots) {
            if spot.folder != DROPPED {
                let slot = &mut next[spot.folder as usize];
                placed[*slot as usize] = index;
                *slot += 1;
            }
        }
        Self {
            starts,
            spots: placed,
        }
    }

    fn of_folder(&self, number: u32) -> &[u32] {
        let number = number as usize;
        &self.spots[self.starts[number] as usize..self.starts[number + 1] as usize]
    }
}

/// A tree that grows folder by folder, in the order in which a walk would list them.
struct Growth<'a> {
    gathered: &'a Gathered,
    members: &'a Members,
    demand: &'a Demand,
    deepest: usize,
    tree: Tree,
}

impl Growth<'_> {
    fn grow(mut self) -> Result<Tree, Contradiction> {
        let root = self.tree.root();
        let mut open: VecDeque<(EntryIndex, Option<u32>, Need, usize)> = VecDeque::new();
        if self.demand.must_list(self.demand.root()) {
            open.push_back((root, Some(ROOT), self.demand.root(), 0));
        }
        while let Some((folder, number, need, depth)) = open.pop_front() {
            if depth >= self.deepest {
                return Err(Contradiction::TooDeep(self.tree.path(folder), self.deepest));
            }
            let listing = number.map_or_else(Listing::new, |number| self.listing(number));
            if let Err(error) = self.tree.attach(folder, listing) {
                return Err(Contradiction::Listing(self.tree.path(folder), error));
            }
            for (child, need) in self.demand.needed_in(&self.tree, folder, need) {
                let number = self.gathered.number(self.tree.id_ref(child));
                open.push_back((child, number, need, depth + 1));
            }
        }
        Ok(self.tree)
    }

    fn listing(&self, number: u32) -> Listing {
        let mut listing = Listing::new();
        for &index in self.members.of_folder(number) {
            let spot = self.gathered.spots[index as usize];
            listing.push(&self.gathered.entry(spot));
        }
        listing
    }
}

impl Key {
    fn of(id: IdRef<'_>) -> Option<Self> {
        match id {
            IdRef::None => None,
            IdRef::Number(number) => Some(Self::Number(number)),
            IdRef::Text(text) => Some(Self::Text(text.into())),
        }
    }

    fn to_id(&self) -> EntryId {
        match self {
            Self::Number(number) => EntryId::new(&number.to_string()),
            Self::Text(text) => EntryId::new(text),
        }
    }
}

fn compare(left: IdRef<'_>, right: IdRef<'_>) -> Ordering {
    let parts = |id| match id {
        IdRef::None => (0, 0, ""),
        IdRef::Number(number) => (1, number, ""),
        IdRef::Text(text) => (2, 0, text),
    };
    parts(left).cmp(&parts(right))
}
