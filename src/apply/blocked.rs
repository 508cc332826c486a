//! What must not be tried, because something that it rests on was not done.

use std::collections::BTreeMap;

use crate::plan::{Action, Operation, OperationId};
use crate::tree::Address;

/// What operations that were not done would have read and written.
#[derive(Default)]
pub(super) struct Blocked {
    reads: BTreeMap<Address, OperationId>,
    writes: BTreeMap<Address, OperationId>,
}

impl Blocked {
    pub(super) fn add(&mut self, operation: &Operation) {
        let (reads, writes) = touched(operation);
        for address in reads {
            self.reads.entry(address).or_insert(operation.id);
        }
        for address in writes {
            self.writes.entry(address).or_insert(operation.id);
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.writes.is_empty() && self.reads.is_empty()
    }

    pub(super) fn obstacle(&self, operation: &Operation) -> Option<OperationId> {
        if self.is_empty() {
            return None;
        }
        let (reads, writes) = touched(operation);
        let written = writes.iter().find_map(|address| {
            related(&self.writes, address).or_else(|| related(&self.reads, address))
        });
        written.or_else(|| {
            reads
                .iter()
                .find_map(|address| related(&self.writes, address))
        })
    }
}

/// The addresses that an operation reads, and those that it makes or takes away.
fn touched(operation: &Operation) -> (Vec<Address>, Vec<Address>) {
    match &operation.action {
        Action::CreateFolder { at } => {
            let top = operation.parents_made().pop();
            (vec![], vec![top.unwrap_or_else(|| at.address())])
        }
        Action::Remove { at, .. } => (vec![], vec![at.address()]),
        Action::Copy { from, to, .. } => (vec![from.address()], vec![to.address()]),
        Action::Move { from, to, .. } | Action::Rename { from, to, .. } => {
            (vec![], vec![from.address(), to.address()])
        }
    }
}

/// An entry of the map at an address, above it or below it.
fn related(map: &BTreeMap<Address, OperationId>, address: &Address) -> Option<OperationId> {
    let below = map
        .range(address..)
        .next()
        .filter(|(other, _)| other.is_at_or_below(address));
    if let Some((_, operation)) = below {
        return Some(*operation);
    }
    address
        .path
        .ancestors()
        .into_iter()
        .find_map(|path| map.get(&Address::new(address.space.clone(), path)))
        .copied()
}
