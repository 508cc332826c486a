//! The model of all spaces of a run: what was observed, plus edits.
//!
//! Both the desired world and the simulated one are the observed world with edits on top, so that
//! neither costs a second copy of a million entries and comparing them is a walk over the edits.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::state::Seen;
use crate::tree::{
    Address, Attributes, Entry, EntryIndex, EntryKind, EntryPath, IdRef, Listing, ObservedWorld,
    SpaceAlias, Tree,
};

/// The spaces of a run with edits on top of what was observed.
#[derive(Debug, Clone)]
pub struct World {
    aliases: Vec<SpaceAlias>,
    trees: Vec<Arc<Tree>>,
    made: Vec<Made>,
    edits: BTreeMap<Node, FolderEdit>,
}

/// An entry of a world. It keeps its identity when it is moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Node {
    /// The space in which it was observed, or `MADE`.
    origin: u32,
    /// Its place in the tree of that space, or among the entries that were made.
    slot: Slot,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Slot {
    Observed(EntryIndex),
    Made(u32),
}

/// An entry that was not observed: a new folder, or a copy.
#[derive(Debug, Clone)]
struct Made {
    kind: EntryKind,
    /// The observed entry whose content it has; `None` for new folders.
    content: Option<Node>,
}

#[derive(Debug, Clone, Default)]
struct FolderEdit {
    gone: BTreeSet<EntryIndex>,
    come: BTreeMap<Box<str>, Node>,
}

impl World {
    /// The world as it was observed.
    pub fn new(observed: &ObservedWorld) -> Self {
        Self {
            aliases: observed.spaces.keys().cloned().collect(),
            trees: observed
                .spaces
                .values()
                .map(|space| Arc::clone(&space.tree))
                .collect(),
            made: Vec::new(),
            edits: BTreeMap::new(),
        }
    }

    /// The root of a space.
    pub fn root(&self, space: &SpaceAlias) -> Option<Node> {
        let origin = self.aliases.binary_search(space).ok()?;
        Some(Node {
            origin: origin as u32,
            slot: Slot::Observed(self.trees[origin].root()),
        })
    }

    /// The aliases of all spaces, in order.
    pub fn spaces(&self) -> &[SpaceAlias] {
        &self.aliases
    }

    /// The entry at an address.
    pub fn find(&self, address: &Address) -> Option<Node> {
        address
            .path
            .segments()
            .try_fold(self.root(&address.space)?, |folder, name| {
                self.child(folder, name)
            })
    }

    /// The entry called `name` in a folder.
    pub fn child(&self, folder: Node, name: &str) -> Option<Node> {
        let edit = self.edits.get(&folder);
        if let Some(node) = edit.and_then(|edit| edit.come.get(name)) {
            return Some(*node);
        }
        let Slot::Observed(entry) = folder.slot else {
            return None;
        };
        let child = self.tree(folder).child(entry, name)?;
        let gone = edit.is_some_and(|edit| edit.gone.contains(&child));
        (!gone).then_some(Node {
            origin: folder.origin,
            slot: Slot::Observed(child),
        })
    }

    /// What a folder holds, in the order of names.
    pub fn children(&self, folder: Node) -> Vec<(&str, Node)> {
        let mut children = Vec::new();
        self.for_each_child(folder, |name, node| children.push((name, node)));
        children
    }

    /// Visits what a folder holds, in the order of names, without an allocation.
    pub fn for_each_child<'a>(&'a self, folder: Node, mut visit: impl FnMut(&'a str, Node)) {
        let edit = self.edits.get(&folder);
        let mut come = edit.map(|edit| edit.come.iter().peekable());
        if let Slot::Observed(entry) = folder.slot {
            let tree = self.tree(folder);
            for child in tree.children(entry) {
                let name = tree.name(child);
                if let (Some(edit), Some(come)) = (edit, come.as_mut()) {
                    while let Some((earlier, node)) = come.next_if(|(next, _)| &***next < name) {
                        visit(earlier, *node);
                    }
                    if edit.gone.contains(&child) {
                        continue;
                    }
                }
                visit(
                    name,
                    Node {
                        origin: folder.origin,
                        slot: Slot::Observed(child),
                    },
                );
            }
        }
        for (name, node) in come.into_iter().flatten() {
            visit(name, *node);
        }
    }

    /// What a folder holds, in the order of names, each with the entry of the same name in
    /// another folder: a merge, because both are in order.
    pub(super) fn paired_children(
        &self,
        folder: Node,
        other: Option<Node>,
    ) -> impl Iterator<Item = (&str, Node, Option<Node>)> {
        let others = other.map(|other| self.children(other)).unwrap_or_default();
        let mut others = others.into_iter().peekable();
        self.children(folder).into_iter().map(move |(name, node)| {
            while others.next_if(|(earlier, _)| *earlier < name).is_some() {}
            let found = others.next_if(|(next, _)| *next == name);
            (name, node, found.map(|(_, node)| node))
        })
    }

    /// What an entry is.
    pub fn kind(&self, node: Node) -> EntryKind {
        match node.slot {
            Slot::Observed(entry) => self.tree(node).kind(entry),
            Slot::Made(made) => self.made[made as usize].kind,
        }
    }

    /// The observed entry whose content this one has; `None` for a folder that was made.
    pub fn content(&self, node: Node) -> Option<Node> {
        match node.slot {
            Slot::Observed(_) => Some(node),
            Slot::Made(made) => self.made[made as usize].content,
        }
    }

    /// The tree and index of the observed entry whose content this one has.
    pub(crate) fn observed(&self, node: Node) -> Option<(&Tree, EntryIndex)> {
        let content = self.content(node)?;
        match content.slot {
            Slot::Observed(entry) => Some((self.tree(content), entry)),
            Slot::Made(_) => None,
        }
    }

    /// The index of an entry that was observed in this very place, and is no copy.
    pub(crate) fn observed_index(&self, node: Node) -> Option<EntryIndex> {
        match node.slot {
            Slot::Observed(entry) => Some(entry),
            Slot::Made(_) => None,
        }
    }

    /// Whether the content of a folder is known; always for folders that were made.
    pub fn is_listed(&self, node: Node) -> bool {
        match node.slot {
            Slot::Observed(entry) => self.tree(node).is_listed(entry),
            Slot::Made(_) => true,
        }
    }

    /// The size of an entry's content in bytes.
    pub fn size(&self, node: Node) -> u64 {
        self.observed(node)
            .map_or(0, |(tree, entry)| tree.size(entry))
    }

    /// Id and attributes of an entry. A copy has those of its source, and no id.
    pub fn seen(&self, node: Node) -> Seen {
        let attributes = self
            .observed(node)
            .map_or_else(Attributes::default, |(tree, entry)| tree.attributes(entry));
        let id = match node.slot {
            Slot::Observed(entry) => self.tree(node).id(entry),
            Slot::Made(_) => None,
        };
        Seen { id, attributes }
    }

    /// The content of a folder as a service would list it; `None` where there is no folder.
    pub fn listing(&self, space: &SpaceAlias, folder: &EntryPath) -> Option<Listing> {
        let folder = self.find(&Address::new(space.clone(), folder.clone()))?;
        if self.kind(folder) != EntryKind::Folder {
            return None;
        }
        let mut listing = Listing::new();
        self.for_each_child(folder, |name, node| listing.push(&self.entry(name, node)));
        Some(listing)
    }

    fn entry<'a>(&'a self, name: &'a str, node: Node) -> Entry<'a> {
        match (node.slot, self.observed(node)) {
            (Slot::Observed(_), Some((tree, entry))) => Entry {
                name,
                ..tree.entry(entry)
            },
            (_, Some((tree, entry))) => Entry {
                name,
                id: IdRef::None,
                ..tree.entry(entry)
            },
            (_, None) => Entry {
                name,
                kind: self.kind(node),
                id: IdRef::None,
                size: 0,
                modified: Attributes::default().modified,
                version: 0,
                fingerprint: None,
            },
        }
    }

    /// Visits an entry and everything below it, parents first, siblings in the order of names.
    pub fn walk(&self, node: Node, mut visit: impl FnMut(&EntryPath, Node)) {
        let mut open = vec![(EntryPath::root(), node)];
        while let Some((path, next)) = open.pop() {
            visit(&path, next);
            let children = self.children(next);
            open.extend(
                children
                    .into_iter()
                    .rev()
                    .map(|(name, child)| (path.join_trusted(name), child)),
            );
        }
    }

    /// How many entries a whole subtree has, the entry itself counted, and the bytes of its files.
    pub fn measure(&self, node: Node) -> (u64, u64) {
        let (mut entries, mut bytes) = (0, 0);
        let mut open = vec![node];
        while let Some(next) = open.pop() {
            entries += 1;
            bytes += if self.kind(next) == EntryKind::File {
                self.size(next)
            } else {
                0
            };
            self.for_each_child(next, |_, child| open.push(child));
        }
        (entries, bytes)
    }

    /// Puts a new folder under a free name.
    pub(super) fn make_folder(&mut self, parent: Node, name: &str) -> Node {
        let node = self.make(EntryKind::Folder, None);
        self.attach(parent, name, node);
        node
    }

    /// Puts a copy of an entry, with everything below it, under a free name.
    pub(super) fn copy_to(&mut self, source: Node, parent: Node, name: &str) {
        let children: Vec<(Box<str>, Node)> = self
            .children(source)
            .into_iter()
            .map(|(name, node)| (name.into(), node))
            .collect();
        let content = self.content(source);
        let copy = self.make(self.kind(source), content);
        for (name, child) in children {
            self.copy_to(child, copy, &name);
        }
        self.attach(parent, name, copy);
    }

    /// Puts an entry that was detached under a free name.
    pub(super) fn attach(&mut self, parent: Node, name: &str, node: Node) {
        self.edits
            .entry(parent)
            .or_default()
            .come
            .insert(name.into(), node);
    }

    /// Takes an entry out of its folder, with everything below it.
    pub(super) fn detach(&mut self, parent: Node, name: &str) {
        let observed = match parent.slot {
            Slot::Observed(entry) => self.tree(parent).child(entry, name),
            Slot::Made(_) => None,
        };
        let edit = self.edits.entry(parent).or_default();
        if edit.come.remove(name).is_none() {
            edit.gone.extend(observed);
        }
    }

    fn make(&mut self, kind: EntryKind, content: Option<Node>) -> Node {
        self.made.push(Made { kind, content });
        Node {
            origin: u32::MAX,
            slot: Slot::Made(self.made.len() as u32 - 1),
        }
    }

    fn tree(&self, node: Node) -> &Tree {
        &self.trees[node.origin as usize]
    }

    /// The folders whose content is not as it was observed.
    pub(super) fn edited_folders(&self) -> impl Iterator<Item = Node> {
        self.edits.keys().copied()
    }

    /// The folder in which an entry was observed.
    pub(super) fn observed_parent(&self, node: Node) -> Option<Node> {
        let parent = self.tree(node).parent(self.observed_index(node)?)?;
        Some(Node {
            origin: node.origin,
            slot: Slot::Observed(parent),
        })
    }
}
