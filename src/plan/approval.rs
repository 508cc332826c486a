//! Which operations of a plan a person has already approved in another.

use std::collections::{BTreeMap, BTreeSet};

use super::operation::{Action, Operation, Place, Reason, Reliance, Strategy};
use super::plan::Plan;
use super::staging::{is_staged, is_staging, staged_origins};
use crate::manifest::{Disposal, Permissions};
use crate::tree::Address;

/// The operations of `plan` that `approved` does not have: those to ask for.
///
/// An operation is approved where the other plan has one with the same action between the same
/// addresses and under the same words, that takes and replaces the same entries: one that was
/// changed meanwhile is not what the person saw. What the approved plan itself was to leave
/// somewhere on its way needs no second look.
pub fn unapproved<'a>(plan: &'a Plan, approved: &Plan) -> Vec<&'a Operation> {
    let passes = |it: &&Operation| matches!(it.reason, Reason::Halfway | Reason::Temporary);
    let stops: BTreeSet<Address> = approved
        .operations
        .iter()
        .filter(passes)
        .filter_map(|operation| Some(operation.action.to()?.address()))
        .collect();
    let (staged, staged_before) = (staged_origins(plan), staged_origins(approved));
    let meaning = |operation: &'a Operation| Meaning::of(operation, &stops, &staged);
    let seen: BTreeSet<Meaning<'_>> = approved
        .operations
        .iter()
        .map(|operation| Meaning::of(operation, &stops, &staged_before))
        .collect();
    plan.operations
        .iter()
        .filter(|operation| !seen.contains(&meaning(operation)))
        .collect()
}

/// What a person judges in an operation, without numbers that a new plan gives anew.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Meaning<'a> {
    action: &'static str,
    from: Option<Address>,
    to: Option<Address>,
    strategy: Option<Strategy>,
    permissions: Option<Permissions>,
    disposal: Option<Disposal>,
    entries: BTreeSet<&'a Reliance>,
}

impl<'a> Meaning<'a> {
    fn of(
        operation: &'a Operation,
        stops: &BTreeSet<Address>,
        staged: &BTreeMap<Address, Address>,
    ) -> Self {
        let action = &operation.action;
        let (permissions, disposal) = match action {
            Action::Move { permissions, .. } => (Some(*permissions), None),
            Action::Remove { disposal, .. } => (None, Some(*disposal)),
            Action::CreateFolder { .. } | Action::Copy { .. } | Action::Rename { .. } => {
                (None, None)
            }
        };
        // Folders that copies go by have other names in every plan.
        let is_lasting = |address: &Address| !is_staging(address) && !is_staged(address);
        let from = action.from().map(Place::address);
        let from = from.map(|from| staged.get(&from).cloned().unwrap_or(from));
        let from = from.filter(is_lasting);
        let to = action.to().map(Place::address).filter(is_lasting);
        let entries = operation.relies_on.iter().filter(|reliance| {
            let address = Some(reliance.address());
            matches!(reliance, Reliance::File { .. } | Reliance::Subtree { .. })
                && (address == from.as_ref() || address == to.as_ref())
                && !stops.contains(reliance.address())
        });
        Self {
            action: action.word(),
            entries: entries.collect(),
            strategy: action.strategy(),
            permissions,
            disposal,
            from,
            to,
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
    use super::*;
    use crate::plan::sample;

    #[test]
    fn only_what_a_person_saw_is_approved() {
        let approved = sample::plan();
        assert!(unapproved(&approved, &approved).is_empty());

        let mut renumbered = approved.clone();
        renumbered.operations.remove(0);
        renumbered.operations[0].id.0 = 1;
        assert!(unapproved(&renumbered, &approved).is_empty());
        assert_eq!(unapproved(&approved, &renumbered).len(), 1);

        let mut permanent = approved.clone();
        let removal = permanent.operations.last_mut().unwrap();
        let Action::Remove { disposal, .. } = &mut removal.action else {
            panic!("the last operation removes");
        };
        *disposal = Disposal::Permanent;
        assert_eq!(unapproved(&permanent, &approved).len(), 1);

        let mut changed = approved.clone();
        for operation in &mut changed.operations {
            for reliance in &mut operation.relies_on {
                if let Reliance::File { attributes, .. } = reliance {
                    attributes.size += 1;
                }
            }
        }
        let asked: Vec<_> = unapproved(&changed, &approved)
            .iter()
            .map(|operation| operation.action.word())
            .collect();
        assert_eq!(asked, ["copy", "copy", "move", "rename"]);
    }
}
