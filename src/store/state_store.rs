//! The state file and the earlier ones that stand in for it.

use std::io;
use std::path::{Path, PathBuf};

use super::atomic;
use super::error::StoreError;
use super::folder::{StateFolder, read_up_to};
use super::journal_store::JournalStore;
use super::lock::Lock;
use super::recovery::bring_up_to_date;
use crate::state::State;
use crate::state::file::{self, StateFileError};
use crate::tree::Digest;

/// The largest state that is read, in bytes.
const LARGEST: u64 = 512 << 20;
/// How many earlier states are kept.
const KEPT: usize = 10;

/// Reads and publishes the state of a folder.
#[derive(Debug, Clone)]
pub struct StateStore {
    folder: StateFolder,
}

/// A state as it was found.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The state.
    pub state: State,
    /// By which its successor names it.
    pub digest: Digest,
    /// Where the newest file was damaged: what was done instead, in one sentence.
    pub recovery: Option<String>,
}

impl StateStore {
    /// The store of a folder, which may not exist yet.
    pub fn new(folder: StateFolder) -> Self {
        Self { folder }
    }

    /// The state; `None` before the first run. Where the file is damaged, the newest good one of
    /// those kept stands in, and `recovery` says so.
    ///
    /// # Errors
    /// The file cannot be read, is of another kind or of a newer version, or is damaged with no
    /// good one kept.
    pub fn load(&self) -> Result<Option<Loaded>, StoreError> {
        let path = self.path();
        let Some(bytes) = read_up_to(self.folder.disk(), &path, LARGEST)? else {
            return Ok(None);
        };
        match file::read(&bytes) {
            Ok((state, digest)) => Ok(Some(Loaded {
                state,
                digest,
                recovery: None,
            })),
            Err(source @ StateFileError::Damaged(_)) => self.recover(path, source).map(Some),
            Err(source) => Err(StoreError::State { path, source }),
        }
    }

    /// Makes a state the newest one and keeps the one before.
    ///
    /// # Errors
    /// `StateMoved` where the file is not the one that the state follows; or it cannot be
    /// written, and then the old one stays.
    pub fn publish(&self, _lock: &Lock, state: &State) -> Result<Digest, StoreError> {
        let path = self.path();
        let disk = self.folder.disk();
        let before = read_up_to(disk, &path, LARGEST)?;
        if let Some(Ok(found)) = before.as_deref().map(file::digest) {
            if state.previous.as_ref() != Some(&found) {
                return Err(StoreError::StateMoved { path });
            }
            self.keep(&path, state.serial.saturating_sub(1))?;
        }
        let (bytes, digest) = file::write(state).map_err(|source| StoreError::State {
            path: path.clone(),
            source,
        })?;
        atomic::replace(disk, &path, |file| file.write_all(&bytes))
            .map_err(StoreError::writing(&path))?;
        self.drop_oldest()?;
        Ok(digest)
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("state.json")
    }

    fn kept_folder(&self) -> PathBuf {
        self.folder.path().join("earlier")
    }

    fn keep(&self, path: &Path, serial: u64) -> Result<(), StoreError> {
        self.folder.make_private(&self.kept_folder())?;
        let kept = self.kept_folder().join(format!("state-{serial:012}.json"));
        let disk = self.folder.disk();
        match disk.link(path, &kept) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                disk.remove(&kept).and_then(|()| disk.link(path, &kept))
            }
            done => done,
        }
        .map_err(StoreError::writing(&kept))
    }

    /// The files kept, the oldest first.
    fn kept(&self) -> Result<Vec<PathBuf>, StoreError> {
        let folder = self.kept_folder();
        let entries = match self.folder.disk().list(&folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(StoreError::reading(&folder)(error)),
        };
        let names = entries.into_iter().map(|entry| entry.name);
        let mut paths: Vec<PathBuf> = names
            .filter(|name| name.starts_with("state-"))
            .map(|name| folder.join(name))
            .collect();
        paths.sort();
        Ok(paths)
    }

    fn drop_oldest(&self) -> Result<(), StoreError> {
        let kept = self.kept()?;
        for path in &kept[..kept.len().saturating_sub(KEPT)] {
            let removed = self.folder.disk().remove(path);
            removed.map_err(StoreError::writing(path))?;
        }
        Ok(())
    }

    fn recover(&self, path: PathBuf, source: StateFileError) -> Result<Loaded, StoreError> {
        for kept in self.kept()?.iter().rev() {
            let Some(bytes) = read_up_to(self.folder.disk(), kept, LARGEST)? else {
                continue;
            };
            if let Ok((state, digest)) = file::read(&bytes) {
                let recovery = Some(format!(
                    "`{}` is damaged; the state of serial {} and the journals since stand in \
                     for it",
                    path.display(),
                    state.serial
                ));
                let loaded = Loaded {
                    state,
                    digest,
                    recovery,
                };
                return bring_up_to_date(loaded, &JournalStore::new(self.folder.clone()));
            }
        }
        Err(StoreError::State { path, source })
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
    use std::fs;

    use super::*;
    use crate::state::{Lineage, RunId};
    use crate::store::lock::Holder;
    use crate::tree::Timestamp;

    struct Place {
        folder: tempfile::TempDir,
        store: StateStore,
        lock: Lock,
    }

    fn place() -> Place {
        let folder = tempfile::tempdir().unwrap();
        let state_folder = StateFolder::at(folder.path());
        let holder = Holder::this_process(RunId::new("r"), Timestamp::default());
        Place {
            store: StateStore::new(state_folder.clone()),
            lock: Lock::take(&state_folder, &holder).unwrap(),
            folder,
        }
    }

    fn publish_up_to(place: &Place, last: u64) -> Vec<State> {
        let mut state = State::new(Lineage::new("l"));
        let mut all = Vec::new();
        for serial in 1..=last {
            state.serial = serial;
            let digest = place.store.publish(&place.lock, &state).unwrap();
            all.push(state.clone());
            state.previous = Some(digest);
        }
        all
    }

    #[test]
    fn what_was_published_is_loaded() {
        let place = place();
        assert!(place.store.load().unwrap().is_none());
        let states = publish_up_to(&place, 14);
        let loaded = place.store.load().unwrap().unwrap();
        assert_eq!(loaded.state, states[13]);
        assert_eq!(loaded.recovery, None);
        assert_eq!(place.store.kept().unwrap().len(), KEPT);
    }

    #[test]
    fn a_damaged_state_is_replaced_by_the_newest_good_one() {
        let place = place();
        let states = publish_up_to(&place, 4);
        let path = place.store.path();
        let mut bytes = fs::read(&path).unwrap();
        bytes[20] ^= 1;
        fs::write(&path, &bytes).unwrap();
        let newest = place.store.kept().unwrap().pop().unwrap();
        fs::write(&newest, "torn").unwrap();
        let loaded = place.store.load().unwrap().unwrap();
        assert_eq!(loaded.state.serial, states[1].serial);
        assert!(
            loaded
                .recovery
                .unwrap()
                .contains("serial 2 and the journals")
        );
        let mut next = loaded.state;
        next.serial += 1;
        next.previous = Some(loaded.digest);
        place.store.publish(&place.lock, &next).unwrap();
        assert_eq!(place.store.load().unwrap().unwrap().state, next);
    }

    #[test]
    fn a_damaged_state_without_an_earlier_one_is_an_error() {
        let place = place();
        publish_up_to(&place, 1);
        fs::write(place.store.path(), "{}").unwrap();
        let error = place.store.load().unwrap_err().to_string();
        assert!(
            error.contains("state.json") && error.contains("damaged"),
            "{error}"
        );
    }

    #[test]
    fn a_state_that_another_run_wrote_is_not_overwritten() {
        let place = place();
        let mut states = publish_up_to(&place, 3);
        let stale = states.remove(1);
        let error = place.store.publish(&place.lock, &stale).unwrap_err();
        assert!(matches!(error, StoreError::StateMoved { .. }));
        assert_eq!(place.store.load().unwrap().unwrap().state, states[1]);
        assert!(place.folder.path().join("state.json").exists());
    }
}
