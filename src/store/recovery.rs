//! A state that is older than the runs: their journals bring it up to date.

use super::error::StoreError;
use super::journal_store::JournalStore;
use super::state_store::Loaded;
use crate::journal::{RunProgress, advance};

/// Folds the journals of all runs that came after a state into it, in the order of the states
/// that they saw.
pub(super) fn bring_up_to_date(
    mut loaded: Loaded,
    journals: &JournalStore,
) -> Result<Loaded, StoreError> {
    let mut later = Vec::new();
    for run in journals.runs()? {
        let Ok(stored) = journals.read(&run) else {
            continue;
        };
        let progress = RunProgress::of(&stored.records);
        let state = &loaded.state;
        let serial = progress
            .start
            .as_ref()
            .filter(|start| start.lineage == state.lineage && start.serial >= state.serial)
            .map(|start| start.serial);
        if let Some(serial) = serial
            && let Ok(plan) = journals.plan(&run)
        {
            later.push((serial, plan, progress));
        }
    }
    later.sort_by_key(|(serial, ..)| *serial);
    for (_, plan, progress) in later {
        loaded.state = advance(loaded.state, None, &plan, &progress);
    }
    // The next state follows the file that was read, whatever was folded on top of it.
    loaded.state.previous = Some(loaded.digest.clone());
    Ok(loaded)
}
