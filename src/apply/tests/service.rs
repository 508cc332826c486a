//! Runs over a service with ids, tasks and names of its own.
#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use crate::apply::scene::{
    FILES, MemoryJournal, block_on, copy, observed, relocate, remove, run, settle, sheet, standings,
};
use crate::journal::{Fact, JournalSink, Outcome, RunProgress, Standing, advance};
use crate::plan::sample::{self, address, place, plan_of};
use crate::plan::{
    Action, BatchId, Beside, Capabilities, Carrier, CopiedTime, Identity, Naming, Operation,
    OperationId, Place, Plan, Reliance, Strategy,
};
use crate::provider::{
    Answer, BatchReply, BatchRequest, ErrorKind, FetchedEntry, ListRequest, MemoryProvider, Page,
    Provider, ProviderError, TaskId, TaskStatus,
};
use crate::state::{Lineage, State};
use crate::tree::{EntryKind, EntryPath, SpaceAlias};

/// A service whose calls take entries by id only, that counts them, and that can leave a caller
/// without an answer or end its tasks badly.
struct Service {
    inner: MemoryProvider,
    calls: Mutex<u32>,
    /// Calls that are not answered, by number, and whether they have their effect.
    unanswered: BTreeMap<u32, bool>,
    /// What every task says in the end, whatever it did.
    verdict: Option<TaskStatus>,
}

impl Service {
    fn holding(files: &[(&str, u64)]) -> Self {
        let sheet = Capabilities {
            identity: Identity::Id,
            naming: Naming::Kept,
            carrier: Carrier::Service,
            beside: Beside::Numbered,
            copied_time: CopiedTime::New,
            ..sheet()
        };
        Self {
            inner: MemoryProvider::new(&observed(files), sheet),
            calls: Mutex::new(0),
            unanswered: BTreeMap::new(),
            verdict: None,
        }
    }

    fn with_tasks(mut self, looks: u32) -> Self {
        self.inner = self.inner.with_tasks(looks);
        self
    }

    fn calls(&self) -> u32 {
        *self.calls.lock().unwrap()
    }

    /// Puts the observed ids into operations and into what they rely on. What an operation before
    /// brings has none.
    fn identify(&self, plan: &mut Plan) {
        let mut made = BTreeSet::new();
        for operation in &mut plan.operations {
            made.extend(operation.action.to().map(Place::address));
            let from = match &mut operation.action {
                Action::Copy { from, .. }
                | Action::Move { from, .. }
                | Action::Rename { from, .. } => from,
                Action::Remove { at, .. } => at,
                Action::CreateFolder { .. } => continue,
            };
            let found = block_on(self.inner.fetch(std::slice::from_ref(from)))
                .unwrap()
                .remove(0);
            let Some(found) = found else { continue };
            if made.contains(&from.address()) {
                continue;
            }
            from.id = found.seen.id.clone();
            operation.kind = found.kind;
            if found.kind == EntryKind::File {
                operation.relies_on.push(Reliance::File {
                    address: from.address(),
                    id: found.seen.id,
                    attributes: found.seen.attributes,
                });
            }
        }
    }

    /// Paths below the root with their sizes.
    fn picture(&self) -> Vec<String> {
        let world = self.inner.world();
        let mut rows = Vec::new();
        let root = world.root(&SpaceAlias::parse("desk").unwrap()).unwrap();
        world.walk(root, |path, node| {
            rows.push(format!("{path} {}", world.size(node)));
        });
        rows
    }
}

impl Provider for Service {
    fn capabilities(&self, space: &SpaceAlias) -> Result<Capabilities, ProviderError> {
        self.inner.capabilities(space)
    }

    fn list<'a>(&'a self, request: &'a ListRequest) -> Answer<'a, Page> {
        self.inner.list(request)
    }

    fn fetch<'a>(&'a self, places: &'a [Place]) -> Answer<'a, Vec<Option<FetchedEntry>>> {
        self.inner.fetch(places)
    }

    fn execute<'a>(&'a self, request: &'a BatchRequest<'a>) -> Answer<'a, BatchReply> {
        for from in request.operations.iter().filter_map(|it| it.action.from()) {
            assert!(
                from.id.is_some(),
                "nobody knows which entry is meant: {from}"
            );
        }
        let mut calls = self.calls.lock().unwrap();
        *calls += 1;
        match self.unanswered.get(&*calls) {
            None => self.inner.execute(request),
            Some(&has_effect) => Box::pin(async move {
                if has_effect {
                    self.inner.execute(request).await?;
                }
                Err(ProviderError::ambiguous(
                    ErrorKind::Unavailable,
                    "no answer came",
                ))
            }),
        }
    }

    fn poll<'a>(&'a self, tasks: &'a [TaskId]) -> Answer<'a, Vec<TaskStatus>> {
        Box::pin(async move {
            let mut states = self.inner.poll(tasks).await?;
            for state in &mut states {
                if let (Some(verdict), false) = (&self.verdict, *state == TaskStatus::Running) {
                    *state = verdict.clone();
                }
            }
            Ok(states)
        })
    }
}

/// A plan of these actions, one a batch, each after the one before.
fn plan(service: &Service, actions: Vec<Action>) -> Plan {
    let numbers: Vec<u32> = (1..=actions.len() as u32).collect();
    let batches: Vec<&[u32]> = numbers.iter().map(std::slice::from_ref).collect();
    let operations = (1..).zip(actions);
    let operations: Vec<Operation> = operations
        .map(|(number, action)| sample::operation(number, action))
        .collect();
    let mut plan = plan_of(operations, &batches);
    service.identify(&mut plan);
    plan
}

fn rename(from: &str, to: &str) -> Action {
    Action::Rename {
        from: place(from),
        to: place(to),
        strategy: Strategy::Fail,
    }
}

fn folder(at: &str) -> Action {
    Action::CreateFolder { at: place(at) }
}

/// Runs actions to their end in as many calls as there are actions; checks what is there then.
fn check(files: &[(&str, u64)], actions: Vec<Action>, kinds: &[EntryKind], expected: &[&str]) {
    let service = Service::holding(files);
    let mut plan = plan(&service, actions);
    for (operation, kind) in plan.operations.iter_mut().zip(kinds) {
        operation.kind = *kind;
    }
    let progress = run(&plan, &service, &mut MemoryJournal::default()).unwrap();
    assert_eq!(progress.outcome, Some(Outcome::Complete), "{progress:?}");
    assert_eq!(service.picture(), expected);
    assert_eq!(service.calls() as usize, plan.batches.len());
}

#[test]
fn what_a_run_made_is_taken_on_by_its_id() {
    use EntryKind::{File, Folder};
    check(
        &[("/a", 1)],
        vec![
            folder("desk:/new"),
            copy("desk:/a", "desk:/new/a", Strategy::Fail),
            rename("desk:/new/a", "desk:/new/b"),
            rename("desk:/new", "desk:/old"),
            relocate("desk:/old/b", "desk:/b"),
        ],
        &[Folder, File, File, Folder, File],
        &["/ 0", "/a 1", "/b 1", "/old 0"],
    );
}

#[test]
fn a_name_that_the_service_found_is_followed() {
    use EntryKind::{File, Folder};
    let beside = |from: &str, to: &str| copy(from, to, Strategy::Rename);
    // Somebody took the expected name after the plan was made.
    check(
        &[("/a", 1), ("/t/a", 2), ("/t/a(1)", 3)],
        vec![
            beside("desk:/a", "desk:/t/a(1)"),
            rename("desk:/t/a(1)", "desk:/t/z"),
        ],
        &[File, File],
        &["/ 0", "/a 1", "/t 0", "/t/a 2", "/t/a(1) 3", "/t/z 1"],
    );
    check(
        &[("/f/x", 1), ("/t/f/y", 2), ("/t/f(1)/y", 3), ("/z", 4)],
        vec![
            beside("desk:/f", "desk:/t/f(1)"),
            copy("desk:/z", "desk:/t/f(1)/z", Strategy::Fail),
        ],
        &[Folder, File],
        &[
            "/ 0",
            "/f 0",
            "/f/x 1",
            "/t 0",
            "/t/f 0",
            "/t/f/y 2",
            "/t/f(1) 0",
            "/t/f(1)/y 3",
            "/t/f(2) 0",
            "/t/f(2)/x 1",
            "/t/f(2)/z 4",
            "/z 4",
        ],
    );
}

#[test]
fn the_state_remembers_where_an_entry_really_is() {
    let check = |files: &[(&str, u64)], expected: &str, wished: Option<&str>| {
        let service = Service::holding(files);
        let beside = copy("desk:/a", "desk:/t/a(1)", Strategy::Rename);
        let mut plan = plan(&service, vec![beside]);
        let mut recording = sample::recording("desk:/t/a(1)", 1, Some(1));
        recording.provenance.wished = EntryPath::parse("/t/a").ok();
        plan.recordings = vec![recording];
        let progress = run(&plan, &service, &mut MemoryJournal::default()).unwrap();
        assert_eq!(progress.outcome, Some(Outcome::Complete), "{progress:?}");
        let state = advance(State::new(Lineage::new("l")), None, &plan, &progress);
        let record = &state.records[&address(expected)];
        assert_eq!(state.records.len(), 1);
        assert_eq!(
            record.wished,
            wished.and_then(|it| EntryPath::parse(it).ok())
        );
        let found = block_on(service.fetch(&[place(expected)]))
            .unwrap()
            .remove(0);
        assert_eq!(record.target, found.unwrap().seen);
    };
    let wished = Some("/t/a");
    check(&[("/a", 1), ("/t/a", 2)], "desk:/t/a(1)", wished);
    check(
        &[("/a", 1), ("/t/a", 2), ("/t/a(1)", 3)],
        "desk:/t/a(2)",
        wished,
    );
    // The name in the way is gone, so that the service had no need to find another.
    check(&[("/a", 1), ("/t/b", 2)], "desk:/t/a", None);
}

/// What becomes of one copy whose call is not answered, and how many calls are made.
fn check_unanswered(has_effect: bool, copy: Action, files: &[(&str, u64)], expected: &str) {
    let mut service = Service::holding(files);
    service.unanswered = BTreeMap::from([(1, has_effect)]);
    let plan = plan(&service, vec![copy.clone()]);
    let progress = run(&plan, &service, &mut MemoryJournal::default()).unwrap();
    let found = standings(&progress)[0].1;
    let case = format!("{has_effect} {copy:?} {files:?}");
    assert_eq!(format!("{found} {}", service.calls()), expected, "{case}");
}

#[test]
fn a_call_whose_name_nobody_knows_is_never_sent_again() {
    let beside = || copy("desk:/a", "desk:/t/a(1)", Strategy::Rename);
    let named = || copy("desk:/a", "desk:/t/a", Strategy::Fail);
    let free = [("/a", 1), ("/t/a", 2)];
    check_unanswered(true, beside(), &free, "done 1");
    check_unanswered(false, beside(), &free, "in doubt 1");
    // The expected name went to another entry: ours may be anywhere.
    let taken = [("/a", 1), ("/t/a", 2), ("/t/a(1)", 3)];
    check_unanswered(true, beside(), &taken, "in doubt 1");
    check_unanswered(false, beside(), &taken, "in doubt 1");
    // Where the plan chose the name, absence is certain and the call goes again.
    check_unanswered(true, named(), &[("/a", 1), ("/t/b", 2)], "done 1");
    check_unanswered(false, named(), &[("/a", 1), ("/t/b", 2)], "done 2");
    check_unanswered(false, named(), &free, "failed 1");
}

const FOLDERS: [(&str, u64); 4] = [("/f/1", 1), ("/f/x/2", 2), ("/g/3", 3), ("/t/4", 4)];

fn folders(service: &Service) -> Plan {
    let actions = vec![
        copy("desk:/f", "desk:/t/f", Strategy::Fail),
        relocate("desk:/g", "desk:/t/g"),
    ];
    plan(service, actions)
}

#[test]
fn a_run_that_is_cut_off_while_tasks_go_on_waits_for_them() {
    let whole = {
        let service = Service::holding(&FOLDERS).with_tasks(2);
        let mut journal = MemoryJournal::default();
        let plan = folders(&service);
        let progress = run(&plan, &service, &mut journal).unwrap();
        assert_eq!(progress.outcome, Some(Outcome::Complete), "{progress:?}");
        assert_eq!(progress.tasks, BTreeMap::new());
        journal.records()
    };
    let mut goes_on = 0;
    for length in 1..whole.len() {
        let service = Service::holding(&FOLDERS).with_tasks(2);
        let plan = folders(&service);
        run(&plan, &service, &mut MemoryJournal::breaking_at(length)).unwrap_err();
        let left = &whole[..length];
        let has_tasks = matches!(left.last().map(|it| &it.fact), Some(Fact::Tasks { .. }));
        let settled = settle(&plan, &service, &mut MemoryJournal::holding(left)).unwrap();
        if has_tasks {
            goes_on += 1;
            let last = RunProgress::of(left).tasks.into_keys().next().unwrap();
            assert!(settled.is_done(last), "{settled:?}");
        }
    }
    assert_eq!(goes_on, 2);
}

#[test]
fn calls_go_on_while_the_service_is_at_work() {
    let service = Service::holding(&FOLDERS).with_tasks(5);
    let targets = ["/a", "/b", "/c", "/d", "/e"].map(|name| format!("desk:{name}/f"));
    let mut actions: Vec<Action> = ["/a", "/b", "/c", "/d", "/e"]
        .map(|name| folder(&format!("desk:{name}")))
        .into();
    actions.extend(targets.map(|to| copy("desk:/f", &to, Strategy::Fail)));
    let mut plan = plan(&service, actions);
    plan.operations[..5]
        .iter_mut()
        .for_each(|it| it.kind = EntryKind::Folder);
    plan.batches
        .iter_mut()
        .for_each(|batch| batch.after.clear());
    for number in 5..10 {
        plan.batches[number].after = vec![BatchId(number as u32 - 4)];
    }
    let mut journal = MemoryJournal::default();
    let progress = run(&plan, &service, &mut journal).unwrap();
    assert_eq!(progress.outcome, Some(Outcome::Complete), "{progress:?}");
    let records = journal.records();
    let ends = |fact: &Fact| matches!(fact, Fact::Done { operation, .. } if operation.0 > 5);
    let first_end = records.iter().position(|it| ends(&it.fact)).unwrap();
    let begun = records[..first_end].iter();
    let begun = begun.filter(|it| matches!(it.fact, Fact::Tasks { .. }));
    assert_eq!(begun.count(), 5);
}

#[test]
fn a_folder_whose_task_ended_badly_is_compared_with_its_source() {
    for verdict in [TaskStatus::Failed("it says".into()), TaskStatus::Unknown] {
        let mut service = Service::holding(&FOLDERS).with_tasks(1);
        service.verdict = Some(verdict);
        let progress = run(&folders(&service), &service, &mut MemoryJournal::default());
        let progress = progress.unwrap();
        assert_eq!(standings(&progress), [(1, "done"), (2, "done")]);
        assert_eq!(progress.outcome, Some(Outcome::Complete));
    }
}

#[test]
fn a_folder_that_came_in_part_is_unresolved() {
    let mut files = FOLDERS.to_vec();
    files.push(("/t/f/1", 1));
    let service = Service::holding(&files);
    let mut journal = MemoryJournal::default();
    let intent = Fact::Intent {
        batch: BatchId(1),
        attempt: 0,
        operations: vec![OperationId(1)],
    };
    journal.append(intent).unwrap();
    let settled = settle(&folders(&service), &service, &mut journal).unwrap();
    assert_eq!(standings(&settled), [(1, "in doubt")]);
    assert_eq!(service.calls(), 0);
}

#[test]
fn what_was_changed_since_is_not_removed() {
    let check = |files: &[(&str, u64)], expected: &str| {
        let plan = plan(&Service::holding(&FILES), vec![remove("desk:/a")]);
        let service = Service::holding(files);
        let progress = run(&plan, &service, &mut MemoryJournal::default()).unwrap();
        let standing = &progress.operations[&OperationId(1)];
        let standing = if let Standing::Failed { kind, .. } = standing {
            kind
        } else {
            standings(&progress)[0].1
        };
        let found = format!("{standing} {}", service.calls());
        assert_eq!(found, expected, "{files:?}");
    };
    check(&FILES, "done 1");
    check(&[("/a", 100)], "mismatch 0");
    check(&[("/b", 1)], "not-found 0");
    check(&[("/a/x", 1)], "mismatch 0");
}
