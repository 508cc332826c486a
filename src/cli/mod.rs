//! The program as a person meets it: arguments, one thin file a command, exit codes, output.

mod args;
mod carry;
mod command;
mod error;
mod exit;
mod flags;
mod manifests;
mod output;
mod profiles;
mod run;
mod session;
mod signals;
mod spaces;
mod surroundings;
mod target;

pub use exit::ExitCode;
pub use run::main;
