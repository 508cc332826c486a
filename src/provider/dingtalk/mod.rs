//! DingTalk storage: spaces whose entries have ids, behind an API with batches and tasks.

mod provider;
mod sheet;

pub use provider::{DingTalkProvider, DingTalkSettings};
