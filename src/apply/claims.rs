//! Which entries operations of the run are known to have brought.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::journal::{RunProgress, Standing};
use crate::tree::EntryId;

/// The ids of entries that operations of the run brought: none of them is what another operation
/// in doubt may have brought.
#[derive(Debug, Default)]
pub(super) struct Claims {
    ids: Mutex<BTreeSet<EntryId>>,
}

impl Claims {
    /// What a run brought so far.
    pub(super) fn of(progress: &RunProgress) -> Self {
        let ids = progress.operations.values().filter_map(|standing| {
            if let Standing::Done { id, .. } = standing {
                id.clone()
            } else {
                None
            }
        });
        Self {
            ids: Mutex::new(ids.collect()),
        }
    }

    /// An operation is known to have brought this entry.
    pub(super) fn add(&self, id: &EntryId) {
        self.lock().insert(id.clone());
    }

    /// Whether an operation is known to have brought this entry.
    pub(super) fn hold(&self, id: &EntryId) -> bool {
        self.lock().contains(id)
    }

    fn lock(&self) -> MutexGuard<'_, BTreeSet<EntryId>> {
        self.ids.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
