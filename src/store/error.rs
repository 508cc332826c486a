//! What can go wrong between a store and its folder.

use std::io;
use std::path::{Path, PathBuf};

use super::lock::Holder;
use crate::journal::JournalError;
use crate::plan::PlanFileError;
use crate::state::StateFileError;

/// Why the store cannot do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A file or folder cannot be read.
    #[error("cannot read `{}`: {source}", path.display())]
    Read {
        /// Which.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file or folder cannot be written.
    #[error("cannot write `{}`: {source}", path.display())]
    Write {
        /// Which.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file is larger than any that this program writes.
    #[error("`{}` has {size} bytes; the most that are read are {limit}", path.display())]
    TooLarge {
        /// Which.
        path: PathBuf,
        /// Its size.
        size: u64,
        /// The most.
        limit: u64,
    },
    /// The state file is of no use and there is no earlier one that is.
    #[error("`{}`: {source}", path.display())]
    State {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        source: StateFileError,
    },
    /// A saved plan is not one that can be applied.
    #[error("`{}`: {source}", path.display())]
    Plan {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        source: PlanFileError,
    },
    /// A journal cannot be read.
    #[error("`{}`: {source}", path.display())]
    Journal {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        source: JournalError,
    },
    /// Somebody else wrote the state since it was read.
    #[error("the state in `{}` was written by another run since this one read it", path.display())]
    StateMoved {
        /// Which file.
        path: PathBuf,
    },
    /// Another run holds the lock.
    #[error("another run holds `{}`{}", path.display(), named(holder.as_ref()))]
    Locked {
        /// The lock's file.
        path: PathBuf,
        /// Who, as far as its text tells.
        holder: Option<Holder>,
    },
}

fn named(holder: Option<&Holder>) -> String {
    holder.map_or_else(String::new, |holder| format!(": {holder}"))
}

impl StoreError {
    pub(super) fn reading(path: &Path) -> impl FnOnce(io::Error) -> Self + use<> {
        let path = path.to_owned();
        move |source| Self::Read { path, source }
    }

    pub(super) fn writing(path: &Path) -> impl FnOnce(io::Error) -> Self + use<> {
        let path = path.to_owned();
        move |source| Self::Write { path, source }
    }
}
