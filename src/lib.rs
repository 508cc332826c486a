//! Puts files in shared drives back where a manifest says they shall be.
//!
//! The crate is a pipeline; this list names its stations in the order in which data passes. The
//! middle decides and is pure, values to values; the ends observe, store, carry out and show, and
//! know nothing of each other. `ARCHITECTURE.md` is the longer map, `tests/tidy.rs` holds it.
//!
//! | layer | module | holds |
//! |---|---|---|
//! | vocabulary | [`diagnostic`] | problems as values: code, summary, place, next step |
//! | | [`tree`] | paths, patterns, entries, and one arena for a million of them |
//! | core, pure | [`manifest`] | what is wished: parsed, expanded, checked |
//! | | [`state`] | what earlier runs placed |
//! | | [`plan`] | the planner in nine steps, the plan, its file, its freshness |
//! | | [`journal`] | what a run intended and what came of it |
//! | | [`drift`] | recorded against observed against wished |
//! | edge | [`clock`] | the time, as a seam |
//! | | [`provider`] | storage services behind one small trait, and layers around them |
//! | | [`store`] | state, plans, journals and the lock on disk |
//! | | `emulator` | servers that stand in for storage services, for tests (feature `emulator`) |
//! | driver | [`observe`] | the walk that sees what a plan needs, in the fewest reads |
//! | | [`apply`] | the executor: intent, call, outcome, verification |
//! | show | [`report`] | values as text, Markdown and JSON |
//! | wire | [`cli`] | arguments, commands, exit codes, the only printing |
//!
//! # Words
//!
//! One word an idea, everywhere:
//!
//! * a **space** is a storage root, an **entry** a file or folder in it;
//! * a **placement** is one wish of a manifest;
//! * the trees are **desired**, **observed** and **recorded**; a **difference** is between trees;
//! * a **change** is what a person reviews, an **operation** one item of a call, a **batch** one
//!   call, and a **plan** holds them all;
//! * a **run** applies one plan, its **journal** has **records**, and the **state** is the fold of
//!   all of them: where each placed entry came from;
//! * **drift** is what others did since;
//! * a **finding** is a problem with a code, a place and a remedy;
//! * a **sheet** says what a provider can do, as data.

pub mod apply;
pub mod cli;
pub mod clock;
pub mod diagnostic;
pub mod drift;
#[cfg(feature = "emulator")]
pub mod emulator;
pub mod journal;
pub mod manifest;
pub mod observe;
pub mod plan;
pub mod provider;
pub mod report;
pub mod state;
pub mod store;
pub mod tree;
