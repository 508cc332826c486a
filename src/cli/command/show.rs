//! `show`: a saved plan or a run, stale or not.

use std::path::Path;

use super::plan::write_plan;
use crate::cli::args::Show;
use crate::cli::error::CommandError;
use crate::cli::exit::ExitCode;
use crate::cli::output::Output;
use crate::plan;

/// Shows what the argument names.
pub(crate) fn show(arguments: &Show, output: Output) -> Result<ExitCode, CommandError> {
    let file = Path::new(&arguments.what);
    let bytes = std::fs::read(file).map_err(|error| CommandError::file("read", file, error))?;
    let plan = plan::file::read(&bytes)?;
    output.answer(&arguments.reporting, &|format, out| {
        write_plan(&plan, format, output.detail(), out)
    })?;
    Ok(ExitCode::Done)
}
