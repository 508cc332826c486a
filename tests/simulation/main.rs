//! The deterministic simulator: one seed is one history of processes, a disk and a service, judged
//! from the outside once everything late has landed.
//!
//! `SIMULATION_SEED=7 cargo test --test simulation one_seed -- --nocapture` plays one history and
//! prints its log; `SIMULATION_FIRST` and `SIMULATION_COUNT` ask for other histories.

#![expect(
    clippy::print_stdout,
    reason = "who asks for a history wants to read it"
)]

mod desk;
mod dice;
mod disk;
mod fate;
mod history;
#[path = "../support/laboratory.rs"]
#[expect(dead_code, reason = "the laws use what histories do not")]
mod laboratory;
mod ledger;
mod log;
mod others;
mod planted;
mod provider;
mod room;
#[path = "../support/service.rs"]
#[expect(dead_code, reason = "the laws use what histories do not")]
mod service;
mod setting;
#[path = "../support/sheets.rs"]
#[expect(dead_code, reason = "histories choose the mode themselves")]
mod sheets;
mod storage;
mod worlds;

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use history::{Ending, Stop, Wanted, kind, play};
use log::Keeping;
use planted::Planted;
use room::lock;

/// Where the processes of a history keep their state.
const FOLDER: &str = "/work/.reshelve";

/// A number that somebody asks for.
fn asked(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    let number = text.parse();
    Some(number.unwrap_or_else(|_| panic!("{name} is no number")))
}

/// Plays with every processor, one number after another, until `play` wants no more.
fn each(numbers: std::ops::Range<u64>, play: impl Fn(u64) -> bool + Sync) {
    let next = AtomicU64::new(numbers.start);
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= numbers.end {
                        return;
                    }
                    if !play(number) {
                        next.store(numbers.end, Ordering::Relaxed);
                    }
                }
            });
        }
    });
}

/// Plays a history; one that panics is as wrong as one that ends badly.
fn judged(seed: u64, wanted: Wanted) -> Result<Ending, String> {
    let played = std::panic::catch_unwind(|| play(seed, wanted));
    let ending = played.map_err(|_| format!("seed {seed} panics"))?;
    if ending.wrongs.is_empty() {
        return Ok(ending);
    }
    let (setting, wrongs) = (&ending.setting, ending.wrongs.join("\n"));
    Err(format!("seed {seed} {setting:?}:\n{wrongs}"))
}

/// Plays many histories, none of which may end badly; how often each fault fired.
fn all_well(seeds: std::ops::Range<u64>) -> BTreeMap<&'static str, u64> {
    let fired: Mutex<BTreeMap<&str, u64>> = Mutex::default();
    let bad: Mutex<Vec<String>> = Mutex::default();
    each(seeds, |seed| match judged(seed, Wanted::default()) {
        Ok(ending) => {
            let mut fired = lock(&fired);
            for (fault, times) in ending.fired {
                *fired.entry(fault).or_default() += times;
            }
            true
        }
        Err(error) => {
            println!("{error}\n");
            let mut bad = lock(&bad);
            bad.push(error);
            bad.len() < 20
        }
    });
    let bad = lock(&bad);
    assert!(
        bad.is_empty(),
        "{} histories:\n{}",
        bad.len(),
        bad.join("\n\n")
    );
    lock(&fired).clone()
}

#[test]
fn histories_end_well() {
    let first = asked("SIMULATION_FIRST").unwrap_or(0);
    all_well(first..first + asked("SIMULATION_COUNT").unwrap_or(90));
}

#[test]
#[ignore = "takes hours; each fault strikes at least a hundred times"]
fn a_million_histories_end_well() {
    let count = asked("SIMULATION_COUNT").unwrap_or(1_000_000);
    let fired = all_well(1_000_000..1_000_000 + count);
    for (fault, times) in &fired {
        println!("{times:>10} {fault}");
    }
    let seldom: Vec<_> = fired.iter().filter(|(_, times)| **times < 100).collect();
    assert!(seldom.is_empty(), "{seldom:?}");
    for fault in fate::FAULTS {
        assert!(fired.contains_key(fault), "{fault} never fired");
    }
}

#[test]
#[ignore = "plays the history of SIMULATION_SEED and prints it"]
fn one_seed() {
    let wanted = Wanted {
        keeping: Keeping::Lines,
        ..Wanted::default()
    };
    let ending = play(asked("SIMULATION_SEED").unwrap_or(0), wanted);
    println!("{}", ending.lines.join("\n"));
    assert!(ending.wrongs.is_empty(), "{}", ending.wrongs.join("\n"));
}

#[test]
fn one_seed_is_one_history() {
    each(0..100, |seed| {
        let [first, again] = [(); 2].map(|()| play(seed, Wanted::default()).digest);
        assert_eq!(first, again, "seed {seed}");
        true
    });
}

/// Stops the machine before every step of some histories in which nothing else stops it.
fn every_step(seeds: std::ops::Range<u64>) {
    let bad: Mutex<Vec<String>> = Mutex::default();
    each(seeds, |seed| {
        let wanted = |stop| Wanted {
            stop,
            ..Wanted::default()
        };
        let steps = play(seed, wanted(Stop::Never)).steps;
        for step in 0..steps {
            if let Err(error) = judged(seed, wanted(Stop::Before(step))) {
                lock(&bad).push(format!("stopped before step {step}: {error}"));
                break;
            }
        }
        lock(&bad).len() < 10
    });
    let bad = lock(&bad);
    assert!(
        bad.is_empty(),
        "{} histories:\n{}",
        bad.len(),
        bad.join("\n\n")
    );
}

#[test]
fn the_machine_may_stop_anywhere() {
    every_step(0..2);
}

#[test]
#[ignore = "takes long; the same for 200 histories in each mode"]
fn the_machine_may_stop_anywhere_in_many_histories() {
    every_step(0..200 * setting::Mode::ALL.len() as u64);
}

#[test]
fn every_planted_bug_is_found() {
    for bug in Planted::ALL {
        let found = AtomicU64::new(u64::MAX);
        each(0..2_000, |seed| {
            let wanted = Wanted {
                planted: Some(bug),
                ..Wanted::default()
            };
            if judged(seed, wanted).is_err() && judged(seed, Wanted::default()).is_ok() {
                found.fetch_min(seed, Ordering::Relaxed);
                return false;
            }
            true
        });
        let found = found.into_inner();
        assert!(found < u64::MAX, "{bug:?} is not found");
        println!("{bug:?} is found by seed {found}, {:?}", kind(found));
    }
}
