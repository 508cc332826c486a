//! Plans at the design size: a million observed entries, a hundred thousand placements and forty
//! thousand operations, held against a floor that is measured in the same run, and against what
//! reading may take.
//!
//! ```console
//! $ cargo bench --bench scale                                  # everything, about five minutes
//! $ cargo bench --bench scale -- --entries 100000 --only plan  # a tenth of it, and one part
//! ```
//!
//! The floor parses two tables of all paths, as they are and as they are wanted, and joins them by
//! hash. What is compared runs in turn in every round, and a gate looks at the median of the ratios
//! within rounds. A gate that does not hold ends the benchmark with an error.

#![expect(clippy::print_stdout, reason = "a benchmark prints its table")]

#[path = "scale/floor.rs"]
mod floor;
#[path = "scale/gates.rs"]
mod gates;
#[path = "measure.rs"]
mod measure;
#[path = "scale/pages.rs"]
mod pages;
#[path = "scale/problem.rs"]
mod problem;
#[path = "scale/setting.rs"]
mod setting;
#[path = "scale/watch.rs"]
mod watch;
#[path = "scale/yaml.rs"]
mod yaml;

use std::collections::BTreeMap;
use std::env;
use std::error::Error;
use std::fs::{self, File};
use std::io::{BufReader, BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use gates::Gates;
use measure::{measure, median, program_exists};
use pages::Recording;
use problem::{Problem, SIDES};
use reshelve::observe::{Inventory, Limits, observe};
use reshelve::plan::{Verdict, file, scopes};
use reshelve::provider::Provider;
use reshelve::tree::{EntryPath, SpaceAlias, Timestamp};
use setting::{Setting, load_manifest, sheet};
use watch::{Took, took};

type Outcome<T> = Result<T, Box<dyn Error>>;
/// One part of the benchmark.
type Part = fn(&Order, &mut Gates) -> Outcome<()>;

const PROGRAM: &str = env!("CARGO_BIN_EXE_reshelve");

/// Planning against the floor: at most so many times.
const PLANNING: f64 = 4.0;
/// How the time may grow with the entries, as an exponent.
const GROWTH: f64 = 1.1;
/// CPU seconds an entry, from recorded pages and from an inventory.
const PAGES: f64 = 2.5e-6;
const INVENTORY: f64 = 0.6e-6;
/// A YAML manifest against its bare parse.
const MANIFEST: f64 = 1.2;
const BYTES_AN_ENTRY: f64 = 120.0;
const BYTES_AT_REST: f64 = 20e6;
/// How many bytes each byte of the plan's file may take.
const PLANS: f64 = 2.0;
/// Seconds for ten thousand entries, from the start of the program to its end.
const SMALL: f64 = 0.040;

/// What is to be measured.
struct Order {
    entries: u64,
    rounds: u64,
    only: Option<String>,
}

fn main() -> Outcome<()> {
    let arguments: Vec<String> = env::args().collect();
    if !arguments.iter().any(|argument| argument == "--bench") {
        println!("nothing is measured here; run `cargo bench --bench scale`");
        return Ok(());
    }
    if let Some(folder) = text_after(&arguments, "--child") {
        return plan_files(Path::new(&folder));
    }
    let order = Order {
        entries: number_after(&arguments, "--entries")?.unwrap_or(1_000_000),
        rounds: number_after(&arguments, "--rounds")?.unwrap_or(5).max(1),
        only: text_after(&arguments, "--only"),
    };
    let parts: [(&str, Part); 7] = [
        ("plan", planning),
        ("growth", growth),
        ("pages", recorded_pages),
        ("inventory", inventory),
        ("manifest", manifest),
        ("memory", memory),
        ("small", small),
    ];
    let mut gates = Gates::default();
    for (name, part) in parts {
        if order.only.as_deref().is_none_or(|only| only == name) {
            part(&order, &mut gates)?;
        }
    }
    gates.verdict()
}

fn text_after(arguments: &[String], flag: &str) -> Option<String> {
    let at = arguments.iter().position(|argument| argument == flag)?;
    arguments.get(at + 1).cloned()
}

fn number_after(arguments: &[String], flag: &str) -> Outcome<Option<u64>> {
    let Some(text) = text_after(arguments, flag) else {
        return Ok(None);
    };
    let number = text.replace([',', '_'], "").parse();
    Ok(Some(
        number.map_err(|error| format!("{flag} {text}: {error}"))?,
    ))
}

/// A plan beside the floor.
fn planning(order: &Order, gates: &mut Gates) -> Outcome<()> {
    let problem = Problem::of(order.entries);
    let (desired, observed) = (problem.desired_table(), problem.observed_table());
    let setting = Setting::new(problem, "dingtalk")?;
    println!(
        "planning over {} entries, {} placements, {} operations",
        problem.entries(),
        problem.placements(),
        problem.operations()
    );
    let (mut floors, mut plans, mut seals) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..order.rounds {
        let (joined, floor) = took(|| floor::join(&desired, &observed));
        let (plan, planning) = took(|| setting.plan());
        if (joined.missing, joined.extra) != problem.differing() || joined.changed > 0 {
            return Err(format!("the floor finds {joined:?}").into());
        }
        if plan.verdict() != Verdict::Ready || plan.operations.len() as u64 != problem.operations()
        {
            let (count, findings) = (plan.operations.len(), &plan.findings);
            let shown = findings.iter().take(3).collect::<Vec<_>>();
            return Err(format!("{count} operations are planned: {shown:#?}").into());
        }
        let (_, sealing) = took(|| file::seal(plan));
        floors.push(floor);
        plans.push(planning);
        seals.push(sealing);
    }
    for (name, samples) in [
        ("floor", &floors),
        ("plan", &plans),
        ("id of the plan", &seals),
    ] {
        watch::print(name, samples, problem.entries());
    }
    let ratios = |value: fn(&Took) -> f64| {
        let pairs = plans.iter().zip(&floors);
        median(
            pairs
                .map(|(plan, floor)| value(plan) / value(floor))
                .collect(),
        )
    };
    gates.check(
        "planning against the floor, wall",
        ratios(|it| it.wall),
        PLANNING,
        "x",
    );
    println!("  (and {:.2}x in CPU)", ratios(|it| it.cpu));
    Ok(())
}

/// The time of plans of growing size, and the exponent that fits it.
fn growth(order: &Order, gates: &mut Gates) -> Outcome<()> {
    println!("\nplanning over more and more entries");
    let mut points = Vec::new();
    for share in [100.0, 31.6, 10.0, 3.16, 1.0] {
        let problem = Problem::of((order.entries as f64 / share) as u64);
        let setting = Setting::new(problem, "dingtalk")?;
        let rounds = (order.rounds as f64 * share).min(50.0) as u64;
        let samples: Vec<Took> = (0..rounds).map(|_| took(|| setting.plan()).1).collect();
        let name = format!("{} entries", problem.entries());
        watch::print(&name, &samples, problem.entries());
        let cpu = median(samples.iter().map(|sample| sample.cpu).collect());
        points.push(((problem.entries() as f64).ln(), cpu.ln()));
    }
    gates.check("growth, fitted exponent", slope(&points), GROWTH, "");
    Ok(())
}

/// The slope of the line through some points that has the least squares.
fn slope(points: &[(f64, f64)]) -> f64 {
    let count = points.len() as f64;
    let mean = |of: fn(&(f64, f64)) -> f64| points.iter().map(of).sum::<f64>() / count;
    let (x, y) = (mean(|point| point.0), mean(|point| point.1));
    let products = points.iter().map(|point| (point.0 - x) * (point.1 - y));
    let squares = points.iter().map(|point| (point.0 - x).powi(2));
    products.sum::<f64>() / squares.sum::<f64>()
}

/// From the recorded replies of a service to the observed world.
fn recorded_pages(order: &Order, gates: &mut Gates) -> Outcome<()> {
    let problem = Problem::of(order.entries);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .build()?;
    for service in ["dingtalk", "smh"] {
        let manifest = load_manifest("scale.yaml", &problem.mirrors(service))?;
        let sought = scopes(std::slice::from_ref(&manifest), &setting::no_state());
        let recording = Recording::of(problem, service, sheet(service)?)?;
        let bytes = recording.bytes() as u64 / problem.entries();
        println!("\nreplies of {service}, {bytes} bytes an entry");
        let provider: Arc<dyn Provider> = Arc::new(recording);
        let mut samples = Vec::new();
        for _ in 0..order.rounds {
            let observing = observe(&provider, &sought[..], Limits::default(), &|_| ());
            let (observed, sample) = took(|| runtime.block_on(observing));
            if observed?.world.len() as u64 != problem.entries() {
                return Err("not everything was observed".into());
            }
            samples.push(sample);
        }
        watch::print("from pages", &samples, problem.entries());
        let cpu = median(samples.iter().map(|sample| sample.cpu).collect());
        let each = cpu / problem.entries() as f64;
        let name = format!("pages of {service}, CPU an entry");
        gates.check(&name, each * 1e6, PAGES * 1e6, " µs");
    }
    Ok(())
}

/// From inventories to the observed world.
fn inventory(order: &Order, gates: &mut Gates) -> Outcome<()> {
    let problem = Problem::of(order.entries);
    let files: Vec<Vec<u8>> = inventories(problem)?.into_values().collect();
    let bytes: usize = files.iter().map(Vec::len).sum();
    println!(
        "\ninventories, {} bytes an entry",
        bytes as u64 / problem.entries()
    );
    let mut samples = Vec::new();
    for _ in 0..order.rounds {
        let read = |file: &Vec<u8>| Inventory::read(&mut &file[..]);
        let (read, sample) = took(|| files.iter().map(read).collect::<Result<Vec<_>, _>>());
        let entries: usize = read?.iter().map(|inventory| inventory.tree.len()).sum();
        if entries as u64 != problem.entries() {
            return Err(format!("{entries} entries were read").into());
        }
        samples.push(sample);
    }
    watch::print("from inventories", &samples, problem.entries());
    let cpu = median(samples.iter().map(|sample| sample.cpu).collect());
    let each = cpu / problem.entries() as f64;
    gates.check(
        "inventories, CPU an entry",
        each * 1e6,
        INVENTORY * 1e6,
        " µs",
    );
    Ok(())
}

/// The inventory of each space, as a file.
fn inventories(problem: Problem) -> Outcome<BTreeMap<&'static str, Vec<u8>>> {
    let mut files = BTreeMap::new();
    for side in SIDES {
        let inventory = Inventory {
            space: SpaceAlias::parse(side.alias())?,
            from: EntryPath::root(),
            created: Timestamp::from_parts(1_795_251_300, 0),
            sheet: sheet("dingtalk")?,
            tree: Arc::new(problem.tree(side)?),
        };
        let mut bytes = Vec::new();
        inventory.write(&mut bytes)?;
        files.insert(side.alias(), bytes);
    }
    Ok(files)
}

/// A manifest from YAML to its meaning, beside the bare parse of the same text.
fn manifest(order: &Order, gates: &mut Gates) -> Outcome<()> {
    let problem = Problem::of(order.entries);
    let text = problem.manifest();
    let placements = problem.placements();
    println!(
        "\na YAML manifest of {placements} placements, {} bytes each",
        text.len() as u64 / placements
    );
    let (mut bare, mut whole) = (Vec::new(), Vec::new());
    for _ in 0..order.rounds {
        let (parsed, parsing) = took(|| yaml::parse(&text));
        let (loaded, loading) = took(|| load_manifest("scale.yaml", &text));
        let counts = (parsed?.placements.len(), loaded?.placements.len());
        if counts != (placements as usize, placements as usize) {
            return Err(format!("{counts:?} placements were read").into());
        }
        bare.push(parsing);
        whole.push(loading);
    }
    watch::print("bare parse into plain structs", &bare, placements);
    watch::print("manifest", &whole, placements);
    let pairs = whole.iter().zip(&bare);
    let ratio = median(pairs.map(|(whole, bare)| whole.cpu / bare.cpu).collect());
    gates.check("manifest against its bare parse, CPU", ratio, MANIFEST, "x");
    Ok(())
}

/// Writes what a plan is made from into a folder of its own.
fn written(problem: Problem) -> Outcome<PathBuf> {
    let below = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/bench");
    let folder = below.join(format!("scale-{}", problem.entries()));
    fs::create_dir_all(&folder)?;
    fs::write(folder.join("reshelve.yaml"), problem.manifest())?;
    for (alias, bytes) in inventories(problem)? {
        fs::write(folder.join(format!("{alias}.inventory")), bytes)?;
    }
    Ok(folder)
}

const ARGUMENTS: [&str; 7] = [
    "plan",
    "--inventory",
    "archive.inventory",
    "--inventory",
    "shelf.inventory",
    "--out",
    "plan.json",
];

/// The most memory that a process of its own takes from files to a saved plan, each entry held
/// once as it is after observing a service. The program itself holds what inventories tell twice.
fn memory(order: &Order, gates: &mut Gates) -> Outcome<()> {
    if !program_exists("/usr/bin/time") {
        return Err("memory needs GNU time (apt-get install time)".into());
    }
    let problem = Problem::of(order.entries);
    let folder = written(problem)?;
    let entries = problem.entries();
    println!("\na process of its own over {entries} entries");
    let itself = env::current_exe()?;
    let itself = itself.to_str().ok_or("the benchmark has no name")?;
    let sample = measure(&folder, itself, &["--bench", "--child", "."])?;
    let plan = fs::metadata(folder.join("plan.json"))?.len() as f64;
    let limit = BYTES_AN_ENTRY * entries as f64 + BYTES_AT_REST + PLANS * plan;
    println!(
        "  {:.2} s, {:.2} s of CPU; the plan has {:.1} MB",
        sample.wall,
        sample.cpu,
        plan / 1e6
    );
    gates.check("peak memory", sample.memory / 1e6, limit / 1e6, " MB");
    let beside = |memory: f64| (memory - BYTES_AT_REST - PLANS * plan) / entries as f64;
    println!(
        "  (that is {:.0} bytes an entry beside 20 MB and twice the plan)",
        beside(sample.memory)
    );
    let program = measure(&folder, PROGRAM, &ARGUMENTS)?;
    println!(
        "  the program with inventories: {:.1} MB ({:.0} bytes an entry), {:.2} s of CPU",
        program.memory / 1e6,
        beside(program.memory),
        program.cpu
    );
    Ok(())
}

/// Plans from the files of a folder, and saves the plan.
fn plan_files(folder: &Path) -> Outcome<()> {
    let text = fs::read_to_string(folder.join("reshelve.yaml"))?;
    let manifest = load_manifest("reshelve.yaml", &text)?;
    drop(text);
    let mut trees = BTreeMap::new();
    for side in SIDES {
        let file = File::open(folder.join(format!("{}.inventory", side.alias())))?;
        let inventory = Inventory::read(&mut BufReader::new(file))?;
        trees.insert(inventory.space, inventory.tree);
    }
    let setting = Setting::with(manifest, trees, "dingtalk")?;
    let mut out = BufWriter::new(File::create(folder.join("plan.json"))?);
    file::write(&file::seal(setting.plan()), &mut out)?;
    Ok(out.flush()?)
}

/// Ten thousand entries, from the start of the program to its end.
fn small(order: &Order, gates: &mut Gates) -> Outcome<()> {
    let problem = Problem::of(10_000);
    let folder = written(problem)?;
    println!(
        "\nthe program over {} entries in inventories",
        problem.entries()
    );
    let mut walls = Vec::new();
    for _ in 0..order.rounds * 4 {
        walls.push(measure(&folder, PROGRAM, &ARGUMENTS)?.wall);
    }
    gates.check(
        "ten thousand entries in all",
        median(walls) * 1e3,
        SMALL * 1e3,
        " ms",
    );
    Ok(())
}
