//! Who acts, when, by which rules, and what the person may do.

use serde::{Deserialize, Serialize};

use crate::emulator::calendar::Moment;
use crate::emulator::dingtalk::rules::Rules;

/// What every change is made with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Act<'a> {
    /// The person in whose name it is made.
    pub(crate) person: &'a str,
    /// The app that calls.
    pub(crate) app: &'a str,
    pub(crate) now: Moment,
    pub(crate) rules: &'a Rules,
    /// Whether one entry of each task shall fail.
    pub(crate) spoiled: Spoiled,
}

/// Whether a task meets an entry that cannot be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Spoiled {
    No,
    OneEntry,
}

/// What happens where the name is taken.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Strategy {
    #[default]
    AutoRename,
    Overwrite,
    ReturnExisting,
    ReturnError,
}

impl Strategy {
    pub(crate) fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "AUTO_RENAME" => Self::AutoRename,
            "OVERWRITE" => Self::Overwrite,
            "RETURN_DENTRY_IF_EXISTS" => Self::ReturnExisting,
            "RETURN_ERROR_IF_EXISTS" => Self::ReturnError,
            _ => return None,
        })
    }
}

/// A person's role in a space, the weakest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Role {
    Nobody,
    Reader,
    Downloader,
    /// May write and add.
    Editor,
    /// May also remove, rename, copy and move.
    Manager,
    Owner,
}

impl Role {
    pub(crate) fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "NOBODY" => Self::Nobody,
            "READER" => Self::Reader,
            "DOWNLOADER" => Self::Downloader,
            "EDITOR" => Self::Editor,
            "MANAGER" => Self::Manager,
            "OWNER" => Self::Owner,
            _ => return None,
        })
    }
}
