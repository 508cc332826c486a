//! A snapshot of a space as a file: written as it is walked, read back into a tree.
//!
//! It is text with one JSON value a line: a head, one line for each folder that was listed, parents
//! before what they hold, and an end that tells how much there was and a digest over all before
//! it. A folder without a line of its own was not listed. Times are nanoseconds since 1970.

use std::borrow::Cow;
use std::fmt;
use std::io::{self, BufRead, Read, Write};
use std::sync::Arc;

use serde::de::{SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use crate::plan::Capabilities;
use crate::provider::MemoryProvider;
use crate::state::{Foreign, Header};
use crate::tree::{
    Entry, EntryIndex, EntryKind, EntryPath, Fingerprint, IdRef, Listing, ObservedSpace,
    ObservedWorld, SpaceAlias, SpelledOut, Timestamp, Tree, TreeError,
};

/// What was observed of one space, with what its provider can do: enough to plan offline.
#[derive(Debug, Clone)]
pub struct Inventory {
    /// The space.
    pub space: SpaceAlias,
    /// The folder from which on everything was observed.
    pub from: EntryPath,
    /// When it was observed.
    pub created: Timestamp,
    /// What the space's provider can do.
    pub sheet: Capabilities,
    /// The entries.
    pub tree: Arc<Tree>,
}

/// Why a file is no inventory.
#[derive(Debug, thiserror::Error)]
pub enum InventoryError {
    /// It could not be read.
    #[error("the inventory cannot be read: {0}")]
    Read(#[from] io::Error),
    /// It is something else.
    #[error("this is no inventory: it must begin with a line that says `{FORMAT}`")]
    Format,
    /// It was written by a later version of this program.
    #[error("the inventory has version {0}, and this program reads version {VERSION}; update it")]
    Version(u32),
    /// A line makes no sense.
    #[error("line {line} of the inventory makes no sense: {reason}")]
    Line {
        /// The line, from 1.
        line: u64,
        /// What is wrong with it.
        reason: String,
    },
    /// It ends early, or its parts do not fit together.
    #[error("the inventory is incomplete or was altered: {0}; take it again with `inventory`")]
    Incomplete(&'static str),
}

const FORMAT: &str = "reshelve-inventory";
const VERSION: u32 = 1;
/// The longest line that is read: a folder of about two million entries.
const LONGEST_LINE: u64 = 512 << 20;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head<'a> {
    format: Cow<'a, str>,
    version: u32,
    space: Cow<'a, SpaceAlias>,
    from: Cow<'a, EntryPath>,
    created: Timestamp,
    sheet: Cow<'a, Capabilities>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FolderLine {
    folder: EntryPath,
    entries: Rows,
}

/// The entries of a line, on their way into the tree as they are read.
struct Rows(Listing);

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row<'a> {
    #[serde(borrow)]
    name: Cow<'a, str>,
    kind: EntryKind,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    id: Option<Text<'a>>,
    #[serde(default, skip_serializing_if = "is_zero")]
    size: u64,
    #[serde(default, skip_serializing_if = "is_unknown")]
    modified: Timestamp,
    #[serde(default, skip_serializing_if = "is_zero")]
    version: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    fingerprint: Option<Cow<'a, Fingerprint>>,
}

/// A text that is not copied from its line.
#[derive(Serialize, Deserialize)]
#[serde(transparent)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct End<'a> {
    end: Totals<'a>,
}

#[derive(Serialize, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
struct Totals<'a> {
    folders: u64,
    entries: u64,
    digest: Cow<'a, str>,
}

fn is_zero(number: &u64) -> bool {
    *number == 0
}

fn is_unknown(time: &Timestamp) -> bool {
    *time == Timestamp::default()
}

impl Inventory {
    /// Writes the inventory. The caller buffers and makes it durable.
    ///
    /// # Errors
    /// What the target says.
    pub fn write(&self, target: &mut dyn Write) -> io::Result<()> {
        let mut target = SpelledOut::new(Hashing {
            target,
            hasher: blake3::Hasher::new(),
        });
        let head = Head {
            format: Cow::Borrowed(FORMAT),
            version: VERSION,
            space: Cow::Borrowed(&self.space),
            from: Cow::Borrowed(&self.from),
            created: self.created,
            sheet: Cow::Borrowed(&self.sheet),
        };
        serde_json::to_writer(&mut target, &head)?;
        target.write_all(b"\n")?;
        let (mut folders, mut entries) = (0, 0);
        let mut open = vec![self.tree.root()];
        while let Some(folder) = open.pop() {
            if self.tree.is_listed(folder) {
                folders += 1;
                entries += self.write_folder(&mut target, folder)?;
                open.extend(self.tree.children(folder).rev());
            }
        }
        let digest = Cow::Owned(format!(
            "blake3:{}",
            target.inner().hasher.finalize().to_hex()
        ));
        let end = Totals {
            folders,
            entries,
            digest,
        };
        serde_json::to_writer(&mut target, &End { end })?;
        target.write_all(b"\n")
    }

    fn write_folder(&self, target: &mut dyn Write, folder: EntryIndex) -> io::Result<u64> {
        target.write_all(b"{\"folder\":")?;
        serde_json::to_writer(&mut *target, &self.tree.path(folder))?;
        target.write_all(b",\"entries\":[")?;
        let mut count = 0;
        for child in self.tree.children(folder) {
            if count > 0 {
                target.write_all(b",")?;
            }
            serde_json::to_writer(&mut *target, &Row::of(&self.tree.entry(child)))?;
            count += 1;
        }
        target.write_all(b"]}\n")?;
        Ok(count)
    }

    /// Reads an inventory to its end.
    ///
    /// # Errors
    /// It is none, it is of a later version, or it is not whole.
    pub fn read(source: &mut dyn BufRead) -> Result<Self, InventoryError> {
        let mut lines = Lines {
            source,
            hasher: blake3::Hasher::new(),
            number: 0,
            line: Vec::new(),
        };
        let head = lines.head()?;
        let mut tree = Tree::new();
        let (mut folders, mut entries) = (0, 0);
        let (said, digest) = loop {
            let digest = lines.hasher.finalize();
            if !lines.advance()? {
                return Err(InventoryError::Incomplete("it has no end"));
            }
            if lines.line.starts_with(b"{\"end\"") {
                let End { end } = lines.parse()?;
                break (end, digest);
            }
            let folder: FolderLine = lines.parse()?;
            folders += 1;
            entries += folder.entries.0.len() as u64;
            attach(&mut tree, folder).map_err(|reason| lines.wrong(reason))?;
        };
        let found = Totals {
            folders,
            entries,
            digest: Cow::Owned(format!("blake3:{}", digest.to_hex())),
        };
        if said != found {
            return Err(InventoryError::Incomplete("its end does not fit the rest"));
        }
        if lines.advance()? {
            return Err(InventoryError::Incomplete("something follows its end"));
        }
        Ok(Self {
            space: head.space.into_owned(),
            from: head.from.into_owned(),
            created: head.created,
            sheet: head.sheet.into_owned(),
            tree: Arc::new(tree),
        })
    }

    /// The space as a provider, so that it is observed like any other: what the inventory does not
    /// know is then an error and never an empty folder.
    pub fn into_provider(self) -> MemoryProvider {
        let tree = self.tree;
        let world = ObservedWorld {
            spaces: [(self.space, ObservedSpace { tree })].into(),
        };
        MemoryProvider::new(&world, self.sheet)
    }
}

impl<'a> Row<'a> {
    fn of(entry: &Entry<'a>) -> Self {
        Self {
            name: Cow::Borrowed(entry.name),
            kind: entry.kind,
            id: match entry.id {
                IdRef::None => None,
                IdRef::Number(number) => Some(Text(Cow::Owned(number.to_string()))),
                IdRef::Text(text) => Some(Text(Cow::Borrowed(text))),
            },
            size: entry.size,
            modified: entry.modified,
            version: entry.version,
            fingerprint: entry.fingerprint.map(Cow::Borrowed),
        }
    }
}

impl<'de> Deserialize<'de> for Rows {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(RowsVisitor)
    }
}

struct RowsVisitor;

impl<'de> Visitor<'de> for RowsVisitor {
    type Value = Rows;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list of entries")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut rows: A) -> Result<Self::Value, A::Error> {
        let mut listing = Listing::new();
        while let Some(row) = rows.next_element::<Row<'de>>()? {
            let id = row.id.as_ref();
            listing.push(&Entry {
                name: &row.name,
                kind: row.kind,
                id: id.map_or(IdRef::None, |id| IdRef::from_text(&id.0)),
                size: row.size,
                modified: row.modified,
                version: row.version,
                fingerprint: row.fingerprint.as_deref(),
            });
        }
        Ok(Rows(listing))
    }
}

fn attach(tree: &mut Tree, line: FolderLine) -> Result<(), String> {
    let folder = tree
        .find(&line.folder)
        .filter(|folder| tree.kind(*folder) == EntryKind::Folder)
        .ok_or_else(|| format!("no line before it names the folder `{}`", line.folder))?;
    if tree.is_listed(folder) {
        return Err(format!("the folder `{}` has a line already", line.folder));
    }
    tree.attach(folder, line.entries.0)
        .map_err(|error: TreeError| error.to_string())
}

/// Hashes what passes.
struct Hashing<'a> {
    target: &'a mut dyn Write,
    hasher: blake3::Hasher,
}

impl Write for Hashing<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.target.write(bytes)?;
        self.hasher.update(&bytes[..count]);
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.target.flush()
    }
}

/// The lines of a file, hashed and counted.
struct Lines<'a> {
    source: &'a mut dyn BufRead,
    hasher: blake3::Hasher,
    number: u64,
    line: Vec<u8>,
}

impl Lines<'_> {
    /// Reads the next line; `false` at the end of the file.
    fn advance(&mut self) -> Result<bool, InventoryError> {
        self.line.clear();
        let mut limited = (&mut *self.source).take(LONGEST_LINE);
        limited.read_until(b'\n', &mut self.line)?;
        if self.line.is_empty() {
            return Ok(false);
        }
        if self.line.last() != Some(&b'\n') {
            return Err(InventoryError::Incomplete("a line does not end"));
        }
        self.number += 1;
        self.hasher.update(&self.line);
        Ok(true)
    }

    fn head(&mut self) -> Result<Head<'static>, InventoryError> {
        match self.advance() {
            Ok(true) => {}
            Ok(false) | Err(InventoryError::Incomplete(_)) => return Err(InventoryError::Format),
            Err(error) => return Err(error),
        }
        match Header::check(&self.line, FORMAT, VERSION) {
            Ok(()) => self.parse(),
            Err(Foreign::Version { found, .. }) => Err(InventoryError::Version(found)),
            Err(Foreign::Format(_) | Foreign::Unreadable(_)) => Err(InventoryError::Format),
        }
    }

    fn parse<'l, T: Deserialize<'l>>(&'l self) -> Result<T, InventoryError> {
        serde_json::from_slice(&self.line).map_err(|error| self.wrong(error.to_string()))
    }

    fn wrong(&self, reason: String) -> InventoryError {
        InventoryError::Line {
            line: self.number,
            reason,
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
    use super::*;
    use crate::plan::{Reach, Scope};
    use crate::provider::{LocalProvider, Provider};
    use crate::tree::{Address, subtree_digest};

    fn sample() -> Inventory {
        let fingerprint = Fingerprint::new("crc64", "12");
        let mut listing = Listing::new();
        for (name, kind, id) in [
            ("new\nline \u{1b}", EntryKind::File, IdRef::Number(12)),
            ("folder", EntryKind::Folder, IdRef::Text("x-012")),
            ("unknown", EntryKind::Folder, IdRef::None),
            ("link", EntryKind::Special, IdRef::Text("012")),
        ] {
            let is_file = kind == EntryKind::File;
            listing.push(&Entry {
                name,
                kind,
                id,
                size: if is_file { 7 } else { 0 },
                modified: Timestamp::from_nanoseconds(if is_file { -5 } else { 0 }),
                version: u64::from(is_file),
                fingerprint: is_file.then_some(&fingerprint),
            });
        }
        let mut tree = Tree::new();
        tree.attach(tree.root(), listing).unwrap();
        let folder = tree.child(tree.root(), "folder").unwrap();
        tree.attach(folder, Listing::new()).unwrap();
        let here = tempfile::tempdir().unwrap();
        let space = SpaceAlias::parse("a").unwrap();
        let roots = [(space.clone(), here.path().to_owned())].into();
        Inventory {
            sheet: LocalProvider::new(&roots)
                .unwrap()
                .capabilities(&space)
                .unwrap(),
            space,
            from: EntryPath::root(),
            created: Timestamp::from_nanoseconds(1),
            tree: Arc::new(tree),
        }
    }

    fn bytes(inventory: &Inventory) -> Vec<u8> {
        let mut bytes = Vec::new();
        inventory.write(&mut bytes).unwrap();
        bytes
    }

    fn read(mut bytes: &[u8]) -> Result<Inventory, InventoryError> {
        Inventory::read(&mut bytes)
    }

    #[test]
    fn reads_what_it_wrote() {
        let inventory = sample();
        let written = bytes(&inventory);
        let again = read(&written).unwrap();
        assert_eq!(bytes(&again), written);
        assert_eq!(again.sheet, inventory.sheet);
        let digest = |tree: &Tree| subtree_digest(tree, tree.root());
        assert_eq!(digest(&again.tree), digest(&inventory.tree));
    }

    #[test]
    fn refuses_every_truncation_and_every_altered_byte() {
        let written = bytes(&sample());
        for end in 0..written.len() {
            assert!(read(&written[..end]).is_err(), "cut at {end}");
        }
        for position in 0..written.len() {
            let mut altered = written.clone();
            altered[position] ^= 1;
            assert!(read(&altered).is_err(), "altered at {position}");
        }
        let twice = [written.clone(), written].concat();
        assert!(read(&twice).is_err());
    }

    #[test]
    fn says_what_is_wrong() {
        let written = String::from_utf8(bytes(&sample())).unwrap();
        let cases = [
            ("", "", "this is no inventory"),
            ("\"version\":1", "\"version\":2", "version 2"),
            (
                "{\"folder\":\"/folder\"",
                "{\"folder\":\"/no\"",
                "no line before it",
            ),
            (
                "{\"folder\":\"/folder\"",
                "{\"folder\":\"/\"",
                "has a line already",
            ),
            ("\"size\":7", "\"seize\":7", "line 2"),
            ("\"size\":7", "\"size\":8", "does not fit"),
            ("\"name\":\"folder\"", "\"name\":\"..\"", "impossible name"),
        ];
        for (from, to, words) in cases {
            let altered = if from.is_empty() {
                String::new()
            } else {
                written.replacen(from, to, 1)
            };
            let message = read(altered.as_bytes()).unwrap_err().to_string();
            assert!(message.contains(words), "{message}");
        }
    }

    #[tokio::test]
    async fn what_it_does_not_know_is_an_error() {
        let provider: Arc<dyn Provider> = Arc::new(sample().into_provider());
        let limits = crate::observe::Limits::default();
        for (path, is_known) in [("a:/folder", true), ("a:/unknown", false), ("a:/", false)] {
            let scopes = [Scope {
                address: Address::parse(path).unwrap(),
                reach: Reach::Subtree,
            }];
            let observed = crate::observe::observe(&provider, &scopes[..], limits, &|_| ()).await;
            assert_eq!(observed.is_ok(), is_known, "{path}");
        }
    }
}
