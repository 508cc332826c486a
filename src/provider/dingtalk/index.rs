//! Which folder has which id, as far as anybody has seen in this process.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::wire::Id;
use crate::tree::{EntryPath, SpaceAlias};

/// The folders that were listed, asked for, made or moved, each by its parent's id and its name.
/// Moving one folder moves everything below it without a word about the rest.
///
/// It is a memory of what was true once. An id that turns out to be wrong is forgotten and looked
/// for again.
#[derive(Debug, Default)]
pub(super) struct Index {
    spaces: Mutex<BTreeMap<SpaceAlias, Folders>>,
}

#[derive(Debug, Default)]
struct Folders {
    ids: BTreeMap<Link, Id>,
    links: BTreeMap<Id, Link>,
}

/// A folder's place: the id of its parent and its name.
type Link = (Id, String);

impl Index {
    /// A folder is at this place now, and nowhere else.
    pub(super) fn learn(&self, space: &SpaceAlias, parent: &Id, name: &str, id: &Id) {
        let mut spaces = self.lock();
        let folders = spaces.entry(space.clone()).or_default();
        folders.forget(id);
        let link = (parent.clone(), name.to_owned());
        if let Some(former) = folders.ids.insert(link.clone(), id.clone()) {
            folders.links.remove(&former);
        }
        folders.links.insert(id.clone(), link);
    }

    /// A folder is no longer where it was.
    pub(super) fn forget(&self, space: &SpaceAlias, id: &Id) {
        if let Some(folders) = self.lock().get_mut(space) {
            folders.forget(id);
        }
    }

    /// The folder of that name in a folder.
    pub(super) fn child(&self, space: &SpaceAlias, parent: &Id, name: &str) -> Option<Id> {
        let spaces = self.lock();
        let link = (parent.clone(), name.to_owned());
        spaces.get(space)?.ids.get(&link).cloned()
    }

    /// The ids of the folders on the way from the root down to a path, the root first, as far as
    /// they are known.
    pub(super) fn way(&self, space: &SpaceAlias, path: &EntryPath) -> Vec<Id> {
        let mut way = vec![Id::root()];
        for name in path.segments() {
            let Some(next) = way.last().and_then(|last| self.child(space, last, name)) else {
                break;
            };
            way.push(next);
        }
        way
    }

    /// The folder that a folder is in.
    pub(super) fn parent(&self, space: &SpaceAlias, id: &Id) -> Option<Id> {
        let spaces = self.lock();
        let (parent, _) = spaces.get(space)?.links.get(id)?;
        Some(parent.clone())
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<SpaceAlias, Folders>> {
        self.spaces.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Folders {
    fn forget(&mut self, id: &Id) {
        if let Some(link) = self.links.remove(id) {
            self.ids.remove(&link);
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
    use super::*;

    fn id(text: &str) -> Id {
        Id::new(text).unwrap()
    }

    #[test]
    fn folders_are_found_where_they_were_seen_last() {
        let (index, space) = (Index::default(), SpaceAlias::parse("a").unwrap());
        let way = |path: &str| {
            let way = index.way(&space, &EntryPath::parse(path).unwrap());
            let texts: Vec<String> = way.iter().map(Id::to_string).collect();
            texts.join(" ")
        };
        index.learn(&space, &id("0"), "x", &id("1"));
        index.learn(&space, &id("1"), "y", &id("2"));
        index.learn(&space, &id("2"), "z", &id("3"));
        assert_eq!(way("/x/y/z"), "0 1 2 3");
        assert_eq!(way("/x/no/z"), "0 1");
        assert_eq!(way("/"), "0");
        // A move of the middle takes along what is below.
        index.learn(&space, &id("0"), "w", &id("2"));
        assert_eq!(way("/x/y/z"), "0 1");
        assert_eq!(way("/w/z"), "0 2 3");
        assert_eq!(index.parent(&space, &id("3")), Some(id("2")));
        // Another folder took the name.
        index.learn(&space, &id("0"), "w", &id("9"));
        assert_eq!(way("/w/z"), "0 9");
        index.forget(&space, &id("2"));
        index.forget(&space, &id("9"));
        assert_eq!(way("/w"), "0");
        let other = SpaceAlias::parse("b").unwrap();
        assert_eq!(index.way(&other, &EntryPath::parse("/x").unwrap()).len(), 1);
    }
}
