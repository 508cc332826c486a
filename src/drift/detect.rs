//! Compares three trees, item by item: what was placed, what is there, what is wanted.

use std::collections::BTreeMap;

use super::report::{DriftItem, DriftKind, DriftReport};
use crate::diagnostic::Diagnostic;
use crate::plan::{Action, Operation, Plan, Reason, staged_origins};
use crate::state::{PlacementRef, Provenance, Seen, State};
use crate::tree::{Address, EntryIndex, EntryKind, ObservedWorld, SpaceAlias, Tree};

/// What drift is found from. The plan stands for what is wanted: it was made from the same
/// observation, so that what it would do is exactly what is not as wished.
#[derive(Debug, Clone, Copy)]
pub struct DriftInput<'a> {
    /// What earlier runs placed.
    pub state: &'a State,
    /// What is there.
    pub observed: &'a ObservedWorld,
    /// What would be done now.
    pub plan: &'a Plan,
    /// The placements that speak of entries, and what becomes of their sources.
    pub placements: &'a BTreeMap<PlacementRef, SourceFate>,
}

/// What becomes of a placement's source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SourceFate {
    /// It stays where it is: what is gone from there is no longer wanted.
    Stays,
    /// It goes to the target: its absence is as it shall be.
    Leaves,
}

/// All that is not as it was placed or not as it is wanted, by address.
pub fn detect(input: DriftInput<'_>) -> DriftReport {
    let mut items: BTreeMap<(Address, DriftKind), DriftItem> = BTreeMap::new();
    let mut unwatched = 0;
    for (address, record) in &input.state.records {
        match watch(&input, address, record) {
            Watched::AsRecorded | Watched::OfAnotherManifest => {}
            Watched::NotLookedAt => unwatched += 1,
            Watched::Drifted(kind, observed) => {
                let item = recorded_item(address, record, kind, observed);
                items.insert((address.clone(), kind), item);
            }
        }
    }
    let staged = staged_origins(input.plan);
    for operation in &input.plan.operations {
        let wanted = planned_item(&input, operation, &staged);
        for item in wanted.into_iter().chain(left_item(&input, operation)) {
            merge(&mut items, item);
        }
    }
    for finding in &input.plan.findings {
        if let Some(item) = found_item(&input, finding) {
            merge(&mut items, item);
        }
    }
    DriftReport {
        items: items.into_values().collect(),
        in_place: input.plan.summary.in_place,
        unwatched,
    }
}

/// What a look at one record gave.
enum Watched {
    AsRecorded,
    Drifted(DriftKind, Option<Seen>),
    NotLookedAt,
    OfAnotherManifest,
}

/// Whether the manifest of a record is among those of this run: its first placement is the next
/// after an empty name.
fn is_of_this_run(input: &DriftInput<'_>, record: &Provenance) -> bool {
    let first = PlacementRef {
        manifest: record.placement.manifest.clone(),
        placement: "".into(),
    };
    let next = input.placements.range(&first..).next();
    next.is_some_and(|(placement, _)| placement.manifest == first.manifest)
}

/// Whether an alias still names the storage root that it named when entries were recorded.
fn means_the_same_space(input: &DriftInput<'_>, alias: &SpaceAlias) -> bool {
    let before = input.state.spaces.get(alias);
    let now = input.plan.spaces.get(alias);
    match (before, now) {
        (Some(before), Some(now)) => *before == now.identity(),
        (None, _) | (_, None) => true,
    }
}

fn watch(input: &DriftInput<'_>, address: &Address, record: &Provenance) -> Watched {
    let Some(fate) = input.placements.get(&record.placement) else {
        return if is_of_this_run(input, record) {
            Watched::NotLookedAt
        } else {
            Watched::OfAnotherManifest
        };
    };
    let Some(tree) = input.observed.tree(&address.space) else {
        return Watched::NotLookedAt;
    };
    if !means_the_same_space(input, &address.space) {
        return Watched::NotLookedAt;
    }
    let Some(entry) = tree.find(&address.path) else {
        return if !absence_is_known(tree, address) {
            Watched::NotLookedAt
        } else if is_wanted(input, record, *fate) {
            Watched::Drifted(DriftKind::Missing, None)
        } else {
            Watched::AsRecorded
        };
    };
    let seen = seen(tree, entry);
    let kind = tree.kind(entry);
    if kind != record.kind {
        Watched::Drifted(DriftKind::Replaced, Some(seen))
    } else if kind == EntryKind::File && differs(&record.target, &seen) {
        Watched::Drifted(DriftKind::Changed, Some(seen))
    } else {
        Watched::AsRecorded
    }
}

/// Whether an entry that is gone is still wanted: one whose source went as well is not.
fn is_wanted(input: &DriftInput<'_>, record: &Provenance, fate: SourceFate) -> bool {
    let Some(source) = &record.source else {
        return true;
    };
    let address = &source.address;
    let source_is_gone = input
        .observed
        .tree(&address.space)
        .is_some_and(|tree| tree.find(&address.path).is_none() && absence_is_known(tree, address));
    fate == SourceFate::Leaves || !source_is_gone
}

/// Whether the folder in which the way to an entry ends was listed, so that it is truly not there.
fn absence_is_known(tree: &Tree, address: &Address) -> bool {
    let mut deepest = tree.root();
    for folder in address.path.ancestors() {
        match tree.find(&folder) {
            Some(entry) => deepest = entry,
            None => break,
        }
    }
    tree.kind(deepest) != EntryKind::Folder || tree.is_listed(deepest)
}

fn seen(tree: &Tree, entry: EntryIndex) -> Seen {
    Seen {
        id: tree.id(entry),
        attributes: tree.attributes(entry),
    }
}

/// Whether a file is another one than was recorded, or has other content.
fn differs(recorded: &Seen, observed: &Seen) -> bool {
    let other_entry = match (&recorded.id, &observed.id) {
        (Some(before), Some(after)) => before != after,
        (None, _) | (_, None) => false,
    };
    other_entry || recorded.attributes != observed.attributes
}

fn recorded_item(
    address: &Address,
    record: &Provenance,
    kind: DriftKind,
    observed: Option<Seen>,
) -> DriftItem {
    DriftItem {
        target: address.clone(),
        kind,
        placement: Some(record.placement.clone()),
        recorded: Some(record.target.clone()),
        observed,
        source: record.source.as_ref().map(|source| source.address.clone()),
        run: Some(record.run.clone()),
    }
}

/// What an operation that is needed says of the entry that it is needed for.
fn planned_item(
    input: &DriftInput<'_>,
    operation: &Operation,
    staged: &BTreeMap<Address, Address>,
) -> Option<DriftItem> {
    let kind = match operation.reason {
        Reason::Missing | Reason::Misplaced | Reason::Leaving | Reason::Strayed => {
            DriftKind::NotPlaced
        }
        Reason::Changed => DriftKind::Outdated,
        Reason::Overwrite | Reason::Beside => DriftKind::Conflict,
        Reason::Extra | Reason::Unwanted => DriftKind::Unwanted,
        Reason::Parent
        | Reason::Temporary
        | Reason::Halfway
        | Reason::Replaced
        | Reason::Emptied => return None,
    };
    let place = match &operation.action {
        Action::CreateFolder { at } | Action::Remove { at, .. } => at,
        Action::Copy { to, .. } | Action::Move { to, .. } | Action::Rename { to, .. } => to,
    };
    let target = place.address();
    let source = match &operation.action {
        Action::CreateFolder { .. } | Action::Remove { .. } => None,
        // What is moved in place of a copy is not where the content comes from.
        _ if matches!(operation.reason, Reason::Leaving | Reason::Strayed) => None,
        Action::Copy { from, .. } | Action::Move { from, .. } | Action::Rename { from, .. } => {
            let from = from.address();
            Some(staged.get(&from).cloned().unwrap_or(from))
        }
    };
    let record = input.state.records.get(&target);
    let recorded_source = record.and_then(|record| record.source.as_ref());
    let (recorded, observed) = if kind == DriftKind::Outdated {
        let before = recorded_source.map(|source| source.seen.clone());
        (before, source.as_ref().and_then(|it| look(input, it)))
    } else {
        (None, look(input, &target))
    };
    Some(DriftItem {
        target,
        kind,
        placement: Some(operation.placement.clone()),
        recorded,
        observed,
        source,
        run: record.map(|record| record.run.clone()),
    })
}

/// What an operation that moves an entry which has to go says of where that is now.
fn left_item(input: &DriftInput<'_>, operation: &Operation) -> Option<DriftItem> {
    let from = operation.action.from()?.address();
    let record = input.state.records.get(&from);
    (operation.reason == Reason::Leaving).then(|| DriftItem {
        kind: DriftKind::Unwanted,
        placement: Some(operation.placement.clone()),
        recorded: None,
        observed: look(input, &from),
        source: None,
        run: record.map(|record| record.run.clone()),
        target: from,
    })
}

fn look(input: &DriftInput<'_>, address: &Address) -> Option<Seen> {
    let (tree, entry) = input.observed.find(address)?;
    Some(seen(tree, entry))
}

/// What a finding of the plan says of an entry.
fn found_item(input: &DriftInput<'_>, finding: &Diagnostic) -> Option<DriftItem> {
    let kind = match &*finding.code {
        "conflict" | "not-replaceable" | "blocked" => DriftKind::Conflict,
        "extra" | "staging-left" => DriftKind::Extra,
        "kept" => DriftKind::Kept,
        "missing-source" => DriftKind::SourceMissing,
        _ => return None,
    };
    let target = Address::parse(finding.path.as_deref()?).ok()?;
    let record = input.state.records.get(&target);
    Some(DriftItem {
        kind,
        placement: record.map(|record| record.placement.clone()),
        recorded: record.map(|record| record.target.clone()),
        observed: look(input, &target),
        source: None,
        run: record.map(|record| record.run.clone()),
        target,
    })
}

/// Adds an item, unless the records already told what became of the entry. What the manifest
/// accepts replaces what the records say.
fn merge(items: &mut BTreeMap<(Address, DriftKind), DriftItem>, item: DriftItem) {
    let told = [DriftKind::Missing, DriftKind::Changed, DriftKind::Replaced];
    for kind in told {
        let key = (item.target.clone(), kind);
        if !items.contains_key(&key) {
            continue;
        }
        if !item.kind.is_accepted() {
            return;
        }
        items.remove(&key);
    }
    items
        .entry((item.target.clone(), item.kind))
        .or_insert(item);
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

    use std::sync::Arc;

    use super::*;
    use crate::state::{Lineage, Proof, RunId, Source};
    use crate::tree::{Attributes, Entry, IdRef, Listing, ObservedSpace, Timestamp};

    fn address(text: &str) -> Address {
        Address::parse(text).unwrap()
    }

    fn entry(name: &str, kind: EntryKind, size: u64) -> Entry<'_> {
        Entry {
            name,
            kind,
            id: IdRef::None,
            size,
            modified: Timestamp::default(),
            version: 0,
            fingerprint: None,
        }
    }

    /// A space `team` with `/a` (5 bytes), a listed folder `/dir` and a folder `/dark` that was
    /// not looked into.
    fn world() -> ObservedWorld {
        let mut tree = Tree::new();
        let mut listing = Listing::new();
        listing.push(&entry("a", EntryKind::File, 5));
        listing.push(&entry("dir", EntryKind::Folder, 0));
        listing.push(&entry("dark", EntryKind::Folder, 0));
        tree.attach(tree.root(), listing).unwrap();
        let folder = tree.find(&address("team:/dir").path).unwrap();
        tree.attach(folder, Listing::new()).unwrap();
        let space = ObservedSpace {
            tree: Arc::new(tree),
        };
        ObservedWorld {
            spaces: [(address("team:/").space, space)].into(),
        }
    }

    fn placement(id: &str) -> PlacementRef {
        PlacementRef {
            manifest: "m".into(),
            placement: id.into(),
        }
    }

    fn state(records: &[(&str, EntryKind, u64)]) -> State {
        let mut state = State::new(Lineage::new("test"));
        for (target, kind, size) in records {
            let provenance = Provenance {
                placement: placement("p"),
                kind: *kind,
                wished: None,
                source: None,
                target: Seen {
                    id: None,
                    attributes: Attributes {
                        size: *size,
                        ..Attributes::default()
                    },
                },
                proof: Proof::Placed,
                run: RunId::new("r"),
            };
            state.records.insert(address(target), provenance);
        }
        state
    }

    fn check(records: &[(&str, EntryKind, u64)], plan: &Plan, expected: &[&str], unwatched: u64) {
        let placements = [(placement("p"), SourceFate::Stays)].into();
        check_among(&state(records), &placements, plan, expected, unwatched);
    }

    fn check_among(
        state: &State,
        placements: &BTreeMap<PlacementRef, SourceFate>,
        plan: &Plan,
        expected: &[&str],
        unwatched: u64,
    ) {
        let observed = world();
        let report = detect(DriftInput {
            state,
            observed: &observed,
            plan,
            placements,
        });
        let items: Vec<String> = report
            .items
            .iter()
            .map(|item| format!("{} {}", item.kind, item.target))
            .collect();
        assert_eq!(items, expected);
        assert_eq!(report.unwatched, unwatched);
    }

    #[test]
    fn records_are_compared_with_what_is_there() {
        use EntryKind::{File, Folder};
        let nothing = crate::report::sample::plan(&[]);
        check(&[("team:/a", File, 5)], &nothing, &[], 0);
        check(&[("team:/a", File, 6)], &nothing, &["changed team:/a"], 0);
        check(
            &[("team:/a", Folder, 0)],
            &nothing,
            &["replaced team:/a"],
            0,
        );
        check(&[("team:/b", File, 5)], &nothing, &["missing team:/b"], 0);
        check(&[("team:/dir", Folder, 0)], &nothing, &[], 0);
        check(
            &[("team:/dir/x", File, 1)],
            &nothing,
            &["missing team:/dir/x"],
            0,
        );
        check(&[("team:/dark/x", File, 1)], &nothing, &[], 1);
        check(
            &[("team:/no/x/y", File, 1)],
            &nothing,
            &["missing team:/no/x/y"],
            0,
        );
        check(&[("other:/x", File, 1)], &nothing, &[], 1);
        let mut moved = crate::report::sample::plan(&[]);
        let alias = address("team:/").space;
        let definition = crate::manifest::SpaceDefinition {
            provider: "local".to_owned(),
            profile: "local".to_owned(),
            keys: [("root".to_owned(), "./elsewhere".to_owned())].into(),
            limits: BTreeMap::new(),
            name_check: None,
        };
        moved.spaces.insert(alias.clone(), definition);
        let mut state = state(&[("team:/b", File, 5)]);
        state.spaces.insert(alias, "local root=./team".to_owned());
        let placements = [(placement("p"), SourceFate::Stays)].into();
        check_among(&state, &placements, &moved, &[], 1);
    }

    #[test]
    fn what_is_wanted_is_told_once() {
        use EntryKind::File;
        let plan = crate::report::sample::plan(&[
            "copy team:/a team:/b",
            "copy team:/a team:/c",
            "copy-changed team:/a team:/dir/d",
            "remove team:/a",
            "mkdir team:/new",
        ]);
        check(
            &[("team:/b", File, 5), ("team:/dir/d", File, 5)],
            &plan,
            &[
                "unwanted team:/a",
                "missing team:/b",
                "not-placed team:/c",
                "missing team:/dir/d",
            ],
            0,
        );
    }

    #[test]
    fn what_is_moved_instead_of_a_copy_is_wanted_in_one_place_and_not_in_the_other() {
        let mut plan = crate::report::sample::plan(&["move team:/a team:/c"]);
        let placed = [("team:/a", EntryKind::File, 5)];
        for (reason, expected) in [
            (
                Reason::Leaving,
                &["unwanted team:/a", "not-placed team:/c"][..],
            ),
            (Reason::Strayed, &["not-placed team:/c"]),
        ] {
            plan.operations[0].reason = reason;
            check(&placed, &plan, expected, 0);
        }
    }

    #[test]
    fn accepted_findings_are_quiet_kinds() {
        let mut plan = crate::report::sample::plan(&[]);
        plan.findings = vec![
            Diagnostic::note("kept", "left alone", "").about("team:/a"),
            Diagnostic::note("extra", "beyond the source", "").about("team:/dir"),
            Diagnostic::error("conflict", "taken", "").about("team:/q"),
            Diagnostic::note("other", "whatever", "").about("team:/a"),
        ];
        let changed = [("team:/a", EntryKind::File, 6)];
        check(
            &changed,
            &plan,
            &["kept team:/a", "extra team:/dir", "conflict team:/q"],
            0,
        );
    }

    #[test]
    fn what_is_no_longer_wanted_is_not_missed() {
        let nothing = crate::report::sample::plan(&[]);
        let gone = [("team:/b", EntryKind::File, 5)];
        let mut state = state(&gone);
        let stays = [(placement("p"), SourceFate::Stays)].into();
        let leaves = [(placement("p"), SourceFate::Leaves)].into();
        let other = [(placement("q"), SourceFate::Stays)].into();
        let mut foreign = placement("p");
        foreign.manifest = "other".into();
        let foreign = [(foreign, SourceFate::Stays)].into();
        check_among(&state, &stays, &nothing, &["missing team:/b"], 0);
        check_among(&state, &other, &nothing, &[], 1);
        check_among(&state, &foreign, &nothing, &[], 0);
        let record = state.records.get_mut(&address("team:/b")).unwrap();
        record.source = Some(Source {
            address: address("team:/gone"),
            seen: Seen::default(),
        });
        check_among(&state, &stays, &nothing, &[], 0);
        check_among(&state, &leaves, &nothing, &["missing team:/b"], 0);
    }
}
