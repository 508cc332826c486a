//! One space: its tree, its limit, and how paths lead into it.

use serde::{Deserialize, Serialize};

use super::act::Act;
use super::entry::{Entry, EntryId, Kind, ROOT};
use super::path::LONGEST_NAME;
use crate::emulator::calendar::Moment;
use crate::emulator::smh::error::Code;
use crate::emulator::switch::Switches;
use crate::emulator::tree::{Node, Tree};

/// A space of a library.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Space {
    pub(crate) id: String,
    /// Who made it; empty for nobody.
    pub(crate) user: String,
    pub(crate) created: Moment,
    pub(crate) quota: Option<Quota>,
    pub(crate) tree: Tree<Entry>,
}

/// How much a space may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Quota {
    pub(crate) id: u64,
    /// In bytes.
    pub(crate) capacity: u64,
}

/// Where something arrives: the last directory on the way that is there, the names of those that
/// are not, and the name at the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Approach {
    pub(crate) folder: EntryId,
    pub(crate) missing: Vec<String>,
    pub(crate) name: String,
}

/// Whether the directories on the way are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Parents {
    Made,
    Required,
}

impl Space {
    /// The child of a directory with a name.
    pub(crate) fn child(&self, folder: EntryId, name: &str, rules: &Switches) -> Option<&Entry> {
        let insensitive = rules.is("names", "insensitive");
        let mut alike = self.tree.alike(folder, name);
        alike.find(|entry| insensitive || entry.name == name)
    }

    /// The entry at a path.
    pub(crate) fn find(&self, path: &[String], rules: &Switches) -> Option<&Entry> {
        let mut entry = self.tree.get(ROOT)?;
        for name in path {
            entry = self.child(entry.id, name, rules)?;
        }
        Some(entry)
    }

    /// The names from the root down to an entry.
    pub(crate) fn path(&self, id: EntryId) -> Vec<String> {
        let chain = self.tree.chain(id).filter(|entry| entry.id != ROOT);
        let mut names: Vec<String> = chain.map(|entry| entry.name.clone()).collect();
        names.reverse();
        names
    }

    /// How something of this kind gets to a path.
    pub(crate) fn approach(
        &self,
        path: &[String],
        kind: Kind,
        parents: Parents,
        rules: &Switches,
    ) -> Result<Approach, Code> {
        let (name, way) = path.split_last().ok_or(Code::EmptyPath)?;
        if way.iter().any(|name| is_too_long(name)) {
            return Err(Code::DirectoryNameLengthExceed);
        }
        if is_too_long(name) {
            return Err(match kind {
                Kind::File => Code::FileNameLengthExceed,
                Kind::Folder => Code::DirectoryNameLengthExceed,
            });
        }
        let mut folder = ROOT;
        let mut missing = Vec::new();
        for name in way {
            let there = if missing.is_empty() {
                self.child(folder, name, rules)
            } else {
                None
            };
            match there.map(|entry| (entry.kind(), entry.id)) {
                Some((Kind::File, _)) => return Err(Code::SameNameDirectoryOrFileExists),
                Some((Kind::Folder, id)) => folder = id,
                None => missing.push(name.clone()),
            }
        }
        if !missing.is_empty() && parents == Parents::Required {
            return Err(Code::DirectoryNotFound);
        }
        Ok(Approach {
            folder,
            missing,
            name: name.clone(),
        })
    }

    /// The bytes of all files.
    pub(crate) fn used(&self) -> u64 {
        self.tree.entries().map(Node::size).sum()
    }

    /// Whether so many more bytes fit.
    pub(crate) fn fits(&self, bytes: u64) -> Result<(), Code> {
        match self.quota {
            Some(quota) if bytes > 0 && self.used().saturating_add(bytes) > quota.capacity => {
                Err(Code::QuotaLimitReached)
            }
            Some(_) | None => Ok(()),
        }
    }

    /// Notes that something came into a directory or went out of it.
    pub(crate) fn child_changed(&mut self, folder: EntryId, act: &Act<'_>) {
        if let Some(entry) = self.tree.get_mut(folder) {
            entry.changes += 1;
            entry.modified = act.now;
        }
    }
}

fn is_too_long(name: &str) -> bool {
    name.chars().count() > LONGEST_NAME
}
