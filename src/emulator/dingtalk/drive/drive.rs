//! All spaces with everything that happens in them, and the few steps that all changes are made of.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::act::{Act, Role};
use super::bin::BinItem;
use super::entry::{Content, Entry, EntryId, Kind, ROOT};
use super::space::{Space, SpaceId};
use super::task::{Task, TaskId};
use super::upload::Upload;
use crate::emulator::calendar::Moment;
use crate::emulator::chance::Chance;
use crate::emulator::dingtalk::error::Code;
use crate::emulator::seed::SeedQuotas;

/// Everything that the service knows.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Drive {
    pub(crate) chance: Chance,
    minted: u64,
    pub(crate) spaces: BTreeMap<SpaceId, Space>,
    pub(crate) tasks: BTreeMap<TaskId, Task>,
    /// The tasks that have not ended.
    pub(crate) running: BTreeSet<TaskId>,
    pub(crate) bin: BTreeMap<u64, BinItem>,
    pub(crate) uploads: BTreeMap<String, Upload>,
    /// People with fewer rights than all, by space.
    pub(crate) roles: BTreeMap<SpaceId, BTreeMap<String, Role>>,
    /// The people there are.
    pub(crate) people: BTreeSet<String>,
    pub(crate) quotas: Quotas,
    /// How many pages were asked for.
    pub(crate) pages: u64,
    /// Counts changes.
    pub(crate) revision: u64,
    /// The folders in which something came, went or changed since the last write ended.
    #[serde(skip)]
    touched: BTreeSet<(SpaceId, EntryId)>,
    /// Until when folders are held by the writes that touched them.
    #[serde(skip)]
    held: BTreeMap<(SpaceId, EntryId), Moment>,
}

/// Limits in bytes over many spaces.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Quotas {
    scene: Option<u64>,
    app: Option<u64>,
    org: Option<u64>,
}

impl Drive {
    /// A drive without spaces. The seed decides about ids.
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            chance: Chance::new(seed),
            minted: 0,
            spaces: BTreeMap::new(),
            tasks: BTreeMap::new(),
            running: BTreeSet::new(),
            bin: BTreeMap::new(),
            uploads: BTreeMap::new(),
            roles: BTreeMap::new(),
            people: BTreeSet::new(),
            quotas: Quotas::default(),
            pages: 0,
            revision: 0,
            touched: BTreeSet::new(),
            held: BTreeMap::new(),
        }
    }

    /// A new id of twelve digits, larger than all before it.
    pub(crate) fn mint(&mut self) -> u64 {
        self.minted += 1;
        140_000_000_000 + 7 * self.minted + self.chance.below(7)
    }

    /// A new id of ten digits for a space.
    pub(crate) fn mint_space(&mut self) -> SpaceId {
        self.minted += 1;
        let mut id = 2_000_000_000 + 7 * self.minted + self.chance.below(7);
        while self.spaces.contains_key(&id) {
            id += 1;
        }
        id
    }

    pub(crate) fn space(&self, id: SpaceId) -> Result<&Space, Code> {
        self.spaces.get(&id).ok_or(Code::SpaceNotExist)
    }

    pub(crate) fn space_mut(&mut self, id: SpaceId) -> Result<&mut Space, Code> {
        self.spaces.get_mut(&id).ok_or(Code::SpaceNotExist)
    }

    pub(crate) fn entry(&self, space: SpaceId, id: EntryId) -> Result<&Entry, Code> {
        self.space(space)?.tree.get(id).ok_or(Code::DentryNotExist)
    }

    /// The space and id of the entry with a uuid.
    pub(crate) fn by_uuid(&self, uuid: &str) -> Option<(SpaceId, EntryId)> {
        self.spaces.values().find_map(|space| {
            let mut entries = space.tree.entries();
            let entry = entries.find(|entry| entry.uuid == uuid)?;
            Some((space.id, entry.id))
        })
    }

    /// Whether a person may do what needs a role in a space.
    pub(crate) fn permits(&self, act: &Act<'_>, space: SpaceId, role: Role) -> Result<(), Code> {
        self.space(space)?;
        let given = self
            .roles
            .get(&space)
            .and_then(|roles| roles.get(act.person));
        let known = self.people.contains(act.person);
        let default = if known { Role::Owner } else { Role::Nobody };
        if *given.unwrap_or(&default) < role {
            return Err(Code::PermissionDenied);
        }
        Ok(())
    }

    /// Whether so many more bytes fit.
    pub(crate) fn fits(&self, space: SpaceId, bytes: u64) -> Result<(), Code> {
        let space = self.space(space)?;
        let used = |chosen: &dyn Fn(&Space) -> bool| -> u64 {
            let spaces = self.spaces.values().filter(|space| chosen(space));
            spaces.map(Space::used).sum()
        };
        let exceeds = |limit: Option<u64>, chosen: &dyn Fn(&Space) -> bool| {
            limit.is_some_and(|limit| used(chosen).saturating_add(bytes) > limit)
        };
        let same_scene =
            |other: &Space| (&other.scene, &other.scene_id) == (&space.scene, &space.scene_id);
        if bytes > 0 && exceeds(space.quota, &|other| other.id == space.id) {
            Err(Code::SpaceQuota)
        } else if bytes > 0 && exceeds(self.quotas.scene, &same_scene) {
            Err(Code::SceneQuota)
        } else if bytes > 0 && exceeds(self.quotas.app, &|other| other.app == space.app) {
            Err(Code::AppQuota)
        } else if bytes > 0 && exceeds(self.quotas.org, &|_| true) {
            Err(Code::OrgQuota)
        } else {
            Ok(())
        }
    }

    /// Whether nothing else is at work where an entry is, as far as the rules ask for that: a
    /// task above or below it, or a write that still holds it or its folder.
    pub(crate) fn undisturbed(
        &self,
        act: &Act<'_>,
        space: SpaceId,
        id: EntryId,
    ) -> Result<(), Code> {
        let mut near = self.space(space)?.tree.chain(id).take(2);
        let held = |id| self.held.get(&(space, id)).is_some_and(|it| act.now < *it);
        if near.any(|entry| held(entry.id)) {
            return Err(Code::ConcurrentControl);
        }
        if act.rules.is("busy-tree", "allow") {
            return Ok(());
        }
        let tree = &self.space(space)?.tree;
        let related = |(other, root): &(SpaceId, EntryId)| {
            *other == space
                && (tree.is_within(id, *root) || tree.is_within(*root, id) && id != ROOT)
        };
        let tasks = self.running.iter().filter_map(|task| self.tasks.get(task));
        if tasks.flat_map(|task| &task.roots).any(related) {
            return Err(Code::ConcurrentControl);
        }
        Ok(())
    }

    /// A write has ended: the folders that it touched are held for a while, where the rules say
    /// so.
    pub(crate) fn hold(&mut self, act: &Act<'_>) {
        let length = act.rules.number("write-hold");
        self.held.retain(|_, until| act.now < *until);
        for folder in std::mem::take(&mut self.touched) {
            if length > 0 {
                self.held.insert(folder, act.now + length);
            }
        }
    }

    /// A new entry with an id and a uuid of its own; it is not in any tree yet.
    pub(crate) fn newborn(
        &mut self,
        act: &Act<'_>,
        parent: EntryId,
        (name, kind): (&str, Kind),
        size: u64,
    ) -> Entry {
        Entry {
            id: self.mint(),
            parent,
            name: name.to_owned(),
            kind,
            uuid: self.chance.word(32),
            content: Content {
                version: 1,
                size,
                modifier: act.person.to_owned(),
                modified: act.now,
            },
            history: Vec::new(),
            creator: act.person.to_owned(),
            created: act.now,
            properties: BTreeMap::new(),
            driver: "DINGTALK".to_owned(),
            status: "NORMAL".to_owned(),
            access: super::entry::Access::Open,
            grants: Vec::new(),
        }
    }

    /// Puts an entry into a space.
    pub(crate) fn put(&mut self, act: &Act<'_>, space: SpaceId, entry: Entry) {
        self.revision += 1;
        if let Some(space) = self.spaces.get_mut(&space) {
            let parent = entry.parent;
            self.touched.insert((space.id, parent));
            space.about_to_change(act);
            space.tree.insert(entry);
            space.child_changed(parent, act);
        }
    }

    /// Takes an entry out of a space with everything below it.
    pub(crate) fn take(&mut self, act: &Act<'_>, space: SpaceId, id: EntryId) -> Vec<Entry> {
        let Some(space) = self.spaces.get_mut(&space) else {
            return Vec::new();
        };
        self.revision += 1;
        space.about_to_change(act);
        let taken = space.tree.remove_all(id);
        if let Some(root) = taken.first() {
            self.touched.insert((space.id, root.parent));
            space.child_changed(root.parent, act);
        }
        taken
    }

    /// Gives an entry another parent and name in its space.
    pub(crate) fn place(
        &mut self,
        act: &Act<'_>,
        space: SpaceId,
        id: EntryId,
        (parent, name): (EntryId, &str),
    ) {
        let Some(space) = self.spaces.get_mut(&space) else {
            return;
        };
        self.revision += 1;
        space.about_to_change(act);
        let before = space.tree.get(id).map_or(ROOT, |entry| entry.parent);
        space.tree.place(id, parent, name);
        if act.rules.is("modified-on-move", "touch")
            && let Some(entry) = space.tree.get_mut(id)
        {
            entry.touch(act.person, act.now);
        }
        for folder in [before, parent] {
            self.touched.insert((space.id, folder));
            space.child_changed(folder, act);
        }
    }

    /// Changes an entry where it stands.
    pub(crate) fn change(
        &mut self,
        act: &Act<'_>,
        space: SpaceId,
        id: EntryId,
        change: impl FnOnce(&mut Entry),
    ) -> Result<(), Code> {
        self.revision += 1;
        let space = self.space_mut(space)?;
        space.about_to_change(act);
        change(space.tree.get_mut(id).ok_or(Code::DentryNotExist)?);
        Ok(())
    }
}

impl Quotas {
    pub(crate) fn of(seed: &SeedQuotas) -> Self {
        Self {
            scene: seed.scene,
            app: seed.app,
            org: seed.org,
        }
    }
}
