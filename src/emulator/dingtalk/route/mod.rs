//! The calls, one file a family. A call is a function from its arguments and the drive to the
//! body of its reply, or the code it is refused with.

mod batch;
mod bin;
mod call;
mod folder;
mod listing;
mod mapping;
mod property;
mod query;
mod single;
mod space;
mod table;
mod task;
mod token;
mod upload;
mod version;

pub(super) use call::{Answer, Call};
pub(super) use table::{Caller, ROUTES, Route, matching};
