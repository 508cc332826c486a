//! `plan`: what would be done, and nothing more.

use std::io::{self, Write};
use std::path::Path;

use crate::cli::args::{Format, Plan as PlanArguments};
use crate::cli::error::CommandError;
use crate::cli::exit::ExitCode;
use crate::cli::output::Output;
use crate::cli::session::compare;
use crate::cli::surroundings::Surroundings;
use crate::plan::{self, Plan, Verdict};
use crate::report::{Detail, plan_markdown, plan_text};
use crate::store::save_plan;

/// Observes, plans, shows; saves the plan where asked.
pub(crate) async fn plan(
    arguments: &PlanArguments,
    around: &Surroundings,
    output: Output,
) -> Result<ExitCode, CommandError> {
    let comparing = &arguments.comparing;
    let read = &comparing.manifests.paths;
    if arguments.out.is_some() && read.iter().any(|path| path == Path::new("-")) {
        let message = "a plan of a manifest from stdin cannot be saved: it could not be read again";
        return Err(CommandError::new(ExitCode::Wrong, message));
    }
    let (_, planned) = compare(comparing, &arguments.acceptance, around, output).await?;
    let plan = planned.plan;
    output.answer(&comparing.reporting, &|format, out| {
        write_plan(&plan, format, output.detail(), out)
    })?;
    if let Some(file) = &arguments.out {
        save(&plan, file, output)?;
    }
    Ok(match plan.verdict() {
        Verdict::Refused => ExitCode::Refused,
        Verdict::Ready if arguments.detailed_exitcode => ExitCode::Differs,
        Verdict::Ready | Verdict::NothingToDo => ExitCode::Done,
    })
}

/// Writes a plan in one format.
pub(crate) fn write_plan(
    plan: &Plan,
    format: Format,
    detail: Detail,
    out: &mut dyn Write,
) -> io::Result<()> {
    match format {
        Format::Text => out.write_all(plan_text(plan, detail).as_bytes()),
        Format::Markdown => out.write_all(plan_markdown(plan, detail).as_bytes()),
        Format::Json => plan::file::write(plan, out),
    }
}

fn save(plan: &Plan, file: &Path, output: Output) -> Result<(), CommandError> {
    if plan.verdict() == Verdict::Refused {
        output.remark("the plan is refused and was not saved");
        return Ok(());
    }
    save_plan(file, plan)?;
    let shown = file.display();
    output.remark(&format!(
        "saved; `reshelve apply {shown}` does exactly this"
    ));
    Ok(())
}
