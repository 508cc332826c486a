//! One file or folder of a space.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::emulator::calendar::Moment;
use crate::emulator::tree::Node;
pub(crate) use crate::emulator::tree::{EntryId, Kind, ROOT};

/// A file or folder. A file's bytes are only counted.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Entry {
    pub(crate) id: EntryId,
    pub(crate) parent: EntryId,
    pub(crate) name: String,
    pub(crate) kind: Kind,
    /// Stays the same wherever the entry moves.
    pub(crate) uuid: String,
    pub(crate) content: Content,
    /// Earlier contents, oldest first.
    pub(crate) history: Vec<Content>,
    pub(crate) creator: String,
    pub(crate) created: Moment,
    /// What apps attached, by name.
    pub(crate) properties: BTreeMap<String, Property>,
    /// What keeps its bytes, such as `DINGTALK`.
    pub(crate) driver: String,
    /// Such as `NORMAL`.
    pub(crate) status: String,
    pub(crate) access: Access,
    /// People with rights of their own on it.
    pub(crate) grants: Vec<String>,
}

/// What an entry holds, and since when.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Content {
    pub(crate) version: u64,
    /// In bytes; 0 for folders.
    pub(crate) size: u64,
    pub(crate) modifier: String,
    pub(crate) modified: Moment,
}

/// Whether calls may change an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Access {
    Open,
    Locked,
}

/// One thing that an app attached to an entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Property {
    pub(crate) value: String,
    /// `PUBLIC` or `PRIVATE`.
    pub(crate) visibility: String,
    /// The app.
    pub(crate) owner: String,
}

impl Node for Entry {
    fn id(&self) -> EntryId {
        self.id
    }

    fn parent(&self) -> EntryId {
        self.parent
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn kind(&self) -> Kind {
        self.kind
    }

    fn size(&self) -> u64 {
        self.content.size
    }

    fn settle(&mut self, parent: EntryId, name: &str) {
        self.parent = parent;
        name.clone_into(&mut self.name);
    }
}

impl Entry {
    /// Adds a version to a file.
    pub(crate) fn rewrite(&mut self, size: u64, modifier: &str, now: Moment) {
        let content = Content {
            version: self.content.version + 1,
            size,
            modifier: modifier.to_owned(),
            modified: now,
        };
        self.history
            .push(std::mem::replace(&mut self.content, content));
    }

    /// Marks it as modified without a new version.
    pub(crate) fn touch(&mut self, modifier: &str, now: Moment) {
        modifier.clone_into(&mut self.content.modifier);
        self.content.modified = now;
    }
}
