//! Cases that write: a scene, operations as text, how each ends, and the scene afterwards.
//!
//! An operation is `action|kind|from|to|how`, with the parts that its action has.

use std::sync::atomic::{AtomicU64, Ordering};

use reshelve::manifest::{Disposal, Permissions};
use reshelve::plan::{Action, Operation, OperationId, Place, Reason, Strategy};
use reshelve::provider::{BatchRequest, ErrorKind, Progress};
use reshelve::state::PlacementRef;
use reshelve::tree::{Address, EntryId, EntryKind};

use crate::scene::{read_back, rows};
use crate::target::{Bench, Target, Writes};

/// A case that writes.
pub(crate) struct Doing {
    pub(crate) name: &'static str,
    pub(crate) before: Vec<String>,
    /// Each operation, and how it ends: `ok`, `ok+bin`, or the word of the error.
    pub(crate) does: Vec<(String, &'static str)>,
    pub(crate) after: Vec<String>,
}

/// Counts what it hears.
#[derive(Default)]
struct Counter {
    items: AtomicU64,
}

impl Progress for Counter {
    fn bytes(&self, _count: u64) {}

    fn item(&self) {
        self.items.fetch_add(1, Ordering::Relaxed);
    }
}

impl Doing {
    pub(crate) async fn run(&self, target: &Target) {
        let bench = target.open(&rows(&self.before));
        let operations: Vec<Operation> = (1..)
            .zip(&self.does)
            .map(|(number, (text, _))| operation(number, text))
            .collect();
        let untouched = read_back(bench.provider.as_ref()).await;
        let before = self.before.clone();
        assert_eq!(
            sorted(untouched.clone()),
            sorted(before),
            "the scene itself"
        );
        match bench.writes {
            Writes::Done => self.check_done(&bench, &operations).await,
            Writes::Refused => {
                let error = execute(&bench, &operations, &Counter::default()).await;
                assert_eq!(error.unwrap_err(), ErrorKind::ReadOnly);
                assert_eq!(read_back(bench.provider.as_ref()).await, untouched);
            }
        }
    }

    async fn check_done(&self, bench: &Bench, operations: &[Operation]) {
        let counter = Counter::default();
        let ends = execute(bench, operations, &counter).await.unwrap();
        let expected: Vec<&str> = self.does.iter().map(|(_, end)| *end).collect();
        assert_eq!(ends, expected, "how the operations end");
        let found = read_back(bench.provider.as_ref()).await;
        let after = self.after.clone();
        assert_eq!(sorted(found), sorted(after), "what is there afterwards");
        let done = expected.iter().filter(|end| end.starts_with("ok")).count();
        assert_eq!(counter.items.load(Ordering::Relaxed), done as u64);
    }
}

fn sorted(mut lines: Vec<String>) -> Vec<String> {
    lines.sort();
    lines
}

/// Carries out the operations in one call and gives how each ended, in their order.
async fn execute(
    bench: &Bench,
    operations: &[Operation],
    counter: &Counter,
) -> Result<Vec<String>, ErrorKind> {
    let operations: Vec<&Operation> = operations.iter().collect();
    let request = BatchRequest {
        run: "run-1",
        operations: &operations,
        progress: counter,
    };
    let reply = bench.provider.execute(&request).await;
    let reply = reply.map_err(|error| error.kind)?;
    assert_eq!(reply.items.len(), operations.len());
    let ends = operations.iter().map(|operation| {
        let mut items = reply.items.iter();
        let item = items.find(|item| item.operation == operation.id).unwrap();
        match &item.end {
            Ok(done) if done.bin.is_some() => "ok+bin".to_owned(),
            Ok(_) => "ok".to_owned(),
            Err(error) => error.kind.word().to_owned(),
        }
    });
    Ok(ends.collect())
}

/// Reads an operation.
pub(crate) fn operation(number: u32, text: &str) -> Operation {
    let parts: Vec<&str> = text.split('|').collect();
    let kind = match parts[1] {
        "file" => EntryKind::File,
        "folder" => EntryKind::Folder,
        other => panic!("no kind: {other}"),
    };
    let action = match (parts[0], &parts[2..]) {
        ("create", [at]) => Action::CreateFolder { at: place(at) },
        ("copy", [from, to, how]) => Action::Copy {
            from: place(from),
            to: place(to),
            strategy: strategy(how),
        },
        ("move", [from, to, how]) => Action::Move {
            from: place(from),
            to: place(to),
            strategy: strategy(how),
            permissions: Permissions::Preserve,
        },
        ("rename", [from, to, how]) => Action::Rename {
            from: place(from),
            to: place(to),
            strategy: strategy(how),
        },
        ("remove", [at, how]) => Action::Remove {
            at: place(at),
            disposal: match *how {
                "recycle" => Disposal::Recycle,
                "permanent" => Disposal::Permanent,
                other => panic!("no disposal: {other}"),
            },
        },
        _ => panic!("no operation: {text}"),
    };
    Operation {
        id: OperationId(number),
        placement: PlacementRef {
            manifest: "suite".into(),
            placement: "case".into(),
        },
        reason: Reason::Missing,
        kind,
        entries: 1,
        bytes: 0,
        action,
        relies_on: Vec::new(),
    }
}

/// `a:/x`, or `a:/x#id` for an entry that is known by its id.
fn place(text: &str) -> Place {
    let (address, id) = match text.split_once('#') {
        Some((address, id)) => (address, Some(EntryId::new(id))),
        None => (text, None),
    };
    let address = Address::parse(address).unwrap();
    Place {
        space: address.space,
        path: address.path,
        id,
    }
}

fn strategy(how: &str) -> Strategy {
    match how {
        "fail" => Strategy::Fail,
        "recycle" => Strategy::Overwrite(Disposal::Recycle),
        "permanent" => Strategy::Overwrite(Disposal::Permanent),
        other => panic!("no strategy: {other}"),
    }
}
