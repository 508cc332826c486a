//! What can be done one way or another, where only the number of calls tells which is better.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::capabilities::{FolderTransfer, Naming};
use super::change::{Change, Extent, Origin};
use super::context::Context;
use super::roots::end_of_subtree;
use super::stopover::{Obstacle, Stopovers, name_at_its_source, name_on_the_way};
use super::world::{Node, World};
use crate::tree::{Address, EntryKind};

/// The choices of one plan.
#[derive(Debug, Clone, Default)]
pub(super) struct Choices {
    /// The copied folders, by the position of their changes, that are made and filled instead of
    /// being one item; or the other way round where a folder would be made.
    turned: BTreeSet<usize>,
    /// How entries stop on their way.
    pub(super) stops: Stops,
    /// How those stop that go to these addresses.
    stop_of: BTreeMap<Address, Stops>,
    /// Who takes the detour where entries wait for each other in a circle, by where they go.
    detours: BTreeSet<Address>,
}

/// How an entry stops in a folder under the name of its source.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Stops {
    /// Before another entry of the plan has the name, which waits until it is given back.
    #[default]
    Before,
    /// After the other came, under a name that the service finds.
    After,
    /// Before others who would stop under the same name.
    First,
    /// Once the entry that has the name at first has left.
    OnceLeft,
    /// Not there at all: it gets its name at its source, and then goes.
    AtItsSource,
}

/// One thing that could be done in another way.
#[derive(Debug, Clone)]
pub(super) enum Alternative {
    /// Folders are made and filled, or copied, by the positions of their changes.
    Turned(Vec<usize>),
    /// An entry stops in another way.
    Stop(Address, Stops),
    /// Another takes the detour of a circle.
    Detour(Address),
}

/// How few calls a plan takes.
#[derive(Debug, Clone, Copy)]
pub(super) enum Reached<'a> {
    /// As many as if nothing stood in their way.
    ItsBound,
    /// More, with those on circles by where they go.
    More(&'a BTreeSet<Address>),
}

/// How many things are tried in another way.
const MOST_ALTERNATIVES: usize = 24;

impl Choices {
    /// Those that are alike for all entries but the folders of these changes.
    pub(super) fn alike(turned: BTreeSet<usize>, stops: Stops) -> Self {
        Self {
            turned,
            stops,
            ..Self::default()
        }
    }

    /// How an entry stops that goes to an address, where that is chosen for it alone.
    pub(super) fn stop_of(&self, target: &Address) -> Option<Stops> {
        self.stop_of.get(target).copied()
    }

    /// Whether an operation takes the detour of its circle, by where it goes.
    pub(super) fn detours(&self, target: &Address) -> bool {
        self.detours.contains(target)
    }

    /// The same with some things done in another way.
    pub(super) fn with(&self, others: &[&Alternative]) -> Self {
        let mut choices = self.clone();
        for other in others {
            match other {
                Alternative::Turned(positions) => {
                    for position in positions {
                        if !choices.turned.remove(position) {
                            choices.turned.insert(*position);
                        }
                    }
                }
                Alternative::Stop(target, stops) => {
                    choices.stop_of.insert(target.clone(), *stops);
                }
                Alternative::Detour(target) => {
                    choices.detours.insert(target.clone());
                }
            }
        }
        choices
    }

    /// The names at which entries can stop.
    pub(super) fn stopovers<'w>(
        &self,
        context: &'w Context<'_>,
        changes: &[Change],
    ) -> Stopovers<'w> {
        let mut stopovers = Stopovers::new(context, changes);
        if self.stop_of.is_empty() {
            return stopovers;
        }
        for change in changes {
            let name = match self.stop_of(&change.target) {
                Some(Stops::First | Stops::OnceLeft) => name_on_the_way(change),
                Some(Stops::AtItsSource) => name_at_its_source(change),
                Some(Stops::Before | Stops::After) | None => None,
            };
            if let Some(name) = name {
                stopovers.reserve(name, &change.target);
            }
        }
        stopovers.with_names_left(changes)
    }

    /// The changes with these folders taken apart or copied as a whole. What is below a folder that
    /// is taken apart has its own choice.
    pub(super) fn taken<'c>(&self, changes: &'c [Change]) -> Cow<'c, [Change]> {
        if self.turned.is_empty() {
            return Cow::Borrowed(changes);
        }
        let mut taken = changes.to_vec();
        let mut above: Vec<usize> = Vec::new();
        for position in 0..changes.len() {
            let target = &changes[position].target;
            while let Some(top) = above.last()
                && !target.is_strictly_below(&changes[*top].target)
            {
                above.pop();
            }
            let is_turned = self.turned.contains(&position);
            let is_carried = || {
                above
                    .last()
                    .is_some_and(|top| taken[*top].extent != Extent::Entry)
            };
            let is_folder = changes[position].kind == EntryKind::Folder;
            let extent = match changes[position].extent {
                Extent::Entry if !is_turned => continue,
                Extent::Entry => Extent::Subtree,
                Extent::Subtree if is_turned => Extent::Entry,
                Extent::Subtree => Extent::Subtree,
                Extent::Carried if is_carried() => Extent::Carried,
                Extent::Carried if is_folder && !is_turned => Extent::Subtree,
                Extent::Carried => Extent::Entry,
            };
            taken[position].extent = extent;
            if is_folder && extent != Extent::Carried {
                above.push(position);
            }
        }
        Cow::Owned(taken)
    }

    /// What could be done in another way and take fewer calls.
    pub(super) fn alternatives(
        &self,
        context: &Context<'_>,
        changes: &[Change],
        reached: &Reached<'_>,
    ) -> Vec<Alternative> {
        let taken = self.taken(changes);
        let stops = Ways::new(context, &taken).all(&taken, reached);
        let turned = (0..taken.len()).filter(|it| can_be_turned(context, &taken[*it], reached));
        let turned = turned.flat_map(|position| {
            let inner = folders_below(&taken, position);
            let all = (!inner.is_empty()).then(|| [vec![position], inner].concat());
            let ways = [vec![position]].into_iter().chain(all);
            ways.map(Alternative::Turned)
        });
        let detours = match reached {
            Reached::ItsBound => &BTreeSet::new(),
            Reached::More(on_circles) => *on_circles,
        };
        let detours = detours.iter().cloned().map(Alternative::Detour);
        let all = turned.chain(stops).chain(detours);
        all.take(MOST_ALTERNATIVES).collect()
    }
}

/// The folders that one carries.
fn folders_below(changes: &[Change], position: usize) -> Vec<usize> {
    let is_carrier = changes[position].extent == Extent::Subtree;
    let end = end_of_subtree(changes, position);
    let below = (position + 1..end).filter(|it| {
        changes[*it].extent == Extent::Carried && changes[*it].kind == EntryKind::Folder
    });
    below.filter(|_| is_carrier).collect()
}

/// Whether a folder that is copied could be made and filled, or the other way round. Where nothing
/// stands in the way of calls, that saves none unless it saves a rename, or leaves nothing to copy.
fn can_be_turned(context: &Context<'_>, change: &Change, reached: &Reached<'_>) -> bool {
    let source = change.source.as_ref();
    let copied = change.origin == Origin::Copied && change.kind == EntryKind::Folder;
    let (Some(source), Some(sheet)) = (
        source.filter(|_| copied),
        context.sheet(&change.target.space),
    ) else {
        return false;
    };
    let is_renamed = change.target.path.name() != source.address.path.name();
    let helps = match (reached, sheet.naming) {
        (Reached::More(_), _) => true,
        (Reached::ItsBound, Naming::Kept) => is_renamed,
        (Reached::ItsBound, Naming::Free) => holds_folders_alone(context.world, source.node),
    };
    match change.extent {
        Extent::Subtree => helps,
        Extent::Carried => false,
        Extent::Entry => {
            let as_one = sheet.folders == FolderTransfer::WholeSubtree;
            let is_empty = context.world.children(source.node).is_empty();
            helps && as_one && is_empty && !change.target.is_at_or_below(&source.address)
        }
    }
}

/// Whether nothing but folders is in a folder.
pub(super) fn holds_folders_alone(world: &World, folder: Node) -> bool {
    let mut open = vec![folder];
    while let Some(next) = open.pop() {
        if world.kind(next) != EntryKind::Folder {
            return false;
        }
        world.for_each_child(next, |_, child| open.push(child));
    }
    true
}

/// The ways in which entries could stop.
struct Ways<'a, 'c> {
    context: &'a Context<'c>,
    stopovers: Stopovers<'a>,
    /// How many entries would stop at a name.
    guests: BTreeMap<Address, usize>,
}

impl<'a, 'c> Ways<'a, 'c> {
    fn new(context: &'a Context<'c>, changes: &[Change]) -> Self {
        let stopovers = Stopovers::new(context, changes).with_names_left(changes);
        let mut ways = Self {
            context,
            stopovers,
            guests: BTreeMap::new(),
        };
        for change in changes {
            if let Some(name) = ways.name(change) {
                *ways.guests.entry(name).or_default() += 1;
            }
        }
        ways
    }

    /// Where nothing stands in the way of calls, an entry can only be spared to make room for its
    /// successor, which may replace it where that has its name before it comes.
    fn all(&self, changes: &[Change], reached: &Reached<'_>) -> Vec<Alternative> {
        let helps = |change: &&Change| match reached {
            Reached::ItsBound => change.replaces.is_some() && change.origin == Origin::Moved,
            Reached::More(_) => true,
        };
        let changes = changes.iter().filter(helps);
        changes.flat_map(|change| self.of(change)).collect()
    }

    /// Where an entry would stop on its way, if it takes two steps.
    fn name(&self, change: &Change) -> Option<Address> {
        let sheet = self.context.sheet(&change.target.space)?;
        let takes_two = sheet.naming == Naming::Kept && change.extent != Extent::Carried;
        name_on_the_way(change).filter(|_| takes_two)
    }

    fn of(&self, change: &Change) -> Vec<Alternative> {
        let Some(name) = self.name(change) else {
            return Vec::new();
        };
        let obstacle = self.stopovers.obstacle(&name);
        let mut ways = Vec::new();
        match obstacle {
            Obstacle::Wanted => ways.extend([Stops::Before, Stops::After]),
            Obstacle::Left => ways.push(Stops::OnceLeft),
            Obstacle::Nothing | Obstacle::Taken => {}
        }
        let is_free = matches!(obstacle, Obstacle::Nothing | Obstacle::Wanted);
        if is_free && self.guests.get(&name).is_some_and(|guests| *guests > 1) {
            ways.push(Stops::First);
        }
        if change.origin == Origin::Moved {
            ways.extend([Stops::AtItsSource, Stops::Before]);
        }
        let way = |stops| Alternative::Stop(change.target.clone(), stops);
        ways.into_iter().map(way).collect()
    }
}
