//! The sheets that the planner is tried on.

use std::collections::BTreeMap;

use reshelve::manifest::{Placement, Wish};
use reshelve::plan::{
    BatchKey, BatchRule, Bin, Capabilities, Disposal, Identity, MissingParents, NameCheck,
};

use crate::laboratory::{Laboratory, Shape};
use crate::service;

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
    /// As `Kept` and `Free`, and names are checked before the effect: copies are staged.
    KeptStaged,
    FreeStaged,
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

    /// The same, and those on which copies take more calls because they are staged.
    pub(crate) const WITH_STAGED: [Self; 9] = {
        let mut every = [Self::KeptStaged; 9];
        let mut next = 0;
        while next < Self::ALL.len() {
            every[next] = Self::ALL[next];
            next += 1;
        }
        every[8] = Self::FreeStaged;
        every
    };

    /// The same provider where there is a bin.
    pub(crate) fn with_bin(self) -> Self {
        match self {
            Self::KeptWithoutBin => Self::Kept,
            Self::FreeWithoutBin => Self::Free,
            Self::LocalWithoutBin => Self::Local,
            Self::Kept
            | Self::Free
            | Self::FreeOneByOne
            | Self::Local
            | Self::KeptStaged
            | Self::FreeStaged => self,
        }
    }

    fn has_bin(self) -> bool {
        self == self.with_bin()
    }

    /// Both spaces with this provider. Where there is no bin, what goes is gone.
    pub(crate) fn laboratory(
        self,
        mut placements: Vec<Placement>,
        spaces: &[BTreeMap<String, Shape>; 2],
    ) -> Laboratory {
        for placement in &mut placements {
            match &mut placement.wish {
                _ if self.has_bin() => {}
                Wish::Mirror(_, _, prune) => prune.disposal = Disposal::Permanent,
                Wish::Absent(_, _, disposal) => *disposal = Disposal::Permanent,
                Wish::Copy(..) | Wish::Move(..) | Wish::Folder(_) => {}
            }
        }
        let mut laboratory = Laboratory::new(placements, spaces);
        let local = laboratory.sheets.values().next().expect("two spaces");
        let sheet = self.of(local);
        if self.keeps_names() {
            laboratory = service::keeping(laboratory, [2, 2, 2]);
        }
        let sheets = laboratory.sheets.values_mut();
        sheets.for_each(|capabilities| *capabilities = sheet.clone());
        laboratory
    }

    pub(crate) fn keeps_names(self) -> bool {
        matches!(self.with_bin(), Self::Kept | Self::KeptStaged)
    }

    fn stages(self) -> bool {
        matches!(self, Self::KeptStaged | Self::FreeStaged)
    }

    fn of(self, local: &Capabilities) -> Capabilities {
        use BatchKey::{SourceSpace, TargetSpace};
        let two = |rule: &BatchRule, shared| BatchRule {
            items: Some(2),
            shared: [shared].into(),
            ..rule.clone()
        };
        let mut sheet = match self {
            Self::Kept | Self::KeptWithoutBin | Self::KeptStaged => service::sheet([2, 2, 2]),
            Self::Local | Self::LocalWithoutBin => local.clone(),
            Self::Free | Self::FreeWithoutBin | Self::FreeOneByOne | Self::FreeStaged => {
                Capabilities {
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
                }
            }
        };
        if !self.has_bin() {
            sheet.bin = Bin::None;
        }
        if self.stages() {
            sheet.name_check = NameCheck::AtSubmission;
        }
        sheet
    }
}
