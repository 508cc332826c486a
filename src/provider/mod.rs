//! The storage services, behind one small trait.

mod error;
pub mod layer;
mod local;
mod memory;
mod provider;
mod registry;
mod router;

pub use error::{Effect, ErrorKind, ProviderError, Retry};
pub use local::LocalProvider;
pub use memory::MemoryProvider;
pub use provider::{
    Answer, BatchReply, BatchRequest, FetchedEntry, ItemDone, ItemReply, ListRequest, NoProgress,
    Page, PageToken, Progress, Provider, SpaceListRequest, SpacePage, TaskId, TaskReply,
    TaskStatus,
};
pub use registry::{SpaceKeys, SpaceValues, open, providers};
pub use router::Router;
