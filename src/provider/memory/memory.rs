//! Spaces in memory, with the habits that a sheet tells: ids, kept names, names of the service's
//! own, and tasks.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::identities::Identities;
use super::model::{Model, Start, not_there};
use super::tasks::Tasks;
use crate::plan::{Capabilities, Identity, Node, Place, World};
use crate::provider::error::{ErrorKind, ProviderError};
use crate::provider::provider::{
    Answer, BatchReply, BatchRequest, FetchedEntry, ItemReply, ListRequest, Page, PageToken,
    Provider, SeekRequest, SpaceListRequest, SpacePage, TaskId, TaskStatus,
};
use crate::tree::{EntryId, EntryKind, EntryPath, Listing, ObservedWorld, SpaceAlias, Timestamp};

/// Spaces in memory: what was observed, and what calls have changed since.
#[derive(Debug)]
pub struct MemoryProvider {
    model: Mutex<Model>,
    sheet: Capabilities,
}

impl MemoryProvider {
    /// The spaces as they were observed, with the same capabilities each. Where the sheet says
    /// that entries have ids, those without one get a number.
    pub fn new(observed: &ObservedWorld, sheet: Capabilities) -> Self {
        let world = World::new(observed);
        let model = Model {
            identities: Identities::new(&world, &sheet),
            world,
            tasks: Tasks::default(),
            name_check: sheet.name_check,
        };
        Self {
            model: Mutex::new(model),
            sheet,
        }
    }

    /// The same spaces, where a folder that holds something is handled by a task: it has its
    /// effect when it is asked for the `looks`-th time. Whether its name is free is looked at
    /// again then if the sheet says so; else it lands beside what has the name.
    #[must_use]
    pub fn with_tasks(self, looks: u32) -> Self {
        self.lock().tasks.looks = Some(looks);
        self
    }

    /// Lets time pass until everything that was taken on has had its effect, also that of which
    /// nobody remembers the task.
    pub fn finish_tasks(&self) {
        self.lock().finish_tasks();
    }

    /// Tells what time it is: copies get it, where the sheet says that they do not keep the one of
    /// their source. Nobody has to; then each copy is a second younger than the one before.
    pub fn tell_time(&self, now: Timestamp) {
        self.lock().identities.tell_time(now);
    }

    /// The spaces as they are now.
    pub fn world(&self) -> World {
        self.lock().world.clone()
    }

    fn lock(&self) -> MutexGuard<'_, Model> {
        self.model.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn page(&self, request: &ListRequest) -> Result<Page, ProviderError> {
        let place = Place::new(request.space.clone(), request.folder.clone());
        let model = self.lock();
        let world = &model.world;
        let node = world
            .find(&place.address())
            .ok_or_else(|| not_there(&place))?;
        if world.kind(node) != EntryKind::Folder {
            let message = format!("cannot list `{place}`: it is not a folder");
            return Err(ProviderError::refused(ErrorKind::Mismatch, message));
        }
        if !world.is_listed(node) {
            let message = format!("nothing is known of what `{place}` holds");
            return Err(ProviderError::refused(ErrorKind::Unavailable, message));
        }
        let listing = model.identities.listing(world, node);
        let start = start_of(request.page.as_ref(), &place, &listing)?;
        let (listing, next) = cut(&listing, start, self.sheet.page_size);
        Ok(Page {
            listing,
            next,
            ..Page::default()
        })
    }

    fn space_page(&self, request: &SpaceListRequest) -> Result<SpacePage, ProviderError> {
        let place = Place::new(request.space.clone(), EntryPath::root());
        if self.sheet.flat_page_size.is_none() {
            let message = format!("`{place}` is listed folder by folder");
            return Err(ProviderError::refused(ErrorKind::Unsupported, message));
        }
        let model = self.lock();
        let root = model.world.root(&request.space);
        let root = root.ok_or_else(|| not_there(&place))?;
        let (listing, parents) = model.everything(root);
        let start = start_of(request.page.as_ref(), &place, &listing)?;
        let (listing, next) = cut(&listing, start, self.sheet.flat_page_size);
        Ok(SpacePage {
            parents: parents[start..start + listing.len()].to_vec(),
            listing,
            next,
            ..SpacePage::default()
        })
    }

    fn sought(&self, request: &SeekRequest) -> Result<SpacePage, ProviderError> {
        let place = Place::new(request.space.clone(), EntryPath::root());
        if self.sheet.fetch_batch.is_none() {
            let message = format!("`{place}` finds nothing by its id");
            return Err(ProviderError::refused(ErrorKind::Unsupported, message));
        }
        let model = self.lock();
        let root = model.world.root(&request.space);
        let root = root.ok_or_else(|| not_there(&place))?;
        let ids: BTreeSet<&EntryId> = request.ids.iter().collect();
        let (everything, parents) = model.everything(root);
        let mut page = SpacePage::default();
        for (entry, parent) in everything.entries().zip(parents) {
            if entry.id.to_id().is_some_and(|id| ids.contains(&id)) {
                page.listing.push(&entry);
                page.parents.push(parent);
            }
        }
        Ok(page)
    }

    /// An entry at a place. Where entries have ids and one is asked for, another entry at the
    /// same place is not the one that is meant.
    fn look(&self, place: &Place) -> Result<Option<FetchedEntry>, ProviderError> {
        let model = self.lock();
        if model.world.root(&place.space).is_none() {
            return Err(not_there(place));
        }
        let found = model.world.find(&place.address()).map(|node| FetchedEntry {
            kind: model.world.kind(node),
            seen: model.identities.seen(&model.world, node),
        });
        let by_id = self.sheet.identity == Identity::Id && place.id.is_some();
        Ok(found.filter(|found| !by_id || found.seen.id == place.id))
    }
}

/// The same spaces as they are now; from here on both go their own ways.
impl Clone for MemoryProvider {
    fn clone(&self) -> Self {
        Self {
            model: Mutex::new(self.lock().clone()),
            sheet: self.sheet.clone(),
        }
    }
}

impl Provider for MemoryProvider {
    fn capabilities(&self, space: &SpaceAlias) -> Result<Capabilities, ProviderError> {
        match self.lock().world.root(space) {
            Some(_) => Ok(self.sheet.clone()),
            None => Err(not_there(&Place::new(space.clone(), EntryPath::root()))),
        }
    }

    fn list<'a>(&'a self, request: &'a ListRequest) -> Answer<'a, Page> {
        Box::pin(async move { self.page(request) })
    }

    fn list_space<'a>(&'a self, request: &'a SpaceListRequest) -> Answer<'a, SpacePage> {
        Box::pin(async move { self.space_page(request) })
    }

    fn seek<'a>(&'a self, request: &'a SeekRequest) -> Answer<'a, SpacePage> {
        Box::pin(async move { self.sought(request) })
    }

    fn fetch<'a>(&'a self, places: &'a [Place]) -> Answer<'a, Vec<Option<FetchedEntry>>> {
        Box::pin(async move { places.iter().map(|place| self.look(place)).collect() })
    }

    fn execute<'a>(&'a self, request: &'a BatchRequest<'a>) -> Answer<'a, BatchReply> {
        Box::pin(async move {
            let mut reply = BatchReply::default();
            for operation in request.operations {
                let end = match self.lock().start(operation, &self.sheet) {
                    Ok(Start::Task(task)) => {
                        reply.tasks.push(task);
                        continue;
                    }
                    Ok(Start::Done(done)) => Ok(done),
                    Err(error) => Err(error),
                };
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
        Box::pin(async move {
            let mut model = self.lock();
            Ok(tasks.iter().map(|task| model.poll(task)).collect())
        })
    }
}

impl Model {
    /// Everything below a folder, each entry with the id of its folder.
    fn everything(&self, root: Node) -> (Listing, Vec<Option<EntryId>>) {
        let (mut listing, mut parents) = (Listing::new(), Vec::new());
        let mut open = vec![(root, None)];
        while let Some((folder, id)) = open.pop() {
            self.world.for_each_child(folder, |name, node| {
                self.identities
                    .list(&self.world, (name, node), &mut listing);
                parents.push(id.clone());
                if self.world.kind(node) == EntryKind::Folder {
                    open.push((node, self.identities.seen(&self.world, node).id));
                }
            });
        }
        (listing, parents)
    }
}

/// The position at which a page begins; a token is that position as text.
fn start_of(
    page: Option<&PageToken>,
    place: &Place,
    listing: &Listing,
) -> Result<usize, ProviderError> {
    let Some(PageToken(token)) = page else {
        return Ok(0);
    };
    token
        .parse()
        .ok()
        .filter(|start| *start <= listing.len())
        .ok_or_else(|| {
            let message = format!("`{token}` names no page of `{place}`");
            ProviderError::refused(ErrorKind::NotFound, message)
        })
}

fn cut(listing: &Listing, start: usize, size: Option<u32>) -> (Listing, Option<PageToken>) {
    let end = match size {
        Some(size) => listing
            .len()
            .min(start.saturating_add(size.max(1) as usize)),
        None => listing.len(),
    };
    let mut page = Listing::new();
    for position in start..end {
        page.push(&listing.entry(position));
    }
    let next = (end < listing.len()).then(|| PageToken(end.to_string()));
    (page, next)
}
