//! Where an entry went that is not where an operation in doubt was to bring it.

use std::collections::BTreeMap;

use super::call::Site;
use super::contents::contents;
use super::recovery::Doubtful;
use super::sight::{Age, age, may_be, source_attributes};
use crate::plan::{Action, Capabilities, Operation, Place, Strategy, is_expected};
use crate::provider::{ErrorKind, ItemDone, ProviderError, SeekRequest};
use crate::tree::{Address, Attributes, Entry, EntryId, EntryKind, Listing};

/// What a search found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Found {
    /// Nothing that could be it.
    Nothing,
    /// Exactly one entry that can be nothing else, with its name where that is not the planned one.
    One(ItemDone),
    /// Several that can be nothing else, or one of them and others that could be it.
    Several(String),
    /// Something that could be it, or could have been there before.
    Unclear(String),
}

/// The folders that were listed for one look, each once; `None` where there is no such folder.
#[derive(Default)]
pub(super) struct Listed(BTreeMap<Address, Option<Listing>>);

/// Whether an entry is what an operation was to bring.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Likeness {
    Is,
    MayBe,
    IsNot,
}

impl Site<'_> {
    /// Looks through the target folder: for an entry that is moved by its id, for everything else
    /// under the names that the service may have found.
    pub(super) async fn search(
        self,
        doubtful: &Doubtful<'_>,
        listed: &mut Listed,
    ) -> Result<Found, ProviderError> {
        let operation = &*doubtful.operation;
        let Some((to, folder)) = target(operation) else {
            return Ok(Found::Nothing);
        };
        let Some(listing) = self.folder(&folder, listed).await? else {
            return Ok(Found::Nothing);
        };
        let known = doubtful.brought.as_ref();
        if let Some(id) = known.or(moved_id(operation))
            && let Some(entry) = listing
                .entries()
                .find(|it| it.id.to_id().as_ref() == Some(id))
        {
            return Ok(Found::One(arrived(to, &entry)));
        }
        let sheet = self.provider.capabilities(&to.space)?;
        let (mut those, mut perhaps) = (Vec::new(), 0);
        for entry in listing.entries() {
            let claimed = entry.id.to_id().is_some_and(|id| self.claims.hold(&id));
            if claimed || !is_possible_name(operation, to, entry.name) {
                continue;
            }
            match likeness(doubtful, &sheet, &entry) {
                Likeness::Is => those.push(arrived(to, &entry)),
                Likeness::MayBe => perhaps += 1,
                Likeness::IsNot => {}
            }
        }
        let all = those.len() + perhaps;
        let several = || {
            let entries = if all == 1 { "entry" } else { "entries" };
            format!("it is not known whether it is one of {all} {entries} beside {to}")
        };
        Ok(match those.pop() {
            Some(only) if all == 1 => Found::One(only),
            Some(_) => Found::Several(several()),
            None if all == 0 => Found::Nothing,
            None => Found::Unclear(several()),
        })
    }

    /// Where in its space the entry is that an operation moves. `None` where the service cannot
    /// tell.
    pub(super) async fn seek_moved(self, operation: &Operation) -> Option<Sought> {
        let id = moved_id(operation)?;
        let ends = [operation.action.from()?, operation.action.to()?];
        for place in ends {
            let sheet = self.provider.capabilities(&place.space).ok()?;
            sheet.fetch_batch?;
            let request = SeekRequest {
                space: place.space.clone(),
                ids: vec![id.clone()],
            };
            let page = self.provider.seek(&request).await.ok()?;
            if !page.listing.is_empty() {
                return Some(Sought::Elsewhere);
            }
        }
        Some(Sought::Gone)
    }

    async fn folder<'l>(
        self,
        folder: &Place,
        listed: &'l mut Listed,
    ) -> Result<&'l Option<Listing>, ProviderError> {
        let address = folder.address();
        if !listed.0.contains_key(&address) {
            let listing = match contents(self.provider, folder).await {
                Ok(listing) => Some(listing),
                Err(error) if error.kind == ErrorKind::NotFound => None,
                Err(error) => return Err(error),
            };
            listed.0.insert(address.clone(), listing);
        }
        Ok(listed.0.get(&address).unwrap_or(&None))
    }
}

/// What a service says of an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sought {
    /// It is in one of the spaces.
    Elsewhere,
    /// It is in none of them, or in the bin.
    Gone,
}

/// The target of an operation, and the folder that it is in.
fn target(operation: &Operation) -> Option<(&Place, Place)> {
    let to = operation.action.to()?;
    let folder = Place::new(to.space.clone(), to.path.parent()?);
    Some((to, folder))
}

/// The id of an entry that is moved, which it keeps.
pub(super) fn moved_id(operation: &Operation) -> Option<&EntryId> {
    match &operation.action {
        Action::Move { from, .. } | Action::Rename { from, .. } => from.id.as_ref(),
        Action::CreateFolder { .. } | Action::Copy { .. } | Action::Remove { .. } => None,
    }
}

fn arrived(to: &Place, entry: &Entry<'_>) -> ItemDone {
    ItemDone {
        id: entry.id.to_id(),
        name: (to.path.name() != Some(entry.name)).then(|| entry.name.to_owned()),
        bin: None,
    }
}

/// Whether a service that was to put an entry somewhere may have called it so: by the planned name
/// or by the source's own one, with or without a number.
fn is_possible_name(operation: &Operation, to: &Place, found: &str) -> bool {
    let from = operation.action.from().and_then(|from| from.path.name());
    let names = to.path.name().into_iter().chain(from);
    let tight = found.replacen(" (", "(", 1);
    let mut names = names.map(|name| {
        is_expected(name, operation.kind, found) || is_expected(name, operation.kind, &tight)
    });
    names.any(|is_possible| is_possible)
}

fn likeness(doubtful: &Doubtful<'_>, sheet: &Capabilities, entry: &Entry<'_>) -> Likeness {
    let operation = &*doubtful.operation;
    let found = Attributes {
        size: entry.size,
        modified: entry.modified,
        version: entry.version,
        fingerprint: entry.fingerprint.cloned(),
    };
    if entry.kind != operation.kind {
        return Likeness::IsNot;
    }
    let Some(source) = source_attributes(operation).filter(|_| entry.kind == EntryKind::File)
    else {
        return Likeness::MayBe;
    };
    match &operation.action {
        _ if !may_be(source, &found) => Likeness::IsNot,
        Action::Copy { .. } => match age(doubtful, sheet, &found) {
            Age::Older => Likeness::IsNot,
            Age::Unknown => Likeness::MayBe,
            Age::NoOlder => Likeness::Is,
        },
        // An entry keeps its time when it is moved.
        Action::Move { .. } | Action::Rename { .. } if *source == found => Likeness::Is,
        Action::Move { .. } | Action::Rename { .. } => Likeness::MayBe,
        Action::CreateFolder { .. } | Action::Remove { .. } => Likeness::IsNot,
    }
}

/// Whether the service chooses the name of what the operation brings.
pub(super) fn finds_a_name(operation: &Operation) -> bool {
    operation.action.strategy() == Some(Strategy::Rename)
}
