//! A space's root folder as an open handle, and the way down from it without following links.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::Path;

use rustix::fs::{AtFlags, CWD, Mode, OFlags, fstat, fstatvfs, openat, statat};
use rustix::io::Errno;

use super::failure::explain;
use super::sight::Sight;
use crate::provider::error::{ErrorKind, ProviderError};
use crate::tree::{Address, EntryKind, EntryPath, SpaceAlias};

/// The folder at the root of a space that holds our own files; it is no part of the space.
pub(super) const OWN_FOLDER: &str = ".reshelve";

/// How a folder is opened: for reading, never through a link, never inherited.
const FOLDER: OFlags = OFlags::RDONLY
    .union(OFlags::DIRECTORY)
    .union(OFlags::NOFOLLOW)
    .union(OFlags::CLOEXEC);

/// The root of one space.
#[derive(Debug)]
pub(super) struct Root {
    alias: SpaceAlias,
    handle: OwnedFd,
    longest_name: u32,
}

impl Root {
    /// Opens the folder once; whatever is done later goes through this handle.
    ///
    /// # Errors
    /// There is no such folder, or it cannot be read.
    pub(super) fn open(alias: &SpaceAlias, path: &Path) -> Result<Self, ProviderError> {
        let flags = FOLDER.difference(OFlags::NOFOLLOW);
        let handle = openat(CWD, path, flags, Mode::empty())
            .map_err(|errno| cannot_open(errno, alias, path))?;
        let longest = fstatvfs(&handle).map_or(0, |facts| facts.f_namemax);
        Ok(Self {
            alias: alias.clone(),
            handle,
            longest_name: u32::try_from(longest).map_or(255, |longest| match longest {
                0 => 255,
                some => some.min(255),
            }),
        })
    }

    /// The space's name.
    pub(super) fn alias(&self) -> &SpaceAlias {
        &self.alias
    }

    /// The handle of the root folder itself.
    pub(super) fn handle(&self) -> BorrowedFd<'_> {
        self.handle.as_fd()
    }

    /// The longest name that the file system takes, in bytes.
    pub(super) fn longest_name(&self) -> u32 {
        self.longest_name
    }

    /// An entry of this space, for messages.
    pub(super) fn address(&self, path: &EntryPath) -> Address {
        Address::new(self.alias.clone(), path.clone())
    }

    /// Opens a folder below the root.
    pub(super) fn folder(&self, path: &EntryPath) -> Result<OwnedFd, Errno> {
        if path.is_root() {
            return self.folder_of_space();
        }
        if let Some(result) = open_beneath(self.handle(), path) {
            return result;
        }
        let mut segments = path.segments();
        let first = segments.next().unwrap_or(".");
        let mut folder = open_folder(self.handle(), first)?;
        for name in segments {
            folder = open_folder(folder.as_fd(), name)?;
        }
        Ok(folder)
    }

    /// Opens the root anew, so that reading it begins at its start. A root that was removed reads
    /// as empty on some systems; it is reported as missing instead.
    fn folder_of_space(&self) -> Result<OwnedFd, Errno> {
        if fstat(&self.handle)?.st_nlink == 0 {
            return Err(Errno::NOENT);
        }
        open_folder(self.handle(), ".")
    }

    /// Opens the folder that holds an entry and gives the entry's name in it.
    ///
    /// # Errors
    /// The root has no name, our own folder is not for others, or the folder cannot be opened.
    pub(super) fn parent<'p>(
        &self,
        path: &'p EntryPath,
        doing: &str,
    ) -> Result<(OwnedFd, &'p str), ProviderError> {
        let (Some(parent), Some(name)) = (path.parent(), path.name()) else {
            return Err(ProviderError::refused(
                ErrorKind::Unsupported,
                format!(
                    "cannot {doing} `{}`: it is the root of its space",
                    self.address(path)
                ),
            ));
        };
        self.refuse_own(path, doing)?;
        let folder = self
            .folder(&parent)
            .map_err(|errno| explain(errno, doing, &self.address(path)))?;
        Ok((folder, name))
    }

    /// Refuses paths into our own folder.
    ///
    /// # Errors
    /// The path has a segment of that name.
    pub(super) fn refuse_own(&self, path: &EntryPath, doing: &str) -> Result<(), ProviderError> {
        if !is_own(path) {
            return Ok(());
        }
        Err(ProviderError::refused(
            ErrorKind::Unsupported,
            format!(
                "cannot {doing} `{}`: the name `{OWN_FOLDER}` is kept for state, bin and temporary \
                 files; use another name",
                self.address(path)
            ),
        ))
    }
}

/// Whether a path leads to or into a folder that bears our own name.
pub(super) fn is_own(path: &EntryPath) -> bool {
    path.segments().any(|name| name == OWN_FOLDER)
}

/// Opens the folder called `name`, which is no link, in a folder.
pub(super) fn open_folder(folder: BorrowedFd<'_>, name: &str) -> Result<OwnedFd, Errno> {
    openat(folder, name, FOLDER, Mode::empty())
}

/// What is called `name` in a folder; `None` where nothing is.
pub(super) fn look(folder: BorrowedFd<'_>, name: &str) -> Result<Option<Sight>, Errno> {
    match statat(folder, name, AtFlags::SYMLINK_NOFOLLOW) {
        Ok(stat) => Ok(Some(with_own_name(Sight::of(&stat), name))),
        Err(Errno::NOENT) => Ok(None),
        Err(errno) => Err(errno),
    }
}

/// A folder that bears our own name is nobody else's to touch.
fn with_own_name(sight: Sight, name: &str) -> Sight {
    if name == OWN_FOLDER {
        Sight {
            kind: EntryKind::Special,
            ..sight
        }
    } else {
        sight
    }
}

/// Opens a folder some levels down in one call, where the kernel can refuse links on the whole
/// way. `None` where it cannot and the way must be walked.
#[cfg(target_os = "linux")]
fn open_beneath(root: BorrowedFd<'_>, path: &EntryPath) -> Option<Result<OwnedFd, Errno>> {
    use rustix::fs::{ResolveFlags, openat2};
    let way = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS;
    let relative = path.as_str().trim_start_matches('/');
    match openat2(root, relative, FOLDER, Mode::empty(), way) {
        // Old kernels and sandboxes do not have the call, and it takes no path above 4,096 bytes.
        Err(Errno::NOSYS | Errno::PERM | Errno::INVAL | Errno::AGAIN | Errno::NAMETOOLONG) => None,
        result => Some(result),
    }
}

#[cfg(not(target_os = "linux"))]
fn open_beneath(_root: BorrowedFd<'_>, _path: &EntryPath) -> Option<Result<OwnedFd, Errno>> {
    None
}

fn cannot_open(errno: Errno, alias: &SpaceAlias, path: &Path) -> ProviderError {
    let shown = path.display();
    match errno {
        Errno::NOENT => ProviderError::refused(
            ErrorKind::NotFound,
            format!(
                "the root of the space `{alias}` is not there: `{shown}`; make it with \
                 `mkdir -p '{shown}'` or correct `root` in the manifest"
            ),
        ),
        Errno::NOTDIR => ProviderError::refused(
            ErrorKind::Mismatch,
            format!(
                "the root of the space `{alias}` is not a folder: `{shown}`; correct `root` in \
                 the manifest"
            ),
        ),
        other => explain(
            other,
            &format!("open the root of the space `{alias}`"),
            &shown,
        ),
    }
}
