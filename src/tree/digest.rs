//! A stable digest of a part of a tree, so that a change below a folder can be seen.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::entry::EntryKind;
use super::listing::IdRef;
use super::tree::{EntryIndex, Tree};

/// A BLAKE3 digest as hexadecimal text with its kind: `blake3:…`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Digest(Box<str>);

impl Digest {
    /// The digest of bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self::from_hasher(&{
            let mut hasher = blake3::Hasher::new();
            hasher.update(bytes);
            hasher
        })
    }

    /// The digest as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn from_hasher(hasher: &blake3::Hasher) -> Self {
        Self(format!("blake3:{}", hasher.finalize().to_hex()).into())
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// The digest of everything below an entry: names, kinds, ids, and what tells a file's content.
///
/// The entry's own name and its place are not part of it, nor are the times of folders, which
/// change with every entry that comes or goes.
pub fn subtree_digest(tree: &Tree, entry: EntryIndex) -> Digest {
    let mut hasher = blake3::Hasher::new();
    let mut open: Vec<(EntryIndex, u32)> = vec![(entry, 0)];
    while let Some((next, depth)) = open.pop() {
        hash_entry(&mut hasher, tree, next, depth);
        open.extend(tree.children(next).rev().map(|child| (child, depth + 1)));
    }
    Digest::from_hasher(&hasher)
}

fn hash_entry(hasher: &mut blake3::Hasher, tree: &Tree, entry: EntryIndex, depth: u32) {
    let name = if depth == 0 { "" } else { tree.name(entry) };
    hasher.update(&depth.to_le_bytes());
    hasher.update(&(name.len() as u32).to_le_bytes());
    hasher.update(name.as_bytes());
    hasher.update(&[tree.kind(entry) as u8, u8::from(tree.is_listed(entry))]);
    match tree.id_ref(entry) {
        IdRef::None => hasher.update(&[0]),
        IdRef::Number(number) => hasher.update(&[1]).update(&number.to_le_bytes()),
        IdRef::Text(text) => hasher.update(&[2]).update(text.as_bytes()).update(&[0]),
    };
    if tree.kind(entry) == EntryKind::File {
        hasher.update(&tree.size(entry).to_le_bytes());
        hasher.update(&tree.modified(entry).nanoseconds().to_le_bytes());
        hasher.update(&tree.version(entry).to_le_bytes());
        let fingerprint = tree
            .fingerprint(entry)
            .map_or("", |fingerprint| fingerprint.as_str());
        hasher.update(fingerprint.as_bytes()).update(&[0]);
    }
}
