//! Work that goes on after the reply: a list of steps, of which some are done at every tick.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::act::{Act, Spoiled};
use super::carry::Carriage;
use super::drive::Drive;
use super::entry::EntryId;
use super::space::SpaceId;
use crate::emulator::calendar::Moment;
use crate::emulator::dingtalk::error::Code;
use crate::emulator::dingtalk::rules::Rules;

/// The id of a task.
pub(crate) type TaskId = u64;

/// A folder with everything in it on its way somewhere.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Task {
    pub(crate) id: TaskId,
    pub(crate) began: Moment,
    pub(crate) ended: Option<Moment>,
    pub(crate) succeeded: usize,
    pub(crate) failed: usize,
    /// The code of the last failure.
    pub(crate) failure: Option<String>,
    /// The folders it is at work in.
    pub(crate) roots: Vec<(SpaceId, EntryId)>,
    steps: Vec<Step>,
    done: usize,
    ticks: u64,
    spoiled: Option<usize>,
    person: String,
    app: String,
    /// What it is carried out with, if it carries.
    pub(crate) carriage: Option<Carriage>,
    /// Where the content of each source folder goes.
    pub(crate) folders: BTreeMap<EntryId, EntryId>,
    partial: Partial,
}

/// One step, which counts as one entry.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Step {
    /// Nothing: the entry goes along with another.
    Count,
    /// Copies or moves one entry that was in this folder.
    Bring { entry: EntryId, folder: EntryId },
    /// Removes the source folders of a move, the deepest first.
    Clear(Vec<EntryId>),
    /// Moves a folder with everything in it at once.
    Flip(EntryId),
    /// Removes one entry for good.
    Drop(SpaceId, EntryId),
    /// Puts a folder into the recycle bin with everything in it.
    Bin(SpaceId, EntryId),
    /// Brings a folder back from the recycle bin under a new id.
    Restore { item: u64, root: EntryId },
}

/// What a person is told of a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TaskStatus {
    Init,
    InProgress,
    Success,
    Fail,
}

/// How a task ends of which some entries failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Partial {
    Fails,
    Succeeds,
}

impl Task {
    pub(crate) fn total(&self) -> usize {
        self.steps.len()
    }

    pub(crate) fn status(&self) -> TaskStatus {
        if self.ended.is_none() && self.done == 0 {
            TaskStatus::Init
        } else if self.ended.is_none() {
            TaskStatus::InProgress
        } else if self.failed == 0 || self.succeeded > 0 && self.partial == Partial::Succeeds {
            TaskStatus::Success
        } else {
            TaskStatus::Fail
        }
    }

    /// How many steps shall be done by now.
    fn goal(&self, rules: &Rules, now: Moment) -> usize {
        let length = rules.number("task-length");
        let total = u64::try_from(self.total()).unwrap_or(u64::MAX);
        let passed = if rules.is("task-pace", "time") {
            now.saturating_sub(self.began)
        } else {
            self.ticks
        };
        let goal = if passed >= length {
            total
        } else if rules.is("task-pace", "calls") && length >= 3 {
            // The first look finds a task that has not begun.
            total * passed.saturating_sub(1) / (length - 1)
        } else {
            total * passed / length
        };
        usize::try_from(goal).unwrap_or(usize::MAX)
    }
}

/// A task before it has an id.
pub(crate) struct Undertaking {
    pub(crate) steps: Vec<Step>,
    pub(crate) roots: Vec<(SpaceId, EntryId)>,
    pub(crate) carriage: Option<Carriage>,
    pub(crate) folders: BTreeMap<EntryId, EntryId>,
}

impl Undertaking {
    /// Work that is done as a whole by its last step, however many entries it counts.
    pub(crate) fn whole(entries: usize, last: Step, root: (SpaceId, EntryId)) -> Self {
        let mut steps = vec![Step::Count; entries.saturating_sub(1)];
        steps.push(last);
        Self {
            steps,
            roots: vec![root],
            carriage: None,
            folders: BTreeMap::new(),
        }
    }
}

impl Drive {
    /// Begins a task; the first part of it is done at the next tick.
    pub(crate) fn begin(&mut self, act: &Act<'_>, work: Undertaking) -> TaskId {
        self.revision += 1;
        let id = self.mint();
        let partial = if act.rules.is("task-partial", "success") {
            Partial::Succeeds
        } else {
            Partial::Fails
        };
        let task = Task {
            id,
            began: act.now,
            ended: None,
            succeeded: 0,
            failed: 0,
            failure: None,
            roots: work.roots,
            spoiled: (act.spoiled == Spoiled::OneEntry).then_some(work.steps.len() / 2),
            steps: work.steps,
            done: 0,
            ticks: 0,
            person: act.person.to_owned(),
            app: act.app.to_owned(),
            carriage: work.carriage,
            folders: work.folders,
            partial,
        };
        self.tasks.insert(id, task);
        self.running.insert(id);
        if act.rules.number("task-length") == 0 {
            self.work_on(id, act.rules, act.now);
        }
        id
    }

    /// One tick of every running task, and the end of those that nobody may ask for any more.
    pub(crate) fn tick(&mut self, rules: &Rules, now: Moment) {
        for id in self.running.clone() {
            if let Some(task) = self.tasks.get_mut(&id) {
                task.ticks += 1;
            }
            self.work_on(id, rules, now);
        }
        let retention = rules.number("task-retention");
        if retention > 0 {
            self.tasks
                .retain(|_, task| task.ended.is_none_or(|ended| now < ended + retention));
        }
    }

    fn work_on(&mut self, id: TaskId, rules: &Rules, now: Moment) {
        // The task is taken out while its steps change the drive.
        let Some(mut task) = self.tasks.remove(&id) else {
            return;
        };
        let goal = task.goal(rules, now);
        while task.done < goal {
            self.revision += 1;
            match self.step(&mut task, rules, now) {
                Ok(()) => task.succeeded += 1,
                Err(code) => {
                    task.failed += 1;
                    task.failure = Some(code.wire().0.into_owned());
                }
            }
            task.done += 1;
        }
        if task.done >= task.total() {
            task.ended = Some(now);
            self.running.remove(&id);
        }
        self.tasks.insert(id, task);
    }

    fn step(&mut self, task: &mut Task, rules: &Rules, now: Moment) -> Result<(), Code> {
        if task.spoiled == Some(task.done) {
            return Err(Code::PermissionDenied);
        }
        let (person, app) = (task.person.clone(), task.app.clone());
        let act = Act {
            person: &person,
            app: &app,
            now,
            rules,
            spoiled: Spoiled::No,
        };
        let step = task.steps[task.done].clone();
        let whole = matches!(step, Step::Flip(_) | Step::Bin(..) | Step::Restore { .. });
        if whole && task.failed > 0 {
            return Err(Code::PermissionDenied);
        }
        match step {
            Step::Count => Ok(()),
            Step::Bring { entry, folder } => self.bring(&act, task, entry, folder),
            Step::Clear(folders) => self.clear_out(&act, task, &folders),
            Step::Flip(entry) => self.flip(&act, task, entry),
            Step::Drop(space, entry) => self.drop_one(&act, space, entry),
            Step::Bin(space, entry) => self.bin_one(&act, space, entry),
            Step::Restore { item, root } => self.bring_back(&act, item, root),
        }
    }
}
