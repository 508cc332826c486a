//! What one item of a call may do in a state.

use reshelve::plan::BatchKey;
use reshelve::tree::EntryKind;

use crate::bound::{Bounds, Missing};
use crate::call::{How, Step, Verb};
use crate::rules::Names;
use crate::simulator::Parents;
use crate::state::{FRESH, Name, NodeId, Spot, State, path_of};
use crate::task::{Naming, Reach, Role, Task};

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
    tried: Vec<Name>,
    /// What comes to be.
    made: Missing,
    /// The folders above that come to be with it.
    implied: Missing,
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

/// Finds all items that are possible in a state.
pub(crate) struct Items<'a> {
    task: &'a mut Task,
    state: &'a State,
    found: Vec<Item>,
}

/// All items that are possible in a state.
pub(crate) fn items(task: &mut Task, bounds: &Bounds, state: &State) -> Vec<Item> {
    let mut items = Items {
        task,
        state,
        found: Vec::new(),
    };
    for id in items.task.ids() {
        let node = items.task.node(id).clone();
        let there = state.is_there(id);
        match (node.role, node.goal) {
            (Role::Root, _) => {}
            (Role::Helper, _) => items.help(id),
            (_, Some(goal)) if there && state.spot(id) != goal => items.displaced(id, None),
            (Role::New(source), Some(goal)) if !there => {
                match (source, node.kind) {
                    (Some(source), EntryKind::File) => items.copies(source, id, 1 << id),
                    _ => {
                        items.creation(id, goal);
                        let copy = bounds.source(id);
                        let possible = copy.filter(|(source, made)| {
                            items.is_unchanged(*source) && items.is_missing(*made)
                        });
                        if let Some((source, made)) = possible {
                            items.copies(source, id, made);
                        }
                    }
                }
            }
            (Role::Observed, None) if there => items.replaced(id),
            _ => {}
        }
    }
    items.found
}

impl Items<'_> {
    fn goal(&self, id: NodeId) -> Option<Spot> {
        self.task.node(id).goal
    }

    fn is_kept(&self) -> bool {
        self.task.rules.names == Names::Kept
    }

    /// A folder that helps is made at the top of a space and goes in the end.
    fn help(&mut self, id: NodeId) {
        if self.state.is_there(id) {
            return;
        }
        for folder in 0..crate::task::ROOTS.len() as NodeId {
            let name = FRESH + Name::from(id);
            self.found.push(Item {
                to: Some(Spot { folder, name }),
                made: 1 << id,
                stop: Stop::Yes,
                ..Item::new(Verb::Create, id)
            });
        }
    }

    fn creation(&mut self, id: NodeId, goal: Spot) {
        if let Some(implied) = self.way(goal.folder, EntryKind::Folder)
            && self.state.find(goal).is_none()
        {
            self.found.push(Item {
                to: Some(goal),
                made: 1 << id,
                implied,
                ..Item::new(Verb::Create, id)
            });
        }
    }

    /// The folders that have to come to be so that something can go into a folder of the goal.
    fn way(&self, folder: NodeId, kind: EntryKind) -> Option<Missing> {
        if self.state.is_there(folder) {
            return self.state.is_settled(self.task, folder).then_some(0);
        }
        let made = self.task.rules.parents == Parents::Made && kind == EntryKind::Folder;
        let new = matches!(self.task.node(folder).role, Role::New(_));
        let goal = self.goal(folder).filter(|_| made && new)?;
        let free = self.state.find(goal).is_none();
        let above = self.way(goal.folder, kind).filter(|_| free)?;
        Some(above | 1 << folder)
    }

    /// Whether a folder holds what it held at first.
    fn is_unchanged(&self, folder: NodeId) -> bool {
        let first = &self.task.start;
        self.state.is_there(folder)
            && self.task.ids().all(|id| {
                let was = first.is_there(id) && first.is_below(id, folder);
                let is = self.state.is_there(id) && self.state.is_below(id, folder);
                was == is && (!was || first.spot(id) == self.state.spot(id))
            })
    }

    fn is_missing(&self, made: Missing) -> bool {
        let mut ids = self.task.ids().filter(|id| made >> id & 1 == 1);
        ids.all(|id| !self.state.is_there(id))
    }

    fn copies(&mut self, source: NodeId, copy: NodeId, made: Missing) {
        if self.state.is_there(source) {
            self.displaced(copy, Some((source, made)));
        }
    }

    /// All ways of an entry to its goal or to a stop: an entry that is somewhere else, or the copy
    /// of another.
    fn displaced(&mut self, id: NodeId, copied: Option<(NodeId, Missing)>) {
        if self.is_kept() {
            self.kept(id, copied);
        } else {
            self.free(id, copied);
        }
    }

    fn push(&mut self, id: NodeId, copied: Option<(NodeId, Missing)>, item: Item) {
        let (verb, source, made) = match copied {
            Some((source, made)) => (Verb::Copy, Some(source), made),
            None => (item.verb, None, 0),
        };
        let read = source.unwrap_or(id);
        let into_itself = item.to.is_some_and(|to| {
            to.folder == read || self.state.is_there(to.folder) && self.state.is_below(to.folder, read)
        });
        let shows = item.stop == Stop::No
            && copied.is_none()
            && !self.state.shows_nothing_else(self.task, id);
        if !into_itself && !shows {
            self.found.push(Item {
                verb,
                source,
                made,
                ..item
            });
        }
    }

    /// What a file may replace at its goal.
    fn replaceable(&self, id: NodeId, there: NodeId) -> bool {
        let [node, other] = [id, there].map(|id| self.task.node(id));
        node.kind == EntryKind::File
            && other.kind == EntryKind::File
            && other.goal.is_none()
            && other.role == Role::Observed
            && other.goes == self.task.rules.replaced
    }

    fn free(&mut self, id: NodeId, copied: Option<(NodeId, Missing)>) {
        let kind = self.task.node(id).kind;
        if let Some(goal) = self.goal(id) {
            let there = self.state.find(goal);
            let over = there.filter(|there| self.replaceable(id, *there));
            if let Some(implied) = self.way(goal.folder, kind)
                && there == over
            {
                let item = Item {
                    to: Some(goal),
                    how: over.map_or(How::Exclusive, |_| How::Replace),
                    over,
                    implied,
                    ..Item::new(Verb::Move, id)
                };
                self.push(id, copied, item);
            }
        }
        if self.state.stops >= self.task.stops {
            return;
        }
        let mut folders: Vec<NodeId> = Vec::new();
        let source = copied.map_or(id, |(source, _)| source);
        folders.push(self.state.spot(source).folder);
        let target = self.goal(id).map(|goal| goal.folder);
        folders.extend(target.filter(|it| self.state.is_settled(self.task, *it)));
        folders.dedup();
        for folder in folders {
            let name = FRESH + Name::from(id);
            let to = Spot { folder, name };
            if self.state.spot(id) != to {
                let item = Item {
                    to: Some(to),
                    stop: Stop::Yes,
                    ..Item::new(Verb::Move, id)
                };
                self.push(id, copied, item);
            }
        }
    }

    fn kept(&mut self, id: NodeId, copied: Option<(NodeId, Missing)>) {
        let source = copied.map_or(id, |(source, _)| source);
        let name = self.state.spot(source).name;
        for folder in self.task.ids() {
            let is_folder = self.task.node(folder).kind == EntryKind::Folder;
            let stays = copied.is_none() && folder == self.state.spot(id).folder;
            if is_folder && !stays && self.may_hold(folder) && self.is_near(id, source, folder) {
                self.arrivals(id, copied, Spot { folder, name });
            }
        }
        if copied.is_none() {
            self.renames(id);
        }
    }

    /// Whether entries may stop in a folder: nothing happens to it before the end.
    fn may_hold(&self, folder: NodeId) -> bool {
        let goes = self.goal(folder).is_none() && self.task.node(folder).role != Role::Root;
        self.state.is_there(folder) && (goes || self.state.is_settled(self.task, folder))
    }

    /// Whether an entry comes from a folder or goes to it.
    fn is_near(&self, id: NodeId, source: NodeId, folder: NodeId) -> bool {
        let goal = self.goal(id).map(|goal| goal.folder);
        let ends = [Some(self.task.start.spot(source).folder), goal];
        self.task.reach == Reach::Anywhere
            || ends.contains(&Some(folder))
            || self.task.node(folder).role == Role::Helper
    }

    fn arrivals(&mut self, id: NodeId, copied: Option<(NodeId, Missing)>, to: Spot) {
        let goal = self.goal(id);
        let stop = |to| if goal == Some(to) { Stop::No } else { Stop::Yes };
        let there = self.state.find(to);
        let item = Item {
            to: Some(to),
            stop: stop(to),
            ..Item::new(Verb::Move, id)
        };
        match there {
            None => self.push(id, copied, item.clone()),
            Some(over) if goal == Some(to) && self.replaceable(id, over) => {
                let item = Item {
                    how: How::Replace,
                    over: Some(over),
                    ..item.clone()
                };
                self.push(id, copied, item);
            }
            Some(_) => {}
        }
        let kind = self.task.node(id).kind;
        let mut tried = Vec::new();
        let mut found = to;
        while self.state.find(found).is_some() {
            tried.push(found.name);
            found.name = self.task.texts.beside(to.name, kind, tried.len());
        }
        let wished = self.task.node(id).naming == Naming::Wished || tried.is_empty();
        if stop(found) == Stop::No && wished {
            return;
        }
        let item = Item {
            to: Some(found),
            how: How::Found,
            tried,
            stop: stop(found),
            ..item
        };
        self.push(id, copied, item);
    }

    fn renames(&mut self, id: NodeId) {
        let spot = self.state.spot(id);
        let fresh = FRESH + Name::from(id);
        let wanted = self.goal(id).map(|goal| goal.name);
        for name in wanted.into_iter().chain([fresh]) {
            let to = Spot { name, ..spot };
            if self.state.find(to).is_none() {
                let stop = if self.goal(id) == Some(to) { Stop::No } else { Stop::Yes };
                let item = Item {
                    to: Some(to),
                    stop,
                    ..Item::new(Verb::Rename, id)
                };
                self.push(id, None, item);
            }
        }
    }

    /// What is replaced makes room, for a while or for good.
    fn replaced(&mut self, id: NodeId) {
        let spot = self.state.spot(id);
        let Some(successor) = self.task.successor(spot) else {
            return;
        };
        self.displaced(id, None);
        if self.state.spot(successor).folder == spot.folder && self.state.is_there(successor) {
            let goes = self.task.node(id).goes;
            self.found.push(Item::removal(id, goes));
        }
    }
}

impl Item {
    fn new(verb: Verb, id: NodeId) -> Self {
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
            verb => verb,
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
            folder.map(target).or(from).filter(|_| rule.parts(BatchKey::TargetSpace)),
            folder.filter(|_| rule.parts(BatchKey::TargetFolder)),
            rule.parts(how).then_some(self.how),
        )
    }

    /// Whether two items of a state cannot share a call because the order would matter.
    pub(crate) fn needs_order(&self, other: &Self, state: &State) -> bool {
        self.disturbs(other, state) || other.disturbs(self, state)
    }

    fn disturbs(&self, other: &Self, state: &State) -> bool {
        let frees = (self.verb != Verb::Copy && self.verb != Verb::Create).then(|| state.spot(self.id));
        let is_same = |one: Option<Spot>| one.is_some() && one == other.to;
        if is_same(frees) || is_same(self.to) && self.how != How::Found {
            return true;
        }
        // Which of the two finds which name is up to the service.
        let luck = self.how == How::Found && self.stop == Stop::No;
        if luck && other.how == How::Found && other.to.map(|to| to.folder) == self.to.map(|to| to.folder) {
            return true;
        }
        let freed = frees.zip(other.to);
        if freed.is_some_and(|(freed, to)| freed.folder == to.folder && other.tried.contains(&freed.name)) {
            return true;
        }
        let reads = other.source.unwrap_or(other.id);
        let changes = |id: NodeId| {
            self.made >> id & 1 == 1
                || self.over == Some(id)
                || !matches!(self.verb, Verb::Copy | Verb::Create) && self.id == id
        };
        let into = |id: NodeId| other.to.is_some_and(|to| to.folder == id || state.is_below(to.folder, id));
        let implied = |id: NodeId| other.implied >> id & 1 == 1;
        let uses = |id: NodeId| id == reads || state.is_below(reads, id) || into(id) || implied(id);
        if (0..crate::state::MOST as NodeId).any(|id| changes(id) && uses(id)) {
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
        for id in task.ids().filter(|id| (self.made | self.implied) >> id & 1 == 1) {
            if !state.is_there(id) {
                state.at[id as usize] = task.node(id).goal.unwrap_or(Spot::ABSENT);
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
