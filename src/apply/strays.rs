//! What is inside a folder that was placed as a whole, and was not part of it.

use std::collections::BTreeSet;

use crate::journal::{Fact, RunProgress, Standing};
use crate::plan::{Action, Operation, OperationId, Plan, Reason, Recording};
use crate::provider::{ListRequest, Provider, ProviderError};
use crate::tree::{Address, EntryKind};

/// Lists every folder that came with a whole-folder operation that is done, and names the entries
/// that nobody asked for: a service may have carried along what was added meanwhile.
pub(super) async fn strays(
    provider: &dyn Provider,
    plan: &Plan,
    progress: &RunProgress,
) -> Vec<Fact> {
    let whole: BTreeSet<OperationId> = plan
        .operations
        .iter()
        .filter(|operation| is_whole(operation, progress))
        .map(|operation| operation.id)
        .collect();
    let belongs = |recording: &&Recording| {
        recording
            .operation
            .is_some_and(|operation| whole.contains(&operation))
    };
    let placed: BTreeSet<&Address> = plan
        .recordings
        .iter()
        .map(|recording| &recording.target)
        .collect();
    let mut facts = Vec::new();
    for recording in plan.recordings.iter().filter(belongs) {
        if recording.provenance.kind == EntryKind::Folder {
            match names(provider, &recording.target).await {
                Ok(names) => facts.extend(
                    names
                        .iter()
                        .filter_map(|name| stray(&recording.target, name, &placed)),
                ),
                Err(error) => facts.push(Fact::Differs {
                    target: recording.target.clone(),
                    message: format!("it could not be listed: {}", error.message),
                }),
            }
        }
    }
    facts
}

fn is_whole(operation: &Operation, progress: &RunProgress) -> bool {
    let carries = match operation.action {
        Action::Copy { .. } | Action::Move { .. } | Action::Rename { .. } => true,
        Action::CreateFolder { .. } | Action::Remove { .. } => false,
    };
    let done = matches!(
        progress.operations.get(&operation.id),
        Some(Standing::Done { .. })
    );
    let stays = operation.reason != Reason::Temporary;
    carries && done && stays && operation.kind == EntryKind::Folder
}

/// The names in a folder, from all its pages.
async fn names(provider: &dyn Provider, folder: &Address) -> Result<Vec<String>, ProviderError> {
    let mut request = ListRequest {
        space: folder.space.clone(),
        folder: folder.path.clone(),
        id: None,
        page: None,
    };
    let mut names = Vec::new();
    loop {
        let page = provider.list(&request).await?;
        names.extend(page.listing.entries().map(|entry| entry.name.to_owned()));
        if page.next.is_none() || page.next == request.page {
            return Ok(names);
        }
        request.page = page.next;
    }
}

fn stray(folder: &Address, name: &str, placed: &BTreeSet<&Address>) -> Option<Fact> {
    let target = Address::new(folder.space.clone(), folder.path.join(name).ok()?);
    let message = "it is there and was not part of what was placed".into();
    (!placed.contains(&target)).then_some(Fact::Differs { target, message })
}
