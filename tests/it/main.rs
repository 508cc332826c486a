//! The program as its users meet it: commands, exit codes, whole stories, README and examples.
#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

mod commands;
#[cfg(feature = "emulator")]
mod dingtalk;
mod environment;
mod examples;
mod kept;
mod readme;
#[cfg(feature = "emulator")]
mod reads;
mod resuming;
mod saved;
#[cfg(feature = "emulator")]
mod service;
#[cfg(feature = "emulator")]
mod smh;
mod staged;
mod stories;
mod terminal;
mod troubles;
