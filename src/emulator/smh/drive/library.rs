//! One library: its spaces with everything that happens in them, and the few steps that all
//! changes are made of.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::act::Act;
use super::bin::BinItem;
use super::entry::{Content, Details, Entry, EntryId, ROOT};
use super::space::{Approach, Space};
use super::task::{Task, TaskId};
use super::upload::Upload;
use crate::emulator::chance::Chance;
use crate::emulator::smh::error::Code;
use crate::emulator::tree::{Node, Tree};

/// The id of the space of a library that has one alone.
pub(crate) const ONLY_SPACE: &str = "-";

/// Everything that the service knows of one library.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Library {
    pub(crate) id: String,
    pub(crate) secret: String,
    pub(crate) tenants: Tenants,
    pub(crate) bin: Bin,
    pub(crate) history: History,
    pub(crate) reading: Reading,
    pub(crate) spaces: BTreeMap<String, Space>,
    pub(crate) recycled: BTreeMap<u64, BinItem>,
    pub(crate) tasks: BTreeMap<TaskId, Task>,
    /// The tasks that have not ended.
    pub(crate) running: BTreeSet<TaskId>,
    pub(crate) uploads: BTreeMap<String, Upload>,
    pub(crate) chance: Chance,
    minted: u64,
    /// The number of the last task, item of the bin or quota.
    numbered: u64,
    /// Counts changes.
    pub(crate) revision: u64,
}

/// Whether a library has one space or one for each tenant.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Tenants {
    #[default]
    One,
    Many,
}

/// Whether a library has a recycle bin.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Bin {
    #[default]
    On,
    Off,
}

/// Whether overwriting a file keeps its earlier content.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum History {
    On,
    #[default]
    Off,
}

/// Whether reading needs a token.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Reading {
    #[default]
    Private,
    Public,
}

impl Library {
    /// A library without spaces. The seed decides about ids.
    pub(crate) fn new(id: &str, seed: u64) -> Self {
        Self {
            id: id.to_owned(),
            secret: String::new(),
            tenants: Tenants::default(),
            bin: Bin::default(),
            history: History::default(),
            reading: Reading::default(),
            spaces: BTreeMap::new(),
            recycled: BTreeMap::new(),
            tasks: BTreeMap::new(),
            running: BTreeSet::new(),
            uploads: BTreeMap::new(),
            chance: Chance::new(seed),
            minted: 0,
            numbered: 0,
            revision: 0,
        }
    }

    /// The next number for a task, an item of the bin or a quota.
    pub(crate) fn number(&mut self) -> u64 {
        self.numbered += 1;
        self.numbered
    }

    /// A new inode.
    pub(crate) fn mint_inode(&mut self) -> String {
        format!("{:016x}{:016x}", self.chance.next(), self.chance.next())
    }

    fn mint(&mut self) -> EntryId {
        self.minted += 1;
        self.minted
    }

    pub(crate) fn space(&self, id: &str) -> Result<&Space, Code> {
        self.spaces.get(id).ok_or(Code::SpaceNotFound)
    }

    pub(crate) fn space_mut(&mut self, id: &str) -> Result<&mut Space, Code> {
        self.spaces.get_mut(id).ok_or(Code::SpaceNotFound)
    }

    /// Adds a space with its root.
    pub(crate) fn add_space(&mut self, act: &Act<'_>, id: &str) {
        let space = Space {
            id: id.to_owned(),
            user: act.user.to_owned(),
            created: act.now,
            quota: None,
            tree: Tree::default(),
        };
        self.spaces.insert(id.to_owned(), space);
        let root = self.newborn(act, ROOT, "", None);
        self.put(act, id, Entry { id: ROOT, ..root });
    }

    /// A new entry with an id and an inode of its own; it is not in any tree yet.
    pub(crate) fn newborn(
        &mut self,
        act: &Act<'_>,
        parent: EntryId,
        name: &str,
        content: Option<Content>,
    ) -> Entry {
        Entry {
            id: self.mint(),
            parent,
            name: name.to_owned(),
            inode: self.mint_inode(),
            creator: act.user.to_owned(),
            created: act.now,
            modified: act.now,
            changes: 0,
            content,
            history: Vec::new(),
            details: Details::default(),
        }
    }

    /// What a file holds that somebody writes now.
    pub(crate) fn content(&mut self, act: &Act<'_>, size: u64, crc64: u64) -> Content {
        Content {
            version: self.mint(),
            size,
            crc64,
            tag: format!("\"{:016x}{:016x}\"", self.chance.next(), crc64),
            since: act.now,
            by: act.user.to_owned(),
        }
    }

    /// Puts an entry into a space.
    pub(crate) fn put(&mut self, act: &Act<'_>, space: &str, entry: Entry) {
        self.revision += 1;
        if let Some(space) = self.spaces.get_mut(space) {
            let (id, parent) = (entry.id, entry.parent);
            space.tree.insert(entry);
            if id != ROOT {
                space.child_changed(parent, act);
            }
        }
    }

    /// Takes an entry out of a space with everything below it.
    pub(crate) fn take(&mut self, act: &Act<'_>, space: &str, id: EntryId) -> Vec<Entry> {
        let Some(space) = self.spaces.get_mut(space) else {
            return Vec::new();
        };
        self.revision += 1;
        let taken = space.tree.remove_all(id);
        if let Some(root) = taken.first() {
            space.child_changed(root.parent, act);
        }
        taken
    }

    /// Gives an entry another parent and name in its space.
    pub(crate) fn place(
        &mut self,
        act: &Act<'_>,
        space: &str,
        id: EntryId,
        (parent, name): (EntryId, &str),
    ) {
        let Some(space) = self.spaces.get_mut(space) else {
            return;
        };
        self.revision += 1;
        let before = space.tree.get(id).map_or(ROOT, Node::parent);
        space.tree.place(id, parent, name);
        if act.rules.is("move-time", "touch")
            && let Some(entry) = space.tree.get_mut(id)
        {
            entry.modified = act.now;
        }
        space.child_changed(before, act);
        space.child_changed(parent, act);
    }

    /// Makes the directories that are missing on a way, and gives the last of it.
    pub(crate) fn pave(&mut self, act: &Act<'_>, space: &str, approach: &Approach) -> EntryId {
        let mut folder = approach.folder;
        for name in &approach.missing {
            let made = self.newborn(act, folder, name, None);
            folder = made.id;
            self.put(act, space, made);
        }
        folder
    }
}
