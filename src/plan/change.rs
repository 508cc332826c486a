//! What has to change, on its way from the comparison to operations.

use std::collections::BTreeMap;

use super::adoption::{AdoptedPair, AdoptionKey};
use super::expand::SourceEntry;
use super::keep::Removal;
use super::operation::Reason;
use super::world::Node;
use crate::diagnostic::Diagnostic;
use crate::tree::{Address, EntryKind, EntryPath};

/// One entry that has to come to be somewhere.
#[derive(Debug, Clone)]
pub(super) struct Change {
    pub(super) placement: usize,
    pub(super) reason: Reason,
    pub(super) kind: EntryKind,
    pub(super) target: Address,
    /// The wanted path, where the entry goes beside it.
    pub(super) wished: Option<EntryPath>,
    /// Whose content it gets; `None` for a folder that is just made.
    pub(super) source: Option<SourceEntry>,
    /// The file that it replaces.
    pub(super) replaces: Option<Node>,
    pub(super) origin: Origin,
    pub(super) extent: Extent,
    /// What is moved there in place of a copy of the source.
    pub(super) stand_in: Option<Box<StandIn>>,
}

/// An entry that has the content of a source and leaves its place anyway.
#[derive(Debug, Clone)]
pub(super) struct StandIn {
    pub(super) entry: SourceEntry,
    /// The removal that it is spared, or of which its folder is; `None` where others took it away
    /// from where it belongs.
    pub(super) spared: Option<Removal>,
}

impl Change {
    /// The entry that is copied or moved to the target.
    pub(super) fn from(&self) -> Option<&SourceEntry> {
        let stand_in = self.stand_in.as_ref().map(|stand_in| &stand_in.entry);
        stand_in.or(self.source.as_ref())
    }
}

impl Change {
    /// Whether it brings a folder that is made, and not taken from its source.
    pub(super) fn is_made(&self) -> bool {
        let is_taken = self.source.is_some() && self.extent == Extent::Subtree;
        self.kind == EntryKind::Folder && self.extent != Extent::Carried && !is_taken
    }
}

/// Where the content of a changed entry comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    /// The comparison does not care.
    Undecided,
    /// A folder is made.
    Made,
    /// The source stays.
    Copied,
    /// The source goes.
    Moved,
}

/// How much one change carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    /// The entry alone.
    Entry,
    /// The folder with everything below it.
    Subtree,
    /// Nothing: a folder further up carries it.
    Carried,
}

/// A folder whose entries are all moved away.
#[derive(Debug, Clone)]
pub(super) struct Emptied {
    pub(super) placement: usize,
    pub(super) source: SourceEntry,
}

/// The result of the comparison.
#[derive(Debug, Default)]
pub(super) struct Differences {
    /// In the order of targets once `origins` has run.
    pub(super) changes: Vec<Change>,
    pub(super) emptied: Vec<Emptied>,
    pub(super) adopted: BTreeMap<AdoptionKey, Vec<AdoptedPair>>,
    pub(super) findings: Vec<Diagnostic>,
    pub(super) in_place: u64,
    pub(super) kept: u64,
    pub(super) conflicts: u64,
    pub(super) special_skipped: u64,
}
