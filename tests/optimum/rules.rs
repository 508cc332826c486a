//! A provider's sheet as the search reads it.

use reshelve::plan::{BatchKey, BatchRule, Bin, Capabilities, MissingParents, Naming};

use crate::call::{How, Verb};
use crate::simulator::Parents;

/// What the search has to know of a provider.
#[derive(Debug, Clone)]
pub(crate) struct Rules {
    copy: Rule,
    moving: Rule,
    rename: Option<Rule>,
    remove: Rule,
    create: Rule,
    pub(crate) names: Names,
    pub(crate) parents: Parents,
    /// How what is replaced goes.
    pub(crate) replaced: How,
}

/// Whether copies and moves can give names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Names {
    Free,
    Kept,
}

/// How items share a call.
#[derive(Debug, Clone)]
pub(crate) struct Rule {
    /// The most items.
    pub(crate) most: usize,
    shared: Vec<BatchKey>,
}

impl Rules {
    pub(crate) fn new(sheet: &Capabilities) -> Self {
        let rule = |rule: &BatchRule| Rule {
            most: rule.items.map_or(usize::MAX, |items| items as usize),
            shared: rule.shared.iter().copied().collect(),
        };
        Self {
            copy: rule(&sheet.copy),
            moving: rule(&sheet.moving),
            rename: sheet.rename.as_ref().map(rule),
            remove: rule(&sheet.remove),
            create: rule(&sheet.create_folder),
            names: match sheet.naming {
                Naming::Free => Names::Free,
                Naming::Kept => Names::Kept,
            },
            parents: match sheet.parents {
                MissingParents::Refused => Parents::Missing,
                MissingParents::MadeForFolders => Parents::Made,
            },
            replaced: match sheet.bin {
                Bin::None => How::Gone,
                Bin::Present | Bin::ServiceTells => How::Recycled,
            },
        }
    }

    pub(crate) fn of(&self, verb: Verb) -> &Rule {
        match verb {
            Verb::Create => &self.create,
            Verb::Copy => &self.copy,
            Verb::Move => &self.moving,
            Verb::Rename => self.rename.as_ref().unwrap_or(&self.moving),
            Verb::Remove => &self.remove,
        }
    }
}

impl Rule {
    /// Whether items with different values of this share no call.
    pub(crate) fn parts(&self, by: BatchKey) -> bool {
        self.shared.contains(&by)
    }

    /// The fewest calls for so many items.
    pub(crate) fn calls(&self, items: usize) -> usize {
        if items == 0 {
            0
        } else {
            (items - 1) / self.most + 1
        }
    }
}
