//! The arena that holds a tree of a million entries in about 75 bytes each.
//!
//! Names stand in one buffer, records in one vector, and the children of a folder side by side in
//! the order of their names, so that finding one is a binary search and comparing two folders is
//! a merge. A folder is listed once, as a whole; until then its content is unknown, which is not
//! the same as empty. Of a folder that is not listed, single entries may be known.

use std::num::NonZeroU32;

use super::entry::{Attributes, EntryId, EntryKind, Fingerprint, Timestamp};
use super::listing::{Detail, Entry, IdForm, IdRef, Listing, NONE, Record, text_of};
use super::path::EntryPath;

/// An immutable picture of a space, or of the part of it that was listed.
#[derive(Debug, Clone)]
pub struct Tree {
    names: String,
    ids: String,
    records: Vec<Record>,
    folders: Vec<Folder>,
    /// Parallel to `records` once one entry has such details, else empty.
    details: Vec<Detail>,
}

/// An entry of one tree: its position, counted from 1, so that `Option<EntryIndex>` is as small.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntryIndex(NonZeroU32);

/// Why a listing is no part of a tree.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TreeError {
    /// Two entries of one folder have one name.
    #[error("the folder `{0}` holds two entries called {1:?}")]
    DuplicateName(EntryPath, String),
    /// The service gave a name that no entry can have.
    #[error("the folder `{0}` holds an entry with the impossible name {1:?}")]
    ImpossibleName(EntryPath, String),
    /// More than four thousand million entries or bytes of names.
    #[error("the tree is larger than this program can hold")]
    TooLarge,
}

#[derive(Debug, Clone, Copy)]
struct Folder {
    record: u32,
    /// The first child; `NONE` while nothing is known of what the folder holds.
    start: u32,
    length: u32,
    known: Known,
}

/// How much of a folder its children are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Known {
    /// There may be more.
    InPart,
    /// There is nothing else.
    Whole,
}

impl EntryIndex {
    fn at(position: u32) -> Self {
        Self(NonZeroU32::MIN.saturating_add(position))
    }

    fn position(self) -> usize {
        self.0.get() as usize - 1
    }
}

impl Tree {
    /// A tree that knows nothing but that the space has a root.
    pub fn new() -> Self {
        let root = Record {
            size: 0,
            modified: Timestamp::default(),
            id: 0,
            name_start: 0,
            parent: NONE,
            folder: 0,
            name_length: 0,
            kind: EntryKind::Folder,
            id_form: IdForm::None,
        };
        Self {
            names: String::new(),
            ids: String::new(),
            records: vec![root],
            folders: vec![Folder {
                record: 0,
                start: NONE,
                length: 0,
                known: Known::InPart,
            }],
            details: Vec::new(),
        }
    }

    /// The root folder.
    pub fn root(&self) -> EntryIndex {
        EntryIndex::at(0)
    }

    /// How many entries are known, the root not counted.
    pub fn len(&self) -> usize {
        self.records.len() - 1
    }

    /// Whether nothing is known below the root.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Takes the complete content of a folder. A second listing of one folder is ignored.
    ///
    /// # Errors
    /// A name is impossible or stands twice, or the arena is full; the tree is then unchanged.
    pub fn attach(&mut self, folder: EntryIndex, listing: Listing) -> Result<(), TreeError> {
        self.take(folder, listing, Known::Whole)
    }

    /// Takes some entries of a folder. What else it holds stays unknown, so it counts as not
    /// listed. A folder of which something was taken before is left as it is.
    ///
    /// # Errors
    /// As for `attach`.
    pub fn attach_part(&mut self, folder: EntryIndex, part: Listing) -> Result<(), TreeError> {
        self.take(folder, part, Known::InPart)
    }

    fn take(
        &mut self,
        folder: EntryIndex,
        mut listing: Listing,
        known: Known,
    ) -> Result<(), TreeError> {
        let row = self.record(folder).folder;
        if row == NONE || self.folders[row as usize].start != NONE {
            return Ok(());
        }
        let order = listing.order();
        self.check(folder, &listing, &order)?;
        let start = self.records.len();
        for position in order {
            self.push(row, &mut listing, position as usize);
        }
        let length = self.records.len() - start;
        self.folders[row as usize].start = index(start)?;
        self.folders[row as usize].length = index(length)?;
        self.folders[row as usize].known = known;
        Ok(())
    }

    fn check(&self, folder: EntryIndex, listing: &Listing, order: &[u32]) -> Result<(), TreeError> {
        index(self.records.len() + order.len())?;
        index(self.names.len() + listing.names.len())?;
        index(self.ids.len() + listing.ids.len())?;
        let mut previous = None;
        for &position in order {
            let name = listing.name(position as usize);
            let possible = !matches!(name, "" | "." | "..") && !name.contains(['/', '\0']);
            if !possible || name.len() > usize::from(u16::MAX) {
                return Err(TreeError::ImpossibleName(self.path(folder), name.into()));
            }
            if previous == Some(name) {
                return Err(TreeError::DuplicateName(self.path(folder), name.into()));
            }
            previous = Some(name);
        }
        Ok(())
    }

    fn push(&mut self, parent: u32, listing: &mut Listing, position: usize) {
        let row = &mut listing.rows[position];
        let (mut record, detail) = (row.record, std::mem::take(&mut row.detail));
        let here = self.records.len() as u32;
        record.parent = parent;
        record.name_start = self.names.len() as u32;
        self.names.push_str(listing.name(position));
        if record.id_form == IdForm::Text {
            let text = text_of(&listing.ids, record.id);
            record.id = (self.ids.len() as u64) << 32 | text.len() as u64;
            self.ids.push_str(text);
        }
        if record.kind == EntryKind::Folder {
            record.folder = self.folders.len() as u32;
            self.folders.push(Folder {
                record: here,
                start: NONE,
                length: 0,
                known: Known::InPart,
            });
        }
        if detail.version != 0 || detail.fingerprint.is_some() {
            self.details
                .resize_with(self.records.len(), Detail::default);
            self.details.push(detail);
        }
        self.records.push(record);
    }

    /// Whether all that the folder holds is known. Never for files.
    pub fn is_listed(&self, entry: EntryIndex) -> bool {
        let whole = |folder: &Folder| folder.start != NONE && folder.known == Known::Whole;
        self.folder(entry).is_some_and(whole)
    }

    /// What is known of what the folder holds, in the order of names; nothing for files.
    pub fn children(
        &self,
        entry: EntryIndex,
    ) -> impl DoubleEndedIterator<Item = EntryIndex> + ExactSizeIterator + use<> {
        let range = match self.folder(entry) {
            Some(folder) if folder.start != NONE => folder.start..folder.start + folder.length,
            _ => 0..0,
        };
        range.map(EntryIndex::at)
    }

    /// The entry called `name` in a folder.
    pub fn child(&self, folder: EntryIndex, name: &str) -> Option<EntryIndex> {
        let folder = self.folder(folder).filter(|folder| folder.start != NONE)?;
        let (mut low, mut high) = (folder.start, folder.start + folder.length);
        while low < high {
            let middle = low + (high - low) / 2;
            match self.name(EntryIndex::at(middle)).cmp(name) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
                std::cmp::Ordering::Equal => return Some(EntryIndex::at(middle)),
            }
        }
        None
    }

    /// The entry at a path, as far as folders on the way are listed.
    pub fn find(&self, path: &EntryPath) -> Option<EntryIndex> {
        path.segments()
            .try_fold(self.root(), |folder, name| self.child(folder, name))
    }

    /// The path of an entry.
    pub fn path(&self, entry: EntryIndex) -> EntryPath {
        match self.parent(entry) {
            None => EntryPath::root(),
            Some(parent) => self.path(parent).join_trusted(self.name(entry)),
        }
    }

    /// The folder that holds an entry; `None` at the root.
    pub fn parent(&self, entry: EntryIndex) -> Option<EntryIndex> {
        let row = self.record(entry).parent;
        (row != NONE).then(|| EntryIndex::at(self.folders[row as usize].record))
    }

    /// The name of an entry; empty at the root.
    pub fn name(&self, entry: EntryIndex) -> &str {
        let record = self.record(entry);
        let start = record.name_start as usize;
        &self.names[start..start + usize::from(record.name_length)]
    }

    /// What an entry is.
    pub fn kind(&self, entry: EntryIndex) -> EntryKind {
        self.record(entry).kind
    }

    /// The size of an entry in bytes.
    pub fn size(&self, entry: EntryIndex) -> u64 {
        self.record(entry).size
    }

    /// When an entry's content was changed.
    pub fn modified(&self, entry: EntryIndex) -> Timestamp {
        self.record(entry).modified
    }

    /// The content hash of an entry, where the service states one.
    pub fn fingerprint(&self, entry: EntryIndex) -> Option<&Fingerprint> {
        self.details.get(entry.position())?.fingerprint.as_ref()
    }

    /// The service's version number of an entry; 0 where it has none.
    pub fn version(&self, entry: EntryIndex) -> u64 {
        self.details
            .get(entry.position())
            .map_or(0, |detail| detail.version)
    }

    /// All that tells whether an entry's content is what it was.
    pub fn attributes(&self, entry: EntryIndex) -> Attributes {
        Attributes {
            size: self.size(entry),
            modified: self.modified(entry),
            version: self.version(entry),
            fingerprint: self.fingerprint(entry).cloned(),
        }
    }

    /// The service's id of an entry, without an allocation.
    pub fn id_ref(&self, entry: EntryIndex) -> IdRef<'_> {
        let record = self.record(entry);
        match record.id_form {
            IdForm::None => IdRef::None,
            IdForm::Number => IdRef::Number(record.id),
            IdForm::Text => IdRef::Text(text_of(&self.ids, record.id)),
        }
    }

    /// The service's id of an entry.
    pub fn id(&self, entry: EntryIndex) -> Option<EntryId> {
        self.id_ref(entry).to_id()
    }

    /// The entry as a service would list it.
    pub fn entry(&self, entry: EntryIndex) -> Entry<'_> {
        Entry {
            name: self.name(entry),
            kind: self.kind(entry),
            id: self.id_ref(entry),
            size: self.size(entry),
            modified: self.modified(entry),
            version: self.version(entry),
            fingerprint: self.fingerprint(entry),
        }
    }

    /// How many entries a whole subtree has, the entry itself counted.
    pub fn count(&self, entry: EntryIndex) -> u64 {
        let mut count = 0;
        let mut open = vec![entry];
        while let Some(next) = open.pop() {
            count += 1;
            open.extend(self.children(next));
        }
        count
    }

    fn record(&self, entry: EntryIndex) -> &Record {
        &self.records[entry.position()]
    }

    fn folder(&self, entry: EntryIndex) -> Option<&Folder> {
        self.folders.get(self.record(entry).folder as usize)
    }
}

impl Default for Tree {
    fn default() -> Self {
        Self::new()
    }
}

fn index(number: usize) -> Result<u32, TreeError> {
    u32::try_from(number)
        .ok()
        .filter(|&index| index != NONE)
        .ok_or(TreeError::TooLarge)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
    use super::*;

    fn entry<'a>(name: &'a str, kind: EntryKind, id: IdRef<'a>) -> Entry<'a> {
        Entry {
            name,
            kind,
            id,
            size: 7,
            modified: Timestamp::default(),
            version: 0,
            fingerprint: None,
        }
    }

    fn listing(names: &[&str]) -> Listing {
        let mut listing = Listing::new();
        for name in names {
            let kind = if name.ends_with('d') {
                EntryKind::Folder
            } else {
                EntryKind::File
            };
            listing.push(&entry(name, kind, IdRef::None));
        }
        listing
    }

    #[test]
    fn a_record_stays_small() {
        assert_eq!(size_of::<Record>(), 40);
    }

    #[test]
    fn children_come_in_the_order_of_names() {
        let mut tree = Tree::new();
        tree.attach(tree.root(), listing(&["b", "ad", "c", "a"]))
            .unwrap();
        let names: Vec<_> = tree
            .children(tree.root())
            .map(|child| tree.name(child).to_owned())
            .collect();
        assert_eq!(names, ["a", "ad", "b", "c"]);
        let folder = tree.child(tree.root(), "ad").unwrap();
        assert!(!tree.is_listed(folder));
        tree.attach(folder, listing(&["x"])).unwrap();
        assert!(tree.is_listed(folder));
        let found = tree.find(&EntryPath::parse("/ad/x").unwrap()).unwrap();
        assert_eq!(tree.path(found).as_str(), "/ad/x");
        assert_eq!(tree.count(tree.root()), 6);
        assert_eq!(tree.find(&EntryPath::parse("/a/x").unwrap()), None);
    }

    #[test]
    fn a_folder_known_in_part_is_not_listed() {
        let mut tree = Tree::new();
        tree.attach_part(tree.root(), listing(&["b", "d"])).unwrap();
        let folder = tree.child(tree.root(), "d").unwrap();
        tree.attach(folder, listing(&["x"])).unwrap();
        assert_eq!(tree.len(), 3);
        assert!(!tree.is_listed(tree.root()));
        assert!(tree.is_listed(folder));
        assert_eq!(tree.child(tree.root(), "a"), None);
    }

    #[test]
    fn ids_keep_their_text() {
        let mut tree = Tree::new();
        let mut listing = Listing::new();
        for (name, id) in [
            ("a", "12"),
            ("b", "012"),
            ("c", "x-1"),
            ("d", "0"),
            ("e", "+5"),
        ] {
            listing.push(&entry(name, EntryKind::File, IdRef::from_text(id)));
        }
        tree.attach(tree.root(), listing).unwrap();
        let ids: Vec<_> = tree
            .children(tree.root())
            .map(|child| tree.id(child).unwrap().as_str().to_owned())
            .collect();
        assert_eq!(ids, ["12", "012", "x-1", "0", "+5"]);
    }

    #[test]
    fn refuses_twins_and_impossible_names() {
        for names in [&["a", "a"][..], &[""], &["."], &[".."], &["a/b"], &["a\0"]] {
            let mut tree = Tree::new();
            assert!(
                tree.attach(tree.root(), listing(names)).is_err(),
                "{names:?}"
            );
            assert!(tree.is_empty());
        }
    }

    #[test]
    fn details_stay_with_their_entries() {
        let fingerprint = Fingerprint::new("crc64", "9");
        let mut listing = listing(&["a", "c"]);
        listing.push(&Entry {
            version: 3,
            fingerprint: Some(&fingerprint),
            ..entry("b", EntryKind::File, IdRef::None)
        });
        let mut tree = Tree::new();
        tree.attach(tree.root(), listing).unwrap();
        let versions: Vec<_> = tree
            .children(tree.root())
            .map(|child| tree.version(child))
            .collect();
        assert_eq!(versions, [0, 3, 0]);
        let b = tree.child(tree.root(), "b").unwrap();
        assert_eq!(tree.attributes(b).fingerprint, Some(fingerprint));
    }
}
