//! `show`: a saved plan or a run, stale or not.

use std::path::Path;

use super::plan::write_plan;
use crate::cli::args::Show;
use crate::cli::error::CommandError;
use crate::cli::exit::ExitCode;
use crate::cli::output::Output;
use crate::store::load_plan;

/// Shows what the argument names.
pub(crate) fn show(arguments: &Show, output: Output) -> Result<ExitCode, CommandError> {
    let file = Path::new(&arguments.what);
    let plan = load_plan(file)?;
    output.answer(&arguments.reporting, &|format, out| {
        write_plan(&plan, format, output.detail(), out)
    })?;
    Ok(ExitCode::Done)
}
