//! A small world with a plan for it, a journal that can break off, and no waiting: for tests.
#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::{ApplyError, Executor, RunSetup, Stop};
use crate::journal::{Fact, JournalError, JournalSink, Record, RunProgress, Standing};
use crate::plan::sample::{self, place, plan_of};
use crate::plan::{
    Action, BatchId, Capabilities, Disposal, Operation, OperationId, Permissions, Plan, Reason,
    Reliance, Strategy, World,
};
use crate::provider::layer::Pause;
use crate::provider::{LocalProvider, MemoryProvider, NoProgress, Provider};
use crate::state::RunId;
use crate::tree::{
    Entry, EntryIndex, EntryKind, EntryPath, IdRef, Listing, ObservedSpace, ObservedWorld,
    SpaceAlias, Tree,
};

/// Does not wait.
pub(super) struct NoPause;

impl Pause for NoPause {
    fn pause(&self, _time: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(std::future::ready(()))
    }
}

/// A journal in memory that can break off, and that tells what is durable.
#[derive(Clone, Default)]
pub(super) struct MemoryJournal {
    inner: Arc<Mutex<Written>>,
}

#[derive(Default)]
struct Written {
    records: Vec<Record>,
    durable: usize,
    /// After so many records nothing can be written any more.
    breaks_at: Option<usize>,
}

impl MemoryJournal {
    pub(super) fn breaking_at(count: usize) -> Self {
        let journal = Self::default();
        journal.inner.lock().unwrap().breaks_at = Some(count);
        journal
    }

    pub(super) fn holding(records: &[Record]) -> Self {
        let journal = Self::default();
        journal.inner.lock().unwrap().records = records.to_vec();
        journal
    }

    pub(super) fn records(&self) -> Vec<Record> {
        self.inner.lock().unwrap().records.clone()
    }

    pub(super) fn durable(&self) -> Vec<Record> {
        let inner = self.inner.lock().unwrap();
        inner.records[..inner.durable].to_vec()
    }
}

impl JournalSink for MemoryJournal {
    fn append(&mut self, fact: Fact) -> Result<Record, JournalError> {
        let mut inner = self.inner.lock().unwrap();
        if inner
            .breaks_at
            .is_some_and(|limit| inner.records.len() >= limit)
        {
            return Err(JournalError::Write("the disk is full".into()));
        }
        let sequence = inner.records.len() as u64;
        let at = sample::CREATED;
        let record = Record { sequence, at, fact };
        inner.records.push(record.clone());
        Ok(record)
    }

    fn sync(&mut self) -> Result<(), JournalError> {
        let mut inner = self.inner.lock().unwrap();
        inner.durable = inner.records.len();
        Ok(())
    }
}

/// What stands in the space `desk`: files with their sizes, and the folders on the way.
pub(super) fn observed(files: &[(&str, u64)]) -> ObservedWorld {
    let mut folders: BTreeMap<String, BTreeMap<String, Option<u64>>> = BTreeMap::new();
    for (path, size) in files {
        let path = EntryPath::parse(path).unwrap();
        let mut child = (path.clone(), Some(*size));
        while let Some(parent) = child.0.parent() {
            let name = child.0.name().unwrap().to_owned();
            let folder = folders.entry(parent.to_string()).or_default();
            folder.entry(name).or_insert(child.1);
            child = (parent, None);
        }
    }
    let mut tree = Tree::new();
    let root = tree.root();
    fill(&mut tree, root, &folders);
    let tree = Arc::new(tree);
    ObservedWorld {
        spaces: BTreeMap::from([(SpaceAlias::parse("desk").unwrap(), ObservedSpace { tree })]),
    }
}

fn fill(
    tree: &mut Tree,
    folder: EntryIndex,
    folders: &BTreeMap<String, BTreeMap<String, Option<u64>>>,
) {
    let mut listing = Listing::new();
    let path = tree.path(folder);
    for (name, size) in folders.get(path.as_str()).into_iter().flatten() {
        listing.push(&Entry {
            name,
            kind: size.map_or(EntryKind::Folder, |_| EntryKind::File),
            id: IdRef::None,
            size: size.unwrap_or(0),
            modified: sample::seen(0).attributes.modified,
            version: 0,
            fingerprint: None,
        });
    }
    tree.attach(folder, listing).unwrap();
    for child in tree.children(folder) {
        if tree.kind(child) == EntryKind::Folder {
            fill(tree, child, folders);
        }
    }
}

pub(super) const FILES: [(&str, u64); 8] = [
    ("/a", 1),
    ("/b", 2),
    ("/c", 3),
    ("/d", 4),
    ("/in/deep/x", 5),
    ("/in/y", 6),
    ("/old/z", 7),
    ("/over", 8),
];

pub(super) fn copy(from: &str, to: &str, strategy: Strategy) -> Action {
    let (from, to) = (place(from), place(to));
    Action::Copy { from, to, strategy }
}

pub(super) fn relocate(from: &str, to: &str) -> Action {
    Action::Move {
        from: place(from),
        to: place(to),
        strategy: Strategy::Fail,
        permissions: Permissions::Inherit,
    }
}

pub(super) fn remove(at: &str) -> Action {
    let at = place(at);
    let disposal = Disposal::Recycle;
    Action::Remove { at, disposal }
}

/// A folder with copies, a swap, a move that empties a folder, an overwrite and a removal.
pub(super) fn plan() -> Plan {
    let over = Strategy::Overwrite(Disposal::Recycle);
    let actions = [
        Action::CreateFolder {
            at: place("desk:/new"),
        },
        copy("desk:/a", "desk:/new/a", Strategy::Fail),
        copy("desk:/b", "desk:/over", over),
        relocate("desk:/c", "desk:/.temporary"),
        relocate("desk:/d", "desk:/c"),
        relocate("desk:/.temporary", "desk:/d"),
        relocate("desk:/in/deep/x", "desk:/new/x"),
        relocate("desk:/in/y", "desk:/new/y"),
        remove("desk:/old"),
        remove("desk:/in"),
    ];
    let before = observed(&FILES);
    let operations: Vec<Operation> = (1..)
        .zip(actions)
        .map(|(number, action)| {
            let mut operation = sample::operation(number, action);
            operation.kind = match number {
                1 | 9 | 10 => EntryKind::Folder,
                _ => EntryKind::File,
            };
            operation.relies_on = reliances(&before, &operation.action);
            operation
        })
        .collect();
    let batches: [&[u32]; 7] = [&[1], &[2, 3], &[4], &[5], &[6], &[7, 8], &[9, 10]];
    let mut plan = plan_of(operations, &batches);
    let after: [&[u32]; 7] = [&[], &[1], &[], &[3], &[4], &[1], &[2, 5, 6]];
    for (batch, after) in plan.batches.iter_mut().zip(after) {
        batch.after = after.iter().copied().map(BatchId).collect();
    }
    plan.operations[3].reason = Reason::Temporary;
    plan.operations[9].reason = Reason::Emptied;
    plan.recordings = vec![
        sample::recording("desk:/new/a", 1, Some(2)),
        sample::recording("desk:/over", 2, Some(3)),
        sample::recording("desk:/c", 4, Some(5)),
        sample::recording("desk:/d", 3, Some(6)),
        sample::recording("desk:/new/x", 5, Some(7)),
        sample::recording("desk:/new/y", 6, Some(8)),
    ];
    plan
}

fn reliances(before: &ObservedWorld, action: &Action) -> Vec<Reliance> {
    [action.from(), action.to()]
        .into_iter()
        .flatten()
        .filter_map(|place| {
            let address = place.address();
            let (tree, entry) = before.find(&address)?;
            (tree.kind(entry) == EntryKind::File).then(|| Reliance::File {
                address,
                id: None,
                attributes: tree.attributes(entry),
            })
        })
        .collect()
}

/// The plan without the operations that are done.
pub(super) fn rest_of(plan: &Plan, progress: &RunProgress) -> Plan {
    let open: Vec<&Operation> = plan
        .operations
        .iter()
        .filter(|operation| !progress.is_done(operation.id))
        .collect();
    let numbers: BTreeMap<OperationId, OperationId> = (1..)
        .zip(&open)
        .map(|(number, operation)| (operation.id, OperationId(number)))
        .collect();
    let operations = open
        .iter()
        .map(|operation| Operation {
            id: numbers[&operation.id],
            ..(*operation).clone()
        })
        .collect();
    let batches: Vec<Vec<u32>> = (1..=open.len() as u32).map(|number| vec![number]).collect();
    let batches: Vec<&[u32]> = batches.iter().map(Vec::as_slice).collect();
    let mut rest = plan_of(operations, &batches);
    rest.recordings = plan
        .recordings
        .iter()
        .filter_map(|recording| {
            let operation = numbers.get(&recording.operation?)?;
            let mut recording = recording.clone();
            recording.operation = Some(*operation);
            Some(recording)
        })
        .collect();
    rest
}

pub(super) fn sheet() -> Capabilities {
    let folder = tempfile::tempdir().unwrap();
    let alias = SpaceAlias::parse("desk").unwrap();
    let roots = BTreeMap::from([(alias.clone(), folder.path().to_owned())]);
    LocalProvider::new(&roots)
        .unwrap()
        .capabilities(&alias)
        .unwrap()
}

pub(super) fn memory(files: &[(&str, u64)]) -> Arc<MemoryProvider> {
    Arc::new(MemoryProvider::new(&observed(files), sheet()))
}

/// Runs a plan to its end, or to where its journal breaks off.
pub(super) fn run(
    plan: &Plan,
    provider: &dyn Provider,
    journal: &mut MemoryJournal,
) -> Result<RunProgress, ApplyError> {
    run_watched(plan, provider, journal, &Stop::new(), &mut |_| {})
}

/// The same, with an eye on its records and a hand on its stop.
pub(super) fn run_watched(
    plan: &Plan,
    provider: &dyn Provider,
    journal: &mut MemoryJournal,
    stop: &Stop,
    watch: &mut (dyn FnMut(&Record) + Send),
) -> Result<RunProgress, ApplyError> {
    let setup = RunSetup {
        run: RunId::new("run-1"),
        serial: 3,
        program: "test".into(),
    };
    block_on(executor(provider, journal, stop, watch).run(plan, &setup))
}

/// Settles what a journal leaves in doubt.
pub(super) fn settle(
    plan: &Plan,
    provider: &dyn Provider,
    journal: &mut MemoryJournal,
) -> Result<RunProgress, ApplyError> {
    let progress = RunProgress::of(&journal.records());
    let (stop, watch) = (Stop::new(), &mut |_: &Record| {});
    let run = RunId::new("run-1");
    block_on(executor(provider, journal, &stop, watch).settle(plan, &run, progress))
}

fn executor<'a>(
    provider: &'a dyn Provider,
    journal: &'a mut MemoryJournal,
    stop: &'a Stop,
    watch: &'a mut (dyn FnMut(&Record) + Send),
) -> Executor<'a> {
    Executor {
        provider,
        journal,
        pause: &NoPause,
        stop,
        heard: &NoProgress,
        watch,
    }
}

pub(super) fn block_on<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    runtime.block_on(future)
}

/// A world as text: paths, and sizes of files.
pub(super) fn picture(world: &World) -> Vec<String> {
    let mut rows = Vec::new();
    for space in world.spaces() {
        world.walk(world.root(space).unwrap(), |path, node| {
            rows.push(format!("{path} {}", world.size(node)));
        });
    }
    rows.sort();
    rows
}

/// What the plan leads to.
pub(super) fn wanted(plan: &Plan) -> Vec<String> {
    let mut world = memory(&FILES).world();
    for operation in &plan.operations {
        world.apply(operation).unwrap();
    }
    picture(&world)
}

pub(super) fn standings(progress: &RunProgress) -> Vec<(u32, &'static str)> {
    let word = |standing: &Standing| match standing {
        Standing::InDoubt { .. } => "in doubt",
        Standing::Absent => "absent",
        Standing::Done { .. } => "done",
        Standing::Failed { .. } => "failed",
        Standing::Skipped { .. } => "skipped",
    };
    let rows = progress.operations.iter();
    rows.map(|(id, standing)| (id.0, word(standing))).collect()
}
