//! Work that goes on after the reply: a list of steps, of which some are done at every tick.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::act::{Act, Mischief, Rights, TaskFate};
use super::carry::{Carriage, Landed};
use super::entry::EntryId;
use super::errand::{End, Errand};
use super::library::Library;
use crate::emulator::calendar::Moment;
use crate::emulator::smh::error::Code;
use crate::emulator::switch::Switches;

/// The id of a task.
pub(crate) type TaskId = u64;

/// A batch, or a directory, on its way.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Task {
    pub(crate) id: TaskId,
    /// The space that it can be asked for in.
    pub(crate) space: String,
    pub(crate) ended: Option<Moment>,
    pub(crate) work: Work,
    began: Moment,
    ticks: u64,
    /// How many ticks or milliseconds it takes.
    length: u64,
    done: usize,
    rights: Rights,
    user: String,
    /// Items that fail, counted from 1.
    spoiled: Vec<usize>,
    pub(crate) fate: TaskFate,
}

/// What a task does.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Work {
    /// One step an item.
    Batch {
        errands: Vec<Errand>,
        ends: Vec<End>,
    },
    /// The directory first, then one step for each entry in it.
    Directory(DirectoryCopy),
}

/// A directory that is copied entry by entry.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct DirectoryCopy {
    carriage: Carriage,
    /// What was in the directory at the beginning, parents before their children.
    below: Vec<EntryId>,
    copies: BTreeMap<EntryId, EntryId>,
    /// What became of the directory itself, once it is known.
    pub(crate) outcome: Option<Result<Landed, Code>>,
}

impl Work {
    fn steps(&self) -> usize {
        match self {
            Self::Batch { errands, .. } => errands.len(),
            Self::Directory(copy) => copy.below.len() + 1,
        }
    }
}

impl Task {
    /// How many steps shall be done by now.
    fn goal(&self, rules: &Switches, now: Moment) -> usize {
        let passed = self.passed(rules, now);
        let total = u64::try_from(self.work.steps()).unwrap_or(u64::MAX);
        let reached = match self.fate {
            TaskFate::Ends => total,
            TaskFate::Fails => total / 2,
        };
        let goal = if self.is_due(passed) {
            reached
        } else {
            reached * passed / self.length
        };
        usize::try_from(goal).unwrap_or(usize::MAX)
    }

    fn is_due(&self, passed: u64) -> bool {
        passed >= self.length
    }

    fn passed(&self, rules: &Switches, now: Moment) -> u64 {
        if rules.is("task-pace", "time") {
            now.saturating_sub(self.began)
        } else {
            self.ticks
        }
    }
}

impl Library {
    /// Begins a batch that goes on after the reply.
    pub(crate) fn begin_batch(
        &mut self,
        act: &Act<'_>,
        space: &str,
        errands: Vec<Errand>,
    ) -> TaskId {
        let ends = Vec::new();
        self.begin(act, space, Work::Batch { errands, ends })
    }

    /// Begins the copy of one directory, which was found to be possible.
    pub(crate) fn begin_directory(
        &mut self,
        act: &Act<'_>,
        carriage: Carriage,
        source: EntryId,
    ) -> Result<TaskId, Code> {
        let below = self.space(&carriage.source.space)?.tree.below(source);
        let space = carriage.target.space.clone();
        let copy = DirectoryCopy {
            carriage,
            below,
            copies: BTreeMap::new(),
            outcome: None,
        };
        Ok(self.begin(act, &space, Work::Directory(copy)))
    }

    fn begin(&mut self, act: &Act<'_>, space: &str, work: Work) -> TaskId {
        self.revision += 1;
        let id = self.number();
        let task = Task {
            id,
            space: space.to_owned(),
            ended: None,
            work,
            began: act.now,
            ticks: 0,
            length: act.rules.number("task-length") * act.mischief.slowness.max(1),
            done: 0,
            rights: act.rights.clone(),
            user: act.user.to_owned(),
            spoiled: act.mischief.items.clone(),
            fate: act.mischief.task,
        };
        self.tasks.insert(id, task);
        self.running.insert(id);
        self.work_on(id, act.rules, act.now);
        id
    }

    /// One tick of every running task, and the end of those that nobody may ask for any more.
    pub(crate) fn tick(&mut self, rules: &Switches, now: Moment) {
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

    fn work_on(&mut self, id: TaskId, rules: &Switches, now: Moment) {
        // The task is taken out while its steps change the library.
        let Some(mut task) = self.tasks.remove(&id) else {
            return;
        };
        let goal = task.goal(rules, now);
        while task.done < goal {
            self.revision += 1;
            self.step(&mut task, rules, now);
            task.done += 1;
        }
        if task.is_due(task.passed(rules, now)) {
            self.revision += 1;
            task.ended = Some(now);
            self.running.remove(&id);
        }
        self.tasks.insert(id, task);
    }

    fn step(&mut self, task: &mut Task, rules: &Switches, now: Moment) {
        let mischief = Mischief {
            items: task.spoiled.clone(),
            ..Mischief::default()
        };
        let act = Act {
            rights: &task.rights,
            user: &task.user,
            now,
            rules,
            mischief: &mischief,
        };
        match &mut task.work {
            Work::Batch { errands, ends } => {
                if let Some(errand) = errands.get(task.done) {
                    ends.push(self.run(&act, task.done, errand));
                }
            }
            Work::Directory(copy) => self.copy_on(&act, copy, task.done),
        }
    }

    fn copy_on(&mut self, act: &Act<'_>, copy: &mut DirectoryCopy, step: usize) {
        let Some(entry) = step.checked_sub(1) else {
            copy.outcome = Some(self.copy_root(act, copy));
            return;
        };
        if let Some(id) = copy.below.get(entry) {
            self.follow(act, &copy.carriage, *id, &mut copy.copies);
        }
    }

    fn copy_root(&mut self, act: &Act<'_>, copy: &mut DirectoryCopy) -> Result<Landed, Code> {
        // Somebody may have come first since the call was examined.
        let passage = self.examine(act, &copy.carriage)?;
        let landed = self.arrive(act, &copy.carriage, &passage)?;
        copy.copies.insert(passage.source, landed.id);
        Ok(landed)
    }
}
