//! The folder beside a manifest that keeps state, plans and journals, and what makes it safe.

mod atomic;
mod disk;
mod error;
mod file_journal;
mod folder;
mod journal_store;
mod lock;
mod plan_store;
mod recovery;
mod state_store;
mod system_disk;

pub use disk::{Disk, DiskFile, Listed, ListedKind, Purpose};
pub use error::StoreError;
pub use file_journal::FileJournal;
pub use folder::StateFolder;
pub use journal_store::{JournalStore, StoredRun};
pub use lock::{Holder, Lock};
pub use plan_store::{load_plan, save_plan};
pub use state_store::{Loaded, StateStore};
pub use system_disk::SystemDisk;
