//! How the operations of several steps hang together, and what they do to others.

use std::collections::{BTreeMap, BTreeSet};

use super::operation::{Operation, OperationId, Strategy};
use super::steps::at;
use super::stopover::{Stopovers, beside};
use crate::tree::{Address, EntryKind};

/// How the operations of one change hang together, and what they do to others.
#[derive(Debug, Default)]
pub(super) struct Links {
    /// The operation of the same change that comes right before.
    pub(super) before: BTreeMap<OperationId, OperationId>,
    /// What has to be at an address first, so that the service finds the name that is expected.
    pub(super) waits: BTreeMap<OperationId, Address>,
    /// What has to leave an address first, so that another can stop there.
    pub(super) once_left: BTreeMap<OperationId, Address>,
    /// Who comes to a name that must be free, each with one who could be given it.
    pub(super) firsts: Vec<(OperationId, Loan)>,
    /// Names that a service may give for a while, with those who may get them.
    pub(super) lent: BTreeMap<Address, Vec<Loan>>,
    /// The operations that only staging is for, of which no removal.
    pub(super) staged: BTreeSet<OperationId>,
}

/// Who may get a name for a while: the operation that brings the entry, and the one that gives
/// the name back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Loan {
    pub(super) arrives: OperationId,
    pub(super) leaves: OperationId,
}

/// An entry on its way in a folder under the name of its source.
pub(super) struct Guest {
    pub(super) arrives: OperationId,
    pub(super) leaves: OperationId,
    /// Where it comes from: while it is there, its name is taken for certain.
    pub(super) from: Address,
}

impl Links {
    /// Whether no change takes more than one operation.
    pub(super) fn is_empty(&self) -> bool {
        self.before.is_empty()
    }

    /// Who wants a name that the service may give for a while comes after it was given back. Files
    /// and folders of one name get different names beside it.
    pub(super) fn lend(
        &mut self,
        stopovers: &Stopovers<'_>,
        operations: &mut [Operation],
        (kept, guests): (&Address, &[Guest]),
    ) {
        for kind in [EntryKind::File, EntryKind::Folder] {
            let found: Vec<&Guest> = guests
                .iter()
                .filter(|guest| {
                    let arrival = at(operations, guest.arrives);
                    arrival.kind == kind && arrival.action.strategy() == Some(Strategy::Rename)
                })
                .collect();
            let mut stops: BTreeSet<Address> = found
                .iter()
                .filter_map(|guest| Some(at(operations, guest.arrives).action.to()?.address()))
                .collect();
            let mut names = [kept.clone()].into_iter().chain(beside(kept, kind, 1));
            while let Some(name) = names.next().filter(|_| !stops.is_empty()) {
                stops.remove(&name);
                if stopovers.is_wanted(&name) {
                    self.lend_name(name, &found);
                }
            }
        }
    }

    fn lend_name(&mut self, name: Address, found: &[&Guest]) {
        let may_get =
            |guest: &&&Guest| guest.from != name && self.waits.get(&guest.arrives) != Some(&name);
        let loans = found.iter().filter(may_get).map(|guest| guest.loan());
        let loans: Vec<Loan> = loans.collect();
        self.lent.entry(name).or_default().extend(loans);
    }
}

impl Guest {
    pub(super) fn loan(&self) -> Loan {
        Loan {
            arrives: self.arrives,
            leaves: self.leaves,
        }
    }
}
