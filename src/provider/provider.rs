//! The one small trait that every storage service, layer and model implements.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use super::error::{ErrorKind, ProviderError};
use crate::plan::{Capabilities, Operation, OperationId, Place};
use crate::state::Seen;
use crate::tree::{EntryId, EntryKind, EntryPath, Listing, SpaceAlias};

/// What a provider answers, some time later.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, ProviderError>> + Send + 'a>>;

/// A storage service with its spaces.
///
/// Walking, comparing, retrying and waiting are not its business. It makes one call where it is
/// asked for one, and reports truthfully how that call ended.
pub trait Provider: Send + Sync {
    /// The capability sheet of one of its spaces.
    ///
    /// # Errors
    /// The space is none of its own.
    fn capabilities(&self, space: &SpaceAlias) -> Result<Capabilities, ProviderError>;

    /// One page of the content of a folder, in a stable order.
    fn list<'a>(&'a self, request: &'a ListRequest) -> Answer<'a, Page>;

    /// One page of everything that a space holds, whatever the folder, oldest change first.
    ///
    /// Only a provider whose sheet states a `flat_page_size` has such a call.
    fn list_space<'a>(&'a self, request: &'a SpaceListRequest) -> Answer<'a, SpacePage> {
        let message = format!("the space `{}` is listed folder by folder", request.space);
        Box::pin(async move { Err(ProviderError::refused(ErrorKind::Unsupported, message)) })
    }

    /// The entries with these ids, wherever in the space they are, in one call and in any order.
    ///
    /// An id that is not among them is of nothing, of something in the bin, or of an entry whose
    /// folder the service does not tell. Only a provider whose sheet states a `fetch_batch` has
    /// such a call, for up to that many ids.
    fn seek<'a>(&'a self, request: &'a SeekRequest) -> Answer<'a, SpacePage> {
        let message = format!("the space `{}` finds nothing by its id", request.space);
        Box::pin(async move { Err(ProviderError::refused(ErrorKind::Unsupported, message)) })
    }

    /// The entries at these places, in the order asked for; `None` where nothing is.
    fn fetch<'a>(&'a self, places: &'a [Place]) -> Answer<'a, Vec<Option<FetchedEntry>>>;

    /// Carries out the operations of one batch, in one call where the service has such a call.
    ///
    /// An error means that nothing is known of the items beyond what its `effect` says.
    fn execute<'a>(&'a self, request: &'a BatchRequest<'a>) -> Answer<'a, BatchReply>;

    /// How the tasks are getting on that an earlier reply named.
    fn poll<'a>(&'a self, tasks: &'a [TaskId]) -> Answer<'a, Vec<TaskStatus>>;
}

/// Which page of which folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListRequest {
    /// The space.
    pub space: SpaceAlias,
    /// The folder.
    pub folder: EntryPath,
    /// The folder's id, where the service has ids; `None` at the root.
    pub id: Option<EntryId>,
    /// Where the last page ended; `None` for the first page.
    pub page: Option<PageToken>,
}

/// Where a page ended, in the service's own words.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PageToken(pub String);

/// A part of the content of a folder.
#[derive(Debug, Clone, Default)]
pub struct Page {
    /// The entries.
    pub listing: Listing,
    /// Where the next page begins; `None` where this was the last.
    pub next: Option<PageToken>,
    /// Remarks about entries that cannot be handled, one sentence each.
    pub notes: Vec<String>,
}

/// Which page of the flat listing of a space.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpaceListRequest {
    /// The space.
    pub space: SpaceAlias,
    /// Where the last page ended; `None` for the first page.
    pub page: Option<PageToken>,
}

/// Which entries of a space.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeekRequest {
    /// The space.
    pub space: SpaceAlias,
    /// Their ids. The root has none and cannot be asked for.
    pub ids: Vec<EntryId>,
}

/// A part of the content of a space, in no order of folders.
#[derive(Debug, Clone, Default)]
pub struct SpacePage {
    /// The entries.
    pub listing: Listing,
    /// The folder of each entry, by its id, in the order of the listing; `None` for the root.
    pub parents: Vec<Option<EntryId>>,
    /// Where the next page begins; `None` where this was the last.
    pub next: Option<PageToken>,
    /// Remarks about entries that cannot be handled, one sentence each.
    pub notes: Vec<String>,
}

/// One entry that was asked for by its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FetchedEntry {
    /// What it is.
    pub kind: EntryKind,
    /// Its id and attributes.
    pub seen: Seen,
}

/// One call to carry out.
pub struct BatchRequest<'a> {
    /// The run, which names the folder in the bin and makes temporary names unique.
    pub run: &'a str,
    /// The items, all of one kind.
    pub operations: &'a [&'a Operation],
    /// Hears of bytes that were carried and items that are done.
    pub progress: &'a dyn Progress,
}

/// Hears how a long call gets on.
pub trait Progress: Send + Sync {
    /// So many more bytes were carried.
    fn bytes(&self, count: u64);

    /// One more item is done.
    fn item(&self);

    /// So many operations are in doubt, and are looked at again after the service had this time.
    fn settling(&self, _operations: usize, _time: Duration) {}
}

/// Hears nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoProgress;

/// How the items of a call ended.
#[derive(Debug, Clone, Default)]
pub struct BatchReply {
    /// One for each item that the service spoke of, matched by the item itself. An operation
    /// without an item here is in doubt.
    pub items: Vec<ItemReply>,
    /// Items that the service goes on with after the reply. None of them is among `items`.
    pub tasks: Vec<TaskReply>,
}

/// An item that the service goes on with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskReply {
    /// The item.
    pub operation: OperationId,
    /// The task that carries it out. Several items may share one.
    pub task: TaskId,
    /// What is true of the item once its task succeeded.
    pub done: ItemDone,
}

/// How one item ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemReply {
    /// The item.
    pub operation: OperationId,
    /// Its end.
    pub end: Result<ItemDone, ProviderError>,
}

/// What the service said of an item that was done.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ItemDone {
    /// The id of the entry that came to be or was moved.
    pub id: Option<EntryId>,
    /// The name that the service gave, where it was not the one asked for.
    pub name: Option<String>,
    /// Where a removed entry can be found again, in the provider's own words.
    pub bin: Option<String>,
}

/// The service's id of a task.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TaskId(pub String);

/// How a task gets on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TaskStatus {
    /// It goes on.
    Running,
    /// It says that it succeeded; the tree decides.
    Succeeded,
    /// It came to its end, and these of its items are known to have ended so. One that is not here
    /// is in doubt.
    Ended(Vec<ItemReply>),
    /// It says that it failed, with its reason; the tree decides.
    Failed(String),
    /// The service knows no such task.
    Unknown,
}

impl Progress for NoProgress {
    fn bytes(&self, _count: u64) {}

    fn item(&self) {}
}
