//! The storage services, behind one small trait.

pub mod dingtalk;
mod error;
mod http;
pub mod layer;
mod local;
mod memory;
mod profiles;
mod provider;
mod registry;
mod router;
pub mod smh;

pub use dingtalk::{DingTalkProvider, DingTalkSettings};
pub use error::{Effect, ErrorKind, ProviderError, Retry};
pub use local::LocalProvider;
pub use memory::MemoryProvider;
pub use profiles::{NoProfiles, Profiles};
pub use provider::{
    Answer, BatchReply, BatchRequest, FetchedEntry, ItemDone, ItemReply, ListRequest, NoProgress,
    Page, PageToken, Progress, Provider, SeekRequest, SpaceListRequest, SpacePage, TaskId,
    TaskReply, TaskStatus,
};
pub use registry::{Opening, SpaceKeys, SpaceValues, open, providers, recorded_page};
pub use router::Router;
pub use smh::{SmhProvider, SmhSettings};
