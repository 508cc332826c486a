//! What a search starts from and where it has to come to.

use std::collections::BTreeMap;

use reshelve::tree::EntryKind;

use crate::call::{How, Step};
use crate::rules::{Names, Rules};
use crate::simulator::{Origin, Spaces, name_of, parent_of};
use crate::state::{MOST, Name, NodeId, Spot, State};

/// A world, its goal, and what may be done.
#[derive(Debug, Clone)]
pub(crate) struct Task {
    pub(crate) rules: Rules,
    /// The roots of both spaces, the entries that were observed, those that come to be, and a
    /// folder that helps.
    pub(crate) nodes: Vec<Node>,
    pub(crate) start: State,
    /// How many temporary stops there may be where names are free.
    pub(crate) stops: u8,
    pub(crate) texts: Texts,
}

/// An entry that is or may come to be.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    pub(crate) kind: EntryKind,
    pub(crate) role: Role,
    pub(crate) goal: Option<Spot>,
    /// How it goes, where it has no goal.
    pub(crate) goes: How,
    pub(crate) naming: Naming,
}

/// Who gives an entry its name in the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Naming {
    /// The manifest: a call that brings it there refuses a taken name.
    Wished,
    /// The service: it goes beside another.
    Beside,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Root,
    Observed,
    /// It comes to be as a copy of that entry, or is a folder that is just made.
    New(Option<NodeId>),
    Helper,
}

/// Names by number.
#[derive(Debug, Clone, Default)]
pub(crate) struct Texts {
    texts: Vec<String>,
    numbers: BTreeMap<String, Name>,
}

/// The roots of the two spaces.
pub(crate) const ROOTS: [&str; 2] = ["a:/", "b:/"];

impl Task {
    /// The way of these calls through this world, with the declared source of what comes to be;
    /// `None` where there are too many entries.
    ///
    /// # Errors
    /// The calls cannot be carried out.
    pub(crate) fn new(
        first: &Spaces,
        calls: &[Vec<Step>],
        rules: Rules,
        declared: &BTreeMap<String, String>,
    ) -> Result<Option<Self>, String> {
        let mut last = first.clone();
        for call in calls {
            last.call(call.iter().cloned(), rules.parents)?;
        }
        let stops = calls.iter().flatten().filter(|step| is_stop(step)).count();
        let mut task = Self {
            rules,
            nodes: Vec::new(),
            start: State::empty(),
            stops: stops as u8,
            texts: Texts::default(),
        };
        for _ in ROOTS {
            task.push(EntryKind::Folder, Role::Root);
        }
        let new = last.things.values();
        let new = new.filter(|thing| !matches!(thing.origin, Origin::Same(_)));
        if ROOTS.len() + first.things.len() + new.count() + 1 > MOST {
            return Ok(None);
        }
        task.observed(first, &last);
        task.wanted(first, &last, declared);
        let found = calls.iter().flatten().filter(|step| step.how == How::Found);
        for to in found.filter_map(|step| step.to.as_ref()) {
            task.beside(to, &last);
        }
        if task.rules.names == Names::Kept {
            task.push(EntryKind::Folder, Role::Helper);
        }
        Ok(Some(task))
    }

    fn push(&mut self, kind: EntryKind, role: Role) -> NodeId {
        self.nodes.push(Node {
            kind,
            role,
            goal: None,
            goes: self.rules.replaced,
            naming: Naming::Wished,
        });
        (self.nodes.len() - 1) as NodeId
    }

    fn observed(&mut self, first: &Spaces, last: &Spaces) {
        let mut ids: BTreeMap<&str, NodeId> = (0..)
            .map(|id| ROOTS[id as usize])
            .zip(0..)
            .take(2)
            .collect();
        for (path, thing) in &first.things {
            let id = self.push(thing.kind, Role::Observed);
            ids.insert(path, id);
        }
        for (number, path) in first.things.keys().enumerate() {
            let id = number + ROOTS.len();
            self.start.at[id] = self.spot(path, &ids);
            let how = last.gone.get(&number).copied();
            self.nodes[id].goes = match how {
                Some(How::Recycled | How::Gone) => how.expect("it was just seen"),
                _ => self.rules.replaced,
            };
        }
    }

    fn wanted(&mut self, first: &Spaces, last: &Spaces, declared: &BTreeMap<String, String>) {
        let mut ids: BTreeMap<&str, NodeId> = BTreeMap::from([(ROOTS[0], 0), (ROOTS[1], 1)]);
        for (path, thing) in &last.things {
            let observed = |number: usize| (number + ROOTS.len()) as NodeId;
            let id = match thing.origin {
                Origin::Same(number) => observed(number),
                Origin::Copy(number) => self.push(thing.kind, Role::New(Some(observed(number)))),
                Origin::Made => {
                    let source = declared.get(path);
                    let number =
                        source.and_then(|it| first.things.keys().position(|path| path == it));
                    self.push(thing.kind, Role::New(number.map(observed)))
                }
            };
            ids.insert(path, id);
        }
        for path in last.things.keys() {
            let spot = self.spot(path, &ids);
            self.nodes[ids[&**path] as usize].goal = Some(spot);
        }
    }

    /// The same task where folders that go, because all in them is moved, are themselves the
    /// folders that come to be for it: each of them alone, and all.
    pub(crate) fn with_folders_moved(&self) -> Vec<Self> {
        let pair = |id: NodeId| match (self.node(id).role, self.node(id).kind) {
            (Role::New(Some(source)), EntryKind::Folder) => Some((id, source)),
            _ => None,
        };
        let pairs = self.ids().filter_map(pair);
        let goes = |source: NodeId| self.node(source).goal.is_none();
        let pairs: Vec<_> = pairs.filter(|(_, source)| goes(*source)).collect();
        let alone = pairs.iter().map(|pair| vec![*pair]);
        let all = (pairs.len() > 1).then(|| pairs.clone());
        let moved = |pairs: Vec<(NodeId, NodeId)>| {
            let mut task = self.clone();
            pairs
                .into_iter()
                .for_each(|(new, old)| task.move_folder(new, old));
            task
        };
        alone.chain(all).map(moved).collect()
    }

    fn move_folder(&mut self, new: NodeId, old: NodeId) {
        self.nodes[old as usize].goal = self.nodes[new as usize].goal.take();
        let goals = self.nodes.iter_mut().filter_map(|node| node.goal.as_mut());
        goals
            .filter(|goal| goal.folder == new)
            .for_each(|goal| goal.folder = old);
    }

    /// The service names what an item of the plan brings to its place with such a name.
    fn beside(&mut self, to: &str, last: &Spaces) {
        let Some(thing) = last.things.get(to) else {
            return;
        };
        let name = self.texts.number(name_of(to));
        for node in &mut self.nodes {
            let same = node.goal.is_some_and(|goal| goal.name == name);
            if same && node.kind == thing.kind {
                node.naming = Naming::Beside;
            }
        }
    }

    fn spot(&mut self, path: &str, ids: &BTreeMap<&str, NodeId>) -> Spot {
        Spot {
            folder: ids[&*parent_of(path)],
            name: self.texts.number(name_of(path)),
        }
    }

    pub(crate) fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id as usize]
    }

    /// Whether a service may give an entry its name in the end because the one that it has is taken.
    pub(crate) fn may_get(&self, id: NodeId, name: Name) -> bool {
        let node = self.node(id);
        let goal = node.goal.filter(|_| node.naming == Naming::Beside);
        goal.is_some_and(|goal| self.texts.may_be_beside(goal.name, name, node.kind))
    }

    pub(crate) fn ids(&self) -> impl Iterator<Item = NodeId> + use<> {
        0..self.nodes.len() as NodeId
    }

    /// The node that is to be at a spot in the end.
    pub(crate) fn successor(&self, spot: Spot) -> Option<NodeId> {
        self.ids().find(|id| self.node(*id).goal == Some(spot))
    }
}

/// Whether an item of a plan goes to a temporary name.
fn is_stop(step: &Step) -> bool {
    let to = step.to.as_deref();
    to.is_some_and(|to| name_of(to).starts_with(".reshelve-temporary-"))
}

impl Texts {
    pub(crate) fn number(&mut self, text: &str) -> Name {
        let next = self.texts.len() as Name;
        let number = *self.numbers.entry(text.to_owned()).or_insert(next);
        if number == next {
            self.texts.push(text.to_owned());
        }
        number
    }

    pub(crate) fn text(&self, name: Name) -> String {
        let fresh = || format!("~{}", name - crate::state::FRESH);
        let text = self.texts.get(usize::from(name));
        text.cloned().unwrap_or_else(fresh)
    }

    /// The `count`-th name that a service tries for an entry of this name.
    pub(crate) fn beside(&mut self, name: Name, kind: EntryKind, count: usize) -> Name {
        if count == 0 {
            return name;
        }
        let text = self.text(name);
        let (stem, extension) = halves(&text, kind);
        self.number(&format!("{stem}({count}){extension}"))
    }

    /// Whether a service may come to a name when it looks for one beside another.
    pub(crate) fn may_be_beside(&self, found: Name, name: Name, kind: EntryKind) -> bool {
        let (found, name) = (self.text(found), self.text(name));
        let (stem, extension) = halves(&name, kind);
        let rest = found.strip_prefix(stem);
        let rest = rest.and_then(|rest| rest.strip_suffix(extension));
        rest.is_some_and(|rest| rest.starts_with('(') && rest.ends_with(')'))
    }
}

fn halves(text: &str, kind: EntryKind) -> (&str, &str) {
    match text.rfind('.') {
        Some(dot) if dot > 0 && kind == EntryKind::File => text.split_at(dot),
        _ => (text, ""),
    }
}
