//! Where everything of a manifest's runs is kept, and how its files are read.

use std::fs::{self, File};
use std::io::{self, Read};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use super::atomic;
use super::error::StoreError;

/// The folder with state, lock and journals, normally `.reshelve` beside the first manifest.
#[derive(Debug, Clone)]
pub struct StateFolder {
    path: PathBuf,
}

impl StateFolder {
    /// The folder at a path; nothing is read or made yet.
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Makes the folder where it is missing: open to its owner alone, and with a note that keeps
    /// it out of version control.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn create(&self) -> Result<(), StoreError> {
        self.make_private(&self.path)?;
        let note = self.path.join(".gitignore");
        if !note.exists() {
            atomic::replace(&note, |file| file.write_all(b"*\n"))
                .map_err(StoreError::writing(&note))?;
        }
        Ok(())
    }

    /// Makes a folder and those on the way to it, open to their owner alone.
    pub(super) fn make_private(&self, path: &Path) -> Result<(), StoreError> {
        if path.is_dir() {
            return Ok(());
        }
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(path)
            .and_then(|()| atomic::sync_folder(atomic::folder_of(path)))
            .map_err(StoreError::writing(path))
    }
}

/// The bytes of a file; `None` where there is none.
pub(super) fn read_up_to(path: &Path, limit: u64) -> Result<Option<Vec<u8>>, StoreError> {
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(StoreError::reading(path)(error)),
    };
    let size = file.metadata().map_err(StoreError::reading(path))?.len();
    if size > limit {
        let path = path.to_owned();
        return Err(StoreError::TooLarge { path, size, limit });
    }
    let mut bytes = Vec::with_capacity(size as usize);
    Read::take(&mut file, limit)
        .read_to_end(&mut bytes)
        .map_err(StoreError::reading(path))?;
    Ok(Some(bytes))
}
