//! Step 4: where the content of each changed entry comes from.

use super::change::{Differences, Origin};
use super::context::Context;
use super::expand::SourceEntry;
use crate::manifest::Wish;

/// Step 4: decides for each change whether its content is made, copied or moved.
///
/// The declared source decides. Better origins, an entry of the same identity that has to go
/// anyway, belong here and need nothing elsewhere.
pub(super) fn origins(context: &Context<'_>, differences: &mut Differences) {
    for change in &mut differences.changes {
        let moves = matches!(context.wish(change.placement), Wish::Move(..));
        change.origin = match &change.source {
            None => Origin::Made,
            Some(source) if moves || is_on_a_detour(context, source) => Origin::Moved,
            Some(_) => Origin::Copied,
        };
    }
    differences
        .changes
        .sort_by(|a, b| a.target.cmp(&b.target).then(a.placement.cmp(&b.placement)));
}

/// Whether an interrupted run of ours left the entry, or a folder that holds it, on its way.
fn is_on_a_detour(context: &Context<'_>, source: &SourceEntry) -> bool {
    context.records.halfway_above(&source.address).is_some()
}
