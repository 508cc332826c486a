//! Operations rolled up by folder, so that a reviewer reads a handful of lines and misses nothing:
//! every operation is counted in exactly one line.

use std::collections::BTreeMap;

use super::layout::{ago, counted};
use super::paint::Paint;
use crate::manifest::Disposal;
use crate::plan::{
    Action, Operation, Place, Plan, Reason, Reliance, Strategy, is_of_staging_folder, is_staged,
};
use crate::tree::{Address, EntryKind, EntryPath, SpaceAlias, Timestamp};

/// One line of a review: what happens in one folder, or to one entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ChangeLine {
    /// The kind of change.
    pub(super) mark: Mark,
    /// The folder, with a slash at its end, or the entry. Not escaped.
    pub(super) target: String,
    /// What happens, with counts.
    pub(super) what: String,
    /// The folder or entry that it comes from. Not escaped.
    pub(super) origin: Option<String>,
}

/// The kind of a change, the riskiest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Mark {
    /// Something that is there is replaced.
    Overwrite,
    /// Something goes.
    Remove,
    /// Something comes to be.
    Add,
    /// Something goes to another place or gets another name.
    Move,
}

/// The most lines of one mark before folders are taken together.
const LINES_PER_MARK: usize = 12;

impl Mark {
    /// The mark of an operation.
    pub(super) fn of(operation: &Operation) -> Self {
        let replaces = matches!(operation.action.strategy(), Some(Strategy::Overwrite(_)));
        match &operation.action {
            Action::Remove { .. } if operation.reason == Reason::Replaced => Self::Overwrite,
            Action::Remove { .. } => Self::Remove,
            Action::Copy { .. } | Action::Move { .. } | Action::Rename { .. } if replaces => {
                Self::Overwrite
            }
            Action::Copy { .. } | Action::CreateFolder { .. } => Self::Add,
            Action::Move { .. } | Action::Rename { .. } => Self::Move,
        }
    }

    /// The mark as one character.
    pub(super) fn symbol(self) -> &'static str {
        match self {
            Self::Overwrite => "~",
            Self::Remove => "-",
            Self::Add => "+",
            Self::Move => ">",
        }
    }

    /// Its colour.
    pub(super) fn paint(self) -> Paint {
        match self {
            Self::Overwrite => Paint::Change,
            Self::Remove => Paint::Remove,
            Self::Add => Paint::Add,
            Self::Move => Paint::Move,
        }
    }
}

/// All operations of a plan, by mark and folder.
pub(super) fn rolled_up(plan: &Plan) -> Vec<ChangeLine> {
    let mut by_mark: BTreeMap<Mark, Vec<&Operation>> = BTreeMap::new();
    for operation in &plan.operations {
        by_mark
            .entry(Mark::of(operation))
            .or_default()
            .push(operation);
    }
    by_mark
        .into_iter()
        .flat_map(|(mark, operations)| lines_of(mark, &operations, plan.created))
        .collect()
}

/// One line for each operation, in the plan's order.
pub(super) fn one_by_one(plan: &Plan) -> Vec<ChangeLine> {
    let now = plan.created;
    plan.operations
        .iter()
        .map(|operation| line(Mark::of(operation), &[operation], now))
        .collect()
}

/// The lines of one mark, at the greatest depth that does not give too many.
fn lines_of(mark: Mark, operations: &[&Operation], now: Timestamp) -> Vec<ChangeLine> {
    let deepest = operations.iter().map(|one| folder_of(one).path.depth());
    let mut depth = deepest.max().unwrap_or(0);
    loop {
        let groups = grouped(operations, depth);
        if groups.len() <= LINES_PER_MARK || depth == 0 {
            return groups
                .into_values()
                .map(|group| line(mark, &group, now))
                .collect();
        }
        depth -= 1;
    }
}

fn grouped<'a>(
    operations: &[&'a Operation],
    depth: usize,
) -> BTreeMap<(SpaceAlias, EntryPath), Vec<&'a Operation>> {
    let mut groups: BTreeMap<_, Vec<&Operation>> = BTreeMap::new();
    for operation in operations {
        let folder = folder_of(operation);
        let key = (folder.space, cut(&folder.path, depth));
        groups.entry(key).or_default().push(*operation);
    }
    groups
}

/// The folder that a change is counted in: its own for a new folder, else the one that holds it.
fn folder_of(operation: &Operation) -> Address {
    let address = address_of(operation);
    if matches!(operation.action, Action::CreateFolder { .. }) {
        return address;
    }
    parent_of(&address)
}

fn parent_of(address: &Address) -> Address {
    let parent = address.path.parent().unwrap_or_else(EntryPath::root);
    Address::new(address.space.clone(), parent)
}

/// Where a change shows: the entry that comes to be, or the one that goes.
fn address_of(operation: &Operation) -> Address {
    let place = match &operation.action {
        Action::CreateFolder { at } | Action::Remove { at, .. } => at,
        Action::Copy { to, .. } | Action::Move { to, .. } | Action::Rename { to, .. } => to,
    };
    place.address()
}

fn cut(path: &EntryPath, depth: usize) -> EntryPath {
    let mut shorter = path.clone();
    while shorter.depth() > depth {
        shorter = shorter.parent().unwrap_or_else(EntryPath::root);
    }
    shorter
}

fn line(mark: Mark, group: &[&Operation], now: Timestamp) -> ChangeLine {
    if let [only] = group {
        return single(mark, only, now);
    }
    let folder = common(group.iter().map(|operation| folder_of(operation)));
    let origins = group.iter().filter_map(|operation| origin_of(operation));
    let origin = common(origins.map(|origin| parent_of(&origin)));
    ChangeLine {
        mark,
        target: folder.map_or_else(|| "several spaces".to_owned(), |it| as_folder(&it)),
        what: tally(group),
        origin: origin.map(|it| as_folder(&it)),
    }
}

fn single(mark: Mark, operation: &Operation, now: Timestamp) -> ChangeLine {
    let address = address_of(operation);
    let whole = match operation.kind {
        EntryKind::Folder => as_folder(&address),
        EntryKind::File | EntryKind::Special => address.to_string(),
    };
    let is_new = matches!(operation.action, Action::CreateFolder { .. });
    let mut what = match operation.kind {
        EntryKind::Folder if operation.entries > 1 && is_new => {
            let count = counted(operation.entries - 1, "folder");
            format!("folder {}, with {count} on the way", deed(operation))
        }
        EntryKind::Folder if operation.entries > 1 => {
            let count = counted(operation.entries - 1, "entry");
            format!("folder with {count} {}", deed(operation))
        }
        EntryKind::Folder => format!("folder {}", deed(operation)),
        EntryKind::File | EntryKind::Special => deed(operation).to_owned(),
    };
    if operation.reason == Reason::Changed
        && let Some(changed) = source_time(operation)
    {
        what = format!("changed at the source {}", ago(changed, now));
    }
    ChangeLine {
        mark,
        target: whole,
        what,
        origin: origin_of(operation).map(|origin| origin.to_string()),
    }
}

/// What happens on the way by a folder of the run's own.
fn staged_deed(operation: &Operation) -> Option<&'static str> {
    let is_there = |place: Option<&Place>| place.is_some_and(|it| is_staged(&it.address()));
    let (from, to) = (operation.action.from(), operation.action.to());
    match &operation.action {
        Action::CreateFolder { .. } if is_of_staging_folder(operation) => Some("created to stage"),
        Action::Remove { .. } if is_of_staging_folder(operation) => Some("removed after staging"),
        Action::Copy { .. } if is_there(to) => Some("staged"),
        Action::Move { .. } | Action::Rename { .. } if is_there(to) => Some("renamed there"),
        Action::Move { .. } | Action::Rename { .. } if is_there(from) => Some("moved into place"),
        Action::CreateFolder { .. }
        | Action::Copy { .. }
        | Action::Move { .. }
        | Action::Rename { .. }
        | Action::Remove { .. } => None,
    }
}

/// What happens, as a word or two after a count.
fn deed(operation: &Operation) -> &'static str {
    if let Some(deed) = staged_deed(operation) {
        return deed;
    }
    match (&operation.action, operation.reason) {
        (Action::CreateFolder { .. }, _) => "created",
        (Action::Remove { .. }, Reason::Emptied) => "removed, emptied by moving",
        (Action::Remove { .. }, Reason::Replaced) => "replaced",
        (Action::Remove { disposal, .. }, _) => match disposal {
            Disposal::Recycle => "removed to the bin",
            Disposal::Permanent => "removed for good",
        },
        (_, Reason::Temporary) => "moved aside for a moment",
        (Action::Copy { .. }, Reason::Halfway) => "copied under another name for a moment",
        (_, Reason::Halfway) => "moved halfway",
        (Action::Move { .. }, Reason::Leaving) => "moved instead of copied and removed",
        (Action::Rename { .. }, Reason::Leaving) => "renamed instead of copied and removed",
        (_, Reason::Strayed) => "moved back to where it was placed",
        (Action::Copy { .. }, Reason::Changed) => "changed at the source",
        (Action::Copy { .. }, Reason::Overwrite) => "copied over what is there",
        (Action::Copy { .. }, Reason::Beside) => "copied beside what is there",
        (Action::Copy { .. }, _) => "copied",
        (Action::Move { .. } | Action::Rename { .. }, Reason::Overwrite) => {
            "moved over what is there"
        }
        (Action::Move { .. } | Action::Rename { .. }, Reason::Beside) => {
            "moved beside what is there"
        }
        (Action::Move { .. }, _) => "moved",
        (Action::Rename { .. }, _) => "renamed",
    }
}

/// Counts by what happens: `12 files copied, 2 folders created`.
fn tally(group: &[&Operation]) -> String {
    let mut counts: BTreeMap<(&'static str, Noun), (u64, u64)> = BTreeMap::new();
    for operation in group {
        let is_new = matches!(operation.action, Action::CreateFolder { .. });
        let noun = match operation.kind {
            EntryKind::Folder if operation.entries > 1 && !is_new => Noun::FullFolder,
            EntryKind::Folder => Noun::Folder,
            EntryKind::File | EntryKind::Special => Noun::File,
        };
        let (items, entries) = counts.entry((deed(operation), noun)).or_default();
        *items += if is_new { operation.entries } else { 1 };
        *entries += operation.entries;
    }
    let parts: Vec<String> = counts
        .into_iter()
        .map(|((deed, noun), (items, entries))| match noun {
            Noun::File => format!("{} {deed}", counted(items, "file")),
            Noun::Folder => format!("{} {deed}", counted(items, "folder")),
            Noun::FullFolder => {
                let folders = counted(items, "folder");
                format!(
                    "{folders} with {} {deed}",
                    counted(entries - items, "entry")
                )
            }
        })
        .collect();
    parts.join(", ")
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Noun {
    File,
    Folder,
    FullFolder,
}

fn origin_of(operation: &Operation) -> Option<Address> {
    match &operation.action {
        Action::Copy { from, .. } | Action::Move { from, .. } | Action::Rename { from, .. } => {
            Some(from.address())
        }
        Action::CreateFolder { .. } | Action::Remove { .. } => None,
    }
}

/// When the source was changed, as far as the operation relies on it.
fn source_time(operation: &Operation) -> Option<Timestamp> {
    let source = origin_of(operation)?;
    operation
        .relies_on
        .iter()
        .find_map(|reliance| match reliance {
            Reliance::File {
                address,
                attributes,
                ..
            } if *address == source && attributes.modified != Timestamp::default() => {
                Some(attributes.modified)
            }
            Reliance::File { .. }
            | Reliance::Absent { .. }
            | Reliance::Folder { .. }
            | Reliance::Subtree { .. } => None,
        })
}

/// The deepest folder that holds all addresses; `None` where they are in several spaces.
fn common(addresses: impl Iterator<Item = Address>) -> Option<Address> {
    let mut shared: Option<Address> = None;
    for address in addresses {
        let Some(mut folder) = shared.take() else {
            shared = Some(address);
            continue;
        };
        if folder.space != address.space {
            return None;
        }
        while !address.path.is_at_or_below(&folder.path) {
            folder.path = folder.path.parent().unwrap_or_else(EntryPath::root);
        }
        shared = Some(folder);
    }
    shared
}

fn as_folder(address: &Address) -> String {
    if address.path.is_root() {
        address.to_string()
    } else {
        format!("{address}/")
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

    use super::super::sample;
    use super::*;

    fn shown(lines: &[ChangeLine]) -> Vec<String> {
        lines
            .iter()
            .map(|line| {
                let origin = line.origin.as_deref().unwrap_or("-");
                let symbol = line.mark.symbol();
                format!("{symbol} {} | {} | {origin}", line.target, line.what)
            })
            .collect()
    }

    #[test]
    fn operations_are_counted_by_folder_and_risk_first() {
        let plan = sample::plan(&[
            "mkdir team:/a",
            "copy src:/x/1 team:/a/1",
            "copy src:/x/2 team:/a/2",
            "copy-changed src:/y/3 team:/b/3",
            "move desk:/in/9 desk:/out/9",
            "remove team:/old/5",
            "remove team:/old/6",
        ]);
        assert_eq!(
            shown(&rolled_up(&plan)),
            [
                "~ team:/b/3 | changed at the source 2 days ago | src:/y/3",
                "- team:/old/ | 2 files removed to the bin | -",
                "+ team:/a/ | 2 files copied, 1 folder created | src:/x/",
                "> desk:/out/9 | moved | desk:/in/9",
            ]
        );
    }

    #[test]
    fn too_many_folders_are_taken_together_and_every_operation_is_counted_once() {
        let lines: Vec<String> = (0..100)
            .map(|number| {
                let folder = number % 40;
                format!("copy src:/s/{folder}/{number} team:/t/{folder}/{number}")
            })
            .collect();
        let borrowed: Vec<&str> = lines.iter().map(String::as_str).collect();
        let plan = sample::plan(&borrowed);
        let rolled = shown(&rolled_up(&plan));
        assert_eq!(rolled, ["+ team:/t/ | 100 files copied | src:/s/"]);
        assert_eq!(one_by_one(&plan).len(), 100);
    }

    #[test]
    fn changes_in_several_spaces_name_each() {
        let plan = sample::plan(&["copy src:/1 a:/1", "copy src:/2 b:/2"]);
        assert_eq!(
            shown(&rolled_up(&plan)),
            ["+ a:/1 | copied | src:/1", "+ b:/2 | copied | src:/2"]
        );
        let address = |text: &str| Address::parse(text).unwrap();
        let spaces = [address("a:/x"), address("b:/x")];
        assert_eq!(common(spaces.into_iter()), None);
    }
}
