//! Files from their bytes: a ticket, the bytes, and the confirmation that makes them an entry.

use serde::{Deserialize, Serialize};

use super::act::{Act, Strategy};
use super::carry::{Landed, Spot};
use super::entry::{Details, Kind};
use super::landing::{Arrival, Landing};
use super::library::{History, Library};
use super::space::{Approach, Parents};
use crate::emulator::smh::crc64::crc64;
use crate::emulator::smh::error::Code;

/// A place for bytes that may come.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Upload {
    pub(crate) key: String,
    pub(crate) spot: Spot,
    pub(crate) strategy: Strategy,
    pub(crate) details: Details,
    /// Size and checksum of the bytes, once they came.
    pub(crate) received: Option<(u64, u64)>,
}

/// What the sender says at the end.
#[derive(Debug, Clone, Default)]
pub(crate) struct Confirmation {
    pub(crate) strategy: Option<Strategy>,
    pub(crate) crc64: Option<u64>,
    pub(crate) details: Details,
}

impl Library {
    /// Opens a place for so many bytes.
    pub(crate) fn open_upload(
        &mut self,
        act: &Act<'_>,
        spot: &Spot,
        strategy: Strategy,
        (size, details): (u64, Details),
    ) -> Result<&Upload, Code> {
        permit(act, strategy, "begin_upload", "begin_upload_force")?;
        self.arrival_of(act, spot, strategy)?;
        self.space(&spot.space)?.fits(size)?;
        self.revision += 1;
        let key = self.chance.word(32);
        let upload = Upload {
            key: key.clone(),
            spot: spot.clone(),
            strategy,
            details,
            received: None,
        };
        Ok(self.uploads.entry(key).or_insert(upload))
    }

    /// Takes the bytes of an upload.
    pub(crate) fn receive(&mut self, key: &str, bytes: &[u8]) -> Result<(), Code> {
        let upload = self.uploads.get_mut(key).ok_or(Code::UploadNotFound)?;
        let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        upload.received = Some((size, crc64(bytes)));
        self.revision += 1;
        Ok(())
    }

    /// Gives an upload up.
    pub(crate) fn cancel_upload(&mut self, key: &str) -> Result<(), Code> {
        self.revision += 1;
        let removed = self.uploads.remove(key);
        removed.map(|_| ()).ok_or(Code::UploadNotFound)
    }

    /// Makes the bytes of an upload a file.
    pub(crate) fn confirm(
        &mut self,
        act: &Act<'_>,
        key: &str,
        confirmation: Confirmation,
    ) -> Result<(String, Landed), Code> {
        let upload = self.uploads.get(key).ok_or(Code::UploadNotFound)?.clone();
        let strategy = confirmation.strategy.unwrap_or(upload.strategy);
        permit(act, strategy, "confirm_upload", "upload_file_force")?;
        let (size, crc64) = upload.received.ok_or(Code::UploadIncomplete)?;
        if confirmation.crc64.is_some_and(|told| told != crc64) {
            return Err(Code::BadCrc64);
        }
        let Spot { space, .. } = &upload.spot;
        let (approach, landing) = self.arrival_of(act, &upload.spot, strategy)?;
        self.space(space)?.fits(size)?;
        let content = self.content(act, size, crc64);
        let id = match landing {
            Landing::Onto(there) if self.history == History::On => {
                self.rewrite(space, there, content)?;
                there
            }
            Landing::Onto(there) => {
                self.take(act, space, there);
                let file = self.newborn(act, approach.folder, &approach.name, Some(content));
                self.settle(act, space, file, &upload, confirmation)
            }
            Landing::Free(name) => {
                let file = self.newborn(act, approach.folder, &name, Some(content));
                self.settle(act, space, file, &upload, confirmation)
            }
        };
        self.uploads.remove(key);
        let path = self.space(space)?.path(id);
        let landed = Landed { id, path, strategy };
        Ok((space.clone(), landed))
    }

    fn settle(
        &mut self,
        act: &Act<'_>,
        space: &str,
        mut file: super::entry::Entry,
        upload: &Upload,
        confirmation: Confirmation,
    ) -> u64 {
        let told = confirmation.details;
        file.details = if told == Details::default() {
            upload.details.clone()
        } else {
            told
        };
        file.details.metadata.clone_from(&upload.details.metadata);
        let id = file.id;
        self.put(act, space, file);
        id
    }

    fn arrival_of(
        &self,
        act: &Act<'_>,
        spot: &Spot,
        strategy: Strategy,
    ) -> Result<(Approach, Landing), Code> {
        let space = self.space(&spot.space)?;
        let approach = space.approach(&spot.path, Kind::File, Parents::Required, act.rules)?;
        let arrival = Arrival {
            folder: approach.folder,
            name: &approach.name,
            kind: Kind::File,
            strategy,
            own: None,
        };
        // An upload adds a version where a copy or move is refused.
        let versions = strategy == Strategy::Overwrite && self.history == History::On;
        let there = space.child(approach.folder, &approach.name, act.rules);
        let landing = match there {
            Some(there) if versions && there.content.is_some() => Landing::Onto(there.id),
            Some(_) | None => space.landing(&arrival, act.rules)?,
        };
        Ok((approach, landing))
    }
}

fn permit(act: &Act<'_>, strategy: Strategy, plain: &str, force: &str) -> Result<(), Code> {
    match strategy {
        Strategy::Overwrite => act.rights.needs(&["upload_file_force", force]),
        Strategy::Ask | Strategy::Rename => {
            act.rights
                .needs(&["upload_file", "upload_file_force", plain, force])
        }
    }
}
