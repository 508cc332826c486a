//! Calls over HTTP, for every provider that makes some: one call at a time, sent once, with a
//! plain word for how it ended; and what their replies and refusals have in common.

mod asked;
mod breaker;
mod call;
mod client;
mod decode;
mod endpoint;
mod field;
mod name;
#[cfg(test)]
pub(super) mod overheard;
mod pace;
mod redact;
#[cfg(test)]
pub(super) mod replies;
#[cfg(test)]
mod tests;
mod token;
mod verdict;

pub(super) use asked::Asked;
pub(super) use call::{Call, Method, Nature, Reply};
pub(super) use client::Client;
pub(super) use decode::{
    failure, incomplete, plain, quote, read_list, read_object, read_unsuspicious,
};
pub(super) use endpoint::Endpoint;
pub use field::{Field, Readable, Unread};
pub(super) use field::{object, objects};
pub(super) use name::{is_possible, readable};
pub(super) use redact::redact;
pub(super) use token::{FetchedToken, Token, TokenKeeper};
pub(super) use verdict::{BREAKS, End, Row, Stated, Verdict, by_status, row, senseless};
