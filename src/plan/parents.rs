//! Folders that a service makes itself on the way to a new one: they need no call of their own.
//!
//! Only new folders are relied on for this. Where a service says that it makes the folders on the
//! way to a copied or moved one as well, it says so of single calls and not of batches.

use std::collections::BTreeMap;

use super::capabilities::MissingParents;
use super::change::Change;
use super::context::Context;
use super::operation::{Action, Operation};
use crate::tree::Address;

/// For the position of each new folder that another new one makes on its way, the position of that
/// one. Expects the changes in the order of targets.
pub(super) fn made_on_the_way(context: &Context<'_>, changes: &[Change]) -> BTreeMap<usize, usize> {
    let mut makers: BTreeMap<usize, usize> = BTreeMap::new();
    let mut next: Option<usize> = None;
    for (position, change) in changes.iter().enumerate().rev() {
        if !change.is_made() {
            continue;
        }
        let makes_parents = context
            .sheet(&change.target.space)
            .is_some_and(|sheet| sheet.parents == MissingParents::MadeForFolders);
        let below = next.filter(|below| changes[*below].target.is_strictly_below(&change.target));
        if let Some(below) = below.filter(|_| makes_parents) {
            let maker = makers.get(&below).copied().unwrap_or(below);
            makers.insert(position, maker);
        }
        next = Some(position);
    }
    makers
}

impl Operation {
    /// The folders that the service makes on the way to a new one, the nearest first.
    pub fn parents_made(&self) -> Vec<Address> {
        let Action::CreateFolder { at } = &self.action else {
            return Vec::new();
        };
        let above = at.path.ancestors().into_iter().rev();
        let made = self.entries.saturating_sub(1) as usize;
        let addresses = above.map(|path| Address::new(at.space.clone(), path));
        addresses.take(made).collect()
    }
}
