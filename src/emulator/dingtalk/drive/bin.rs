//! The recycle bin of the organisation.

use serde::{Deserialize, Serialize};

use super::act::{Act, Role, Strategy};
use super::drive::Drive;
use super::entry::{Entry, EntryId, ROOT};
use super::landing::{Arrival, Landing, Overwrite, Own, landing};
use super::space::SpaceId;
use super::task::{Step, TaskId, Undertaking};
use crate::emulator::calendar::Moment;
use crate::emulator::dingtalk::error::Code;

/// One removed entry with everything that was in it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct BinItem {
    pub(crate) id: u64,
    pub(crate) space: SpaceId,
    /// The removed entry, then what was below it, parents before their children.
    pub(crate) entries: Vec<Entry>,
    /// Where it was.
    pub(crate) path: String,
    /// Who removed it, and when.
    pub(crate) person: String,
    pub(crate) at: Moment,
    pub(crate) stage: Stage,
}

/// Whether an item lies in the bin or is on its way out of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Stage {
    Waiting,
    Returning,
}

/// Where an entry came back to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Restored {
    pub(crate) space: SpaceId,
    pub(crate) id: EntryId,
    pub(crate) task: Option<TaskId>,
}

impl Drive {
    /// The items in the bin, the newest first.
    pub(crate) fn bin_items(&self) -> impl Iterator<Item = &BinItem> {
        let waiting = |item: &&BinItem| item.stage == Stage::Waiting;
        self.bin.values().rev().filter(waiting)
    }

    pub(crate) fn bin_item(&self, id: u64) -> Result<&BinItem, Code> {
        let item = self.bin.get(&id);
        item.filter(|item| item.stage == Stage::Waiting)
            .ok_or(Code::BinItemNotExist)
    }

    /// Brings an item back to the folder it was in; a folder with content goes on as a task.
    pub(crate) fn restore(
        &mut self,
        act: &Act<'_>,
        item: u64,
        strategy: Strategy,
    ) -> Result<Restored, Code> {
        let found = self.bin_item(item)?;
        let (space, entries) = (found.space, found.entries.len());
        self.permits(act, space, Role::Manager)?;
        let (landing, folder, name) = self.landing_back(act, item, strategy)?;
        let id = match landing {
            Landing::Existing(id) => {
                return Ok(Restored {
                    space,
                    id,
                    task: None,
                });
            }
            Landing::Free(_) => self.id_back(act, item)?,
            Landing::Onto(existing) | Landing::Instead(existing) => {
                self.take(act, space, existing);
                self.id_back(act, item)?
            }
        };
        // From here on the item knows where it goes.
        self.prepare_return(item, (id, folder, name));
        let task = if entries > 1 {
            let step = Step::Restore { item, root: id };
            Some(self.begin(act, Undertaking::whole(entries, step, (space, folder))))
        } else {
            self.bring_back(act, item, id)?;
            None
        };
        Ok(Restored { space, id, task })
    }

    fn landing_back(
        &self,
        act: &Act<'_>,
        item: u64,
        strategy: Strategy,
    ) -> Result<(Landing, EntryId, String), Code> {
        let item = self.bin_item(item)?;
        let root = item.entries.first().ok_or(Code::BinItemNotExist)?;
        let tree = &self.space(item.space)?.tree;
        let folder = if tree.is_folder(root.parent) {
            root.parent
        } else if act.rules.is("restore-orphan", "root") {
            ROOT
        } else {
            return Err(Code::DentryNotExist);
        };
        let arrival = Arrival {
            folder,
            name: &root.name,
            kind: root.kind,
            own: Own::Foreign,
            strategy,
            overwrite: Overwrite::Replace,
        };
        let landing = landing(tree, &arrival, act.rules)?;
        let name = match &landing {
            Landing::Free(name) => name.clone(),
            Landing::Onto(_) | Landing::Instead(_) | Landing::Existing(_) => root.name.clone(),
        };
        Ok((landing, folder, name))
    }

    fn id_back(&mut self, act: &Act<'_>, item: u64) -> Result<EntryId, Code> {
        if act.rules.is("restore-id", "change") {
            return Ok(self.mint());
        }
        let item = self.bin_item(item)?;
        item.entries
            .first()
            .map(|root| root.id)
            .ok_or(Code::BinItemNotExist)
    }

    fn prepare_return(&mut self, item: u64, (id, folder, name): (EntryId, EntryId, String)) {
        let Some(item) = self.bin.get_mut(&item) else {
            return;
        };
        let Some(before) = item.entries.first().map(|root| root.id) else {
            return;
        };
        item.stage = Stage::Returning;
        for (index, entry) in item.entries.iter_mut().enumerate() {
            if index == 0 {
                entry.id = id;
                entry.parent = folder;
                entry.name.clone_from(&name);
            } else if entry.parent == before {
                entry.parent = id;
            }
        }
    }

    /// Puts an item's entries back under the id that its root has by now.
    pub(super) fn bring_back(
        &mut self,
        act: &Act<'_>,
        item: u64,
        root: EntryId,
    ) -> Result<(), Code> {
        let found = self.bin.get(&item).ok_or(Code::BinItemNotExist)?;
        let (space, entries) = (found.space, found.entries.clone());
        let folder = entries.first().map_or(ROOT, |entry| entry.parent);
        if !self.space(space)?.tree.is_folder(folder) || self.entry(space, root).is_ok() {
            return Err(Code::DentryNotExist);
        }
        for entry in entries {
            self.put(act, space, entry);
        }
        self.bin.remove(&item);
        Ok(())
    }

    /// Removes an item for good.
    pub(crate) fn purge(&mut self, act: &Act<'_>, item: u64) -> Result<(), Code> {
        let space = self.bin_item(item)?.space;
        self.permits(act, space, Role::Manager)?;
        self.bin.remove(&item);
        self.revision += 1;
        Ok(())
    }
}
