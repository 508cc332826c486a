//! Runs one program once and takes its wall time, CPU time and peak memory.

use std::env;
use std::error::Error;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

/// What one run took. CPU and memory are not numbers where GNU time is absent.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sample {
    /// Seconds from start to end.
    pub(crate) wall: f64,
    /// Seconds of user and system time of all threads.
    pub(crate) cpu: f64,
    /// The most bytes that were resident at once.
    pub(crate) memory: f64,
}

/// Runs a program in a folder, its output thrown away.
///
/// # Errors
/// The program cannot be started, or ends with another code than 0; then what it said is told.
pub(crate) fn measure(
    folder: &Path,
    program: &str,
    arguments: &[&str],
) -> Result<Sample, Box<dyn Error>> {
    let said = folder.join("said");
    let taken = folder.join("taken");
    let mut command = if program_exists("/usr/bin/time") {
        let mut command = Command::new("/usr/bin/time");
        command
            .args(["-q", "-f", "%U %S %M", "-o"])
            .arg(&taken)
            .arg(program);
        command
    } else {
        Command::new(program)
    };
    command
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(fs::File::create(&said)?);
    let start = Instant::now();
    let status = command.status()?;
    let wall = start.elapsed().as_secs_f64();
    if !status.success() {
        let said = fs::read_to_string(&said)?;
        return Err(format!("{program} {arguments:?} ended with {status}:\n{said}").into());
    }
    let numbers = fs::read_to_string(&taken).unwrap_or_default();
    let mut numbers = numbers
        .split_whitespace()
        .map(|number| number.parse().unwrap_or(f64::NAN));
    let mut next = || numbers.next().unwrap_or(f64::NAN);
    Ok(Sample {
        wall,
        cpu: next() + next(),
        memory: next() * 1024.0,
    })
}

/// The middle of some numbers; no number where there are none.
pub(crate) fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    match numbers.len() {
        0 => f64::NAN,
        odd if odd % 2 == 1 => numbers[odd / 2],
        even => (numbers[even / 2 - 1] + numbers[even / 2]) / 2.0,
    }
}

/// Whether a program is found, by its path or in the folders of `PATH`.
pub(crate) fn program_exists(program: &str) -> bool {
    let path = env::var_os("PATH").unwrap_or_default();
    program.contains('/') && Path::new(program).exists()
        || env::split_paths(&path).any(|folder| folder.join(program).is_file())
}
