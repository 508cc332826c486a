//! The last look before a folder goes that a move emptied.

use std::collections::BTreeSet;

use crate::plan::{Action, Operation, Place, Reason};
use crate::provider::{Effect, ErrorKind, ItemReply, ListRequest, Provider, ProviderError};
use crate::tree::EntryKind;

/// How many folders one look walks at most.
const MOST_FOLDERS: usize = 10_000;

/// Which operations of a call may be sent.
pub(super) struct Gate<'p> {
    pub(super) open: Vec<&'p Operation>,
    pub(super) refused: Vec<ItemReply>,
}

impl<'p> Gate<'p> {
    /// A removal of a folder that a move emptied relies on its being empty, which no earlier look
    /// can tell. Everything else passes.
    pub(super) async fn check(provider: &dyn Provider, operations: Vec<&'p Operation>) -> Gate<'p> {
        let mut gate = Gate {
            open: Vec::with_capacity(operations.len()),
            refused: Vec::new(),
        };
        for operation in operations {
            let verdict = match &operation.action {
                Action::Remove { at, .. } if operation.reason == Reason::Emptied => {
                    demand_no_files(provider, at).await
                }
                Action::Remove { .. }
                | Action::CreateFolder { .. }
                | Action::Copy { .. }
                | Action::Move { .. }
                | Action::Rename { .. } => Ok(()),
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

/// Passes where a folder holds nothing but folders.
async fn demand_no_files(provider: &dyn Provider, folder: &Place) -> Result<(), ProviderError> {
    let mut open = vec![folder.clone()];
    let mut seen = 0;
    while let Some(folder) = open.pop() {
        seen += 1;
        if seen > MOST_FOLDERS {
            let message = format!("{folder} holds too many folders to be sure that it is empty");
            return Err(ProviderError::refused(ErrorKind::Mismatch, message));
        }
        open.extend(folders_in(provider, &folder).await?);
    }
    Ok(())
}

async fn folders_in(provider: &dyn Provider, folder: &Place) -> Result<Vec<Place>, ProviderError> {
    let mut request = ListRequest {
        space: folder.space.clone(),
        folder: folder.path.clone(),
        id: folder.id.clone(),
        page: None,
    };
    let mut folders = Vec::new();
    let mut tokens = BTreeSet::new();
    loop {
        let page = match provider.list(&request).await {
            Ok(page) => page,
            // Somebody took it away; the removal itself will say so.
            Err(error) if error.kind == ErrorKind::NotFound => return Ok(folders),
            Err(error) => return Err(error),
        };
        for entry in page.listing.entries() {
            if entry.kind != EntryKind::Folder {
                let message = format!(
                    "{folder} holds {:?} now, which nobody asked to remove",
                    entry.name
                );
                return Err(ProviderError::refused(ErrorKind::Mismatch, message));
            }
            let path = folder.path.join(entry.name).map_err(|error| {
                ProviderError::refused(ErrorKind::InvalidReply, error.to_string())
            })?;
            folders.push(Place {
                space: folder.space.clone(),
                path,
                id: entry.id.to_id(),
            });
        }
        match page.next {
            Some(token) if tokens.insert(token.0.clone()) => request.page = Some(token),
            Some(_) => {
                let message = format!("the listing of {folder} never ends");
                return Err(ProviderError::refused(ErrorKind::InvalidReply, message));
            }
            None => return Ok(folders),
        }
    }
}
