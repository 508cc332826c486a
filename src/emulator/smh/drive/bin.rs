//! The recycle bins of a library, one a space.

use serde::{Deserialize, Serialize};

use super::act::{Act, Strategy};
use super::carry::Landed;
use super::entry::{Entry, EntryId, Kind, ROOT};
use super::landing::{Arrival, Landing};
use super::library::{Bin, Library};
use super::path::Path;
use crate::emulator::calendar::Moment;
use crate::emulator::smh::error::Code;
use crate::emulator::tree::Node;

/// One removed entry with everything that was in it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct BinItem {
    pub(crate) id: u64,
    pub(crate) space: String,
    /// The removed entry, then what was below it, parents before their children.
    pub(crate) entries: Vec<Entry>,
    /// Where it was.
    pub(crate) path: Path,
    pub(crate) at: Moment,
}

/// Which item comes back, and how.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Return {
    pub(crate) space: String,
    pub(crate) item: u64,
    pub(crate) strategy: Strategy,
    pub(crate) orphan: Orphan,
}

/// Where an entry goes back to whose directory is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Orphan {
    Refused,
    ToRoot,
}

impl BinItem {
    /// The bytes of everything in it.
    pub(crate) fn size(&self) -> u64 {
        self.entries.iter().map(Node::size).sum()
    }
}

impl Library {
    /// The items of a space that lie in its bin, in the order of their removal.
    pub(crate) fn bin_items(&self, space: &str) -> Result<Vec<&BinItem>, Code> {
        if self.bin == Bin::Off {
            return Err(Code::RecycleBinNotEnabled);
        }
        let items = self.recycled.values();
        Ok(items.filter(|item| item.space == space).collect())
    }

    pub(crate) fn bin_item(&self, space: &str, id: u64) -> Result<&BinItem, Code> {
        if self.bin == Bin::Off {
            return Err(Code::RecycleBinNotEnabled);
        }
        let item = self.recycled.get(&id).filter(|item| item.space == space);
        item.ok_or(Code::RecycledItemNotFound)
    }

    /// Brings an item back to the directory it was in.
    pub(crate) fn restore(&mut self, act: &Act<'_>, wish: &Return) -> Result<Landed, Code> {
        let item = self.bin_item(&wish.space, wish.item)?.clone();
        let (name, way) = item.path.split_last().ok_or(Code::RecycledItemNotFound)?;
        let space = self.space(&wish.space)?;
        let folder = space.find(way, act.rules);
        let folder = folder.filter(|entry| entry.kind() == Kind::Folder);
        let folder = match (folder, wish.orphan) {
            (Some(folder), _) => folder.id,
            (None, Orphan::ToRoot) => ROOT,
            (None, Orphan::Refused) => return Err(Code::DirectoryNotFound),
        };
        let kind = item.entries.first().map_or(Kind::File, Node::kind);
        let arrival = Arrival {
            folder,
            name,
            kind,
            strategy: wish.strategy,
            own: None,
        };
        let name = match space.landing(&arrival, act.rules)? {
            Landing::Free(name) => name,
            Landing::Onto(there) => {
                self.take(act, &wish.space, there);
                name.clone()
            }
        };
        let id = self.bring_back(act, item, (folder, &name));
        Ok(Landed {
            id,
            path: self.space(&wish.space)?.path(id),
            strategy: wish.strategy,
        })
    }

    fn bring_back(
        &mut self,
        act: &Act<'_>,
        item: BinItem,
        (folder, name): (EntryId, &str),
    ) -> EntryId {
        let mut entries = item.entries;
        let root = entries.first().map_or(ROOT, Node::id);
        if let Some(root) = entries.first_mut() {
            root.settle(folder, name);
        }
        for entry in entries {
            self.put(act, &item.space, entry);
        }
        self.recycled.remove(&item.id);
        root
    }

    /// Removes an item for good.
    pub(crate) fn purge(&mut self, space: &str, id: u64) -> Result<(), Code> {
        self.bin_item(space, id)?;
        self.recycled.remove(&id);
        self.revision += 1;
        Ok(())
    }

    /// Removes all items of a space for good.
    pub(crate) fn empty_bin(&mut self, space: &str) -> Result<(), Code> {
        self.bin_items(space)?;
        self.recycled.retain(|_, item| item.space != space);
        self.revision += 1;
        Ok(())
    }
}
