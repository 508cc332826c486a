//! Where an entry comes to stand, under each conflict strategy.

use super::act::Strategy;
use super::entry::{Entry, EntryId, Kind};
use super::names::{free, rival};
use super::tree::Tree;
use crate::emulator::dingtalk::error::Code;
use crate::emulator::dingtalk::rules::Rules;

/// What an entry that arrives finds and does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Landing {
    /// Nothing is in the way of this name.
    Free(String),
    /// It goes into what is there: a new version of a file, or the content of a folder.
    Onto(EntryId),
    /// What is there goes, and it takes the place.
    Instead(EntryId),
    /// What is there is the answer, and nothing is done.
    Existing(EntryId),
}

/// What arrives where.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Arrival<'a> {
    pub(crate) folder: EntryId,
    pub(crate) name: &'a str,
    pub(crate) kind: Kind,
    /// Itself, if it is already somewhere in this tree.
    pub(crate) own: Own,
    pub(crate) strategy: Strategy,
    /// What OVERWRITE does with a file: `version` or `replace`.
    pub(crate) overwrite: Overwrite,
}

/// What arriving entries are in the tree already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Own {
    /// Nothing in this tree.
    Foreign,
    /// The source of a copy, which stays.
    Copied(EntryId),
    /// An entry that leaves its place for this one.
    Moved(EntryId),
}

/// What OVERWRITE does where both are files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Overwrite {
    Version,
    Replace,
}

/// Decides where an entry comes to stand; changes nothing.
pub(crate) fn landing(tree: &Tree, arrival: &Arrival<'_>, rules: &Rules) -> Result<Landing, Code> {
    let Arrival {
        folder, name, kind, ..
    } = *arrival;
    let own = match arrival.own {
        Own::Moved(id) => Some(id),
        Own::Foreign | Own::Copied(_) => None,
    };
    let Some(there) = rival(tree, folder, (name, kind), own, rules) else {
        return Ok(Landing::Free(name.to_owned()));
    };
    match arrival.strategy {
        Strategy::AutoRename => Ok(Landing::Free(free(tree, folder, name, kind, rules))),
        Strategy::ReturnExisting => Ok(Landing::Existing(there.id)),
        Strategy::ReturnError => Err(Code::DentryAlreadyExist),
        Strategy::Overwrite => overwritten(tree, arrival, there, rules),
    }
}

fn overwritten(
    tree: &Tree,
    arrival: &Arrival<'_>,
    there: &Entry,
    rules: &Rules,
) -> Result<Landing, Code> {
    if arrival.own == Own::Copied(there.id) {
        return Ok(Landing::Existing(there.id));
    }
    if there.kind != arrival.kind {
        return Err(Code::DentryAlreadyExist);
    }
    let landing = match (there.kind, arrival.overwrite) {
        (Kind::File, Overwrite::Version) => Landing::Onto(there.id),
        (Kind::File, Overwrite::Replace) => Landing::Instead(there.id),
        (Kind::Folder, _) if rules.is("overwrite-folder", "merge") => Landing::Onto(there.id),
        (Kind::Folder, _) if rules.is("overwrite-folder", "replace") => Landing::Instead(there.id),
        (Kind::Folder, _) => return Err(Code::DentryAlreadyExist),
    };
    // Taking the place of a folder that one comes from would remove what is on its way.
    let holds_it = match arrival.own {
        Own::Foreign => false,
        Own::Copied(id) | Own::Moved(id) => tree.is_within(id, there.id),
    };
    if matches!(landing, Landing::Instead(_)) && holds_it {
        return Err(Code::DentryAlreadyExist);
    }
    Ok(landing)
}
