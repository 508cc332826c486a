//! Folders of the run's own that copies go by: what is in doubt there, which entry is moved out,
//! and how the folders go.
//!
//! A twin may lie in such a folder, because a copy that was taken to have had no effect had one
//! after all. It is not moved, and goes with the folder.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::call::{End, Site};
use super::contents::contents;
use super::error::ApplyError;
use super::run::Run;
use crate::journal::{Evidence, Fact, JournalError, Standing};
use crate::plan::{
    Action, Identity, Naming, Operation, OperationId, Place, is_of_staging_folder, is_staged,
};
use crate::provider::{
    Effect, ErrorKind, FetchedEntry, ItemDone, ItemReply, Provider, ProviderError,
};
use crate::tree::{Address, EntryKind};

/// Whether an operation copies into such a folder.
pub(super) fn goes_in(action: &Action) -> bool {
    let to = action
        .to()
        .filter(|_| matches!(action, Action::Copy { .. }));
    to.is_some_and(|to| is_staged(&to.address()))
}

/// Whether an operation moves or renames an entry that was copied into such a folder.
pub(super) fn goes_on(action: &Action) -> bool {
    let from = match action {
        Action::Move { from, .. } | Action::Rename { from, .. } => from,
        Action::CreateFolder { .. } | Action::Copy { .. } | Action::Remove { .. } => return false,
    };
    is_staged(&from.address())
}

/// Whether an entry can be the one that was copied for an operation.
pub(super) fn is_right(operation: &Operation, found: &FetchedEntry) -> bool {
    let same_size =
        operation.kind != EntryKind::File || found.seen.attributes.size == operation.bytes;
    found.kind == operation.kind && same_size
}

impl Run<'_, '_> {
    /// Which ends of an operation say less than they seem to. A name that is taken in the run's
    /// own folder was taken by a call before, of which the service says only now that it had its
    /// effect; so it is at the target, or where there is nothing left to move.
    pub(super) fn doubted(&self, operation: OperationId, end: End) -> End {
        let Some(action) = self.site.plan.operation(operation).map(|it| &it.action) else {
            return end;
        };
        match end {
            End::Failed(error) if error.kind == ErrorKind::AlreadyExists && goes_in(action) => {
                End::Doubtful("something has its name where it is copied to at first".into())
            }
            End::Failed(error)
                if matches!(error.kind, ErrorKind::AlreadyExists | ErrorKind::NotFound)
                    && goes_on(action) =>
            {
                End::Doubtful(error.message)
            }
            End::Done(done) if goes_in(action) => match self.is_misnamed(action, &done.name) {
                true => End::Doubtful("the service gave it another name".into()),
                false => End::Done(done),
            },
            End::Done(_)
            | End::Failed(_)
            | End::NotActed(_)
            | End::Doubtful(_)
            | End::Pending(_) => end,
        }
    }

    /// Whether the name that a service gave would be kept at the target.
    fn is_misnamed(&self, action: &Action, name: &Option<String>) -> bool {
        let (Some(to), Some(name)) = (action.to(), name.as_deref()) else {
            return false;
        };
        let sheet = self.site.provider.capabilities(&to.space);
        let is_kept = sheet.is_ok_and(|sheet| sheet.naming == Naming::Kept);
        is_kept && to.path.name() != Some(name)
    }

    /// Takes away the folders that the run made for its copies, with whatever is in them. Copies of
    /// a run that was killed cannot land any more then.
    pub(super) async fn sweep(&mut self) -> Result<(), ApplyError> {
        let removals = self.site.plan.operations.iter();
        let removals = removals.filter(|it| matches!(it.action, Action::Remove { .. }));
        for removal in removals.filter(|it| is_of_staging_folder(it)) {
            if !self.recorder.progress.is_done(removal.id) {
                self.sweep_one(removal).await?;
            }
        }
        Ok(())
    }

    /// What was to come into a folder that is swept has come to nothing, and will not come.
    pub(super) fn give_up_staged(&mut self) -> Result<(), JournalError> {
        let swept: BTreeSet<Address> = (self.site.plan.operations.iter())
            .filter(|it| is_of_staging_folder(it) && self.recorder.progress.is_done(it.id))
            .filter(|it| matches!(it.action, Action::Remove { .. }))
            .filter_map(|it| Some(it.action.from()?.address()))
            .collect();
        for operation in self.recorder.progress.in_doubt() {
            let planned = self.site.plan.operation(operation);
            let to = planned.and_then(|it| it.action.to()).map(Place::address);
            let folder = to.and_then(|to| Some(Address::new(to.space.clone(), to.path.parent()?)));
            if folder.is_some_and(|folder| swept.contains(&folder)) {
                self.recorder.record(Fact::Absent { operation })?;
            }
        }
        Ok(())
    }

    async fn sweep_one(&mut self, removal: &Operation) -> Result<(), ApplyError> {
        let Some(at) = self.own_folder(removal).await else {
            return Ok(());
        };
        let mut sent = removal.clone();
        if let Action::Remove { at: place, .. } = &mut sent.action {
            *place = at.clone();
        }
        let operation = removal.id;
        let end = match demand_only_copies(self.site, &at).await {
            Ok(()) => self.carry_out(&sent, removal).await?,
            Err(error) => End::Failed(error),
        };
        match end {
            End::Done(done) => self.done(operation, Evidence::Reply, done)?,
            End::Failed(error) if error.kind == ErrorKind::NotFound => {
                self.done(operation, Evidence::Observed, ItemDone::default())?;
            }
            End::Doubtful(message) | End::Pending(message) => {
                self.recorder.doubt(operation, message)?;
            }
            End::NotActed(_) => self.recorder.record(Fact::Absent { operation })?,
            End::Failed(error) => self.recorder.record(Fact::Failed {
                operation,
                kind: error.kind.word().to_owned(),
                message: error.message,
            })?,
        }
        Ok(())
    }

    /// A folder that this very run made, or is seen to have made. One that an earlier run left is
    /// taken away by its operation alone.
    async fn own_folder(&self, removal: &Operation) -> Option<Place> {
        let at = removal.action.from()?;
        let makes = |it: &&Operation| match &it.action {
            Action::CreateFolder { at: made } => made == at,
            Action::Copy { .. }
            | Action::Move { .. }
            | Action::Rename { .. }
            | Action::Remove { .. } => false,
        };
        let maker = self.site.plan.operations.iter().find(makes)?;
        match self.recorder.progress.operations.get(&maker.id)? {
            Standing::Done { .. } => self.whereabouts.resolve(removal).action.from().cloned(),
            Standing::InDoubt { .. } => {
                let found = self.site.provider.fetch(std::slice::from_ref(at)).await;
                let found = found.ok()?.pop()??;
                (found.kind == EntryKind::Folder).then(|| Place {
                    id: found.seen.id,
                    ..at.clone()
                })
            }
            Standing::Absent | Standing::Failed { .. } | Standing::Skipped { .. } => None,
        }
    }
}

/// Passes where such a folder holds nothing but what the run copied there, twins among it, and
/// nothing that somebody else put there.
///
/// # Errors
/// It holds something else, or cannot be listed.
pub(super) async fn demand_only_copies(
    site: Site<'_>,
    folder: &Place,
) -> Result<(), ProviderError> {
    let listing = match contents(site.provider, folder).await {
        Ok(listing) => listing,
        Err(error) if error.kind == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    if listing.is_empty() {
        return Ok(());
    }
    let operations = site.plan.operations.iter();
    let stops: Vec<(&Operation, &str)> = operations
        .filter_map(|it| Some((it, it.action.to()?)))
        .filter(|(_, to)| to.space == folder.space && to.path.parent() == Some(folder.path.clone()))
        .filter_map(|(it, to)| Some((it, to.path.name()?)))
        .collect();
    for entry in listing.entries() {
        let is_copied = |(operation, name): &(&Operation, &str)| {
            let is_file = operation.kind == EntryKind::File;
            let same_size = !is_file || entry.size == operation.bytes;
            entry.kind == operation.kind && same_size && is_like(name, entry.name)
        };
        if !stops.iter().any(is_copied) {
            let name = entry.name;
            let message =
                format!("{folder} holds {name:?}, which is no copy of this run; take it out");
            return Err(ProviderError::refused(ErrorKind::Mismatch, message));
        }
    }
    Ok(())
}

/// Whether a name is another one, or what a service makes of it where it is taken.
fn is_like(name: &str, found: &str) -> bool {
    let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
    found == name || found.starts_with(stem) && found.ends_with(extension)
}

/// The operations of a call, with those that take something on from the run's own folder about the
/// one entry there that has the right name, kind and size; and what there is to say of those that
/// find none.
///
/// Only where a service keeps names does this matter: a twin has another name, and it may be the
/// twin of which the reply told the id.
pub(super) async fn chosen<'o>(
    provider: &dyn Provider,
    operations: &'o [Cow<'_, Operation>],
) -> (Vec<Cow<'o, Operation>>, Vec<ItemReply>) {
    let mut open: Vec<Cow<'o, Operation>> = Vec::with_capacity(operations.len());
    let mut leaving: Vec<&'o Operation> = Vec::new();
    for operation in operations.iter().map(Cow::as_ref) {
        match leaves_by_its_name(provider, &operation.action) {
            true => leaving.push(operation),
            false => open.push(Cow::Borrowed(operation)),
        }
    }
    let mut lost = Vec::new();
    let found = look(provider, &leaving).await;
    for (position, operation) in leaving.into_iter().enumerate() {
        let found = found.as_ref().map(|found| found[position].clone());
        let end = match found {
            Ok(Some(found)) if is_right(operation, &found) => {
                let mut chosen = operation.clone();
                if let Action::Move { from, .. } | Action::Rename { from, .. } = &mut chosen.action
                {
                    from.id = found.seen.id;
                }
                open.push(Cow::Owned(chosen));
                continue;
            }
            Ok(_) => {
                let message = "what was copied for it is not there any more";
                ProviderError::refused(ErrorKind::NotFound, message)
            }
            // Nothing was sent, whatever the look went wrong with.
            Err(error) => ProviderError {
                effect: Effect::NotApplied,
                ..error.clone()
            },
        };
        lost.push(ItemReply {
            operation: operation.id,
            end: Err(end),
        });
    }
    (open, lost)
}

fn leaves_by_its_name(provider: &dyn Provider, action: &Action) -> bool {
    let from = action.from().filter(|_| goes_on(action));
    let sheet = from.and_then(|from| provider.capabilities(&from.space).ok());
    sheet.is_some_and(|sheet| sheet.naming == Naming::Kept && sheet.identity == Identity::Id)
}

/// What is where operations take something from: the entry with the known id, or else the one that
/// has the name.
async fn look(
    provider: &dyn Provider,
    operations: &[&Operation],
) -> Result<Vec<Option<FetchedEntry>>, ProviderError> {
    let sources = operations.iter().filter_map(|it| it.action.from());
    let places: Vec<Place> = sources.cloned().collect();
    if places.is_empty() {
        return Ok(Vec::new());
    }
    let mut found = fetch(provider, &places).await?;
    let missing = |position: &usize| found[*position].is_none() && places[*position].id.is_some();
    let missing: Vec<usize> = (0..places.len()).filter(missing).collect();
    if missing.is_empty() {
        return Ok(found);
    }
    let by_name = |position: &usize| Place {
        id: None,
        ..places[*position].clone()
    };
    let by_name: Vec<Place> = missing.iter().map(by_name).collect();
    let named = fetch(provider, &by_name).await?;
    for (position, entry) in missing.into_iter().zip(named) {
        found[position] = entry;
    }
    Ok(found)
}

async fn fetch(
    provider: &dyn Provider,
    places: &[Place],
) -> Result<Vec<Option<FetchedEntry>>, ProviderError> {
    let found = provider.fetch(places).await?;
    if found.len() == places.len() {
        Ok(found)
    } else {
        let message = "the answer has another number of entries";
        Err(ProviderError::refused(ErrorKind::InvalidReply, message))
    }
}
