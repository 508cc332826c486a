//! The last look before something goes.

use crate::plan::{Action, Carrier, Operation, Place, Reason, Reliance, is_of_staging_folder};
use crate::provider::{Effect, ErrorKind, FetchedEntry, ItemReply, Provider, ProviderError};

use super::call::Site;
use super::contents::demand_no_files;
use super::staged::demand_only_copies;

/// Which operations of a call may be sent.
pub(super) struct Gate<'p> {
    pub(super) open: Vec<&'p Operation>,
    pub(super) refused: Vec<ItemReply>,
}

impl<'p> Gate<'p> {
    /// What is to be removed is looked at once more, all of a call together. A folder that a move
    /// emptied must be empty, which no earlier look can tell; any other folder must hold what the
    /// plan relies on; a service removes by id and is not told what the entry looked like when the
    /// plan was made. Everything else passes.
    pub(super) async fn check(site: Site<'_>, operations: Vec<&'p Operation>) -> Gate<'p> {
        let provider = site.provider;
        let mut gate = Gate {
            open: Vec::with_capacity(operations.len()),
            refused: Vec::new(),
        };
        let again: Vec<(usize, Place)> = (operations.iter().enumerate())
            .filter_map(|(position, operation)| {
                let at = looked_at_again(provider, operation)?;
                Some((position, at.clone()))
            })
            .collect();
        let found = fetch(provider, &again).await;
        for (position, operation) in operations.into_iter().enumerate() {
            let looked = again.iter().position(|(other, _)| *other == position);
            let verdict = match (&operation.action, looked, &found) {
                (Action::Remove { at, .. }, ..) if goes_with_copies(operation) => {
                    demand_only_copies(site, at).await
                }
                (Action::Remove { at, .. }, ..) if is_emptied(operation) => {
                    demand_no_files(provider, at).await
                }
                (_, Some(_), Err(error)) => Err(error.clone()),
                (Action::Remove { at, .. }, Some(looked), Ok(found)) => {
                    match demand_unchanged(operation, at, found[looked].as_ref()) {
                        Ok(()) => site.demand_content(operation, at).await,
                        refused => refused,
                    }
                }
                (Action::Remove { at, .. }, None, _) => site.demand_content(operation, at).await,
                _ => Ok(()),
            };
            match verdict {
                Ok(()) => gate.open.push(operation),
                Err(error) => gate.refused.push(ItemReply {
                    operation: operation.id,
                    // The removal was not sent, whatever the look went wrong with.
                    end: Err(ProviderError {
                        effect: Effect::NotApplied,
                        ..error
                    }),
                }),
            }
        }
        gate
    }
}

impl Site<'_> {
    async fn demand_content(self, operation: &Operation, at: &Place) -> Result<(), ProviderError> {
        let subtrees = self.subtrees;
        subtrees
            .demand_unchanged(self.provider, self.plan, operation, at)
            .await
    }
}

/// What a removal takes away, where a service does it. This machine looks for itself, with the
/// entry in its hands.
fn looked_at_again<'p>(provider: &dyn Provider, operation: &'p Operation) -> Option<&'p Place> {
    let Action::Remove { at, .. } = &operation.action else {
        return None;
    };
    let sheet = provider.capabilities(&at.space).ok()?;
    let by_service = sheet.carrier == Carrier::Service;
    let is_judged_by_content = is_emptied(operation) || goes_with_copies(operation);
    (by_service && !is_judged_by_content).then_some(at)
}

/// Whether a removal is of a folder that moves emptied.
fn is_emptied(operation: &Operation) -> bool {
    operation.reason == Reason::Emptied && !is_of_staging_folder(operation)
}

/// Whether a removal is of a folder that copies of the same run went by. One that an earlier run
/// left was looked at when the plan was made.
fn goes_with_copies(operation: &Operation) -> bool {
    is_of_staging_folder(operation) && operation.relies_on.is_empty()
}

async fn fetch(
    provider: &dyn Provider,
    again: &[(usize, Place)],
) -> Result<Vec<Option<FetchedEntry>>, ProviderError> {
    if again.is_empty() {
        return Ok(Vec::new());
    }
    let places: Vec<Place> = again.iter().map(|(_, place)| place.clone()).collect();
    let found = provider.fetch(&places).await?;
    if found.len() == places.len() {
        Ok(found)
    } else {
        let message = "the answer has another number of entries";
        Err(ProviderError::refused(ErrorKind::InvalidReply, message))
    }
}

/// Passes where an entry is at its place as the plan relies on.
fn demand_unchanged(
    operation: &Operation,
    at: &Place,
    found: Option<&FetchedEntry>,
) -> Result<(), ProviderError> {
    let Some(found) = found else {
        let message = format!("{at} is gone, or was taken elsewhere");
        return Err(ProviderError::refused(ErrorKind::NotFound, message));
    };
    let address = at.address();
    let same_content = operation.relies_on.iter().all(|reliance| match reliance {
        Reliance::File {
            address: other,
            attributes,
            ..
        } => *other != address || *attributes == found.seen.attributes,
        Reliance::Absent { .. } | Reliance::Folder { .. } | Reliance::Subtree { .. } => true,
    });
    let same_id = at.id.is_none() || at.id == found.seen.id;
    if found.kind == operation.kind && same_id && same_content {
        Ok(())
    } else {
        let message = format!("{at} was changed since the plan was made, and stays");
        Err(ProviderError::refused(ErrorKind::Mismatch, message))
    }
}
