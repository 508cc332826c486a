//! How the spaces of a plan were read: the way, what it was expected to take, and why.

use serde::{Deserialize, Serialize};

use crate::state::ListingCalls;
use crate::tree::SpaceAlias;

/// How a space is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Way {
    /// The folders that are needed are listed, level by level.
    ByFolder,
    /// Everything in the space is listed at once, page by page.
    Flat,
    /// What is known is asked for by its id, many in one call; folders are listed only where
    /// something is unknown or must be proven to be absent.
    ById,
}

/// How a space was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reading {
    /// The space.
    pub space: SpaceAlias,
    /// The way.
    pub way: Way,
    /// The least calls that it was expected to take; `None` where nothing was known before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected: Option<u64>,
    /// The calls that it took.
    pub made: u64,
    /// Those among them that another way took before it was given up.
    #[serde(default, skip_serializing_if = "is_none_made")]
    pub given_up: u64,
    /// Why this way was taken, as a part of a sentence; empty where there is no other.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub why: String,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands over a reference"
)]
fn is_none_made(calls: &u64) -> bool {
    *calls == 0
}

impl Reading {
    /// What this look tells of listing the space, where `before` is known. A flat listing that was
    /// given up takes more calls than were made of it.
    pub fn listing_calls(&self, before: ListingCalls) -> ListingCalls {
        let flat = match self.given_up {
            0 => before.flat,
            tried => before.flat.max(tried + 1),
        };
        let made = self.made - self.given_up.min(self.made);
        match self.way {
            Way::Flat => ListingCalls {
                flat: made,
                ..before
            },
            Way::ByFolder => ListingCalls {
                flat,
                by_folder: made,
            },
            Way::ById => ListingCalls { flat, ..before },
        }
    }
}

impl Way {
    /// The words of reports.
    pub fn words(self) -> &'static str {
        match self {
            Self::ByFolder => "folder by folder",
            Self::Flat => "in one flat listing",
            Self::ById => "by id",
        }
    }
}
