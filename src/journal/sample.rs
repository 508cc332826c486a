//! Every kind of record once, for tests.

use super::record::{Evidence, Fact, Outcome, Record, TaskItem};
use crate::plan::sample::{address, seen};
use crate::plan::{BatchId, OperationId};
use crate::state::{Lineage, PlanId, RunId};
use crate::tree::{EntryKind, Timestamp};

/// When every record of the sample was written.
pub(crate) const AT: Timestamp = Timestamp::from_nanoseconds(1_795_251_300_120_000_000);

/// Every fact once.
pub(crate) fn facts() -> Vec<Fact> {
    let operation = OperationId;
    vec![
        Fact::RunStart {
            run: RunId::new("run-1"),
            plan: PlanId::new("sha256:00"),
            lineage: Lineage::new("4f2a"),
            serial: 3,
            program: "reshelve 0.1.0".into(),
        },
        intent(),
        Fact::Tasks {
            batch: BatchId(1),
            tasks: vec!["task-7".into()],
            items: Vec::new(),
        },
        Fact::Done {
            operation: operation(1),
            evidence: Evidence::Reply,
            id: seen(1).id,
            name: None,
            bin: Some("trash/1".into()),
        },
        Fact::Failed {
            operation: operation(2),
            kind: "permission-denied".into(),
            message: "no \"right\" to 报告".into(),
        },
        Fact::Unknown {
            operation: operation(3),
            message: "no answer".into(),
        },
        Fact::Absent {
            operation: operation(3),
        },
        Fact::Skipped {
            operation: operation(4),
            because: operation(2),
        },
        Fact::Verified {
            target: address("desk:/new/a"),
            kind: EntryKind::File,
            seen: seen(9),
        },
        Fact::Differs {
            target: address("desk:/new/c"),
            message: "it is not there".into(),
        },
        Fact::Checkpoint { serial: 4 },
        Fact::RunEnd {
            outcome: Outcome::Partial,
        },
        Fact::Resumed {
            by: Some(RunId::new("run-2")),
        },
    ]
}

fn intent() -> Fact {
    Fact::Intent {
        batch: BatchId(1),
        attempt: 0,
        operations: vec![OperationId(1), OperationId(2)],
    }
}

/// What only a service says that goes on after its reply and gives names of its own.
pub(crate) fn facts_of_a_service() -> Vec<Fact> {
    let operation = OperationId;
    let item = |number: u32, name: Option<&str>, bin: Option<&str>| TaskItem {
        operation: operation(number),
        task: "task-7".into(),
        id: seen(u64::from(number)).id,
        name: name.map(Into::into),
        bin: bin.map(Into::into),
    };
    vec![
        intent(),
        Fact::Tasks {
            batch: BatchId(1),
            tasks: vec!["task-7".into()],
            items: vec![item(1, Some("a(2).pdf"), None), item(2, None, Some("7"))],
        },
        Fact::Done {
            operation: operation(1),
            evidence: Evidence::Reply,
            id: seen(1).id,
            name: Some("报告(2).pdf".into()),
            bin: None,
        },
    ]
}

/// The facts as records.
pub(crate) fn records() -> Vec<Record> {
    record_all(facts())
}

/// Facts as the records of one journal.
pub(crate) fn record_all(facts: Vec<Fact>) -> Vec<Record> {
    (0..)
        .zip(facts)
        .map(|(sequence, fact)| Record {
            sequence,
            at: AT,
            fact,
        })
        .collect()
}
