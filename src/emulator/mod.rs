//! Servers that stand in for storage services, for tests and for trying things out.
//!
//! An [`Emulator`] speaks a vendor's protocol on the loopback interface, over a drive in memory.
//! It keeps what the vendor documents, and where the vendor documents nothing it has a switch
//! with a name, so that a client can be held against both answers. Nothing here imports anything
//! from the rest of the crate: a wrong field name shared by client and server would pass every
//! test.
//!
//! | part | holds |
//! |---|---|
//! | [`emulator`](Emulator), `server` | start, stop, HTTP |
//! | `exchange` | requests and replies as values, and the trait of a service |
//! | `config`, `switch`, `seed`, `fault` | what a run is told |
//! | `call_log`, `admin` | what a run tells: every call and the tree, outside the vendor's API |
//! | `chance`, `rate`, `calendar`, `state_file` | seeded chance, the rate window, dates, survival |
//! | `tree` | entries below one another, for drives of every service |
//! | `dingtalk` | the DingTalk storage API: `drive` is the model without HTTP, `route` the calls |
//! | `smh` | the Tencent SMH file API, built alike |
//! | `program` | the arguments of `reshelve-emulator` |
//!
//! Beyond the vendor's API there is `/_emulator/…` for tests in other processes: `log` and `tree`
//! as JSON lines, `seed` and `faults` that take YAML, `switches` that takes `name=value` lines.

mod admin;
mod calendar;
mod call_log;
mod chance;
mod config;
mod dingtalk;
mod emulator;
mod exchange;
mod fault;
mod program;
mod rate;
mod seed;
mod server;
mod smh;
mod state_file;
mod switch;
mod tree;

pub use call_log::CallRecord;
pub use config::{Config, Vendor};
pub use emulator::{Emulator, Running, StartError};
pub use program::{Arguments, ProgramError, run};
