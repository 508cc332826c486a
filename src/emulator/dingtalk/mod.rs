//! The DingTalk storage API, v1.0 and v2.0, as far as files are put in places with it.
//!
//! | part | holds |
//! |---|---|
//! | `service` | one call from its route to its reply: token, rate, faults, handler, log |
//! | `route` | the calls, one file a family, and the table of all of them |
//! | `wire` | entries, spaces and tasks as the API writes them |
//! | `arguments` | what a call was asked, read out of query and body |
//! | `error` | the codes with their HTTP status |
//! | `rules` | the switches: every choice that the documents leave open |
//! | `drive` | spaces, entries, bin and tasks, without HTTP |

mod arguments;
mod drive;
mod error;
mod fault_reply;
mod route;
mod rules;
mod service;
#[cfg(test)]
mod tests;
mod tokens;
mod wire;

pub(super) use rules::SWITCHES;
pub(super) use service::DingTalk;
