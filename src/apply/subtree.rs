//! Folders that are to go with everything in them: what they held, and what they hold.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::contents::{MOST_FOLDERS, contents, place_in, too_many};
use crate::plan::{Action, Operation, OperationId, Place, Plan, Reliance};
use crate::provider::{ErrorKind, Provider, ProviderError};
use crate::tree::{
    Address, Digest, Entry, EntryId, EntryIndex, EntryKind, IdRef, Listing, Timestamp, Tree,
    subtree_digest,
};

/// What folders held before the run changed anything in them, by the operation that removes them.
/// Only folders in which the run itself is at work are read at its start: of all others the plan
/// tells enough.
#[derive(Debug, Default)]
pub(super) struct Subtrees {
    before: BTreeMap<OperationId, Result<Tree, ProviderError>>,
}

impl Subtrees {
    /// Reads the folders that a plan removes and changes before.
    pub(super) async fn of(provider: &dyn Provider, plan: &Plan) -> Self {
        let mut subtrees = Self::default();
        let ends = ends(plan);
        for (operation, at) in removed_folders(plan) {
            if is_changed_before(&ends, operation, at)
                && let Some((id, digest)) = relied_on(operation, at)
            {
                let before = read(provider, at, id).await;
                let before = before.and_then(|tree| demand_digest(at, tree, digest));
                subtrees.before.insert(operation.id, before);
            }
        }
        subtrees
    }

    /// Passes where a folder holds what the plan relies on, but for what this run itself did.
    ///
    /// # Errors
    /// It holds something else, or it cannot be read.
    pub(super) async fn demand_unchanged(
        &self,
        provider: &dyn Provider,
        plan: &Plan,
        operation: &Operation,
        at: &Place,
    ) -> Result<(), ProviderError> {
        let Some((id, digest)) = relied_on(operation, at) else {
            return Ok(());
        };
        let found = read(provider, at, id).await?;
        match self.before.get(&operation.id) {
            None => demand_digest(at, found, digest).map(|_| ()),
            Some(Err(error)) => Err(error.clone()),
            Some(Ok(before)) => demand_nothing_new(plan, at, before, &found),
        }
    }
}

fn removed_folders(plan: &Plan) -> impl Iterator<Item = (&Operation, &Place)> {
    plan.operations
        .iter()
        .filter_map(|operation| match &operation.action {
            Action::Remove { at, .. } if operation.kind == EntryKind::Folder => {
                Some((operation, at))
            }
            Action::Remove { .. }
            | Action::CreateFolder { .. }
            | Action::Copy { .. }
            | Action::Move { .. }
            | Action::Rename { .. } => None,
        })
}

/// Everything that operations take away or bring, each with its operation.
fn ends(plan: &Plan) -> BTreeSet<(Address, OperationId)> {
    let ends = plan.operations.iter().flat_map(|operation| {
        let both = [operation.action.from(), operation.action.to()];
        let both = both.into_iter().flatten();
        both.map(|place| (place.address(), operation.id))
    });
    ends.collect()
}

/// Whether another operation takes something out of the folder or puts something into it.
fn is_changed_before(
    ends: &BTreeSet<(Address, OperationId)>,
    operation: &Operation,
    at: &Place,
) -> bool {
    let folder = at.address();
    let inside = ends.range((folder.clone(), OperationId(0))..);
    let mut inside = inside.take_while(|(address, _)| address.is_at_or_below(&folder));
    inside.any(|(_, other)| *other != operation.id)
}

/// The id and the content that an operation relies on.
fn relied_on<'p>(
    operation: &'p Operation,
    at: &Place,
) -> Option<(Option<&'p EntryId>, &'p Digest)> {
    let address = at.address();
    operation
        .relies_on
        .iter()
        .find_map(|reliance| match reliance {
            Reliance::Subtree {
                address: other,
                id,
                digest,
            } if *other == address => Some((id.as_ref(), digest)),
            Reliance::Subtree { .. }
            | Reliance::Absent { .. }
            | Reliance::Folder { .. }
            | Reliance::File { .. } => None,
        })
}

/// The folder at a place with everything below it, as the only entry of a tree.
async fn read(
    provider: &dyn Provider,
    at: &Place,
    id: Option<&EntryId>,
) -> Result<Tree, ProviderError> {
    let mut top = Listing::new();
    top.push(&Entry {
        name: at.path.name().unwrap_or_default(),
        kind: EntryKind::Folder,
        id: id.map_or(IdRef::None, |id| IdRef::from_text(id.as_str())),
        size: 0,
        modified: Timestamp::default(),
        version: 0,
        fingerprint: None,
    });
    let mut tree = Tree::new();
    let root = tree.root();
    attach(&mut tree, root, at, top)?;
    let mut open: VecDeque<(EntryIndex, Place)> = folder_of(&tree)
        .map(|entry| (entry, at.clone()))
        .into_iter()
        .collect();
    let mut seen = 0;
    while let Some((entry, place)) = open.pop_front() {
        seen += 1;
        if seen > MOST_FOLDERS {
            return Err(too_many(&place));
        }
        let listing = contents(provider, &place).await?;
        attach(&mut tree, entry, &place, listing)?;
        for child in tree.children(entry) {
            if tree.kind(child) == EntryKind::Folder {
                open.push_back((child, place_in(&place, &tree.entry(child))?));
            }
        }
    }
    Ok(tree)
}

fn attach(
    tree: &mut Tree,
    folder: EntryIndex,
    place: &Place,
    listing: Listing,
) -> Result<(), ProviderError> {
    tree.attach(folder, listing).map_err(|error| {
        let message = format!("the listing of {place} cannot be understood: {error}");
        ProviderError::refused(ErrorKind::InvalidReply, message)
    })
}

/// The folder that a tree was read for.
fn folder_of(tree: &Tree) -> Option<EntryIndex> {
    tree.children(tree.root()).next()
}

fn demand_digest(at: &Place, tree: Tree, digest: &Digest) -> Result<Tree, ProviderError> {
    let found = folder_of(&tree).map(|folder| subtree_digest(&tree, folder));
    if found.as_ref() == Some(digest) {
        Ok(tree)
    } else {
        let message = format!("what {at} holds was changed since the plan was made, and it stays");
        Err(ProviderError::refused(ErrorKind::Mismatch, message))
    }
}

/// Passes where everything in a folder was there before the run, unchanged, or came by the run.
fn demand_nothing_new(
    plan: &Plan,
    at: &Place,
    before: &Tree,
    found: &Tree,
) -> Result<(), ProviderError> {
    let above = at.path.parent();
    let mut open: Vec<EntryIndex> = folder_of(found).into_iter().collect();
    while let Some(entry) = open.pop() {
        let path = found.path(entry);
        let known = before.find(&path).is_some_and(|before_entry| {
            before.kind(before_entry) == found.kind(entry)
                && before.id_ref(before_entry) == found.id_ref(entry)
                // The time of a folder changes with every entry that comes or goes.
                && (found.kind(entry) == EntryKind::Folder
                    || before.attributes(before_entry) == found.attributes(entry))
        });
        let address = Address::new(
            at.space.clone(),
            above
                .as_ref()
                .map_or(path.clone(), |above| above.append(&path)),
        );
        let is_ours = |operation: &Operation| {
            let to = operation.action.to().map(Place::address);
            to.is_some_and(|to| address.is_at_or_below(&to))
        };
        if !known && !plan.operations.iter().any(is_ours) {
            let message = format!("{address} came or was changed since the run began, and stays");
            return Err(ProviderError::refused(ErrorKind::Mismatch, message));
        }
        open.extend(found.children(entry));
    }
    Ok(())
}
