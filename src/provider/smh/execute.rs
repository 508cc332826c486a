//! One batch, one call: what is asked for, what is looked at before, and what a reply says of it.

use super::decode::incomplete;
use super::item::{Errand, Item, Verb, call_of, check, looked_at, refused};
use super::outcome::ends;
use super::provider::{SmhProvider, SpaceKey};
use super::wire::{
    self, ConflictStrategy, CopyItem, CreatedReply, DeleteItem, Field, MoveItem, Opaque,
    ResultItem, WirePath,
};
use crate::plan::{Action, Disposal, Operation, Permissions, Place};
use crate::provider::error::{Effect, ErrorKind, ProviderError};
use crate::provider::http::Nature;
use crate::provider::provider::{BatchReply, BatchRequest, ItemDone, ItemReply, TaskId, TaskReply};
use crate::tree::{EntryId, EntryPath, SpaceAlias};

/// The items of a call that are sent, with their operations, and what is known of the others.
#[derive(Default)]
struct Sorted<'a> {
    sent: Vec<(&'a Operation, Item)>,
    reply: BatchReply,
}

impl SmhProvider {
    pub(super) async fn carry_out(
        &self,
        request: &BatchRequest<'_>,
    ) -> Result<BatchReply, ProviderError> {
        match request.operations {
            [] => Ok(BatchReply::default()),
            [operation] if let Action::CreateFolder { at } = &operation.action => {
                let end = Ok(self.create(operation, at).await?);
                request.progress.item();
                let operation = operation.id;
                Ok(BatchReply {
                    items: vec![ItemReply { operation, end }],
                    tasks: Vec::new(),
                })
            }
            [first, others @ ..] => {
                let (verb, alias) = call_of(first)?;
                for other in others {
                    if call_of(other)? != (verb, alias.clone()) {
                        let why = "its call is of one kind and for one space";
                        return Err(refused(other, why));
                    }
                }
                self.batch(request, verb, &alias).await
            }
        }
    }

    /// Makes a folder. The plan saw that its name is free, so a name that is taken is an error.
    async fn create(&self, operation: &Operation, at: &Place) -> Result<ItemDone, ProviderError> {
        if at.path.is_root() {
            return Err(refused(operation, "the root of a space is always there"));
        }
        let space = &self.space(&at.space)?.id;
        let calls = self.calls(&at.space)?;
        let strategy = ConflictStrategy::Ask;
        let reply = calls.create_directory(space, &at.path, strategy).await?;
        made(&reply, &at.path)
    }

    async fn batch(
        &self,
        request: &BatchRequest<'_>,
        verb: Verb,
        alias: &SpaceAlias,
    ) -> Result<BatchReply, ProviderError> {
        let mut sorted = self.sorted(request.operations).await?;
        self.demand_bin(alias, &mut sorted).await?;
        let Sorted { sent, mut reply } = sorted;
        if sent.is_empty() {
            return Ok(reply);
        }
        let items: Vec<Item> = sent.into_iter().map(|(_, item)| item).collect();
        let space = self.space(alias)?;
        let answer = self.send(alias, space, verb, &items).await?;
        match answered(verb, &answer)? {
            Answered::Task(task) => {
                let task = TaskId(format!("{alias}:{task}"));
                reply.tasks.extend(items.iter().map(|item| TaskReply {
                    operation: item.operation,
                    task: task.clone(),
                    done: ItemDone::default(),
                }));
                self.begun.remember(task, verb, items);
            }
            Answered::Results(results) => {
                let ends = ends(verb, &items, results);
                for _ in ends.iter().filter(|item| item.end.is_ok()) {
                    request.progress.item();
                }
                reply.items.extend(ends);
            }
        }
        Ok(reply)
    }

    /// The items of operations. One that cannot be sent, or whose entry is not what the plan saw,
    /// fails by itself.
    async fn sorted<'a>(
        &self,
        operations: &'a [&'a Operation],
    ) -> Result<Sorted<'a>, ProviderError> {
        let mut sorted = Sorted::default();
        for operation in operations {
            match self.item(operation) {
                Ok(item) => sorted.sent.push((operation, item)),
                Err(error) => sorted.reply.items.push(failed(operation, error)),
            }
        }
        let addresses = sorted.sent.iter();
        let addresses = addresses.flat_map(|(operation, _)| looked_at(operation));
        let looked = self.look(addresses).await.map_err(not_sent)?;
        let Sorted { sent, reply } = &mut sorted;
        sent.retain(|(operation, _)| match check(operation, &looked) {
            Ok(()) => true,
            Err(error) => {
                reply.items.push(failed(operation, error));
                false
            }
        });
        Ok(sorted)
    }

    /// A library without a recycle bin takes a removal to it for one for good. Nothing is removed
    /// for good that can be had back by the plan.
    async fn demand_bin(
        &self,
        alias: &SpaceAlias,
        sorted: &mut Sorted<'_>,
    ) -> Result<(), ProviderError> {
        let to_bin = |item: &Item| item.errand == Errand::Remove(Disposal::Recycle);
        if !sorted.sent.iter().any(|(_, item)| to_bin(item)) {
            return Ok(());
        }
        let space = &self.space(alias)?.id;
        let calls = self.calls(alias)?;
        let Err(error) = calls.list_recycled(space, 1, None).await else {
            return Ok(());
        };
        if error.kind != ErrorKind::Unsupported {
            return Err(not_sent(error));
        }
        let Sorted { sent, reply } = sorted;
        sent.retain(|(operation, item)| {
            if to_bin(item) {
                reply.items.push(failed(operation, error.clone()));
            }
            !to_bin(item)
        });
        Ok(())
    }

    async fn send(
        &self,
        alias: &SpaceAlias,
        space: &SpaceKey,
        verb: Verb,
        items: &[Item],
    ) -> Result<wire::BatchReply, ProviderError> {
        let calls = self.calls(alias)?;
        let space = &space.id;
        match verb {
            Verb::Copy => {
                let items: Vec<CopyItem<'_>> = items.iter().filter_map(copied).collect();
                calls.batch_copy(space, &items).await
            }
            Verb::Move => {
                let items: Vec<MoveItem<'_>> = items.iter().filter_map(moved).collect();
                calls.batch_move(space, &items).await
            }
            Verb::Remove => {
                let items: Vec<DeleteItem<'_>> = items.iter().filter_map(removed).collect();
                calls.batch_delete(space, &items).await
            }
        }
    }
}

/// What a reply to a batch comes to.
pub(super) enum Answered<'a> {
    /// A task goes on with all items.
    Task(&'a Opaque),
    /// The items have ended, each in its way.
    Results(&'a [ResultItem]),
}

/// What a reply to a batch comes to.
///
/// # Errors
/// It does not say.
pub(super) fn answered(
    verb: Verb,
    reply: &wire::BatchReply,
) -> Result<Answered<'_>, ProviderError> {
    let why = match (&reply.task_id, &reply.result) {
        (Field::Given(task), None) => return Ok(Answered::Task(task)),
        (Field::Absent, Some(results)) => return Ok(Answered::Results(results)),
        (Field::Absent, None) => "it holds neither results nor a task",
        (Field::Given(_) | Field::Odd, _) => "it does not say whether a task goes on",
    };
    Err(incomplete(verb.route(), Nature::Writes, why))
}

/// The folder that came to be.
///
/// # Errors
/// It came to be elsewhere.
pub(super) fn made(reply: &CreatedReply, wished: &EntryPath) -> Result<ItemDone, ProviderError> {
    let wished = WirePath::new(wished.as_str());
    let path = reply.path.known().unwrap_or(&wished);
    let (Some((folder, name)), Some((wished_folder, wished_name))) = (path.split(), wished.split())
    else {
        let why = "the folder came to be without a name";
        return Err(incomplete("createDirectory", Nature::Writes, why));
    };
    if folder != wished_folder {
        let why = "the folder came to be elsewhere";
        return Err(incomplete("createDirectory", Nature::Writes, why));
    }
    let inode = reply.inode.known().filter(|inode| !inode.is_empty());
    Ok(ItemDone {
        id: inode.map(|inode| EntryId::new(inode)),
        name: (name != wished_name).then(|| name.to_owned()),
        bin: None,
    })
}

fn copied(item: &Item) -> Option<CopyItem<'_>> {
    match &item.errand {
        Errand::Carry(carriage) => Some(CopyItem {
            copy_from: &item.source,
            to: &carriage.target,
            conflict_resolution_strategy: carriage.strategy,
            copy_from_space_id: carriage.from_space.as_deref(),
        }),
        Errand::Remove(_) => None,
    }
}

fn moved(item: &Item) -> Option<MoveItem<'_>> {
    match &item.errand {
        Errand::Carry(carriage) => Some(MoveItem {
            from: &item.source,
            to: &carriage.target,
            conflict_resolution_strategy: carriage.strategy,
            move_authority: carriage.permissions == Permissions::Preserve,
            from_space_id: carriage.from_space.as_deref(),
        }),
        Errand::Remove(_) => None,
    }
}

fn removed(item: &Item) -> Option<DeleteItem<'_>> {
    match &item.errand {
        Errand::Remove(disposal) => Some(DeleteItem {
            path: &item.source,
            permanent: *disposal == Disposal::Permanent,
        }),
        Errand::Carry(_) => None,
    }
}

fn failed(operation: &Operation, error: ProviderError) -> ItemReply {
    ItemReply {
        operation: operation.id,
        end: Err(error),
    }
}

/// What went wrong before a call was sent had no effect.
fn not_sent(mut error: ProviderError) -> ProviderError {
    error.effect = Effect::NotApplied;
    error
}
