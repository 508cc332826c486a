//! One batch, one call: what the items must share, and the calls that take one item.

use super::decode::incomplete;
use super::fetch::Listed;
use super::list::known;
use super::provider::DingTalkProvider;
use super::sight::Sight;
use super::wire::{ConflictStrategy, DentryReply, Id};
use crate::plan::{Action, Operation, Place, Strategy};
use crate::provider::error::{ErrorKind, ProviderError};
use crate::provider::http::Nature;
use crate::provider::provider::{BatchReply, BatchRequest, ItemDone, ItemReply};
use crate::tree::{Address, EntryId, EntryKind};

impl DingTalkProvider {
    pub(super) async fn carry_out(
        &self,
        request: &BatchRequest<'_>,
    ) -> Result<BatchReply, ProviderError> {
        let Some(first) = request.operations.first() else {
            return Ok(BatchReply::default());
        };
        match &first.action {
            Action::CreateFolder { at } => {
                let operation = alone(request)?;
                let done = self.create(operation, at).await?;
                Ok(single(request, operation, done))
            }
            Action::Rename { from, to, strategy } => {
                let operation = alone(request)?;
                let done = self.rename(operation, from, to, *strategy).await?;
                Ok(single(request, operation, done))
            }
            Action::Copy { .. } | Action::Move { .. } => self.transfer(request).await,
            Action::Remove { .. } => self.remove(request).await,
        }
    }

    /// Makes a folder. The plan saw that its name is free, so a name that is taken is an error.
    async fn create(&self, operation: &Operation, at: &Place) -> Result<ItemDone, ProviderError> {
        let (Some(parent), Some(name)) = (at.path.parent(), at.path.name()) else {
            return Err(refused(operation, "the root of a space is always there"));
        };
        let space = self.space(&at.space)?;
        let mut parent_address = at.address();
        parent_address.path = parent;
        let mut folder = self.folder(&parent_address).await?;
        let strategy = ConflictStrategy::ReturnErrorIfExists;
        let mut reply = self.calls.add_folder(&space, &folder, name, strategy).await;
        if let Err(error) = &reply
            && let Some(other) = self.other_folder(&parent_address, &folder, error).await
        {
            folder = other;
            reply = self.calls.add_folder(&space, &folder, name, strategy).await;
        }
        let sight = made(&reply?, &folder)?;
        self.index.learn(&at.space, &folder, &sight.name, &sight.id);
        Ok(done(&sight, name))
    }

    /// Gives an entry a new name in its folder.
    async fn rename(
        &self,
        operation: &Operation,
        from: &Place,
        to: &Place,
        strategy: Strategy,
    ) -> Result<ItemDone, ProviderError> {
        let same_folder = from.space == to.space && from.path.parent() == to.path.parent();
        let (Some(name), true) = (to.path.name(), same_folder) else {
            return Err(refused(operation, "a rename does not leave its folder"));
        };
        if strategy != Strategy::Fail {
            let why = "a rename neither replaces an entry nor finds a free name by itself";
            return Err(refused(operation, why));
        }
        let space = self.space(&from.space)?;
        let id = self.source(operation, from, &mut Listed::new()).await?;
        let reply = self.calls.rename_dentry(&space, &id, name).await?;
        let sight = renamed(&reply, &id)?;
        let parent = sight
            .parent
            .clone()
            .or_else(|| self.index.parent(&from.space, &id));
        if sight.kind == EntryKind::Folder {
            match parent {
                Some(parent) => self.index.learn(&from.space, &parent, &sight.name, &id),
                None => self.index.forget(&from.space, &id),
            }
        }
        Ok(done(&sight, name))
    }

    /// The id of what is copied, moved, renamed or removed.
    ///
    /// # Errors
    /// Nothing is there, or something of another kind.
    pub(super) async fn source(
        &self,
        operation: &Operation,
        place: &Place,
        listed: &mut Listed,
    ) -> Result<Id, ProviderError> {
        if place.path.is_root() {
            return Err(refused(operation, "the root of a space stays as it is"));
        }
        if let Some(id) = &place.id {
            return known(id);
        }
        let Some(Sight { id, kind, .. }) = self.sight(place, listed).await? else {
            let message = format!("`{place}` is not there");
            return Err(ProviderError::refused(ErrorKind::NotFound, message));
        };
        if kind != operation.kind {
            let message = format!("`{place}` is no {} but a {kind}", operation.kind);
            return Err(ProviderError::refused(ErrorKind::Mismatch, message));
        }
        Ok(id)
    }

    /// The folder that has taken the place of one that a call did not find, if there is one. The
    /// call was refused, so it can be made again with that.
    pub(super) async fn other_folder(
        &self,
        address: &Address,
        folder: &Id,
        error: &ProviderError,
    ) -> Option<Id> {
        if error.kind != ErrorKind::NotFound || folder.is_root() {
            return None;
        }
        self.index.forget(&address.space, folder);
        let found = self.folder(address).await.ok();
        found.filter(|other| other != folder)
    }
}

/// The folder that came to be.
///
/// # Errors
/// The reply does not say so, or says something else.
pub(super) fn made(reply: &DentryReply, folder: &Id) -> Result<Sight, ProviderError> {
    let wrong = |why| incomplete("addFolder", Nature::Writes, why);
    let dentry = reply.dentry.as_ref();
    let dentry = dentry.ok_or_else(|| wrong("it holds no entry"))?;
    let sight = Sight::of(dentry).map_err(wrong)?;
    if sight.kind != EntryKind::Folder {
        return Err(wrong("what came to be is not a folder"));
    }
    if !is_in(&sight, folder) {
        return Err(wrong("the folder came to be elsewhere"));
    }
    Ok(sight)
}

/// The entry that has a new name.
///
/// # Errors
/// The reply does not say so, or speaks of another entry.
pub(super) fn renamed(reply: &DentryReply, id: &Id) -> Result<Sight, ProviderError> {
    let wrong = |why| incomplete("renameDentry", Nature::Writes, why);
    let dentry = reply.dentry.as_ref();
    let dentry = dentry.ok_or_else(|| wrong("it holds no entry"))?;
    let sight = Sight::of(dentry).map_err(wrong)?;
    if sight.id != *id {
        return Err(wrong("another entry was renamed"));
    }
    Ok(sight)
}

fn is_in(sight: &Sight, folder: &Id) -> bool {
    match &sight.parent {
        Some(parent) => parent == folder,
        None => folder.is_root(),
    }
}

/// What is told of an item. The service may have trimmed its name or kept its extension.
fn done(sight: &Sight, wished: &str) -> ItemDone {
    ItemDone {
        id: Some(EntryId::new(sight.id.as_str())),
        name: (sight.name != wished).then(|| sight.name.clone()),
        bin: None,
    }
}

/// The only operation of a call that takes one.
fn alone<'a>(request: &BatchRequest<'a>) -> Result<&'a Operation, ProviderError> {
    match request.operations {
        [operation] => Ok(operation),
        [first, ..] => {
            let why = "the service takes one at a time";
            Err(refused(first, why))
        }
        [] => Err(ProviderError::refused(ErrorKind::Other, "an empty call")),
    }
}

fn single(request: &BatchRequest<'_>, operation: &Operation, done: ItemDone) -> BatchReply {
    request.progress.item();
    let item = ItemReply {
        operation: operation.id,
        end: Ok(done),
    };
    BatchReply {
        items: vec![item],
        tasks: Vec::new(),
    }
}

/// The error of an operation, or of a call that begins with it, that the service has no call for.
pub(super) fn refused(operation: &Operation, why: &str) -> ProviderError {
    let word = operation.action.word();
    let place = operation.action.to().or(operation.action.from());
    let place = place
        .map(|place| format!(" at `{place}`"))
        .unwrap_or_default();
    let message = format!("{word}{place} was not sent: {why}");
    ProviderError::refused(ErrorKind::Unsupported, message)
}
