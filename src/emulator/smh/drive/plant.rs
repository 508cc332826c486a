//! What a seed says becomes libraries, spaces, directories and files.

use super::act::{Act, Mischief, Rights};
use super::entry::{Content, EntryId, Kind, ROOT};
use super::library::{Library, ONLY_SPACE, Tenants};
use super::path::path;
use super::space::Quota;
use crate::emulator::calendar::Moment;
use crate::emulator::seed::Generated;
use crate::emulator::smh::crc64::{crc64, invented};
use crate::emulator::smh::rules::SWITCHES;
use crate::emulator::smh::seed::{SeedEntry, SeedLibrary, SeedSpace};
use crate::emulator::switch::Switches;
use crate::emulator::tree::Node;

impl Library {
    /// Adds what a seed says; the sentence says what is wrong with it. A space that is there
    /// already gets the entries that the seed adds.
    pub(crate) fn plant(&mut self, seed: &SeedLibrary, now: Moment) -> Result<(), String> {
        self.secret.clone_from(&seed.secret);
        self.tenants = seed.tenants;
        self.bin = seed.recycle_bin;
        self.history = seed.history;
        self.reading = seed.reading;
        for space in &seed.spaces {
            let act = Act {
                rights: &Rights::all(),
                user: &space.user,
                now,
                rules: &Switches::new(SWITCHES),
                mischief: &Mischief::default(),
            };
            self.plant_space(&act, space)
                .map_err(|problem| format!("space {}: {problem}", space.id))?;
        }
        Ok(())
    }

    fn plant_space(&mut self, act: &Act<'_>, seed: &SeedSpace) -> Result<(), String> {
        if (seed.id == ONLY_SPACE) != (self.tenants == Tenants::One) {
            return Err(
                "a library of one tenant has the one space `-`, and no other has it".into(),
            );
        }
        if !self.spaces.contains_key(&seed.id) {
            self.add_space(act, &seed.id);
        }
        for folder in &seed.folders {
            self.folder_at(act, &seed.id, folder)?;
        }
        for (path, size) in &seed.files {
            let file = SeedEntry {
                path: path.clone(),
                size: *size,
                ..SeedEntry::default()
            };
            self.plant_file(act, &seed.id, &file)?;
        }
        for entry in &seed.entries {
            self.plant_file(act, &seed.id, entry)?;
        }
        if let Some(generated) = &seed.generate {
            self.generate(act, &seed.id, generated)?;
        }
        if let Some(capacity) = seed.capacity {
            let id = self.number();
            let quota = Some(Quota { id, capacity });
            self.space_mut(&seed.id).map_err(|code| code.name())?.quota = quota;
        }
        Ok(())
    }

    /// The directory of a path, with all directories above it, made where they are not there.
    fn folder_at(&mut self, act: &Act<'_>, space: &str, text: &str) -> Result<EntryId, String> {
        let names = path(text).ok_or_else(|| format!("{text}: this is no path"))?;
        let mut folder = ROOT;
        for name in names {
            let there = self.space(space).map_err(|code| code.name())?;
            let there = there.child(folder, &name, act.rules);
            folder = match there.map(|there| (there.kind(), there.id)) {
                Some((Kind::Folder, id)) => id,
                Some((Kind::File, _)) => return Err(format!("{text}: `{name}` is a file")),
                None => {
                    let made = self.newborn(act, folder, &name, None);
                    let id = made.id;
                    self.put(act, space, made);
                    id
                }
            };
        }
        Ok(folder)
    }

    pub(crate) fn plant_file(
        &mut self,
        act: &Act<'_>,
        space: &str,
        seed: &SeedEntry,
    ) -> Result<(), String> {
        let (folder, name) = seed.path.rsplit_once('/').unwrap_or(("", &seed.path));
        if name.is_empty() {
            return Err(format!("{}: a file has a name", seed.path));
        }
        let folder = self.folder_at(act, space, folder)?;
        let there = self.space(space).map_err(|code| code.name())?;
        if there.child(folder, name, act.rules).is_some() {
            return Err(format!("{}: it is there already", seed.path));
        }
        let content = self.seeded(act, seed);
        let mut file = self.newborn(act, folder, name, Some(content));
        for version in 0..seed.versions {
            let size = seed.size + version + 1;
            let earlier = self.content(act, size, invented(size, &seed.path));
            file.history.push(earlier);
        }
        if let Some(inode) = &seed.inode {
            file.inode.clone_from(inode);
        }
        self.put(act, space, file);
        Ok(())
    }

    fn seeded(&mut self, act: &Act<'_>, seed: &SeedEntry) -> Content {
        let text = seed.text.as_deref().unwrap_or(&seed.path);
        let (size, sum) = match &seed.content {
            Some(bytes) => {
                let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
                (size, crc64(bytes.as_bytes()))
            }
            None => (seed.size, invented(seed.size, text)),
        };
        self.content(act, size, seed.crc64.unwrap_or(sum))
    }

    fn generate(
        &mut self,
        act: &Act<'_>,
        space: &str,
        generated: &Generated,
    ) -> Result<(), String> {
        for folder in 1..=generated.folders {
            let way = format!("{}/Folder {folder:05}", generated.below);
            let parent = self.folder_at(act, space, &way)?;
            for file in 1..=generated.files {
                let name = format!("File {file:05}.txt");
                let sum = invented(generated.size, &format!("{way}/{name}"));
                let content = self.content(act, generated.size, sum);
                let made = self.newborn(act, parent, &name, Some(content));
                self.put(act, space, made);
            }
        }
        Ok(())
    }
}
