//! Folders that are wished for, and those on the way to what is.

use super::diff::Comparison;
use super::operation::Reason;
use crate::tree::{Address, EntryKind};

impl Comparison<'_, '_> {
    /// A folder that somebody wishes for.
    pub(super) fn folder_wish(&mut self, placement: usize, target: &Address) {
        if !self.parents(placement, target) || self.folders.contains(target) {
            return;
        }
        match self.find(target) {
            Some(node) if self.context.world.kind(node) == EntryKind::Folder => {
                self.adopt_folder(placement, None, node, target);
            }
            Some(_) => self.blocked(placement, target),
            None => self.make_folder(placement, target.clone(), None, Reason::Missing, None),
        }
    }

    /// Sees to it that all folders on the way to a target are there or will be made. `false`
    /// where something else stands in the way.
    pub(super) fn parents(&mut self, placement: usize, target: &Address) -> bool {
        let parent = target
            .path
            .parent()
            .map(|path| (target.space.clone(), path));
        if parent.is_some() && parent == self.reachable {
            return true;
        }
        for path in target.path.ancestors() {
            let folder = Address::new(target.space.clone(), path);
            if self.folders.contains(&folder) {
                continue;
            }
            if self.taken.contains(&folder) {
                self.blocked(placement, &folder);
                return false;
            }
            match self.find(&folder) {
                Some(node) if self.context.world.kind(node) == EntryKind::Folder => {}
                Some(_) => {
                    self.blocked(placement, &folder);
                    return false;
                }
                None => self.make_folder(placement, folder, None, Reason::Parent, None),
            }
        }
        self.reachable = parent;
        true
    }
}
