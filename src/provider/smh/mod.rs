//! Tencent Smart Media Hosting: libraries of spaces whose entries have paths, behind an API with
//! large batches and tasks.
//!
//! `wire` knows the forms of requests and replies, `decode` and `error_table` what a reply means,
//! `calls` makes each call; above them are the pieces of the provider: `sight` leads from the
//! service's entries to ours, `look` to what is at a place, `item` says what a batch is asked for,
//! `outcome` how its items ended.

mod calls;
mod credentials;
mod decode;
mod error_table;
mod execute;
mod item;
mod list;
mod look;
mod outcome;
mod poll;
mod provider;
mod sheet;
mod sight;
#[cfg(test)]
mod tests;
mod verdict;
pub mod wire;

pub use calls::{Calls, RestorePath};
pub(super) use list::recorded;
pub use provider::{SmhProvider, SmhSettings, SpaceKey};
