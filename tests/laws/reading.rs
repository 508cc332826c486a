//! Laws of observing in the fewest reads: whatever was asked for by its id, and whatever others
//! did since, the plan is the one that listing leads to.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::sync::Arc;

use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use reshelve::manifest::{Disposal, Permissions};
use reshelve::observe::{Limits, Observed, Sought, Way, observe, observe_for_plan};
use reshelve::plan::{
    self, Action, BasedOn, KnownEntries, Operation, OperationId, Place, Plan, PlanInput, Reason,
    Strategy as Conflict, Verdict, freshness,
};
use reshelve::provider::{BatchRequest, MemoryProvider, NoProgress, Provider};
use reshelve::state::PlacementRef;
use reshelve::tree::{Address, Digest, EntryKind, Timestamp};

use crate::laboratory::{Laboratory, world_lines};
use crate::random;
use crate::service::{execute, keeping};
use crate::worlds::{Case, cases};

/// What others do: an entry of the world by its number, and a place by that of another.
#[derive(Debug, Clone, Copy)]
enum Deed {
    Move,
    Rename,
    Remove,
    Copy,
    MakeFolder,
}

fn deeds() -> impl Strategy<Value = Vec<(Deed, usize, usize)>> {
    use Deed::{Copy, MakeFolder, Move, Remove, Rename};
    let deed = prop::sample::select(vec![Move, Rename, Remove, Copy, MakeFolder]);
    prop::collection::vec((deed, any::<usize>(), any::<usize>()), 0..4)
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .build();
    runtime.expect("a thread is there").block_on(future)
}

/// Every entry that is there, with its kind.
fn entries(service: &MemoryProvider) -> Vec<(Address, EntryKind)> {
    let world = service.world();
    let mut entries = Vec::new();
    for space in world.spaces() {
        let root = world.root(space).expect("it is one of its own");
        world.walk(root, |path, node| {
            let address = Address::new(space.clone(), path.clone());
            entries.push((address, world.kind(node)));
        });
    }
    entries
}

/// Does a deed, if the service lets it.
fn act(service: &MemoryProvider, number: usize, (deed, one, other): (Deed, usize, usize)) {
    let entries = entries(service);
    let (from, kind) = &entries[one % entries.len()];
    let (into, into_kind) = &entries[other % entries.len()];
    let into = match into_kind {
        EntryKind::Folder => into.path.clone(),
        EntryKind::File | EntryKind::Special => into.path.parent().expect("no file is a root"),
    };
    let Some(name) = from.path.name() else {
        return;
    };
    let space = &entries[other % entries.len()].0.space;
    let target = |name: &str| Place::new(space.clone(), into.join(name).expect("a plain name"));
    let source = Place::new(from.space.clone(), from.path.clone());
    let strategy = Conflict::Fail;
    let action = match deed {
        Deed::Move => Action::Move {
            from: source,
            to: target(name),
            strategy,
            permissions: Permissions::Inherit,
        },
        Deed::Copy => Action::Copy {
            from: source,
            to: target(name),
            strategy,
        },
        Deed::Rename => {
            let folder = from.path.parent().expect("it has a name");
            let path = folder.join(&format!("other{number}")).expect("plain");
            let to = Place::new(from.space.clone(), path);
            Action::Rename {
                from: source,
                to,
                strategy,
            }
        }
        Deed::Remove => Action::Remove {
            at: source,
            disposal: Disposal::Permanent,
        },
        Deed::MakeFolder => Action::CreateFolder { at: target("b") },
    };
    let operation = Operation {
        id: OperationId(1),
        placement: PlacementRef {
            manifest: "others".into(),
            placement: "others".into(),
        },
        reason: Reason::Missing,
        kind: *kind,
        entries: 1,
        bytes: 0,
        action,
        relies_on: Vec::new(),
    };
    let request = BatchRequest {
        run: "others",
        operations: &[&operation],
        progress: &NoProgress,
    };
    // What is refused changes nothing.
    let _ = block_on(service.execute(&request));
}

fn plan_over(laboratory: &Laboratory, observed: &Observed) -> Plan {
    plan::plan(&PlanInput {
        manifests: std::slice::from_ref(&laboratory.manifest),
        observed: &observed.world,
        recorded: &laboratory.state,
        sheets: &laboratory.sheets,
        accepted: &BTreeSet::new(),
        based_on: &BasedOn {
            manifest: Digest::of(b"m"),
            files: vec!["m.yaml".into()],
            names: vec!["m".into()],
            variables: std::collections::BTreeMap::new(),
            lineage: laboratory.state.lineage.clone(),
            serial: laboratory.state.serial,
        },
        now: Timestamp::from_nanoseconds(1),
        reads: 0,
    })
}

/// What a plan does and says, apart from how its spaces were read.
fn gist(plan: &Plan) -> String {
    let adoptions: Vec<_> = plan.adoptions.iter().collect();
    format!(
        "{:#?} {:#?} {:#?} {adoptions:#?} {:#?} {} {:?}",
        plan.operations,
        plan.batches,
        plan.findings,
        plan.forgotten,
        plan.summary.in_place,
        plan.verdict(),
    )
}

/// Plans with what the state knows, and by listing alone; how the spaces were read.
fn both(laboratory: &Laboratory, provider: &Arc<dyn Provider>) -> [(Observed, Plan); 2] {
    let manifests = std::slice::from_ref(&laboratory.manifest);
    let scopes = plan::scopes(manifests, &laboratory.state);
    let known = KnownEntries::recorded(manifests, &laboratory.state);
    [Some(&known), None].map(|known| {
        let sought = Sought {
            scopes: &scopes,
            known,
        };
        let over = |observed: &Observed| plan_over(laboratory, observed);
        let planned = observe_for_plan(provider, sought, Limits::default(), &|_| (), over);
        block_on(planned).expect("everything can be read")
    })
}

/// Whether the plan is as fresh when its reliances are asked for by their ids as by listing.
fn freshness_both_ways(plan: &Plan, provider: &Arc<dyn Provider>) -> [Result<(), String>; 2] {
    let scopes = freshness::relied_on(plan);
    let known = KnownEntries::relied_on(plan);
    [Some(&known), None].map(|known| {
        let sought = Sought {
            scopes: &scopes,
            known,
        };
        let observed = observe(provider, sought, Limits::default(), &|_| ());
        let observed = block_on(observed).expect("everything can be read");
        freshness::check(plan, &observed.world).map_err(|stale| stale.to_string())
    })
}

#[test]
fn the_way_of_reading_changes_no_plan() {
    let by_id = Cell::new(0);
    let law = |(case, deeds, later): (Case, Vec<_>, Vec<_>)| {
        let mut laboratory = keeping(case.laboratory(), [2, 2, 2]);
        let plan = laboratory.plan();
        prop_assume!(plan.verdict() == Verdict::Ready);
        execute(&mut laboratory, &plan);
        // Listings are dear, so that as much as can be is asked for.
        for sheet in laboratory.sheets.values_mut() {
            sheet.page_size = Some(1);
            sheet.flat_page_size = None;
        }
        let sheet = laboratory.sheets.values().next().expect("two spaces");
        let service = Arc::new(MemoryProvider::new(&laboratory.observed, sheet.clone()));
        (deeds.into_iter().enumerate()).for_each(|(number, deed)| act(&service, number, deed));
        let provider: Arc<dyn Provider> = service.clone();
        let [(observed, fewest), (_, listed)] = both(&laboratory, &provider);
        let there = world_lines(&service.world());
        prop_assert_eq!(gist(&fewest), gist(&listed), "{:#?}", there);
        let asked = |it: &&reshelve::plan::Reading| it.way == Way::ById;
        by_id.set(by_id.get() + observed.readings.values().filter(asked).count());
        (later.into_iter().enumerate()).for_each(|(number, deed)| act(&service, 9 + number, deed));
        let [asked, listed] = freshness_both_ways(&fewest, &provider);
        prop_assert_eq!(asked, listed);
        Ok(())
    };
    let mut runner = TestRunner::new(random(400));
    if let Err(error) = runner.run(&(cases(), deeds(), deeds()), law) {
        panic!("{error}");
    }
    assert!(
        by_id.get() > 150,
        "only {} spaces were asked by id",
        by_id.get()
    );
}
