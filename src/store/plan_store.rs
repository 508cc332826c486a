//! Saved plans, wherever the user wants them.

use std::path::Path;

use super::atomic;
use super::disk::Disk;
use super::error::StoreError;
use super::folder::read_up_to;
use super::system_disk::SystemDisk;
use crate::plan::{Plan, file};

/// The largest plan that is read, in bytes.
const LARGEST: u64 = 2 << 30;

/// Saves a sealed plan, private to its owner, in place of what is there.
///
/// # Errors
/// It cannot be written; what was there stays.
pub fn save_plan(path: &Path, plan: &Plan) -> Result<(), StoreError> {
    save_plan_on(&SystemDisk, path, plan)
}

pub(super) fn save_plan_on(disk: &dyn Disk, path: &Path, plan: &Plan) -> Result<(), StoreError> {
    atomic::replace(disk, path, |out| file::write(plan, out)).map_err(StoreError::writing(path))
}

/// Loads a saved plan, proven to be as it was saved.
///
/// # Errors
/// There is no such file, it cannot be read, or it is no plan as this program wrote it.
pub fn load_plan(path: &Path) -> Result<Plan, StoreError> {
    load_plan_from(&SystemDisk, path)
}

pub(super) fn load_plan_from(disk: &dyn Disk, path: &Path) -> Result<Plan, StoreError> {
    let missing = || std::io::Error::from(std::io::ErrorKind::NotFound);
    let found = read_up_to(disk, path, LARGEST)?;
    let bytes = found.ok_or_else(|| StoreError::reading(path)(missing()))?;
    file::read(&bytes).map_err(|source| StoreError::Plan {
        path: path.to_owned(),
        source,
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
    use super::*;
    use crate::plan::sample;

    #[test]
    fn what_was_saved_is_loaded() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("plan.json");
        let missing = load_plan(&path).unwrap_err();
        assert!(matches!(missing, StoreError::Read { .. }), "{missing}");
        save_plan(&path, &sample::plan()).unwrap();
        assert_eq!(load_plan(&path).unwrap(), sample::plan());
        std::fs::write(&path, "{}").unwrap();
        let error = load_plan(&path).unwrap_err();
        assert!(matches!(error, StoreError::Plan { .. }), "{error}");
    }
}
