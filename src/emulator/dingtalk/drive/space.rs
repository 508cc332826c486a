//! One space: its tree, its limits, and what lists show of it while a write is still settling.

use serde::{Deserialize, Serialize};

use super::act::Act;
use super::entry::{EntryId, ROOT};
use super::tree::Tree;
use crate::emulator::calendar::Moment;
use crate::emulator::seed::{BinUse, Made};

/// The id of a space.
pub(crate) type SpaceId = u64;

/// A storage space.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Space {
    pub(crate) id: SpaceId,
    pub(crate) name: String,
    pub(crate) corporation: String,
    pub(crate) creator: String,
    pub(crate) app: String,
    /// `USER` or `APP`.
    pub(crate) owner_kind: String,
    pub(crate) scene: String,
    pub(crate) scene_id: String,
    pub(crate) capabilities: Capabilities,
    pub(crate) bin: BinSupport,
    /// In bytes.
    pub(crate) quota: Option<u64>,
    pub(crate) created: Moment,
    pub(crate) tree: Tree,
    /// Counts changes, so that sorted lists know when they are out of date.
    pub(crate) revision: u64,
    #[serde(skip)]
    stale: Option<Stale>,
    #[serde(skip)]
    pub(crate) sorted: Option<(u64, Vec<(Moment, EntryId)>)>,
}

/// What the space was made to be able to do.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Capabilities {
    pub(crate) can_search: bool,
    pub(crate) can_rename: bool,
    pub(crate) can_record_recent_file: bool,
}

/// Whether entries of the space can go to the recycle bin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum BinSupport {
    /// Spaces made by the drive's own call.
    Yes,
    /// Spaces made by the storage call.
    NotForSpace,
    /// The kind of space could, but this one may not.
    NotAllowed,
}

impl BinSupport {
    pub(crate) fn of(made: Made, bin: BinUse) -> Self {
        match (made, bin) {
            (Made::Storage, _) => Self::NotForSpace,
            (Made::Drive, BinUse::Refused) => Self::NotAllowed,
            (Made::Drive, BinUse::Usual) => Self::Yes,
        }
    }
}

/// The tree as lists still show it.
#[derive(Debug, Clone)]
struct Stale {
    tree: Tree,
    calls: u64,
    until: Moment,
}

impl Space {
    pub(crate) fn new(id: SpaceId, name: &str, act: &Act<'_>) -> Self {
        Self {
            id,
            name: name.to_owned(),
            corporation: String::new(),
            creator: act.person.to_owned(),
            app: act.app.to_owned(),
            owner_kind: "USER".to_owned(),
            scene: "default".to_owned(),
            scene_id: "0".to_owned(),
            capabilities: Capabilities::default(),
            bin: BinSupport::NotForSpace,
            quota: None,
            created: act.now,
            tree: Tree::default(),
            revision: 0,
            stale: None,
            sorted: None,
        }
    }

    /// To be called before every change of the tree: keeps what lists go on showing, and marks
    /// the folder where an entry comes or goes.
    pub(crate) fn about_to_change(&mut self, act: &Act<'_>) {
        self.revision += 1;
        let calls = act.rules.number("list-delay-calls");
        let milliseconds = act.rules.number("list-delay-milliseconds");
        if self.stale.is_none() && (calls > 0 || milliseconds > 0) {
            self.stale = Some(Stale {
                tree: self.tree.clone(),
                calls,
                until: act.now + milliseconds,
            });
        }
    }

    /// The folder of an entry that came or went is modified, where the rules say so.
    pub(crate) fn child_changed(&mut self, folder: EntryId, act: &Act<'_>) {
        if folder != ROOT
            && act.rules.is("modified-on-child", "touch")
            && let Some(entry) = self.tree.get_mut(folder)
        {
            entry.touch(act.person, act.now);
        }
    }

    /// The bytes of all files, in their newest version.
    pub(crate) fn used(&self) -> u64 {
        self.tree.entries().map(|entry| entry.content.size).sum()
    }

    /// Counts one listing, and gives up what lists show of the past when its time is over.
    pub(crate) fn count_listing(&mut self, act: &Act<'_>) {
        let Some(stale) = &mut self.stale else {
            return;
        };
        if stale.calls == 0 && act.now >= stale.until {
            self.stale = None;
            return;
        }
        stale.calls = stale.calls.saturating_sub(1);
    }

    /// The tree as lists show it.
    pub(crate) fn listed(&self) -> &Tree {
        self.stale.as_ref().map_or(&self.tree, |stale| &stale.tree)
    }

    /// Whether lists show the past.
    pub(crate) fn is_stale(&self) -> bool {
        self.stale.is_some()
    }
}
