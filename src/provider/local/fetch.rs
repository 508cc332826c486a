//! Looking at single entries by their paths.

use std::os::fd::{AsFd, OwnedFd};

use rustix::io::Errno;

use super::failure::explain;
use super::local::Roots;
use super::root::{Root, is_own, look};
use super::sight::Sight;
use crate::plan::Place;
use crate::provider::error::ProviderError;
use crate::provider::provider::FetchedEntry;
use crate::state::Seen;
use crate::tree::{EntryKind, EntryPath, SpaceAlias};

/// Looks at entries in the order asked for. A folder that holds several that follow each other is
/// opened once.
///
/// # Errors
/// An entry may be there but cannot be looked at.
pub(super) fn fetch(
    roots: &Roots,
    places: &[Place],
) -> Result<Vec<Option<FetchedEntry>>, ProviderError> {
    let mut parent = None;
    places
        .iter()
        .map(|place| fetch_one(roots.root(&place.space)?, place, &mut parent))
        .collect()
}

/// A folder that was opened for an earlier place; without a handle where there is no such folder.
struct Parent {
    space: SpaceAlias,
    path: EntryPath,
    handle: Option<OwnedFd>,
}

fn fetch_one(
    root: &Root,
    place: &Place,
    parent: &mut Option<Parent>,
) -> Result<Option<FetchedEntry>, ProviderError> {
    let cannot = |errno| explain(errno, "read", place);
    let (Some(folder), Some(name)) = (place.path.parent(), place.path.name()) else {
        return root_of_space(root).map(Some).map_err(cannot);
    };
    if is_own(&folder) || (folder.is_root() && is_own(&place.path)) {
        return Ok(None);
    }
    let at_hand = parent
        .take()
        .filter(|parent| parent.space == place.space && parent.path == folder);
    let parent = parent.insert(match at_hand {
        Some(at_hand) => at_hand,
        None => Parent {
            space: place.space.clone(),
            handle: open_if_there(root, &folder).map_err(cannot)?,
            path: folder,
        },
    });
    let sight = match &parent.handle {
        Some(handle) => look(handle.as_fd(), name).map_err(cannot)?,
        None => None,
    };
    Ok(sight.map(Sight::to_fetched))
}

/// A root has no id, as in a tree.
fn root_of_space(root: &Root) -> Result<FetchedEntry, Errno> {
    root.folder(&EntryPath::root())?;
    Ok(FetchedEntry {
        kind: EntryKind::Folder,
        seen: Seen::default(),
    })
}

/// Where something on the way is missing or is no folder, nothing is below it.
fn open_if_there(root: &Root, folder: &EntryPath) -> Result<Option<OwnedFd>, Errno> {
    match root.folder(folder) {
        Ok(handle) => Ok(Some(handle)),
        Err(Errno::NOENT | Errno::NOTDIR | Errno::LOOP) => Ok(None),
        Err(errno) => Err(errno),
    }
}
