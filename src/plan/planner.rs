//! The planner: a total, pure function in nine steps.

use std::collections::{BTreeMap, BTreeSet};

use super::adoption::{AdoptedPair, AdoptionGroup, AdoptionKey, Adoptions};
use super::batch::Batched;
use super::capabilities::Capabilities;
use super::change::{Change, Differences};
use super::claims::Claims;
use super::clashes::{clashes, readings};
use super::context::{Context, Purpose};
use super::diff::diff;
use super::expand::{Expanded, expand};
use super::fewest::fewest;
use super::guard::{count, guard};
use super::keep::{Kept, Removal, keep, removed_nodes};
use super::origins::origins;
use super::plan::{BasedOn, Cost, Plan, Summary};
use super::prove::simulate;
use super::reuse::reuse;
use super::roots::roots;
use super::staging::staging_folders;
use super::turns::take_turns;
use super::world::World;
use crate::diagnostic::Diagnostic;
use crate::manifest::{Manifest, SpaceDefinition};
use crate::state::{PlacementRef, PlanId, Proof, Provenance, State};
use crate::tree::{Address, ObservedWorld, SpaceAlias, Timestamp};

/// How long a saved plan can be applied, in seconds.
const SECONDS_VALID: i64 = 24 * 60 * 60;

/// Everything that a plan is made from. Same input, same bytes.
#[derive(Debug, Clone, Copy)]
pub struct PlanInput<'a> {
    /// What is wished.
    pub manifests: &'a [Manifest],
    /// What was observed, at least within `scopes(manifests, recorded)`.
    pub observed: &'a ObservedWorld,
    /// What earlier runs recorded.
    pub recorded: &'a State,
    /// What the provider of each space can do.
    pub sheets: &'a BTreeMap<SpaceAlias, Capabilities>,
    /// Guards that a person lifted for this plan, by name.
    pub accepted: &'a BTreeSet<String>,
    /// What the plan will say it is based on.
    pub based_on: &'a BasedOn,
    /// When the plan is made.
    pub now: Timestamp,
    /// Reading calls that observing took.
    pub reads: u64,
}

/// What the first steps find, in the observed world or in a simulated one.
pub(super) struct Derived {
    pub(super) differences: Differences,
    pub(super) removals: Vec<Removal>,
    pub(super) expanded: Expanded,
    pub(super) kept: Kept,
    clashes: Vec<Diagnostic>,
}

/// Makes a plan. Problems are findings in it, never panics or early errors. Its id is given when
/// it is sealed.
pub fn plan(input: &PlanInput<'_>) -> Plan {
    let world = World::new(input.observed);
    let context = Context::new(Purpose::Plan, input, &world, valid_records(input));
    let mut derived = derive(&context);
    let forgotten = forgotten(&context, &derived.differences);
    let (mut batched, mut cost) = fewest(&context, &derived);
    take_turns(&mut batched);
    let mut summary = summary(&derived, &batched);
    let mut findings: Vec<Diagnostic> = derived.findings().cloned().collect();
    findings.extend(remarks(&context, &derived));
    findings.extend(guard(&context, &batched.operations, &cost, &mut summary));
    if !findings.iter().any(Diagnostic::is_error)
        && let Err(unproven) = simulate(&context, &mut derived, &batched)
    {
        findings.push(unproven.finding());
        batched = Batched::default();
        cost = Cost::default();
    }
    findings.sort_by(|a, b| {
        (a.severity, &a.code, &a.path, &a.detail).cmp(&(b.severity, &b.code, &b.path, &b.detail))
    });
    let adoptions = adoptions(&context, derived.differences.adopted);
    assemble(
        input, batched, findings, adoptions, forgotten, summary, cost,
    )
}

/// Steps 1 to 5: everything up to the provider's operations.
pub(super) fn derive(context: &Context<'_>) -> Derived {
    let expanded = expand(context);
    let claims = Claims::new(context, &expanded);
    let mut kept = keep(context, &expanded, &claims);
    let mut differences = diff(context, &expanded, &claims, &removed_nodes(&kept.removals));
    origins(context, &mut differences);
    let emptied = roots(context, &mut differences);
    let mut clashes = clashes(context, &expanded, &claims, &kept.removals);
    clashes.extend(readings(context, &differences.changes));
    let mut removals = std::mem::take(&mut kept.removals);
    reuse(context, &mut differences, &mut removals);
    removals.extend(emptied);
    Derived {
        differences,
        removals,
        expanded,
        kept,
        clashes,
    }
}

impl Derived {
    pub(super) fn findings(&self) -> impl Iterator<Item = &Diagnostic> {
        self.expanded
            .findings
            .iter()
            .chain(&self.kept.findings)
            .chain(&self.clashes)
            .chain(&self.differences.findings)
    }
}

/// The records that still speak: their alias means the space that it meant then, and their
/// placement is not gone from its manifest.
pub(super) fn valid_records<'a>(
    input: &PlanInput<'a>,
) -> impl Iterator<Item = (&'a Address, &'a Provenance)> + use<'a> {
    let recorded = input.recorded;
    let spaces = defined_spaces(input.manifests);
    let stale: BTreeSet<&SpaceAlias> = recorded
        .spaces
        .iter()
        .filter(|(alias, identity)| {
            spaces
                .get(*alias)
                .is_some_and(|space| space.identity() != **identity)
        })
        .map(|(alias, _)| alias)
        .collect();
    let placements = Placements::of(input.manifests);
    recorded.records.iter().filter(move |(address, record)| {
        !stale.contains(&address.space) && !placements.lack(&record.placement)
    })
}

/// Which placements the manifests of a run have.
struct Placements<'a>(BTreeMap<&'a str, BTreeSet<&'a str>>);

impl<'a> Placements<'a> {
    fn of(manifests: &'a [Manifest]) -> Self {
        let of_manifest = |manifest: &'a Manifest| {
            let ids = manifest
                .placements
                .iter()
                .map(|placement| placement.id.as_str())
                .collect();
            (manifest.name.as_str(), ids)
        };
        Self(manifests.iter().map(of_manifest).collect())
    }

    /// Whether a placement is gone from a manifest of this run.
    fn lack(&self, placement: &PlacementRef) -> bool {
        self.0
            .get(&*placement.manifest)
            .is_some_and(|ids| !ids.contains(&*placement.placement))
    }
}

fn defined_spaces(manifests: &[Manifest]) -> BTreeMap<SpaceAlias, SpaceDefinition> {
    let spaces = manifests.iter().flat_map(|manifest| &manifest.spaces);
    spaces
        .map(|(alias, definition)| (alias.clone(), definition.clone()))
        .collect()
}

fn summary(derived: &Derived, batched: &Batched) -> Summary {
    let differences = &derived.differences;
    let adopted = |counts: fn(&AdoptionKey) -> bool| {
        let groups = differences.adopted.iter();
        let groups = groups.filter(|(key, _)| counts(key));
        groups.map(|(_, pairs)| pairs.len() as u64).sum()
    };
    let mut summary = Summary {
        in_place: differences.in_place,
        adopted: adopted(|_| true),
        unverified: adopted(|key| key.proof == Proof::Unverified),
        kept: differences.kept,
        extra: derived.kept.extra.len() as u64,
        conflicts: differences.conflicts,
        ..Summary::default()
    };
    count(&batched.operations.iter().collect::<Vec<_>>(), &mut summary);
    summary
}

/// What a reader should know although it stops nothing.
fn remarks(context: &Context<'_>, derived: &Derived) -> Vec<Diagnostic> {
    let mut remarks: Vec<Diagnostic> = derived
        .kept
        .extra
        .iter()
        .map(|extra| {
            let entries = context.world.measure(extra.node).0;
            let subject = if entries > 1 {
                format!(
                    "{} and the {} entries in it stay",
                    extra.address,
                    entries - 1
                )
            } else {
                format!("{} stays", extra.address)
            };
            Diagnostic::note(
                "extra",
                "a mirror's target holds more than its source",
                format!("{subject}: {}.", extra.why),
            )
            .at(context.placement(extra.placement).location.clone())
            .about(&extra.address)
        })
        .collect();
    remarks.extend(left_behind(context));
    let skipped = derived.differences.special_skipped;
    if skipped > 0 {
        let detail = format!(
            "{skipped} entries of sources are neither files nor folders and are not copied."
        );
        remarks.push(Diagnostic::note(
            "special-skipped",
            "special entries are left out",
            detail,
        ));
    }
    remarks
}

/// Folders that copies of some run went by and of which the state knows nothing. Only that run can
/// tell what they are still needed for.
fn left_behind(context: &Context<'_>) -> impl Iterator<Item = Diagnostic> {
    let is_unknown = |address: &Address| !context.input.recorded.records.contains_key(address);
    let folders = staging_folders(context.world).into_keys();
    folders.filter(is_unknown).map(|address| {
        let detail = format!("{address} holds copies of a run that this state does not know.");
        Diagnostic::note("staging-left", "a run left its own folder behind", detail)
            .about(&address)
            .with_hint("remove it once you are sure that no run is going on there")
    })
}

/// Records of the manifests of this run whose placement is gone, or whose entry was taken away by
/// others and does not come back.
fn forgotten(context: &Context<'_>, differences: &Differences) -> Vec<Address> {
    let placements = Placements::of(context.input.manifests);
    let comes_back = |change: &&Change| {
        let stand_in = change.stand_in.as_ref();
        stand_in.is_some_and(|stand_in| stand_in.spared.is_none())
    };
    let back = differences.changes.iter().filter(comes_back);
    let back: BTreeSet<&Address> = back.map(|change| &change.target).collect();
    let is_forgotten = |address: &Address, record: &Provenance| {
        placements.lack(&record.placement)
            || placements.0.contains_key(&*record.placement.manifest)
                && is_known_absent(context.world, address)
                && !back.contains(address)
    };
    let records = context.input.recorded.records.iter();
    records
        .filter(|(address, record)| is_forgotten(address, record))
        .map(|(address, _)| address.clone())
        .collect()
}

/// Whether nothing is at an address, and not merely nothing known of it.
pub(super) fn is_known_absent(world: &World, address: &Address) -> bool {
    let Some(mut node) = world.root(&address.space) else {
        return false;
    };
    for name in address.path.segments() {
        match world.child(node, name) {
            Some(child) => node = child,
            None => return world.is_listed(node),
        }
    }
    false
}

pub(super) fn adoptions(
    context: &Context<'_>,
    adopted: BTreeMap<AdoptionKey, Vec<AdoptedPair>>,
) -> Adoptions {
    let groups = adopted.into_iter().map(|(key, pairs)| AdoptionGroup {
        placement: context.reference(key.placement).clone(),
        source_space: key.source_space,
        target_space: key.target_space,
        proof: key.proof,
        pairs,
    });
    Adoptions::observed(context.input.observed.clone(), groups.collect())
}

fn assemble(
    input: &PlanInput<'_>,
    batched: Batched,
    findings: Vec<Diagnostic>,
    adoptions: Adoptions,
    forgotten: Vec<Address>,
    summary: Summary,
    cost: Cost,
) -> Plan {
    Plan {
        id: PlanId::new(""),
        created: input.now,
        expires: input.now.plus_seconds(SECONDS_VALID),
        based_on: input.based_on.clone(),
        spaces: defined_spaces(input.manifests),
        operations: batched.operations,
        batches: batched.batches,
        findings,
        recordings: batched.recordings,
        adoptions,
        forgotten,
        summary,
        cost,
    }
}
