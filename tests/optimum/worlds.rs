//! Small random worlds: a few entries, a few wishes, and the sheets that plans are made for.

use std::collections::BTreeMap;
use std::fmt;

use reshelve::plan::{
    BatchKey, BatchRule, Bin, Capabilities, Disposal, Identity, MissingParents, Plan, Verdict,
};

use crate::laboratory::{Laboratory, Shape};
use crate::{service, wishes};

/// What is there, and what is wished: one line each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Small {
    /// As `a:/d/x=2@3`, a file of two bytes, or `a:/d/`.
    pub(crate) entries: Vec<String>,
    pub(crate) placements: Vec<String>,
}

/// The providers that plans are made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Sheet {
    /// Names are kept, calls are small.
    Kept,
    KeptWithoutBin,
    /// Names are free, calls are small, folders make their parents.
    Free,
    FreeWithoutBin,
    /// The same, and nothing makes parents.
    FreeOneByOne,
    /// Names are free, calls have no limit.
    Local,
    LocalWithoutBin,
}

impl Sheet {
    pub(crate) const ALL: [Self; 7] = [
        Self::Kept,
        Self::Free,
        Self::Local,
        Self::KeptWithoutBin,
        Self::FreeOneByOne,
        Self::FreeWithoutBin,
        Self::LocalWithoutBin,
    ];

    /// The same provider where there is a bin.
    pub(crate) fn with_bin(self) -> Self {
        match self {
            Self::KeptWithoutBin => Self::Kept,
            Self::FreeWithoutBin => Self::Free,
            Self::LocalWithoutBin => Self::Local,
            Self::Kept | Self::Free | Self::FreeOneByOne | Self::Local => self,
        }
    }

    fn has_bin(self) -> bool {
        self == self.with_bin()
    }

    fn disposal(self) -> Disposal {
        if self.has_bin() {
            Disposal::Recycle
        } else {
            Disposal::Permanent
        }
    }

    fn keeps_names(self) -> bool {
        self.with_bin() == Self::Kept
    }

    fn of(self, local: &Capabilities) -> Capabilities {
        use BatchKey::{SourceSpace, TargetSpace};
        let two = |rule: &BatchRule, shared| BatchRule {
            items: Some(2),
            shared: [shared].into(),
            ..rule.clone()
        };
        let mut sheet = match self {
            Self::Kept | Self::KeptWithoutBin => service::sheet([2, 2, 2]),
            Self::Local | Self::LocalWithoutBin => local.clone(),
            Self::Free | Self::FreeWithoutBin | Self::FreeOneByOne => Capabilities {
                copy: two(&local.copy, TargetSpace),
                moving: two(&local.moving, TargetSpace),
                remove: two(&local.remove, SourceSpace),
                create_folder: BatchRule {
                    items: Some(1),
                    ..local.create_folder.clone()
                },
                parents: if self == Self::FreeOneByOne {
                    MissingParents::Refused
                } else {
                    MissingParents::MadeForFolders
                },
                identity: Identity::Path,
                ..local.clone()
            },
        };
        if !self.has_bin() {
            sheet.bin = Bin::None;
        }
        sheet
    }
}

impl Small {
    /// The world on a sheet; `None` where the manifest is refused without observing.
    pub(crate) fn laboratory(&self, sheet: Sheet) -> Option<Laboratory> {
        let lines = self.placements.iter().enumerate();
        let placements =
            lines.map(|(number, line)| wishes::placement(number, line, sheet.disposal()));
        let placements: Option<Vec<_>> = placements.collect();
        let mut laboratory = Laboratory::new(placements?, &self.spaces()?);
        if !wishes::is_valid(&laboratory.manifest) {
            return None;
        }
        for capabilities in laboratory.sheets.values_mut() {
            *capabilities = sheet.of(capabilities);
        }
        if sheet.keeps_names() {
            let sheets = laboratory.sheets.clone();
            laboratory = service::keeping(laboratory, [2, 2, 2]);
            laboratory.sheets = sheets;
        }
        Some(laboratory)
    }

    /// The plan on a sheet; `None` where it does nothing or is refused.
    pub(crate) fn plan(&self, sheet: Sheet) -> Option<(Laboratory, Plan)> {
        let laboratory = self.laboratory(sheet)?;
        let plan = laboratory.plan();
        let ready = plan.verdict() == Verdict::Ready && !plan.operations.is_empty();
        ready.then_some((laboratory, plan))
    }

    /// The trees of both spaces; `None` where a file has entries below it.
    fn spaces(&self) -> Option<[BTreeMap<String, Shape>; 2]> {
        let mut spaces = [BTreeMap::new(), BTreeMap::new()];
        for entry in &self.entries {
            let (path, shape) = match entry.split_once('=') {
                Some((path, content)) => {
                    let (size, time) = content.split_once('@')?;
                    (path, Shape::File(size.parse().ok()?, time.parse().ok()?))
                }
                None => (entry.trim_end_matches('/'), Shape::Folder(BTreeMap::new())),
            };
            let (space, path) = path.split_once(":/")?;
            let mut folder = &mut spaces[usize::from(space == "b")];
            let mut names: Vec<&str> = path.split('/').collect();
            let name = names.pop()?;
            for step in names {
                folder = match folder.get_mut(step)? {
                    Shape::Folder(content) => content,
                    Shape::File(..) => return None,
                };
            }
            folder.insert(name.to_owned(), shape);
        }
        Some(spaces)
    }

    /// How much there is to read.
    pub(crate) fn size(&self) -> usize {
        self.entries.len() + self.placements.len()
    }

    /// The same worlds with one thing less.
    pub(crate) fn smaller(&self) -> Vec<Self> {
        let mut smaller = Vec::new();
        for position in 0..self.placements.len() {
            let mut less = self.clone();
            less.placements.remove(position);
            smaller.push(less);
        }
        for position in 0..self.entries.len() {
            let mut less = self.clone();
            let gone = less.entries.remove(position);
            if gone.ends_with('/') {
                less.entries.retain(|entry| !entry.starts_with(&gone));
            }
            smaller.push(less);
        }
        for position in 0..self.placements.len() {
            for (long, short) in [
                (", on_conflict: overwrite", ""),
                (", on_conflict: rename", ""),
                (", on_conflict: keep", ""),
                (", prune: all", ""),
                (", flatten: true", ""),
                ("mirror:", "copy:"),
            ] {
                let mut less = self.clone();
                less.placements[position] = less.placements[position].replace(long, short);
                if less != *self {
                    smaller.push(less);
                }
            }
        }
        smaller
    }
}

impl fmt::Display for Small {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let placements = self.placements.join("\n  ");
        write!(formatter, "  {}\n  {placements}", self.entries.join(" "))
    }
}
