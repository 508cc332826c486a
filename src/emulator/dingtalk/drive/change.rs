//! Changes of an entry where it stands: its name, its properties, its version.

use std::collections::BTreeMap;

use super::act::{Act, Role};
use super::drive::Drive;
use super::entry::{Access, Content, EntryId, Kind, Property, ROOT};
use super::folder::MOST_PROPERTIES;
use super::names::{admitted, renamed, rival};
use super::space::SpaceId;
use crate::emulator::dingtalk::error::Code;

impl Drive {
    /// Gives an entry another name. There is no conflict strategy: a name that is taken is
    /// refused.
    pub(crate) fn rename(
        &mut self,
        act: &Act<'_>,
        space: SpaceId,
        id: EntryId,
        name: &str,
    ) -> Result<(), Code> {
        self.permits(act, space, Role::Manager)?;
        if id == ROOT {
            return Err(Code::Argument("dentryId"));
        }
        let entry = self.entry(space, id)?;
        if entry.access == Access::Locked {
            return Err(Code::PermissionDenied);
        }
        self.undisturbed(act, space, id)?;
        let name = admitted(name, act.rules).ok_or(Code::Argument("name"))?;
        let name = renamed(entry, &name, act.rules);
        let (parent, kind) = (entry.parent, entry.kind);
        if name == entry.name {
            return Ok(());
        }
        let tree = &self.space(space)?.tree;
        if rival(tree, parent, (&name, kind), Some(id), act.rules).is_some() {
            return Err(Code::DentryAlreadyExist);
        }
        self.place(act, space, id, (parent, &name));
        Ok(())
    }

    /// Attaches properties to an entry, by name.
    pub(crate) fn attach(
        &mut self,
        act: &Act<'_>,
        space: SpaceId,
        id: EntryId,
        properties: BTreeMap<String, Property>,
    ) -> Result<(), Code> {
        self.permits(act, space, Role::Editor)?;
        let entry = self.entry(space, id)?;
        let others = entry.properties.iter().filter(|(name, property)| {
            property.owner == act.app && !properties.contains_key(*name)
        });
        if others.count() + properties.len() > MOST_PROPERTIES {
            return Err(Code::TooManyProperties);
        }
        self.change(act, space, id, |entry| entry.properties.extend(properties))
    }

    /// Takes properties off an entry; those that are not there are no failure.
    pub(crate) fn detach(
        &mut self,
        act: &Act<'_>,
        space: SpaceId,
        id: EntryId,
        names: &[String],
    ) -> Result<(), Code> {
        self.permits(act, space, Role::Editor)?;
        self.change(act, space, id, |entry| {
            entry.properties.retain(|name, _| !names.contains(name));
        })
    }

    /// The contents of a file, the newest first.
    pub(crate) fn versions(&self, space: SpaceId, id: EntryId) -> Result<Vec<&Content>, Code> {
        let entry = self.entry(space, id)?;
        if entry.kind != Kind::File {
            return Err(Code::Argument("dentryId"));
        }
        let newest = std::iter::once(&entry.content);
        Ok(newest.chain(entry.history.iter().rev()).collect())
    }

    /// Makes an earlier content the newest again, as a version of its own.
    pub(crate) fn revert(
        &mut self,
        act: &Act<'_>,
        space: SpaceId,
        id: EntryId,
        version: u64,
    ) -> Result<(), Code> {
        self.permits(act, space, Role::Editor)?;
        let versions = self.versions(space, id)?;
        let content = versions.iter().find(|content| content.version == version);
        let size = content.ok_or(Code::Argument("version"))?.size;
        self.change(act, space, id, |entry| {
            entry.rewrite(size, act.person, act.now);
        })
    }
}
