//! Entries below one another: the tree that every drive in memory keeps.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

/// All entries of a space, its root included. Every entry but the root has a parent in it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Tree<E> {
    entries: BTreeMap<EntryId, E>,
    /// The children of each folder that has some, by folded name.
    children: BTreeMap<EntryId, BTreeSet<(String, EntryId)>>,
}

/// The id of an entry inside its space.
pub(crate) type EntryId = u64;

/// The id of every space's root folder.
pub(crate) const ROOT: EntryId = 0;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Kind {
    File,
    Folder,
}

impl Kind {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Folder => "folder",
        }
    }
}

/// What a tree must know of an entry.
pub(crate) trait Node {
    fn id(&self) -> EntryId;
    fn parent(&self) -> EntryId;
    fn name(&self) -> &str;
    fn kind(&self) -> Kind;
    /// In bytes; 0 for folders.
    fn size(&self) -> u64;
    /// Notes another parent and name.
    fn settle(&mut self, parent: EntryId, name: &str);
}

impl<E> Default for Tree<E> {
    fn default() -> Self {
        Self {
            entries: BTreeMap::new(),
            children: BTreeMap::new(),
        }
    }
}

/// The form of a name that is the same for all ways of writing it in capitals or not.
pub(crate) fn folded(name: &str) -> String {
    name.to_lowercase()
}

impl<E: Node> Tree<E> {
    pub(crate) fn get(&self, id: EntryId) -> Option<&E> {
        self.entries.get(&id)
    }

    /// An entry to change in place; its name and parent are changed by [`Tree::place`] alone.
    pub(crate) fn get_mut(&mut self, id: EntryId) -> Option<&mut E> {
        self.entries.get_mut(&id)
    }

    pub(crate) fn entries(&self) -> impl Iterator<Item = &E> {
        self.entries.values()
    }

    /// A folder's direct children by folded name.
    pub(crate) fn children(&self, folder: EntryId) -> impl Iterator<Item = &E> {
        let children = self.children.get(&folder).into_iter().flatten();
        children.filter_map(|(_, id)| self.entries.get(id))
    }

    pub(crate) fn has_children(&self, id: EntryId) -> bool {
        self.children.contains_key(&id)
    }

    /// A folder's children whose names fold to the same as this one.
    pub(crate) fn alike(&self, folder: EntryId, name: &str) -> impl Iterator<Item = &E> {
        let key = folded(name);
        let range = (key.clone(), ROOT)..=(key, EntryId::MAX);
        let children = self.children.get(&folder).into_iter();
        children
            .flat_map(move |children| children.range(range.clone()))
            .filter_map(|(_, id)| self.entries.get(id))
    }

    pub(crate) fn insert(&mut self, entry: E) {
        if entry.id() != ROOT {
            self.children
                .entry(entry.parent())
                .or_default()
                .insert((folded(entry.name()), entry.id()));
        }
        self.entries.insert(entry.id(), entry);
    }

    /// Takes an entry out; what is below it must be gone already.
    pub(crate) fn remove(&mut self, id: EntryId) -> Option<E> {
        let entry = self.entries.remove(&id)?;
        if let Some(siblings) = self.children.get_mut(&entry.parent()) {
            siblings.remove(&(folded(entry.name()), id));
            if siblings.is_empty() {
                self.children.remove(&entry.parent());
            }
        }
        Some(entry)
    }

    /// Gives an entry another parent and name.
    pub(crate) fn place(&mut self, id: EntryId, parent: EntryId, name: &str) {
        if let Some(mut entry) = self.remove(id) {
            entry.settle(parent, name);
            self.insert(entry);
        }
    }

    /// Everything below an entry, parents before their children.
    pub(crate) fn below(&self, id: EntryId) -> Vec<EntryId> {
        let mut found = Vec::new();
        let mut open: Vec<EntryId> = self.children(id).map(|child| child.id()).collect();
        open.reverse();
        while let Some(next) = open.pop() {
            found.push(next);
            let children = self.children(next).map(|child| child.id());
            let before = open.len();
            open.extend(children);
            open[before..].reverse();
        }
        found
    }

    /// Takes an entry out with everything below it, parents before their children.
    pub(crate) fn remove_all(&mut self, id: EntryId) -> Vec<E> {
        let mut ids = vec![id];
        ids.extend(self.below(id));
        let removed = ids.iter().rev().filter_map(|id| self.remove(*id));
        let mut entries: Vec<E> = removed.collect();
        entries.reverse();
        entries
    }

    /// Whether an entry is that folder or below it.
    pub(crate) fn is_within(&self, id: EntryId, folder: EntryId) -> bool {
        self.chain(id).any(|above| above.id() == folder)
    }

    /// The entry and all folders above it, the root last.
    pub(crate) fn chain(&self, id: EntryId) -> impl Iterator<Item = &E> {
        std::iter::successors(self.get(id), |entry| {
            (entry.id() != ROOT)
                .then(|| self.get(entry.parent()))
                .flatten()
        })
    }

    /// The path with a slash before each name; the root's is a slash.
    pub(crate) fn path(&self, id: EntryId) -> String {
        let names: Vec<&str> = self
            .chain(id)
            .filter(|entry| entry.id() != ROOT)
            .map(|entry| entry.name())
            .collect();
        let mut path = String::new();
        for name in names.iter().rev() {
            path.push('/');
            path.push_str(name);
        }
        if path.is_empty() {
            "/".to_owned()
        } else {
            path
        }
    }

    /// How many levels an entry and what is below it make; 1 for a file.
    pub(crate) fn height(&self, id: EntryId) -> usize {
        let base = self.chain(id).count();
        let below = self.below(id).into_iter();
        let deepest = below.map(|id| self.chain(id).count()).max();
        deepest.unwrap_or(base) + 1 - base
    }

    /// The bytes of an entry and everything below it.
    pub(crate) fn bytes(&self, id: EntryId) -> u64 {
        let below = self.below(id).into_iter().chain([id]);
        below
            .filter_map(|id| self.get(id))
            .map(|entry| entry.size())
            .sum()
    }

    pub(crate) fn is_folder(&self, id: EntryId) -> bool {
        self.get(id)
            .is_some_and(|entry| entry.kind() == Kind::Folder)
    }
}
