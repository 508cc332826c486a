//! What was observed of all spaces of a run.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::path::{Address, SpaceAlias};
use super::tree::{EntryIndex, Tree};

/// What was observed of one space: the folders that placements can reach, completely.
#[derive(Debug, Clone, Default)]
pub struct ObservedSpace {
    /// The entries.
    pub tree: Arc<Tree>,
}

/// What was observed of all spaces of a run.
#[derive(Debug, Clone, Default)]
pub struct ObservedWorld {
    /// The spaces by alias.
    pub spaces: BTreeMap<SpaceAlias, ObservedSpace>,
}

impl ObservedWorld {
    /// The tree of a space; `None` where the run does not know it.
    pub fn tree(&self, space: &SpaceAlias) -> Option<&Tree> {
        self.spaces.get(space).map(|space| &*space.tree)
    }

    /// The entry at an address.
    pub fn find(&self, address: &Address) -> Option<(&Tree, EntryIndex)> {
        let tree = self.tree(&address.space)?;
        Some((tree, tree.find(&address.path)?))
    }

    /// How many entries are held, the roots not counted.
    pub fn len(&self) -> usize {
        self.spaces.values().map(|space| space.tree.len()).sum()
    }

    /// Whether nothing was observed.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
