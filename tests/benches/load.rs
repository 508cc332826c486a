//! Applies to a service over HTTP that is slow, that has its limits and that fails: how long it
//! takes beside what calls and rate dictate, and whether anything is lost, sent twice or too many.
//!
//! ```console
//! $ cargo bench --bench load --features emulator                 # about twelve minutes
//! $ cargo bench --bench load --features emulator -- --share 10   # a tenth of everything
//! $ cargo bench --bench load --features emulator -- rates        # one part: rates or storm
//! ```
//!
//! The service is the emulator on the loopback interface. A gate that does not hold ends the
//! benchmark with an error.
//!
//! * `rates`: 20 and 40 calls a second, 50 ms each, with 4, 8, 32 and 64 calls at once. Time at
//!   most 1.05 times the longest of calls / rate, calls × latency / calls at once and chain ×
//!   latency; at most 1 % of the calls refused; no write sent twice.
//! * `storm`: 100,000 placements while 30 % of all calls are refused as too many and 5 % fail
//!   before or after their effect. The tree is exactly the wished one, nothing that was carried is
//!   sent again, no call is refused because of the rate, and the service takes at most 1.5 times
//!   the calls of the plan. Refused calls are not among those: the service does not count them
//!   either. Time goes by twenty times as fast, for the program and for the service.

#![expect(clippy::print_stdout, reason = "a benchmark prints its table")]

use std::env;
use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::time::{Duration, Instant};

use reshelve::journal::Outcome;

#[path = "desk.rs"]
mod desk;

use desk::{Done, Job, carry_out};

const LATENCY: Duration = Duration::from_millis(50);
/// How much longer than dictated applying may take.
const TIME_GATE: f64 = 1.05;
/// The largest share of calls that may be refused because of the rate.
const REFUSED_GATE: f64 = 0.01;
/// How many times the calls of the plan a service may have to take.
const CALLS_GATE: f64 = 1.5;
/// Three calls of ten are refused, one of twenty fails.
const STORM: &str = "seed: 11
rules:
  - {route: '*', probability: 0.01, kind: timeout-before}
  - {route: '*', probability: 0.01, kind: timeout-after}
  - {route: '*', probability: 0.01, kind: system-error-after}
  - {route: '*', probability: 0.01, kind: cut-before}
  - {route: '*', probability: 0.01, kind: cut-after}
  - {route: '*', probability: 0.3, kind: qps}
";

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().collect();
    if !arguments.iter().any(|argument| argument == "--bench") {
        println!("nothing is measured here; run `cargo bench --bench load`");
        return Ok(());
    }
    let share = match arguments.iter().position(|argument| argument == "--share") {
        Some(at) => arguments
            .get(at + 1)
            .ok_or("--share needs a number")?
            .parse()?,
        None => 1,
    };
    let chosen = |part: &str| {
        let parts = ["rates", "storm"];
        let any = arguments.iter().any(|it| parts.contains(&it.as_str()));
        !any || arguments.iter().any(|it| it == part)
    };
    let mut failures = String::new();
    if chosen("rates") {
        rates(u64::max(share, 1), &mut failures)?;
    }
    if chosen("storm") {
        storm(u64::max(share, 1), &mut failures)?;
    }
    println!("most memory, the service's included: {}", memory());
    if failures.is_empty() {
        println!("all gates hold");
        Ok(())
    } else {
        Err(failures.into())
    }
}

/// Against the clock. The numbers of calls at once share a rate's time, each with a service of its
/// own.
fn rates(share: u64, failures: &mut String) -> Result<(), Box<dyn Error>> {
    println!(
        "{:>6} {:>8} {:>7} {:>8} {:>9} {:>9} {:>6}",
        "rate", "at once", "calls", "refused", "dictated", "time", "ratio"
    );
    for rate in [20, 40] {
        let jobs = [4, 8, 32, 64].map(|at_once| Job {
            folders: u64::from(rate) * 20 / share,
            files: 9,
            items: 3,
            rate,
            latency: LATENCY,
            at_once,
            speed: 1,
            faults: "rules: []".to_owned(),
        });
        let done = std::thread::scope(|scope| {
            let started = jobs
                .each_ref()
                .map(|job| scope.spawn(move || carry_out(job).map_err(|error| error.to_string())));
            started.map(|thread| thread.join().map_err(|_| "a job broke off".to_owned()))
        });
        for (job, done) in jobs.iter().zip(done) {
            report_rate(job, &done??, failures)?;
        }
    }
    println!();
    Ok(())
}

fn report_rate(job: &Job, done: &Done, failures: &mut String) -> std::fmt::Result {
    let calls = job.calls() as f64;
    let latency = job.latency.as_secs_f64();
    let chain = job.files.div_ceil(job.items) as f64;
    let dictated = (calls / f64::from(job.rate))
        .max(calls * latency / job.at_once as f64)
        .max(chain * latency);
    let refused = refused(done);
    let ratio = done.seconds / dictated;
    println!(
        "{:>6} {:>8} {:>7} {refused:>8} {dictated:>7.1} s {:>7.1} s {ratio:>6.3}",
        job.rate, job.at_once, done.planned, done.seconds
    );
    let name = format!("{} a second, {} at once", job.rate, job.at_once);
    judge(&name, job, done, failures)?;
    if ratio > TIME_GATE {
        writeln!(failures, "{name}: {ratio:.3} times the dictated time")?;
    }
    if refused as f64 > REFUSED_GATE * done.calls.len() as f64 {
        writeln!(failures, "{name}: {refused} calls were refused")?;
    }
    Ok(())
}

fn storm(share: u64, failures: &mut String) -> Result<(), Box<dyn Error>> {
    let job = Job {
        folders: u64::max(1, 1112 / share),
        files: 90,
        items: 30,
        rate: 20,
        latency: Duration::ZERO,
        at_once: 8,
        speed: 20,
        faults: STORM.to_owned(),
    };
    let start = Instant::now();
    let done = carry_out(&job)?;
    let counted = |it: &dyn Fn(&&reshelve::emulator::CallRecord) -> bool| {
        done.calls.iter().filter(it).count() as u64
    };
    let throttled = counted(&|call| call.fault == Some("qps"));
    let failed = counted(&|call| call.fault.is_some()) - throttled;
    let writes = counted(&|call| call.route == "batchCopy");
    let all = done.calls.len() as u64;
    println!(
        "{} placements in {} calls: {writes} calls wrote, {} read; {throttled} of them were \
         refused and {failed} failed on purpose",
        job.folders * job.files,
        done.planned,
        all - writes
    );
    let ratio = (all - throttled) as f64 / done.planned as f64;
    println!(
        "the service took {ratio:.2} times the calls of the plan, in {:.0} minutes of its time \
         ({:.0} s on the wall, with the plan and the last look)",
        done.seconds / 60.0,
        start.elapsed().as_secs_f64()
    );
    judge("storm", &job, &done, failures)?;
    if ratio > CALLS_GATE {
        writeln!(failures, "storm: {ratio:.2} times the calls of the plan")?;
    }
    if refused(&done) > 0 {
        let refused = refused(&done);
        writeln!(failures, "storm: the rate was too high {refused} times")?;
    }
    Ok(())
}

/// Calls that came too fast, whatever was refused on purpose.
fn refused(done: &Done) -> u64 {
    let too_fast = |call: &&reshelve::emulator::CallRecord| {
        call.fault.is_none() && call.code.contains("QpsLimit")
    };
    done.calls.iter().filter(too_fast).count() as u64
}

/// What must hold of every job.
fn judge(name: &str, job: &Job, done: &Done, failures: &mut String) -> std::fmt::Result {
    if done.planned != job.calls() {
        writeln!(failures, "{name}: {} calls were planned", done.planned)?;
    }
    if done.outcome != Some(Outcome::Complete) {
        writeln!(failures, "{name}: the run ends as {:?}", done.outcome)?;
    }
    for violation in done.violations.iter().take(10) {
        writeln!(failures, "{name}: {violation}")?;
    }
    Ok(())
}

/// The most memory that this process had, where the system tells.
fn memory() -> String {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.map_or_else(|| "unknown".to_owned(), |line| line.trim().to_owned())
}
