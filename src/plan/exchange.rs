//! Which entries that leave their places can be moved in place of which copies.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::capabilities::Carrier;
use super::change::{Change, Extent, Origin};
use super::context::Context;
use super::leaving::{Content, Leaving, Release};
use super::roots::{carry_whole_folders, end_of_subtree};
use crate::tree::{Address, EntryKind, EntryPath};

/// How many folders of equal content are looked at for one that is wanted.
const CANDIDATES: usize = 16;

/// One entry that can be moved in place of what some changes would do.
#[derive(Debug, Clone, Copy)]
pub(super) struct Exchange {
    /// The position of the change that gets it.
    pub(super) position: usize,
    /// The position after the last change that it is for: a folder's are those of all it holds.
    pub(super) end: usize,
    /// The number of the entry among those that leave.
    pub(super) leaver: usize,
}

/// Finds an exchange for every change that can have one; an entry that leaves is in one at most.
///
/// Whole folders come first, the topmost before what it holds. Of several entries with the wanted
/// content the nearest is taken: of the same folder, else of the same name, else of the same
/// space, else the first. Folders that are carried as a whole stay whole, except where this
/// machine would carry what they hold.
pub(super) fn exchanges(
    context: &Context<'_>,
    changes: &mut [Change],
    leaving: &mut Leaving<'_, '_>,
) -> Vec<Exchange> {
    let mut found = Vec::new();
    let mut position = 0;
    while position < changes.len() {
        let end = end_of_subtree(changes, position);
        let extent = changes[position].extent;
        if let Some(leaver) = whole_folder(&changes[position..end], leaving) {
            leaving.take(leaver);
            found.push(Exchange {
                position,
                end,
                leaver,
            });
            position = end;
            continue;
        }
        if extent == Extent::Subtree && opens(context, &changes[position..end], leaving) {
            changes[position..end]
                .iter_mut()
                .for_each(|change| change.extent = Extent::Entry);
            carry_whole_folders(context, &mut changes[position + 1..end]);
        }
        position += 1;
    }
    let mut files = Files::new(changes, leaving, &found);
    files.pair(|address| (address.space.clone(), address.path.parent()));
    files.pair(|address| address.path.name().map(str::to_owned));
    files.pair(|address| address.space.clone());
    files.pair(|_| ());
    let pairs = files.pairs;
    for (position, leaver) in pairs {
        leaving.take(leaver);
        found.push(Exchange {
            position,
            end: position + 1,
            leaver,
        });
    }
    found
}

/// Whether a change would put there what is not there yet, and neither replaces nor evades
/// anything. What would be replaced stays out of it, also as an entry to be moved: to overwrite
/// it takes one item of a call that others share, and to move it away first takes no item less.
/// Where two files swap or rotate, moving them takes one item more.
fn is_open(change: &Change) -> bool {
    let origin = matches!(change.origin, Origin::Copied | Origin::Made);
    origin && change.replaces.is_none() && change.wished.is_none()
}

/// Whether a folder that would be copied as a whole is better filled entry by entry: this machine
/// would carry its content, and some of that is here already; or others took all its files away.
fn opens(context: &Context<'_>, block: &[Change], leaving: &Leaving<'_, '_>) -> bool {
    let sheet = context.sheet(&block[0].target.space);
    let here = sheet.is_some_and(|sheet| sheet.carrier == Carrier::ThisMachine);
    let has = |change: &Change, suits: fn(Release) -> bool| {
        let Some(source) = &change.source else {
            return false;
        };
        let contents = leaving.contents_of(source);
        let mut equal = contents.iter().flat_map(|content| leaving.with(content));
        equal.any(|number| {
            suits(leaving.get(*number).release)
                && leaving.is_of(*number, source)
                && leaving.may_go(*number, &change.target)
        })
    };
    let mut files = block.iter().filter(|it| it.kind == EntryKind::File);
    let mut all = files.clone().peekable();
    let strayed = all.peek().is_some() && all.all(|it| has(it, |it| it == Release::Strayed));
    block[0].origin == Origin::Copied && (strayed || here && files.any(|it| has(it, |_| true)))
}

/// The nearest folder that leaves and holds exactly what the changes of a folder want in it.
fn whole_folder(block: &[Change], leaving: &Leaving<'_, '_>) -> Option<usize> {
    let folder = block.first()?;
    if folder.kind != EntryKind::Folder || folder.extent == Extent::Carried {
        return None;
    }
    let mut candidates: BTreeSet<usize> = BTreeSet::new();
    if let Some(source) = &folder.source {
        for content in leaving.contents_of(source) {
            let placed_from_it = leaving.with(&content).iter();
            candidates.extend(placed_from_it.filter(|it| leaving.is_of(**it, source)));
        }
    }
    if let Some(file) = block.iter().find(|change| change.kind == EntryKind::File) {
        let below = file.target.path.below(&folder.target.path)?;
        let contents = leaving.contents_of(file.source.as_ref()?);
        let equal = contents.iter().flat_map(|content| leaving.with(content));
        candidates.extend(
            equal
                .take(CANDIDATES)
                .filter_map(|it| leaving.above(*it, &below)),
        );
    }
    let fits = |number: &usize| holds_exactly(block, *number, leaving);
    let all = candidates.into_iter();
    let nearness = |number: &usize| nearness(leaving.get(*number).address(), &folder.target);
    let mut all: Vec<usize> = all.collect();
    all.sort_by_key(nearness);
    all.into_iter().find(fits)
}

fn nearness(place: &Address, target: &Address) -> u8 {
    let in_one_folder = place.space == target.space && place.path.parent() == target.path.parent();
    match () {
        () if in_one_folder => 0,
        () if place.path.name() == target.path.name() => 1,
        () if place.space == target.space => 2,
        () => 3,
    }
}

/// Whether a folder that leaves holds entry for entry what is wanted below another.
fn holds_exactly(block: &[Change], number: usize, leaving: &Leaving<'_, '_>) -> bool {
    let subtree = leaving.subtree(number);
    let (Some(folder), true) = (block.first(), subtree.len() == block.len()) else {
        return false;
    };
    let top = leaving.get(number).address();
    let around = folder.target.is_at_or_below(top) || top.is_at_or_below(&folder.target);
    let below =
        |address: &Address, top: &Address| -> Option<EntryPath> { address.path.below(&top.path) };
    !around
        && leaving.may_go(number, &folder.target)
        && block.iter().zip(subtree).all(|(change, number)| {
            let leaver = leaving.get(number);
            let of_it = || {
                let source = change.source.as_ref();
                source.is_some_and(|source| leaving.is_of(number, source))
            };
            is_open(change)
                && change.placement == folder.placement
                && comes_from_within(change, folder)
                && leaving.is_free(number)
                && leaver.kind == change.kind
                && below(leaver.address(), top) == below(&change.target, &folder.target)
                && (change.kind == EntryKind::Folder || of_it())
        })
}

/// Whether the source of one change is that of another, or lies in it.
fn comes_from_within(change: &Change, folder: &Change) -> bool {
    let sources = change.source.as_ref().zip(folder.source.as_ref());
    sources.is_some_and(|(below, top)| below.address.is_at_or_below(&top.address))
}

/// Files that are wanted, and the files that leave, on their way to each other.
struct Files<'l, 'a, 'c> {
    leaving: &'l Leaving<'a, 'c>,
    /// The changes that have no partner yet, with what is known of their content.
    wanted: Vec<(usize, &'l Change, Vec<Content>)>,
    taken: BTreeSet<usize>,
    pairs: BTreeMap<usize, usize>,
}

impl<'l, 'a, 'c> Files<'l, 'a, 'c> {
    fn new(changes: &'l [Change], leaving: &'l Leaving<'a, 'c>, folders: &[Exchange]) -> Self {
        let mut folders = folders.iter().peekable();
        let mut wanted = Vec::new();
        for (position, change) in changes.iter().enumerate() {
            while folders.next_if(|folder| folder.end <= position).is_some() {}
            let is_exchanged = folders.peek().is_some_and(|it| it.position <= position);
            let is_file = change.kind == EntryKind::File && change.extent == Extent::Entry;
            let copied = change.source.as_ref().filter(|_| is_file && !is_exchanged);
            if let Some(source) = copied.filter(|_| is_open(change)) {
                let mut contents = leaving.contents_of(source);
                contents.retain(|content| !leaving.with(content).is_empty());
                if !contents.is_empty() {
                    wanted.push((position, change, contents));
                }
            }
        }
        Self {
            leaving,
            wanted,
            taken: BTreeSet::new(),
            pairs: BTreeMap::new(),
        }
    }

    /// Pairs files of equal content that are near each other in one way.
    fn pair<K: Ord>(&mut self, near: impl Fn(&Address) -> K) {
        let leaving = self.leaving;
        let mut free: BTreeMap<(&Content, K), VecDeque<usize>> = BTreeMap::new();
        let wanted = std::mem::take(&mut self.wanted);
        let contents: BTreeSet<&Content> = wanted.iter().flat_map(|(_, _, all)| all).collect();
        for content in contents {
            for number in leaving.with(content) {
                let leaver = leaving.get(*number);
                if leaver.kind == EntryKind::File && leaving.is_free(*number) {
                    let near = near(leaver.address());
                    free.entry((content, near)).or_default().push_back(*number);
                }
            }
        }
        let mut left = Vec::new();
        for (position, change, contents) in &wanted {
            let found = change.source.as_ref().and_then(|source| {
                contents.iter().find_map(|content| {
                    let queue = free.get_mut(&(content, near(&change.target)))?;
                    while let Some(number) = queue.pop_front() {
                        let suits =
                            leaving.is_of(number, source) && leaving.may_go(number, &change.target);
                        if suits && !self.taken.contains(&number) {
                            return Some(number);
                        }
                    }
                    None
                })
            });
            match found {
                Some(number) => {
                    self.taken.insert(number);
                    self.pairs.insert(*position, number);
                }
                None => left.push(*position),
            }
        }
        drop(free);
        let is_left = |position: &usize| left.binary_search(position).is_ok();
        self.wanted = wanted
            .into_iter()
            .filter(|(position, ..)| is_left(position))
            .collect();
    }
}
