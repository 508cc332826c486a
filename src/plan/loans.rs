//! Names that a service may give to an entry for a while, and who else wants them.
//!
//! Whoever wants such a name waits until it is given back, which may close a circle. There are two
//! other ways to be sure of the name: the entry arrives while the name is still taken, or after
//! the one who wants it has it.

use std::collections::BTreeSet;

use super::graph::{Addresses, Cause, Graph};

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
