//! Small worlds: a few entries, a few wishes.

use std::collections::BTreeMap;
use std::fmt;

use reshelve::plan::{Plan, Verdict};

use crate::laboratory::{Laboratory, Shape};
use crate::sheets::Sheet;
use crate::wishes;

/// What is there, and what is wished: one line each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Small {
    /// As `a:/d/x=2@3`, a file of two bytes, or `a:/d/`.
    pub(crate) entries: Vec<String>,
    pub(crate) placements: Vec<String>,
}

impl Small {
    /// The world on a sheet; `None` where the manifest is refused without observing.
    pub(crate) fn laboratory(&self, sheet: Sheet) -> Option<Laboratory> {
        let lines = self.placements.iter().enumerate();
        let placements = lines.map(|(number, line)| wishes::placement(number, line));
        let placements: Option<Vec<_>> = placements.collect();
        let laboratory = sheet.laboratory(placements?, &self.spaces()?);
        wishes::is_valid(&laboratory.manifest).then_some(laboratory)
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
