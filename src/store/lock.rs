//! One writing run at a time: a lock that the kernel frees when its holder dies.

use std::fmt;
use std::fs::TryLockError;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use serde::{Deserialize, Serialize};

use super::disk::{DiskFile, Purpose};
use super::error::StoreError;
use super::folder::StateFolder;
use crate::state::RunId;
use crate::tree::Timestamp;

/// The right to write the state and to change storage on its behalf, until dropped or, where work
/// goes on that nobody waits for, until the process ends.
#[derive(Debug)]
pub struct Lock {
    /// There until the lock is dropped.
    file: Option<Box<dyn DiskFile>>,
    outlives_its_holder: AtomicBool,
}

/// Who holds a lock: text for people, never used to decide anything.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// The process.
    pub process: u32,
    /// The machine.
    pub host: String,
    /// The run.
    pub run: RunId,
    /// Since when.
    pub since: Timestamp,
}

impl Lock {
    /// Takes the lock of a state folder, which is made where it is missing.
    ///
    /// # Errors
    /// `Locked`, naming the holder; or the folder cannot be written.
    pub fn take(folder: &StateFolder, holder: &Holder) -> Result<Self, StoreError> {
        folder.create()?;
        let path = folder.path().join("lock");
        let opened = folder.disk().open(&path, Purpose::Lock);
        let mut file = opened.map_err(StoreError::writing(&path))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(held(path, &mut *file)),
            Err(TryLockError::Error(error)) => return Err(StoreError::writing(&path)(error)),
        }
        sign(&mut *file, holder, &path)?;
        Ok(Self {
            file: Some(file),
            outlives_its_holder: AtomicBool::new(false),
        })
    }

    /// From now on dropping the lock does not free it: only the end of the process does.
    ///
    /// For a run that is left while a thread may still be at work on an item. Nobody else may begin
    /// before that thread is gone, and it goes with the process.
    pub fn hold_until_exit(&self) {
        self.outlives_its_holder.store(true, Ordering::Relaxed);
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        let Some(mut file) = self.file.take() else {
            return;
        };
        if self.outlives_its_holder.load(Ordering::Relaxed) {
            // A file that is never closed keeps its lock until the kernel closes it.
            std::mem::forget(file);
            return;
        }
        // Closing the file frees the lock; its text would only mislead people until the next run.
        let _ = file.set_size(0);
    }
}

fn sign(file: &mut dyn DiskFile, holder: &Holder, path: &Path) -> Result<(), StoreError> {
    let text = serde_json::to_string(holder).unwrap_or_default();
    file.set_size(0)
        .and_then(|()| file.write_at(0, text.as_bytes()))
        .map_err(StoreError::writing(path))
}

impl Holder {
    /// This process, for a run that begins now.
    pub fn this_process(run: RunId, since: Timestamp) -> Self {
        let host = rustix::system::uname().nodename().to_string_lossy().into();
        Self {
            process: std::process::id(),
            host,
            run,
            since,
        }
    }
}

fn held(path: PathBuf, file: &mut dyn DiskFile) -> StoreError {
    let text = file.read(4096).ok();
    let holder = text.and_then(|text| serde_json::from_slice(&text).ok());
    StoreError::Locked { path, holder }
}

impl fmt::Display for Holder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "run {} of process {} on {}, since {}",
            self.run, self.process, self.host, self.since
        )
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
    use super::*;

    fn holder(run: &str) -> Holder {
        Holder::this_process(RunId::new(run), Timestamp::default())
    }

    #[test]
    fn one_run_holds_it_until_it_is_dropped() {
        let place = tempfile::tempdir().unwrap();
        let folder = StateFolder::at(place.path().join(".reshelve"));
        let first = Lock::take(&folder, &holder("first")).unwrap();
        let error = Lock::take(&folder, &holder("second")).unwrap_err();
        let text = error.to_string();
        let process = std::process::id().to_string();
        for part in ["first", &process, "1970-01-01T00:00:00Z"] {
            assert!(text.contains(part), "{text}");
        }
        drop(first);
        Lock::take(&folder, &holder("second")).unwrap();
    }

    #[test]
    fn work_that_nobody_waits_for_keeps_it() {
        let place = tempfile::tempdir().unwrap();
        let folder = StateFolder::at(place.path().join(".reshelve"));
        let lock = Lock::take(&folder, &holder("left")).unwrap();
        lock.hold_until_exit();
        drop(lock);
        let error = Lock::take(&folder, &holder("next")).unwrap_err();
        assert!(error.to_string().contains("run left"), "{error}");
    }

    #[test]
    fn text_of_a_dead_run_hinders_nobody() {
        let place = tempfile::tempdir().unwrap();
        let folder = StateFolder::at(place.path());
        std::fs::write(
            place.path().join("lock"),
            "{\"process\":1, and so on".repeat(300),
        )
        .unwrap();
        let lock = Lock::take(&folder, &holder("next")).unwrap();
        let error = Lock::take(&folder, &holder("other")).unwrap_err();
        assert!(error.to_string().contains("run next"), "{error}");
        drop(lock);
    }

    #[test]
    fn its_folder_is_private_and_ignored_by_version_control() {
        use std::os::unix::fs::PermissionsExt;
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("a/.reshelve");
        let _lock = Lock::take(&StateFolder::at(&path), &holder("r")).unwrap();
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
        assert_eq!(std::fs::read(path.join(".gitignore")).unwrap(), b"*\n");
    }
}
