//! Entries that leave their places anyway, by what is known of their content.

use std::collections::{BTreeMap, BTreeSet};

use super::capabilities::Naming;
use super::context::Context;
use super::expand::SourceEntry;
use super::keep::Removal;
use super::recorded::{is_as_recorded, is_same};
use super::strayed::Strayed;
use super::world::Node;
use crate::state::{Proof, Provenance, Source};
use crate::tree::{Address, EntryId, EntryKind, EntryPath, Fingerprint, SpaceAlias};

/// All entries that leave, folders before what they hold.
pub(super) struct Leaving<'a, 'c> {
    context: &'a Context<'c>,
    strayed: &'a Strayed<'c>,
    leavers: Vec<Leaver>,
    by_content: BTreeMap<Content, Vec<usize>>,
}

/// One entry that leaves its place.
pub(super) struct Leaver {
    pub(super) entry: SourceEntry,
    pub(super) kind: EntryKind,
    pub(super) release: Release,
    /// The number of the entry that goes as a whole, this one with it.
    top: usize,
    /// The number of the first entry after it that it does not hold.
    end: usize,
    is_taken: bool,
}

/// Why an entry may be taken from its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Release {
    /// The removal with this number would take it away.
    Removal(usize),
    /// Others took it away from where it was placed.
    Strayed,
}

/// What two files must have in common before their content can be equal. A folder that was
/// placed from another is known by that one's id alone.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Content {
    /// It came from the source with this id, or is that source.
    Id(SpaceAlias, EntryId),
    /// The same by its address, where there are no ids.
    Address(Address),
    /// It has this size and fingerprint.
    Fingerprint(u64, Fingerprint),
}

impl Leaver {
    pub(super) fn address(&self) -> &Address {
        &self.entry.address
    }
}

impl<'a, 'c> Leaving<'a, 'c> {
    pub(super) fn new(
        context: &'a Context<'c>,
        strayed: &'a Strayed<'c>,
        removals: &[Removal],
    ) -> Self {
        let mut leaving = Self {
            context,
            strayed,
            leavers: Vec::new(),
            by_content: BTreeMap::new(),
        };
        for (number, removal) in removals.iter().enumerate() {
            let top = (&removal.address, removal.node);
            leaving.take_in(top, Release::Removal(number));
        }
        for (address, node) in strayed.tops() {
            leaving.take_in((address, *node), Release::Strayed);
        }
        for number in 0..leaving.leavers.len() {
            for content in leaving.contents(number) {
                let all = leaving.by_content.entry(content).or_default();
                all.push(number);
            }
        }
        leaving
    }

    fn take_in(&mut self, (top, node): (&Address, Node), release: Release) {
        let world = self.context.world;
        let start = self.leavers.len();
        world.walk(node, |below, node| {
            let path = top.path.append(below);
            let address = Address::new(top.space.clone(), path);
            let kind = world.kind(node);
            self.leavers.push(Leaver {
                entry: SourceEntry { address, node },
                kind,
                release,
                top: start,
                end: 0,
                is_taken: kind == EntryKind::Folder && !world.is_listed(node),
            });
        });
        let mut open: Vec<usize> = Vec::new();
        for number in start..self.leavers.len() {
            while let Some(folder) = open.pop() {
                let above = &self.leavers[folder].entry.address;
                if self.leavers[number].entry.address.is_at_or_below(above) {
                    open.push(folder);
                    break;
                }
                self.leavers[folder].end = number;
            }
            open.push(number);
        }
        for folder in open {
            self.leavers[folder].end = self.leavers.len();
        }
    }

    pub(super) fn get(&self, number: usize) -> &Leaver {
        &self.leavers[number]
    }

    /// An entry and all that it holds, by their numbers.
    pub(super) fn subtree(&self, number: usize) -> std::ops::Range<usize> {
        number..self.leavers[number].end
    }

    /// The entries with a content, in the order of removals and paths.
    pub(super) fn with(&self, content: &Content) -> &[usize] {
        self.by_content.get(content).map_or(&[], Vec::as_slice)
    }

    /// Everything that leaves, by number.
    pub(super) fn numbers(&self) -> std::ops::Range<usize> {
        0..self.leavers.len()
    }

    /// The folder that holds an entry under this path, if it leaves as well.
    pub(super) fn above(&self, number: usize, below: &EntryPath) -> Option<usize> {
        let leaver = &self.leavers[number];
        let mut path = leaver.entry.address.path.clone();
        for _ in 0..below.depth() {
            path = path.parent()?;
        }
        let suits = path.append(below) == leaver.entry.address.path;
        let address = Address::new(leaver.entry.address.space.clone(), path);
        let before =
            self.leavers[leaver.top..number].partition_point(|other| other.entry.address < address);
        let found = leaver.top + before;
        (suits && self.leavers[found].entry.address == address).then_some(found)
    }

    /// Whether an entry goes as a whole, and not only with a folder that holds it.
    pub(super) fn is_top(&self, number: usize) -> bool {
        self.leavers[number].top == number
    }

    pub(super) fn is_free(&self, number: usize) -> bool {
        !self.leavers[number].is_taken
    }

    /// Whether an entry may go to a target. One that others took away goes back in one step only:
    /// a run that breaks off after the first of two would not know its home any more.
    pub(super) fn may_go(&self, number: usize, target: &Address) -> bool {
        let leaver = &self.leavers[number];
        let place = leaver.address();
        let sheet = self.context.sheet(&target.space);
        let is_named = sheet.is_none_or(|sheet| sheet.naming == Naming::Free);
        leaver.release != Release::Strayed
            || is_named
            || place.path.name() == target.path.name()
            || place.space == target.space && place.path.parent() == target.path.parent()
    }

    /// An entry is moved once, and with it goes what it holds.
    pub(super) fn take(&mut self, number: usize) {
        for below in self.subtree(number) {
            self.leavers[below].is_taken = true;
        }
    }

    /// What is known of the content of one that leaves.
    pub(super) fn contents(&self, number: usize) -> Vec<Content> {
        let leaver = &self.leavers[number];
        let source = self.source_of(leaver).map(|source| {
            let space = || source.address.space.clone();
            match &source.seen.id {
                Some(id) => Content::Id(space(), id.clone()),
                None => Content::Address(source.address.clone()),
            }
        });
        source
            .into_iter()
            .chain(self.fingerprint(leaver.entry.node))
            .collect()
    }

    /// What is known of the content of a source.
    pub(super) fn contents_of(&self, source: &SourceEntry) -> Vec<Content> {
        let placed = match self.context.world.seen(source.node).id {
            Some(id) => Content::Id(source.address.space.clone(), id),
            None => Content::Address(source.address.clone()),
        };
        let fingerprint = self.fingerprint(source.node);
        [placed].into_iter().chain(fingerprint).collect()
    }

    fn fingerprint(&self, node: Node) -> Option<Content> {
        let attributes = self.context.world.seen(node).attributes;
        let fingerprint = attributes.fingerprint?;
        Some(Content::Fingerprint(attributes.size, fingerprint))
    }

    /// Whether an entry that leaves has the content of a source, or is the folder that was placed
    /// from it: by the state, if both are as they were then, or by equal fingerprints. Size and
    /// time alone prove nothing.
    pub(super) fn is_of(&self, number: usize, source: &SourceEntry) -> bool {
        let leaver = &self.leavers[number];
        let world = self.context.world;
        if leaver.kind != world.kind(source.node) || !self.share_a_provider(leaver, source) {
            return false;
        }
        let by_state = self.source_of(leaver).is_some_and(|placed| {
            let seen = world.seen(source.node);
            let same_entry = match (&seen.id, &placed.seen.id) {
                (Some(now), Some(then)) => {
                    now == then && placed.address.space == source.address.space
                }
                (None, None) => placed.address == source.address,
                (Some(_), None) | (None, Some(_)) => false,
            };
            same_entry && is_same(&seen, &placed.seen, leaver.kind)
        });
        let ours = self.fingerprint(leaver.entry.node);
        by_state || ours.is_some() && ours == self.fingerprint(source.node)
    }

    fn share_a_provider(&self, leaver: &Leaver, source: &SourceEntry) -> bool {
        let provider = |address: &Address| {
            let sheet = self.context.sheet(&address.space);
            sheet.map(|sheet| &sheet.provider)
        };
        provider(&leaver.entry.address) == provider(&source.address)
    }

    /// What an entry was placed from, if it is unchanged since and its content was known then.
    fn source_of(&self, leaver: &Leaver) -> Option<&'c Source> {
        let node = leaver.entry.node;
        let record: &'c Provenance = (self.context.records.of(node))
            .or_else(|| self.strayed.record_of(node))
            .filter(|record| matches!(record.proof, Proof::Placed | Proof::Adopted))
            .filter(|record| is_as_recorded(self.context.world, node, record))?;
        record.source.as_ref()
    }

    /// The removals that take away files besides those that have been taken.
    pub(super) fn removals_with_files(&self) -> BTreeSet<usize> {
        let stays = |leaver: &&Leaver| !leaver.is_taken && leaver.kind != EntryKind::Folder;
        let left = self.leavers.iter().filter(stays);
        left.filter_map(|leaver| match leaver.release {
            Release::Removal(number) => Some(number),
            Release::Strayed => None,
        })
        .collect()
    }
}
