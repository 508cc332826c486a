//! Which way a space is read in: the one that takes the fewest calls.

use std::collections::{BTreeMap, BTreeSet};

use super::demand::{Demand, Need};
use super::split::Split;
use crate::plan::{Capabilities, Identity, KnownEntries, Way};
use crate::state::ListingCalls;
use crate::tree::{EntryKind, EntryPath, SpaceAlias};

/// A way, how far it may go, and why it was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Choice {
    pub(super) way: Way,
    /// After so many calls without an end, another way costs less; `None` where there is none.
    pub(super) most_reads: Option<u64>,
    /// The least calls that it takes; `None` where nothing is known.
    pub(super) expected: Option<u64>,
    /// Empty where there is no other.
    pub(super) why: String,
}

/// What is known of a space before anything is read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Counts {
    /// Entries in the whole space; it holds more than what earlier runs recorded.
    pub(super) entries: u64,
    /// The least calls that the needed folders take, each listed for itself.
    pub(super) by_folder: u64,
    /// Calls that asking takes, with those that list the rest; `None` where nothing can be asked
    /// for.
    pub(super) by_id: Option<u64>,
    /// What listing took when it was done last.
    pub(super) last: ListingCalls,
}

/// Chooses by what is needed and known.
///
/// Where everything is needed, a flat listing never takes more calls than the folders do: many
/// pages that are not full become few that are. Elsewhere it may meet much that nobody needs or
/// knows of. Where it never came to its end before, it is a try, which is worth it only if it can
/// save half of the calls, and which ends where it has cost as much as the next best way costs.
/// What asking by id costs is known exactly, so it wins a draw, and nothing is tried against it.
pub(super) fn choose(sheet: &Capabilities, demand: &Demand, counts: Counts) -> Choice {
    let by_folder = counts.by_folder.max(counts.last.by_folder);
    let flat_size = sheet.flat_page_size.filter(|size| *size > 0);
    let flat = flat_size.map(|size| {
        let pages = counts.entries.div_ceil(u64::from(size)).max(1);
        pages.max(counts.last.flat)
    });
    let is_as_large = match (flat_size, sheet.page_size) {
        (Some(flat), Some(size)) => size <= flat,
        (Some(_) | None, _) => false,
    };
    if let Some(flat) = flat.filter(|_| is_as_large && demand.root() == Need::Everything) {
        return match counts.by_id.filter(|by_id| *by_id <= flat) {
            Some(by_id) => by_id_choice(by_id, flat),
            None => Choice {
                way: Way::Flat,
                most_reads: None,
                expected: (counts.entries > 0).then_some(flat),
                why: "everything in it is needed".to_owned(),
            },
        };
    }
    let other = counts.by_id.map_or(by_folder, |by_id| by_id.min(by_folder));
    let worth = |flat: &u64| match (counts.last.flat, counts.by_id) {
        (0, Some(by_id)) if by_id <= by_folder => false,
        (0, _) => flat.saturating_mul(2) <= other,
        _ => *flat < other,
    };
    match (flat.filter(worth), counts.by_id) {
        (Some(flat), _) => flat_choice(flat, other),
        (None, Some(by_id)) if by_id <= by_folder => by_id_choice(by_id, by_folder),
        (None, _) => by_folder_choice(flat, by_folder, counts.by_id),
    }
}

impl Choice {
    /// To list folder by folder, whatever else there would be.
    pub(super) fn by_folder() -> Self {
        Self {
            way: Way::ByFolder,
            most_reads: None,
            expected: None,
            why: String::new(),
        }
    }
}

fn by_id_choice(by_id: u64, listing: u64) -> Choice {
    Choice {
        way: Way::ById,
        most_reads: None,
        expected: Some(by_id),
        why: format!("listing takes {listing} or more"),
    }
}

fn flat_choice(flat: u64, other: u64) -> Choice {
    Choice {
        way: Way::Flat,
        most_reads: Some(other),
        expected: Some(flat),
        why: format!("another way takes {other} or more"),
    }
}

fn by_folder_choice(flat: Option<u64>, by_folder: u64, by_id: Option<u64>) -> Choice {
    let others = [
        (flat, "listing all at once takes", " or more"),
        (by_id, "asking by id takes", ""),
    ];
    let others: Vec<String> = (others.into_iter())
        .filter_map(|(calls, way, more)| Some(format!("{way} {}{more}", calls?)))
        .collect();
    let is_known = by_folder > 0;
    Choice {
        way: Way::ByFolder,
        most_reads: None,
        expected: is_known.then_some(by_folder),
        why: if is_known || others.is_empty() {
            others.join(", ")
        } else {
            "nothing is known of what it holds".to_owned()
        },
    }
}

impl Counts {
    /// Counts what is known of a space: the entries, and the folders on the way to them.
    pub(super) fn of(
        known: &KnownEntries,
        space: &SpaceAlias,
        demand: &Demand,
        split: &Split,
        sheet: &Capabilities,
    ) -> Self {
        let mut counted = Counted::default();
        for (path, entry) in known.of_space(space) {
            counted.add(path, entry.kind);
        }
        let rest = Demand::merge(&split.listed).remove(space);
        let rest = rest.map_or(0, |rest| counted.reads(&rest, sheet.page_size));
        let batch = (sheet.fetch_batch)
            .filter(|size| *size > 0 && sheet.identity == Identity::Id && !split.asked.is_empty());
        Self {
            entries: counted.entries.len() as u64,
            by_folder: counted.reads(demand, sheet.page_size),
            by_id: batch.map(|batch| split.calls(batch) + rest),
            last: known.listing_calls(space),
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
    /// Calls that the needed folders take, each listed for itself.
    fn reads(&self, demand: &Demand, page_size: Option<u32>) -> u64 {
        let reads = |children: u64| match page_size {
            Some(size) => children.div_ceil(u64::from(size.max(1))).max(1),
            None => 1,
        };
        let needed = self.folders.iter();
        let needed = needed.filter(|(folder, _)| demand.reaches_into(folder));
        needed.map(|(_, children)| reads(*children)).sum()
    }

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
    use crate::state::{Lineage, State};

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
    /// the space, calls by folder, calls by id), and the choice with its bound.
    type Case = (
        (Option<u32>, Option<u32>),
        &'static [(&'static str, Reach)],
        (u64, u64, Option<u64>),
        (Way, Option<u64>),
    );

    fn check(((page, flat), scopes, counts, expected): Case, last: ListingCalls) {
        let (entries, by_folder, by_id) = counts;
        let counts = Counts {
            entries,
            by_folder,
            by_id,
            last,
        };
        let found = choose(&sheet(page, flat), &demand(scopes), counts);
        let found = (found.way, found.most_reads);
        assert_eq!(found, expected, "{page:?} {flat:?} {scopes:?} {counts:?}");
    }

    #[test]
    fn the_way_with_the_fewest_calls_is_chosen() {
        let by_folder = (Way::ByFolder, None);
        let by_id = (Way::ById, None);
        let fifty = (Some(50), Some(50));
        let cases: [Case; 22] = [
            // Everything is needed: flat is never more.
            (fifty, EVERYTHING, (0, 0, None), (Way::Flat, None)),
            (fifty, EVERYTHING, (100_000, 1, None), (Way::Flat, None)),
            (
                (Some(50), Some(100)),
                EVERYTHING,
                (0, 0, None),
                (Way::Flat, None),
            ),
            // Unless its pages are smaller: then what is known decides.
            ((Some(100), Some(50)), EVERYTHING, (0, 0, None), by_folder),
            ((None, Some(50)), EVERYTHING, (0, 0, None), by_folder),
            (
                (None, Some(50)),
                EVERYTHING,
                (50, 3, None),
                (Way::Flat, Some(3)),
            ),
            ((None, Some(50)), EVERYTHING, (101, 3, None), by_folder),
            // There is no such listing.
            ((Some(50), None), EVERYTHING, (0, 0, None), by_folder),
            ((Some(50), Some(0)), EVERYTHING, (0, 9, None), by_folder),
            // A part is needed: unknown, few folders, as many folders as pages, many folders.
            (fifty, A_PART, (0, 0, None), by_folder),
            (fifty, A_PART, (5000, 7, None), by_folder),
            (fifty, A_PART, (350, 7, None), by_folder),
            (fifty, A_PART, (200, 7, None), by_folder),
            (fifty, A_PART, (150, 7, None), (Way::Flat, Some(7))),
            (
                fifty,
                &[("a:/x/y", Reach::Entry)],
                (10, 2, None),
                (Way::Flat, Some(2)),
            ),
            // Asking by id: fewer calls than any listing, as many, more.
            (fifty, A_PART, (5000, 7, Some(6)), by_id),
            (fifty, A_PART, (5000, 7, Some(7)), by_id),
            (fifty, A_PART, (5000, 7, Some(8)), by_folder),
            (fifty, EVERYTHING, (500, 7, Some(10)), by_id),
            (fifty, EVERYTHING, (500, 7, Some(11)), (Way::Flat, None)),
            // Nothing is tried against it.
            (fifty, A_PART, (150, 9, Some(7)), by_id),
            (fifty, A_PART, (200, 9, Some(7)), by_id),
        ];
        for case in cases {
            check(case, ListingCalls::default());
        }
    }

    #[test]
    fn what_listing_took_before_is_remembered() {
        let fifty = (Some(50), Some(50));
        let by_folder = (Way::ByFolder, None);
        type Before = ((u64, u64), (u64, u64, Option<u64>), (Way, Option<u64>));
        let cases: [Before; 7] = [
            // The folders hold more than is known of: then asking costs less.
            ((0, 60), (1000, 22, Some(36)), (Way::ById, None)),
            ((0, 24), (1000, 22, Some(36)), by_folder),
            // So does the space: the flat listing is not tried again.
            ((50, 0), (250, 22, None), by_folder),
            ((50, 0), (250, 22, Some(20)), (Way::ById, None)),
            // It came to its end, so it is no try.
            ((21, 0), (1000, 22, None), (Way::Flat, Some(22))),
            ((21, 0), (1000, 60, Some(36)), (Way::Flat, Some(36))),
            ((0, 30), (1000, 22, None), by_folder),
        ];
        for ((flat, listed), counts, expected) in cases {
            let last = ListingCalls {
                flat,
                by_folder: listed,
            };
            check((fifty, A_PART, counts, expected), last);
        }
    }

    #[test]
    fn what_is_known_is_counted_once() {
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
        let known = KnownEntries::recorded(&[], &state);
        let space = address("a:/").space;
        let check = |scopes, page_size, entries, by_folder| {
            let expected = Counts {
                entries,
                by_folder,
                by_id: None,
                last: ListingCalls::default(),
            };
            let sheet = sheet(page_size, None);
            let split = Split::default();
            let found = Counts::of(&known, &space, &demand(scopes), &split, &sheet);
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
