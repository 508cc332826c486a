//! Copy and move: single entries at once, folders with content as tasks.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::act::{Act, Role, Strategy};
use super::drive::Drive;
use super::entry::{Access, Entry, EntryId, Kind, ROOT};
use super::landing::{Arrival, Landing, Overwrite, Own, landing};
use super::space::SpaceId;
use super::task::{Step, Task, TaskId, Undertaking};
use crate::emulator::dingtalk::error::Code;

/// What is carried from where to where, but for the entries themselves.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Carriage {
    pub(crate) verb: Verb,
    pub(crate) from: SpaceId,
    pub(crate) to: SpaceId,
    /// The target folder.
    pub(crate) folder: EntryId,
    pub(crate) strategy: Strategy,
    pub(crate) grants: Grants,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Verb {
    Copy,
    Move,
}

/// What a move does with the rights of people on what it moves.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Grants {
    #[default]
    Dropped,
    Preserved,
}

/// Where an entry went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Carried {
    pub(crate) space: SpaceId,
    pub(crate) id: EntryId,
    /// The task that goes on with what is in it.
    pub(crate) task: Option<TaskId>,
}

impl Drive {
    /// Whether a copy or move can be made at all, whatever its entries.
    pub(crate) fn examine_carriage(&self, act: &Act<'_>, carriage: &Carriage) -> Result<(), Code> {
        self.permits(act, carriage.from, Role::Manager)?;
        self.permits(act, carriage.to, Role::Editor)?;
        let folder = self.entry(carriage.to, carriage.folder)?;
        if folder.kind != Kind::Folder {
            return Err(Code::Argument("targetFolderId"));
        }
        self.undisturbed(act, carriage.to, carriage.folder)
    }

    /// Where an entry would come to stand; nothing changes.
    pub(crate) fn examine_carried(
        &self,
        act: &Act<'_>,
        carriage: &Carriage,
        id: EntryId,
    ) -> Result<Landing, Code> {
        let source = &self.space(carriage.from)?.tree;
        let entry = source.get(id).ok_or(Code::DentryNotExist)?;
        if id == ROOT || entry.access == Access::Locked {
            return Err(Code::PermissionDenied);
        }
        self.undisturbed(act, carriage.from, id)?;
        let within = carriage.from == carriage.to;
        if within && source.is_within(carriage.folder, id) {
            return Err(Code::Argument("targetFolderId"));
        }
        let moves = carriage.verb == Verb::Move;
        let in_place = within && moves && entry.parent == carriage.folder;
        if in_place && act.rules.is("move-in-place", "keep") {
            return Ok(Landing::Existing(id));
        }
        self.examine_depth(act, carriage, id)?;
        if !moves || !within {
            self.fits(carriage.to, source.bytes(id))?;
        }
        let mut landing = self.landing_of(act, carriage, entry, carriage.folder)?;
        if in_place && landing == Landing::Free(entry.name.clone()) {
            // The name clashes with itself.
            landing = self.landing_of(
                act,
                &Carriage {
                    verb: Verb::Copy,
                    ..carriage.clone()
                },
                entry,
                carriage.folder,
            )?;
        }
        Ok(landing)
    }

    fn examine_depth(&self, act: &Act<'_>, carriage: &Carriage, id: EntryId) -> Result<(), Code> {
        let deepest = act.rules.length("depth");
        if deepest == 0 {
            return Ok(());
        }
        let target = &self.space(carriage.to)?.tree;
        let above = target.chain(carriage.folder).count() - 1;
        let height = self.space(carriage.from)?.tree.height(id);
        if above + height > deepest + 1 {
            return Err(Code::Argument("targetFolderId"));
        }
        Ok(())
    }

    fn landing_of(
        &self,
        act: &Act<'_>,
        carriage: &Carriage,
        entry: &Entry,
        folder: EntryId,
    ) -> Result<Landing, Code> {
        let own = match (carriage.from == carriage.to, carriage.verb) {
            (false, _) => Own::Foreign,
            (true, Verb::Copy) => Own::Copied(entry.id),
            (true, Verb::Move) => Own::Moved(entry.id),
        };
        let versions = match carriage.verb {
            Verb::Copy => act.rules.is("overwrite-copy", "version"),
            Verb::Move => act.rules.is("overwrite-move", "version"),
        };
        let arrival = Arrival {
            folder,
            name: &entry.name,
            kind: entry.kind,
            own,
            strategy: carriage.strategy,
            overwrite: if versions {
                Overwrite::Version
            } else {
                Overwrite::Replace
            },
        };
        landing(&self.space(carriage.to)?.tree, &arrival, act.rules)
    }

    /// Copies or moves one entry; a folder with content goes on as a task.
    pub(crate) fn carry(
        &mut self,
        act: &Act<'_>,
        carriage: &Carriage,
        id: EntryId,
    ) -> Result<Carried, Code> {
        let landing = self.examine_carried(act, carriage, id)?;
        let full = self.space(carriage.from)?.tree.has_children(id);
        let (id, task) = match landing {
            Landing::Existing(existing) => (existing, None),
            Landing::Free(_) | Landing::Onto(_) | Landing::Instead(_) if !full => {
                let placed = self.settle(act, carriage, id, carriage.folder, landing)?;
                (placed, None)
            }
            Landing::Free(_) | Landing::Instead(_) if self.keeps_id(act, carriage) => {
                (id, Some(self.begin_flip(act, carriage, id)?))
            }
            Landing::Free(_) | Landing::Onto(_) | Landing::Instead(_) => {
                let root = self.settle(act, carriage, id, carriage.folder, landing)?;
                (root, Some(self.begin_bringing(act, carriage, id, root)?))
            }
        };
        Ok(Carried {
            space: carriage.to,
            id,
            task,
        })
    }

    /// Whether a folder moves as it is, with its id and all in it.
    fn keeps_id(&self, act: &Act<'_>, carriage: &Carriage) -> bool {
        carriage.verb == Verb::Move
            && carriage.from == carriage.to
            && act.rules.is("move-id-same-space", "keep")
    }

    fn begin_flip(
        &mut self,
        act: &Act<'_>,
        carriage: &Carriage,
        id: EntryId,
    ) -> Result<TaskId, Code> {
        let entries = self.space(carriage.from)?.tree.below(id).len() + 1;
        let mut work = Undertaking::whole(entries, Step::Flip(id), (carriage.from, id));
        work.carriage = Some(carriage.clone());
        Ok(self.begin(act, work))
    }

    fn begin_bringing(
        &mut self,
        act: &Act<'_>,
        carriage: &Carriage,
        source: EntryId,
        root: EntryId,
    ) -> Result<TaskId, Code> {
        let tree = &self.space(carriage.from)?.tree;
        let below = tree.below(source);
        let folder_of = |id: &EntryId| tree.get(*id).map_or(ROOT, |entry| entry.parent);
        let mut steps: Vec<Step> = below
            .iter()
            .map(|id| Step::Bring {
                entry: *id,
                folder: folder_of(id),
            })
            // A copy does not copy the copy that it is making.
            .filter(|step| !matches!(step, Step::Bring { entry, .. } if *entry == root))
            .collect();
        match carriage.verb {
            Verb::Copy => steps.insert(0, Step::Count),
            Verb::Move => {
                let deepest_first = below.iter().rev().filter(|id| tree.is_folder(**id));
                let mut folders: Vec<EntryId> = deepest_first.copied().collect();
                folders.push(source);
                steps.push(Step::Clear(folders));
            }
        }
        let work = Undertaking {
            steps,
            roots: vec![(carriage.from, source), (carriage.to, root)],
            carriage: Some(carriage.clone()),
            folders: BTreeMap::from([(source, root)]),
        };
        Ok(self.begin(act, work))
    }

    /// Brings one entry, without what is in it, to where it comes to stand.
    fn settle(
        &mut self,
        act: &Act<'_>,
        carriage: &Carriage,
        id: EntryId,
        folder: EntryId,
        landing: Landing,
    ) -> Result<EntryId, Code> {
        match landing {
            Landing::Existing(existing) => Ok(existing),
            Landing::Free(name) => self.stand(act, carriage, id, (folder, &name)),
            Landing::Instead(existing) => {
                let name = self.entry(carriage.to, existing)?.name.clone();
                self.take(act, carriage.to, existing);
                self.stand(act, carriage, id, (folder, &name))
            }
            Landing::Onto(existing) => {
                let entry = self.entry(carriage.from, id)?.clone();
                if entry.kind == Kind::File {
                    let size = entry.content.size;
                    self.change(act, carriage.to, existing, |there| {
                        there.rewrite(size, act.person, act.now);
                    })?;
                }
                let full = self.space(carriage.from)?.tree.has_children(id);
                if carriage.verb == Verb::Move && !full {
                    self.take(act, carriage.from, id);
                }
                Ok(existing)
            }
        }
    }

    /// Makes an entry stand under a free name.
    fn stand(
        &mut self,
        act: &Act<'_>,
        carriage: &Carriage,
        id: EntryId,
        (folder, name): (EntryId, &str),
    ) -> Result<EntryId, Code> {
        let source = self.entry(carriage.from, id)?.clone();
        let (kind, size) = (source.kind, source.content.size);
        let mut arriving = self.newborn(act, folder, (name, kind), size);
        if carriage.verb == Verb::Copy {
            arriving.properties = source.properties;
            arriving.driver = source.driver;
        } else if self.keeps_id(act, carriage) {
            self.place(act, carriage.from, id, (folder, name));
            self.drop_grants(act, carriage, id)?;
            return Ok(id);
        } else {
            arriving = self.moved(act, carriage, source, arriving);
            if !self.space(carriage.from)?.tree.has_children(id) {
                self.take(act, carriage.from, id);
            }
        }
        let placed = arriving.id;
        self.put(act, carriage.to, arriving);
        Ok(placed)
    }

    /// What a moved entry is at its new place: itself, under the id that the rules give it.
    fn moved(&self, act: &Act<'_>, carriage: &Carriage, source: Entry, arriving: Entry) -> Entry {
        let crosses = carriage.from != carriage.to;
        let same_id = crosses && act.rules.is("move-id-cross-space", "keep");
        let mut moved = Entry {
            id: if same_id { source.id } else { arriving.id },
            parent: arriving.parent,
            name: arriving.name,
            ..source
        };
        if act.rules.is("modified-on-move", "touch") {
            moved.touch(act.person, act.now);
        }
        if carriage.grants == Grants::Dropped {
            moved.grants.clear();
        }
        moved
    }

    fn drop_grants(&mut self, act: &Act<'_>, carriage: &Carriage, id: EntryId) -> Result<(), Code> {
        if carriage.grants == Grants::Preserved {
            return Ok(());
        }
        self.change(act, carriage.to, id, |entry| entry.grants.clear())
    }

    /// One step of a task: an entry follows its folder.
    pub(super) fn bring(
        &mut self,
        act: &Act<'_>,
        task: &mut Task,
        id: EntryId,
        folder: EntryId,
    ) -> Result<(), Code> {
        let carriage = task.carriage.clone().ok_or(Code::SystemError)?;
        let target = *task.folders.get(&folder).ok_or(Code::DentryNotExist)?;
        let entry = self.entry(carriage.from, id)?.clone();
        if entry.access == Access::Locked {
            return Err(Code::PermissionDenied);
        }
        let goes_along = carriage.verb == Verb::Move && carriage.from == carriage.to;
        let placed = if goes_along && entry.parent == target {
            id
        } else {
            let landing = self.landing_of(act, &carriage, &entry, target)?;
            self.settle(act, &carriage, id, target, landing)?
        };
        task.folders.insert(id, placed);
        Ok(())
    }

    /// The last step of a move: the source folders go that nothing is in any more.
    pub(super) fn clear_out(
        &mut self,
        act: &Act<'_>,
        task: &Task,
        folders: &[EntryId],
    ) -> Result<(), Code> {
        let carriage = task.carriage.as_ref().ok_or(Code::SystemError)?;
        let mut left = Ok(());
        for folder in folders {
            let stays = carriage.from == carriage.to && task.folders.get(folder) == Some(folder);
            let tree = &self.space(carriage.from)?.tree;
            if stays || tree.get(*folder).is_none() {
                continue;
            }
            if tree.has_children(*folder) {
                left = Err(Code::PermissionDenied);
            } else {
                self.take(act, carriage.from, *folder);
            }
        }
        left
    }

    /// The only working step of a move that keeps ids: the folder goes as a whole.
    pub(super) fn flip(&mut self, act: &Act<'_>, task: &Task, id: EntryId) -> Result<(), Code> {
        let carriage = task.carriage.clone().ok_or(Code::SystemError)?;
        self.entry(carriage.to, carriage.folder)?;
        let landing = self.examine_flip(act, &carriage, id)?;
        self.settle(act, &carriage, id, carriage.folder, landing)?;
        Ok(())
    }

    fn examine_flip(
        &self,
        act: &Act<'_>,
        carriage: &Carriage,
        id: EntryId,
    ) -> Result<Landing, Code> {
        let tree = &self.space(carriage.from)?.tree;
        let entry = tree.get(id).ok_or(Code::DentryNotExist)?;
        if tree.is_within(carriage.folder, id) {
            return Err(Code::Argument("targetFolderId"));
        }
        match self.landing_of(act, carriage, entry, carriage.folder)? {
            // Somebody made a folder there in the meantime: content cannot be merged any more.
            Landing::Onto(_) | Landing::Existing(_) => Err(Code::DentryAlreadyExist),
            landing @ (Landing::Free(_) | Landing::Instead(_)) => Ok(landing),
        }
    }
}
