//! What has to be observed: data for the observer, which knows no manifest.

use super::staging::is_staging;
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
/// what earlier runs placed beside a target because its name was taken, and folders of their own
/// that they left behind.
pub fn scopes(manifests: &[Manifest], recorded: &State) -> Vec<Scope> {
    let placements = manifests.iter().flat_map(|manifest| &manifest.placements);
    let mut scopes: Vec<Scope> = placements.flat_map(of_placement).collect();
    let is_known = |address: &Address| {
        let mut spaces = manifests.iter().map(|manifest| &manifest.spaces);
        spaces.any(|spaces| spaces.contains_key(&address.space))
    };
    let beside = recorded.records.iter();
    let beside = beside.filter(|(address, record)| record.wished.is_some() && is_known(address));
    scopes.extend(beside.map(|(address, _)| Scope {
        address: address.clone(),
        reach: Reach::Subtree,
    }));
    let left_over = recorded.records.keys();
    let left_over = left_over.filter(|address| is_staging(address) && is_known(address));
    scopes.extend(left_over.map(|address| Scope {
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
