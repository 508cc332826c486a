//! One item of a call, and what it does to a state.

use reshelve::plan::BatchKey;

use crate::bound::Missing;
use crate::call::{How, Step, Verb};
use crate::rules::Names;
use crate::state::{MOST, Name, NodeId, Spot, State, path_of};
use crate::task::Task;

/// One item.
#[derive(Debug, Clone)]
pub(crate) struct Item {
    pub(crate) verb: Verb,
    /// What is moved, removed or comes to be.
    pub(crate) id: NodeId,
    /// What is copied.
    pub(crate) source: Option<NodeId>,
    /// Where it comes to; `None` for what goes.
    pub(crate) to: Option<Spot>,
    pub(crate) how: How,
    /// What is replaced.
    pub(crate) over: Option<NodeId>,
    /// The names that were taken when the service looked for one.
    pub(crate) tried: Vec<Name>,
    /// What comes to be.
    pub(crate) made: Missing,
    /// The folders above that come to be with it.
    pub(crate) implied: Missing,
    pub(crate) stop: Stop,
}

/// Whether an entry stops on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stop {
    No,
    /// A temporary name, or a place on the way.
    Yes,
}

/// What items of one call have in common.
pub(crate) type Key = (
    Verb,
    Option<NodeId>,
    Option<NodeId>,
    Option<NodeId>,
    Option<How>,
);

impl Item {
    pub(crate) fn new(verb: Verb, id: NodeId) -> Self {
        Self {
            verb,
            id,
            source: None,
            to: None,
            how: How::Exclusive,
            over: None,
            tried: Vec::new(),
            made: 0,
            implied: 0,
            stop: Stop::No,
        }
    }

    /// What takes an entry away.
    pub(crate) fn removal(id: NodeId, how: How) -> Self {
        Self {
            how,
            ..Self::new(Verb::Remove, id)
        }
    }

    /// What it shares with others of its call.
    pub(crate) fn key(&self, task: &Task, state: &State) -> Key {
        let rule = task.rules.of(self.verb);
        let verb = match self.verb {
            Verb::Rename if task.rules.names == Names::Free => Verb::Move,
            Verb::Create | Verb::Copy | Verb::Move | Verb::Rename | Verb::Remove => self.verb,
        };
        let from = (self.verb != Verb::Create).then_some(self.source.unwrap_or(self.id));
        let from = from.map(|from| state.space(from));
        let folder = self.to.map(|to| to.folder);
        let target = |folder: NodeId| -> NodeId {
            let missing = |id: &NodeId| task.node(*id).goal.map(|goal| goal.folder);
            let first = std::iter::successors(Some(folder), missing);
            let mut there = first.filter(|id| state.is_there(*id));
            there.next().map_or(folder, |id| state.space(id))
        };
        let how = match self.verb {
            Verb::Remove => BatchKey::Disposal,
            Verb::Create | Verb::Copy | Verb::Move | Verb::Rename => BatchKey::Strategy,
        };
        (
            verb,
            from.filter(|_| rule.parts(BatchKey::SourceSpace)),
            folder
                .map(target)
                .or(from)
                .filter(|_| rule.parts(BatchKey::TargetSpace)),
            folder.filter(|_| rule.parts(BatchKey::TargetFolder)),
            rule.parts(how).then_some(self.how),
        )
    }

    /// Whether two items of a state cannot share a call because the order would matter.
    pub(crate) fn needs_order(&self, other: &Self, state: &State) -> bool {
        self.disturbs(other, state) || other.disturbs(self, state)
    }

    fn disturbs(&self, other: &Self, state: &State) -> bool {
        let frees =
            (self.verb != Verb::Copy && self.verb != Verb::Create).then(|| state.spot(self.id));
        let is_same = |one: Option<Spot>| one.is_some() && one == other.to;
        if is_same(frees) || is_same(self.to) && self.how != How::Found {
            return true;
        }
        // Which of the two finds which name is up to the service.
        let competes = || {
            let names = [self, other].map(|item| item.tried.first().copied());
            other.to == self.to || names[0].is_some() && names[0] == names[1]
        };
        let luck = self.how == How::Found && self.stop == Stop::No;
        let folder = |item: &Self| item.to.map(|to| to.folder);
        if luck && other.how == How::Found && folder(other) == folder(self) && competes() {
            return true;
        }
        let freed = frees.zip(other.to);
        if freed.is_some_and(|(freed, to)| {
            freed.folder == to.folder && other.tried.contains(&freed.name)
        }) {
            return true;
        }
        let reads = other.source.unwrap_or(other.id);
        let changes = |id: NodeId| {
            self.made >> id & 1 == 1
                || self.over == Some(id)
                || !matches!(self.verb, Verb::Copy | Verb::Create) && self.id == id
        };
        let into = |id: NodeId| {
            other
                .to
                .is_some_and(|to| to.folder == id || state.is_below(to.folder, id))
        };
        let implied = |id: NodeId| other.implied >> id & 1 == 1;
        let uses = |id: NodeId| id == reads || state.is_below(reads, id) || into(id) || implied(id);
        if (0..MOST as NodeId).any(|id| changes(id) && uses(id)) {
            return true;
        }
        // What comes into a folder that another item copies would be copied or not.
        self.verb == Verb::Copy && self.source.is_some_and(into)
    }

    /// The state after it; `None` where the service would find a name that the goal has for it by
    /// chance.
    pub(crate) fn apply(&self, task: &mut Task, state: &mut State) -> Option<()> {
        if let Some(over) = self.over {
            state.at[over as usize] = Spot::ABSENT;
        }
        for id in task
            .ids()
            .filter(|id| (self.made | self.implied) >> id & 1 == 1)
        {
            if !state.is_there(id) {
                state.at[id as usize] = task.node(id).goal.unwrap_or(Spot::ABSENT);
            }
        }
        if self.verb == Verb::Remove {
            let before = *state;
            for id in task.ids().filter(|id| before.is_below(*id, self.id)) {
                state.at[id as usize] = Spot::ABSENT;
            }
        }
        state.at[self.id as usize] = Spot::ABSENT;
        let Some(mut to) = self.to else {
            return Some(());
        };
        if self.how == How::Found {
            let kind = task.node(self.id).kind;
            let mut count = self.tried.len();
            let first = self.tried.first().copied().unwrap_or(to.name);
            while state.find(to).is_some() {
                count += 1;
                to.name = task.texts.beside(first, kind, count);
            }
        }
        if self.to != Some(to) && task.node(self.id).goal == Some(to) {
            return None;
        }
        state.at[self.id as usize] = to;
        if task.rules.names == Names::Free && self.stop == Stop::Yes {
            state.stops += 1;
        }
        Some(())
    }

    /// The item by paths, before it is applied.
    pub(crate) fn step(&self, task: &Task, before: &State, after: &State) -> Step {
        let from = (self.verb != Verb::Create).then_some(self.source.unwrap_or(self.id));
        let to = self.to.map(|to| {
            let name = after.spot(self.id).name;
            path_of(after, task, Spot { name, ..to })
        });
        Step {
            verb: self.verb,
            from: from.map(|from| before.path(task, from)),
            to,
            how: self.how,
        }
    }
}
