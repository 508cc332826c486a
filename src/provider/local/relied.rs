//! Whether an entry is still what an operation relies on, looked at right before it is touched.

use std::os::fd::AsFd;

use rustix::io::Errno;

use super::carry::Spot;
use super::failure::explain;
use super::root::open_folder;
use super::scan::{push, scan};
use super::sight::Sight;
use crate::plan::{Operation, Reliance};
use crate::provider::error::{ErrorKind, ProviderError};
use crate::tree::{
    Address, Attributes, Digest, EntryId, EntryIndex, EntryKind, Listing, Tree, TreeError,
    subtree_digest,
};

/// Checks one end of an operation, which was seen as `sight`, against what is relied on there.
///
/// A file costs no further look; a folder is read with everything below it. An end without a
/// reliance came to be in the same run and is not checked.
///
/// # Errors
/// The entry is another one or was changed. Nothing was done to it.
pub(super) fn check(
    operation: &Operation,
    doing: &str,
    entry: Spot<'_>,
    sight: &Sight,
) -> Result<(), ProviderError> {
    let speaks_of = |reliance: &&Reliance| reliance.address() == entry.address;
    for reliance in operation.relies_on.iter().filter(speaks_of) {
        let difference = match reliance {
            Reliance::Absent { .. } | Reliance::Folder { .. } => None,
            Reliance::File { id, attributes, .. } => other_file(id.as_ref(), attributes, sight),
            Reliance::Subtree { id, digest, .. } => {
                other_subtree(id.as_ref(), digest, entry, sight)
                    .map_err(|error| error.explain(doing, entry.address))?
            }
        };
        if let Some(difference) = difference {
            let message = format!(
                "cannot {doing} `{}`: {difference} since the plan was made; plan again",
                entry.address
            );
            return Err(ProviderError::refused(ErrorKind::Mismatch, message));
        }
    }
    Ok(())
}

/// Why a subtree could not be read again.
enum Unreadable {
    System(Errno),
    Listing(ProviderError),
    Tree(TreeError),
}

impl Unreadable {
    fn explain(self, doing: &str, address: &Address) -> ProviderError {
        match self {
            Self::System(errno) => explain(errno, doing, address),
            Self::Listing(error) => error,
            Self::Tree(error) => {
                let message = format!("cannot {doing} `{address}`: {error}");
                ProviderError::refused(ErrorKind::Mismatch, message)
            }
        }
    }
}

fn other_file(id: Option<&EntryId>, planned: &Attributes, sight: &Sight) -> Option<&'static str> {
    if sight.kind != EntryKind::File || !sight.has_id(id) {
        Some("another entry has taken its place")
    } else if (sight.size, sight.modified) != (planned.size, planned.modified) {
        Some("it was changed")
    } else {
        None
    }
}

fn other_subtree(
    id: Option<&EntryId>,
    planned: &Digest,
    folder: Spot<'_>,
    sight: &Sight,
) -> Result<Option<&'static str>, Unreadable> {
    if sight.kind != EntryKind::Folder || !sight.has_id(id) {
        return Ok(Some("another entry has taken its place"));
    }
    let (tree, top) = read(folder, sight)?;
    let same = subtree_digest(&tree, top) == *planned;
    Ok((!same).then_some("something in it was changed"))
}

/// Reads a folder with everything below it, as an observation of its space would.
fn read(folder: Spot<'_>, sight: &Sight) -> Result<(Tree, EntryIndex), Unreadable> {
    let mut tree = Tree::new();
    let mut listing = Listing::new();
    push(&mut listing, folder.name, sight);
    tree.attach(tree.root(), listing)
        .map_err(Unreadable::Tree)?;
    let top = tree.child(tree.root(), folder.name);
    let top = top.ok_or(Unreadable::System(Errno::NOENT))?;
    read_below(&mut tree, top, folder)?;
    Ok((tree, top))
}

fn read_below(tree: &mut Tree, entry: EntryIndex, folder: Spot<'_>) -> Result<(), Unreadable> {
    let handle = open_folder(folder.folder, folder.name).map_err(Unreadable::System)?;
    let to_scan = open_folder(handle.as_fd(), ".").map_err(Unreadable::System)?;
    let page = scan(to_scan, folder.address).map_err(Unreadable::Listing)?;
    tree.attach(entry, page.listing).map_err(Unreadable::Tree)?;
    let below: Vec<EntryIndex> = tree.children(entry).collect();
    for child in below {
        if tree.kind(child) != EntryKind::Folder {
            continue;
        }
        let name = tree.name(child).to_owned();
        let path = folder.address.path.join_trusted(&name);
        let address = Address::new(folder.address.space.clone(), path);
        let child_folder = Spot {
            folder: handle.as_fd(),
            name: &name,
            address: &address,
        };
        read_below(tree, child, child_folder)?;
    }
    Ok(())
}
