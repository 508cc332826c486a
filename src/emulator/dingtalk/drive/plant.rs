//! What a seed says becomes spaces, folders and files.

use super::act::{Act, Role};
use super::drive::{Drive, Quotas};
use super::entry::{Access, Entry, EntryId, Kind, ROOT};
use super::space::{BinSupport, Space, SpaceId};
use crate::emulator::seed::{Generated, Seed, SeedEntry, SeedSpace};

impl Drive {
    /// Adds what a seed says; the sentence says what is wrong with it. A space that is there
    /// already, by its id, gets the entries that the seed adds.
    pub(crate) fn plant(&mut self, act: &Act<'_>, seed: &Seed) -> Result<(), String> {
        for credentials in &seed.credentials {
            self.people.extend(credentials.union_ids.iter().cloned());
        }
        let corporation = seed.credentials.first().map(|first| first.corp_id.as_str());
        for space in &seed.spaces {
            self.plant_space(act, space, corporation.unwrap_or("dingcorp"))?;
        }
        for role in &seed.roles {
            let space = number(&role.space)?;
            let word = Role::parse(&role.role)
                .ok_or_else(|| format!("there is no role `{}`", role.role))?;
            self.people.insert(role.union_id.clone());
            let roles = self.roles.entry(space).or_default();
            roles.insert(role.union_id.clone(), word);
        }
        self.quotas = Quotas::of(&seed.quotas);
        self.revision += 1;
        Ok(())
    }

    fn plant_space(
        &mut self,
        act: &Act<'_>,
        seed: &SeedSpace,
        corporation: &str,
    ) -> Result<(), String> {
        let id = match &seed.id {
            Some(id) => number(id)?,
            None => self.mint_space(),
        };
        if !self.spaces.contains_key(&id) {
            let mut space = Space::new(id, &seed.name, act);
            corporation.clone_into(&mut space.corporation);
            space.scene_id = id.to_string();
            space.bin = BinSupport::of(seed.made, seed.bin);
            space.quota = seed.quota;
            self.add_space(act, space);
        }
        for path in &seed.folders {
            self.folder_at(act, id, path)?;
        }
        for (path, size) in &seed.files {
            self.plant_file(act, id, path, *size)?;
        }
        for entry in &seed.entries {
            self.plant_entry(act, id, entry)?;
        }
        if let Some(generated) = &seed.generate {
            self.generate(act, id, generated)?;
        }
        Ok(())
    }

    /// Adds a space with its root.
    pub(crate) fn add_space(&mut self, act: &Act<'_>, space: Space) {
        let id = space.id;
        self.spaces.insert(id, space);
        let root = self.newborn(act, ROOT, ("", Kind::Folder), 0);
        self.put(act, id, Entry { id: ROOT, ..root });
    }

    /// The folder of a path, with all folders above it, made where they are not there.
    fn folder_at(&mut self, act: &Act<'_>, space: SpaceId, path: &str) -> Result<EntryId, String> {
        let mut folder = ROOT;
        for name in path.split('/').filter(|name| !name.is_empty()) {
            let tree = &self.space(space).map_err(|code| code.message())?.tree;
            let there = tree.alike(folder, name).find(|there| there.name == name);
            folder = match there {
                Some(there) if there.kind == Kind::Folder => there.id,
                Some(_) => return Err(format!("{path}: `{name}` is a file")),
                None => {
                    let made = self.newborn(act, folder, (name, Kind::Folder), 0);
                    let id = made.id;
                    self.put(act, space, made);
                    id
                }
            };
        }
        Ok(folder)
    }

    fn plant_file(
        &mut self,
        act: &Act<'_>,
        space: SpaceId,
        path: &str,
        size: u64,
    ) -> Result<EntryId, String> {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        if name.is_empty() {
            return Err(format!("{path}: a file has a name"));
        }
        let folder = self.folder_at(act, space, folder)?;
        let tree = &self.space(space).map_err(|code| code.message())?.tree;
        if tree.alike(folder, name).any(|there| there.name == name) {
            return Err(format!("{path}: it is there already"));
        }
        let file = self.newborn(act, folder, (name, Kind::File), size);
        let id = file.id;
        self.put(act, space, file);
        Ok(id)
    }

    fn plant_entry(
        &mut self,
        act: &Act<'_>,
        space: SpaceId,
        seed: &SeedEntry,
    ) -> Result<(), String> {
        let id = if seed.path.ends_with('/') {
            self.folder_at(act, space, &seed.path)?
        } else {
            self.plant_file(act, space, &seed.path, seed.size)?
        };
        let given = seed.id.as_deref().map(number).transpose()?;
        let mut taken = self.take(act, space, id);
        let Some(entry) = taken.first_mut() else {
            return Ok(());
        };
        entry.id = given.unwrap_or(id);
        entry.grants.clone_from(&seed.grants);
        if seed.locked {
            entry.access = Access::Locked;
        }
        if let Some(driver) = &seed.driver {
            entry.driver.clone_from(driver);
        }
        if let Some(status) = &seed.status {
            entry.status.clone_from(status);
        }
        let renumbered = entry.id;
        for mut entry in taken {
            if entry.parent == id {
                entry.parent = renumbered;
            }
            self.put(act, space, entry);
        }
        Ok(())
    }

    fn generate(
        &mut self,
        act: &Act<'_>,
        space: SpaceId,
        generated: &Generated,
    ) -> Result<(), String> {
        for folder in 1..=generated.folders {
            let path = format!("{}/Folder {folder:05}", generated.below);
            let parent = self.folder_at(act, space, &path)?;
            for file in 1..=generated.files {
                let name = format!("File {file:05}.txt");
                let made = self.newborn(act, parent, (&name, Kind::File), generated.size);
                self.put(act, space, made);
            }
        }
        Ok(())
    }
}

fn number(id: &str) -> Result<u64, String> {
    id.parse()
        .map_err(|_| format!("`{id}` is no id: ids are decimal digits"))
}
