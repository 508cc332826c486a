//! Folders of the run's own that copies go by: what is in doubt there, which entry is moved out,
//! and how the folders go.
//!
//! A twin may lie in such a folder, because a copy that was taken to have had no effect had one
//! after all. It is not moved, and goes with the folder.

use std::borrow::Cow;

use super::call::End;
use super::error::ApplyError;
use super::recovery::SETTLING;
use super::run::Run;
use crate::journal::{Evidence, Fact, Standing};
use crate::plan::{
    Action, Carrier, Identity, Naming, Operation, OperationId, Place, is_of_staging_folder,
    is_staged,
};
use crate::provider::{Effect, ErrorKind, FetchedEntry, ItemReply, Provider, ProviderError};
use crate::tree::EntryKind;

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
            End::Done(_) | End::Failed(_) | End::NotActed(_) | End::Doubtful(_) => end,
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

    async fn sweep_one(&mut self, removal: &Operation) -> Result<(), ApplyError> {
        let Some((place, is_made)) = self.own_folder(removal) else {
            return Ok(());
        };
        let mut found = self.folder_at(&place).await;
        let sheet = self.site.provider.capabilities(&place.space);
        let settles = sheet.is_ok_and(|sheet| sheet.carrier == Carrier::Service);
        if is_made && settles && matches!(found, Some(None)) {
            // One look does not prove that it is gone: a service may show it later.
            self.site.heard.settling(1, SETTLING);
            self.site.rest(SETTLING).await;
            found = match self.site.stop.is_requested() {
                true => None,
                false => self.folder_at(&place).await,
            };
        }
        let found = match found {
            None => return Ok(()),
            Some(Some(found)) => found,
            Some(None) => {
                if is_made {
                    self.done(removal.id, Evidence::Observed, Default::default())?;
                }
                return Ok(());
            }
        };
        let mut sent = removal.clone();
        if let Action::Remove { at, .. } = &mut sent.action {
            at.id = found.seen.id;
        }
        let operation = removal.id;
        match self.carry_out(&sent, removal).await? {
            End::Done(done) => self.done(operation, Evidence::Reply, done)?,
            End::Doubtful(message) => self.recorder.doubt(operation, message)?,
            End::NotActed(_) => self.recorder.record(Fact::Absent { operation })?,
            End::Failed(error) => self.recorder.record(Fact::Failed {
                operation,
                kind: error.kind.word().to_owned(),
                message: error.message,
            })?,
        }
        Ok(())
    }

    /// The folder at a place, if there is one; `None` where that cannot be told.
    async fn folder_at(&self, place: &Place) -> Option<Option<FetchedEntry>> {
        let found = self.site.provider.fetch(std::slice::from_ref(place)).await;
        let found = found.ok()?.pop()?;
        Some(found.filter(|found| found.kind == EntryKind::Folder))
    }

    /// A folder that this very run made, or may have made. One that an earlier run left is taken
    /// away by its operation alone.
    fn own_folder(&self, removal: &Operation) -> Option<(Place, bool)> {
        let at = removal.action.from()?;
        let makes = |it: &&Operation| match &it.action {
            Action::CreateFolder { at: made } => made == at,
            Action::Copy { .. }
            | Action::Move { .. }
            | Action::Rename { .. }
            | Action::Remove { .. } => false,
        };
        let maker = self.site.plan.operations.iter().find(makes)?;
        let known = self.whereabouts.resolve(removal);
        match self.recorder.progress.operations.get(&maker.id)? {
            Standing::Done { .. } => Some((known.action.from()?.clone(), true)),
            Standing::InDoubt { .. } => Some((at.clone(), false)),
            Standing::Absent | Standing::Failed { .. } | Standing::Skipped { .. } => None,
        }
    }
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
