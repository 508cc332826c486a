//! DingTalk storage: spaces whose entries have ids, behind an API with batches and tasks.
//!
//! `wire` knows the forms of requests and replies, `decode` and `error_table` what a reply means,
//! `calls` makes each call; above them are the pieces of the provider: `index` and `folders` lead
//! from paths to ids, `sight` from the service's entries to ours, `outcome` judges the items of a
//! batch.

mod calls;
mod credentials;
mod decode;
mod error_table;
mod execute;
mod fetch;
mod folders;
mod index;
mod list;
mod outcome;
mod poll;
mod provider;
mod sheet;
mod sight;
#[cfg(test)]
mod tests;
mod transfer;
mod verdict;
pub mod wire;

pub use calls::{Calls, Destination};
pub(super) use list::recorded;
pub use provider::{DingTalkProvider, DingTalkSettings};
