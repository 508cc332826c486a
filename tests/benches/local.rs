//! Plans a mirror of two local trees that differ in 4 % of their files, side by side with `find`,
//! `rsync` and `rclone` on the same trees.
//!
//! ```console
//! $ apt-get install rsync rclone time      # the peers, and what measures CPU and memory
//! $ cargo bench --bench local              # 100,000 files in each tree, 7 rounds
//! $ cargo bench --bench local -- --files 1000000 --rounds 5
//! ```
//!
//! The contenders run in turn, one after another in every round, and a gate compares the median of
//! the ratios within rounds: other work on the machine then weighs on both sides. Gates are
//! reported and fail nothing. The trees are kept below `target/bench`.

#![expect(clippy::print_stdout, reason = "a benchmark prints its table")]

#[path = "measure.rs"]
mod measure;
#[path = "trees.rs"]
mod trees;

use std::collections::BTreeMap;
use std::env;
use std::error::Error;
use std::path::Path;
use std::process::Command;

use measure::{Sample, measure, median, program_exists};
use trees::Trees;

/// One program that looks at both trees and says how they differ.
struct Contender {
    name: &'static str,
    program: &'static str,
    arguments: &'static [&'static str],
}

const OURS: &str = "reshelve plan";

/// All of them run in the folder that holds A and B.
const CONTENDERS: &[Contender] = &[
    Contender {
        name: "find",
        program: "find",
        arguments: &["A", "B", "-type", "f", "-printf", r"%s %T@ %P\n"],
    },
    Contender {
        name: OURS,
        program: env!("CARGO_BIN_EXE_reshelve"),
        arguments: &["plan", "--color", "never"],
    },
    Contender {
        name: "rsync",
        program: "rsync",
        arguments: &["-n", "-rt", "--delete", "-i", "A/", "B/"],
    },
    Contender {
        name: "rclone",
        program: "rclone",
        arguments: &["sync", "A", "B", "--dry-run", "--config", "/dev/null"],
    },
];

/// Wall time against a peer: at most so many times.
const WALL_GATES: &[(&str, f64)] = &[("find", 1.0), ("rsync", 0.7), ("rclone", 0.4)];
const BYTES_AN_ENTRY: f64 = 120.0;
const BYTES_AT_REST: f64 = 20_000_000.0;
/// How much more CPU ten times the files may take.
const GROWTH: f64 = 11.5;

type Rounds = Vec<BTreeMap<&'static str, Sample>>;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().collect();
    if !arguments.iter().any(|argument| argument == "--bench") {
        println!("nothing is measured here; run `cargo bench --bench local`");
        return Ok(());
    }
    let files = number_after(&arguments, "--files")?.unwrap_or(100_000);
    let rounds = number_after(&arguments, "--rounds")?.unwrap_or(7).max(1);
    let below = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/bench");
    let contenders = present();

    let (trees, samples) = run(&below, files, rounds, &contenders)?;
    print_table(&trees, &contenders, &samples);
    print_gates(&trees, &samples);
    print_plan(&trees)?;
    if files > 100_000 {
        print_growth(&below, &trees, &samples, &contenders)?;
    }
    Ok(())
}

fn number_after(arguments: &[String], flag: &str) -> Result<Option<u64>, Box<dyn Error>> {
    let Some(at) = arguments.iter().position(|argument| argument == flag) else {
        return Ok(None);
    };
    let text = arguments
        .get(at + 1)
        .ok_or(format!("{flag} needs a number"))?;
    let number = text.replace([',', '_'], "").parse();
    Ok(Some(
        number.map_err(|error| format!("{flag} {text}: {error}"))?,
    ))
}

fn present() -> Vec<&'static Contender> {
    let (present, absent): (Vec<&Contender>, Vec<&Contender>) = CONTENDERS
        .iter()
        .partition(|contender| program_exists(contender.program));
    for contender in absent {
        println!(
            "SKIPPED: {0} is not installed (apt-get install {0})",
            contender.program
        );
    }
    if !program_exists("/usr/bin/time") {
        println!("NOT MEASURED: CPU and memory need GNU time (apt-get install time)");
    }
    present
}

fn run(
    below: &Path,
    files: u64,
    rounds: u64,
    contenders: &[&'static Contender],
) -> Result<(Trees, Rounds), Box<dyn Error>> {
    println!(
        "making or finding trees of {files} files below {}",
        below.display()
    );
    let trees = Trees::make(below, files)?;
    let mut samples = Rounds::new();
    // The first round only warms the page cache.
    for round in 0..=rounds {
        let mut row = BTreeMap::new();
        for turn in 0..contenders.len() {
            let contender = contenders[(turn + round as usize) % contenders.len()];
            let sample = measure(&trees.folder, contender.program, contender.arguments)?;
            row.insert(contender.name, sample);
        }
        if round > 0 {
            samples.push(row);
        }
    }
    Ok((trees, samples))
}

fn print_table(trees: &Trees, contenders: &[&Contender], samples: &Rounds) {
    println!(
        "\n{} files in A, {} entries in both trees, mean path {:.0} bytes, {} rounds",
        trees.files,
        trees.entries,
        trees.mean_path,
        samples.len()
    );
    println!("medians          wall s    min s    CPU s   peak MB   wall / find   CPU / find");
    for contender in contenders {
        let name = contender.name;
        let of = |value: fn(&Sample) -> f64| -> Vec<f64> {
            samples.iter().map(|row| value(&row[name])).collect()
        };
        println!(
            "{name:<15} {:>7.3}  {:>7.3}  {:>7.2}  {:>8.1}  {:>12}  {:>11}",
            median(of(|sample| sample.wall)),
            of(|sample| sample.wall)
                .into_iter()
                .fold(f64::INFINITY, f64::min),
            median(of(|sample| sample.cpu)),
            median(of(|sample| sample.memory)) / 1e6,
            times(ratio(samples, name, "find", |sample| sample.wall)),
            times(ratio(samples, name, "find", |sample| sample.cpu)),
        );
    }
}

/// The median of the ratios within rounds; none where one side did not run or was not measured.
fn ratio(samples: &Rounds, ours: &str, peer: &str, value: fn(&Sample) -> f64) -> Option<f64> {
    let ratios: Vec<f64> = samples
        .iter()
        .filter_map(|row| Some(value(row.get(ours)?) / value(row.get(peer)?)))
        .filter(|ratio| ratio.is_finite())
        .collect();
    (!ratios.is_empty()).then(|| median(ratios))
}

fn times(ratio: Option<f64>) -> String {
    ratio.map_or("-".to_owned(), |ratio| format!("{ratio:.2}x"))
}

fn print_gates(trees: &Trees, samples: &Rounds) {
    println!("\ngates");
    for (peer, limit) in WALL_GATES {
        let Some(ratio) = ratio(samples, OURS, peer, |sample| sample.wall) else {
            println!("  wall time against {peer}: SKIPPED, {peer} did not run");
            continue;
        };
        println!(
            "  wall time against {peer}: {}",
            verdict(ratio, *limit, "x")
        );
    }
    let memory = median(samples.iter().map(|row| row[OURS].memory).collect());
    if memory.is_finite() {
        let limit = (BYTES_AN_ENTRY * trees.entries as f64 + BYTES_AT_REST) / 1e6;
        println!("  peak memory: {}", verdict(memory / 1e6, limit, " MB"));
        let each = (memory - BYTES_AT_REST) / trees.entries as f64;
        println!("  (that is {each:.0} bytes a held entry plus 20 MB)");
    }
}

fn verdict(number: f64, limit: f64, unit: &str) -> String {
    if number <= limit {
        format!("reached: {number:.2}{unit} of at most {limit:.2}{unit}")
    } else {
        format!("not reached: {number:.2}{unit} instead of {limit:.2}{unit}")
    }
}

/// A quick plan that finds the wrong changes is worth nothing, so they are counted.
fn print_plan(trees: &Trees) -> Result<(), Box<dyn Error>> {
    let output = Command::new(env!("CARGO_BIN_EXE_reshelve"))
        .args(["plan", "--format", "json"])
        .current_dir(&trees.folder)
        .output()?;
    let plan: serde_json::Value = serde_json::from_slice(&output.stdout)?;
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    for operation in plan["operations"].as_array().into_iter().flatten() {
        let action = operation["action"].as_str().unwrap_or("?");
        *counts.entry(action.to_owned()).or_default() += 1;
    }
    let hundredth = trees.files / 100;
    println!("\noperations planned: {counts:?}");
    println!(
        "the trees differ in {hundredth} changed, {hundredth} missing, {hundredth} extra, \
         {hundredth} renamed or moved"
    );
    Ok(())
}

/// CPU for these trees against CPU for trees of 100,000 files, each without the start of the
/// program.
fn print_growth(
    below: &Path,
    trees: &Trees,
    samples: &Rounds,
    contenders: &[&'static Contender],
) -> Result<(), Box<dyn Error>> {
    let rounds = samples.len() as u64;
    let (smaller, small) = run(below, 100_000, rounds, contenders)?;
    let (_, least) = run(below, 100, rounds, contenders)?;
    let factor = trees.files as f64 / smaller.files as f64;
    println!("\nCPU growth for {factor:.0} times the files, start-up subtracted");
    for contender in contenders {
        let cpu =
            |rounds: &Rounds| median(rounds.iter().map(|row| row[contender.name].cpu).collect());
        let start = cpu(&least);
        let growth = (cpu(samples) - start) / (cpu(&small) - start);
        if contender.name == OURS {
            let limit = GROWTH * factor / 10.0;
            println!("  {:<14} {}", contender.name, verdict(growth, limit, "x"));
        } else {
            println!("  {:<14} {growth:.2}x", contender.name);
        }
    }
    Ok(())
}
