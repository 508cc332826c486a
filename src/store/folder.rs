//! Where everything of a manifest's runs is kept, and how its files are read.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::atomic;
use super::disk::{Disk, ListedKind, Purpose};
use super::error::StoreError;
use super::system_disk::SystemDisk;

/// The folder with state, lock and journals, normally `.reshelve` beside the first manifest.
#[derive(Debug, Clone)]
pub struct StateFolder {
    path: PathBuf,
    disk: Arc<dyn Disk>,
}

impl StateFolder {
    /// The folder at a path; nothing is read or made yet.
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self::on(Arc::new(SystemDisk), path)
    }

    /// The folder at a path of some disk.
    pub fn on(disk: Arc<dyn Disk>, path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            disk,
        }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn disk(&self) -> &dyn Disk {
        &*self.disk
    }

    /// Makes the folder where it is missing: open to its owner alone, and with a note that keeps
    /// it out of version control.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn create(&self) -> Result<(), StoreError> {
        self.make_private(&self.path)?;
        let note = self.path.join(".gitignore");
        if self.disk.kind(&note).is_none() {
            atomic::replace(self.disk(), &note, |file| file.write_all(b"*\n"))
                .map_err(StoreError::writing(&note))?;
        }
        Ok(())
    }

    /// Makes a folder and those on the way to it, open to their owner alone.
    pub(super) fn make_private(&self, path: &Path) -> Result<(), StoreError> {
        if self.disk.kind(path) == Some(ListedKind::Folder) {
            return Ok(());
        }
        self.disk
            .make_folder(path)
            .and_then(|()| self.disk.sync_folder(atomic::folder_of(path)))
            .map_err(StoreError::writing(path))
    }

    /// Makes durable that a folder in this one is where it is: the names of all folders on the way
    /// to it from above this one, since whoever made one of them may have been killed before its
    /// name was durable.
    pub(super) fn sync_way_to(&self, path: &Path) -> io::Result<()> {
        let above = atomic::folder_of(&self.path);
        for folder in path.ancestors().skip(1) {
            if !folder.starts_with(&self.path) {
                break;
            }
            self.disk.sync_folder(folder)?;
        }
        self.disk.sync_folder(above)
    }
}

/// The bytes of a file; `None` where there is none.
pub(super) fn read_up_to(
    disk: &dyn Disk,
    path: &Path,
    limit: u64,
) -> Result<Option<Vec<u8>>, StoreError> {
    let mut file = match disk.open(path, Purpose::Read) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(StoreError::reading(path)(error)),
    };
    let size = file.size().map_err(StoreError::reading(path))?;
    if size > limit {
        let path = path.to_owned();
        return Err(StoreError::TooLarge { path, size, limit });
    }
    file.read(limit)
        .map(Some)
        .map_err(StoreError::reading(path))
}
