//! From the process's arguments to its exit code.

use clap::Parser;

use super::args::{Arguments, Command};
use super::command;
use super::error::CommandError;
use super::exit::ExitCode;
use super::manifests::spare_what_is_read;
use super::output::Output;
use super::surroundings::Surroundings;

/// What the program logs of itself, for example `reshelve=debug`.
const LOG: &str = "RESHELVE_LOG";

/// Runs the program on the process's arguments.
pub fn main() -> std::process::ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(usage) => return usage_end(&usage).into(),
    };
    let output = Output::new(arguments.color, arguments.verbosity());
    match run(arguments.command, output) {
        Ok(exit) => exit.into(),
        Err(error) => {
            output.error(&error);
            error.exit.into()
        }
    }
}

/// Help and version are answers; everything else that the parser says is wrong usage.
fn usage_end(usage: &clap::Error) -> ExitCode {
    // Where the message cannot be printed, the exit code still tells.
    let _ = usage.print();
    if usage.use_stderr() {
        ExitCode::Wrong
    } else {
        ExitCode::Done
    }
}

fn run(command: Command, output: Output) -> Result<ExitCode, CommandError> {
    let around = Surroundings::of_process()?;
    if let Some(filter) = around.environment.get(LOG) {
        output.log(filter);
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| anyhow::Error::new(error).context("cannot start threads"))?;
    let result = runtime.block_on(dispatch(command, &around, output));
    // After a second signal nobody waits for calls that are still in flight.
    runtime.shutdown_background();
    result
}

async fn dispatch(
    command: Command,
    around: &Surroundings,
    output: Output,
) -> Result<ExitCode, CommandError> {
    if let Some((manifests, written)) = command.files() {
        spare_what_is_read(manifests, written.into_iter())?;
    }
    match command {
        Command::Init(arguments) => command::init(&arguments, output),
        Command::Validate(arguments) => command::validate(&arguments, around, output),
        Command::Plan(arguments) => command::plan(&arguments, around, output).await,
        Command::Show(arguments) => command::show(&arguments, output),
        Command::Apply(arguments) => command::apply(&arguments, around, output).await,
        Command::Resume(arguments) => command::resume(&arguments, around, output).await,
        Command::Drift(arguments) => command::drift(&arguments, around, output).await,
        Command::Explain(arguments) => command::explain(&arguments, around, output).await,
        Command::Inventory(arguments) => command::inventory(&arguments, around, output).await,
        Command::State(arguments) => command::state(&arguments, output),
        Command::Providers(arguments) => command::providers(&arguments, output),
        Command::Schema(arguments) => command::schema(&arguments, output),
        Command::Completions(arguments) => command::completions(&arguments, output),
    }
}
