//! New directories.

use super::act::{Act, Strategy};
use super::carry::{Landed, Spot};
use super::entry::Kind;
use super::landing::{Arrival, Landing};
use super::library::Library;
use super::space::Parents;
use crate::emulator::smh::error::Code;

impl Library {
    /// Makes one directory, and those above it that are missing.
    pub(crate) fn create_directory(
        &mut self,
        act: &Act<'_>,
        spot: &Spot,
        strategy: Strategy,
    ) -> Result<Landed, Code> {
        act.rights.needs(&["create_directory"])?;
        let space = self.space(&spot.space)?;
        let approach = space.approach(&spot.path, Kind::Folder, Parents::Made, act.rules)?;
        let arrival = Arrival {
            folder: approach.folder,
            name: &approach.name,
            kind: Kind::Folder,
            strategy,
            own: None,
        };
        let name = if !approach.missing.is_empty() {
            approach.name.clone()
        } else {
            match space.landing(&arrival, act.rules)? {
                Landing::Free(name) => name,
                Landing::Onto(_) => return Err(Code::SameNameDirectoryOrFileExists),
            }
        };
        let folder = self.pave(act, &spot.space, &approach);
        let made = self.newborn(act, folder, &name, None);
        let id = made.id;
        self.put(act, &spot.space, made);
        Ok(Landed {
            id,
            path: self.space(&spot.space)?.path(id),
            strategy,
        })
    }
}
