//! `resume`: what a run did that was cut off, and then the rest.

use std::path::Path;

use super::apply::{approve, check_fresh, reload};
use super::plan::write_plan;
use crate::cli::args::{Format, Observation, Resume, Selection};
use crate::cli::carry::{Carrier, Held, Ran};
use crate::cli::error::CommandError;
use crate::cli::exit::ExitCode;
use crate::cli::manifests::{ManifestSet, state_folder};
use crate::cli::output::Output;
use crate::cli::session::{Wanted, plan_for};
use crate::cli::spaces::{Access, Spaces, check_same_spaces};
use crate::cli::surroundings::Surroundings;
use crate::plan::{Plan, Verdict, unapproved};
use crate::report::{RunSummary, run_json};
use crate::state::RunId;

/// Settles the newest unfinished run, then plans and carries out what is left.
pub(crate) async fn resume(
    arguments: &Resume,
    around: &Surroundings,
    output: Output,
) -> Result<ExitCode, CommandError> {
    let folder = state_folder(arguments.remembering.state.folder.as_ref());
    if !folder.path().is_dir() {
        return nothing(arguments, "there was no run yet", output);
    }
    let held = Held::take(&folder, around)?;
    let Some(stored) = held.journals.newest_unfinished()? else {
        return nothing(arguments, "every run came to its end", output);
    };
    let approved = held.journals.plan(&stored.run)?;
    let reloaded = reloaded(&approved, arguments, around);
    let set = reloaded.as_ref().and_then(|set| set.as_ref().ok());
    let own = Spaces::of_plan(&approved, set, around)?;
    let carrier = Carrier {
        spaces: &own,
        held: &held,
        around,
        output,
    };
    let (before, _) = held.load(&approved.based_on.lineage, output)?;
    let settled = carrier.settle(&stored.run, &approved, before).await?;
    if settled.signal.is_some() || !settled.progress.in_doubt().is_empty() {
        return settled.finish(&approved, &arguments.remembering.reporting, output);
    }
    let Some(set) = reloaded else {
        carrier.mark_resumed(&stored.run, &approved, None)?;
        let exit = settled.show(&approved, &arguments.remembering.reporting, output)?;
        if exit != ExitCode::Done {
            output.remark(
                "the run is settled; its manifest cannot be read again, so what is left must be \
                 planned anew: `reshelve apply MANIFEST`",
            );
        }
        return Ok(exit);
    };
    let set = set?;
    set.spare(arguments.remembering.reporting.files())?;
    check_same_spaces(&approved, &set)?;
    let spaces = Spaces::open(&set, Access::ReadAndWrite, around)?;
    let rest = Rest {
        approved: &approved,
        settled: &settled,
        run: &stored.run,
        set: &set,
    };
    let carrier = Carrier {
        spaces: &spaces,
        ..carrier
    };
    go_on(rest, arguments, carrier).await
}

/// What is known of a run once it is settled.
struct Rest<'a> {
    approved: &'a Plan,
    settled: &'a Ran,
    run: &'a RunId,
    set: &'a ManifestSet,
}

/// Plans what is left, and carries it out.
async fn go_on(
    rest: Rest<'_>,
    arguments: &Resume,
    carrier: Carrier<'_>,
) -> Result<ExitCode, CommandError> {
    let Rest {
        approved,
        settled,
        run,
        set,
    } = rest;
    let Carrier {
        spaces,
        held,
        around,
        output,
    } = carrier;
    let wanted = Wanted {
        set,
        observation: &Observation::of_storage(Selection::default()),
        acceptance: &arguments.acceptance,
    };
    let rest = plan_for(wanted, &spaces.reading(), around, output)
        .await?
        .plan;
    match rest.verdict() {
        Verdict::Refused => {
            output.answer(&arguments.remembering.reporting, &|format, out| {
                write_plan(&rest, format, output.detail(), out)
            })?;
            return Ok(ExitCode::Refused);
        }
        Verdict::NothingToDo => {
            carrier.mark_resumed(run, approved, None)?;
            settled.show(approved, &arguments.remembering.reporting, output)?;
            return Ok(ExitCode::Done);
        }
        Verdict::Ready => {
            check_approval(&rest, approved, arguments, around, output)?;
            check_fresh(&rest, spaces, output).await?;
        }
    }
    let (before, _) = held.load(&rest.based_on.lineage, output)?;
    let ran = carrier.carry_out(&rest, before).await?;
    carrier.mark_resumed(run, approved, Some(&held.run))?;
    ran.finish(&rest, &arguments.remembering.reporting, output)
}

/// The manifests of the run; `None` where they came through a pipe or are no longer there.
fn reloaded(
    approved: &Plan,
    arguments: &Resume,
    around: &Surroundings,
) -> Option<Result<ManifestSet, CommandError>> {
    let is_there = |file: &String| file != "-" && Path::new(file).exists();
    let files = &approved.based_on.files;
    let all_there = files.iter().all(is_there);
    all_there.then(|| reload(approved, arguments.remembering.state.clone(), around))
}

/// Says that there is nothing to do.
fn nothing(arguments: &Resume, why: &str, output: Output) -> Result<ExitCode, CommandError> {
    output.answer(
        &arguments.remembering.reporting,
        &|format, out| match format {
            Format::Text | Format::Markdown => writeln!(out, "nothing to resume: {why}"),
            Format::Json => out.write_all(run_json(&RunSummary::none()).as_bytes()),
        },
    )?;
    Ok(ExitCode::Done)
}

/// Goes on without asking where everything that is left was approved before.
fn check_approval(
    rest: &Plan,
    approved: &Plan,
    arguments: &Resume,
    around: &Surroundings,
    output: Output,
) -> Result<(), CommandError> {
    let new = unapproved(rest, approved).len();
    if new == 0 || arguments.yes {
        return Ok(());
    }
    output.show(&|out| write_plan(rest, Format::Text, output.detail(), out))?;
    let operations = if new == 1 {
        "operation is"
    } else {
        "operations are"
    };
    output.remark(&format!("{new} {operations} not what was approved before"));
    approve("Go on with this plan?", around, output)
}
