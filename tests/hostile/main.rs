//! What damage, malice and chance can bring in: every damaged byte of a file of ours, names that
//! nobody should have, folders that turn into links, and bytes that nobody wrote.
//!
//! All of it goes through the readers, the providers and the program that people use. What comes in
//! is carried as it was written, or refused with a message; nothing is guessed and nothing panics.
#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

mod bytes;
mod damage;
#[expect(dead_code, reason = "other targets use more of it")]
#[path = "../it/environment.rs"]
mod environment;
mod folders;
mod frames;
#[cfg(feature = "emulator")]
mod fuzzed;
mod golden;
#[cfg(feature = "emulator")]
mod journeys;
#[cfg(feature = "emulator")]
#[path = "../conformance/media.rs"]
mod media;
#[cfg(feature = "emulator")]
mod names;
mod program;
#[cfg(feature = "emulator")]
mod providers;
#[cfg(target_os = "linux")]
mod race;
#[cfg(feature = "emulator")]
#[path = "../fuzz/replies.rs"]
mod replies;
#[cfg(feature = "emulator")]
#[expect(dead_code, reason = "other targets use more of it")]
#[path = "../conformance/scene.rs"]
mod scene;
#[cfg(feature = "emulator")]
#[expect(dead_code, reason = "other targets use more of it")]
#[path = "../conformance/service.rs"]
mod service;
#[cfg(feature = "emulator")]
#[expect(dead_code, reason = "other targets use more of it")]
#[path = "../it/service.rs"]
mod story;
#[cfg(feature = "emulator")]
#[expect(dead_code, reason = "other targets use more of it")]
#[path = "../conformance/target.rs"]
mod target;
#[cfg(feature = "emulator")]
#[path = "../fuzz/targets.rs"]
mod targets;
