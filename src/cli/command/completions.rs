//! `completions`: a script for a shell.

use clap::CommandFactory;

use crate::cli::args::{Arguments, Completions};
use crate::cli::error::CommandError;
use crate::cli::exit::ExitCode;
use crate::cli::output::Output;

/// Prints the script.
pub(crate) fn completions(
    arguments: &Completions,
    output: Output,
) -> Result<ExitCode, CommandError> {
    let mut script = Vec::new();
    let mut command = Arguments::command();
    clap_complete::generate(arguments.shell, &mut command, "reshelve", &mut script);
    output.text(&String::from_utf8_lossy(&script))?;
    Ok(ExitCode::Done)
}
