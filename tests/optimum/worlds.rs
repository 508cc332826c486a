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

/// Numbers that look random and are the same each time.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// A number below `sides`.
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % sides
    }

    fn pick<'t>(&mut self, of: &[&'t str]) -> &'t str {
        of[self.roll(of.len())]
    }

    /// A world with at most six entries.
    pub(crate) fn world(&mut self) -> Small {
        let (entries, paths) = self.entries();
        let mut placements = match self.roll(10) {
            0..=1 => self.rotation(&paths),
            2..=3 => self.fan(&paths),
            4 => self.replacements(&paths),
            _ => {
                let count = 1 + self.roll(4);
                (0..count).map(|_| self.wish(&paths)).collect()
            }
        };
        let mut targets = Vec::new();
        placements.retain(|line| {
            let target = line.split('\'').nth(3).map(str::to_owned);
            let is_new = !targets.contains(&target);
            targets.push(target);
            is_new
        });
        Small {
            entries,
            placements,
        }
    }

    /// Entries as lines, and their paths.
    fn entries(&mut self) -> (Vec<String>, Vec<String>) {
        let mut folders = vec!["a:/".to_owned(), "b:/".to_owned()];
        let (mut lines, mut paths) = (Vec::new(), Vec::new());
        for _ in 0..1 + self.roll(6) {
            let folder = folders[self.roll(folders.len())].clone();
            let path = format!("{folder}{}", self.pick(&["x", "y", "z", "w.t"]));
            if paths.contains(&path) {
                continue;
            }
            if !path.ends_with(".t") && self.roll(3) == 0 {
                folders.push(format!("{path}/"));
                lines.push(format!("{path}/"));
            } else {
                let size = match self.roll(3) {
                    0 => 1,
                    _ => 1 + paths.len(),
                };
                lines.push(format!("{path}={size}@{size}"));
            }
            paths.push(path);
        }
        (lines, paths)
    }

    /// Each of some entries to the place of the next.
    fn rotation(&mut self, paths: &[String]) -> Vec<String> {
        let first = self.roll(paths.len());
        let chosen: Vec<&String> = paths[first..].iter().collect();
        let last = match self.roll(3) {
            0 => "a:/new".to_owned(),
            _ => chosen[0].clone(),
        };
        let next = chosen[1..].iter().map(|it| (*it).clone()).chain([last]);
        let pairs: Vec<_> = chosen.iter().zip(next).collect();
        let line = |(from, to): (&&String, String)| format!("move: '{from}', to: '{to}'");
        pairs.into_iter().map(line).collect()
    }

    /// Many copies and moves into few folders.
    fn fan(&mut self, paths: &[String]) -> Vec<String> {
        let folders = [self.target(paths, "x"), "a:".to_owned(), "b:".to_owned()];
        let mut lines = Vec::new();
        let mut moved: Vec<&String> = Vec::new();
        for number in 0..1 + self.roll(6) {
            let source = &paths[self.roll(paths.len())];
            let own = source.rsplit('/').next().unwrap_or("x").to_owned();
            let other = ["1", "2", "3", "4", "5", "6"][number].to_owned();
            let name = if self.roll(2) == 0 { own } else { other };
            let folder = folders[self.roll(3)].clone();
            let verb = if self.roll(3) == 0 && !moved.contains(&source) {
                "move"
            } else {
                "copy"
            };
            moved.push(source);
            lines.push(format!("{verb}: '{source}', to: '{folder}/{name}'"));
        }
        lines
    }

    /// Entries that replace each other.
    fn replacements(&mut self, paths: &[String]) -> Vec<String> {
        let mut lines = Vec::new();
        for _ in 0..1 + self.roll(3) {
            let [source, target] = [0; 2].map(|_| &paths[self.roll(paths.len())]);
            let verb = self.pick(&["move", "copy"]);
            lines.push(format!(
                "{verb}: '{source}', to: '{target}', on_conflict: overwrite"
            ));
        }
        lines
    }

    fn wish(&mut self, paths: &[String]) -> String {
        let source = match self.roll(8) {
            0 => self.target(paths, "x"),
            _ => paths[self.roll(paths.len())].clone(),
        };
        let name = source.rsplit('/').next().unwrap_or("x").to_owned();
        let target = self.target(paths, &name);
        let how = match self.roll(6) {
            0..=1 => ", on_conflict: overwrite",
            2 => ", on_conflict: rename",
            3 => ", on_conflict: keep",
            _ => "",
        };
        let ignore = "on_missing: ignore";
        match self.roll(16) {
            0..=5 => format!("move: '{source}', to: '{target}', {ignore}{how}"),
            6..=10 => format!("copy: '{source}', to: '{target}', {ignore}{how}"),
            11 => format!("mirror: '{source}', to: '{target}', {ignore}{how}"),
            12 => format!("mirror: '{source}', to: '{target}', {ignore}{how}, prune: all"),
            13 => format!("absent: '{source}'"),
            14 => format!("folder: '{target}'"),
            _ => {
                let verb = self.pick(&["move", "copy"]);
                let flat = self.pick(&["", ", flatten: true"]);
                format!("{verb}: '{source}/*', into: '{target}'{how}{flat}")
            }
        }
    }

    fn target(&mut self, paths: &[String], name: &str) -> String {
        let folder = match self.roll(4) {
            0 => paths[self.roll(paths.len())].clone(),
            1 => self.pick(&["a:/n", "b:/n"]).to_owned(),
            2 => "a:".to_owned(),
            _ => "b:".to_owned(),
        };
        let own = self.pick(&["x", "y", "z", "w.t"]);
        let name = if self.roll(2) == 0 { name } else { own };
        format!("{folder}/{name}")
    }
}
