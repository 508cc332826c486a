//! Asking by id: what is sought looks the same as by listing, whatever others changed since, and
//! nothing is shown that a listing would not show.
#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use super::flat::{block_on, space};
use super::shelf::{FETCH_BATCH, Row, Shelf, rows};
use crate::observe::demand::Demand;
use crate::observe::look::Look;
use crate::observe::split::split;
use crate::observe::walk::walk;
use crate::observe::{Limits, Observed, Sought, Way, observe, observe_further};
use crate::plan::sample::{address, recording};
use crate::plan::{KnownEntries, Reach, Scope};
use crate::provider::Provider;
use crate::state::{Lineage, State};
use crate::tree::{Address, EntryId, EntryIndex, EntryKind, EntryPath, SpaceAlias, Tree};

fn alias() -> SpaceAlias {
    SpaceAlias::parse("a").unwrap()
}

fn scope(text: &str, reach: Reach) -> Scope {
    Scope {
        address: address(text),
        reach,
    }
}

/// Where each row is.
fn paths(rows: &[Row]) -> Vec<EntryPath> {
    let by_id: BTreeMap<&str, &Row> = rows.iter().map(|row| (&*row.id, row)).collect();
    let path = |row: &Row| {
        let (mut path, mut folder) = (format!("/{}", row.name), &*row.folder);
        while let Some(above) = by_id.get(folder) {
            path = format!("/{}{path}", above.name);
            folder = &above.folder;
        }
        EntryPath::parse(&path).unwrap()
    };
    rows.iter().map(path).collect()
}

/// A memory of some rows.
fn memory<'a>(rows: impl IntoIterator<Item = (&'a Row, EntryPath)>) -> KnownEntries {
    let mut state = State::new(Lineage::new("l"));
    for (row, path) in rows {
        let at = Address::new(alias(), path);
        let mut record = recording(&at.to_string(), row.size, None).provenance;
        record.kind = row.kind;
        record.target.id = Some(EntryId::new(&row.id));
        state.records.insert(at, record);
    }
    KnownEntries::recorded(&[], &state)
}

/// What a tree shows at a path: `-` where nothing is, `?` where nobody knows.
fn sight(tree: &Tree, path: &EntryPath) -> String {
    let mut here = tree.root();
    for name in path.segments() {
        match tree.child(here, name) {
            Some(child) => here = child,
            None if tree.kind(here) == EntryKind::Folder && !tree.is_listed(here) => {
                return "?".to_owned();
            }
            None => return "-".to_owned(),
        }
    }
    attributes(tree, here)
}

fn attributes(tree: &Tree, entry: EntryIndex) -> String {
    format!(
        "{} {:?} {}",
        tree.kind(entry),
        tree.id(entry),
        tree.size(entry)
    )
}

/// All that a tree shows at a path and below, or only what that holds directly.
fn below(tree: &Tree, path: &EntryPath, depth: usize) -> String {
    let mut text = sight(tree, path);
    let mut open: Vec<(EntryIndex, usize)> = tree
        .find(path)
        .into_iter()
        .map(|entry| (entry, 0))
        .collect();
    while let Some((entry, level)) = open.pop() {
        text.push_str(&format!(
            "; {} {}",
            tree.path(entry),
            attributes(tree, entry)
        ));
        if level < depth {
            text.push_str(if tree.is_listed(entry) { "/" } else { "" });
            open.extend(tree.children(entry).map(|child| (child, level + 1)));
        }
    }
    text
}

/// What both looks show of what is sought.
fn compare(known: &KnownEntries, scopes: &[Scope], by_id: &Tree, listed: &Tree) {
    for Scope { address, reach } in scopes {
        let path = &address.path;
        let placed: Vec<_> = known.at_or_below(address).collect();
        match reach {
            Reach::Placed if !placed.is_empty() => {
                for (at, _) in placed {
                    assert_eq!(sight(by_id, &at.path), sight(listed, &at.path), "{at}");
                }
            }
            Reach::Entry => assert_eq!(sight(by_id, path), sight(listed, path), "{path}"),
            Reach::Children => assert_eq!(below(by_id, path, 1), below(listed, path, 1)),
            Reach::Placed | Reach::Subtree => {
                assert_eq!(below(by_id, path, 99), below(listed, path, 99));
            }
        }
    }
    let mut open = vec![by_id.root()];
    while let Some(entry) = open.pop() {
        let path = by_id.path(entry);
        assert_eq!(attributes(by_id, entry), sight(listed, &path), "{path}");
        open.extend(by_id.children(entry));
    }
}

/// Looks by id, whatever that costs; `None` where nothing can be asked for.
fn asked(rows: Vec<Row>, known: &KnownEntries, scopes: &[Scope]) -> Option<(Observed, u64)> {
    let parts = split(&alias(), scopes, known);
    if parts.asked.is_empty() {
        return None;
    }
    let expected = parts.calls(FETCH_BATCH);
    let provider: Arc<dyn Provider> = Arc::new(Shelf::new(vec![rows], 3, 3));
    let sheet = provider.capabilities(&alias()).unwrap();
    let demand = Demand::merge(scopes).remove(&alias()).unwrap();
    let mut look = Look {
        provider: &provider,
        scopes,
        known,
        limits: Limits::default(),
        watch: &|_| (),
        observed: Observed::default(),
        walks: Vec::new(),
        parts: BTreeMap::new(),
        passed_over: 0,
    };
    let observed = block_on(async {
        assert!(look.by_id(&alias(), &demand, &sheet, &parts).await);
        look.end().await
    });
    Some((observed.unwrap(), expected))
}

fn listed(rows: Vec<Row>, scopes: &[Scope]) -> Observed {
    let provider: Arc<dyn Provider> = Arc::new(Shelf::new(vec![rows], 3, 3));
    let demands = Demand::merge(scopes).into_iter().collect();
    let walked = walk(&provider, demands, 0, Limits::default(), &|_| ());
    block_on(walked).unwrap()
}

/// What somebody does to a space.
#[derive(Debug, Clone, Copy)]
enum Change {
    Remove,
    Rename,
    Move,
    Replace,
    Write,
    Add,
}

/// The rows after a change of one of them. A change that would make no tree is left out.
fn changed(
    mut rows: Vec<Row>,
    number: usize,
    change: Change,
    row: usize,
    other: usize,
) -> Vec<Row> {
    if rows.is_empty() {
        return rows;
    }
    let (row, other) = (row % rows.len(), other % rows.len());
    let is_below = |rows: &[Row], mut inner: String, outer: &str| {
        while !inner.is_empty() {
            if inner == outer {
                return true;
            }
            let above = rows.iter().find(|row| row.id == inner);
            inner = above.map(|row| row.folder.clone()).unwrap_or_default();
        }
        false
    };
    let id = rows[row].id.clone();
    match change {
        Change::Remove => {
            let copy = rows.clone();
            rows.retain(|row| !is_below(&copy, row.id.clone(), &id));
        }
        Change::Rename => rows[row].name = format!("renamed{number}"),
        Change::Write => rows[row].size += 1000,
        Change::Replace => {
            let copy = rows.clone();
            let mut new = rows[row].clone();
            rows.retain(|row| !is_below(&copy, row.id.clone(), &id));
            new.id = format!("new{number}");
            if number.is_multiple_of(2) {
                new.kind = EntryKind::Folder;
                rows.push(Row {
                    id: format!("inside{number}"),
                    folder: new.id.clone(),
                    kind: EntryKind::File,
                    name: "inside".to_owned(),
                    size: 1,
                });
            }
            rows.push(new);
        }
        Change::Move | Change::Add => {
            let folder = match rows[other].kind {
                EntryKind::Folder => rows[other].id.clone(),
                EntryKind::File | EntryKind::Special => rows[other].folder.clone(),
            };
            if matches!(change, Change::Add) {
                rows.push(Row {
                    id: format!("added{number}"),
                    folder,
                    kind: EntryKind::File,
                    name: format!("added{number}"),
                    size: 3,
                });
            } else if !is_below(&rows, folder.clone(), &id) {
                rows[row].folder = folder;
            }
        }
    }
    rows
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 500,
        rng_seed: RngSeed::Fixed(1),
        ..ProptestConfig::default()
    })]

    #[test]
    fn what_is_sought_looks_the_same_in_every_way(
        (before, _) in space(),
        wanted in prop::collection::vec((any::<prop::sample::Index>(), 0..4_usize), 1..8),
        forgotten in prop::collection::vec(any::<prop::sample::Index>(), 0..8),
        changes in prop::collection::vec((0..6_usize, any::<usize>(), any::<usize>()), 0..6),
    ) {
        use Change::{Add, Move, Remove, Rename, Replace, Write};
        let at = paths(&before);
        let mut places = at.clone();
        places.push(EntryPath::root());
        let scopes: Vec<Scope> = wanted
            .into_iter()
            .map(|(place, reach)| Scope {
                address: Address::new(alias(), place.get(&places).clone()),
                reach: [Reach::Entry, Reach::Children, Reach::Placed, Reach::Subtree][reach],
            })
            .collect();
        let forgotten: Vec<&EntryPath> = forgotten.iter().map(|it| it.get(&places)).collect();
        let remembered = before.iter().zip(at.iter().cloned());
        let known = memory(remembered.filter(|(_, path)| !forgotten.contains(&path)));
        let steps = changes.len();
        let now = changes.into_iter().enumerate().fold(
            before.clone(),
            |rows, (number, (change, row, other))| {
                let change = [Remove, Rename, Move, Replace, Write, Add][change];
                changed(rows, number, change, row, other)
            },
        );
        let space = alias();
        if let Some((observed, expected)) = asked(now.clone(), &known, &scopes) {
            let all = listed(now, &scopes);
            let (by_id, listed) = (observed.world.tree(&space).unwrap(), all.world.tree(&space).unwrap());
            compare(&known, &scopes, by_id, listed);
            let asked_for_all = split(&space, &scopes, &known).listed.is_empty();
            if steps == 0 && asked_for_all {
                prop_assert_eq!(observed.reads, expected);
            }
        }
    }
}

/// What stands at the beginning of the cases: two folders with three known files each.
const SHELF: &str = "1 - x/, 2 1 y/, 3 2 f 3, 4 2 g 4, 5 2 h 5, 6 1 i 6, 7 - z/, 8 7 k 8";

/// How a space is read that shows `now`, where everything in `SHELF` is known and two files in each
/// page of three are not: the way, the calls by folder, for the whole space and by id, and what is
/// seen at two paths.
fn check(now: &str, scopes: &[Scope], calls: [u64; 3], expected: [(&str, &str); 2]) {
    let before = rows(SHELF);
    let known = memory(before.iter().zip(paths(&before)));
    let mut now = rows(now);
    // The more there is beside, the worse are listings of everything.
    now.extend((100..200).map(|number| rows(&format!("{number} 7 n{number}")).remove(0)));
    let shelf = Arc::new(Shelf::new(vec![now], 3, 3));
    let provider: Arc<dyn Provider> = shelf.clone();
    let sought = Sought {
        scopes,
        known: Some(&known),
    };
    let observed = block_on(observe(&provider, sought, Limits::default(), &|_| ())).unwrap();
    assert_eq!(*shelf.calls.lock().unwrap(), calls, "{scopes:?}");
    assert_eq!(observed.reads, calls.iter().sum::<u64>());
    assert_eq!(observed.readings[&alias()].way, Way::ById);
    assert_eq!(observed.readings[&alias()].made, observed.reads);
    let tree = observed.world.tree(&alias()).unwrap();
    for (path, expected) in expected {
        let found = sight(tree, &EntryPath::parse(path).unwrap());
        assert!(found.starts_with(expected), "{path}: {found}");
    }
}

#[test]
fn only_what_is_lost_or_unknown_is_listed() {
    let file = [scope("a:/x/y/f", Reach::Subtree)];
    let placed = [scope("a:/x/y", Reach::Placed)];
    let seen = |id: &str| format!("file Some(EntryId(\"{id}\"))");
    let (three, four) = (seen("3"), seen("4"));
    // One file with the folders above it is one call.
    check(
        SHELF,
        &file,
        [0, 0, 1],
        [("/x/y/f", &three), ("/x/y/g", "?")],
    );
    // The folder, three files and the folder above are two.
    check(
        SHELF,
        &placed,
        [0, 0, 2],
        [("/x/y/f", &three), ("/x/y/g", &four)],
    );
    // A file that is renamed or gone is looked for in its folder, one call for each level.
    let renamed = SHELF.replace("3 2 f", "3 2 other");
    check(
        &renamed,
        &file,
        [3, 0, 1],
        [("/x/y/f", "-"), ("/x/y/other", &three)],
    );
    let gone = SHELF.replace("3 2 f 3, ", "");
    check(
        &gone,
        &placed,
        [3, 0, 2],
        [("/x/y/f", "-"), ("/x/y/g", &four)],
    );
    // A folder above was renamed: the way down ends where it ends.
    let moved = SHELF.replace("1 - x/", "1 - w/");
    check(
        &moved,
        &file,
        [1, 0, 1],
        [("/x/y/f", "-"), ("/w", "folder")],
    );
    // What nothing is known of is listed beside.
    let more = [file[0].clone(), scope("a:/x", Reach::Children)];
    check(
        SHELF,
        &more,
        [2, 0, 1],
        [("/x/i", "file"), ("/x/y/f", &three)],
    );
}

#[test]
fn more_is_observed_of_what_was_asked_for() {
    let before = rows(SHELF);
    let known = memory(before.iter().zip(paths(&before)));
    let provider: Arc<dyn Provider> = Arc::new(Shelf::new(vec![before], 3, 3));
    let scopes = [scope("a:/x/y/f", Reach::Subtree)];
    let sought = Sought {
        scopes: &scopes,
        known: Some(&known),
    };
    let observed = block_on(async {
        let first = observe(&provider, sought, Limits::default(), &|_| ()).await?;
        let further = [scope("a:/x/new", Reach::Subtree)];
        let limits = Limits::default();
        observe_further(&provider, first, &further, &scopes, limits, &|_| ()).await
    });
    let observed = observed.unwrap();
    let tree = observed.world.tree(&alias()).unwrap();
    let shown = |path: &str| sight(tree, &EntryPath::parse(path).unwrap());
    assert_eq!(shown("/x/new"), "-");
    assert!(shown("/x/y/f").starts_with("file"));
    assert_eq!(shown("/x/y/g"), "?");
    assert_eq!((observed.reads, observed.readings[&alias()].made), (3, 3));
}
