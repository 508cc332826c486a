//! Files from their bytes: where to send them, and the commit that makes them an entry.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::act::{Act, Role, Strategy};
use super::drive::Drive;
use super::entry::{EntryId, Kind, Property};
use super::folder::MOST_PROPERTIES;
use super::landing::{Arrival, Landing, Overwrite, Own, landing};
use super::names::admitted;
use super::space::SpaceId;
use crate::emulator::calendar::Moment;
use crate::emulator::dingtalk::error::Code;

/// For how long bytes are taken, in milliseconds.
pub(crate) const UPLOAD_LIFE: Moment = 900_000;

/// A place for bytes that may come.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Upload {
    pub(crate) key: String,
    /// What the sender has to show.
    pub(crate) signature: String,
    pub(crate) space: SpaceId,
    pub(crate) made: Moment,
    /// How many bytes came, once they did.
    pub(crate) received: Option<u64>,
    pub(crate) stage: Stage,
}

/// Whether an upload became a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Stage {
    Open,
    Committed,
}

/// What makes bytes a file.
#[derive(Debug, Clone)]
pub(crate) struct Commit<'a> {
    pub(crate) space: SpaceId,
    pub(crate) parent: EntryId,
    pub(crate) key: &'a str,
    pub(crate) name: &'a str,
    /// What the sender believes it sent.
    pub(crate) size: Option<u64>,
    pub(crate) strategy: Strategy,
    /// The file that gets a new version, whatever its name.
    pub(crate) overwrite: Option<EntryId>,
    pub(crate) properties: BTreeMap<String, Property>,
}

impl Drive {
    /// Opens a place for bytes; `size` is what the sender announces.
    pub(crate) fn open_upload(
        &mut self,
        act: &Act<'_>,
        space: SpaceId,
        size: u64,
    ) -> Result<Upload, Code> {
        self.permits(act, space, Role::Editor)?;
        self.fits(space, size)?;
        let upload = Upload {
            key: self.chance.word(40),
            signature: self.chance.word(24),
            space,
            made: act.now,
            received: None,
            stage: Stage::Open,
        };
        self.uploads.insert(upload.key.clone(), upload.clone());
        Ok(upload)
    }

    /// Makes the bytes of an upload a file, and gives its id.
    pub(crate) fn commit(&mut self, act: &Act<'_>, commit: &Commit<'_>) -> Result<EntryId, Code> {
        self.permits(act, commit.space, Role::Editor)?;
        if self.entry(commit.space, commit.parent)?.kind != Kind::Folder {
            return Err(Code::Argument("parentId"));
        }
        self.undisturbed(act, commit.space, commit.parent)?;
        let name = admitted(commit.name, act.rules).ok_or(Code::DentryNameIllegal)?;
        if commit.properties.len() > MOST_PROPERTIES {
            return Err(Code::TooManyProperties);
        }
        let size = self.received(act, commit)?;
        self.fits(commit.space, size)?;
        let landing = self.landing_of_commit(act, commit, &name)?;
        let id = match landing {
            Landing::Existing(existing) => existing,
            Landing::Onto(existing) | Landing::Instead(existing) => {
                self.change(act, commit.space, existing, |entry| {
                    entry.rewrite(size, act.person, act.now);
                })?;
                existing
            }
            Landing::Free(name) => {
                let mut file = self.newborn(act, commit.parent, (&name, Kind::File), size);
                file.properties = commit.properties.clone();
                let id = file.id;
                self.put(act, commit.space, file);
                id
            }
        };
        if let Some(upload) = self.uploads.get_mut(commit.key) {
            upload.stage = Stage::Committed;
        }
        Ok(id)
    }

    /// How many bytes came for a commit, where it may be made of them.
    fn received(&self, act: &Act<'_>, commit: &Commit<'_>) -> Result<u64, Code> {
        let wrong = Code::Argument("uploadKey");
        let upload = self.uploads.get(commit.key).ok_or(wrong)?;
        let again = upload.stage == Stage::Committed && act.rules.is("upload-key-reuse", "refuse");
        if again || upload.space != commit.space {
            return Err(wrong);
        }
        let received = upload.received.ok_or(Code::DentryStoreError)?;
        if commit.size.is_some_and(|size| size != received) {
            return Err(Code::DentryStoreError);
        }
        Ok(received)
    }

    fn landing_of_commit(
        &self,
        act: &Act<'_>,
        commit: &Commit<'_>,
        name: &str,
    ) -> Result<Landing, Code> {
        if let Some(id) = commit.overwrite {
            let there = self.entry(commit.space, id)?;
            return match there.kind {
                Kind::File => Ok(Landing::Onto(id)),
                Kind::Folder => Err(Code::Argument("overwriteDentryId")),
            };
        }
        let arrival = Arrival {
            folder: commit.parent,
            name,
            kind: Kind::File,
            own: Own::Foreign,
            strategy: commit.strategy,
            overwrite: Overwrite::Version,
        };
        landing(&self.space(commit.space)?.tree, &arrival, act.rules)
    }
}
