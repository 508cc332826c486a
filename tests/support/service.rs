//! A service in memory that keeps names and gives ids, and the laws of every plan that is made for
//! it: judged without a line of the planner's own.

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use reshelve::apply::{Executor, RunSetup, Stop};
use reshelve::journal::{Fact, JournalError, JournalSink, Outcome, Record, RunProgress, advance};
use reshelve::plan::{
    Action, BatchKey, BatchRule, Beside, Bin, Capabilities, Carrier, CaseRule, CopiedTime,
    FingerprintRule, FolderTransfer, Identity, MissingParents, NameCheck, Naming, Operation,
    OperationId, Overwriting, Place, Plan, Verdict, World, soundness,
};
use reshelve::provider::layer::Pause;
use reshelve::provider::{BatchRequest, ItemDone, MemoryProvider, NoProgress, Provider};
use reshelve::state::{RunId, Seen};
use reshelve::tree::{
    Address, Entry, EntryId, EntryKind, EntryPath, IdRef, Listing, ObservedSpace, ObservedWorld,
    Timestamp, Tree,
};

use crate::laboratory::Laboratory;

/// How a batch is made of items: a call, the most items, and what they share.
fn rule(call: &'static str, items: u32, shared: &[BatchKey]) -> BatchRule {
    BatchRule {
        items: Some(items),
        shared: shared.iter().copied().collect(),
        call: call.into(),
    }
}

/// The sheet of a service whose entries keep their names, with so many items a call.
pub(crate) fn sheet([copies, moves, removals]: [u32; 3]) -> Capabilities {
    use BatchKey::{Disposal, Permissions, SourceSpace, Strategy, TargetFolder, TargetSpace};
    let to_folder = [SourceSpace, TargetSpace, TargetFolder, Strategy];
    Capabilities {
        provider: "model".into(),
        copy: rule("copy", copies, &to_folder),
        moving: rule("move", moves, &[&to_folder[..], &[Permissions]].concat()),
        rename: Some(rule("rename", 1, &[SourceSpace])),
        remove: rule("remove", removals, &[SourceSpace, Disposal]),
        create_folder: rule("create-folder", 1, &[]),
        naming: Naming::Kept,
        folders: FolderTransfer::WholeSubtree,
        parents: MissingParents::Refused,
        page_size: Some(50),
        flat_page_size: Some(50),
        fetch_batch: Some(30),
        fingerprint: FingerprintRule::Size,
        bin: Bin::ServiceTells,
        identity: Identity::Id,
        case: CaseRule::Sensitive,
        longest_name: 255,
        forbidden_characters: BTreeSet::new(),
        name_check: NameCheck::WithEffect,
        overwriting: Overwriting::Allowed,
        copied_time: CopiedTime::New,
        carrier: Carrier::Service,
        beside: Beside::Numbered,
        calls_per_second: Some(20),
        calls_at_once: None,
        calls_per_month: Some(5_000),
        facts: Vec::new(),
    }
}

/// The same laboratory with a service whose entries have ids and keep their names.
pub(crate) fn keeping(mut laboratory: Laboratory, items: [u32; 3]) -> Laboratory {
    for sheet in laboratory.sheets.values_mut() {
        *sheet = self::sheet(items);
    }
    laboratory.observed = numbered(&laboratory.observed, &ObservedWorld::default());
    laboratory
}

/// The world with ids: an entry that is where it was and looks as it did has the one that it had.
pub(crate) fn numbered(observed: &ObservedWorld, before: &ObservedWorld) -> ObservedWorld {
    followed(observed, before, &|address| Some(address.clone()))
}

/// The same where `was` tells at which address of its space an entry was before.
pub(crate) fn followed(
    observed: &ObservedWorld,
    before: &ObservedWorld,
    was: &dyn Fn(&Address) -> Option<Address>,
) -> ObservedWorld {
    let mut last = 0;
    for space in before.spaces.values() {
        each(&space.tree, &mut |entry| {
            let id = space.tree.id(entry);
            last = id.map_or(last, |id| last.max(number_of(&id)));
        });
    }
    let mut numbered = ObservedWorld::default();
    for (alias, space) in &observed.spaces {
        let tree = &space.tree;
        let with_ids = rebuilt(tree, &mut |path, entry| {
            let was = was(&Address::new(alias.clone(), path.clone()));
            let same = was.and_then(|was| before.find(&was));
            let kept = same.filter(|(old, found)| {
                old.kind(*found) == entry.kind
                    && (entry.kind == EntryKind::Folder
                        || (old.size(*found), old.modified(*found)) == (entry.size, entry.modified))
            });
            kept.map_or_else(
                || {
                    last += 1;
                    last
                },
                |(old, found)| old.id(found).map_or(0, |id| number_of(&id)),
            )
        });
        let tree = with_ids.into();
        numbered
            .spaces
            .insert(alias.clone(), ObservedSpace { tree });
    }
    numbered
}

fn number_of(id: &EntryId) -> u64 {
    id.as_str().parse().expect("this service counts")
}

fn each(tree: &Tree, visit: &mut impl FnMut(reshelve::tree::EntryIndex)) {
    let mut open = vec![tree.root()];
    while let Some(folder) = open.pop() {
        for entry in tree.children(folder) {
            visit(entry);
            if tree.kind(entry) == EntryKind::Folder {
                open.push(entry);
            }
        }
    }
}

/// A tree with the same entries and other ids.
fn rebuilt(tree: &Tree, number: &mut impl FnMut(&EntryPath, &Entry<'_>) -> u64) -> Tree {
    let mut copy = Tree::new();
    let mut open = vec![EntryPath::root()];
    while let Some(path) = open.pop() {
        let folder = tree.find(&path).expect("it was there a moment ago");
        let mut listing = Listing::new();
        for child in tree.children(folder) {
            let entry = tree.entry(child);
            let below = path.join(entry.name).expect("a name of a tree");
            let id = IdRef::Number(number(&below, &entry));
            listing.push(&Entry { id, ..entry });
            if entry.kind == EntryKind::Folder {
                open.push(below);
            }
        }
        let folder = copy.find(&path).expect("parents are attached first");
        copy.attach(folder, listing).expect("names of a tree");
    }
    copy
}

/// What is there, without ids and times: path, kind and size, one line an entry.
pub(crate) fn outline(world: &World) -> Vec<String> {
    let mut lines = Vec::new();
    for space in world.spaces() {
        let root = world.root(space).expect("a space of this world");
        world.walk(root, |path, node| {
            let size = world.size(node) * u64::from(world.kind(node) == EntryKind::File);
            lines.push(format!("{space}:{path} {} {size}", world.kind(node)));
        });
    }
    lines
}

/// What a plan leads to by the planner's own model.
pub(crate) fn simulated(laboratory: &Laboratory, plan: &Plan) -> Vec<String> {
    let mut world = World::new(&laboratory.observed);
    for operation in &plan.operations {
        let done = world.apply(operation);
        done.unwrap_or_else(|error| panic!("{operation:?}: {error}"));
    }
    outline(&world)
}

/// Carries out these operations of a plan, and records what they did: what the real executor and
/// the journal do, in their shortest form.
pub(crate) fn carry_out(laboratory: &mut Laboratory, plan: &Plan, order: &[OperationId]) {
    let sheet = laboratory.sheets.values().next().expect("two spaces");
    let service = MemoryProvider::new(&laboratory.observed, sheet.clone());
    let mut run = Run {
        service,
        identity: sheet.identity,
        arrivals: BTreeMap::new(),
    };
    for id in order {
        let operation = plan.operation(*id).expect("it is the plan's");
        run.carry_out(operation);
        run.record(laboratory, plan, operation);
    }
    for adopted in plan.adoptions.iter() {
        let (target, provenance) = (adopted.target.clone(), adopted.provenance.clone());
        laboratory.state.records.insert(target, provenance);
    }
    let world = run.service.world();
    laboratory
        .state
        .records
        .retain(|address, _| !plan.forgotten.contains(address) || world.find(address).is_some());
    laboratory.observed = run.observed(&laboratory.observed);
}

struct Run {
    service: MemoryProvider,
    /// What calls name an entry by.
    identity: Identity,
    /// Where the entries are that came to be under a name that was expected, and their ids.
    arrivals: BTreeMap<Address, (Address, Option<EntryId>)>,
}

impl Run {
    fn carry_out(&mut self, planned: &Operation) {
        let mut operation = planned.clone();
        let from = match &mut operation.action {
            Action::Copy { from, .. }
            | Action::Move { from, .. }
            | Action::Rename { from, .. }
            | Action::Remove { at: from, .. } => Some(from),
            Action::CreateFolder { .. } => None,
        };
        if let Some(from) = from.filter(|from| from.id.is_none()) {
            match self.arrivals.get(&from.address()) {
                Some((address, id)) => {
                    *from = Place {
                        space: address.space.clone(),
                        path: address.path.clone(),
                        id: id.clone(),
                    };
                }
                None => assert_eq!(self.identity, Identity::Path, "nothing came to {from}"),
            }
        }
        let Some(to) = operation.action.to().map(Place::address) else {
            self.execute(&operation);
            return;
        };
        // The service may have found the very name that is wished.
        let there = operation.action.from().filter(|from| from.address() == to);
        let (address, id) = match there {
            Some(from) => (to.clone(), from.id.clone()),
            None => {
                let done = self.execute(&operation);
                let folder = to.path.parent().expect("not a root");
                let name = done
                    .name
                    .unwrap_or(to.path.name().expect("not a root").into());
                let path = folder.join(&name).expect("a name of the service");
                (Address::new(to.space.clone(), path), done.id)
            }
        };
        self.arrivals.insert(to, (address, id));
    }

    fn execute(&self, operation: &Operation) -> ItemDone {
        let operations = [operation];
        let request = BatchRequest {
            run: "run",
            operations: &operations,
            progress: &NoProgress,
        };
        let reply = ready(self.service.execute(&request)).expect("it answers");
        let item = reply.items.into_iter().next().expect("one item");
        let done = item.end;
        done.unwrap_or_else(|error| panic!("{operation:#?}: {error}"))
    }

    fn record(&self, laboratory: &mut Laboratory, plan: &Plan, operation: &Operation) {
        let records = &mut laboratory.state.records;
        let leaves = match &operation.action {
            Action::Copy { .. } | Action::CreateFolder { .. } => None,
            Action::Move { from, .. } | Action::Rename { from, .. } => Some(from.address()),
            Action::Remove { at, .. } => Some(at.address()),
        };
        if let Some(from) = leaves {
            let real = self.arrivals.get(&from).map_or(&from, |(real, _)| real);
            records.retain(|address, _| !address.is_at_or_below(real));
        }
        let of_it = plan
            .recordings
            .iter()
            .filter(|recording| recording.operation == Some(operation.id));
        for recording in of_it {
            let to = operation
                .action
                .to()
                .expect("it records something")
                .address();
            let (arrival, _) = &self.arrivals[&to];
            // A folder on the way to a new one is where it is planned.
            let below = recording.target.path.below(&to.path);
            let target = below.map_or(recording.target.clone(), |below| {
                Address::new(arrival.space.clone(), arrival.path.append(&below))
            });
            let mut provenance = recording.provenance.clone();
            provenance.target = self.seen(&target);
            provenance.wished = provenance.wished.filter(|wished| *wished != target.path);
            records.insert(target, provenance);
        }
    }

    fn seen(&self, address: &Address) -> Seen {
        let place = Place::new(address.space.clone(), address.path.clone());
        let places = [place];
        let found = ready(self.service.fetch(&places)).expect("it answers");
        let entry = found.into_iter().next().flatten();
        entry
            .unwrap_or_else(|| panic!("{address} is not there"))
            .seen
    }

    /// Everything that is there now.
    fn observed(&self, before: &ObservedWorld) -> ObservedWorld {
        let mut observed = ObservedWorld::default();
        for alias in before.spaces.keys() {
            let mut tree = Tree::new();
            let mut open = vec![EntryPath::root()];
            while let Some(path) = open.pop() {
                let listing = self.listing(alias, &path);
                let folders = listing
                    .entries()
                    .filter(|entry| entry.kind == EntryKind::Folder);
                open.extend(folders.map(|entry| path.join(entry.name).expect("a name")));
                let folder = tree.find(&path).expect("parents are attached first");
                tree.attach(folder, listing).expect("names of a tree");
            }
            let tree = tree.into();
            observed
                .spaces
                .insert(alias.clone(), ObservedSpace { tree });
        }
        observed
    }

    fn listing(&self, space: &reshelve::tree::SpaceAlias, folder: &EntryPath) -> Listing {
        let mut request = reshelve::provider::ListRequest {
            space: space.clone(),
            folder: folder.clone(),
            id: None,
            page: None,
        };
        let mut listing = Listing::new();
        loop {
            let page = ready(self.service.list(&request)).expect("it is there");
            listing.extend(&page.listing);
            match page.next {
                Some(next) => request.page = Some(next),
                None => return listing,
            }
        }
    }
}

/// What a future gives that waits for nothing.
fn ready<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    match future
        .as_mut()
        .poll(&mut Context::from_waker(Waker::noop()))
    {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("the model waits for nothing"),
    }
}

/// Carries out a plan with the program's own executor, where folders that hold something are
/// handled as tasks, and lets its journal write the next state.
pub(crate) fn execute(laboratory: &mut Laboratory, plan: &Plan) -> RunProgress {
    let sheet = laboratory.sheets.values().next().expect("two spaces");
    let service = MemoryProvider::new(&laboratory.observed, sheet.clone()).with_tasks(2);
    let mut journal = Journal(0);
    let executor = Executor {
        provider: &service,
        journal: &mut journal,
        pause: &Hurry,
        stop: &Stop::new(),
        heard: &NoProgress,
        watch: &mut |_: &Record| {},
    };
    let setup = RunSetup {
        run: RunId::new("run"),
        serial: laboratory.state.serial,
        program: "test".into(),
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime = runtime.expect("it needs nothing");
    let progress = runtime.block_on(executor.run(plan, &setup));
    let progress = progress.expect("the journal takes all");
    laboratory.state = advance(laboratory.state.clone(), None, plan, &progress);
    let run = Run {
        service,
        identity: sheet.identity,
        arrivals: BTreeMap::new(),
    };
    laboratory.observed = run.observed(&laboratory.observed);
    progress
}

/// A journal that keeps nothing but its number of records.
struct Journal(u64);

impl JournalSink for Journal {
    fn append(&mut self, fact: Fact) -> Result<Record, JournalError> {
        self.0 += 1;
        let (sequence, at) = (self.0 - 1, Timestamp::from_nanoseconds(1));
        Ok(Record { sequence, at, fact })
    }

    fn sync(&mut self) -> Result<(), JournalError> {
        Ok(())
    }
}

/// Waits for nothing.
struct Hurry;

impl Pause for Hurry {
    fn pause(&self, _: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(async {})
    }
}

/// Everything that must hold of a plan that can be applied, in any order that its calls allow and
/// wherever it breaks off.
pub(crate) fn judge(laboratory: &dyn Fn() -> Laboratory, seed: usize) -> Result<(), String> {
    let first = laboratory();
    let plan = first.plan();
    if plan
        .findings
        .iter()
        .any(|finding| finding.code == "internal")
    {
        return Err(format!("{:#?}", plan.findings));
    }
    if plan.verdict() != Verdict::Ready {
        return Ok(());
    }
    let manifests = std::slice::from_ref(&first.manifest);
    soundness::check(&plan, manifests, &first.state, plan.created)
        .map_err(|stale| stale.to_string())?;
    soundness::check_sheets(&plan, &first.sheets).map_err(|stale| stale.to_string())?;
    check_calls(&plan, &first.sheets)?;
    let wanted = simulated(&first, &plan);
    let mut executed = laboratory();
    let progress = execute(&mut executed, &plan);
    if progress.outcome != Some(Outcome::Complete) {
        return Err(format!("the executor ends with {progress:#?}"));
    }
    equal("the executor", &wanted, &executed)?;
    settled("after the executor", &executed)?;
    let planned: Vec<OperationId> = plan.operations.iter().map(|it| it.id).collect();
    for order in [planned.clone(), any_order(&plan, seed)] {
        let mut whole = laboratory();
        carry_out(&mut whole, &plan, &order);
        equal("applying", &wanted, &whole)?;
        settled("after it", &whole)?;
    }
    for length in 0..planned.len() {
        let mut cut = laboratory();
        carry_out(&mut cut, &plan, &planned[..length]);
        let rest = cut.plan();
        let context = format!("the rest after {length} operations");
        if rest.verdict() == Verdict::Refused {
            return Err(format!("{context} is refused: {:#?}", rest.findings));
        }
        soundness::check(&rest, manifests, &cut.state, rest.created)
            .map_err(|stale| format!("{context}: {stale}"))?;
        let all: Vec<OperationId> = rest.operations.iter().map(|it| it.id).collect();
        carry_out(&mut cut, &rest, &all);
        equal(&context, &wanted, &cut)?;
        settled(&context, &cut)?;
    }
    Ok(())
}

fn equal(context: &str, wanted: &[String], laboratory: &Laboratory) -> Result<(), String> {
    let found = outline(&World::new(&laboratory.observed));
    if found == wanted {
        return Ok(());
    }
    Err(format!(
        "{context} gives {found:#?}\ninstead of {wanted:#?}"
    ))
}

fn settled(context: &str, laboratory: &Laboratory) -> Result<(), String> {
    let plan = laboratory.plan();
    if plan.verdict() == Verdict::NothingToDo {
        return Ok(());
    }
    Err(format!(
        "{context} there is more to do: {:#?} {:#?}",
        plan.operations, plan.findings
    ))
}

/// The operations in another order that the calls of the plan allow, backwards within each call.
fn any_order(plan: &Plan, seed: usize) -> Vec<OperationId> {
    let mut done = BTreeSet::new();
    let mut order = Vec::new();
    let mut turn = seed;
    while done.len() < plan.batches.len() {
        let ready: Vec<_> = plan
            .batches
            .iter()
            .filter(|batch| !done.contains(&batch.id))
            .filter(|batch| batch.after.iter().all(|before| done.contains(before)))
            .collect();
        let next = ready[ready.len() - 1 - turn % ready.len()];
        turn = turn / 3 + seed;
        done.insert(next.id);
        order.extend(next.operations.iter().rev().copied());
    }
    order
}

/// That calls keep the limits and keys of the sheet, hold nothing that needs one another, and are
/// not fewer than their bound.
fn check_calls(
    plan: &Plan,
    sheets: &BTreeMap<reshelve::tree::SpaceAlias, Capabilities>,
) -> Result<(), String> {
    let cost = &plan.cost;
    if cost.calls != plan.batches.len() as u64 || cost.calls < cost.lower_bound {
        return Err(format!("{} calls, bound {}", cost.calls, cost.lower_bound));
    }
    if cost.calls - cost.lower_bound != cost.gap_reasons.len() as u64 {
        return Err(format!("reasons for a gap: {:?}", cost.gap_reasons));
    }
    let apart: BTreeSet<_> = cost.gap_reasons.iter().map(|it| it.batch).collect();
    if apart.len() < cost.gap_reasons.len() {
        return Err(format!("two reasons for a call: {:?}", cost.gap_reasons));
    }
    let by_kind: u64 = cost.calls_by_kind.iter().map(|it| it.calls).sum();
    if by_kind != cost.calls {
        return Err(format!("calls by kind: {:?}", cost.calls_by_kind));
    }
    for batch in &plan.batches {
        let items: Vec<&Operation> = batch
            .operations
            .iter()
            .map(|id| plan.operation(*id).expect("it is the plan's"))
            .collect();
        let place = items[0].action.to().or(items[0].action.from());
        let sheet = &sheets[&place.expect("a place").space];
        let rule = match items[0].action.word() {
            "copy" => &sheet.copy,
            "move" => &sheet.moving,
            "rename" => sheet.rename.as_ref().unwrap_or(&sheet.moving),
            "remove" => &sheet.remove,
            _ => &sheet.create_folder,
        };
        let keys: BTreeSet<String> = items.iter().map(|item| shared(item, rule)).collect();
        if items.len() > rule.items.unwrap_or(u32::MAX) as usize || keys.len() > 1 {
            return Err(format!("{} does not fit into one call: {keys:?}", batch.id));
        }
        if batch.call != rule.call {
            return Err(format!("{} is called {}", batch.id, batch.call));
        }
        let touched: Vec<Address> = items
            .iter()
            .flat_map(|item| {
                item.action
                    .to()
                    .into_iter()
                    .chain(item.action.from().filter(|_| item.action.word() != "copy"))
            })
            .map(Place::address)
            .collect();
        if touched.iter().collect::<BTreeSet<_>>().len() < touched.len() {
            return Err(format!(
                "{} holds operations that need one another",
                batch.id
            ));
        }
    }
    Ok(())
}

fn shared(operation: &Operation, rule: &BatchRule) -> String {
    let action = &operation.action;
    let key = |key: &BatchKey| match key {
        BatchKey::SourceSpace => format!("{:?}", action.from().map(|from| &from.space)),
        BatchKey::TargetSpace => format!("{:?}", action.to().map(|to| &to.space)),
        BatchKey::TargetFolder => format!("{:?}", action.to().and_then(|to| to.path.parent())),
        BatchKey::Strategy => format!("{:?}", action.strategy()),
        BatchKey::Permissions => {
            let Action::Move { permissions, .. } = action else {
                return String::new();
            };
            format!("{permissions:?}")
        }
        BatchKey::Disposal => {
            let Action::Remove { disposal, .. } = action else {
                return String::new();
            };
            format!("{disposal:?}")
        }
    };
    let keys: Vec<String> = rule.shared.iter().map(key).collect();
    format!("{} {}", rule.call, keys.join(" "))
}
