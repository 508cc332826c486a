//! Entries that are already right and only need to be recorded.

use std::borrow::Cow;

use super::adoption_row::AdoptionRow;
use super::plan::Recording;
use crate::state::{PlacementRef, Proof, Provenance, RunId, Seen, Source};
use crate::tree::{Address, EntryIndex, EntryKind, EntryPath, ObservedWorld, SpaceAlias};

/// What is taken over without a call. A mirror of a million files that are all in place adopts a
/// million entries, so a fresh plan holds them as pairs of indices into what was observed; a plan
/// that was read from a file holds them written out.
#[derive(Debug, Clone)]
pub struct Adoptions {
    form: Form,
}

#[derive(Debug, Clone)]
enum Form {
    Observed {
        world: ObservedWorld,
        groups: Vec<AdoptionGroup>,
    },
    Written(Vec<Recording>),
}

/// The adoptions of one placement between one source space and one target space that are equally
/// sure.
#[derive(Debug, Clone)]
pub(crate) struct AdoptionGroup {
    pub(crate) placement: PlacementRef,
    pub(crate) source_space: Option<SpaceAlias>,
    pub(crate) target_space: SpaceAlias,
    pub(crate) proof: Proof,
    pub(crate) pairs: Vec<AdoptedPair>,
}

/// One adopted entry: its source and its target, in eight bytes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AdoptedPair {
    pub(crate) source: Option<EntryIndex>,
    pub(crate) target: EntryIndex,
}

/// What a group has in common, the placement by its number.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct AdoptionKey {
    pub(super) placement: usize,
    pub(super) source_space: Option<SpaceAlias>,
    pub(super) target_space: SpaceAlias,
    pub(super) proof: Proof,
}

impl Adoptions {
    /// Nothing is adopted.
    pub fn none() -> Self {
        Self::written(Vec::new())
    }

    /// Adoptions as a plan file lists them.
    pub fn written(recordings: Vec<Recording>) -> Self {
        Self {
            form: Form::Written(recordings),
        }
    }

    pub(crate) fn observed(world: ObservedWorld, groups: Vec<AdoptionGroup>) -> Self {
        Self {
            form: Form::Observed { world, groups },
        }
    }

    /// How many entries are adopted.
    pub fn len(&self) -> usize {
        match &self.form {
            Form::Observed { groups, .. } => groups.iter().map(|group| group.pairs.len()).sum(),
            Form::Written(recordings) => recordings.len(),
        }
    }

    /// Whether nothing is adopted.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The adoptions one by one, written out.
    pub fn iter(&self) -> Box<dyn Iterator<Item = Cow<'_, Recording>> + '_> {
        match &self.form {
            Form::Written(recordings) => Box::new(recordings.iter().map(Cow::Borrowed)),
            Form::Observed { world, groups } => Box::new(groups.iter().flat_map(move |group| {
                group
                    .pairs
                    .iter()
                    .filter_map(move |pair| write_out(world, group, *pair))
                    .map(Cow::Owned)
            })),
        }
    }
}

impl Adoptions {
    /// Hands the adoptions one by one to `visit`, in their order and without writing them out.
    pub(super) fn visit(&self, visit: &mut dyn FnMut(&AdoptionRow<'_>)) {
        match &self.form {
            Form::Written(recordings) => {
                for recording in recordings {
                    visit(&AdoptionRow::of_recording(recording));
                }
            }
            Form::Observed { world, groups } => {
                for group in groups {
                    AdoptionRow::visit_group(world, group, visit);
                }
            }
        }
    }
}

impl PartialEq for Adoptions {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().eq(other.iter())
    }
}

fn write_out(world: &ObservedWorld, group: &AdoptionGroup, pair: AdoptedPair) -> Option<Recording> {
    let (kind, path, target) = seen(world, &group.target_space, pair.target)?;
    let source = match (&group.source_space, pair.source) {
        (Some(space), Some(entry)) => {
            let (_, path, seen) = seen(world, space, entry)?;
            Some(Source {
                address: Address::new(space.clone(), path),
                seen,
            })
        }
        _ => None,
    };
    Some(Recording {
        target: Address::new(group.target_space.clone(), path),
        provenance: Provenance {
            placement: group.placement.clone(),
            kind,
            wished: None,
            source,
            target,
            proof: group.proof,
            run: RunId::none(),
        },
        operation: None,
    })
}

fn seen(
    world: &ObservedWorld,
    space: &SpaceAlias,
    entry: EntryIndex,
) -> Option<(EntryKind, EntryPath, Seen)> {
    let tree = world.tree(space)?;
    let seen = Seen {
        id: tree.id(entry),
        attributes: tree.attributes(entry),
    };
    Some((tree.kind(entry), tree.path(entry), seen))
}
