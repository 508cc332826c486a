//! What a piece of work takes, in wall time and in time of processors.

use std::fs;
use std::time::Instant;

use crate::measure::median;

/// Seconds that one piece of work took.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Took {
    /// From its start to its end.
    pub(crate) wall: f64,
    /// On processors, of all threads that there are at its end.
    pub(crate) cpu: f64,
}

/// Does a piece of work.
pub(crate) fn took<T>(work: impl FnOnce() -> T) -> (T, Took) {
    let (before, start) = (cpu(), Instant::now());
    let done = work();
    let (wall, after) = (start.elapsed().as_secs_f64(), cpu());
    let cpu = after - before;
    (done, Took { wall, cpu })
}

/// Prints medians, and what falls to one of so many.
pub(crate) fn print(name: &str, samples: &[Took], count: u64) {
    let wall = median(samples.iter().map(|sample| sample.wall).collect());
    let cpu = median(samples.iter().map(|sample| sample.cpu).collect());
    let each = cpu * 1e9 / count as f64;
    println!("  {name:<30} {wall:>8.4} s  CPU {cpu:>8.4} s  {each:>8.0} ns each");
}

/// Seconds that the threads of this process have been on a processor; no number where the system
/// does not tell.
fn cpu() -> f64 {
    let Ok(threads) = fs::read_dir("/proc/self/task") else {
        return f64::NAN;
    };
    let nanoseconds = threads.flatten().filter_map(|thread| {
        let text = fs::read_to_string(thread.path().join("schedstat")).ok()?;
        text.split_whitespace().next()?.parse::<f64>().ok()
    });
    nanoseconds.sum::<f64>() / 1e9
}
