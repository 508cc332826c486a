//! What a batch is asked for, item by item.

use super::calls::raw;
use super::look::Looked;
use super::provider::SmhProvider;
use super::sight::Sight;
use super::wire::ConflictStrategy;
use crate::plan::{
    Action, Disposal, Operation, OperationId, Permissions, Place, Reliance, Strategy,
};
use crate::provider::error::{ErrorKind, ProviderError};
use crate::tree::{Address, Attributes, EntryId, EntryKind, SpaceAlias};

/// One item as it is sent: enough to know it again in a reply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Item {
    /// The operation.
    pub(super) operation: OperationId,
    /// The path of what is copied, moved or removed.
    pub(super) source: String,
    /// What becomes of it.
    pub(super) errand: Errand,
}

/// What becomes of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Errand {
    /// It is copied or moved.
    Carry(Carriage),
    /// It is removed.
    Remove(Disposal),
}

/// A copy or a move.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Carriage {
    /// The id of the space it comes from, where it is another one.
    pub(super) from_space: Option<String>,
    /// The path it goes to.
    pub(super) target: String,
    /// What happens where that is taken.
    pub(super) strategy: ConflictStrategy,
    /// Whether the plan wants something replaced, which is not asked for where a folder comes.
    pub(super) wish: Wish,
    /// Whether permissions go along with a move.
    pub(super) permissions: Permissions,
}

/// What a plan wants at a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wish {
    /// A free name.
    Free,
    /// A file that is replaced.
    Replaced,
}

/// Which of the batch calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verb {
    /// `batchCopy`
    Copy,
    /// `batchMove`
    Move,
    /// `batchDelete`
    Remove,
}

impl Verb {
    /// The name of the call.
    pub(super) fn route(self) -> &'static str {
        match self {
            Self::Copy => "batchCopy",
            Self::Move => "batchMove",
            Self::Remove => "batchDelete",
        }
    }
}

/// The call of an operation, and the space in whose name it is made.
///
/// # Errors
/// The operation is none of a batch.
pub(super) fn call_of(operation: &Operation) -> Result<(Verb, SpaceAlias), ProviderError> {
    match &operation.action {
        Action::Copy { to, .. } => Ok((Verb::Copy, to.space.clone())),
        Action::Move { to, .. } | Action::Rename { to, .. } => Ok((Verb::Move, to.space.clone())),
        Action::Remove { at, .. } => Ok((Verb::Remove, at.space.clone())),
        Action::CreateFolder { .. } => Err(refused(operation, "folders are made one by one")),
    }
}

impl SmhProvider {
    /// The item of an operation.
    ///
    /// # Errors
    /// The service has no such thing to ask for.
    pub(super) fn item(&self, operation: &Operation) -> Result<Item, ProviderError> {
        let permissions = match &operation.action {
            Action::Move { permissions, .. } => *permissions,
            Action::CreateFolder { .. }
            | Action::Copy { .. }
            | Action::Rename { .. }
            | Action::Remove { .. } => Permissions::Preserve,
        };
        let from = operation.action.from();
        let from = from.ok_or_else(|| refused(operation, "folders are made one by one"))?;
        if from.path.is_root() {
            return Err(refused(operation, "the root of a space stays as it is"));
        }
        let errand = match &operation.action {
            Action::Remove { disposal, .. } => Errand::Remove(*disposal),
            Action::Copy { to, strategy, .. }
            | Action::Move { to, strategy, .. }
            | Action::Rename { to, strategy, .. } => {
                self.check_way(operation, from, to)?;
                let (strategy, wish) = strategy_of(operation, *strategy)?;
                let (own, other) = (self.space(&to.space)?, self.space(&from.space)?);
                Errand::Carry(Carriage {
                    from_space: (own != other).then(|| other.id.clone()),
                    target: raw(&to.path).to_owned(),
                    strategy,
                    wish,
                    permissions,
                })
            }
            Action::CreateFolder { .. } => {
                return Err(refused(operation, "folders are made one by one"));
            }
        };
        Ok(Item {
            operation: operation.id,
            source: raw(&from.path).to_owned(),
            errand,
        })
    }

    fn check_way(
        &self,
        operation: &Operation,
        from: &Place,
        to: &Place,
    ) -> Result<(), ProviderError> {
        if to.path.is_root() {
            return Err(refused(operation, "a root is never a target's name"));
        }
        let inside = from.space == to.space && to.path.is_strictly_below(&from.path);
        if operation.kind == EntryKind::Folder && inside {
            return Err(refused(operation, "a folder cannot go into itself"));
        }
        if self.space(&from.space)?.library != self.space(&to.space)?.library {
            let why = "the service carries nothing from one library to another";
            return Err(refused(operation, why));
        }
        Ok(())
    }
}

/// A folder is never sent with `overwrite`, which the service does not have for it: what is in its
/// way is then told.
fn strategy_of(
    operation: &Operation,
    strategy: Strategy,
) -> Result<(ConflictStrategy, Wish), ProviderError> {
    match strategy {
        Strategy::Fail => Ok((ConflictStrategy::Ask, Wish::Free)),
        Strategy::Overwrite(_) if operation.kind == EntryKind::File => {
            Ok((ConflictStrategy::Overwrite, Wish::Replaced))
        }
        Strategy::Overwrite(_) => Ok((ConflictStrategy::Ask, Wish::Replaced)),
        Strategy::Rename => {
            let why = "its plan names a free name itself";
            Err(refused(operation, why))
        }
    }
}

/// The addresses that are looked at before an item is sent: its source, and the file that it
/// replaces.
pub(super) fn looked_at(operation: &Operation) -> impl Iterator<Item = Address> {
    let from = operation.action.from().map(Place::address);
    let to = operation.action.to().map(Place::address);
    let relied = |address: &Address| {
        let mut relies_on = operation.relies_on.iter();
        relies_on.any(|reliance| {
            matches!(reliance, Reliance::File { .. }) && reliance.address() == address
        })
    };
    from.into_iter().chain(to.filter(relied))
}

/// Paths are all that a call says of entries, so what is there must be what the plan saw: the same
/// kind and inode, and of a file the same size and checksum.
///
/// # Errors
/// It is not there, or something else is.
pub(super) fn check(operation: &Operation, looked: &Looked) -> Result<(), ProviderError> {
    let Some(from) = operation.action.from() else {
        return Ok(());
    };
    let source = from.address();
    let Some(sight) = looked.get(&source) else {
        let message = format!("`{source}` is not there");
        return Err(ProviderError::refused(ErrorKind::NotFound, message));
    };
    if sight.kind != operation.kind {
        let message = format!("`{source}` is no {} but a {}", operation.kind, sight.kind);
        return Err(ProviderError::refused(ErrorKind::Mismatch, message));
    }
    if is_another(from.id.as_ref(), sight) {
        return Err(changed(&source, "another entry has taken its place"));
    }
    for reliance in &operation.relies_on {
        if let Reliance::File {
            address,
            id,
            attributes,
        } = reliance
            && let Some(sight) = looked.get(address)
        {
            if sight.kind != EntryKind::File || is_another(id.as_ref(), sight) {
                return Err(changed(address, "another entry has taken its place"));
            }
            if !is_unchanged(attributes, &sight.attributes) {
                return Err(changed(address, "it was changed"));
            }
        }
    }
    Ok(())
}

/// Whether an entry has another id than it was known by. One whose id nobody states is taken for
/// the same.
fn is_another(known: Option<&EntryId>, sight: &Sight) -> bool {
    let both = known.zip(sight.id.as_ref());
    both.is_some_and(|(known, found)| known != found)
}

/// Where both have a checksum, times say no more.
fn is_unchanged(planned: &Attributes, found: &Attributes) -> bool {
    let same = match (&planned.fingerprint, &found.fingerprint) {
        (Some(planned), Some(found)) => planned == found,
        (None, _) | (_, None) => planned.modified == found.modified,
    };
    planned.size == found.size && same
}

fn changed(address: &Address, difference: &str) -> ProviderError {
    let message = format!("`{address}`: {difference} since the plan was made; plan again");
    ProviderError::refused(ErrorKind::Mismatch, message)
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
