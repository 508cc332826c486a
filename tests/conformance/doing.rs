//! Cases that write: a scene, operations as text, how each ends, and the scene afterwards.
//!
//! An operation is `action|kind|from|to|how`, with the parts that its action has.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use reshelve::manifest::{Disposal, Permissions};
use reshelve::plan::{Action, Capabilities, Operation, OperationId, Place, Reason, Strategy};
use reshelve::provider::{
    BatchReply, BatchRequest, Effect, ErrorKind, ItemDone, Progress, ProviderError, Retry,
    TaskStatus,
};
use reshelve::state::PlacementRef;
use reshelve::tree::{Address, EntryId, EntryKind};

use crate::scene::{Row, alias, read_back, rows};
use crate::target::{Bench, Writes};

/// A case that writes.
#[derive(Clone)]
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
    /// What a bench must hold before the case.
    pub(crate) fn scene(&self) -> Vec<Row> {
        rows(&self.before)
    }

    pub(crate) async fn run(&self, bench: &Bench) {
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
            Writes::Done => self.check_done(bench, &operations).await,
            Writes::Refused => {
                let error = execute(bench, &operations, &Counter::default()).await;
                assert_eq!(error.unwrap_err(), ErrorKind::ReadOnly);
                assert_eq!(read_back(bench.provider.as_ref()).await, untouched);
            }
        }
    }

    async fn check_done(&self, bench: &Bench, operations: &[Operation]) {
        let counter = Counter::default();
        let ends = execute(bench, operations, &counter).await.unwrap();
        let expected: Vec<&str> = self.does.iter().map(|(_, end)| *end).collect();
        let found: Vec<&str> = ends.iter().map(|(end, _)| end.as_str()).collect();
        assert_eq!(found, expected, "how the operations end");
        let found = read_back(bench.provider.as_ref()).await;
        let after = self.after.clone();
        assert_eq!(sorted(found), sorted(after), "what is there afterwards");
        let at_once = |(end, how): &&(String, How)| end.starts_with("ok") && *how == How::AtOnce;
        let done = ends.iter().filter(at_once).count();
        assert_eq!(counter.items.load(Ordering::Relaxed), done as u64);
    }
}

/// Whether an item was done with the reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum How {
    AtOnce,
    ByTask,
}

fn sorted(mut lines: Vec<String>) -> Vec<String> {
    lines.sort();
    lines
}

/// Carries out the operations, in one call where the sheet allows it, and gives how each ended, in
/// their order.
async fn execute(
    bench: &Bench,
    operations: &[Operation],
    counter: &Counter,
) -> Result<Vec<(String, How)>, ErrorKind> {
    let sheet = bench.provider.capabilities(&alias("a")).unwrap();
    let mut ends = Vec::new();
    for call in calls(operations, &sheet) {
        let answer = call_once(bench, &call, counter).await;
        match answer {
            Err(error) if error.kind == ErrorKind::ReadOnly => return Err(error.kind),
            Err(error) => {
                assert_eq!(error.effect, Effect::NotApplied, "{error}");
                let word = error.kind.word().to_owned();
                ends.extend(vec![(word, How::AtOnce); call.len()]);
            }
            Ok(reply) => {
                assert_eq!(reply.items.len() + reply.tasks.len(), call.len());
                for operation in call {
                    ends.push(end_of(bench, operation, &reply).await);
                }
            }
        }
    }
    Ok(ends)
}

/// Sends a call until the service does not ask to send it again.
async fn call_once(
    bench: &Bench,
    operations: &[&Operation],
    counter: &Counter,
) -> Result<BatchReply, ProviderError> {
    let request = BatchRequest {
        run: "run-1",
        operations,
        progress: counter,
    };
    for _ in 0..20 {
        let error = match bench.provider.execute(&request).await {
            Ok(reply) => return Ok(reply),
            Err(error) => error,
        };
        let wait = match (error.effect, error.retry) {
            (Effect::NotApplied, Retry::After(time)) => time,
            (Effect::NotApplied, Retry::Backoff) => Duration::from_millis(100),
            (Effect::NotApplied, Retry::Never) | (Effect::MayHaveApplied, _) => return Err(error),
        };
        tokio::time::sleep(wait).await;
    }
    panic!("the service asks again and again to send the call later");
}

async fn end_of(bench: &Bench, operation: &Operation, reply: &BatchReply) -> (String, How) {
    let word = |done: &ItemDone| if done.bin.is_some() { "ok+bin" } else { "ok" }.to_owned();
    let mut items = reply.items.iter();
    if let Some(item) = items.find(|item| item.operation == operation.id) {
        let end = match &item.end {
            Ok(done) => word(done),
            Err(error) => error.kind.word().to_owned(),
        };
        return (end, How::AtOnce);
    }
    let mut tasks = reply.tasks.iter();
    let task = tasks.find(|task| task.operation == operation.id).unwrap();
    for _ in 0..500 {
        let polled = bench.provider.poll(std::slice::from_ref(&task.task)).await;
        match polled.map(|statuses| statuses[0].clone()) {
            Ok(TaskStatus::Succeeded) => return (word(&task.done), How::ByTask),
            Ok(TaskStatus::Ended(ends)) => {
                let mut ends = ends.into_iter();
                let item = ends.find(|end| end.operation == operation.id).unwrap();
                let error = |error: ProviderError| error.kind.word().to_owned();
                return (item.end.map_or_else(error, |done| word(&done)), How::ByTask);
            }
            Ok(TaskStatus::Running) | Err(_) => tokio::time::sleep(Duration::from_millis(5)).await,
            Ok(TaskStatus::Failed(reason)) => return (format!("failed: {reason}"), How::ByTask),
            Ok(TaskStatus::Unknown) => return ("unknown task".to_owned(), How::ByTask),
        }
    }
    panic!("the task of {} does not end", operation.id);
}

/// The operations in the calls that a sheet has for them, in their order.
fn calls<'a>(operations: &'a [Operation], sheet: &Capabilities) -> Vec<Vec<&'a Operation>> {
    let mut calls: Vec<(Vec<String>, Vec<&Operation>)> = Vec::new();
    for operation in operations {
        let (key, most) = key(operation, sheet);
        match calls.last_mut() {
            Some((last, call)) if *last == key && call.len() < most => call.push(operation),
            _ => calls.push((key, vec![operation])),
        }
    }
    calls.into_iter().map(|(_, call)| call).collect()
}

/// What all operations of a call share, and how many they can be.
fn key(operation: &Operation, sheet: &Capabilities) -> (Vec<String>, usize) {
    let action = &operation.action;
    let rule = match action {
        Action::CreateFolder { .. } => &sheet.create_folder,
        Action::Copy { .. } => &sheet.copy,
        Action::Move { .. } | Action::Rename { .. } => &sheet.moving,
        Action::Remove { .. } => &sheet.remove,
    };
    if rule.items.is_none() && rule.shared.is_empty() {
        return (Vec::new(), usize::MAX);
    }
    let folder = action.to().map(|to| (&to.space, to.path.parent()));
    let keeps_its_name = match (action.from(), action.to()) {
        (Some(from), Some(to)) => from.path.name() == to.path.name(),
        _ => true,
    };
    let disposal = if let Action::Remove { disposal, .. } = action {
        Some(disposal)
    } else {
        None
    };
    let key = vec![
        action.word().to_owned(),
        format!("{:?}", action.from().map(|from| &from.space)),
        format!("{folder:?} {:?} {disposal:?}", action.strategy()),
        format!("{keeps_its_name}"),
    ];
    let most = if keeps_its_name {
        rule.items.map_or(usize::MAX, |items| items as usize)
    } else {
        1
    };
    (key, most)
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
        "beside" => Strategy::Rename,
        other => panic!("no strategy: {other}"),
    }
}
