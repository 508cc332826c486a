//! The service: what comes to it has its effect there, whoever still listens.

use std::collections::{BTreeMap, VecDeque};
use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use reshelve::plan::{Action, NameCheck, Node, Operation, OperationId, Place, Strategy, World};
use reshelve::provider::{
    BatchReply, BatchRequest, ErrorKind, ItemDone, ItemReply, MemoryProvider, NoProgress, Provider,
    ProviderError, TaskId, TaskReply, TaskStatus,
};
use reshelve::tree::{Address, EntryKind, EntryPath};

use crate::dice::Dice;
use crate::fate::{Fate, WAY};
use crate::ledger::{Effect, Ledger};
use crate::others::Deed;
use crate::room::{Room, lock, time_of_day};
use crate::setting::Setting;

/// How old what a stale look sees can be, in milliseconds.
pub(crate) const STALEST: u64 = 60_000;
/// How long a call and its task take at most where nothing is amiss, in milliseconds.
const PROMPT: u64 = 25_000;

pub(crate) struct Service {
    pub(crate) inner: MemoryProvider,
    pub(crate) setting: Setting,
    pub(crate) name_check: NameCheck,
    pub(crate) dice: Dice,
    pub(crate) ledger: Ledger,
    /// No more faults and no other people.
    pub(crate) is_calm: bool,
    queue: BTreeMap<(u64, u64), Event>,
    last: u64,
    /// Replies on their way back, by call.
    replies: BTreeMap<u64, BatchReply>,
    /// What was there just before each change of the last minute.
    past: VecDeque<(u64, MemoryProvider)>,
    tasks: BTreeMap<TaskId, TaskLife>,
}

enum Event {
    Arrival(Arrival),
    Task(TaskId),
    Deed(Deed),
}

/// A call that comes to the service.
#[derive(Clone)]
struct Arrival {
    call: u64,
    sent: u64,
    run: String,
    operations: Vec<Operation>,
    refused: u64,
    cut: Option<u64>,
    /// Which time it comes, from 0.
    time: usize,
    /// Whether it comes late, or not for the first time.
    is_late: bool,
}

/// What a task comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ending {
    Well,
    Fails,
    InPart,
}

struct TaskLife {
    arrival: Arrival,
    operation: Operation,
    promised: TaskReply,
    ending: Ending,
    status: TaskStatus,
}

impl Service {
    pub(crate) fn new(
        inner: MemoryProvider,
        setting: Setting,
        name_check: NameCheck,
        dice: Dice,
    ) -> Self {
        let inner = match setting.carried_here() {
            true => inner,
            false => inner.with_tasks(1),
        };
        Self {
            inner,
            setting,
            name_check,
            dice,
            ledger: Ledger::default(),
            is_calm: false,
            queue: BTreeMap::new(),
            last: 0,
            replies: BTreeMap::new(),
            past: VecDeque::new(),
            tasks: BTreeMap::new(),
        }
    }

    pub(crate) fn next_event(&self) -> Option<u64> {
        self.queue.keys().next().map(|(time, _)| *time)
    }

    fn plan_event(&mut self, time: u64, event: Event) {
        self.last += 1;
        self.queue.insert((time, self.last), event);
    }

    pub(crate) fn plan_deed(&mut self, time: u64, deed: Deed) {
        self.plan_event(time, Event::Deed(deed));
    }

    /// Takes a call on its way; its number.
    pub(crate) fn send(&mut self, now: u64, request: &BatchRequest<'_>, fate: &Fate) -> u64 {
        self.last += 1;
        let call = self.last;
        for (time, after) in fate.arrivals.iter().enumerate() {
            let arrival = Arrival {
                call,
                sent: now,
                run: request.run.to_owned(),
                operations: request.operations.iter().map(|it| (*it).clone()).collect(),
                refused: fate.refused,
                cut: fate.cut,
                time,
                is_late: time > 0 || *after > WAY,
            };
            self.plan_event(now + after, Event::Arrival(arrival));
        }
        call
    }

    /// The reply to a call that came.
    pub(crate) fn reply(&mut self, call: u64) -> BatchReply {
        self.replies.remove(&call).unwrap_or_default()
    }

    /// A machine that carries the bytes itself takes what it did not begin with it.
    pub(crate) fn lose_caller(&mut self) {
        if self.setting.carried_here() {
            self.queue.retain(|_, event| match event {
                Event::Arrival(_) | Event::Task(_) => false,
                Event::Deed(_) => true,
            });
        }
    }

    /// No more faults and no other people.
    pub(crate) fn calm_down(&mut self) {
        self.setting.faults = 0;
        self.setting.stale = 0;
        self.is_calm = true;
    }

    /// The next event happens.
    pub(crate) fn happen(room: &Room) {
        let now = room.now();
        let mut service = lock(&room.service);
        let Some(((time, _), event)) = service.queue.pop_first() else {
            return;
        };
        debug_assert!(time <= now);
        service.remember(now);
        service.inner.tell_time(time_of_day(now));
        match event {
            Event::Arrival(arrival) => service.arrive(room, arrival),
            Event::Task(task) => service.end_task(room, &task),
            Event::Deed(deed) => service.do_deed(room, deed),
        }
    }

    /// Keeps what was there, for stale looks.
    fn remember(&mut self, now: u64) {
        if self.setting.stale == 0 {
            self.past.clear();
            return;
        }
        self.past.push_back((now, self.inner.clone()));
        while self
            .past
            .front()
            .is_some_and(|(time, _)| *time + STALEST < now)
        {
            self.past.pop_front();
        }
    }

    /// What a look sees: what is there, or what was there some time ago.
    pub(crate) fn view(&mut self, room: &Room) -> MemoryProvider {
        if self.past.is_empty() || !self.dice.chance(self.setting.stale) {
            return self.inner.clone();
        }
        let at = room.now().saturating_sub(self.dice.below(STALEST));
        let seen = self.past.iter().find(|(time, _)| *time > at);
        if seen.is_some() {
            room.fired("stale-look");
        }
        seen.map_or(&self.inner, |(_, past)| past).clone()
    }

    fn arrive(&mut self, room: &Room, arrival: Arrival) {
        let mut reply = BatchReply::default();
        for (position, operation) in arrival.operations.iter().enumerate() {
            if arrival.cut.is_some_and(|cut| position as u64 >= cut) {
                break;
            }
            if arrival.refused >> (position % 64) & 1 == 1 {
                let message = "no right to do that (on purpose)";
                let end = Err(ProviderError::refused(ErrorKind::PermissionDenied, message));
                room.fired("refused-item");
                reply.items.push(ItemReply {
                    operation: operation.id,
                    end,
                });
                continue;
            }
            self.begin(room, &arrival, operation, &mut reply);
        }
        self.dice.shuffle(&mut reply.items);
        if arrival.time == 0 {
            self.replies.insert(arrival.call, reply);
        }
    }

    /// Begins with one item.
    fn begin(
        &mut self,
        room: &Room,
        arrival: &Arrival,
        operation: &Operation,
        reply: &mut BatchReply,
    ) {
        let before = self.inner.world();
        let BatchReply { items, tasks } = self.execute(operation);
        for task in tasks {
            self.take_on(room, arrival, operation, task.clone());
            reply.tasks.push(task);
        }
        for item in items {
            if let Ok(done) = &item.end {
                let effect = effect_of(room, arrival, operation, done);
                self.ledger_effect(room, &before, effect, operation);
            }
            let end = match &item.end {
                Ok(done) => format!("done {done:?}"),
                Err(error) => format!("refused: {error}"),
            };
            room.note(format_args!(
                "service {} {} {}: {end}",
                arrival.run,
                operation.id,
                described(operation)
            ));
            reply.items.push(item);
        }
    }

    pub(crate) fn execute(&self, operation: &Operation) -> BatchReply {
        let operations = [operation];
        let request = BatchRequest {
            run: "service",
            operations: &operations,
            progress: &NoProgress,
        };
        ready(self.inner.execute(&request)).expect("the model answers")
    }

    fn take_on(&mut self, room: &Room, arrival: &Arrival, operation: &Operation, task: TaskReply) {
        let faulty = self.setting.faults > 0;
        let hangs = faulty && self.dice.chance(60);
        let ending = match self.dice.below(1000) {
            0..60 if faulty => Ending::Fails,
            60..120 if faulty => Ending::InPart,
            _ => Ending::Well,
        };
        let time = if hangs {
            room.fired("task-hangs");
            self.dice.between(600_000, 2_400_000)
        } else {
            self.dice.between(500, 20_000)
        };
        let is_copy = matches!(operation.action, Action::Copy { .. });
        let ending = match ending {
            Ending::InPart if !is_copy => Ending::Fails,
            Ending::InPart | Ending::Fails | Ending::Well => ending,
        };
        room.note(format_args!(
            "service {} {} {}: task {} for {time} ms, {ending:?}",
            arrival.run,
            operation.id,
            described(operation),
            task.task.0
        ));
        self.plan_event(room.now() + time, Event::Task(task.task.clone()));
        let life = TaskLife {
            arrival: arrival.clone(),
            operation: operation.clone(),
            promised: task.clone(),
            ending,
            status: TaskStatus::Running,
        };
        self.tasks.insert(task.task, life);
    }

    /// A task has its effect, or a part of it, or none.
    fn end_task(&mut self, room: &Room, task: &TaskId) {
        let Some(life) = self.tasks.remove(task) else {
            return;
        };
        let (operation, arrival) = (&life.operation, &life.arrival);
        let before = self.inner.world();
        let status = if life.ending == Ending::Fails {
            room.fired("task-fails");
            TaskStatus::Failed("out of order (on purpose)".into())
        } else {
            let tasks = [task.clone()];
            let polled = ready(self.inner.poll(&tasks)).expect("the model answers");
            polled.into_iter().next().unwrap_or(TaskStatus::Unknown)
        };
        room.note(format_args!("service task {} ends {status:?}", task.0));
        let mut status = status;
        match &status {
            TaskStatus::Succeeded => {
                let effect = effect_of(room, arrival, operation, &life.promised.done);
                self.ledger_effect(room, &before, effect, operation);
                if life.ending == Ending::InPart && self.lose_a_part(room, operation) {
                    status = match self.dice.chance(500) {
                        true => TaskStatus::Failed("only a part (on purpose)".into()),
                        false => TaskStatus::Succeeded,
                    };
                }
            }
            TaskStatus::Failed(_) if life.ending != Ending::Fails => {
                self.land_beside(room, arrival, operation);
            }
            TaskStatus::Failed(_)
            | TaskStatus::Running
            | TaskStatus::Ended(_)
            | TaskStatus::Unknown => {}
        }
        self.tasks.insert(task.clone(), TaskLife { status, ..life });
    }

    /// One of the files of a folder that was copied is left out.
    fn lose_a_part(&mut self, room: &Room, operation: &Operation) -> bool {
        let Some(to) = operation.action.to() else {
            return false;
        };
        let world = self.inner.world();
        let mut files = Vec::new();
        if let Some(node) = world.find(&to.address()) {
            world.walk(node, |path, node| {
                if world.kind(node) == EntryKind::File {
                    files.push(to.path.append(path));
                }
            });
        }
        let Some(path) = self.dice.pick(&files).cloned() else {
            return false;
        };
        let Some(removal) = self.removal(Place::new(to.space.clone(), path)) else {
            return false;
        };
        let removed = self.execute(&removal);
        room.fired("task-in-part");
        room.note(format_args!(
            "service leaves out {}: {:?}",
            described(&removal),
            removed.items
        ));
        true
    }

    /// Where names were checked before, an entry that finds its name taken lands beside it.
    fn land_beside(&mut self, room: &Room, arrival: &Arrival, operation: &Operation) {
        if self.name_check == NameCheck::WithEffect {
            return;
        }
        let mut beside = operation.clone();
        let strategy = match &mut beside.action {
            Action::Copy { strategy, .. } | Action::Move { strategy, .. } => strategy,
            Action::Rename { .. } | Action::CreateFolder { .. } | Action::Remove { .. } => return,
        };
        if *strategy != Strategy::Fail {
            return;
        }
        *strategy = Strategy::Rename;
        let before = self.inner.world();
        let reply = self.execute(&beside);
        for task in reply.tasks {
            let tasks = [task.task.clone()];
            let polled = ready(self.inner.poll(&tasks)).expect("the model answers");
            if polled == [TaskStatus::Succeeded] {
                room.fired("landed-beside");
                let effect = effect_of(room, arrival, operation, &task.done);
                self.ledger_effect(room, &before, effect, operation);
            }
        }
    }

    fn ledger_effect(
        &mut self,
        room: &Room,
        before: &World,
        mut effect: Effect,
        operation: &Operation,
    ) {
        let world = self.inner.world();
        effect.node = effect.landed.as_ref().and_then(|at| world.find(at));
        let slack = if self.setting.stale > 0 {
            STALEST
        } else {
            1000
        };
        if let Some(wrong) = self.ledger.take_effect(before, effect, operation, slack) {
            room.note(format_args!("WRONG {wrong}"));
        }
    }

    /// A removal of what is at a place, made by nobody's plan.
    pub(crate) fn removal(&self, place: Place) -> Option<Operation> {
        let (place, kind) = self.placed(place)?;
        let disposal = reshelve::plan::Disposal::Permanent;
        Some(deed(
            Action::Remove {
                at: place,
                disposal,
            },
            kind,
        ))
    }

    /// A place with the id of what is there, and what that is.
    pub(crate) fn placed(&self, place: Place) -> Option<(Place, EntryKind)> {
        let places = [Place { id: None, ..place }];
        let found = ready(self.inner.fetch(&places)).ok()?;
        let found = found.into_iter().next().flatten()?;
        let [place] = places;
        let place = Place {
            id: found.seen.id,
            ..place
        };
        Some((place, found.kind))
    }

    /// How tasks are getting on.
    pub(crate) fn poll(&mut self, room: &Room, tasks: &[TaskId]) -> Vec<TaskStatus> {
        let mut states = Vec::with_capacity(tasks.len());
        for task in tasks {
            let state = self.tasks.get(task).map(|life| life.status.clone());
            let may_forget = self.setting.faults > 0 && state != Some(TaskStatus::Running);
            let forgets = may_forget && self.dice.chance(30);
            if forgets {
                room.fired("task-forgotten");
            }
            let state = state.filter(|_| !forgets);
            states.push(state.unwrap_or(TaskStatus::Unknown));
        }
        states
    }
}

fn effect_of(room: &Room, arrival: &Arrival, operation: &Operation, done: &ItemDone) -> Effect {
    let to = operation.action.to().map(Place::address);
    let landed = to.map(|to| match &done.name {
        Some(name) => {
            let folder = to.path.parent().unwrap_or_else(EntryPath::root);
            let path = folder.join(name).expect("a name of the service");
            Address::new(to.space, path)
        }
        None => to,
    });
    Effect {
        sent: arrival.sent,
        run: arrival.run.clone(),
        operation: operation.id,
        landed,
        node: None,
        is_late: arrival.is_late || room.now() > arrival.sent + PROMPT,
        id: done.id.clone(),
    }
}

/// An operation that no plan holds.
pub(crate) fn deed(action: Action, kind: EntryKind) -> Operation {
    Operation {
        id: OperationId(0),
        placement: reshelve::state::PlacementRef {
            manifest: "others".into(),
            placement: "others".into(),
        },
        reason: reshelve::plan::Reason::Temporary,
        kind,
        entries: 1,
        bytes: 0,
        action,
        relies_on: Vec::new(),
    }
}

pub(crate) fn described(operation: &Operation) -> String {
    let place =
        |place: Option<&Place>| place.map_or_else(String::new, |it| it.address().to_string());
    let action = &operation.action;
    let strategy = action.strategy();
    let strategy = strategy.map_or_else(String::new, |it| format!(" {it:?}"));
    format!(
        "{} {} -> {}{strategy}",
        action.word(),
        place(action.from()),
        place(action.to())
    )
}

/// What a future gives that waits for nothing.
pub(crate) fn ready<T>(future: impl Future<Output = T>) -> T {
    let mut context = Context::from_waker(Waker::noop());
    match pin!(future).as_mut().poll(&mut context) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("the model waits for nothing"),
    }
}

/// An entry and everything below it.
pub(crate) fn subtree(world: &World, node: Node) -> Vec<Node> {
    let mut nodes = Vec::new();
    world.walk(node, |_, node| nodes.push(node));
    nodes
}
