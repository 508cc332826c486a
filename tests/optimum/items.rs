//! The items that are possible in a state.

use reshelve::tree::EntryKind;

use crate::bound::{Bounds, Missing};
use crate::call::{How, Verb};
use crate::item::{Item, Stop};
use crate::rules::Names;
use crate::simulator::Parents;
use crate::state::{FRESH, Name, NodeId, Spot, State};
use crate::task::{Naming, Role, Task};

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
            (Role::New(source), Some(goal)) if !there => match (source, node.kind) {
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
            },
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
        if let Some(implied) = self.way(goal.folder, Verb::Create)
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
    fn way(&self, folder: NodeId, verb: Verb) -> Option<Missing> {
        if self.state.is_there(folder) {
            return self.state.is_settled(self.task, folder).then_some(0);
        }
        let made = self.task.rules.parents == Parents::Made && verb == Verb::Create;
        let new = matches!(self.task.node(folder).role, Role::New(_));
        let goal = self.goal(folder).filter(|_| made && new)?;
        let free = self.state.find(goal).is_none();
        let above = self.way(goal.folder, verb).filter(|_| free)?;
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
            to.folder == read
                || self.state.is_there(to.folder) && self.state.is_below(to.folder, read)
        });
        let shows = item.stop == Stop::No
            && copied.is_none()
            && !self.state.shows_nothing_else(self.task, id);
        let is_lost = item
            .to
            .is_some_and(|to| item.stop == Stop::Yes && !self.can_be_told(id, to));
        if !into_itself && !shows && !is_lost {
            self.found.push(Item {
                verb,
                source,
                made,
                ..item
            });
        }
    }

    /// Whether the state can tell where an entry goes on to that stops at a spot: only within the
    /// space of the stop.
    fn can_be_told(&self, id: NodeId, stop: Spot) -> bool {
        let goal = self.goal(id).map(|goal| self.space_of(goal.folder));
        goal.is_none_or(|space| space == self.space_of(stop.folder))
    }

    fn space_of(&self, folder: NodeId) -> NodeId {
        let mut top = folder;
        while self.task.node(top).role != Role::Root {
            let goal = self.goal(top).map(|goal| goal.folder);
            let there = self
                .state
                .is_there(top)
                .then(|| self.state.spot(top).folder);
            let Some(above) = there.or(goal) else {
                break;
            };
            top = above;
        }
        top
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
        if let Some(goal) = self.goal(id) {
            let there = self.state.find(goal);
            let over = there.filter(|there| self.replaceable(id, *there));
            if let Some(implied) = self.way(goal.folder, Verb::Move)
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
        if copied.is_none() {
            folders.push(self.state.spot(id).folder);
        }
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
            if is_folder && !stays && self.may_hold(folder) && self.is_near(id, folder) {
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

    /// Whether an entry goes to a folder, or comes from it and leaves it. Where something is only
    /// copied from, nothing is written.
    fn is_near(&self, id: NodeId, folder: NodeId) -> bool {
        let goal = self.goal(id).map(|goal| goal.folder);
        let left = self.task.start.spot(id).folder;
        goal == Some(folder) || left == folder || self.task.node(folder).role == Role::Helper
    }

    fn arrivals(&mut self, id: NodeId, copied: Option<(NodeId, Missing)>, to: Spot) {
        let goal = self.goal(id);
        let stop = |to| {
            if goal == Some(to) {
                Stop::No
            } else {
                Stop::Yes
            }
        };
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
                let stop = if self.goal(id) == Some(to) {
                    Stop::No
                } else {
                    Stop::Yes
                };
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
        let below = |other: &NodeId| self.state.is_there(*other) && self.state.is_below(*other, id);
        if self.task.node(id).kind == EntryKind::Folder {
            if self
                .task
                .ids()
                .filter(below)
                .all(|it| self.goal(it).is_none())
            {
                let goes = self.task.node(id).goes;
                self.found.push(Item::removal(id, goes));
            }
            return;
        }
        self.displaced(id, None);
        if self.state.spot(successor).folder == spot.folder && self.state.is_there(successor) {
            let goes = self.task.node(id).goes;
            self.found.push(Item::removal(id, goes));
        }
    }
}
