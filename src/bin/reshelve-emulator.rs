//! The emulator as a program; everything is in the library.

use std::io::{Write, stderr, stdout};
use std::process::ExitCode;

use clap::Parser;
use reshelve::emulator::{Arguments, run};

fn main() -> ExitCode {
    match run(Arguments::parse(), &mut stdout()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Where even this cannot be written, the exit code says it.
            let _ = writeln!(stderr(), "reshelve-emulator: {error}");
            ExitCode::FAILURE
        }
    }
}
