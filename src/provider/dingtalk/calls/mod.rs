//! The calls themselves, one method each, under the names that the vendor's SDKs give them.

mod bin;
mod calls;
mod reading;
mod writing;

pub(super) use calls::CallSettings;
pub use calls::Calls;
pub use writing::Destination;
