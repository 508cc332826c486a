//! The folder beside a manifest that keeps state, plans and journals, and what makes it safe.

mod atomic;
mod error;
mod folder;
mod lock;
mod state_store;

pub use error::StoreError;
pub use folder::StateFolder;
pub use lock::{Holder, Lock};
pub use state_store::{Loaded, StateStore};
