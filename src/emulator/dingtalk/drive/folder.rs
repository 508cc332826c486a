//! New folders.

use std::collections::BTreeMap;

use super::act::{Act, Role, Strategy};
use super::drive::Drive;
use super::entry::{EntryId, Kind, Property};
use super::landing::{Arrival, Landing, Overwrite, Own, landing};
use super::names::admitted;
use super::space::SpaceId;
use crate::emulator::dingtalk::error::Code;

/// Most properties that one app may attach to one entry.
pub(crate) const MOST_PROPERTIES: usize = 3;

impl Drive {
    /// Makes one folder and gives its id, or that of the one that was there.
    pub(crate) fn add_folder(
        &mut self,
        act: &Act<'_>,
        (space, parent): (SpaceId, EntryId),
        name: &str,
        strategy: Strategy,
        properties: BTreeMap<String, Property>,
    ) -> Result<EntryId, Code> {
        self.permits(act, space, Role::Editor)?;
        if self.entry(space, parent)?.kind != Kind::Folder {
            return Err(Code::Argument("parentId"));
        }
        self.undisturbed(act, space, parent)?;
        let name = admitted(name, act.rules).ok_or(Code::DentryNameIllegal)?;
        if properties.len() > MOST_PROPERTIES {
            return Err(Code::TooManyProperties);
        }
        let tree = &self.space(space)?.tree;
        let deepest = act.rules.length("depth");
        if deepest > 0 && tree.chain(parent).count() > deepest {
            return Err(Code::Argument("parentId"));
        }
        let arrival = Arrival {
            folder: parent,
            name: &name,
            kind: Kind::Folder,
            own: Own::Foreign,
            strategy,
            overwrite: Overwrite::Version,
        };
        let name = match landing(tree, &arrival, act.rules)? {
            Landing::Existing(existing) | Landing::Onto(existing) => return Ok(existing),
            Landing::Instead(existing) => {
                self.take(act, space, existing);
                name
            }
            Landing::Free(name) => name,
        };
        let mut folder = self.newborn(act, parent, (&name, Kind::Folder), 0);
        folder.properties = properties;
        let id = folder.id;
        self.put(act, space, folder);
        Ok(id)
    }
}
