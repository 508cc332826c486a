//! The rules between placements that hold without looking at any storage.

use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasherDefault, DefaultHasher};

use super::claims::clashes;
use super::identity::clashing_spaces;
use super::load::ProviderKeys;
use super::manifest::{Layout, Manifest, Placement, PruneScope, Target, Transfer, Wish};
use crate::diagnostic::Diagnostic;
use crate::tree::Address;

/// A hash map without a seed: it is only asked, never walked, and a hundred thousand long keys with
/// long common beginnings are slow to put in order.
pub(super) type FixedMap<K, V> = HashMap<K, V, BuildHasherDefault<DefaultHasher>>;

/// Checks the manifests of one run against each other, and each in itself.
///
/// What only patterns or the observed entries reveal is found by the planner. The time grows with
/// the number of placements, not with that of their pairs.
pub fn validate_run(manifests: &[Manifest], providers: &[ProviderKeys]) -> Vec<Diagnostic> {
    let mut diagnostics = clashing_spaces(manifests, providers);
    repeated_names(manifests, &mut diagnostics);
    for manifest in manifests {
        repeated_ids(manifest, &mut diagnostics);
        for placement in &manifest.placements {
            if let Some(transfer) = placement.wish.transfer() {
                diagnostics.extend(two_providers(manifest, placement, transfer));
                diagnostics.extend(own_source(placement, transfer));
            }
        }
    }
    clashes(manifests, &mut diagnostics);
    diagnostics
}

fn repeated_names(manifests: &[Manifest], diagnostics: &mut Vec<Diagnostic>) {
    let mut seen: BTreeMap<&str, &str> = BTreeMap::new();
    for manifest in manifests {
        if let Some(first) = seen.insert(manifest.name.as_str(), &manifest.file) {
            diagnostics.push(
                Diagnostic::error(
                    "repeated-name",
                    "two manifests have one name",
                    format!(
                        "{} and {first} are both called `{}`, but a name stands for one state.",
                        manifest.file, manifest.name
                    ),
                )
                .with_hint("give one of them another `name`"),
            );
        }
    }
}

fn repeated_ids(manifest: &Manifest, diagnostics: &mut Vec<Diagnostic>) {
    let count = manifest.placements.len();
    let mut seen: FixedMap<&str, &Placement> =
        FixedMap::with_capacity_and_hasher(count, Default::default());
    for placement in &manifest.placements {
        let Some(first) = seen.insert(placement.id.as_str(), placement) else {
            continue;
        };
        // Two equal targets are reported as that, which says more.
        if first.wish == placement.wish && exact_target(placement).is_some() {
            continue;
        }
        diagnostics.push(
            Diagnostic::error(
                "repeated-id",
                "two placements have one id",
                format!(
                    "The id `{}` on line {} was given on line {} before.",
                    placement.id, placement.location.line, first.location.line
                ),
            )
            .at(placement.location.clone())
            .with_related("first given here", first.location.clone())
            .with_hint("give one of them another `id`"),
        );
    }
}

/// The one path that a placement wants for itself.
pub(super) fn exact_target(placement: &Placement) -> Option<&Address> {
    match &placement.wish {
        Wish::Copy(transfer, _) | Wish::Move(transfer, _) | Wish::Mirror(transfer, ..) => {
            match &transfer.target {
                Target::Exactly(address) => Some(address),
                Target::Into(..) => None,
            }
        }
        Wish::Folder(address) => Some(address),
        Wish::Absent(..) => None,
    }
}

fn two_providers(
    manifest: &Manifest,
    placement: &Placement,
    transfer: &Transfer,
) -> Option<Diagnostic> {
    let source = manifest.spaces.get(&transfer.source.base.space)?;
    let target = manifest.spaces.get(&transfer.target.address().space)?;
    (source.provider != target.provider).then(|| {
        let detail = format!(
            "The source is in `{}` ({}), the target in `{}` ({}).",
            transfer.source.base.space,
            source.provider,
            transfer.target.address().space,
            target.provider
        );
        Diagnostic::error(
            "two-providers",
            "a placement between two providers is not possible yet",
            detail,
        )
        .at(placement.location.clone())
        .with_hint("place between spaces of one provider")
    })
}

/// A target that lies in the placement's own source would be placed into itself, again and again.
fn own_source(placement: &Placement, transfer: &Transfer) -> Option<Diagnostic> {
    let (source, target) = (&transfer.source.base, transfer.target.address());
    let why = if let Wish::Mirror(_, _, prune) = &placement.wish
        && prune.scope != PruneScope::Report
        && source.is_strictly_below(target)
        && source
            .path
            .below(&target.path)
            .is_some_and(|below| !prune.keep.covers(&below))
    {
        "Pruning the target would take away the source, which lies inside it."
    } else if feeds_itself(transfer, source, target) {
        "The target lies in the source, so that what is placed would have to be placed again."
    } else {
        return None;
    };
    Some(
        Diagnostic::error("target-in-source", "source and target overlap", why)
            .at(placement.location.clone())
            .about(target)
            .with_hint("choose another target, or leave it out of the source with `exclude`"),
    )
}

fn feeds_itself(transfer: &Transfer, source: &Address, target: &Address) -> bool {
    if target.space != source.space {
        return false;
    }
    let Some(below) = target.path.below(&source.path) else {
        return false;
    };
    if transfer.exclude.covers(&below) {
        return false;
    }
    match (&transfer.source.below, &transfer.target) {
        (None, _) => true,
        (Some(_), Target::Into(_, Layout::KeepFolders)) if below.is_root() => true,
        (Some(_), _) => !below.is_root() && transfer.source.covers(&target.space, &target.path),
    }
}
