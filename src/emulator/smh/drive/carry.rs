//! Copy and move of one file, or of one directory with everything in it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::act::{Act, Strategy};
use super::entry::{Content, Entry, EntryId, Kind, ROOT};
use super::landing::{Arrival, Landing};
use super::library::{History, Library};
use super::path::{Path, file_type};
use super::space::{Approach, Parents};
use crate::emulator::smh::error::Code;
use crate::emulator::tree::Node;

/// What goes where.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Carriage {
    pub(crate) verb: Verb,
    pub(crate) source: Spot,
    pub(crate) target: Spot,
    /// What the call says; the default depends on the kind of the source.
    pub(crate) strategy: Option<Strategy>,
    pub(crate) wanted: Wanted,
}

/// A place in a library.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Spot {
    pub(crate) space: String,
    pub(crate) path: Path,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Verb {
    Copy,
    Move,
}

/// Which kinds a call is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Wanted {
    /// An item of a batch may be either.
    Either,
    Only(Kind),
}

/// A carriage that nothing is in the way of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Passage {
    pub(crate) source: EntryId,
    pub(crate) strategy: Strategy,
    approach: Approach,
    landing: Landing,
}

/// Where an entry came to stand, and under which strategy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Landed {
    pub(crate) id: EntryId,
    pub(crate) path: Path,
    pub(crate) strategy: Strategy,
}

impl Carriage {
    fn crosses(&self) -> bool {
        self.source.space != self.target.space
    }
}

impl Library {
    /// Whether a carriage can be done now, and how; changes nothing.
    pub(crate) fn examine(&self, act: &Act<'_>, carriage: &Carriage) -> Result<Passage, Code> {
        let source = self.source(act, carriage)?;
        let strategy = strategy(act, carriage, source.kind())?;
        permit(act, carriage, source.kind(), strategy)?;
        let space = self.space(&carriage.target.space)?;
        let parents = parents(act, carriage, source.kind());
        let target = &carriage.target.path;
        let approach = space.approach(target, source.kind(), parents, act.rules)?;
        let within = !carriage.crosses() && space.tree.is_within(approach.folder, source.id);
        if within {
            return Err(Code::SourceDirectoryIsParentOfDestination);
        }
        let own = !carriage.crosses() && carriage.verb == Verb::Move;
        let stays = own && act.rules.is("move-in-place", "keep");
        let landing = if approach.missing.is_empty() {
            let arrival = Arrival {
                folder: approach.folder,
                name: &approach.name,
                kind: source.kind(),
                strategy,
                own: stays.then_some(source.id),
            };
            space.landing(&arrival, act.rules)?
        } else {
            Landing::Free(approach.name.clone())
        };
        self.weigh(act, carriage, source, &landing)?;
        Ok(Passage {
            source: source.id,
            strategy,
            approach,
            landing,
        })
    }

    fn source(&self, act: &Act<'_>, carriage: &Carriage) -> Result<&Entry, Code> {
        let found = self
            .space(&carriage.source.space)?
            .find(&carriage.source.path, act.rules);
        let missing = match carriage.wanted {
            Wanted::Either if act.rules.is("batch-missing", "file") => Code::SourceFileNotFound,
            Wanted::Either => Code::SourcePathNotFound,
            Wanted::Only(Kind::File) => Code::SourceFileNotFound,
            Wanted::Only(Kind::Folder) => Code::SourceDirectoryNotFound,
        };
        let source = found.ok_or(missing)?;
        if source.id == ROOT {
            return Err(Code::InvalidSourcePath);
        }
        match carriage.wanted {
            Wanted::Only(kind) if kind != source.kind() => Err(missing),
            Wanted::Only(_) | Wanted::Either => Ok(source),
        }
    }

    /// Whether the bytes fit, and a file stays of the type that it is.
    fn weigh(
        &self,
        act: &Act<'_>,
        carriage: &Carriage,
        source: &Entry,
        landing: &Landing,
    ) -> Result<(), Code> {
        let last = carriage.target.path.last().map_or("", String::as_str);
        let retyped = file_type(&source.name) != file_type(last);
        if carriage.verb == Verb::Move
            && source.kind() == Kind::File
            && retyped
            && act.rules.is("type-change", "refuse")
        {
            return Err(Code::FileTypeNotMatched);
        }
        if matches!(landing, Landing::Onto(there) if *there == source.id && !carriage.crosses()) {
            return Err(Code::SameNameDirectoryOrFileExists);
        }
        let arrives = carriage.crosses() || carriage.verb == Verb::Copy;
        let space = self.space(&carriage.target.space)?;
        if !arrives || space.quota.is_none() || act.rules.is("copy-quota", "ignore") {
            return Ok(());
        }
        space.fits(self.space(&carriage.source.space)?.tree.bytes(source.id))
    }

    /// Does a carriage as a whole.
    pub(crate) fn carry(&mut self, act: &Act<'_>, carriage: &Carriage) -> Result<Landed, Code> {
        let passage = self.examine(act, carriage)?;
        match carriage.verb {
            Verb::Copy => {
                let below = self
                    .space(&carriage.source.space)?
                    .tree
                    .below(passage.source);
                let landed = self.arrive(act, carriage, &passage)?;
                let mut copies = BTreeMap::from([(passage.source, landed.id)]);
                for id in below {
                    self.follow(act, carriage, id, &mut copies);
                }
                Ok(landed)
            }
            Verb::Move => self.shift(act, carriage, &passage),
        }
    }

    /// Copies the source itself, without what is in it.
    pub(crate) fn arrive(
        &mut self,
        act: &Act<'_>,
        carriage: &Carriage,
        passage: &Passage,
    ) -> Result<Landed, Code> {
        let source = self.entry(&carriage.source.space, passage.source)?;
        let space = &carriage.target.space;
        let folder = self.pave(act, space, &passage.approach);
        let id = match (&passage.landing, source.content.clone()) {
            (Landing::Onto(there), Some(content)) if self.history == History::On => {
                let content = self.copied(act, &content);
                self.rewrite(space, *there, content)?;
                *there
            }
            (landing, _) => {
                let name = self.cleared(act, space, landing)?;
                let copy = self.duplicate(act, &source, (folder, &name));
                let id = copy.id;
                self.put(act, space, copy);
                id
            }
        };
        self.landed(space, id, passage.strategy)
    }

    /// Copies one entry after the directory that it is in.
    pub(crate) fn follow(
        &mut self,
        act: &Act<'_>,
        carriage: &Carriage,
        id: EntryId,
        copies: &mut BTreeMap<EntryId, EntryId>,
    ) {
        // What somebody removes in the meantime is not copied, and neither is what is in it.
        let Ok(source) = self.entry(&carriage.source.space, id) else {
            return;
        };
        let Some(folder) = copies.get(&source.parent).copied() else {
            return;
        };
        let name = source.name.clone();
        let copy = self.duplicate(act, &source, (folder, &name));
        copies.insert(id, copy.id);
        self.put(act, &carriage.target.space, copy);
    }

    fn shift(
        &mut self,
        act: &Act<'_>,
        carriage: &Carriage,
        passage: &Passage,
    ) -> Result<Landed, Code> {
        let (from, to) = (&carriage.source.space, &carriage.target.space);
        let folder = self.pave(act, to, &passage.approach);
        let source = self.entry(from, passage.source)?;
        let id = match (&passage.landing, source.content) {
            (Landing::Onto(there), Some(content)) if self.history == History::On => {
                self.take(act, from, source.id);
                self.rewrite(to, *there, content)?;
                *there
            }
            (landing, _) => {
                let name = self.cleared(act, to, landing)?;
                if carriage.crosses() {
                    self.transfer(act, carriage, source.id, (folder, &name));
                } else {
                    self.place(act, to, source.id, (folder, &name));
                }
                source.id
            }
        };
        self.landed(to, id, passage.strategy)
    }

    /// Brings an entry with everything below it into another space. Ids are those of a library,
    /// so they stay.
    fn transfer(
        &mut self,
        act: &Act<'_>,
        carriage: &Carriage,
        id: EntryId,
        (folder, name): (EntryId, &str),
    ) {
        let mut taken = self.take(act, &carriage.source.space, id);
        if let Some(root) = taken.first_mut() {
            root.settle(folder, name);
        }
        for mut entry in taken {
            if act.rules.is("move-inode", "change") {
                entry.inode = self.mint_inode();
            }
            self.put(act, &carriage.target.space, entry);
        }
    }

    /// The name to stand under, once what is overwritten is gone.
    fn cleared(&mut self, act: &Act<'_>, space: &str, landing: &Landing) -> Result<String, Code> {
        match landing {
            Landing::Free(name) => Ok(name.clone()),
            Landing::Onto(there) => {
                let name = self.entry(space, *there)?.name;
                self.take(act, space, *there);
                Ok(name)
            }
        }
    }

    fn duplicate(
        &mut self,
        act: &Act<'_>,
        source: &Entry,
        (folder, name): (EntryId, &str),
    ) -> Entry {
        let content = source.content.as_ref();
        let content = content.map(|content| self.copied(act, content));
        let mut copy = self.newborn(act, folder, name, content);
        copy.details = source.details.clone();
        if act.rules.is("copy-time", "keep") {
            copy.created = source.created;
            copy.modified = source.modified;
        }
        copy
    }

    fn copied(&mut self, act: &Act<'_>, content: &Content) -> Content {
        let mut copy = self.content(act, content.size, content.crc64);
        if act.rules.is("copy-tag", "keep") {
            copy.tag.clone_from(&content.tag);
        }
        copy
    }

    fn entry(&self, space: &str, id: EntryId) -> Result<Entry, Code> {
        let entry = self.space(space)?.tree.get(id);
        entry.cloned().ok_or(Code::PathNotFound)
    }

    /// Gives a file a new version.
    pub(crate) fn rewrite(
        &mut self,
        space: &str,
        id: EntryId,
        content: Content,
    ) -> Result<(), Code> {
        self.revision += 1;
        let entry = self.space_mut(space)?.tree.get_mut(id);
        entry.ok_or(Code::FileNotFound)?.rewrite(content);
        Ok(())
    }

    fn landed(&self, space: &str, id: EntryId, strategy: Strategy) -> Result<Landed, Code> {
        Ok(Landed {
            id,
            path: self.space(space)?.path(id),
            strategy,
        })
    }
}

/// The strategy that counts. Directories are never overwritten.
fn strategy(act: &Act<'_>, carriage: &Carriage, kind: Kind) -> Result<Strategy, Code> {
    match (carriage.strategy, kind) {
        (None, Kind::Folder) => Ok(Strategy::Ask),
        (None, Kind::File) => Ok(Strategy::Rename),
        (Some(Strategy::Overwrite), Kind::Folder)
            if act.rules.is("overwrite-directory", "invalid") =>
        {
            Err(Code::InvalidConflictResolutionStrategy)
        }
        (Some(strategy), _) => Ok(strategy),
    }
}

/// Whether the directories on the way are made: for directories, unless a batch has its own rule.
fn parents(act: &Act<'_>, carriage: &Carriage, kind: Kind) -> Parents {
    let batch = carriage.wanted == Wanted::Either;
    if batch && act.rules.is("batch-parents", "create") {
        return Parents::Made;
    }
    let refuses = batch && act.rules.is("batch-parents", "refuse");
    match kind {
        Kind::Folder if !refuses => Parents::Made,
        Kind::Folder | Kind::File => Parents::Required,
    }
}

/// Whether a token allows a carriage. Overwriting a file needs a grant of its own.
fn permit(act: &Act<'_>, carriage: &Carriage, kind: Kind, strategy: Strategy) -> Result<(), Code> {
    if carriage.crosses() {
        return act
            .rights
            .crosses(&carriage.source.space, &carriage.target.space);
    }
    let grants: &[&str] = match (carriage.verb, kind, strategy) {
        (Verb::Copy, Kind::Folder, _) => &["copy_directory"],
        (Verb::Move, Kind::Folder, _) => &["move_directory"],
        (Verb::Copy, Kind::File, Strategy::Overwrite) => &["copy_file_force"],
        (Verb::Move, Kind::File, Strategy::Overwrite) => &["move_file_force"],
        (Verb::Copy, Kind::File, _) => &["copy_file", "copy_file_force"],
        (Verb::Move, Kind::File, _) => &["move_file", "move_file_force"],
    };
    act.rights.needs(grants)
}
