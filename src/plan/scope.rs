//! What has to be observed: data for the observer, which knows no manifest.

use crate::manifest::{Manifest, Placement, Wish};
use crate::state::State;
use crate::tree::Address;

/// A part of a space that must be known.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Scope {
    /// Where it begins.
    pub address: Address,
    /// How far down it goes.
    pub reach: Reach,
}

/// How far down a scope goes. A further reach includes the nearer ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// The entry itself: every folder on the way to it is listed.
    Entry,
    /// The entry and what it holds directly.
    Children,
    /// The entry and what earlier runs placed below it. Where they placed nothing, or what they
    /// placed is not asked for by its id, that is everything below it.
    Placed,
    /// The entry and everything below it.
    Subtree,
}

/// What has to be observed before these manifests can be planned: what their placements speak of,
/// and what earlier runs placed beside a target because its name was taken.
pub fn scopes(manifests: &[Manifest], recorded: &State) -> Vec<Scope> {
    let placements = manifests.iter().flat_map(|manifest| &manifest.placements);
    let mut scopes: Vec<Scope> = placements.flat_map(of_placement).collect();
    let beside = recorded.records.iter().filter(|(address, record)| {
        let is_known = |manifest: &Manifest| manifest.spaces.contains_key(&address.space);
        record.wished.is_some() && manifests.iter().any(is_known)
    });
    scopes.extend(beside.map(|(address, _)| Scope {
        address: address.clone(),
        reach: Reach::Subtree,
    }));
    scopes.sort();
    scopes.dedup();
    scopes
}

fn of_placement(placement: &Placement) -> Vec<Scope> {
    let subtree = |address: &Address| Scope {
        address: address.clone(),
        reach: Reach::Subtree,
    };
    match &placement.wish {
        Wish::Mirror(transfer, ..) => {
            vec![
                subtree(&transfer.source.base),
                subtree(transfer.target.address()),
            ]
        }
        // Nobody asks what else the target holds.
        Wish::Copy(transfer, _) | Wish::Move(transfer, _) => {
            let target = Scope {
                address: transfer.target.address().clone(),
                reach: Reach::Placed,
            };
            vec![subtree(&transfer.source.base), target]
        }
        Wish::Folder(address) => vec![Scope {
            address: address.clone(),
            reach: Reach::Entry,
        }],
        Wish::Absent(selection, ..) => vec![subtree(&selection.base)],
    }
}
