//! The planner's model of the world behind the trait, so that one suite tests both.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::error::{ErrorKind, ProviderError};
use super::provider::{
    Answer, BatchReply, BatchRequest, FetchedEntry, ItemDone, ItemReply, ListRequest, Page,
    PageToken, Provider, TaskId, TaskStatus,
};
use crate::plan::{
    Action, Capabilities, Disposal, Operation, Place, SimulationError, Strategy, World,
};
use crate::tree::{EntryKind, EntryPath, Listing, ObservedWorld, SpaceAlias};

/// Spaces in memory: what was observed, and what calls have changed since.
#[derive(Debug)]
pub struct MemoryProvider {
    world: Mutex<World>,
    sheet: Capabilities,
}

impl MemoryProvider {
    /// The spaces as they were observed, with the same capabilities each.
    pub fn new(observed: &ObservedWorld, sheet: Capabilities) -> Self {
        Self {
            world: Mutex::new(World::new(observed)),
            sheet,
        }
    }

    /// The spaces as they are now.
    pub fn world(&self) -> World {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn page(&self, request: &ListRequest) -> Result<Page, ProviderError> {
        let place = Place::new(request.space.clone(), request.folder.clone());
        let world = self.lock();
        let node = world
            .find(&place.address())
            .ok_or_else(|| not_there(&place))?;
        if world.kind(node) != EntryKind::Folder {
            let message = format!("cannot list `{place}`: it is not a folder");
            return Err(ProviderError::refused(ErrorKind::Mismatch, message));
        }
        let listing = world
            .listing(&request.space, &request.folder)
            .filter(|_| world.is_listed(node))
            .ok_or_else(|| {
                let message = format!("nothing is known of what `{place}` holds");
                ProviderError::refused(ErrorKind::Unavailable, message)
            })?;
        let start = start_of(request, &listing)?;
        Ok(cut(&listing, start, self.sheet.page_size))
    }

    fn look(&self, place: &Place) -> Result<Option<FetchedEntry>, ProviderError> {
        let world = self.lock();
        if world.root(&place.space).is_none() {
            return Err(not_there(place));
        }
        Ok(world.find(&place.address()).map(|node| FetchedEntry {
            kind: world.kind(node),
            seen: world.seen(node),
        }))
    }

    fn carry_out(&self, operation: &Operation) -> Result<ItemDone, ProviderError> {
        self.refuse_impossible(operation)?;
        let mut world = self.lock();
        let renamed = beside(&world, operation);
        let operation = renamed.as_ref().unwrap_or(operation);
        if let Some(place) = operation.action.from() {
            let node = world
                .find(&place.address())
                .ok_or_else(|| not_there(place))?;
            let known = world.seen(node).id;
            let is_meant = place.id.is_none() || known.is_none() || place.id == known;
            if world.kind(node) != operation.kind || !is_meant {
                let message = format!("another entry has taken the place of `{place}`");
                return Err(ProviderError::refused(ErrorKind::Mismatch, message));
            }
        }
        let replaces = match operation.action.to() {
            Some(to) => world.find(&to.address()).is_some(),
            None => false,
        };
        world.apply(operation).map_err(explain)?;
        let to = operation.action.to();
        let node = to.and_then(|to| world.find(&to.address()));
        Ok(ItemDone {
            id: node.and_then(|node| world.seen(node).id),
            name: renamed
                .as_ref()
                .and_then(|_| Some(to?.path.name()?.to_owned())),
            bin: binned(&operation.action, replaces).then(|| "memory".to_owned()),
        })
    }
}

impl MemoryProvider {
    /// Refuses what the model does not know to be impossible.
    fn refuse_impossible(&self, operation: &Operation) -> Result<(), ProviderError> {
        let ends = [operation.action.from(), operation.action.to()];
        for place in ends.into_iter().flatten() {
            let message = match place.path.name() {
                None => format!("`{place}` is the root of its space and stays as it is"),
                Some(name) if name.len() > self.sheet.longest_name as usize => {
                    format!("the name of `{place}` is too long")
                }
                Some(_) => continue,
            };
            return Err(ProviderError::refused(ErrorKind::Unsupported, message));
        }
        Ok(())
    }
}

impl Provider for MemoryProvider {
    fn capabilities(&self, space: &SpaceAlias) -> Result<Capabilities, ProviderError> {
        match self.lock().root(space) {
            Some(_) => Ok(self.sheet.clone()),
            None => Err(not_there(&Place::new(space.clone(), EntryPath::root()))),
        }
    }

    fn list<'a>(&'a self, request: &'a ListRequest) -> Answer<'a, Page> {
        Box::pin(async move { self.page(request) })
    }

    fn fetch<'a>(&'a self, places: &'a [Place]) -> Answer<'a, Vec<Option<FetchedEntry>>> {
        Box::pin(async move { places.iter().map(|place| self.look(place)).collect() })
    }

    fn execute<'a>(&'a self, request: &'a BatchRequest<'a>) -> Answer<'a, BatchReply> {
        Box::pin(async move {
            let mut reply = BatchReply::default();
            for operation in request.operations {
                let end = self.carry_out(operation);
                if end.is_ok() {
                    request.progress.item();
                }
                reply.items.push(ItemReply {
                    operation: operation.id,
                    end,
                });
            }
            Ok(reply)
        })
    }

    fn poll<'a>(&'a self, tasks: &'a [TaskId]) -> Answer<'a, Vec<TaskStatus>> {
        Box::pin(async move { Ok(vec![TaskStatus::Unknown; tasks.len()]) })
    }
}

/// The operation with a free name, where the one that it expects was taken meanwhile and the
/// service is to find one: the first of `name(1).ext`, `name(2).ext`, …
fn beside(world: &World, operation: &Operation) -> Option<Operation> {
    if operation.action.strategy() != Some(Strategy::Rename) {
        return None;
    }
    let mut renamed = operation.clone();
    let wished = operation.action.from()?.path.name()?.to_owned();
    let to = match &mut renamed.action {
        Action::Copy { to, .. } | Action::Move { to, .. } => to,
        Action::Rename { .. } | Action::CreateFolder { .. } | Action::Remove { .. } => return None,
    };
    world.find(&to.address())?;
    let folder = to.path.parent()?;
    let (stem, extension) = match wished.rfind('.') {
        Some(dot) if dot > 0 && operation.kind == EntryKind::File => wished.split_at(dot),
        _ => (wished.as_str(), ""),
    };
    let free = (1_u64..).find_map(|number| {
        to.path = folder.join_trusted(&format!("{stem}({number}){extension}"));
        world.find(&to.address()).is_none().then_some(())
    });
    free.map(|()| renamed)
}

/// Whether something went to the bin.
fn binned(action: &Action, replaces: bool) -> bool {
    match action {
        Action::Remove { disposal, .. } => *disposal == Disposal::Recycle,
        Action::CreateFolder { .. } => false,
        Action::Copy { strategy, .. }
        | Action::Move { strategy, .. }
        | Action::Rename { strategy, .. } => {
            replaces && *strategy == Strategy::Overwrite(Disposal::Recycle)
        }
    }
}

fn not_there(place: &Place) -> ProviderError {
    ProviderError::refused(ErrorKind::NotFound, format!("`{place}` is not there"))
}

fn explain(error: SimulationError) -> ProviderError {
    let kind = match error {
        SimulationError::NotFound(_) | SimulationError::NoParent(_) => ErrorKind::NotFound,
        SimulationError::AlreadyExists(_) => ErrorKind::AlreadyExists,
        SimulationError::NotReplaceable(_) | SimulationError::Special(_) => ErrorKind::Mismatch,
        SimulationError::IntoItself(_) => ErrorKind::Unsupported,
    };
    ProviderError::refused(kind, error.to_string())
}

/// The position at which a page begins; a token is that position as text.
fn start_of(request: &ListRequest, listing: &Listing) -> Result<usize, ProviderError> {
    let Some(PageToken(token)) = &request.page else {
        return Ok(0);
    };
    token
        .parse()
        .ok()
        .filter(|start| *start <= listing.len())
        .ok_or_else(|| {
            let message = format!("`{token}` names no page of `{}`", request.folder);
            ProviderError::refused(ErrorKind::NotFound, message)
        })
}

fn cut(listing: &Listing, start: usize, size: Option<u32>) -> Page {
    let end = match size {
        Some(size) => listing
            .len()
            .min(start.saturating_add(size.max(1) as usize)),
        None => listing.len(),
    };
    let mut page = Page::default();
    for position in start..end {
        page.listing.push(&listing.entry(position));
    }
    page.next = (end < listing.len()).then(|| PageToken(end.to_string()));
    page
}
