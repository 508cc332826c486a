//! Calls over HTTP, for every provider that makes some: one call at a time, sent once, with a
//! plain word for how it ended.

mod call;
mod client;
mod endpoint;
mod pace;
#[cfg(test)]
mod tests;

pub(super) use call::{Call, Method, Nature, Reply};
pub(super) use client::Client;
pub(super) use endpoint::Endpoint;
