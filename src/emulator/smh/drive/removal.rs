//! Removing entries for good or into the recycle bin.

use serde::{Deserialize, Serialize};

use super::act::Act;
use super::bin::BinItem;
use super::carry::{Spot, Wanted};
use super::entry::{Kind, ROOT};
use super::library::{Bin, Library};
use crate::emulator::smh::error::Code;
use crate::emulator::tree::Node;

/// What is removed, and how.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Removal {
    pub(crate) spot: Spot,
    pub(crate) wanted: Wanted,
    pub(crate) way: Way,
}

/// Where a removed entry goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Way {
    /// Into the recycle bin, where the library has one.
    ToBin,
    ForGood,
}

impl Library {
    /// Removes one entry; gives the item of the recycle bin that it became, if it did.
    pub(crate) fn remove(&mut self, act: &Act<'_>, removal: &Removal) -> Result<Option<u64>, Code> {
        let Spot { space, path } = &removal.spot;
        let found = self.space(space)?.find(path, act.rules);
        let missing = match removal.wanted {
            Wanted::Either => Code::PathNotFound,
            Wanted::Only(Kind::File) => Code::FileNotFound,
            Wanted::Only(Kind::Folder) => Code::DirectoryNotFound,
        };
        let entry = found.ok_or(missing)?;
        let (id, kind) = (entry.id, entry.kind());
        if matches!(removal.wanted, Wanted::Only(wanted) if wanted != kind) {
            return Err(missing);
        }
        if id == ROOT {
            return Err(Code::RootDirectoryNotAllowed);
        }
        act.rights.needs(&[match (kind, removal.way) {
            (Kind::File, Way::ToBin) => "delete_file",
            (Kind::File, Way::ForGood) => "delete_file_permanent",
            (Kind::Folder, Way::ToBin) => "delete_directory",
            (Kind::Folder, Way::ForGood) => "delete_directory_permanent",
        }])?;
        let path = self.space(space)?.path(id);
        let entries = self.take(act, space, id);
        if removal.way == Way::ForGood || self.bin == Bin::Off {
            return Ok(None);
        }
        let item = self.number();
        let recycled = BinItem {
            id: item,
            space: space.clone(),
            entries,
            path,
            at: act.now,
        };
        self.recycled.insert(item, recycled);
        Ok(Some(item))
    }
}
