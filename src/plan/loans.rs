//! Names that a service may give to an entry for a while, and who else wants them.
//!
//! Whoever wants such a name waits until it is given back, which may close a circle. There are two
//! other ways to be sure of the name: the entry arrives while the name is still taken, or after
//! the one who wants it has it.

use std::collections::BTreeSet;

use super::detour::Detours;
use super::graph::{Addresses, Cause, Graph, position_of};
use super::links::{Links, Loan};
use super::operation::{Action, OperationId, Place, Reason, Strategy};
use super::steps::{find_name, set_source, set_target};
use super::stopover::{Obstacle, beside};
use crate::tree::Address;

/// How many circles are looked into; each may lead through the whole plan.
const MOST_CIRCLES: usize = 1_000;

/// Someone who waits for a name that a service may have given.
#[derive(Debug, Clone, Copy)]
pub(super) struct Awaited {
    /// The operation that wants the name.
    wants: usize,
    /// What brings the entry that may be given it, and what gives it back.
    arrives: usize,
    gives_back: usize,
    /// What takes away the entry that has the name at first.
    frees: Option<usize>,
}

impl Addresses {
    /// All who wait for names that a service may have given.
    pub(super) fn awaited(&self) -> Vec<Awaited> {
        let mut awaited = Vec::new();
        for (name, loans) in &self.lent {
            let Some(wants) = self.makes.get(name).copied() else {
                continue;
            };
            let frees = self.leaves.get(name).copied();
            awaited.extend(loans.iter().map(|&(arrives, gives_back)| Awaited {
                wants,
                arrives,
                gives_back,
                frees,
            }));
        }
        awaited
    }
}

impl Graph {
    /// Who comes to a name that must be free comes before those who could be given it, or after
    /// they gave it back.
    pub(super) fn let_first_come(&mut self, firsts: &[(OperationId, Loan)]) {
        for (first, loan) in firsts {
            let first = position_of(*first);
            let (arrives, leaves) = (position_of(loan.arrives), position_of(loan.leaves));
            if self.waits_for(first, arrives) {
                self.after[first].entry(leaves).or_insert(Cause::Lent);
            } else {
                self.after[arrives].entry(first).or_insert(Cause::Expected);
            }
        }
    }

    /// Sees to it that no one waits in a circle for a name that is only lent, where another order
    /// keeps the name from being lent at all.
    pub(super) fn settle_loans(&mut self) {
        if self.loans.is_empty() {
            return;
        }
        let stuck = self.stuck();
        let mut looks = 0;
        for loan in std::mem::take(&mut self.loans) {
            let waits = self.after[loan.wants].get(&loan.gives_back) == Some(&Cause::Lent);
            let in_a_circle = stuck.contains(&loan.wants) && stuck.contains(&loan.gives_back);
            if waits && in_a_circle && looks < MOST_CIRCLES {
                looks += 1;
                self.settle_loan(loan);
            }
        }
    }

    fn settle_loan(&mut self, loan: Awaited) {
        let while_taken = loan.frees.map(|frees| (frees, loan.arrives, Cause::Beside));
        let once_taken = Some((loan.arrives, loan.wants, Cause::Expected));
        self.after[loan.wants].remove(&loan.gives_back);
        let ways = [while_taken, once_taken];
        let way = ways
            .into_iter()
            .flatten()
            .find(|(later, earlier, _)| later != earlier && !self.waits_for(*earlier, *later));
        match way {
            Some((later, earlier, cause)) => {
                self.after[later].entry(earlier).or_insert(cause);
            }
            None => {
                self.after[loan.wants].insert(loan.gives_back, Cause::Lent);
            }
        }
    }

    /// Lets entries that would stop under a name which another wants in a circle arrive once the
    /// other has it: the service finds them a name beside. Nobody needs a temporary name then.
    pub(super) fn settle_stops(&mut self, links: &Links, detours: &mut Detours<'_, '_>) {
        let stuck = self.stuck();
        for wants in stuck.iter().copied().take(MOST_CIRCLES) {
            let before = self.after[wants].iter();
            let freed =
                before.filter(|(it, cause)| **cause == Cause::NameFreed && stuck.contains(it));
            let freed: Vec<usize> = freed.map(|(it, _)| *it).collect();
            for leaves in freed {
                let Some(arrives) = self.stops_at_its_target(wants, leaves, links) else {
                    continue;
                };
                self.after[wants].remove(&leaves);
                let can_wait = !self.waits_for(wants, arrives);
                if !can_wait || !self.stop_beside(wants, (arrives, leaves), detours) {
                    self.after[wants].insert(leaves, Cause::NameFreed);
                }
            }
        }
    }

    /// What brings an entry to the name that an operation wants, if the entry stops there until
    /// another operation takes it away.
    fn stops_at_its_target(&self, wants: usize, leaves: usize, links: &Links) -> Option<usize> {
        let (last, wanted) = (
            &self.operations[leaves],
            self.operations[wants].action.to()?,
        );
        let arrives = links.before.get(&last.id)?.0 as usize - 1;
        let first = &self.operations[arrives];
        let comes = matches!(first.action, Action::Copy { .. } | Action::Move { .. });
        let stops = first.reason == Reason::Halfway
            && first.action.strategy() == Some(Strategy::Fail)
            && first.action.to()?.address() == wanted.address();
        (comes && stops && arrives != wants).then_some(arrives)
    }

    /// `false` where the name that the service would find is not free.
    fn stop_beside(
        &mut self,
        wants: usize,
        (arrives, leaves): (usize, usize),
        detours: &mut Detours<'_, '_>,
    ) -> bool {
        let first = &self.operations[arrives];
        let Some(name) = first.action.to().map(Place::address) else {
            return false;
        };
        let beside = beside(&name, first.kind, 1).next();
        let is_free = |name: &Address| detours.stopovers.obstacle(name) == Obstacle::Nothing;
        let Some(stop) = beside.filter(is_free) else {
            return false;
        };
        detours.stopovers.give(&stop);
        let place = Place::new(stop.space.clone(), stop.path.clone());
        find_name(&mut self.operations[arrives]);
        set_target(
            &mut self.operations[arrives].action,
            place.clone(),
            Strategy::Rename,
        );
        set_source(&mut self.operations[leaves].action, place);
        self.restopped.insert(self.operations[arrives].id, stop);
        self.after[arrives].entry(wants).or_insert(Cause::Expected);
        true
    }

    /// Whether an operation comes after another, however many lie between.
    fn waits_for(&self, operation: usize, other: usize) -> bool {
        let mut seen = BTreeSet::from([operation]);
        let mut open = vec![operation];
        while let Some(next) = open.pop() {
            if next == other {
                return true;
            }
            let before = self.after[next].keys().copied();
            open.extend(before.filter(|it| seen.insert(*it)));
        }
        false
    }
}
