//! One file or directory of a space.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::emulator::calendar::Moment;
use crate::emulator::tree::Node;
pub(crate) use crate::emulator::tree::{EntryId, Kind, ROOT};

/// A file or directory.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Entry {
    pub(crate) id: EntryId,
    pub(crate) parent: EntryId,
    pub(crate) name: String,
    /// Stays the same wherever the entry moves.
    pub(crate) inode: String,
    pub(crate) creator: String,
    pub(crate) created: Moment,
    pub(crate) modified: Moment,
    /// Counts what came into a directory and went.
    pub(crate) changes: u64,
    /// What a file holds; a directory holds nothing.
    pub(crate) content: Option<Content>,
    /// Earlier contents, oldest first.
    pub(crate) history: Vec<Content>,
    pub(crate) details: Details,
}

/// What a file holds, and since when. Bytes are only counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Content {
    pub(crate) version: u64,
    /// In bytes.
    pub(crate) size: u64,
    pub(crate) crc64: u64,
    /// With its quotes.
    pub(crate) tag: String,
    pub(crate) since: Moment,
    pub(crate) by: String,
}

/// What the uploader says of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Details {
    pub(crate) category: Option<String>,
    pub(crate) labels: Vec<String>,
    pub(crate) local_creation_time: Option<String>,
    pub(crate) local_modification_time: Option<String>,
    pub(crate) metadata: BTreeMap<String, String>,
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
        match self.content {
            Some(_) => Kind::File,
            None => Kind::Folder,
        }
    }

    fn size(&self) -> u64 {
        self.content.as_ref().map_or(0, |content| content.size)
    }

    fn settle(&mut self, parent: EntryId, name: &str) {
        self.parent = parent;
        name.clone_into(&mut self.name);
    }
}

impl Entry {
    /// Gives a file other content and keeps the earlier one.
    pub(crate) fn rewrite(&mut self, content: Content) {
        self.modified = content.since;
        self.history.extend(self.content.replace(content));
    }

    /// The tag of a file's content, or of what is in a directory.
    pub(crate) fn tag(&self) -> String {
        self.content.as_ref().map_or_else(
            || format!("\"{}-{}\"", self.inode, self.changes),
            |content| content.tag.clone(),
        )
    }
}
