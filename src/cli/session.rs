//! What `plan`, `apply`, `drift` and `resume` share: observe, load the state, plan.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::args::{Acceptance, Comparing, Observation};
use super::error::CommandError;
use super::manifests::ManifestSet;
use super::output::Output;
use super::spaces::Spaces;
use super::surroundings::Surroundings;
use super::target;
use crate::diagnostic::Diagnostic;
use crate::observe::{Limits, Observed, Sought, observe, observe_for_plan};
use crate::plan::{self, BasedOn, KnownEntries, Plan, PlanInput};
use crate::provider::Provider;
use crate::report::ProgressBar;
use crate::state::{Lineage, State};
use crate::store::StateStore;
use crate::tree::ObservedWorld;

/// A plan and all that it was made from.
pub(crate) struct Planned {
    /// The sealed plan.
    pub(crate) plan: Plan,
    /// What earlier runs recorded; empty before the first.
    pub(crate) state: State,
    /// What is there.
    pub(crate) world: ObservedWorld,
}

/// What a plan is made for.
#[derive(Clone, Copy)]
pub(crate) struct Wanted<'a> {
    /// The manifests.
    pub(crate) set: &'a ManifestSet,
    /// What to look at.
    pub(crate) observation: &'a Observation,
    /// Which guards to lift.
    pub(crate) acceptance: &'a Acceptance,
}

/// Reads manifests, and plans over their spaces or over snapshots of them, for commands that change
/// nothing.
///
/// # Errors
/// Something cannot be read, or a manifest is wrong.
pub(crate) async fn compare(
    comparing: &Comparing,
    acceptance: &Acceptance,
    around: &Surroundings,
    output: Output,
) -> Result<(ManifestSet, Planned), CommandError> {
    let set = ManifestSet::load(&comparing.manifests, around)?;
    let spaces = Spaces::observing(&set, &comparing.observation.inventory, around)?;
    let wanted = Wanted {
        set: &set,
        observation: &comparing.observation,
        acceptance,
    };
    let planned = plan_for(wanted, &spaces, around, output).await?;
    Ok((set, planned))
}

/// Observes what the manifests speak of, loads their state, and plans.
///
/// `spaces` are read only: whoever plans needs no right to write.
///
/// # Errors
/// Something cannot be read.
pub(crate) async fn plan_for(
    wanted: Wanted<'_>,
    spaces: &Spaces,
    around: &Surroundings,
    output: Output,
) -> Result<Planned, CommandError> {
    let set = wanted.set;
    let state = load_state(&StateStore::new(set.state.clone()), around, output)?;
    let selected = target::select(&set.manifests, &wanted.observation.selection.target)?;
    let scopes = plan::scopes(&selected.manifests, &state);
    let known = KnownEntries::recorded(&selected.manifests, &state);
    let sought = Sought {
        scopes: &scopes,
        known: Some(&known),
    };
    let accepted: BTreeSet<String> = wanted.acceptance.accept.iter().cloned().collect();
    let based_on = based_on(set, &state);
    let plan_over = |observed: &Observed| {
        plan::plan(&PlanInput {
            manifests: &selected.manifests,
            observed: &observed.world,
            recorded: &state,
            sheets: &spaces.sheets,
            accepted: &accepted,
            based_on: &based_on,
            now: around.clock.now(),
            reads: observed.reads,
        })
    };
    let bar = ProgressBar::spinning("observing entries", output.progress());
    let watch = |progress: crate::observe::Progress| bar.reached(progress.entries);
    let limits = Limits::default();
    let planned = observe_for_plan(&spaces.provider, sought, limits, &watch, plan_over);
    let (observed, mut plan) = planned.await?;
    drop(bar);
    selected.spare_the_rest(&mut plan, &state);
    plan.findings.extend(notes(&observed));
    Ok(Planned {
        plan: plan::file::seal(plan),
        state,
        world: observed.world,
    })
}

/// Observes with a sign of life on a terminal.
///
/// # Errors
/// Something cannot be listed.
pub(crate) async fn look(
    provider: &Arc<dyn Provider>,
    sought: impl Into<Sought<'_>>,
    output: Output,
) -> Result<Observed, CommandError> {
    let bar = ProgressBar::spinning("observing entries", output.progress());
    let watch = |progress: crate::observe::Progress| bar.reached(progress.entries);
    Ok(observe(provider, sought, Limits::default(), &watch).await?)
}

/// The state; a new one where there is none yet.
///
/// # Errors
/// The state cannot be read.
pub(crate) fn load_state(
    store: &StateStore,
    around: &Surroundings,
    output: Output,
) -> Result<State, CommandError> {
    match store.load()? {
        Some(loaded) => {
            if let Some(recovery) = &loaded.recovery {
                output.remark(&format!("warning: {recovery}"));
            }
            Ok(loaded.state)
        }
        None => Ok(State::new(Lineage::new(&around.chance))),
    }
}

fn based_on(set: &ManifestSet, state: &State) -> BasedOn {
    let files = set.files.iter();
    let names = set.manifests.iter();
    BasedOn {
        manifest: set.digest.clone(),
        files: files
            .map(|file| file.to_string_lossy().into_owned())
            .collect(),
        names: names.map(|manifest| manifest.name.to_string()).collect(),
        variables: set.variables.clone(),
        lineage: state.lineage.clone(),
        serial: state.serial,
    }
}

/// What the observer remarked, as findings that stop nothing.
fn notes(observed: &Observed) -> Vec<Diagnostic> {
    let note = |detail: String| Diagnostic::note("special-entry", "an entry is left alone", detail);
    let mut notes: Vec<Diagnostic> = observed.notes.iter().cloned().map(note).collect();
    if observed.notes_left_out > 0 {
        let count = observed.notes_left_out;
        notes.push(note(format!("{count} more entries are left alone.")));
    }
    notes
}
