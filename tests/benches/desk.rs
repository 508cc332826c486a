//! A service with files that are to be copied, a plan for them, and what became of it.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fmt::Write as _;
use std::future::Future;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use reshelve::apply::{Executor, RunSetup, Stop};
use reshelve::diagnostic::SourceLocation;
use reshelve::emulator::{CallRecord, Config, Emulator, Running, Vendor};
use reshelve::journal::{Fact, JournalError, JournalSink, Outcome, Record, RunProgress, Standing};
use reshelve::manifest::{
    Expect, Guards, Manifest, ManifestName, NameCheck, OnConflict, OnMissing, Placement,
    PlacementId, SpaceDefinition, Target, Transfer, Update, Wish,
};
use reshelve::observe::{Limits, observe};
use reshelve::plan::{self, BasedOn, Plan, PlanInput, Verdict};
use reshelve::provider::layer::{Pause, RetryReadsLayer};
use reshelve::provider::{NoProgress, Opening, Profiles, Provider, ProviderError, open};
use reshelve::state::{Lineage, RunId, State};
use reshelve::tree::{Address, PatternSet, Selection, SpaceAlias, Timestamp};
use secrecy::SecretString;
use serde_json::Value;

/// What is to be done, and how the service behaves.
#[derive(Debug, Clone)]
pub(crate) struct Job {
    /// Folders that files go to.
    pub(crate) folders: u64,
    /// Files for each of them.
    pub(crate) files: u64,
    /// Files of one call.
    pub(crate) items: u64,
    /// Calls a second that the service takes, and that the program knows of.
    pub(crate) rate: u32,
    /// How long a call takes.
    pub(crate) latency: Duration,
    /// The most calls that may be under way.
    pub(crate) at_once: u64,
    /// How many times as fast as on the wall time goes by.
    pub(crate) speed: u32,
    /// What goes wrong once the plan is made.
    pub(crate) faults: String,
}

/// What became of it.
pub(crate) struct Done {
    /// Calls that the plan needs.
    pub(crate) planned: u64,
    /// Calls between the first and the last that wrote, that among them included.
    pub(crate) calls: Vec<CallRecord>,
    /// Seconds until the last file was there, as the program counts them.
    pub(crate) seconds: f64,
    /// How the run says that it ended.
    pub(crate) outcome: Option<Outcome>,
    /// What is wrong with what is there; nothing where all is well.
    pub(crate) violations: Vec<String>,
}

/// A clock that may go fast, and pauses by it.
struct Swift {
    speed: u32,
    start: Instant,
}

impl Pause for Swift {
    fn pause(&self, time: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(tokio::time::sleep(time / self.speed))
    }

    fn elapsed(&self) -> Duration {
        self.start.elapsed() * self.speed
    }
}

/// A journal that keeps nothing but its number of records.
struct Journal(u64);

impl JournalSink for Journal {
    fn append(&mut self, fact: Fact) -> Result<Record, JournalError> {
        self.0 += 1;
        let (sequence, at) = (self.0 - 1, Timestamp::from_nanoseconds(1));
        Ok(Record { sequence, at, fact })
    }

    fn sync(&mut self) -> Result<(), JournalError> {
        Ok(())
    }
}

/// The emulator's address and the credentials of its seed.
struct Credentials(String);

impl Profiles for Credentials {
    fn field(&self, _profile: &str, field: &str) -> Result<Option<SecretString>, ProviderError> {
        let value = match field {
            "ENDPOINT" => self.0.as_str(),
            "UNION_ID" => "me",
            "APP_KEY" => "key",
            "APP_SECRET" => "secret",
            _ => return Ok(None),
        };
        Ok(Some(value.into()))
    }
}

/// Carries out a job from its seed to the comparison of its tree.
pub(crate) fn carry_out(job: &Job) -> Result<Done, Box<dyn Error>> {
    let config = Config::new(Vendor::Dingtalk)
        .switch(format!("copy-limit={}", job.items))
        .calls_per_second(job.rate * job.speed)
        .seed(job.seed()?);
    let running = Emulator::start(config.latency(job.latency / job.speed))?;
    let clock = Arc::new(Swift {
        speed: job.speed,
        start: Instant::now(),
    });
    let provider = connect(job, &running, Arc::clone(&clock) as Arc<dyn Pause>)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    let plan = runtime.block_on(job.plan(&provider))?;
    running.clear_log();
    running.set_faults(&job.faults)?;
    let begin = clock.elapsed();
    let mut last = begin;
    let watch = &mut |record: &Record| {
        if matches!(record.fact, Fact::Done { .. }) {
            last = clock.elapsed();
        }
    };
    let progress = runtime.block_on(run(&plan, &*provider, &*clock, watch))?;
    let mut calls = running.log();
    let writes = calls.iter().rposition(|call| call.route == "batchCopy");
    calls.truncate(writes.map_or(0, |last| last + 1));
    let mut violations = twice(&calls);
    violations.extend(unsettled(&progress));
    violations.extend(job.differences(&running.tree())?);
    running.stop();
    Ok(Done {
        planned: plan.batches.len() as u64,
        seconds: last.saturating_sub(begin).as_secs_f64(),
        outcome: progress.outcome,
        calls,
        violations,
    })
}

async fn run(
    plan: &Plan,
    provider: &dyn Provider,
    pause: &dyn Pause,
    watch: &mut (dyn FnMut(&Record) + Send),
) -> Result<RunProgress, Box<dyn Error>> {
    let executor = Executor {
        provider,
        journal: &mut Journal(0),
        pause,
        stop: &Stop::new(),
        heard: &NoProgress,
        watch,
    };
    let setup = RunSetup {
        run: RunId::new("load"),
        serial: 0,
        program: "load".into(),
    };
    Ok(executor.run(plan, &setup).await?)
}

fn connect(
    job: &Job,
    running: &Running,
    pause: Arc<dyn Pause>,
) -> Result<Arc<dyn Provider>, Box<dyn Error>> {
    let opening = Opening {
        spaces: &BTreeMap::from([(SpaceAlias::parse("desk")?, space().keys)]),
        base: Path::new("."),
        profile: "dingtalk",
        profiles: Arc::new(Credentials(running.endpoint())),
        calls_per_second: Some(job.rate),
        pause: Arc::clone(&pause),
    };
    let opened = open("dingtalk", &opening)?;
    Ok(Arc::new(RetryReadsLayer::new(opened, pause)))
}

fn space() -> SpaceDefinition {
    SpaceDefinition {
        provider: "dingtalk".into(),
        profile: "dingtalk".into(),
        keys: BTreeMap::from([("id".to_owned(), "1000000001".to_owned())]),
        limits: BTreeMap::new(),
        // The calls of a plan shall be those of the copies and no others.
        name_check: Some(NameCheck::WithEffect),
    }
}

impl Job {
    /// How many calls the copies take.
    pub(crate) fn calls(&self) -> u64 {
        self.folders * self.files.div_ceil(self.items)
    }

    /// Folder and name of each file.
    fn places(&self) -> impl Iterator<Item = (u64, u64)> {
        let files = self.files;
        (0..self.folders).flat_map(move |folder| (0..files).map(move |file| (folder, file)))
    }

    fn seed(&self) -> Result<String, std::fmt::Error> {
        let mut seed = String::from(
            "credentials:\n  - {app_key: key, app_secret: secret, union_ids: [me]}\n\
             spaces:\n  - id: \"1000000001\"\n    name: Load\n    folders:\n",
        );
        for folder in 0..self.folders {
            writeln!(seed, "      - /to/{folder}")?;
        }
        seed.push_str("    files:\n");
        for (folder, file) in self.places() {
            writeln!(seed, "      /from/{folder}/{file}.txt: {}", file % 97 + 1)?;
        }
        Ok(seed)
    }

    fn manifest(&self) -> Result<Manifest, Box<dyn Error>> {
        let mut space = space();
        space.limits = BTreeMap::from([
            ("copy_batch".to_owned(), self.items),
            ("calls_at_once".to_owned(), self.at_once),
        ]);
        let places: Vec<(u64, u64)> = self.places().collect();
        let placements = places.into_iter().map(|(folder, file)| {
            let from = Address::parse(&format!("desk:/from/{folder}/{file}.txt"))?;
            let to = Address::parse(&format!("desk:/to/{folder}/{file}.txt"))?;
            Ok(copy(from, to))
        });
        Ok(Manifest {
            file: "load.yaml".into(),
            name: ManifestName::parse("load").ok_or("the name is one")?,
            spaces: BTreeMap::from([(SpaceAlias::parse("desk")?, space)]),
            placements: placements.collect::<Result<_, Box<dyn Error>>>()?,
            guards: Guards::default(),
            protect: Vec::new(),
        })
    }

    async fn plan(&self, provider: &Arc<dyn Provider>) -> Result<Plan, Box<dyn Error>> {
        let manifest = self.manifest()?;
        let manifests = std::slice::from_ref(&manifest);
        let state = State::new(Lineage::new("load"));
        let alias = SpaceAlias::parse("desk")?;
        let mut sheet = provider.capabilities(&alias)?;
        sheet.copy.items = u32::try_from(self.items).ok();
        sheet.calls_per_month = None;
        sheet.name_check = NameCheck::WithEffect;
        let scopes = plan::scopes(manifests, &state);
        let observed = observe(provider, &scopes[..], Limits::default(), &|_| ()).await?;
        let plan = plan::plan(&PlanInput {
            manifests,
            observed: &observed.world,
            recorded: &state,
            sheets: &BTreeMap::from([(alias, sheet)]),
            accepted: &BTreeSet::new(),
            based_on: &BasedOn {
                manifest: manifest.digest(),
                files: vec!["load.yaml".into()],
                names: vec!["load".into()],
                variables: BTreeMap::new(),
                lineage: state.lineage.clone(),
                serial: state.serial,
            },
            now: Timestamp::from_nanoseconds(1_795_251_300_000_000_000),
            reads: observed.reads,
        });
        if plan.verdict() == Verdict::Ready {
            Ok(plan)
        } else {
            Err(format!("the plan cannot be applied: {:#?}", plan.findings).into())
        }
    }

    /// Where the tree is not what was wished.
    fn differences(&self, tree: &str) -> Result<Vec<String>, Box<dyn Error>> {
        let mut wished = BTreeSet::new();
        for (folder, file) in self.places() {
            for top in ["from", "to"] {
                wished.insert((format!("/{top}/{folder}/{file}.txt"), file % 97 + 1));
            }
        }
        let mut found = BTreeSet::new();
        let mut differences = Vec::new();
        for line in tree.lines() {
            let row: Value = serde_json::from_str(line)?;
            let path = row["path"].as_str().unwrap_or_default().to_owned();
            if row["kind"] == "file" {
                let size = row["size"].as_u64().unwrap_or_default();
                if !found.insert((path.clone(), size)) {
                    differences.push(format!("{path} is there twice"));
                }
            }
        }
        let missing = wished
            .difference(&found)
            .map(|it| format!("{} is missing", it.0));
        differences.extend(missing);
        let odd = found
            .difference(&wished)
            .map(|it| format!("{} is too many", it.0));
        differences.extend(odd);
        Ok(differences)
    }
}

fn copy(from: Address, to: Address) -> Placement {
    let transfer = Transfer {
        source: Selection {
            base: from,
            below: None,
        },
        target: Target::Exactly(to.clone()),
        exclude: PatternSet::default(),
        on_conflict: OnConflict::Fail,
        on_missing: OnMissing::Fail,
        expect: Expect::default(),
    };
    Placement {
        id: PlacementId::new(&to.to_string()),
        location: SourceLocation {
            file: "load.yaml".into(),
            line: 1,
            column: 1,
            length: 0,
            text: String::new(),
        },
        wish: Wish::Copy(transfer, Update::Always),
    }
}

/// What the run says of operations that it did not bring to an end.
fn unsettled(progress: &RunProgress) -> Vec<String> {
    let words: BTreeSet<String> = (progress.operations.values())
        .filter_map(|standing| match standing {
            Standing::Failed { message, .. } | Standing::InDoubt { message, .. } => {
                Some(format!("an operation ends with: {message}"))
            }
            Standing::Done { .. } | Standing::Absent | Standing::Skipped { .. } => None,
        })
        .collect();
    words.into_iter().collect()
}

/// Files that were asked for once more after a call that had its effect on them.
fn twice(calls: &[CallRecord]) -> Vec<String> {
    let mut carried = BTreeSet::new();
    let mut twice = Vec::new();
    for call in calls.iter().filter(|call| call.route == "batchCopy") {
        let ids = call.body["dentryIds"].as_array();
        let ids: Vec<&str> = ids
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        let again = ids.iter().filter(|id| carried.contains(**id));
        twice.extend(again.map(|id| format!("{id} is sent again after it was carried")));
        if call.effect {
            carried.extend(ids);
        }
    }
    twice
}
