//! What a comparison notes down of one entry: that it is placed, made or adopted.

use super::adoption::{AdoptedPair, AdoptionKey};
use super::change::{Change, Extent, Origin};
use super::context::Purpose;
use super::diff::{Comparison, Mode, Pair, Pass, Remains};
use super::expand::SourceEntry;
use super::operation::Reason;
use super::world::Node;
use crate::state::Proof;
use crate::tree::{Address, EntryKind, EntryPath, SpaceAlias};

impl Comparison<'_, '_> {
    /// A change that puts a file at its target.
    pub(super) fn place(
        &mut self,
        pass: &Pass<'_>,
        pair: Pair,
        reason: Reason,
        replaces: Option<Node>,
    ) -> Remains {
        self.taken.insert(pair.target.clone());
        self.differences.changes.push(Change {
            placement: pass.root.placement,
            reason,
            kind: EntryKind::File,
            target: pair.target,
            wished: pair.wished,
            source: Some(pair.source),
            replaces,
            origin: Origin::Undecided,
            extent: Extent::Entry,
            stand_in: None,
        });
        match pass.mode {
            Mode::Copy(_) => Remains::Something,
            Mode::Move => Remains::Nothing,
        }
    }

    pub(super) fn make_folder(
        &mut self,
        placement: usize,
        target: Address,
        source: Option<SourceEntry>,
        reason: Reason,
        wished: Option<EntryPath>,
    ) {
        self.folders.insert(target.clone());
        self.differences.changes.push(Change {
            placement,
            reason,
            kind: EntryKind::Folder,
            target,
            wished,
            source,
            replaces: None,
            origin: Origin::Undecided,
            extent: Extent::Entry,
            stand_in: None,
        });
    }

    pub(super) fn adopt_folder(
        &mut self,
        placement: usize,
        source: Option<&SourceEntry>,
        found: Node,
        target: &Address,
    ) {
        let record = self.context.records.of(found);
        if record.is_some_and(|record| record.placement == *self.context.reference(placement)) {
            self.differences.in_place += 1;
            return;
        }
        let pair = (source.map(|source| source.node), found);
        self.adopt(
            placement,
            source.map(|source| &source.address.space),
            pair,
            &target.space,
            Proof::Adopted,
        );
    }

    pub(super) fn adopt(
        &mut self,
        placement: usize,
        source: Option<&SpaceAlias>,
        pair: (Option<Node>, Node),
        target: &SpaceAlias,
        proof: Proof,
    ) {
        self.differences.in_place += 1;
        if self.context.purpose == Purpose::Proof {
            return;
        }
        let world = self.context.world;
        let index = |node| world.observed_index(node);
        let Some(target_index) = index(pair.1) else {
            return;
        };
        let key = AdoptionKey {
            placement,
            source_space: source.cloned(),
            target_space: target.clone(),
            proof,
        };
        let adopted = AdoptedPair {
            source: pair.0.and_then(index),
            target: target_index,
        };
        self.differences
            .adopted
            .entry(key)
            .or_default()
            .push(adopted);
    }
}
