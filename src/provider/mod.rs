//! The storage services, behind one small trait.

mod error;
mod provider;

pub use error::{Effect, ErrorKind, ProviderError, Retry};
pub use provider::{
    Answer, BatchReply, BatchRequest, FetchedEntry, ItemDone, ItemReply, ListRequest, NoProgress,
    Page, PageToken, Progress, Provider, TaskId, TaskStatus,
};
