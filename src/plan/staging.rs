//! Where a service checks a name when it takes a call and not with its effect: copies go to a
//! folder of the run's own, and from there to their targets.
//!
//! A copy that was sent twice, because nobody knew what became of the first, may then make a twin
//! in that folder and nowhere else. One of the two is moved, which may be repeated, and the folder
//! goes in the end with what is left in it.

use std::collections::{BTreeMap, BTreeSet};

use super::capabilities::{Bin, Capabilities, CaseRule, Naming};
use super::change::Change;
use super::context::Context;
use super::names::folded;
use super::numbering::numbered;
use super::operation::{Action, Operation, OperationId, Place, Reason, Strategy};
use super::plan::Plan;
use super::steps::{Steps, about, goes_beside, set_target};
use super::world::{Node, World};
use crate::manifest::{Disposal, NameCheck, Permissions};
use crate::state::PlacementRef;
use crate::tree::{Address, EntryKind, EntryPath, SpaceAlias};

/// The beginning of the path of every such folder.
const STAGING: &str = "/.reshelve-staging-";
/// How much of the lineage of a state tells its folders from those of others.
const LINEAGE: usize = 8;

/// Whether an address is that of a folder into which a run copies before it moves: only its name
/// tells, and that it lies directly in the space.
pub fn is_staging(address: &Address) -> bool {
    let rest = address.path.as_str().strip_prefix(STAGING);
    rest.is_some_and(|rest| !rest.contains('/'))
}

/// Whether an address lies in such a folder.
pub fn is_staged(address: &Address) -> bool {
    let rest = address.path.as_str().strip_prefix(STAGING);
    rest.is_some_and(|rest| rest.contains('/'))
}

/// Whether an operation only makes such a folder, or only takes it away.
pub fn is_of_staging_folder(operation: &Operation) -> bool {
    match &operation.action {
        Action::CreateFolder { at } | Action::Remove { at, .. } => is_staging(&at.address()),
        Action::Copy { .. } | Action::Move { .. } | Action::Rename { .. } => false,
    }
}

/// Where the content of staged entries was copied from, by where they stand for the moment.
pub fn staged_origins(plan: &Plan) -> BTreeMap<Address, Address> {
    let mut origins = BTreeMap::new();
    for operation in &plan.operations {
        let ends = operation.action.from().zip(operation.action.to());
        let Some((from, to)) = ends.map(|(from, to)| (from.address(), to.address())) else {
            continue;
        };
        if is_staged(&to) {
            let origin = origins.get(&from).cloned().unwrap_or(from);
            origins.insert(to, origin);
        }
    }
    origins
}

/// All such folders that are there, of whichever run.
pub(super) fn staging_folders(world: &World) -> BTreeMap<Address, Node> {
    let mut found = BTreeMap::new();
    for space in world.spaces() {
        let Some(root) = world.root(space) else {
            continue;
        };
        world.for_each_child(root, |name, node| {
            if name.starts_with(&STAGING[1..]) {
                let path = EntryPath::root().join_trusted(name);
                found.insert(Address::new(space.clone(), path), node);
            }
        });
    }
    found.retain(|_, node| world.kind(*node) == EntryKind::Folder);
    found
}

/// Whether a copy goes by such a folder. One that overwrites says so, and repeating it makes no
/// twin.
pub(super) fn goes_by_staging(action: &Action, sheet: &Capabilities) -> bool {
    let Action::Copy { from, to, strategy } = action else {
        return false;
    };
    // What gets its name in a call of its own is new before that.
    let is_new = match strategy {
        Strategy::Fail | Strategy::Rename => true,
        Strategy::Overwrite(_) => {
            sheet.naming == Naming::Kept && from.path.name() != to.path.name()
        }
    };
    is_new && sheet.name_check == NameCheck::AtSubmission
}

/// The folders of one plan, and what stands in them.
#[derive(Debug, Default)]
pub(super) struct Staging {
    folders: BTreeMap<SpaceAlias, Vec<Folder>>,
    /// In how many folders each name is given, counted from the first of the space.
    given: BTreeMap<(SpaceAlias, String), usize>,
}

/// One folder, made for the placement that needs it first.
#[derive(Debug)]
struct Folder {
    address: Address,
    placement: PlacementRef,
}

impl Staging {
    /// Where an entry can stand under all these names, one after the other. The service cannot
    /// give a name that it keeps, so that entries of one name need a folder each; elsewhere a
    /// number tells them apart.
    pub(super) fn stop(
        &mut self,
        context: &Context<'_>,
        sheet: &Capabilities,
        operation: &Operation,
        names: &[&str],
    ) -> Vec<Place> {
        let Some(space) = operation.action.to().map(|to| to.space.clone()) else {
            return Vec::new();
        };
        let looks = |name: &str| match sheet.case {
            CaseRule::Sensitive => name.to_owned(),
            CaseRule::Folding => folded(name),
        };
        let keys: BTreeSet<_> = names
            .iter()
            .map(|name| (space.clone(), looks(name)))
            .collect();
        let given = keys.iter().filter_map(|key| self.given.get(key));
        let number = given.max().copied().unwrap_or(0);
        for key in keys {
            self.given.insert(key, number + 1);
        }
        let is_kept = sheet.naming == Naming::Kept;
        let folder = if is_kept { number } else { 0 };
        let folder = self.folder(context, &space, folder, &operation.placement);
        let named = |name: &&str| match number {
            0 => (*name).to_owned(),
            _ if is_kept => (*name).to_owned(),
            number => self.free(&folder, name, operation.kind, number, &looks),
        };
        let names: Vec<String> = names.iter().map(named).collect();
        if !is_kept {
            for name in &names {
                let key = (space.clone(), looks(name));
                self.given.entry(key).or_insert(1);
            }
        }
        let place = |name: &String| Place::new(space.clone(), folder.path.join_trusted(name));
        names.iter().map(place).collect()
    }

    /// A name with a number that no entry has in the folder.
    fn free(
        &self,
        folder: &Address,
        name: &str,
        kind: EntryKind,
        number: usize,
        looks: &dyn Fn(&str) -> String,
    ) -> String {
        let is_free = |name: &String| {
            let key = (folder.space.clone(), looks(name));
            !self.given.contains_key(&key)
        };
        let mut names = (number as u64..).map(|number| numbered(name, kind, number));
        names.find(is_free).unwrap_or_else(|| name.to_owned())
    }

    fn folder(
        &mut self,
        context: &Context<'_>,
        space: &SpaceAlias,
        number: usize,
        placement: &PlacementRef,
    ) -> Address {
        let folders = self.folders.entry(space.clone()).or_default();
        while folders.len() <= number {
            folders.push(Folder {
                address: name_of(context, space, folders.len()),
                placement: placement.clone(),
            });
        }
        folders[number].address.clone()
    }

    /// What makes the folders, numbered from `first` on, and what takes each of them away in the
    /// end.
    pub(super) fn operations(
        &self,
        context: &Context<'_>,
        first: u32,
    ) -> Vec<(Operation, Operation)> {
        let pair = |(number, folder): (u32, &Folder)| {
            let at = Place::new(folder.address.space.clone(), folder.address.path.clone());
            let disposal = staging_disposal(context, &at.space);
            let made = Operation {
                id: OperationId(number),
                placement: folder.placement.clone(),
                reason: Reason::Temporary,
                kind: EntryKind::Folder,
                entries: 1,
                bytes: 0,
                action: Action::CreateFolder { at: at.clone() },
                relies_on: Vec::new(),
            };
            let removed = Operation {
                reason: Reason::Emptied,
                action: Action::Remove { at, disposal },
                ..made.clone()
            };
            (made, removed)
        };
        (first..)
            .zip(self.folders.values().flatten())
            .map(pair)
            .collect()
    }
}

impl Steps<'_, '_> {
    /// A copy into a folder of the run's own, where it gets its name, and a move to its target.
    pub(super) fn staged(
        &mut self,
        change: &Change,
        direct: Operation,
        sheet: &Capabilities,
    ) -> Vec<Operation> {
        let Action::Copy { from, to, strategy } = direct.action.clone() else {
            return vec![direct];
        };
        let (name, wanted) = (from.path.name(), to.path.name());
        let finds_its_name = goes_beside(change, &direct, sheet);
        let names: Vec<&str> = match sheet.naming {
            Naming::Kept if finds_its_name => name.into_iter().collect(),
            Naming::Kept => name.into_iter().chain(wanted).collect(),
            Naming::Free => wanted.into_iter().collect(),
        };
        let stops = self.staging.stop(self.context, sheet, &direct, &names);
        let (Some(first), Some(last)) = (stops.first().cloned(), stops.last().cloned()) else {
            return vec![direct];
        };
        let strategy = match finds_its_name {
            true => Strategy::Rename,
            false => strategy,
        };
        let replaced = about(&change.target, &direct);
        let mut copy = direct.clone();
        copy.reason = Reason::Halfway;
        set_target(&mut copy.action, first.clone(), Strategy::Fail);
        let later = Operation {
            relies_on: Vec::new(),
            ..direct
        };
        let rename = (first != last).then(|| Operation {
            reason: Reason::Halfway,
            action: Action::Rename {
                from: first,
                to: last.clone(),
                strategy: Strategy::Fail,
            },
            ..later.clone()
        });
        let moved = Operation {
            action: Action::Move {
                from: last,
                to,
                strategy,
                permissions: Permissions::Inherit,
            },
            relies_on: replaced,
            ..later
        };
        [copy].into_iter().chain(rename).chain([moved]).collect()
    }

    /// Adds what makes the folders that copies go by, and gives what takes them away in the end.
    pub(super) fn make_staging(&mut self, operations: &mut Vec<Operation>) -> Vec<Operation> {
        let first = operations.len() as u32 + 1;
        let pairs = self.staging.operations(self.context, first);
        let (made, removed): (Vec<Operation>, Vec<Operation>) = pairs.into_iter().unzip();
        self.links.staged.extend(made.iter().map(|it| it.id));
        operations.extend(made);
        removed
    }
}

/// Only copies that nobody asked for are left in such a folder, so that it may be gone for good
/// where nobody knows whether there is a bin.
pub(super) fn staging_disposal(context: &Context<'_>, space: &SpaceAlias) -> Disposal {
    match context.sheet(space).map(|sheet| sheet.bin) {
        Some(Bin::Present) => Disposal::Recycle,
        Some(Bin::ServiceTells | Bin::None) | None => Disposal::Permanent,
    }
}

/// The folder with a number, from 0. No other plan has the same: the state that a plan is made
/// for tells its name, and the state goes on with each run.
fn name_of(context: &Context<'_>, space: &SpaceAlias, number: usize) -> Address {
    let based_on = context.input.based_on;
    let letters = based_on.lineage.as_str().chars();
    let lineage: String = letters
        .filter(char::is_ascii_alphanumeric)
        .take(LINEAGE)
        .collect();
    let name = STAGING.trim_start_matches('/');
    let mut name = format!("{name}{lineage}-{}", based_on.serial);
    if number > 0 {
        name.push_str(&format!("-{}", number + 1));
    }
    loop {
        let path = EntryPath::root().join_trusted(&name);
        let address = Address::new(space.clone(), path);
        if context.world.find(&address).is_none() {
            return address;
        }
        // A state that was put back from a copy gives a name once more.
        name.push('x');
    }
}
