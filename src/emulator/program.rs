//! The arguments of `reshelve-emulator`, and its run from start to signal.

use std::io::{self, Write};
use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;
use tokio::runtime::Builder;
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::config::{Config, Vendor};
use super::dingtalk;
use super::emulator::{Emulator, StartError};
use super::smh;
use super::switch::Switches;

/// Stands in for a storage service on this machine, over a drive in memory.
///
/// It listens on the loopback interface alone, prints one line with its address when it is ready,
/// and ends at Ctrl-C or SIGTERM.
#[derive(Debug, Parser)]
#[command(name = "reshelve-emulator", version, after_long_help = switches_help())]
pub struct Arguments {
    /// The service to stand in for
    #[arg(long, value_enum, default_value_t)]
    provider: Vendor,
    /// The port to listen on; 0 takes a free one
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// What the drive holds at first, in YAML; a small sample where absent
    #[arg(long, value_name = "FILE")]
    seed: Option<PathBuf>,
    /// Keeps the drive in a file, and goes on from it where it exists
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
    /// How many milliseconds every reply takes at least
    #[arg(long, value_name = "MS", default_value_t = 0)]
    latency: u64,
    /// How many calls a second an app may make of each route, 0 for no limit; what the vendor
    /// documents where absent
    #[arg(long, value_name = "N")]
    qps: Option<u32>,
    /// Faults to put in, in YAML
    #[arg(long, value_name = "FILE")]
    fault: Option<PathBuf>,
    /// Decides a choice that the vendor's documents leave open; `--help` lists them
    #[arg(long = "switch", value_name = "NAME=VALUE")]
    switches: Vec<String>,
}

/// Why the program ended before its time.
#[derive(Debug, thiserror::Error)]
pub enum ProgramError {
    /// A file that was named cannot be read.
    #[error("{} cannot be read: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the machine said.
        source: io::Error,
    },
    /// The emulator did not start.
    #[error("{error}{}", because(error))]
    Start {
        /// What was wrong.
        error: StartError,
    },
    /// The line with the address could not be written, or signals cannot be heard.
    #[error("{0}")]
    Machine(#[from] io::Error),
}

fn because(error: &StartError) -> String {
    let source = std::error::Error::source(error);
    source.map_or_else(String::new, |source| format!(": {source}"))
}

fn switches_help() -> String {
    let dingtalk = Switches::help(dingtalk::SWITCHES);
    let smh = Switches::help(smh::SWITCHES);
    format!(
        "Switches, each with its default and the values it takes.\n\n\
         With --provider dingtalk:\n\n{dingtalk}\nWith --provider smh:\n\n{smh}"
    )
}

/// Runs until a signal ends it. The line with the address goes to `out` when it is ready.
///
/// # Errors
/// A file cannot be read, the settings say what cannot be, or the port is taken.
pub fn run(arguments: Arguments, out: &mut dyn Write) -> Result<(), ProgramError> {
    let config = configured(arguments)?;
    let runtime = Builder::new_current_thread().enable_all().build()?;
    // Signals are heard before anybody is told that the program is ready.
    let (terminated, interrupted) = runtime.block_on(async { signals() })?;
    let running = Emulator::start(config).map_err(|error| ProgramError::Start { error })?;
    writeln!(out, "listening on {}", running.endpoint())?;
    out.flush()?;
    runtime.block_on(ended(terminated, interrupted));
    running.stop();
    Ok(())
}

fn configured(arguments: Arguments) -> Result<Config, ProgramError> {
    let mut config = Config::new(arguments.provider)
        .port(arguments.port)
        .latency(Duration::from_millis(arguments.latency));
    if let Some(limit) = arguments.qps {
        config = config.calls_per_second(limit);
    }
    if let Some(path) = arguments.seed {
        config = config.seed(read(path)?);
    }
    if let Some(path) = arguments.fault {
        config = config.faults(read(path)?);
    }
    if let Some(path) = arguments.state {
        config = config.state(path);
    }
    Ok(arguments.switches.into_iter().fold(config, Config::switch))
}

fn read(path: PathBuf) -> Result<String, ProgramError> {
    std::fs::read_to_string(&path).map_err(|source| ProgramError::File { path, source })
}

fn signals() -> io::Result<(Signal, Signal)> {
    Ok((
        signal(SignalKind::terminate())?,
        signal(SignalKind::interrupt())?,
    ))
}

async fn ended(mut terminated: Signal, mut interrupted: Signal) {
    tokio::select! {
        _ = terminated.recv() => {}
        _ = interrupted.recv() => {}
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_help_names_every_switch_with_its_default() {
        let help = Arguments::command().render_long_help().to_string();
        for switch in dingtalk::SWITCHES.iter().chain(smh::SWITCHES) {
            let line = format!("  {}={}  (", switch.name, switch.default);
            assert!(help.contains(&line), "{line}\n{help}");
        }
    }

    #[test]
    fn what_is_wrong_is_said_with_the_file_or_the_port() {
        let taken = Emulator::start(Config::default()).unwrap();
        let port = taken.address().port().to_string();
        let cases = [
            (
                ["--seed", "/nowhere/seed.yaml"],
                "/nowhere/seed.yaml cannot be read",
            ),
            (
                ["--fault", "/nowhere/fault.yaml"],
                "/nowhere/fault.yaml cannot be read",
            ),
            (["--switch", "colour=red"], "there is no switch `colour`"),
            (
                ["--state", "/nowhere/state.json"],
                "state file cannot be read or written",
            ),
            (["--port", port.as_str()], "cannot listen on 127.0.0.1"),
        ];
        for (options, part) in cases {
            let arguments = ["reshelve-emulator"].into_iter().chain(options);
            let arguments = Arguments::try_parse_from(arguments).unwrap();
            let refused = run(arguments, &mut Vec::new()).unwrap_err();
            assert!(refused.to_string().contains(part), "{refused}");
        }
    }
}
