//! Whether what a saved plan moves away may go: demanded like everything in `soundness`.

use std::collections::{BTreeMap, BTreeSet};

use super::graph::is_temporary;
use super::operation::{Action, Operation, Place, Reason};
use super::plan::Plan;
use super::strayed::{meet, spoken_of};
use crate::manifest::{Manifest, Placement, Prune, PruneScope, Transfer, Wish};
use crate::state::{PlacementRef, Proof, State};
use crate::tree::Address;

/// Demands that each entry that is moved or renamed is one that a placement moves, one that is on
/// its way already, one that a placement would remove, or one that others took away from the very
/// place where it goes. `recorded` is the state that is there when the plan is to be applied.
///
/// # Errors
/// What is wrong with the first operation of which this is not so.
pub(super) fn check_departures(
    plan: &Plan,
    manifests: &[Manifest],
    recorded: &State,
) -> Result<(), String> {
    let mut departures = Departures {
        manifests,
        recorded,
        placements: BTreeMap::new(),
        stops: BTreeSet::new(),
        taken: BTreeMap::new(),
    };
    for manifest in manifests {
        for placement in &manifest.placements {
            let reference = (manifest.name.as_str(), placement.id.as_str());
            departures.placements.insert(reference, placement);
        }
    }
    for operation in &plan.operations {
        if let Action::Move { from, .. } | Action::Rename { from, .. } = &operation.action {
            let place = (&operation.placement, from.address());
            departures.taken.insert(place, operation);
        }
    }
    for operation in &plan.operations {
        let action = &operation.action;
        if let Action::Move { from, .. } | Action::Rename { from, .. } = action
            && !departures.allow(operation, from)
        {
            return Err(format!(
                "{} moves {from} away, which nothing in the manifest lets go",
                operation.id
            ));
        }
        let passes = matches!(operation.reason, Reason::Halfway | Reason::Temporary);
        if let Some(stop) = action.to().filter(|_| passes) {
            departures
                .stops
                .insert((&operation.placement, stop.address()));
        }
    }
    Ok(())
}

/// Where an operation leaves an entry on its way.
fn stop(operation: &Operation) -> Option<Address> {
    let passes = matches!(operation.reason, Reason::Halfway | Reason::Temporary);
    operation.action.to().filter(|_| passes).map(Place::address)
}

struct Departures<'a> {
    manifests: &'a [Manifest],
    recorded: &'a State,
    placements: BTreeMap<(&'a str, &'a str), &'a Placement>,
    /// Where the plan itself leaves entries on their way.
    stops: BTreeSet<(&'a PlacementRef, Address)>,
    /// What moves and renames take, by where it is then.
    taken: BTreeMap<(&'a PlacementRef, Address), &'a Operation>,
}

impl Departures<'_> {
    fn allow(&self, operation: &Operation, from: &Place) -> bool {
        let address = from.address();
        let asking = &operation.placement;
        let placement = self
            .placements
            .get(&(&*asking.manifest, &*asking.placement));
        let is_its_source = placement.is_some_and(|placement| match &placement.wish {
            Wish::Move(transfer, _) => address.is_at_or_below(&transfer.source.base),
            Wish::Copy(..) | Wish::Mirror(..) | Wish::Folder(_) | Wish::Absent(..) => false,
        });
        self.stops.contains(&(asking, address.clone()))
            || is_its_source
            || self.is_on_its_way(asking, &address)
            || self.lets_go(&address)
            || self.strayed(operation, from)
    }

    /// Whether an interrupted run of the same placement left the entry, or a folder that holds
    /// it, on its way.
    fn is_on_its_way(&self, asking: &PlacementRef, address: &Address) -> bool {
        let above = address.path.ancestors().into_iter();
        above.chain([address.path.clone()]).any(|path| {
            let address = Address::new(address.space.clone(), path);
            let record = self.recorded.records.get(&address);
            record.is_some_and(|record| {
                let passes = record.proof == Proof::Halfway || is_temporary(&address);
                record.placement == *asking && record.wished.is_some() && passes
            })
        })
    }

    /// Whether a placement removes what is at an address, and nothing in it is spared.
    fn lets_go(&self, address: &Address) -> bool {
        self.placements
            .iter()
            .any(|(reference, placement)| match &placement.wish {
                Wish::Absent(selection, ..) => selection.covers(&address.space, &address.path),
                Wish::Mirror(transfer, _, prune) => {
                    self.prunes(*reference, (transfer, prune), address)
                }
                Wish::Copy(..) | Wish::Move(..) | Wish::Folder(_) => false,
            })
    }

    fn prunes(
        &self,
        (manifest, placement): (&str, &str),
        (transfer, prune): (&Transfer, &Prune),
        address: &Address,
    ) -> bool {
        let target = transfer.target.address();
        let Some(below) = address
            .path
            .below(&target.path)
            .filter(|below| address.space == target.space && !below.is_root())
        else {
            return false;
        };
        let is_ours = || {
            let record = self.recorded.records.get(address);
            record.is_some_and(|record| {
                *record.placement.manifest == *manifest && *record.placement.placement == *placement
            })
        };
        !transfer.exclude.covers(&below)
            && !prune.keep.covers(&below)
            && match prune.scope {
                PruneScope::Report => false,
                PruneScope::Owned => is_ours(),
                PruneScope::All => true,
            }
    }

    /// Where an entry is in the end that an operation moves.
    fn home(&self, operation: &Operation) -> Option<Address> {
        let mut last = operation;
        while let Some(stop) = stop(last) {
            let next = self.taken.get(&(&operation.placement, stop));
            match next.filter(|next| next.id > last.id) {
                Some(next) => last = next,
                None => break,
            }
        }
        last.action.to().map(Place::address)
    }

    /// Whether the state knows the entry at the place where it goes, and nobody speaks of the
    /// place where it is.
    fn strayed(&self, operation: &Operation, from: &Place) -> bool {
        let home = self.home(operation);
        let record = home.and_then(|home| self.recorded.records.get(&home));
        let is_it = record.is_some_and(|record| {
            record.placement == operation.placement
                && record.kind == operation.kind
                && record.target.id.is_some()
                && record.target.id == from.id
        });
        let address = from.address();
        let wishes = self.placements.values().map(|placement| &placement.wish);
        let protections = self.manifests.iter().flat_map(|it| &it.protect);
        let mut spoken = wishes
            .flat_map(spoken_of)
            .chain(protections.map(|rule| &rule.selection.base));
        is_it && !spoken.any(|spoken| meet(spoken, &address))
    }
}
