//! Copies, moves and removals: many items, one call, matched by their ids.

use std::collections::BTreeMap;

use super::calls::Destination;
use super::decode::incomplete;
use super::execute::refused;
use super::fetch::Listed;
use super::outcome::{Asked, Outcome, outcomes};
use super::provider::DingTalkProvider;
use super::wire::{self, ConflictStrategy, Id};
use crate::plan::{Action, Disposal, Operation, Permissions, Place, Strategy};
use crate::provider::error::{ErrorKind, ProviderError};
use crate::provider::http::Nature;
use crate::provider::provider::{BatchReply, BatchRequest, ItemDone, ItemReply, TaskId, TaskReply};
use crate::tree::{Address, EntryId, EntryKind, EntryPath, SpaceAlias};

/// What all items of a copy or move share.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Transfer {
    from: SpaceAlias,
    folder: Address,
    strategy: ConflictStrategy,
    /// `None` for copies.
    permissions: Option<Permissions>,
}

/// The items of a call by the ids that it names, and those that are not sent.
#[derive(Default)]
struct Items<'a> {
    by_id: BTreeMap<Id, &'a Operation>,
    refused: Vec<ItemReply>,
}

const BIN: &str = "the recycle bin of DingTalk";

impl DingTalkProvider {
    /// Copies or moves entries into one folder.
    pub(super) async fn transfer(
        &self,
        request: &BatchRequest<'_>,
    ) -> Result<BatchReply, ProviderError> {
        let transfer = shared(request.operations, transfer_of)?;
        let space = self.space(&transfer.from)?;
        let mut to = Destination {
            space: self.space(&transfer.folder.space)?,
            folder: self.folder(&transfer.folder).await?,
            strategy: transfer.strategy,
        };
        let items = self.items(request.operations).await?;
        if items.by_id.is_empty() {
            return Ok(items.without_call());
        }
        let ids: Vec<Id> = items.by_id.keys().cloned().collect();
        let mut reply = self.send(&transfer, &space, &ids, &to).await;
        if let Err(error) = &reply
            && let Some(other) = self.other_folder(&transfer.folder, &to.folder, error).await
        {
            to.folder = other;
            reply = self.send(&transfer, &space, &ids, &to).await;
        }
        let asked = Asked {
            route: transfer.route(),
            space: &space,
            target_space: Some(&to.space),
        };
        let outcomes = judged(&asked, &ids, &reply?)?;
        let names = self.names(&transfer, &outcomes).await;
        let mut reply = items.without_call();
        for (id, outcome) in outcomes {
            let Some(operation) = items.by_id.get(&id) else {
                continue;
            };
            self.remember(&transfer, operation, &id, &to, &outcome);
            let name = match (&names, target(&outcome)) {
                (Some(names), Some(target)) => match names.get(target) {
                    Some(name) => Some(name.clone()),
                    // Without its name an entry that chose one cannot be spoken of.
                    None if matches!(outcome, Outcome::Done { .. }) => continue,
                    None => None,
                },
                _ => None,
            };
            report(&mut reply, request, operation, outcome, name, None);
        }
        Ok(reply)
    }

    /// Removes entries of one space.
    pub(super) async fn remove(
        &self,
        request: &BatchRequest<'_>,
    ) -> Result<BatchReply, ProviderError> {
        let (alias, disposal) = shared(request.operations, removal_of)?;
        let space = self.space(&alias)?;
        let items = self.items(request.operations).await?;
        if items.by_id.is_empty() {
            return Ok(items.without_call());
        }
        let ids: Vec<Id> = items.by_id.keys().cloned().collect();
        let reply = self.calls.delete_dentries(&space, &ids, disposal).await?;
        let asked = Asked {
            route: "batchRemove",
            space: &space,
            target_space: None,
        };
        let outcomes = judged(&asked, &ids, &reply)?;
        let mut reply = items.without_call();
        for (id, outcome) in outcomes {
            let Some(operation) = items.by_id.get(&id) else {
                continue;
            };
            if !matches!(outcome, Outcome::Failed(_)) {
                self.index.forget(&alias, &id);
            }
            let bin = (disposal == Disposal::Recycle).then(|| BIN.to_owned());
            report(&mut reply, request, operation, outcome, None, bin);
        }
        Ok(reply)
    }

    async fn send(
        &self,
        transfer: &Transfer,
        space: &Id,
        ids: &[Id],
        to: &Destination,
    ) -> Result<wire::BatchReply, ProviderError> {
        match transfer.permissions {
            None => self.calls.copy_dentries(space, ids, to).await,
            Some(wish) => self.calls.move_dentries(space, ids, to, wish).await,
        }
    }

    /// The ids of what is copied, moved or removed. An item whose entry is not there fails by
    /// itself and is not sent.
    async fn items<'a>(&self, operations: &'a [&'a Operation]) -> Result<Items<'a>, ProviderError> {
        let mut items = Items::default();
        let mut listed = Listed::new();
        for operation in operations {
            let Some(from) = operation.action.from() else {
                continue;
            };
            match self.source(operation, from, &mut listed).await {
                Ok(id) => {
                    if let Some(other) = items.by_id.insert(id, operation) {
                        let why = format!("it is the same entry as in {}", other.id);
                        return Err(refused(operation, &why));
                    }
                }
                Err(error) if is_about_the_item(&error) => items.refused.push(ItemReply {
                    operation: operation.id,
                    end: Err(error),
                }),
                Err(error) => return Err(error),
            }
        }
        Ok(items)
    }

    /// Keeps the index true to what the call did or may still do.
    fn remember(
        &self,
        transfer: &Transfer,
        operation: &Operation,
        id: &Id,
        to: &Destination,
        outcome: &Outcome,
    ) {
        if operation.kind != EntryKind::Folder || matches!(outcome, Outcome::Failed(_)) {
            return;
        }
        if transfer.permissions.is_some() {
            self.index.forget(&transfer.from, id);
        }
        let name = operation.action.to().and_then(|to| to.path.name());
        if let (Some(target), Some(name)) = (target(outcome), name)
            && transfer.strategy == ConflictStrategy::ReturnErrorIfExists
        {
            let space = &transfer.folder.space;
            self.index.learn(space, &to.folder, name, target);
        }
    }

    /// The names of what came to be, by id, where the service chose them: the reply of a batch has
    /// none. `None` where the names are those that were asked for.
    async fn names(
        &self,
        transfer: &Transfer,
        outcomes: &BTreeMap<Id, Outcome>,
    ) -> Option<BTreeMap<Id, String>> {
        if transfer.strategy != ConflictStrategy::AutoRename {
            return None;
        }
        let targets: Vec<Id> = outcomes.values().filter_map(target).cloned().collect();
        let mut names = BTreeMap::new();
        for ids in targets.chunks(super::sheet::FETCH_BATCH as usize) {
            let Ok(known) = self.query(&transfer.folder.space, ids).await else {
                continue;
            };
            names.extend(
                known
                    .into_iter()
                    .filter_map(|(id, sight)| Some((id, sight?.name))),
            );
        }
        Some(names)
    }
}

impl Transfer {
    fn route(&self) -> &'static str {
        match self.permissions {
            None => "batchCopy",
            Some(_) => "batchMove",
        }
    }
}

impl Items<'_> {
    /// The reply as far as it is known without a call.
    fn without_call(&self) -> BatchReply {
        BatchReply {
            items: self.refused.clone(),
            tasks: Vec::new(),
        }
    }
}

/// What every operation of a call has in common.
///
/// # Errors
/// They differ in something that the call states once, or one of them is something else.
fn shared<T: PartialEq>(
    operations: &[&Operation],
    read: impl Fn(&Operation) -> Result<T, ProviderError>,
) -> Result<T, ProviderError> {
    let (first, others) = operations.split_first().ok_or_else(|| {
        ProviderError::refused(ErrorKind::Other, "a call without operations was not sent")
    })?;
    let common = read(first)?;
    for operation in others {
        if read(operation)? != common {
            let why = "its call is of one kind, one source space, one target and one strategy";
            return Err(refused(operation, why));
        }
    }
    Ok(common)
}

fn transfer_of(operation: &Operation) -> Result<Transfer, ProviderError> {
    let (from, to, strategy, permissions) = match &operation.action {
        Action::Copy { from, to, strategy } => (from, to, *strategy, None),
        Action::Move {
            from,
            to,
            strategy,
            permissions,
        } => (from, to, *strategy, Some(*permissions)),
        Action::CreateFolder { .. } | Action::Rename { .. } | Action::Remove { .. } => {
            return Err(refused(operation, "its call only copies or only moves"));
        }
    };
    let folder = to.path.parent();
    let folder = folder.ok_or_else(|| refused(operation, "a root is never a target's name"))?;
    let is_folder = operation.kind == EntryKind::Folder;
    let strategy = match strategy {
        Strategy::Rename => ConflictStrategy::AutoRename,
        Strategy::Fail | Strategy::Overwrite(_) if from.path.name() != to.path.name() => {
            return Err(refused(
                operation,
                "an entry keeps its name; a rename is a call of its own",
            ));
        }
        Strategy::Fail => ConflictStrategy::ReturnErrorIfExists,
        Strategy::Overwrite(_) if is_folder => {
            let why = "what replacing does to a folder is stated nowhere";
            return Err(refused(operation, why));
        }
        Strategy::Overwrite(_) => ConflictStrategy::Overwrite,
    };
    if is_folder && from.space == to.space && to.path.is_at_or_below(&from.path) {
        return Err(refused(operation, "a folder cannot go into itself"));
    }
    Ok(Transfer {
        from: from.space.clone(),
        folder: Address::new(to.space.clone(), folder),
        strategy,
        permissions,
    })
}

fn removal_of(operation: &Operation) -> Result<(SpaceAlias, Disposal), ProviderError> {
    match &operation.action {
        Action::Remove {
            at: Place { path, .. },
            ..
        } if *path == EntryPath::root() => {
            Err(refused(operation, "the root of a space stays as it is"))
        }
        Action::Remove { at, disposal } => Ok((at.space.clone(), *disposal)),
        Action::CreateFolder { .. }
        | Action::Copy { .. }
        | Action::Move { .. }
        | Action::Rename { .. } => Err(refused(operation, "its call only removes")),
    }
}

fn judged(
    asked: &Asked<'_>,
    ids: &[Id],
    reply: &wire::BatchReply,
) -> Result<BTreeMap<Id, Outcome>, ProviderError> {
    outcomes(asked, ids, reply)
        .ok_or_else(|| incomplete(asked.route, Nature::Writes, "it holds no list of items"))
}

/// Whether what hinders one item leaves the others as they are.
fn is_about_the_item(error: &ProviderError) -> bool {
    matches!(error.kind, ErrorKind::NotFound | ErrorKind::Mismatch)
}

fn target(outcome: &Outcome) -> Option<&Id> {
    match outcome {
        Outcome::Done { target } | Outcome::Task { target, .. } => target.as_ref(),
        Outcome::Failed(_) | Outcome::Doubtful(_) => None,
    }
}

/// Puts an outcome into the reply; one in doubt stays out of it.
fn report(
    reply: &mut BatchReply,
    request: &BatchRequest<'_>,
    operation: &Operation,
    outcome: Outcome,
    name: Option<String>,
    bin: Option<String>,
) {
    let wished = operation.action.to().and_then(|to| to.path.name());
    let done = |target: Option<Id>| ItemDone {
        id: target.map(|id| EntryId::new(id.as_str())),
        name: name.filter(|name| Some(name.as_str()) != wished),
        bin,
    };
    let operation = operation.id;
    let end = match outcome {
        Outcome::Done { target } => {
            request.progress.item();
            Ok(done(target))
        }
        Outcome::Task { task, target } => {
            let task = TaskId(task.to_string());
            let done = done(target);
            reply.tasks.push(TaskReply {
                operation,
                task,
                done,
            });
            return;
        }
        Outcome::Failed(error) => Err(error),
        Outcome::Doubtful(why) => {
            tracing::debug!(%operation, why, "an item is in doubt");
            return;
        }
    };
    reply.items.push(ItemReply { operation, end });
}
