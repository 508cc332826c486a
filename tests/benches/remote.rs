//! Observes a service over HTTP: the calls that are used beside the fewest that any way of reading
//! needs, and the time beside what these calls take at the service's rate.
//!
//! ```console
//! $ cargo bench --bench remote --features emulator                 # about six minutes
//! $ cargo bench --bench remote --features emulator -- --share 10   # a tenth of everything
//! ```
//!
//! The service is the emulator on the loopback interface, with 50 ms latency and 20 calls a second
//! for each kind of call. A gate that does not hold ends the benchmark with an error.

#![expect(clippy::print_stdout, reason = "a benchmark prints its table")]

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::error::Error;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use reshelve::emulator::{Config, Emulator, Running, Vendor};
use reshelve::observe::{Limits, Observed, Sought, Way, observe};
use reshelve::plan::{KnownEntries, Reach, Scope};
use reshelve::provider::layer::{RetryReadsLayer, SystemPause};
use reshelve::provider::{Opening, Profiles, Provider, ProviderError, open};
use reshelve::state::{Lineage, PlacementRef, Proof, Provenance, RunId, Seen, State};
use reshelve::tree::{Address, SpaceAlias};
use secrecy::SecretString;

const LATENCY: Duration = Duration::from_millis(50);
const CALLS_A_SECOND: u32 = 20;
/// Entries of one page, of a folder and of a whole space.
const PAGE: u64 = 50;
const FOLDERS: u64 = 2000;
/// How much longer than calls and rate dictate observing may take.
const GATE: f64 = 1.15;

/// A space, and what of it is to be observed.
struct Shape {
    name: &'static str,
    /// Every folder with the number of files in it.
    folders: BTreeMap<String, u64>,
    /// The folder from which on everything is needed.
    needed: &'static str,
}

/// What is counted and what is measured.
struct Measured {
    way: Way,
    calls: u64,
    entries: usize,
    seconds: f64,
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().collect();
    if !arguments.iter().any(|argument| argument == "--bench") {
        println!("nothing is measured here; run `cargo bench --bench remote`");
        return Ok(());
    }
    let share = match arguments.iter().position(|argument| argument == "--share") {
        Some(at) => arguments
            .get(at + 1)
            .ok_or("--share needs a number")?
            .parse()?,
        None => 1,
    };
    let folders = FOLDERS / u64::max(share, 1);
    println!("{LATENCY:?} latency, {CALLS_A_SECOND} calls a second and kind of call\n");
    println!(
        "{:<34} {:>9} {:>9} {:>10} {:>7} {:>7} {:>9} {:>9} {:>6}",
        "", "way", "entries", "by folder", "flat", "used", "dictated", "time", "ratio"
    );
    let mut failures = String::new();
    for shape in [
        wide(folders, "/"),
        uneven(folders, "/"),
        uneven(folders, "/part 3"),
    ] {
        let measured = measure(&shape)?;
        report(&shape, &measured, &mut failures)?;
    }
    look_again(&wide(folders, "/"), &mut failures)?;
    if failures.is_empty() {
        println!("\nall gates hold: no call more than the cheapest way, and {GATE} times the time");
        Ok(())
    } else {
        Err(failures.into())
    }
}

/// Folders side by side, each a page full of files.
fn wide(count: u64, needed: &'static str) -> Shape {
    Shape {
        name: "folders of 50 files side by side",
        folders: (0..count)
            .map(|number| (format!("/folder {number}"), PAGE))
            .collect(),
        needed,
    }
}

/// Folders in folders, four in each, with none to three pages of files and fifty on average.
fn uneven(count: u64, needed: &'static str) -> Shape {
    const FILES: [u64; 8] = [0, 3, 12, 35, 50, 51, 99, 150];
    let mut paths: Vec<String> = Vec::new();
    for number in 0..count {
        let path = match number.checked_sub(4) {
            None => format!("/part {number}"),
            Some(rest) => format!("{}/folder {number}", paths[(rest / 4) as usize]),
        };
        paths.push(path);
    }
    let files = FILES.into_iter().cycle();
    Shape {
        name: match needed {
            "/" => "uneven folders in folders",
            _ => "a quarter of the uneven folders",
        },
        folders: paths.into_iter().zip(files).collect(),
        needed,
    }
}

impl Shape {
    /// How many entries each folder holds, the root among them.
    fn children(&self) -> BTreeMap<&str, u64> {
        let mut children = BTreeMap::from([("/", 0)]);
        for (path, files) in &self.folders {
            *children.entry(path.as_str()).or_default() += files;
            *children.entry(parent(path)).or_default() += 1;
        }
        children
    }

    /// Calls that listing the needed folders takes, those on the way to them included.
    fn calls_by_folder(&self) -> u64 {
        let below = format!("{}/", self.needed.trim_end_matches('/'));
        let is_needed =
            |folder: &str| folder == "/" || folder == self.needed || folder.starts_with(&below);
        let children = self.children();
        let needed = children.iter().filter(|(folder, _)| is_needed(folder));
        needed.map(|(_, count)| count.div_ceil(PAGE).max(1)).sum()
    }

    /// Calls that the flat listing of the whole space takes.
    fn calls_flat(&self) -> u64 {
        self.children().values().sum::<u64>().div_ceil(PAGE).max(1)
    }

    fn seed(&self) -> Result<String, std::fmt::Error> {
        let mut seed = String::from(
            "credentials:\n  - {app_key: key, app_secret: secret, union_ids: [me]}\n\
             spaces:\n  - id: \"1000000001\"\n    name: Bench\n    folders:\n",
        );
        for path in self.folders.keys() {
            writeln!(seed, "      - {path}")?;
        }
        seed.push_str("    files:\n");
        for (path, files) in &self.folders {
            for number in 0..*files {
                writeln!(seed, "      {path}/file {number}.txt: {}", number + 1)?;
            }
        }
        Ok(seed)
    }
}

fn parent(path: &str) -> &str {
    match path.rfind('/') {
        Some(0) | None => "/",
        Some(end) => &path[..end],
    }
}

/// The emulator's address and the credentials of its seed.
struct Credentials {
    endpoint: String,
}

impl Profiles for Credentials {
    fn field(&self, _profile: &str, field: &str) -> Result<Option<SecretString>, ProviderError> {
        let value = match field {
            "ENDPOINT" => self.endpoint.as_str(),
            "UNION_ID" => "me",
            "APP_KEY" => "key",
            "APP_SECRET" => "secret",
            _ => return Ok(None),
        };
        Ok(Some(value.into()))
    }
}

fn connect(running: &Running) -> Result<Arc<dyn Provider>, Box<dyn Error>> {
    let id = BTreeMap::from([("id".to_owned(), "1000000001".to_owned())]);
    let opened = open(
        "dingtalk",
        &Opening {
            spaces: &BTreeMap::from([(SpaceAlias::parse("bench")?, id)]),
            base: Path::new("."),
            profile: "dingtalk",
            profiles: Arc::new(Credentials {
                endpoint: running.endpoint(),
            }),
            calls_per_second: None,
            pause: Arc::new(SystemPause),
        },
    )?;
    Ok(Arc::new(RetryReadsLayer::new(
        opened,
        Arc::new(SystemPause),
    )))
}

fn measure(shape: &Shape) -> Result<Measured, Box<dyn Error>> {
    let config = Config::new(Vendor::Dingtalk)
        .latency(LATENCY)
        .calls_per_second(CALLS_A_SECOND)
        .seed(shape.seed()?);
    let running = Emulator::start(config)?;
    let provider = connect(&running)?;
    let scope = Scope {
        address: Address::parse(&format!("bench:{}", shape.needed))?,
        reach: Reach::Subtree,
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let scopes = [scope];
    let start = Instant::now();
    let observed = observe(&provider, &scopes[..], Limits::default(), &|_| ());
    let observed: Observed = runtime.block_on(observed)?;
    let seconds = start.elapsed().as_secs_f64();
    let log = running.log();
    let listings = log.iter().filter(|call| call.route.starts_with("list"));
    let measured = Measured {
        way: (observed.readings.values().next())
            .ok_or("no space was read")?
            .way,
        calls: listings.count() as u64,
        entries: observed.world.len(),
        seconds,
    };
    running.stop();
    Ok(measured)
}

/// A look at files that a state knows among all the others: a plan right after an apply.
fn look_again(shape: &Shape, failures: &mut String) -> Result<(), Box<dyn Error>> {
    let config = Config::new(Vendor::Dingtalk)
        .calls_per_second(CALLS_A_SECOND)
        .seed(shape.seed()?);
    let running = Emulator::start(config)?;
    let provider = connect(&running)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let everything = [Scope {
        address: Address::parse("bench:/")?,
        reach: Reach::Subtree,
    }];
    let first = observe(&provider, &everything[..], Limits::default(), &|_| ());
    let first = runtime.block_on(first)?;
    let state = placed(&first, 1000);
    let scopes: Vec<Scope> = (state.records.keys())
        .map(|address| Scope {
            address: address.clone(),
            reach: Reach::Subtree,
        })
        .collect();
    let known = KnownEntries::recorded(&[], &state);
    let sought = Sought {
        scopes: &scopes,
        known: Some(&known),
    };
    let second = observe(&provider, sought, Limits::default(), &|_| ());
    let second = runtime.block_on(second)?;
    running.stop();
    let reading = second.readings.values().next().ok_or("no space was read")?;
    println!(
        "\n{} placed files looked at again: {} calls {}, {} were expected ({})",
        scopes.len(),
        reading.made,
        reading.way.words(),
        reading.expected.unwrap_or_default(),
        reading.why
    );
    // The files and the folders above them, thirty a call.
    let folders: BTreeSet<_> = scopes.iter().map(|it| it.address.path.parent()).collect();
    let most = ((scopes.len() + folders.len()) as u64).div_ceil(30);
    if second.reads > most {
        let made = second.reads;
        writeln!(
            failures,
            "a second look takes {made} calls instead of {most}"
        )?;
    }
    Ok(())
}

/// A state that knows some of the files that are there, five of each folder.
fn placed(observed: &Observed, most: usize) -> State {
    let mut state = State::new(Lineage::new("bench"));
    for (space, seen) in &observed.world.spaces {
        let tree = &seen.tree;
        let folders = tree.children(tree.root());
        let files = folders.flat_map(|folder| tree.children(folder).take(5));
        for file in files.take(most) {
            let record = Provenance {
                placement: PlacementRef {
                    manifest: "bench".into(),
                    placement: "bench".into(),
                },
                kind: tree.kind(file),
                wished: None,
                source: None,
                target: Seen {
                    id: tree.id(file),
                    attributes: tree.attributes(file),
                },
                proof: Proof::Placed,
                run: RunId::new("bench"),
            };
            let address = Address::new(space.clone(), tree.path(file));
            state.records.insert(address, record);
        }
    }
    state
}

fn report(shape: &Shape, measured: &Measured, failures: &mut String) -> std::fmt::Result {
    let (by_folder, flat) = (shape.calls_by_folder(), shape.calls_flat());
    let dictated = measured.calls as f64 / f64::from(CALLS_A_SECOND);
    let ratio = measured.seconds / dictated;
    let way = match measured.way {
        Way::ByFolder => "by folder",
        Way::Flat => "flat",
        Way::ById => "by id",
    };
    println!(
        "{:<34} {way:>9} {:>9} {by_folder:>10} {flat:>7} {:>7} {dictated:>7.1} s {:>7.1} s {ratio:>6.3}",
        shape.name, measured.entries, measured.calls, measured.seconds
    );
    if measured.calls > by_folder.min(flat) {
        writeln!(failures, "{}: more calls than the cheapest way", shape.name)?;
    }
    if ratio > GATE {
        writeln!(
            failures,
            "{}: {ratio:.3} times the dictated time",
            shape.name
        )?;
    }
    Ok(())
}
