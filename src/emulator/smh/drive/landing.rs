//! Where an entry comes to stand, under each conflict strategy.

use super::act::Strategy;
use super::entry::{EntryId, Kind};
use super::path::{Dot, divided};
use super::space::Space;
use crate::emulator::smh::error::Code;
use crate::emulator::switch::Switches;
use crate::emulator::tree::Node;

/// What an entry that arrives finds and does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Landing {
    /// Nothing is in the way of this name.
    Free(String),
    /// It overwrites this file.
    Onto(EntryId),
}

/// What arrives where.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Arrival<'a> {
    pub(crate) folder: EntryId,
    pub(crate) name: &'a str,
    pub(crate) kind: Kind,
    pub(crate) strategy: Strategy,
    /// Itself, if it leaves another place of this tree; it clashes with nothing.
    pub(crate) own: Option<EntryId>,
}

impl Space {
    /// Decides where an entry comes to stand; changes nothing.
    pub(crate) fn landing(&self, arrival: &Arrival<'_>, rules: &Switches) -> Result<Landing, Code> {
        let Arrival {
            folder, name, kind, ..
        } = *arrival;
        let rival = self.child(folder, name, rules);
        let Some(there) = rival.filter(|there| Some(there.id) != arrival.own) else {
            return Ok(Landing::Free(name.to_owned()));
        };
        let taken = Err(Code::SameNameDirectoryOrFileExists);
        match arrival.strategy {
            Strategy::Rename => Ok(Landing::Free(self.free(folder, name, kind, rules))),
            Strategy::Overwrite if (there.kind(), kind) == (Kind::File, Kind::File) => {
                if !there.history.is_empty() && rules.is("overwrite-history", "refuse") {
                    return taken;
                }
                Ok(Landing::Onto(there.id))
            }
            Strategy::Ask | Strategy::Overwrite => taken,
        }
    }

    /// The first name with a number that nothing in the directory has.
    fn free(&self, folder: EntryId, name: &str, kind: Kind, rules: &Switches) -> String {
        let dot = if rules.is("numbered-suffix", "first") {
            Dot::First
        } else {
            Dot::Last
        };
        let (stem, suffix) = match kind {
            Kind::File => divided(name, dot),
            Kind::Folder => (name, ""),
        };
        let numbered = |number: u64| format!("{stem} ({number}){suffix}");
        let mut number = 1;
        while self.child(folder, &numbered(number), rules).is_some() {
            number += 1;
        }
        numbered(number)
    }
}
