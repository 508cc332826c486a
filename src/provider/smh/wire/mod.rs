//! What goes over the wire, field by field: requests as the documents ask for them, replies as
//! the service is known to send them.
//!
//! The documents are the pages `https://www.tencentcloud.com/document/product/1283/N`, here
//! `page N`; what they leave out was read in the vendor's SDKs. They differ in places, so a reply's
//! scalar is a [`Field`]: one that is missing, or that makes no sense, spoils only itself. What has
//! no structure at all is an error.

mod batch;
mod bin;
mod crc64;
mod entry;
mod failure;
mod moment;
mod opaque;
mod path;
mod request;
mod single;
mod task;
mod token;

pub use crate::provider::http::{Field, Readable, Unread};
pub use batch::{BatchReply, ResultItem};
pub use bin::{BinEntry, BinList};
pub use crc64::Crc64;
pub use entry::{DirectoryList, Entry, EntryType};
pub use failure::FailureReply;
pub use moment::Moment;
pub use opaque::Opaque;
pub use path::WirePath;
pub use request::{ConflictStrategy, CopyItem, DeleteItem, MoveItem, SingleCopy, SingleMove};
pub use single::{CreatedReply, RemovedReply, TransferReply};
pub use task::{Task, TaskResult};
pub use token::TokenReply;
