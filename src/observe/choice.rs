//! Which way a space is read in: the one that takes the fewest calls.

use std::collections::{BTreeMap, BTreeSet};

use super::demand::{Demand, Need};
use crate::plan::Capabilities;
use crate::state::State;
use crate::tree::{EntryKind, EntryPath, SpaceAlias};

/// How a space is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// The folders that are needed are listed, level by level.
    ByFolder,
    /// Everything in the space is listed at once, page by page.
    Flat,
}

/// A way, and how far it may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Choice {
    pub(super) way: Way,
    /// After so many calls without an end, going by folder costs less; `None` where it cannot.
    pub(super) most_reads: Option<u64>,
}

/// What the state tells of a space before anything is read. Both numbers are the least that can
/// be: a space holds more than what earlier runs recorded.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Known {
    /// Entries in the whole space.
    pub(super) entries: u64,
    /// Calls that the needed folders take, each listed for itself.
    pub(super) reads_by_folder: u64,
}

/// Chooses by what is needed and known.
///
/// Where everything is needed, a flat listing never takes more calls than the folders do: many
/// pages that are not full become few that are. Elsewhere it is worth a try where the state says
/// so; since a space may hold much that the state does not know, the try ends where it has cost
/// as much as the folders cost.
pub(super) fn choose(sheet: &Capabilities, demand: &Demand, known: Known) -> Choice {
    let by_folder = Choice {
        way: Way::ByFolder,
        most_reads: None,
    };
    let Some(flat_size) = sheet.flat_page_size.filter(|size| *size > 0) else {
        return by_folder;
    };
    let is_as_large = sheet.page_size.is_some_and(|size| size <= flat_size);
    if is_as_large && demand.root() == Need::Everything {
        return Choice {
            way: Way::Flat,
            most_reads: None,
        };
    }
    let flat_reads = known.entries.div_ceil(u64::from(flat_size)).max(1);
    if flat_reads < known.reads_by_folder {
        Choice {
            way: Way::Flat,
            most_reads: Some(known.reads_by_folder),
        }
    } else {
        by_folder
    }
}

impl Known {
    /// Counts what the state knows of a space: the entries that were placed there, those that
    /// were taken from there, and the folders on the way to them.
    pub(super) fn of(
        recorded: &State,
        space: &SpaceAlias,
        demand: &Demand,
        page_size: Option<u32>,
    ) -> Self {
        let mut counted = Counted::default();
        for (address, record) in &recorded.records {
            if address.space == *space {
                counted.add(&address.path, record.kind);
            }
            if let Some(source) = record.source.as_ref().map(|source| &source.address)
                && source.space == *space
            {
                counted.add(&source.path, record.kind);
            }
        }
        let reads = |children: u64| match page_size {
            Some(size) => children.div_ceil(u64::from(size.max(1))).max(1),
            None => 1,
        };
        let needed = counted.folders.iter();
        let needed = needed.filter(|(folder, _)| demand.reaches_into(folder));
        Self {
            entries: counted.entries.len() as u64,
            reads_by_folder: needed.map(|(_, children)| reads(*children)).sum(),
        }
    }
}

/// Entries by path, and how many of them each folder holds.
#[derive(Default)]
struct Counted {
    entries: BTreeSet<EntryPath>,
    folders: BTreeMap<EntryPath, u64>,
}

impl Counted {
    fn add(&mut self, path: &EntryPath, kind: EntryKind) {
        if kind == EntryKind::Folder {
            self.folders.entry(path.clone()).or_default();
        }
        let mut path = path.clone();
        while let Some(parent) = path.parent() {
            if !self.entries.insert(path) {
                return;
            }
            *self.folders.entry(parent.clone()).or_default() += 1;
            path = parent;
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
    use super::*;
    use crate::plan::sample::{address, recording};
    use crate::plan::{Reach, Scope};
    use crate::provider::LocalProvider;
    use crate::provider::Provider;
    use crate::state::Lineage;
    use crate::tree::Address;

    fn sheet(page_size: Option<u32>, flat_page_size: Option<u32>) -> Capabilities {
        let folder = tempfile::tempdir().unwrap();
        let alias = SpaceAlias::parse("a").unwrap();
        let roots = BTreeMap::from([(alias.clone(), folder.path().to_owned())]);
        let local = LocalProvider::new(&roots).unwrap();
        Capabilities {
            page_size,
            flat_page_size,
            ..local.capabilities(&alias).unwrap()
        }
    }

    fn demand(scopes: &[(&str, Reach)]) -> Demand {
        let scopes: Vec<_> = scopes
            .iter()
            .map(|(at, reach)| Scope {
                address: address(at),
                reach: *reach,
            })
            .collect();
        Demand::merge(&scopes)
            .remove(&SpaceAlias::parse("a").unwrap())
            .unwrap()
    }

    const EVERYTHING: &[(&str, Reach)] = &[("a:/", Reach::Subtree)];
    const A_PART: &[(&str, Reach)] = &[("a:/x", Reach::Subtree)];

    /// Page sizes of folders and of the flat listing, what is needed, what is known (entries in
    /// the space, calls by folder), and the choice with its bound.
    type Case = (
        (Option<u32>, Option<u32>),
        &'static [(&'static str, Reach)],
        (u64, u64),
        (Way, Option<u64>),
    );

    #[test]
    fn the_way_with_the_fewest_calls_is_chosen() {
        let by_folder = (Way::ByFolder, None);
        let fifty = (Some(50), Some(50));
        let cases: [Case; 14] = [
            // Everything is needed: flat is never more.
            (fifty, EVERYTHING, (0, 0), (Way::Flat, None)),
            (fifty, EVERYTHING, (100_000, 1), (Way::Flat, None)),
            ((Some(50), Some(100)), EVERYTHING, (0, 0), (Way::Flat, None)),
            // Unless its pages are smaller: then what is known decides.
            ((Some(100), Some(50)), EVERYTHING, (0, 0), by_folder),
            ((None, Some(50)), EVERYTHING, (0, 0), by_folder),
            ((None, Some(50)), EVERYTHING, (100, 3), (Way::Flat, Some(3))),
            ((None, Some(50)), EVERYTHING, (101, 3), by_folder),
            // There is no such listing.
            ((Some(50), None), EVERYTHING, (0, 0), by_folder),
            ((Some(50), Some(0)), EVERYTHING, (0, 9), by_folder),
            // A part is needed: unknown, few folders, as many folders as pages, many folders.
            (fifty, A_PART, (0, 0), by_folder),
            (fifty, A_PART, (5000, 7), by_folder),
            (fifty, A_PART, (350, 7), by_folder),
            (fifty, A_PART, (300, 7), (Way::Flat, Some(7))),
            (
                fifty,
                &[("a:/x/y", Reach::Entry)],
                (10, 2),
                (Way::Flat, Some(2)),
            ),
        ];
        for ((page, flat), scopes, (entries, reads_by_folder), (way, most_reads)) in cases {
            let known = Known {
                entries,
                reads_by_folder,
            };
            let found = choose(&sheet(page, flat), &demand(scopes), known);
            let expected = Choice { way, most_reads };
            assert_eq!(found, expected, "{page:?} {flat:?} {scopes:?} {known:?}");
        }
    }

    #[test]
    fn what_the_state_knows_is_counted_once() {
        let mut state = State::new(Lineage::new("l"));
        let mut record = |target: &str, source: Option<&str>| {
            let mut record = recording(target, 1, None).provenance;
            record.source = record.source.take().zip(source).map(|(mut seen, source)| {
                seen.address = address(source);
                seen
            });
            if source.is_none() {
                record.kind = EntryKind::Folder;
            }
            state.records.insert(address(target), record);
        };
        record("a:/x/empty", None);
        record("a:/x/1", Some("a:/from/1"));
        record("a:/x/2", Some("a:/from/1"));
        record("a:/x/y/3", Some("b:/3"));
        record("b:/4", Some("a:/4"));
        let space: Address = address("a:/");
        let check = |scopes, page_size, entries, reads_by_folder| {
            let expected = Known {
                entries,
                reads_by_folder,
            };
            let found = Known::of(&state, &space.space, &demand(scopes), page_size);
            assert_eq!(found, expected, "{scopes:?} {page_size:?}");
        };
        // x, x/empty, x/1, x/2, x/y, x/y/3, from, from/1, 4
        check(EVERYTHING, Some(50), 9, 5);
        check(EVERYTHING, None, 9, 5);
        // The root takes two pages of two, as does `x`.
        check(EVERYTHING, Some(2), 9, 7);
        check(A_PART, Some(50), 9, 4);
        check(&[("a:/x/y", Reach::Entry)], Some(50), 9, 2);
        check(&[("a:/x/y", Reach::Children)], Some(50), 9, 3);
        check(&[("a:/nowhere/y", Reach::Subtree)], Some(50), 9, 1);
    }
}
