//! `show`: a saved plan or a run, stale or not.

use std::path::Path;

use super::plan::write_plan;
use crate::cli::args::{Format, Reporting, Show};
use crate::cli::error::CommandError;
use crate::cli::exit::ExitCode;
use crate::cli::manifests::state_folder;
use crate::cli::output::Output;
use crate::journal::Record;
use crate::plan::Plan;
use crate::report::{RunSummary, run_json, run_markdown, run_text};
use crate::state::RunId;
use crate::store::{JournalStore, load_plan};

/// Shows what the argument names: a file is a plan, anything else a run.
pub(crate) fn show(arguments: &Show, output: Output) -> Result<ExitCode, CommandError> {
    let file = Path::new(&arguments.what);
    if file.is_file() {
        let plan = load_plan(file)?;
        output.answer(&arguments.remembering.reporting, &|format, out| {
            write_plan(&plan, format, output.detail(), out)
        })?;
        return Ok(ExitCode::Done);
    }
    let runs = JournalStore::new(state_folder(arguments.remembering.state.folder.as_ref()));
    let run = RunId::new(&arguments.what);
    let known = runs.runs()?;
    if !known.contains(&run) {
        let message = format!("`{}` is neither a file nor a run", arguments.what);
        let error = CommandError::new(ExitCode::Failed, message);
        return Err(match known.last() {
            Some(newest) => error.hint(format!("the newest run is {newest}")),
            None => error.hint("there is no run yet"),
        });
    }
    let stored = runs.read(&run)?;
    if let Some(damage) = &stored.damage {
        output.remark(&format!("warning: {damage}"));
    }
    show_run(
        &runs.plan(&run)?,
        &stored.records,
        &arguments.remembering.reporting,
        output,
    )?;
    Ok(ExitCode::Done)
}

/// Shows a run of a plan as its records tell it.
pub(crate) fn show_run(
    plan: &Plan,
    records: &[Record],
    reporting: &Reporting,
    output: Output,
) -> Result<(), CommandError> {
    let run = RunSummary::of(plan, records);
    output.answer(reporting, &|format, out| {
        let text = match format {
            Format::Text => run_text(plan, &run, output.detail()),
            Format::Markdown => run_markdown(plan, &run, output.detail()),
            Format::Json => run_json(&run),
        };
        out.write_all(text.as_bytes())
    })
}
