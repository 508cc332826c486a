//! A state that is older than the runs: their journals bring it up to date.

use super::error::StoreError;
use super::journal_store::JournalStore;
use super::state_store::Loaded;
use crate::journal::{RunProgress, advance};

/// Folds the journals of all runs that came after a state into it.
pub(super) fn bring_up_to_date(
    mut loaded: Loaded,
    journals: &JournalStore,
) -> Result<Loaded, StoreError> {
    let from = loaded.state.serial;
    for run in journals.runs()? {
        let Ok(stored) = journals.read(&run) else {
            continue;
        };
        let progress = RunProgress::of(&stored.records);
        let follows = progress
            .start
            .as_ref()
            .is_some_and(|start| start.lineage == loaded.state.lineage && start.serial >= from);
        if !follows {
            continue;
        }
        if let Ok(plan) = journals.plan(&run) {
            let previous = Some(loaded.digest.clone());
            loaded.state = advance(loaded.state, previous, &plan, &progress);
        }
    }
    // The next state follows the file that was read, whatever was folded on top of it.
    loaded.state.previous = Some(loaded.digest.clone());
    Ok(loaded)
}
