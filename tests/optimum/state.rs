//! Where every entry is at one moment of a search.

use reshelve::tree::EntryKind;

use crate::task::{ROOTS, Role, Task};

/// The most entries of a search.
pub(crate) const MOST: usize = 24;

/// The number of an entry.
pub(crate) type NodeId = u8;

/// The number of a name; from `FRESH` on those that only the search gives.
pub(crate) type Name = u16;

/// The first of the names that nothing has: one for each entry.
pub(crate) const FRESH: Name = 0x8000;

const NOWHERE: NodeId = NodeId::MAX;

/// Folder and name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Spot {
    pub(crate) folder: NodeId,
    pub(crate) name: Name,
}

/// Where every entry is, and how many stops there were.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct State {
    pub(crate) at: [Spot; MOST],
    pub(crate) stops: u8,
}

impl Spot {
    pub(crate) const ABSENT: Self = Self {
        folder: NOWHERE,
        name: 0,
    };
}

impl State {
    pub(crate) fn empty() -> Self {
        Self {
            at: [Spot::ABSENT; MOST],
            stops: 0,
        }
    }

    pub(crate) fn spot(&self, id: NodeId) -> Spot {
        self.at[id as usize]
    }

    pub(crate) fn is_there(&self, id: NodeId) -> bool {
        usize::from(id) < ROOTS.len() || self.spot(id) != Spot::ABSENT
    }

    /// The entry at a spot.
    pub(crate) fn find(&self, spot: Spot) -> Option<NodeId> {
        let found = self.at.iter().position(|at| *at == spot);
        found.map(|id| id as NodeId)
    }

    /// The folders above an entry, the nearest first.
    pub(crate) fn above(&self, id: NodeId) -> impl Iterator<Item = NodeId> {
        let next = |id: &NodeId| {
            let folder = self.spot(*id).folder;
            (folder != NOWHERE).then_some(folder)
        };
        std::iter::successors(next(&id), next)
    }

    pub(crate) fn is_below(&self, id: NodeId, folder: NodeId) -> bool {
        self.above(id).any(|above| above == folder)
    }

    /// The root of the space that holds an entry.
    pub(crate) fn space(&self, id: NodeId) -> NodeId {
        self.above(id).last().unwrap_or(id)
    }

    /// Whether an entry is where the goal has it in its folder.
    pub(crate) fn is_placed(&self, task: &Task, id: NodeId) -> bool {
        task.node(id).goal == Some(self.spot(id))
    }

    /// Whether a folder is there, at the path that it has in the end.
    pub(crate) fn is_settled(&self, task: &Task, folder: NodeId) -> bool {
        let is_root = |id: NodeId| task.node(id).role == Role::Root;
        let placed = |id: NodeId| is_root(id) || self.is_placed(task, id);
        self.is_there(folder) && placed(folder) && self.above(folder).all(placed)
    }

    /// Whether a folder holds nothing but what the goal has in it.
    pub(crate) fn shows_nothing_else(&self, task: &Task, folder: NodeId) -> bool {
        let mut below = task.ids().filter(|id| self.is_below(*id, folder));
        task.node(folder).kind != EntryKind::Folder || below.all(|id| self.is_placed(task, id))
    }

    /// Where an entry is, as text.
    pub(crate) fn path(&self, task: &Task, id: NodeId) -> String {
        if let Some(root) = ROOTS.get(usize::from(id)) {
            return (*root).to_owned();
        }
        path_of(self, task, self.spot(id))
    }
}

/// A spot as text.
pub(crate) fn path_of(state: &State, task: &Task, spot: Spot) -> String {
    let folder = state.path(task, spot.folder);
    format!(
        "{}/{}",
        folder.trim_end_matches('/'),
        task.texts.text(spot.name)
    )
}
