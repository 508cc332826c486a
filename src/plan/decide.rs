//! The decision table: when is a target right, and what follows where it is not?

use super::capabilities::FingerprintRule;
use super::context::Context;
use super::recorded::{is_as_recorded, is_same};
use super::world::Node;
use crate::manifest::Update;
use crate::state::{Proof, Provenance};
use crate::tree::{EntryKind, SpaceAlias};

/// What follows for one wanted file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Decision {
    /// It is not there.
    Create,
    /// It is there as we placed it.
    InPlace,
    /// It is there, and the state does not know it in this way.
    Adopt(Proof),
    /// It is as we placed it, and its source moved on.
    Update,
    /// Something stands in the way, for this reason.
    Conflict(&'static str),
}

/// Decides for a file that is copied or mirrored.
pub(super) fn decide_copy(
    context: &Context<'_>,
    placement: usize,
    source: Node,
    target: Option<Node>,
    space: &SpaceAlias,
    update: Update,
) -> Decision {
    let Some(target) = target else {
        return Decision::Create;
    };
    let world = context.world;
    if world.kind(target) != EntryKind::File {
        return Decision::Conflict("something other than a file is there");
    }
    let record = context.records.of(target);
    if let Some(record) = record.filter(|record| is_as_recorded(world, target, record)) {
        if is_source_as_recorded(context, placement, source, record) {
            return in_place(context, placement, record);
        }
        if let Some(proof) = same_content(context, source, target, space)
            && !is_known_to_have_changed(context, placement, record, space)
        {
            return Decision::Adopt(proof);
        }
        return match update {
            _ if record.placement != *context.reference(placement) => {
                Decision::Conflict("another placement put a file there")
            }
            Update::Always => Decision::Update,
            Update::Never => Decision::InPlace,
        };
    }
    match (same_content(context, source, target, space), record) {
        (Some(proof), _) => Decision::Adopt(proof),
        (None, Some(_)) => Decision::Conflict("it was changed since it was placed"),
        (None, None) => Decision::Conflict("a file with other content is there"),
    }
}

fn in_place(context: &Context<'_>, placement: usize, record: &Provenance) -> Decision {
    if record.placement == *context.reference(placement) {
        Decision::InPlace
    } else {
        Decision::Adopt(record.proof)
    }
}

/// Whether the source is the one that was placed. Where another placement has meanwhile put
/// something else there, the link of a chain counts as unchanged.
fn is_source_as_recorded(
    context: &Context<'_>,
    placement: usize,
    source: Node,
    record: &Provenance,
) -> bool {
    let Some(recorded) = &record.source else {
        return false;
    };
    let same_place = context.world.find(&recorded.address) == Some(source);
    let same = same_place && is_same(&context.world.seen(source), &recorded.seen, EntryKind::File);
    same || context.is_placed_by_another(source, placement)
}

/// Whether our own copy is of another version than the source is now. An equal size, which is all
/// that some providers tell of content, cannot say otherwise.
fn is_known_to_have_changed(
    context: &Context<'_>,
    placement: usize,
    record: &Provenance,
    space: &SpaceAlias,
) -> bool {
    fingerprint_rule(context, space) == FingerprintRule::Size
        && record.placement == *context.reference(placement)
        && record.source.is_some()
}

fn fingerprint_rule(context: &Context<'_>, space: &SpaceAlias) -> FingerprintRule {
    let sheet = context.sheet(space);
    sheet.map_or(FingerprintRule::Size, |sheet| sheet.fingerprint)
}

/// Whether two files have the same content as far as their provider tells, and how sure that is.
fn same_content(
    context: &Context<'_>,
    source: Node,
    target: Node,
    space: &SpaceAlias,
) -> Option<Proof> {
    let world = context.world;
    let (source_tree, source) = world.observed(source)?;
    let (target_tree, target) = world.observed(target)?;
    if source_tree.size(source) != target_tree.size(target) {
        return None;
    }
    match fingerprint_rule(context, space) {
        FingerprintRule::Size => Some(Proof::Unverified),
        FingerprintRule::SizeAndTime => (source_tree.modified(source)
            == target_tree.modified(target))
        .then_some(Proof::Unverified),
        FingerprintRule::Listed => {
            let pair = (
                source_tree.fingerprint(source),
                target_tree.fingerprint(target),
            );
            match pair {
                (Some(ours), Some(theirs)) => (ours == theirs).then_some(Proof::Adopted),
                _ => Some(Proof::Unverified),
            }
        }
    }
}
