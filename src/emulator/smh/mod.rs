//! Tencent Smart Media Hosting: the calls of its file API, version 1.
//!
//! | part | holds |
//! |---|---|
//! | `service` | one call from its route to its reply: rate, faults, handler, log |
//! | `admission` | who calls, and whether that may be |
//! | `route` | the calls, one file a family, and the table of all of them |
//! | `wire` | entries, results and tasks as the API writes them |
//! | `error` | the codes with their HTTP status |
//! | `rules` | the switches: every choice that the documents leave open |
//! | `seed`, `tokens` | what is there at first; who may do what |
//! | `fault_reply`, `stranger` | what faults make of calls; what somebody else does in between |
//! | `crc64` | the checksum of files |
//! | `drive` | libraries, spaces, entries, bins and tasks, without HTTP |

mod admission;
mod crc64;
mod drive;
mod error;
mod fault_reply;
mod route;
mod rules;
mod seed;
mod service;
mod stranger;
#[cfg(test)]
mod tests;
mod tokens;
mod wire;

pub(super) use rules::SWITCHES;
pub(super) use service::Smh;
