//! What a call does to the model: the planner's own simulation, with the service's habits.

use super::identities::Identities;
use super::tasks::{OpenTask, Tasks};
use crate::plan::{
    Action, Capabilities, Disposal, Identity, NameCheck, Naming, Node, Operation, Place,
    SimulationError, Strategy, World, inability, numbered,
};
use crate::provider::error::{ErrorKind, ProviderError};
use crate::provider::provider::{ItemDone, TaskId, TaskReply, TaskStatus};
use crate::tree::EntryId;

/// The spaces as they are, with the ids that were given and the tasks that go on.
#[derive(Debug, Clone)]
pub(super) struct Model {
    pub(super) world: World,
    pub(super) identities: Identities,
    pub(super) tasks: Tasks,
    /// Whether a task finds its name taken in the end, or lands beside what has it.
    pub(super) name_check: NameCheck,
}

/// How the model begins with an item.
pub(super) enum Start {
    /// It is done.
    Done(ItemDone),
    /// It goes on.
    Task(TaskReply),
}

impl Model {
    /// Carries out an operation, or takes it on as a task.
    ///
    /// # Errors
    /// It is refused and had no effect.
    pub(super) fn start(
        &mut self,
        asked: &Operation,
        sheet: &Capabilities,
    ) -> Result<Start, ProviderError> {
        refuse_impossible(asked, sheet)?;
        let source = self.meant(asked)?;
        let found = self.free_name(asked, sheet.naming);
        let operation = found.as_ref().unwrap_or(asked);
        let name = found.as_ref().and_then(|found| changed_name(asked, found));
        let holds_something = source.is_some_and(|node| !self.world.children(node).is_empty());
        if self.tasks.looks.is_none() || !holds_something {
            let done = self.apply(operation, None)?;
            return Ok(Start::Done(ItemDone { name, ..done }));
        }
        self.world.clone().apply(operation).map_err(explain)?;
        let id = match operation.action {
            Action::Copy { .. } => self.identities.reserve(),
            Action::Move { .. }
            | Action::Rename { .. }
            | Action::Remove { .. }
            | Action::CreateFolder { .. } => {
                source.and_then(|node| self.identities.seen(&self.world, node).id)
            }
        };
        let bin = binned(&operation.action, Replaced::Nothing);
        let done = ItemDone { id, name, bin };
        let task = self.tasks.open(operation.clone(), done.clone());
        let operation = asked.id;
        Ok(Start::Task(TaskReply {
            operation,
            task,
            done,
        }))
    }

    /// How a task gets on; one that is due has its effect now.
    pub(super) fn poll(&mut self, task: &TaskId) -> TaskStatus {
        if let Some(due) = self.tasks.due(task) {
            self.finish(task, due);
        }
        self.tasks.status(task)
    }

    /// Lets all tasks have their effect, in the order in which they were taken on.
    pub(super) fn finish_tasks(&mut self) {
        while let Some((task, due)) = self.tasks.take_first() {
            self.finish(&task, due);
        }
    }

    fn finish(&mut self, task: &TaskId, due: OpenTask) {
        let beside = self.landed_beside(&due.operation);
        let operation = beside.as_ref().unwrap_or(&due.operation);
        let status = match self.apply(operation, due.done.id) {
            Ok(_) => TaskStatus::Succeeded,
            Err(error) => TaskStatus::Failed(error.message),
        };
        self.tasks.end(task, status);
    }

    /// Where a task lands that did not look for its name again.
    fn landed_beside(&self, operation: &Operation) -> Option<Operation> {
        let to = operation.action.to()?.address();
        let is_taken = self.world.find(&to).is_some();
        let looks_again = self.name_check == NameCheck::WithEffect;
        if looks_again || !is_taken || operation.action.strategy() != Some(Strategy::Fail) {
            return None;
        }
        let mut landed = operation.clone();
        if let Action::Copy { strategy, .. } | Action::Move { strategy, .. } = &mut landed.action {
            *strategy = Strategy::Rename;
        }
        self.free_name(&landed, Naming::Free)
    }

    fn apply(
        &mut self,
        operation: &Operation,
        reserved: Option<EntryId>,
    ) -> Result<ItemDone, ProviderError> {
        let to = operation.action.to().map(Place::address);
        let found = to.as_ref().and_then(|to| self.world.find(to));
        let replaced = found.map_or(Replaced::Nothing, |_| Replaced::Something);
        self.world.apply(operation).map_err(explain)?;
        let node = to.and_then(|to| self.world.find(&to));
        if let Some(node) = node {
            self.identities.number(&self.world, node, reserved);
        }
        Ok(ItemDone {
            id: node.and_then(|node| self.identities.seen(&self.world, node).id),
            name: None,
            bin: binned(&operation.action, replaced),
        })
    }

    /// The entry that an operation takes or reads, if it is the one that is meant.
    fn meant(&self, operation: &Operation) -> Result<Option<Node>, ProviderError> {
        let Some(place) = operation.action.from() else {
            return Ok(None);
        };
        let found = self.world.find(&place.address());
        let node = found.ok_or_else(|| not_there(place))?;
        let known = self.identities.seen(&self.world, node).id;
        let is_meant = place.id.is_none() || known.is_none() || place.id == known;
        if self.world.kind(node) == operation.kind && is_meant {
            return Ok(Some(node));
        }
        let message = format!("another entry has taken the place of `{place}`");
        Err(ProviderError::refused(ErrorKind::Mismatch, message))
    }

    /// The operation with the first free name of `name.ext`, `name(1).ext`, …, where the service
    /// is to find one. The name is the source's own where names are kept. A name that a task is to
    /// use is taken from the moment it was taken on.
    fn free_name(&self, operation: &Operation, naming: Naming) -> Option<Operation> {
        if operation.action.strategy() != Some(Strategy::Rename) {
            return None;
        }
        let mut found = operation.clone();
        let source = operation.action.from()?.path.name()?.to_owned();
        let (Action::Copy { to, .. } | Action::Move { to, .. }) = &mut found.action else {
            return None;
        };
        let name = match naming {
            Naming::Kept => source,
            Naming::Free => to.path.name()?.to_owned(),
        };
        let folder = to.path.parent()?;
        to.path = folder.join_trusted(&name);
        let mut number = 0;
        while self.world.find(&to.address()).is_some() || self.tasks.promised(&to.address()) {
            number += 1;
            to.path = folder.join_trusted(&numbered(&name, operation.kind, number));
        }
        Some(found)
    }
}

/// The name that the service gave, where it is not the one that was expected.
fn changed_name(asked: &Operation, found: &Operation) -> Option<String> {
    let (asked, found) = (asked.action.to()?, found.action.to()?);
    let name = found
        .path
        .name()
        .filter(|name| asked.path.name() != Some(*name))?;
    Some(name.to_owned())
}

/// Refuses what the sheet, or the model itself, does not allow whatever is there.
fn refuse_impossible(operation: &Operation, sheet: &Capabilities) -> Result<(), ProviderError> {
    let unsupported = |message| Err(ProviderError::refused(ErrorKind::Unsupported, message));
    let ends = [operation.action.from(), operation.action.to()];
    for place in ends.into_iter().flatten() {
        match place.path.name() {
            None => {
                return unsupported(format!(
                    "`{place}` is the root of its space and stays as it is"
                ));
            }
            Some(name) if name.len() > sheet.longest_name as usize => {
                return unsupported(format!("the name of `{place}` is too long"));
            }
            Some(_) => {}
        }
    }
    if let Some(message) = inability(operation, sheet) {
        return unsupported(message);
    }
    let nameless = operation.action.from().filter(|from| from.id.is_none());
    match nameless {
        Some(from) if sheet.identity == Identity::Id => {
            unsupported(format!("`{from}` is asked for without its id"))
        }
        Some(_) | None => Ok(()),
    }
}

/// Whether a name was taken before an operation came to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Replaced {
    Nothing,
    Something,
}

/// Where what went away can be found again, if it went to the bin.
fn binned(action: &Action, replaced: Replaced) -> Option<String> {
    let recycled = match action {
        Action::Remove { disposal, .. } => *disposal == Disposal::Recycle,
        Action::CreateFolder { .. } => false,
        Action::Copy { strategy, .. }
        | Action::Move { strategy, .. }
        | Action::Rename { strategy, .. } => {
            replaced == Replaced::Something && *strategy == Strategy::Overwrite(Disposal::Recycle)
        }
    };
    recycled.then(|| "memory".to_owned())
}

pub(super) fn not_there(place: &Place) -> ProviderError {
    ProviderError::refused(ErrorKind::NotFound, format!("`{place}` is not there"))
}

fn explain(error: SimulationError) -> ProviderError {
    let kind = match error {
        SimulationError::NotFound(_) | SimulationError::NoParent(_) => ErrorKind::NotFound,
        SimulationError::AlreadyExists(_) => ErrorKind::AlreadyExists,
        SimulationError::NotReplaceable(_) | SimulationError::Special(_) => ErrorKind::Mismatch,
        SimulationError::IntoItself(_) | SimulationError::OtherFolder(_) => ErrorKind::Unsupported,
    };
    ProviderError::refused(kind, error.to_string())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
    use std::collections::{BTreeMap, BTreeSet};
    use std::sync::Arc;

    use super::*;
    use crate::plan::sample::{address, operation, place};
    use crate::plan::{
        BatchRule, Beside, Bin, Carrier, CaseRule, CopiedTime, FingerprintRule, FolderTransfer,
        MissingParents, Overwriting,
    };
    use crate::tree::{
        Entry, EntryKind, IdRef, Listing, ObservedSpace, ObservedWorld, SpaceAlias, Timestamp, Tree,
    };

    /// A service with ids that keeps names and finds free ones.
    fn sheet() -> Capabilities {
        let rule = |call: &'static str| BatchRule {
            items: None,
            shared: BTreeSet::new(),
            call: call.into(),
        };
        Capabilities {
            provider: "keeper".into(),
            copy: rule("copy"),
            moving: rule("move"),
            rename: Some(rule("rename")),
            remove: rule("remove"),
            create_folder: rule("create-folder"),
            naming: Naming::Kept,
            folders: FolderTransfer::WholeSubtree,
            parents: MissingParents::Refused,
            page_size: None,
            flat_page_size: None,
            fetch_batch: None,
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
            calls_per_second: None,
            calls_at_once: None,
            calls_per_month: None,
            facts: Vec::new(),
        }
    }

    /// `desk:/` with the files `x.t` and `y.t`, the folder `d` with `x.t`, and the empty `e`:
    /// numbered 1 (`d`), 2 (`d/x.t`), 3 (`e`), 4 (`x.t`), 5 (`y.t`).
    fn model() -> Model {
        let listing = |rows: &[(&str, EntryKind)]| {
            let mut listing = Listing::new();
            for (name, kind) in rows {
                listing.push(&Entry {
                    name,
                    kind: *kind,
                    id: IdRef::None,
                    size: 3,
                    modified: Timestamp::from_nanoseconds(7),
                    version: 0,
                    fingerprint: None,
                });
            }
            listing
        };
        let (file, folder) = (EntryKind::File, EntryKind::Folder);
        let mut tree = Tree::new();
        let top = [("x.t", file), ("y.t", file), ("d", folder), ("e", folder)];
        tree.attach(tree.root(), listing(&top)).unwrap();
        for (name, rows) in [("d", &[("x.t", file)][..]), ("e", &[])] {
            let below = tree.child(tree.root(), name).unwrap();
            tree.attach(below, listing(rows)).unwrap();
        }
        let tree = Arc::new(tree);
        let world = World::new(&ObservedWorld {
            spaces: BTreeMap::from([(SpaceAlias::parse("desk").unwrap(), ObservedSpace { tree })]),
        });
        Model {
            identities: Identities::new(&world, &sheet()),
            world,
            tasks: Tasks::default(),
            name_check: NameCheck::WithEffect,
        }
    }

    fn at(path: &str, id: u64) -> Place {
        Place {
            id: Some(EntryId::new(&id.to_string())),
            ..place(&format!("desk:{path}"))
        }
    }

    fn copy(from: Place, to: &str, strategy: Strategy) -> Action {
        let to = place(&format!("desk:{to}"));
        Action::Copy { from, to, strategy }
    }

    fn rename(from: Place, to: &str) -> Action {
        let (to, strategy) = (place(&format!("desk:{to}")), Strategy::Fail);
        Action::Rename { from, to, strategy }
    }

    fn of(action: Action, kind: EntryKind) -> Operation {
        let mut operation = operation(1, action);
        operation.kind = kind;
        operation
    }

    /// What becomes of a file's operation: its id and the name that was found, or the error.
    fn end(model: &mut Model, action: Action) -> Result<(String, Option<String>), ErrorKind> {
        match model.start(&of(action, EntryKind::File), &sheet()) {
            Ok(Start::Done(done)) => Ok((done.id.unwrap().as_str().to_owned(), done.name)),
            Ok(Start::Task(_)) => panic!("a file is no task"),
            Err(error) => Err(error.kind),
        }
    }

    #[test]
    fn ids_stay_with_their_entries_and_copies_get_new_ones() {
        let mut model = model();
        let moved = end(&mut model, rename(at("/x.t", 4), "/z.t"));
        assert_eq!(moved, Ok(("4".into(), None)));
        let copied = end(&mut model, copy(at("/z.t", 4), "/d/z.t", Strategy::Fail));
        assert_eq!(copied, Ok(("6".into(), None)));
        let time = |model: &Model, path: &str| {
            let node = model.world.find(&address(path)).unwrap();
            model
                .identities
                .seen(&model.world, node)
                .attributes
                .modified
        };
        assert_eq!(time(&model, "desk:/z.t"), Timestamp::from_nanoseconds(7));
        assert!(time(&model, "desk:/d/z.t") > Timestamp::from_nanoseconds(7));
    }

    #[test]
    fn what_the_sheet_does_not_allow_is_refused() {
        let over = Strategy::Overwrite(Disposal::Recycle);
        let (from, fail) = (at("/x.t", 4), Strategy::Fail);
        let nameless = place("desk:/x.t");
        let mut replacing = rename(from.clone(), "/y.t");
        if let Action::Rename { strategy, .. } = &mut replacing {
            *strategy = over;
        }
        for (action, expected) in [
            (copy(from.clone(), "/d/y.t", fail), ErrorKind::Unsupported),
            (copy(from.clone(), "/d/y.t", over), ErrorKind::Unsupported),
            (copy(nameless, "/e/x.t", fail), ErrorKind::Unsupported),
            (copy(at("/x.t", 5), "/e/x.t", fail), ErrorKind::Mismatch),
            (copy(from.clone(), "/d/x.t", fail), ErrorKind::AlreadyExists),
            (rename(from, "/d/z.t"), ErrorKind::Unsupported),
            (replacing, ErrorKind::Unsupported),
        ] {
            assert_eq!(
                end(&mut model(), action.clone()),
                Err(expected),
                "{action:?}"
            );
        }
    }

    #[test]
    fn a_free_name_is_found_from_the_name_of_the_source() {
        let mut model = model();
        let mut find = |to: &str| {
            let action = copy(at("/x.t", 4), to, Strategy::Rename);
            end(&mut model, action).map(|(_, name)| name)
        };
        assert_eq!(find("/d/x(1).t"), Ok(None));
        assert_eq!(find("/d/x(1).t"), Ok(Some("x(2).t".into())));
        assert_eq!(find("/e/x(1).t"), Ok(Some("x.t".into())));
        assert_eq!(find("/e/y(1).t"), Err(ErrorKind::Unsupported));
    }

    #[test]
    fn a_folder_that_holds_something_is_a_task() {
        let mut model = model();
        model.tasks.looks = Some(2);
        let empty = copy(at("/e", 3), "/d/e", Strategy::Fail);
        let start = model.start(&of(empty, EntryKind::Folder), &sheet());
        assert!(matches!(start, Ok(Start::Done(_))));
        let whole = copy(at("/d", 1), "/e/d", Strategy::Fail);
        let whole = of(whole, EntryKind::Folder);
        let Ok(Start::Task(reply)) = model.start(&whole, &sheet()) else {
            panic!("it is taken on");
        };
        let copied = address("desk:/e/d/x.t");
        assert_eq!(model.world.find(&copied), None);
        assert_eq!(model.poll(&reply.task), TaskStatus::Running);
        assert_eq!(model.poll(&reply.task), TaskStatus::Succeeded);
        assert_eq!(model.poll(&reply.task), TaskStatus::Succeeded);
        assert!(model.world.find(&copied).is_some());
        let copy = model.world.find(&address("desk:/e/d")).unwrap();
        assert_eq!(model.identities.seen(&model.world, copy).id, reply.done.id);
        assert_eq!(model.poll(&TaskId("task-9".into())), TaskStatus::Unknown);
        let again = model.start(&whole, &sheet());
        assert!(again.is_err_and(|error| error.kind == ErrorKind::AlreadyExists));
    }

    #[test]
    fn a_forgotten_task_has_its_effect_in_time() {
        let mut model = model();
        model.tasks.looks = Some(3);
        let onward = Action::Move {
            from: at("/d", 1),
            to: place("desk:/e/d"),
            strategy: Strategy::Rename,
            permissions: crate::manifest::Permissions::Inherit,
        };
        let Ok(Start::Task(forgotten)) = model.start(&of(onward, EntryKind::Folder), &sheet())
        else {
            panic!("it is taken on");
        };
        assert!(model.world.find(&address("desk:/d")).is_some());
        model.finish_tasks();
        assert!(model.world.find(&address("desk:/d")).is_none());
        assert!(model.world.find(&address("desk:/e/d/x.t")).is_some());
        assert_eq!(model.poll(&forgotten.task), TaskStatus::Succeeded);
    }

    #[test]
    fn tasks_that_wait_do_not_share_a_name() {
        let mut model = model();
        model.tasks.looks = Some(1);
        let beside = copy(at("/d", 1), "/d(1)", Strategy::Rename);
        let beside = of(beside, EntryKind::Folder);
        let mut start = || match model.start(&beside, &sheet()) {
            Ok(Start::Task(reply)) => reply,
            Ok(Start::Done(_)) | Err(_) => panic!("it is taken on"),
        };
        let (first, second) = (start(), start());
        assert_eq!(first.done.name, None);
        assert_eq!(second.done.name.as_deref(), Some("d(2)"));
        assert_eq!(model.poll(&first.task), TaskStatus::Succeeded);
        assert_eq!(model.poll(&second.task), TaskStatus::Succeeded);
        assert!(model.world.find(&address("desk:/d(2)/x.t")).is_some());
    }
}
