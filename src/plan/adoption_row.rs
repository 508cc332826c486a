//! Adoptions as rows that borrow everything, for a digest that a million of them can afford.

use super::adoption::{AdoptedPair, AdoptionGroup, Adoptions};
use super::plan::Recording;
use crate::state::{PlacementRef, Proof, Seen};
use crate::tree::{
    Attributes, Digest, EntryIndex, EntryKind, Fingerprint, IdRef, ObservedWorld, SpaceAlias, Tree,
};

/// How many bytes are gathered before they are hashed.
const CHUNK: usize = 64 * 1024;

/// The digest of all adoptions in their order, the same for observed and for written ones.
pub(super) fn digest(adoptions: &Adoptions) -> Digest {
    let mut rows = RowHasher::default();
    adoptions.visit(&mut |row| rows.take(row));
    rows.finish()
}

/// One adopted entry.
pub(super) struct AdoptionRow<'a> {
    placement: &'a PlacementRef,
    kind: EntryKind,
    proof: Proof,
    wished: Option<&'a str>,
    target: SeenRow<'a>,
    source: Option<SeenRow<'a>>,
}

/// Where an entry is and how it was seen.
struct SeenRow<'a> {
    space: &'a SpaceAlias,
    path: &'a str,
    id: IdRef<'a>,
    size: u64,
    modified: i64,
    version: u64,
    fingerprint: Option<&'a Fingerprint>,
}

/// Builds the paths of one tree's entries without an allocation for each.
#[derive(Default)]
pub(super) struct PathText {
    parent: Option<EntryIndex>,
    length: usize,
    text: String,
}

#[derive(Default)]
struct RowHasher {
    /// The placement of the row before, which most rows repeat.
    placement: Option<PlacementRef>,
    buffer: Vec<u8>,
    hasher: blake3::Hasher,
}

impl<'a> AdoptionRow<'a> {
    pub(super) fn of_recording(recording: &'a Recording) -> Self {
        let provenance = &recording.provenance;
        let target = &recording.target;
        Self {
            placement: &provenance.placement,
            kind: provenance.kind,
            proof: provenance.proof,
            wished: provenance.wished.as_ref().map(|path| path.as_str()),
            target: SeenRow::of_seen(&target.space, target.path.as_str(), &provenance.target),
            source: provenance.source.as_ref().map(|source| {
                let address = &source.address;
                SeenRow::of_seen(&address.space, address.path.as_str(), &source.seen)
            }),
        }
    }

    /// Hands every adoption of a group to `visit`.
    pub(super) fn visit_group(
        world: &ObservedWorld,
        group: &AdoptionGroup,
        visit: &mut dyn FnMut(&AdoptionRow<'_>),
    ) {
        let (mut source_path, mut target_path) = (PathText::default(), PathText::default());
        let Some(tree) = world.tree(&group.target_space) else {
            return;
        };
        let source_space = group.source_space.as_ref();
        let sources = source_space.and_then(|space| Some((space, world.tree(space)?)));
        for &AdoptedPair { source, target } in &group.pairs {
            let source = sources.zip(source).map(|((space, tree), entry)| {
                SeenRow::of_entry(space, source_path.of(tree, entry), tree, entry)
            });
            let path = target_path.of(tree, target);
            visit(&AdoptionRow {
                placement: &group.placement,
                kind: tree.kind(target),
                proof: group.proof,
                wished: None,
                target: SeenRow::of_entry(&group.target_space, path, tree, target),
                source,
            });
        }
    }
}

impl<'a> SeenRow<'a> {
    fn of_seen(space: &'a SpaceAlias, path: &'a str, seen: &'a Seen) -> Self {
        let Attributes {
            size,
            modified,
            version,
            fingerprint,
        } = &seen.attributes;
        Self {
            space,
            path,
            id: seen
                .id
                .as_ref()
                .map_or(IdRef::None, |id| IdRef::from_text(id.as_str())),
            size: *size,
            modified: modified.nanoseconds(),
            version: *version,
            fingerprint: fingerprint.as_ref(),
        }
    }

    fn of_entry(space: &'a SpaceAlias, path: &'a str, tree: &'a Tree, entry: EntryIndex) -> Self {
        let id = match tree.id_ref(entry) {
            IdRef::Text(text) => IdRef::from_text(text),
            id @ (IdRef::None | IdRef::Number(_)) => id,
        };
        Self {
            space,
            path,
            id,
            size: tree.size(entry),
            modified: tree.modified(entry).nanoseconds(),
            version: tree.version(entry),
            fingerprint: tree.fingerprint(entry),
        }
    }
}

impl PathText {
    fn of(&mut self, tree: &Tree, entry: EntryIndex) -> &str {
        let Some(parent) = tree.parent(entry) else {
            return "/";
        };
        if self.parent != Some(parent) {
            let path = tree.path(parent);
            self.text.clear();
            self.text
                .push_str(if path.is_root() { "" } else { path.as_str() });
            self.length = self.text.len();
            self.parent = Some(parent);
        }
        self.text.truncate(self.length);
        self.text.push('/');
        self.text.push_str(tree.name(entry));
        &self.text
    }
}

impl RowHasher {
    fn take(&mut self, row: &AdoptionRow<'_>) {
        let is_new = self.placement.as_ref() != Some(row.placement);
        self.buffer.push(u8::from(is_new));
        if is_new {
            self.text(&row.placement.manifest);
            self.text(&row.placement.placement);
            self.placement = Some(row.placement.clone());
        }
        self.buffer.extend([row.kind as u8, row.proof as u8]);
        self.optional(row.wished);
        self.seen(&row.target);
        self.buffer.push(u8::from(row.source.is_some()));
        if let Some(source) = &row.source {
            self.seen(source);
        }
        if self.buffer.len() >= CHUNK {
            self.hasher.update(&self.buffer);
            self.buffer.clear();
        }
    }

    fn seen(&mut self, seen: &SeenRow<'_>) {
        self.text(seen.space.as_str());
        self.text(seen.path);
        match seen.id {
            IdRef::None => self.buffer.push(0),
            IdRef::Number(number) => {
                self.buffer.push(1);
                self.number(number);
            }
            IdRef::Text(text) => {
                self.buffer.push(2);
                self.text(text);
            }
        }
        self.number(seen.size);
        self.number(seen.modified.cast_unsigned());
        self.number(seen.version);
        self.optional(seen.fingerprint.map(Fingerprint::as_str));
    }

    fn optional(&mut self, text: Option<&str>) {
        self.buffer.push(u8::from(text.is_some()));
        self.text(text.unwrap_or_default());
    }

    fn text(&mut self, text: &str) {
        self.number(text.len() as u64);
        self.buffer.extend_from_slice(text.as_bytes());
    }

    fn number(&mut self, number: u64) {
        self.buffer.extend_from_slice(&number.to_le_bytes());
    }

    fn finish(mut self) -> Digest {
        self.hasher.update(&self.buffer);
        Digest::from_hasher(&self.hasher)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
    use std::collections::BTreeMap;
    use std::sync::Arc;

    use super::*;
    use crate::plan::sample::{CREATED, recording};
    use crate::tree::{Entry, Listing, ObservedSpace};

    /// A space with `/a`, `/d/a` and `/d/b`.
    fn tree() -> Tree {
        let fingerprint = Fingerprint::new("crc64", "1");
        let listing = |names: &[(&str, EntryKind, IdRef<'_>)]| {
            let mut listing = Listing::new();
            for (name, kind, id) in names {
                listing.push(&Entry {
                    name,
                    kind: *kind,
                    id: *id,
                    size: 7,
                    modified: CREATED,
                    version: 2,
                    fingerprint: Some(&fingerprint),
                });
            }
            listing
        };
        let mut tree = Tree::new();
        let top = [
            ("a", EntryKind::File, IdRef::Text("12")),
            ("d", EntryKind::Folder, IdRef::None),
        ];
        tree.attach(tree.root(), listing(&top)).unwrap();
        let folder = tree.child(tree.root(), "d").unwrap();
        let below = [
            ("a", EntryKind::File, IdRef::Number(5)),
            ("b", EntryKind::File, IdRef::Text("x")),
        ];
        tree.attach(folder, listing(&below)).unwrap();
        tree
    }

    fn observed() -> Adoptions {
        let tree = Arc::new(tree());
        let alias = |name: &str| SpaceAlias::parse(name).unwrap();
        let space = ObservedSpace { tree: tree.clone() };
        let world = ObservedWorld {
            spaces: BTreeMap::from([(alias("from"), space.clone()), (alias("to"), space)]),
        };
        let mut entries: Vec<_> = tree.children(tree.root()).collect();
        entries.extend(tree.children(tree.child(tree.root(), "d").unwrap()));
        let pairs = entries.iter().zip(entries.iter().rev());
        let group = AdoptionGroup {
            placement: recording("to:/a", 1, None).provenance.placement,
            source_space: Some(alias("from")),
            target_space: alias("to"),
            proof: Proof::Adopted,
            pairs: pairs
                .map(|(&target, &source)| AdoptedPair {
                    source: (tree.kind(source) == EntryKind::File).then_some(source),
                    target,
                })
                .collect(),
        };
        Adoptions::observed(world, vec![group.clone(), group])
    }

    #[test]
    fn observed_and_written_adoptions_have_one_digest() {
        let observed = observed();
        let rows: Vec<_> = observed.iter().map(std::borrow::Cow::into_owned).collect();
        assert_eq!(rows.len(), 8);
        let digest_of = |rows: &[Recording]| digest(&Adoptions::written(rows.to_vec()));
        assert_eq!(digest(&observed), digest_of(&rows));
        for position in 0..rows.len() {
            let mut fewer = rows.clone();
            fewer.remove(position);
            assert_ne!(digest(&observed), digest_of(&fewer));
            let mut other = rows.clone();
            other[position].provenance.target.attributes.size += 1;
            assert_ne!(digest(&observed), digest_of(&other));
        }
    }
}
