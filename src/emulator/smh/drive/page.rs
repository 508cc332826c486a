//! What a list shows: order, filter, and one page of it.

use std::cmp::Ordering;

use super::entry::{Entry, Kind};
use super::space::Space;
use crate::emulator::smh::error::Code;
use crate::emulator::tree::Node;

/// Most entries of one page.
pub(crate) const LARGEST_PAGE: usize = 1000;
/// The entries of a page where nothing is said.
pub(crate) const USUAL_PAGE: usize = 20;

/// What a list is asked for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ListOrder {
    pub(crate) by: OrderBy,
    pub(crate) direction: Direction,
    pub(crate) filter: Option<Kind>,
    pub(crate) mixture: Mixture,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OrderBy {
    Name,
    Modification,
    Creation,
    LocalModification,
    LocalCreation,
    Size,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    Ascending,
    Descending,
}

/// Whether directories stand before files or among them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mixture {
    DirectoriesFirst,
    Union,
}

impl OrderBy {
    pub(crate) fn parse(word: &str) -> Result<Self, Code> {
        match word {
            "name" => Ok(Self::Name),
            "modificationTime" => Ok(Self::Modification),
            "creationTime" => Ok(Self::Creation),
            "localModificationTime" => Ok(Self::LocalModification),
            "localCreationTime" => Ok(Self::LocalCreation),
            "size" => Ok(Self::Size),
            _ => Err(Code::OrderByNotAllowed),
        }
    }
}

impl Direction {
    pub(crate) fn parse(word: &str) -> Result<Self, Code> {
        match word {
            "asc" => Ok(Self::Ascending),
            "desc" => Ok(Self::Descending),
            _ => Err(Code::OrderByTypeNotAllowed),
        }
    }
}

/// Where a page begins in its list, and how long it is at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cut {
    pub(crate) start: usize,
    pub(crate) length: usize,
}

impl Cut {
    /// The entries of the page, and where the next one begins if there is one.
    pub(crate) fn of<'a, T>(&self, all: &'a [T]) -> (&'a [T], Option<usize>) {
        let start = self.start.min(all.len());
        let end = start.saturating_add(self.length).min(all.len());
        let next = (end < all.len()).then_some(end);
        (&all[start..end], next)
    }
}

impl Space {
    /// All entries of a directory that a list shows, in its order.
    pub(crate) fn listed(&self, folder: &Entry, order: ListOrder) -> Vec<&Entry> {
        let children = self.tree.children(folder.id);
        let shown = children.filter(|entry| order.filter.is_none_or(|kind| kind == entry.kind()));
        let mut entries: Vec<&Entry> = shown.collect();
        entries.sort_by(|one, other| compared(one, other, order));
        entries
    }

    /// How many files and how many directories are directly in a directory.
    pub(crate) fn counts(&self, folder: &Entry) -> (usize, usize) {
        let files = self.tree.children(folder.id);
        let files = files.filter(|entry| entry.kind() == Kind::File).count();
        (files, self.tree.children(folder.id).count() - files)
    }
}

fn compared(one: &Entry, other: &Entry, order: ListOrder) -> Ordering {
    let rank = |entry: &Entry| match (order.mixture, entry.kind()) {
        (Mixture::Union, _) | (_, Kind::Folder) => 0,
        (Mixture::DirectoriesFirst, Kind::File) => 1,
    };
    let by = match order.by {
        OrderBy::Name => Ordering::Equal,
        OrderBy::Modification => one.modified.cmp(&other.modified),
        OrderBy::Creation => one.created.cmp(&other.created),
        OrderBy::Size => one.size().cmp(&other.size()),
        OrderBy::LocalModification => {
            let time = |entry: &Entry| entry.details.local_modification_time.clone();
            time(one).cmp(&time(other))
        }
        OrderBy::LocalCreation => {
            let time = |entry: &Entry| entry.details.local_creation_time.clone();
            time(one).cmp(&time(other))
        }
    };
    let by = by.then_with(|| one.name.cmp(&other.name));
    let by = match order.direction {
        Direction::Ascending => by,
        Direction::Descending => by.reverse(),
    };
    rank(one).cmp(&rank(other)).then(by)
}
