//! A small plan with one of everything, for tests.
#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use std::collections::BTreeMap;

use super::{
    Action, Adoptions, BasedOn, Batch, BatchId, CallCount, Cost, Gap, GapReason, Operation,
    OperationId, Place, Plan, Reason, Recording, Reliance, Strategy, Summary, file,
};
use crate::diagnostic::{Diagnostic, SourceLocation};
use crate::manifest::{Disposal, Permissions, SpaceDefinition};
use crate::state::{Lineage, PlacementRef, PlanId, Proof, Provenance, RunId, Seen, Source};
use crate::tree::{
    Address, Attributes, Digest, EntryId, EntryKind, EntryPath, Fingerprint, SpaceAlias, Timestamp,
};

/// When the sample plan was made.
pub(crate) const CREATED: Timestamp = Timestamp::from_nanoseconds(1_795_251_300_120_000_000);

/// `alias:/path`
pub(crate) fn address(text: &str) -> Address {
    Address::parse(text).unwrap()
}

/// An entry without an id.
pub(crate) fn place(text: &str) -> Place {
    let Address { space, path } = address(text);
    Place::new(space, path)
}

/// How a file of that size looks.
pub(crate) fn seen(size: u64) -> Seen {
    Seen {
        id: Some(EntryId::new(&format!("id-{size}"))),
        attributes: Attributes {
            size,
            modified: CREATED.plus_seconds(-60),
            version: 0,
            fingerprint: None,
        },
    }
}

/// An operation on one file without anything that it relies on.
pub(crate) fn operation(number: u32, action: Action) -> Operation {
    Operation {
        id: OperationId(number),
        placement: PlacementRef {
            manifest: "sample".into(),
            placement: "files".into(),
        },
        reason: Reason::Missing,
        kind: EntryKind::File,
        entries: 1,
        bytes: 5,
        action,
        relies_on: Vec::new(),
    }
}

/// What the state will hold of the target of an operation.
pub(crate) fn recording(target: &str, size: u64, operation: Option<u32>) -> Recording {
    Recording {
        target: address(target),
        provenance: Provenance {
            placement: PlacementRef {
                manifest: "sample".into(),
                placement: "files".into(),
            },
            kind: EntryKind::File,
            wished: None,
            source: Some(Source {
                address: address("desk:/from"),
                seen: seen(size),
            }),
            target: Seen {
                id: None,
                attributes: seen(size).attributes,
            },
            proof: match operation {
                Some(_) => Proof::Placed,
                None => Proof::Unverified,
            },
            run: RunId::none(),
        },
        operation: operation.map(OperationId),
    }
}

/// A sealed plan of these operations, each group of numbers a batch that follows the one before.
pub(crate) fn plan_of(operations: Vec<Operation>, batches: &[&[u32]]) -> Plan {
    let batches: Vec<_> = (1..)
        .zip(batches)
        .map(|(number, operations)| Batch {
            id: BatchId(number),
            provider: "local".into(),
            call: operations
                .first()
                .map_or(String::new(), |_| "work".to_owned()),
            operations: operations.iter().copied().map(OperationId).collect(),
            after: (1..number).last().map(BatchId).into_iter().collect(),
        })
        .collect();
    file::seal(Plan {
        id: PlanId::new(""),
        created: CREATED,
        expires: CREATED.plus_seconds(24 * 3600),
        based_on: BasedOn {
            manifest: Digest::of(b"manifest"),
            files: vec!["reshelve.yaml".into()],
            names: vec!["sample".into()],
            variables: BTreeMap::from([("year".into(), "2026".into())]),
            lineage: Lineage::new("4f2a"),
            serial: 3,
        },
        spaces: BTreeMap::from([(
            SpaceAlias::parse("desk").unwrap(),
            SpaceDefinition {
                provider: "local".into(),
                profile: "local".into(),
                keys: BTreeMap::from([("root".into(), "./desk".into())]),
                limits: BTreeMap::new(),
                name_check: None,
            },
        )]),
        operations,
        cost: cost(batches.len() as u64),
        batches,
        findings: Vec::new(),
        recordings: Vec::new(),
        adoptions: Adoptions::none(),
        forgotten: Vec::new(),
        summary: Summary::default(),
    })
}

fn cost(calls: u64) -> Cost {
    Cost {
        calls,
        lower_bound: 1,
        calls_by_kind: vec![CallCount {
            provider: "local".into(),
            call: "work".into(),
            calls,
        }],
        gap_reasons: vec![
            GapReason {
                batch: BatchId(1),
                reason: Gap::TemporaryName,
                operations: vec![OperationId(1)],
                waits_for: None,
            },
            GapReason {
                batch: BatchId(2),
                reason: Gap::NameFreed,
                operations: vec![OperationId(2)],
                waits_for: Some(OperationId(1)),
            },
        ],
        reads: 3,
        readings: Vec::new(),
        seconds: 0.1 + 0.2,
        bytes: 0,
        monthly: Vec::new(),
    }
}

/// Every action, every word and every reliance once.
pub(crate) fn plan() -> Plan {
    let copy = |from: &str, to: &str, strategy| Action::Copy {
        from: place(from),
        to: place(to),
        strategy,
    };
    let overwrite = Strategy::Overwrite(Disposal::Recycle);
    let actions = [
        Action::CreateFolder {
            at: place("desk:/new"),
        },
        copy("desk:/a", "desk:/new/a", Strategy::Fail),
        copy("desk:/b", "desk:/报告 \u{202e}\n.pdf", overwrite),
        Action::Move {
            from: place("desk:/c"),
            to: place("desk:/new/c"),
            strategy: Strategy::Fail,
            permissions: Permissions::Preserve,
        },
        Action::Rename {
            from: place("desk:/d"),
            to: place("desk:/e"),
            strategy: Strategy::Overwrite(Disposal::Permanent),
        },
        Action::Remove {
            at: place("desk:/old"),
            disposal: Disposal::Recycle,
        },
    ];
    let operations = (1..).zip(actions).map(|(number, action)| {
        let mut operation = operation(number, action);
        operation.relies_on = reliances(&operation.action);
        operation
    });
    let mut plan = plan_of(operations.collect(), &[&[1], &[2, 3], &[4, 5], &[6]]);
    plan.findings.push(finding());
    plan.recordings = vec![
        recording("desk:/new/a", 1, Some(2)),
        recording("desk:/new/c", 3, Some(4)),
    ];
    plan.recordings[1].provenance.wished = EntryPath::parse("/new/wished").ok();
    plan.adoptions = Adoptions::written(vec![recording("desk:/there", 4, None)]);
    plan.forgotten.push(address("desk:/forgotten"));
    file::seal(plan)
}

fn reliances(action: &Action) -> Vec<Reliance> {
    let mut all = Vec::new();
    if let Some(Place { space, path, .. }) = action.from() {
        let address = Address::new(space.clone(), path.clone());
        let Seen { id, attributes } = seen(1);
        all.push(match action {
            Action::Remove { .. } => Reliance::Subtree {
                address,
                id,
                digest: Digest::of(b"below"),
            },
            Action::CreateFolder { .. }
            | Action::Copy { .. }
            | Action::Move { .. }
            | Action::Rename { .. } => Reliance::File {
                address,
                id,
                attributes: Attributes {
                    version: 2,
                    fingerprint: Some(Fingerprint::new("crc64", "7")),
                    ..attributes
                },
            },
        });
    }
    if let Some(to) = action.to() {
        let address = Address::new(to.space.clone(), to.path.parent().unwrap());
        all.push(Reliance::Folder { address, id: None });
        all.push(Reliance::Absent {
            address: to.address(),
        });
    }
    all
}

fn finding() -> Diagnostic {
    Diagnostic::warning(
        "extra",
        "the target holds more than its source",
        "`x` \"stays\"",
    )
    .at(SourceLocation {
        file: "reshelve.yaml".into(),
        line: 12,
        column: 5,
        length: 3,
        text: "  - mirror: a".into(),
    })
    .about("desk:/x")
    .with_hint("nothing to do")
}
