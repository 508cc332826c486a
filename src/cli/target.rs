//! `--target`: a part of the manifests that can be planned without the rest.

use std::collections::BTreeSet;

use super::error::CommandError;
use super::exit::ExitCode;
use crate::manifest::{Manifest, Placement, Wish};
use crate::plan::Plan;
use crate::state::{PlacementRef, State};
use crate::tree::{Address, Selection};

/// The placements that are planned, and those that are left out.
pub(crate) struct Selected {
    /// The manifests with the selected placements alone.
    pub(crate) manifests: Vec<Manifest>,
    left_out: BTreeSet<PlacementRef>,
}

/// Keeps the placements whose target one of the patterns covers; all where there is no pattern.
///
/// Whatever lies inside a selected target is selected with it, so that no placement is planned
/// without those that carve their part out of it.
///
/// # Errors
/// A pattern is malformed or matches no target.
pub(crate) fn select(
    manifests: &[Manifest],
    patterns: &[String],
) -> Result<Selected, CommandError> {
    let mut selected = Selected {
        manifests: manifests.to_vec(),
        left_out: BTreeSet::new(),
    };
    if patterns.is_empty() {
        return Ok(selected);
    }
    let selections = parsed(patterns)?;
    for manifest in &mut selected.manifests {
        let (inside, outside): (Vec<Placement>, Vec<Placement>) =
            manifest.placements.drain(..).partition(|placement| {
                let target = target_of(placement);
                let covers = |it: &Selection| it.covers(&target.space, &target.path);
                selections.iter().any(covers)
            });
        manifest.placements = inside;
        let references = outside.iter().map(|it| reference(manifest, it));
        selected.left_out.extend(references);
    }
    let count: usize = selected
        .manifests
        .iter()
        .map(|it| it.placements.len())
        .sum();
    if count == 0 {
        let message = format!(
            "no placement has a target that `{}` matches",
            patterns.join("`, `")
        );
        return Err(CommandError::new(ExitCode::Wrong, message));
    }
    Ok(selected)
}

impl Selected {
    /// What the state knows of placements that were left out is not forgotten.
    pub(crate) fn spare_the_rest(&self, plan: &mut Plan, state: &State) {
        plan.forgotten.retain(|address| {
            let record = state.records.get(address);
            record.is_none_or(|record| !self.left_out.contains(&record.placement))
        });
    }
}

fn parsed(patterns: &[String]) -> Result<Vec<Selection>, CommandError> {
    let parse = |text: &String| {
        Selection::parse(text).map_err(|error| {
            let message = format!("`--target {text}`: {error}");
            CommandError::new(ExitCode::Wrong, message)
        })
    };
    patterns.iter().map(parse).collect()
}

fn reference(manifest: &Manifest, placement: &Placement) -> PlacementRef {
    PlacementRef {
        manifest: manifest.name.as_str().into(),
        placement: placement.id.as_str().into(),
    }
}

fn target_of(placement: &Placement) -> Address {
    match &placement.wish {
        Wish::Copy(transfer, _) | Wish::Move(transfer, _) | Wish::Mirror(transfer, ..) => {
            transfer.target.address().clone()
        }
        Wish::Folder(address) => address.clone(),
        Wish::Absent(selection, ..) => selection.base.clone(),
    }
}
