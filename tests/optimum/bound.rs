//! A number of calls that no sequence can do without: what the search prunes by.

use std::collections::{BTreeMap, HashMap};

use reshelve::plan::BatchKey;
use reshelve::tree::EntryKind;

use crate::call::Verb;
use crate::rules::Names;
use crate::simulator::Parents;
use crate::state::{NodeId, Spot, State};
use crate::task::{Role, Task};

/// Which of the entries that are to come are not there yet, one bit each.
pub(crate) type Missing = u32;

/// Lower bounds of one task, as far as they were asked for.
#[derive(Default)]
pub(crate) struct Bounds {
    missing: HashMap<Missing, usize>,
    /// The folders that may be copies of their declared sources, with these, and what copying
    /// makes.
    copies: BTreeMap<NodeId, (NodeId, Missing)>,
}

impl Bounds {
    pub(crate) fn new(task: &Task) -> Self {
        let mut copies = BTreeMap::new();
        for copy in task.ids() {
            let node = task.node(copy);
            let source = match (node.role, node.kind) {
                (Role::New(source), EntryKind::Folder) => source,
                _ => None,
            };
            // A folder that goes was to be moved, and its copy would be another one.
            if let Some(source) = source.filter(|source| task.node(*source).goal.is_some()) {
                let made = made_by(task, source, copy);
                copies.extend(made.map(|made| (copy, (source, made))));
            }
        }
        Self {
            missing: HashMap::new(),
            copies,
        }
    }

    /// The folder whose copy this one may be, and what copying it makes.
    pub(crate) fn source(&self, copy: NodeId) -> Option<(NodeId, Missing)> {
        self.copies.get(&copy).copied()
    }

    /// The fewest calls from a state to the end.
    pub(crate) fn of(&mut self, task: &Task, state: &State) -> usize {
        let mut missing = 0;
        let mut moves: BTreeMap<NodeId, usize> = BTreeMap::new();
        let mut renames = 0;
        for id in task.ids() {
            let Some(goal) = task.node(id).goal else {
                continue;
            };
            let spot = state.spot(id);
            if spot == Spot::ABSENT {
                missing |= 1 << id;
            } else if spot != goal {
                let kept = task.rules.names == Names::Kept;
                if !kept || spot.folder != goal.folder {
                    *moves.entry(group(task, Verb::Move, goal)).or_default() += 1;
                }
                let renamed = spot.name != goal.name && !task.may_get(id, spot.name);
                renames += usize::from(kept && renamed);
            }
        }
        let rule = task.rules.of(Verb::Move);
        let moves: usize = moves.values().map(|count| rule.calls(*count)).sum();
        let renames = task.rules.of(Verb::Rename).calls(renames);
        moves + renames + self.of_missing(task, missing) + removals(task, state)
    }

    fn of_missing(&mut self, task: &Task, missing: Missing) -> usize {
        if missing == 0 {
            return 0;
        }
        if let Some(known) = self.missing.get(&missing) {
            return *known;
        }
        let folders: Vec<NodeId> = task
            .ids()
            .filter(|id| missing >> id & 1 == 1 && task.node(*id).kind == EntryKind::Folder)
            .collect();
        let mut choice = Choice {
            missing,
            made: 0,
            copied: Vec::new(),
        };
        let fewest = self.choose(task, &folders, &mut choice);
        self.missing.insert(missing, fewest);
        fewest
    }

    /// Each folder is either made or copied, or comes with the copy of one above.
    fn choose(&self, task: &Task, folders: &[NodeId], choice: &mut Choice) -> usize {
        let Some((folder, rest)) = folders.split_first() else {
            return choice.calls(task);
        };
        if choice.missing >> folder & 1 == 0 {
            return self.choose(task, rest, choice);
        }
        let before = (choice.missing, choice.made);
        choice.missing &= !(1 << folder);
        choice.made |= 1 << folder;
        let mut fewest = self.choose(task, rest, choice);
        choice.made = before.1;
        if let Some((source, made)) = self.source(*folder)
            && before.0 & made == made
        {
            choice.missing = before.0 & !made;
            choice.copied.push((source, *folder));
            fewest = fewest.min(self.choose(task, rest, choice));
            choice.copied.pop();
        }
        choice.missing = before.0;
        fewest
    }
}

/// How missing folders come to be.
struct Choice {
    /// What is still missing.
    missing: Missing,
    made: Missing,
    copied: Vec<(NodeId, NodeId)>,
}

impl Choice {
    fn calls(&self, task: &Task) -> usize {
        let files = task.ids().filter(|id| self.missing >> id & 1 == 1);
        let files = files.filter_map(|id| match task.node(id).role {
            Role::New(source) => Some((source?, id)),
            Role::Root | Role::Observed | Role::Helper => None,
        });
        let mut copies: BTreeMap<NodeId, usize> = BTreeMap::new();
        let mut renames = 0;
        for (source, copy) in files.chain(self.copied.iter().copied()) {
            let Some(goal) = task.node(copy).goal else {
                continue;
            };
            *copies.entry(group(task, Verb::Copy, goal)).or_default() += 1;
            renames += usize::from(is_renamed(task, source, copy));
        }
        let rule = task.rules.of(Verb::Copy);
        let copies: usize = copies.values().map(|count| rule.calls(*count)).sum();
        let renames = task.rules.of(Verb::Rename).calls(renames);
        copies + renames * usize::from(task.rules.names == Names::Kept) + self.creations(task)
    }

    fn creations(&self, task: &Task) -> usize {
        let is_made = |id: NodeId| self.made >> id & 1 == 1;
        let goal_folder = |id: NodeId| task.node(id).goal.map(|goal| goal.folder);
        if task.rules.parents == Parents::Made {
            let implied = |folder: NodeId| {
                let folders = task
                    .ids()
                    .filter(|id| task.node(*id).kind == EntryKind::Folder);
                let mut below = folders.filter(|id| goal_folder(*id) == Some(folder));
                below.any(|_| true)
            };
            let made = task.ids().filter(|id| is_made(*id) && !implied(*id));
            return task.rules.of(Verb::Create).calls(made.count());
        }
        let depth = |id: NodeId| {
            let mut chain = std::iter::successors(Some(id), |id| goal_folder(*id));
            chain.by_ref().take_while(|id| is_made(*id)).count()
        };
        let deepest = task.ids().map(depth).max().unwrap_or(0);
        let count = self.made.count_ones() as usize;
        task.rules.of(Verb::Create).calls(count).max(deepest)
    }
}

/// Whether a copy cannot but be renamed, where names are kept.
fn is_renamed(task: &Task, source: NodeId, copy: NodeId) -> bool {
    let names = [Some(task.start.spot(source)), task.node(source).goal];
    let wanted = task.node(copy).goal.map(|goal| goal.name);
    let mut names = names.into_iter().flatten().map(|spot| spot.name);
    !names.any(|name| Some(name) == wanted || task.may_get(copy, name))
}

/// What copying a folder makes, if the goal has all that it holds in the copy.
fn made_by(task: &Task, source: NodeId, copy: NodeId) -> Option<Missing> {
    let mut made = 1 << copy;
    for child in task
        .ids()
        .filter(|id| task.start.spot(*id).folder == source)
    {
        let goal = Spot {
            folder: copy,
            name: task.start.spot(child).name,
        };
        let wanted = task.successor(goal)?;
        match (task.node(child).kind, task.node(wanted).role) {
            (EntryKind::Folder, Role::New(Some(source))) if source == child => {
                made |= made_by(task, child, wanted)?;
            }
            (EntryKind::File, Role::New(Some(source))) if source == child => made |= 1 << wanted,
            _ => return None,
        }
    }
    Some(made)
}

/// What the last items of entries with this goal have in common for certain.
fn group(task: &Task, verb: Verb, goal: Spot) -> NodeId {
    let rule = task.rules.of(verb);
    if rule.parts(BatchKey::TargetFolder) {
        return goal.folder;
    }
    let above = |id: &NodeId| task.node(*id).goal.map(|goal| goal.folder);
    let root = std::iter::successors(Some(goal.folder), above).last();
    match root {
        Some(root) if rule.parts(BatchKey::TargetSpace) => root,
        _ => 0,
    }
}

/// The calls that take away what nothing replaces.
pub(crate) fn removals(task: &Task, state: &State) -> usize {
    let goes = |id: &NodeId| {
        let node = task.node(*id);
        node.role != Role::Root && node.goal.is_none() && state.is_there(*id)
    };
    let rule = task.rules.of(Verb::Remove);
    let mut groups = BTreeMap::new();
    for id in task.ids().filter(goes) {
        let spot = state.spot(id);
        if goes(&spot.folder) || task.successor(spot).is_some() {
            continue;
        }
        let spaces = [BatchKey::SourceSpace, BatchKey::TargetSpace];
        let space = spaces
            .iter()
            .any(|by| rule.parts(*by))
            .then(|| state.space(id));
        let how = rule.parts(BatchKey::Disposal).then(|| task.node(id).goes);
        *groups.entry((space, how)).or_insert(0) += 1;
    }
    groups.values().map(|count| rule.calls(*count)).sum()
}
