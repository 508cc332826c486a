//! The flat way: the same picture as folder by folder, or an error, and never a smaller tree.
#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use std::sync::Arc;

use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use super::shelf::{Row, Shelf, rows};
use crate::observe::demand::Demand;
use crate::observe::flat::{Flat, Reading};
use crate::observe::walk::walk;
use crate::observe::{Limits, ObserveError, Observed, Sought, Way, observe};
use crate::plan::sample::{address, recording};
use crate::plan::{KnownEntries, Reach, Scope};
use crate::provider::Provider;
use crate::state::{Lineage, State};
use crate::tree::{EntryKind, SpaceAlias, Tree};

const EVERYTHING: &[(&str, Reach)] = &[("a:/", Reach::Subtree)];

fn scopes(scopes: &[(&str, Reach)]) -> Vec<Scope> {
    let scope = |(at, reach): &(&str, Reach)| Scope {
        address: address(at),
        reach: *reach,
    };
    scopes.iter().map(scope).collect()
}

fn look(shelf: Shelf, sought: Sought<'_>, limits: Limits) -> Result<Observed, ObserveError> {
    let provider: Arc<dyn Provider> = Arc::new(shelf);
    block_on(observe(&provider, sought, limits, &|_| ()))
}

pub(super) fn block_on<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .build()
        .unwrap();
    runtime.block_on(future)
}

/// Paths with sizes, in the order of the arena.
fn text(tree: &Tree) -> String {
    let mut words = Vec::new();
    let mut open = vec![tree.root()];
    while let Some(entry) = open.pop() {
        let size = match (tree.kind(entry), tree.is_listed(entry)) {
            (EntryKind::Folder, true) => "/".to_owned(),
            (EntryKind::Folder, false) => "?".to_owned(),
            (EntryKind::File | EntryKind::Special, _) => format!(" {}", tree.size(entry)),
        };
        if entry != tree.root() {
            words.push(format!("{}{size}", tree.path(entry)));
        }
        open.extend(tree.children(entry).rev());
    }
    words.join(", ")
}

/// What is seen of a space whose readings show these rows, two a page; or why there is no picture,
/// with the number of calls.
fn check(readings: &[&str], expected: Result<&str, &str>, reads: u64) {
    let readings: Vec<Vec<Row>> = readings.iter().map(|text| rows(text)).collect();
    let shelf = Shelf::new(readings.clone(), 2, 2);
    let scopes = scopes(EVERYTHING);
    let found = look(shelf, Sought::from(&*scopes), Limits::default());
    match (found, expected) {
        (Ok(observed), Ok(expected)) => {
            let space = SpaceAlias::parse("a").unwrap();
            assert_eq!(text(observed.world.tree(&space).unwrap()), expected);
            assert_eq!(observed.reads, reads, "{readings:?}");
            assert_eq!(observed.readings[&space].way, Way::Flat);
            assert_eq!(observed.readings[&space].made, reads);
        }
        (Err(error), Err(expected)) => {
            let message = error.to_string();
            assert!(message.contains(expected), "{message}");
        }
        (found, expected) => panic!("{readings:?}: {found:?} instead of {expected:?}"),
    }
}

#[test]
fn a_listing_without_an_order_becomes_a_tree() {
    check(&[""], Ok(""), 1);
    check(&["1 - b 1, 2 - a 2"], Ok("/a 2, /b 1"), 1);
    check(
        &["4 3 f 4, 3 2 y/, 5 - g 5, 2 - x/, 6 2 empty/"],
        Ok("/g 5, /x/, /x/empty/, /x/y/, /x/y/f 4"),
        3,
    );
    // Ids need not be numbers, and a file needs none.
    check(&["f x f 1, x - x/, - - g 2"], Ok("/g 2, /x/, /x/f 1"), 2);
    // What changed while it was read came once more: the last look counts.
    check(&["1 - a 1, 2 - b 2, 1 - a 3"], Ok("/a 3, /b 2"), 2);
}

#[test]
fn a_contradictory_listing_is_read_again_and_then_an_error() {
    let whole = "2 1 a 2, 1 - x/";
    let good = Ok("/x/, /x/a 2");
    check(&["2 1 a 2", whole], good, 2);
    check(&["2 1 a 2", "2 1 a 2, 3 1 b 1, 1 - y", whole], good, 4);
    check(&["2 1 a 2, 1 - x/, 2 - a 2", whole], good, 3);
    check(
        &["2 1 a 2"],
        Err("`a` lies in a folder with the id 1, which is not listed"),
        3,
    );
    check(
        &["2 1 a 2, 1 - x"],
        Err("with the id 1, which is not listed"),
        3,
    );
    check(
        &["2 1 y/, 1 2 x/"],
        Err("lies in itself, or in folders that do"),
        3,
    );
    check(&["1 1 x/"], Err("the folder `x` lies in itself"), 3);
    check(
        &["1 - a, 1 - b"],
        Err("the entry with the id 1 stands at two places"),
        3,
    );
    check(&["- - x/"], Err("the folder `x` has no id"), 3);
    check(&["1 - a, 2 - a"], Err("holds two entries called \"a\""), 3);
}

#[test]
fn limits_hold_for_a_flat_listing() {
    let scopes = scopes(EVERYTHING);
    let look = |text: &str, never_ends: bool, entries: usize, depth: usize| {
        let mut shelf = Shelf::new(vec![rows(text)], 2, 2);
        shelf.never_ends = never_ends;
        let limits = Limits {
            entries,
            depth,
            ..Limits::default()
        };
        look(shelf, Sought::from(&*scopes), limits)
    };
    let deep = "1 - x/, 2 1 y/, 3 2 f";
    assert!(look(deep, false, 3, 3).is_ok());
    let error = look(deep, false, 2, 3).unwrap_err();
    assert!(matches!(error, ObserveError::TooMany(_, 2)), "{error}");
    let error = look(deep, false, 3, 2).unwrap_err();
    assert!(matches!(error, ObserveError::TooDeep(at, 2) if at.path.as_str() == "/x/y"));
    let error = look("1 - a", true, 3, 3).unwrap_err();
    assert!(matches!(error, ObserveError::TokenLoop(_)), "{error}");
}

#[test]
fn a_try_that_costs_more_than_the_folders_is_given_up() {
    let part = scopes(&[("a:/x", Reach::Subtree)]);
    let mut state = State::new(Lineage::new("l"));
    for target in ["a:/x/1/f", "a:/x/2/f", "a:/x/3/f"] {
        let record = recording(target, 1, None).provenance;
        state.records.insert(address(target), record);
    }
    let seen_before = KnownEntries::recorded(&[], &state);
    // Seven known entries in five known folders; four a page is a try.
    let known = "1 - x/, 2 1 1/, 3 1 2/, 4 1 3/, 5 2 f, 6 3 f, 7 4 f";
    let picture = "/x/, /x/1/, /x/1/f 0, /x/2/, /x/2/f 0, /x/3/, /x/3/f 0";
    let check = |rows: Vec<Row>, way: Way, reads: u64, expected: &str| {
        let sought = Sought {
            scopes: &part,
            known: Some(&seen_before),
        };
        let observed = look(Shelf::new(vec![rows], 50, 4), sought, Limits::default()).unwrap();
        let space = SpaceAlias::parse("a").unwrap();
        assert_eq!(observed.readings[&space].way, way);
        assert_eq!(observed.reads, reads);
        assert_eq!(text(observed.world.tree(&space).unwrap()), expected);
    };
    check(rows(known), Way::Flat, 2, picture);
    let mut more = rows(known);
    more.extend((10..30).map(|number| rows(&format!("{number} - z{number}")).remove(0)));
    let mut picture = picture.to_owned();
    (10..30).for_each(|number| picture.push_str(&format!(", /z{number} 0")));
    check(more, Way::ByFolder, 5 + 5, &picture);
}

/// What both ways show of a space, as text with everything that the trees hold.
fn both_ways(rows: Vec<Row>, flat_page: u32, scopes: &[Scope]) -> (String, String) {
    let space = SpaceAlias::parse("a").unwrap();
    let provider: Arc<dyn Provider> = Arc::new(Shelf::new(vec![rows], 3, flat_page));
    let demand = || Demand::merge(scopes).remove(&space).unwrap();
    let limits = Limits::default();
    let by_folder = walk(
        &provider,
        vec![(space.clone(), demand())],
        0,
        limits,
        &|_| (),
    );
    let by_folder = block_on(by_folder).unwrap();
    let flat = Flat {
        provider: provider.as_ref(),
        space: &space,
        demand: &demand(),
        limits,
        entries_before: 0,
        most_reads: None,
        watch: &|_| (),
    };
    let Reading { tree, .. } = block_on(flat.read()).unwrap();
    let walked = by_folder.world.tree(&space).unwrap();
    (format!("{:?}", tree.unwrap()), format!("{walked:?}"))
}

/// Entries that lie in the root or in an earlier folder, shuffled, with some of their paths.
pub(super) fn space() -> impl Strategy<Value = (Vec<Row>, Vec<String>)> {
    let entry = (any::<prop::sample::Index>(), any::<bool>(), 0..1000_u64);
    let entries = prop::collection::vec(entry, 0..60);
    entries.prop_flat_map(|entries| {
        let mut rows: Vec<Row> = Vec::new();
        let mut folders = vec![(String::new(), String::new())];
        let mut paths = vec!["/".to_owned()];
        for (number, (folder, is_folder, size)) in entries.into_iter().enumerate() {
            let (folder, path) = folders[folder.index(folders.len())].clone();
            let id = match number % 3 {
                0 => format!("id{number}"),
                _ => format!("{}", number * 7 + 1),
            };
            let name = format!("{}{number}", ["n", "a", "zz", "报"][number % 4]);
            let path = format!("{path}/{name}");
            paths.push(path.clone());
            if is_folder {
                folders.push((id.clone(), path));
            }
            rows.push(Row {
                id,
                folder,
                kind: match is_folder {
                    true => EntryKind::Folder,
                    false => EntryKind::File,
                },
                name,
                size,
            });
        }
        (Just(rows).prop_shuffle(), Just(paths))
    })
}

proptest! {
    #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(1), ..ProptestConfig::default() })]

    #[test]
    fn both_ways_show_the_same(
        (rows, paths) in space(),
        wanted in prop::collection::vec((any::<prop::sample::Index>(), 0..3_usize), 1..4),
        flat_page in 1..20_u32,
    ) {
        let scopes: Vec<Scope> = wanted
            .into_iter()
            .map(|(path, reach)| Scope {
                address: address(&format!("a:{}", path.get(&paths))),
                reach: [Reach::Entry, Reach::Children, Reach::Subtree][reach],
            })
            .collect();
        let (flat, by_folder) = both_ways(rows, flat_page, &scopes);
        prop_assert_eq!(flat, by_folder);
    }
}
