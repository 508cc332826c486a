//! The calls themselves, one method each, under the names that the vendor's pages and SDKs suggest.

mod bin;
mod calls;
mod reading;
mod single;
mod writing;

pub use bin::RestorePath;
pub(super) use calls::CallSettings;
pub use calls::Calls;
pub(super) use single::raw;
