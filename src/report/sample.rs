//! Small plans for the tests of reports.
#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use std::collections::BTreeMap;

use crate::manifest::{Disposal, Permissions};
use crate::plan::{
    Action, Adoptions, BasedOn, Batch, BatchId, Cost, Operation, OperationId, Place, Plan, Reason,
    Reliance, Strategy, Summary,
};
use crate::state::{Lineage, PlacementRef, PlanId};
use crate::tree::{Address, Attributes, Digest, EntryKind, Timestamp};

/// A moment in September 2026.
pub(crate) const NOW: Timestamp = Timestamp::from_nanoseconds(1_790_000_000_000_000_000);

/// A plan of operations written as `verb address [address]`.
pub(crate) fn plan(lines: &[&str]) -> Plan {
    let operations: Vec<Operation> = lines
        .iter()
        .zip(1..)
        .map(|(line, number)| operation(line, number))
        .collect();
    let ids = operations.iter().map(|operation| operation.id).collect();
    Plan {
        id: PlanId::new("sha256:7f3c00000000000000000000000000e1"),
        created: NOW,
        expires: NOW.plus_seconds(86_400),
        based_on: BasedOn {
            manifest: Digest::of(b"manifest"),
            files: vec!["reshelve.yaml".to_owned()],
            names: vec!["team-handbook".to_owned()],
            variables: BTreeMap::new(),
            lineage: Lineage::new("lineage"),
            serial: 1,
        },
        spaces: BTreeMap::new(),
        batches: vec![Batch {
            id: BatchId(1),
            provider: "local".to_owned(),
            call: "worklist".to_owned(),
            operations: ids,
            after: Vec::new(),
        }],
        operations,
        findings: Vec::new(),
        recordings: Vec::new(),
        adoptions: Adoptions::none(),
        forgotten: Vec::new(),
        summary: Summary::default(),
        cost: Cost::default(),
    }
}

fn operation(line: &str, number: u32) -> Operation {
    let words: Vec<&str> = line.split(' ').collect();
    let place = |at: usize| {
        let address = Address::parse(words[at]).unwrap();
        Place::new(address.space, address.path)
    };
    let (kind, reason, action) = match words[0] {
        "mkdir" => (
            EntryKind::Folder,
            Reason::Parent,
            Action::CreateFolder { at: place(1) },
        ),
        "remove" => (
            EntryKind::File,
            Reason::Extra,
            Action::Remove {
                at: place(1),
                disposal: Disposal::Recycle,
            },
        ),
        "move" => (
            EntryKind::File,
            Reason::Misplaced,
            Action::Move {
                from: place(1),
                to: place(2),
                strategy: Strategy::Fail,
                permissions: Permissions::Inherit,
            },
        ),
        verb => {
            let (reason, strategy) = if verb == "copy" {
                (Reason::Missing, Strategy::Fail)
            } else {
                (Reason::Changed, Strategy::Overwrite(Disposal::Recycle))
            };
            let (from, to) = (place(1), place(2));
            (EntryKind::File, reason, Action::Copy { from, to, strategy })
        }
    };
    let source = action.from().map(Place::address);
    Operation {
        id: OperationId(number),
        placement: PlacementRef {
            manifest: "team-handbook".into(),
            placement: "handbook".into(),
        },
        reason,
        kind,
        entries: 1,
        bytes: 10,
        relies_on: source.map(relied_on).into_iter().collect(),
        action,
    }
}

fn relied_on(address: Address) -> Reliance {
    Reliance::File {
        address,
        id: None,
        attributes: Attributes {
            size: 10,
            modified: NOW.plus_seconds(-2 * 86_400),
            ..Attributes::default()
        },
    }
}
