//! `apply`: a saved plan exactly; or plan, show, ask, and that same plan.

use std::io::Read;
use std::path::{Path, PathBuf};

use super::plan::write_plan;
use crate::cli::args::{Apply, Assignment, Format, Manifests, Observation, StatePlace};
use crate::cli::carry::{Before, Carrier, Held, Known};
use crate::cli::error::CommandError;
use crate::cli::exit::ExitCode;
use crate::cli::manifests::ManifestSet;
use crate::cli::output::Output;
use crate::cli::session::{Wanted, look, plan_for};
use crate::cli::spaces::{Access, Spaces};
use crate::cli::surroundings::{Company, Surroundings};
use crate::observe::Sought;
use crate::plan::{self, KnownEntries, Plan, Verdict};
use crate::store::load_plan;
use crate::tree::ObservedWorld;

/// Applies what the arguments name.
pub(crate) async fn apply(
    arguments: &Apply,
    around: &Surroundings,
    output: Output,
) -> Result<ExitCode, CommandError> {
    match saved_plan(&arguments.manifests.paths) {
        Some(file) => apply_saved(&file, arguments, around, output).await,
        None => apply_manifests(arguments, around, output).await,
    }
}

/// Plans, shows, asks, and carries out that same plan.
async fn apply_manifests(
    arguments: &Apply,
    around: &Surroundings,
    output: Output,
) -> Result<ExitCode, CommandError> {
    let set = ManifestSet::load(&arguments.manifests, around)?;
    let spaces = Spaces::open(&set, Access::ReadAndWrite, around)?;
    let held = Held::take(&set.state, around)?;
    held.check_finished()?;
    let wanted = Wanted {
        set: &set,
        observation: &Observation::of_storage(arguments.selection.clone()),
        acceptance: &arguments.acceptance,
    };
    let plan = plan_for(wanted, &spaces.reading(), around, output)
        .await?
        .plan;
    if !has_work(&plan) {
        output.answer(&arguments.reporting, &|format, out| {
            write_plan(&plan, format, output.detail(), out)
        })?;
        return Ok(match plan.verdict() {
            Verdict::Refused => ExitCode::Refused,
            Verdict::NothingToDo | Verdict::Ready => ExitCode::Done,
        });
    }
    if arguments.reporting.format == Format::Text {
        output.show(&|out| write_plan(&plan, Format::Text, output.detail(), out))?;
        output.text("\n")?;
    }
    if plan.verdict() == Verdict::Ready && !arguments.yes {
        approve("Apply this plan?", around, output)?;
        check_fresh(&plan, &spaces, output).await?;
    }
    let (before, _) = held.load(&plan.based_on.lineage, output)?;
    let carrier = Carrier {
        spaces: &spaces,
        held: &held,
        around,
        output,
    };
    let ran = carrier.carry_out(&plan, before).await?;
    ran.finish(&plan, &arguments.reporting, output)
}

/// Whether carrying out the plan would change anything, be it only the state.
fn has_work(plan: &Plan) -> bool {
    match plan.verdict() {
        Verdict::Refused => false,
        Verdict::Ready => true,
        Verdict::NothingToDo => !plan.adoptions.is_empty() || !plan.forgotten.is_empty(),
    }
}

/// Asks a person.
///
/// # Errors
/// Nobody is there to answer, or the answer is no.
pub(crate) fn approve(
    question: &str,
    around: &Surroundings,
    output: Output,
) -> Result<(), CommandError> {
    if around.company == Company::Nobody {
        let message = "nobody is there to approve the plan";
        return Err(CommandError::new(ExitCode::Wrong, message).hint(
            "`--yes` approves it; or save a plan with `reshelve plan --out FILE` and apply that",
        ));
    }
    if output.ask(question)? {
        Ok(())
    } else {
        let message = "not approved; nothing was written";
        Err(CommandError::new(ExitCode::Refused, message))
    }
}

/// Carries out a plan that was reviewed before, if it still speaks of the world as it is.
async fn apply_saved(
    file: &Path,
    arguments: &Apply,
    around: &Surroundings,
    output: Output,
) -> Result<ExitCode, CommandError> {
    check_usage(arguments)?;
    let plan = load_plan(file)?;
    let set = reload(&plan, arguments.manifests.state.clone(), around)?;
    set.spare(arguments.reporting.files())?;
    let spaces = Spaces::open(&set, Access::ReadAndWrite, around)?;
    let held = Held::take(&set.state, around)?;
    held.check_finished()?;
    let before = check_origin(&plan, &set, &held, around, output)?;
    if plan.verdict() == Verdict::Refused {
        return Err(CommandError::new(ExitCode::Refused, "the plan is refused"));
    }
    plan::soundness::check(&plan, &set.manifests, &before.state, around.clock.now())?;
    plan::soundness::check_sheets(&plan, &spaces.sheets)?;
    let observed = look_again(&plan, &spaces, output).await?;
    plan::freshness::check(&plan, &observed)?;
    plan::soundness::check_protections(&plan, &set.manifests, &observed)?;
    let carrier = Carrier {
        spaces: &spaces,
        held: &held,
        around,
        output,
    };
    let ran = carrier.carry_out(&plan, before).await?;
    ran.finish(&plan, &arguments.reporting, output)
}

/// Looks once more at what a plan relies on: a person may have taken a long time to approve it.
///
/// # Errors
/// Something of it changed.
pub(crate) async fn check_fresh(
    plan: &Plan,
    spaces: &Spaces,
    output: Output,
) -> Result<(), CommandError> {
    let observed = look_again(plan, spaces, output).await?;
    Ok(plan::freshness::check(plan, &observed)?)
}

/// What a plan relies on, as it is now.
async fn look_again(
    plan: &Plan,
    spaces: &Spaces,
    output: Output,
) -> Result<ObservedWorld, CommandError> {
    let scopes = plan::freshness::relied_on(plan);
    let known = KnownEntries::relied_on(plan);
    let sought = Sought {
        scopes: &scopes,
        known: Some(&known),
    };
    let observed = look(&spaces.reading().provider, sought, output).await?;
    Ok(observed.world)
}

/// A saved plan says all that these flags would say.
fn check_usage(arguments: &Apply) -> Result<(), CommandError> {
    let variables = &arguments.manifests.variables;
    let flags = [
        (!arguments.selection.target.is_empty(), "--target"),
        (!arguments.acceptance.accept.is_empty(), "--accept"),
        (!variables.is_empty(), "--var"),
    ];
    match flags.iter().find(|(given, _)| *given) {
        None => Ok(()),
        Some((_, flag)) => {
            let message =
                format!("`{flag}` belongs to `reshelve plan`; a saved plan cannot be changed");
            Err(CommandError::new(ExitCode::Wrong, message))
        }
    }
}

fn check_origin(
    plan: &Plan,
    set: &ManifestSet,
    held: &Held,
    around: &Surroundings,
    output: Output,
) -> Result<Before, CommandError> {
    let (before, known) = held.load(&plan.based_on.lineage, output)?;
    let state = match known {
        Known::Nothing => None,
        Known::Something => Some(&before.state),
    };
    plan::freshness::check_origin(plan, state, &set.digest, around.clock.now())?;
    Ok(before)
}

/// Reads the manifests of a plan again. Where that is impossible, the plan cannot be checked.
///
/// # Errors
/// They cannot be read as they were.
pub(crate) fn reload(
    plan: &Plan,
    state: StatePlace,
    around: &Surroundings,
) -> Result<ManifestSet, CommandError> {
    let variables = plan.based_on.variables.iter();
    let wanted = Manifests {
        paths: plan.based_on.files.iter().map(PathBuf::from).collect(),
        variables: variables
            .map(|(name, value)| Assignment {
                name: name.clone(),
                value: value.clone(),
            })
            .collect(),
        state,
    };
    ManifestSet::load(&wanted, around).map_err(|error| CommandError {
        exit: ExitCode::Stale,
        ..error.hint("the plan names its manifests as seen from the folder where it was made")
    })
}

/// The one path, if it is a saved plan. A plan whose first bytes were altered is still one.
fn saved_plan(paths: &[PathBuf]) -> Option<PathBuf> {
    let [path] = paths else {
        return None;
    };
    let file = std::fs::File::open(path).ok()?;
    let mut start = Vec::new();
    file.take(4096).read_to_end(&mut start).ok()?;
    let text = String::from_utf8_lossy(&start);
    let signs = [
        "reshelve-plan",
        "\"based_on\":",
        "\"lineage\":",
        "\"expires\":",
    ];
    let found = signs.iter().filter(|sign| text.contains(**sign)).count();
    (found >= 2).then(|| path.clone())
}
