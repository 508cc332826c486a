//! The fuzz target `path`; what is done with the bytes stands in `targets.rs`.
#![no_main]
#![expect(dead_code, reason = "each target has one of the bodies")]

#[path = "../replies.rs"]
mod replies;
#[path = "../targets.rs"]
mod targets;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| targets::path(bytes));
