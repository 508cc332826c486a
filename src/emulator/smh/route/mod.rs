//! The calls, one file a family. A call is a function from its arguments and the library to its
//! answer, or the code it is refused with.

mod batch;
mod bin;
mod call;
mod carry;
mod directory;
mod file;
mod history;
mod listing;
mod quota;
mod removal;
mod space;
mod table;
mod task;
mod token;
mod upload;

pub(super) use call::{Answer, Call};
pub(super) use table::{Access, ROUTES, Route, matching};
