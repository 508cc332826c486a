//! Removal, for good or into the recycle bin.

use super::act::{Act, Role};
use super::bin::{BinItem, Stage};
use super::drive::Drive;
use super::entry::{Access, EntryId, ROOT};
use super::space::{BinSupport, SpaceId};
use super::task::{Step, TaskId, Undertaking};
use crate::emulator::dingtalk::error::Code;

/// Whether what is removed can be had back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Removal {
    ForGood,
    ToBin,
}

/// How a removal ended: `task` goes on with what is in a folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Removed {
    pub(crate) task: Option<TaskId>,
}

impl Drive {
    /// Whether a removal can be made at all, whatever its entries.
    pub(crate) fn examine_removal(
        &self,
        act: &Act<'_>,
        space: SpaceId,
        removal: Removal,
    ) -> Result<(), Code> {
        self.permits(act, space, Role::Manager)?;
        match (removal, self.space(space)?.bin) {
            (Removal::ForGood, _) | (Removal::ToBin, BinSupport::Yes) => Ok(()),
            (Removal::ToBin, BinSupport::NotForSpace) => Err(Code::BinNotSupported),
            (Removal::ToBin, BinSupport::NotAllowed) => Err(Code::OperationNotSupported),
        }
    }

    /// Whether one entry could be removed.
    pub(crate) fn examine_removed(
        &self,
        act: &Act<'_>,
        space: SpaceId,
        id: EntryId,
    ) -> Result<(), Code> {
        let entry = self.entry(space, id)?;
        if id == ROOT || entry.access == Access::Locked {
            return Err(Code::PermissionDenied);
        }
        self.undisturbed(act, space, id)
    }

    /// Removes one entry; a folder with content goes on as a task.
    pub(crate) fn remove(
        &mut self,
        act: &Act<'_>,
        space: SpaceId,
        id: EntryId,
        removal: Removal,
    ) -> Result<Removed, Code> {
        self.examine_removed(act, space, id)?;
        let below = self.space(space)?.tree.below(id);
        if below.is_empty() {
            match removal {
                Removal::ForGood => drop(self.take(act, space, id)),
                Removal::ToBin => self.bin_one(act, space, id)?,
            }
            return Ok(Removed { task: None });
        }
        let work = match removal {
            Removal::ToBin => {
                Undertaking::whole(below.len() + 1, Step::Bin(space, id), (space, id))
            }
            Removal::ForGood => {
                let mut work = Undertaking::whole(1, Step::Drop(space, id), (space, id));
                let deepest_first = below.iter().rev();
                let drops = deepest_first.map(|below| Step::Drop(space, *below));
                work.steps.splice(0..0, drops);
                work
            }
        };
        let task = Some(self.begin(act, work));
        Ok(Removed { task })
    }

    /// One step of a task: an entry goes for good. One that is gone already is no failure.
    pub(super) fn drop_one(
        &mut self,
        act: &Act<'_>,
        space: SpaceId,
        id: EntryId,
    ) -> Result<(), Code> {
        let tree = &self.space(space)?.tree;
        let Some(entry) = tree.get(id) else {
            return Ok(());
        };
        if entry.access == Access::Locked || tree.has_children(id) {
            return Err(Code::PermissionDenied);
        }
        self.take(act, space, id);
        Ok(())
    }

    /// Puts an entry into the recycle bin with everything in it.
    pub(super) fn bin_one(
        &mut self,
        act: &Act<'_>,
        space: SpaceId,
        id: EntryId,
    ) -> Result<(), Code> {
        let path = self.space(space)?.tree.path(id);
        self.entry(space, id)?;
        let entries = self.take(act, space, id);
        let item = BinItem {
            id: self.mint(),
            space,
            entries,
            path,
            person: act.person.to_owned(),
            at: act.now,
            stage: Stage::Waiting,
        };
        self.bin.insert(item.id, item);
        Ok(())
    }
}
