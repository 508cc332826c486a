//! Calls and their replies as scripts: what the API is documented to say, word for word.

#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

mod batches;
mod beside;
mod faults;
mod lists;
mod singles;
mod stage;
mod tasks;
mod tokens;
