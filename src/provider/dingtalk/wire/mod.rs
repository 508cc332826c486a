//! What goes over the wire, field by field: requests as the documents ask for them, replies as
//! the service is known to send them.
//!
//! The documents are the pages below `https://help.dingtalk.io/open/development/`. They and the
//! service differ in places, so a reply's scalar is a [`Field`]: one that is missing, or that makes
//! no sense, spoils only itself. What has no structure at all is an error.

mod batch;
mod bin;
mod dentry;
mod failure;
mod field;
mod moment;
mod request;
mod single;
mod space;
mod task;
mod token;

pub use batch::{BatchReply, QueryItem, QueryReply, ResultItem};
pub use bin::{BinReply, RecycleBin, RecycleItem, RecycleItemList, RestoreReply};
pub use dentry::{Dentry, DentryKind, DentryList, DentryStatus, StorageDriver};
pub use failure::FailureReply;
pub use field::{Field, Id, Readable, Unread};
pub use moment::Moment;
pub use request::{
    AddFolder, AddFolderOption, BatchRemove, BatchRemoveOption, BatchTransfer, BatchTransferOption,
    ConflictStrategy, ListAll, ListAllOption, QueryMany, QueryOption, QueryOptions, Rename,
    Restore, SingleMoveOption, SingleTransfer, StrategyOption, TokenRequest,
};
pub use single::{DentryReply, RemoveReply, TransferReply};
pub use space::{Space, SpaceReply};
pub use task::{Task, TaskReply, TaskState};
pub use token::TokenReply;
