//! Where two worlds over the same observation differ: a walk over their edits.

use std::collections::BTreeSet;

use super::world::{Node, World};
use crate::tree::{Address, EntryKind, EntryPath};

impl World {
    /// The first address at which two worlds over the same observation differ.
    pub fn first_difference(&self, other: &Self) -> Option<Address> {
        let dirty = (self.dirty(), other.dirty());
        self.spaces().iter().find_map(|space| {
            let pair = (self.root(space)?, other.root(space)?);
            let path = self.difference_below(other, &dirty, EntryPath::root(), pair)?;
            Some(Address::new(space.clone(), path))
        })
    }

    fn difference_below(
        &self,
        other: &Self,
        dirty: &(BTreeSet<Node>, BTreeSet<Node>),
        path: EntryPath,
        pair: (Node, Node),
    ) -> Option<EntryPath> {
        let untouched = |(left, right): (Node, Node)| {
            left == right
                && self.observed_index(left).is_some()
                && !dirty.0.contains(&left)
                && !dirty.1.contains(&right)
        };
        let mut open = vec![(path, pair)];
        while let Some((path, (left, right))) = open.pop() {
            if self.kind(left) != other.kind(right) || !self.same_content(other, left, right) {
                return Some(path);
            }
            let (ours, theirs) = (self.children(left), other.children(right));
            if ours.len() != theirs.len() {
                return Some(path);
            }
            for ((our_name, ours), (their_name, theirs)) in ours.into_iter().zip(theirs) {
                if our_name != their_name {
                    return Some(path.join_trusted(our_name.min(their_name)));
                }
                if !untouched((ours, theirs)) {
                    open.push((path.join_trusted(our_name), (ours, theirs)));
                }
            }
        }
        None
    }

    fn same_content(&self, other: &Self, left: Node, right: Node) -> bool {
        self.kind(left) == EntryKind::Folder || self.content(left) == other.content(right)
    }

    /// The observed folders that were edited, and all folders that were observed above them.
    fn dirty(&self) -> BTreeSet<Node> {
        let mut dirty = BTreeSet::new();
        for folder in self.edited_folders() {
            let mut next = Some(folder).filter(|folder| self.observed_index(*folder).is_some());
            while let Some(node) = next.filter(|node| dirty.insert(*node)) {
                next = self.observed_parent(node);
            }
        }
        dirty
    }
}
