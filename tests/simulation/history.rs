//! One history: a world, processes that come and go, and what is there in the end.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};

use reshelve::plan::{Node, Operation, Plan, Reason, Strategy, Verdict, World};
use reshelve::provider::MemoryProvider;
use reshelve::state::file;
use reshelve::tree::{Address, EntryKind, EntryPath};

use crate::desk::{Approval, Desk, Exit, together};
use crate::dice::Dice;
use crate::disk::Platter;
use crate::laboratory::Laboratory;
use crate::log::{Keeping, Log};
use crate::others::POOL;
use crate::planted::Planted;
use crate::room::{Room, Steps, Time, lock};
use crate::setting::{Mode, Setting};
use crate::sheets::Sheet;
use crate::storage::Service;
use crate::worlds;

/// How many processes there are while faults strike.
const TROUBLED: u32 = 6;
/// How many there are at most once everything is calm.
const CALM: u32 = 8;

/// What may be asked of a history besides its seed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wanted {
    pub(crate) planted: Option<Planted>,
    pub(crate) keeping: Keeping,
    pub(crate) stop: Stop,
}

/// When the machine stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stop {
    /// As the seed says.
    Drawn,
    /// Never.
    Never,
    /// Before a step, counted from the first of the history.
    Before(u64),
}

/// How a history ended.
#[derive(Debug)]
pub(crate) struct Ending {
    pub(crate) setting: Setting,
    pub(crate) digest: u64,
    pub(crate) lines: Vec<String>,
    pub(crate) wrongs: Vec<String>,
    pub(crate) fired: BTreeMap<&'static str, u64>,
    pub(crate) steps: u64,
}

impl Default for Wanted {
    fn default() -> Self {
        Self {
            planted: None,
            keeping: Keeping::Digest,
            stop: Stop::Drawn,
        }
    }
}

/// The sheet and mode of a seed: all of them take turns.
pub(crate) fn kind(seed: u64) -> (Sheet, Mode) {
    let sheets = Sheet::ALL.len() as u64;
    let sheet = Sheet::ALL[(seed % sheets) as usize];
    let modes = Mode::ALL.len() as u64;
    (sheet, Mode::ALL[(seed / sheets % modes) as usize])
}

struct History {
    room: Arc<Room>,
    dice: Dice,
    desk: Desk,
    setting: Setting,
    stop: Stop,
    /// Whether any stop was asked for already.
    exits: Vec<String>,
}

/// Plays the history of a seed.
pub(crate) fn play(seed: u64, wanted: Wanted) -> Ending {
    let mut dice = Dice::new(seed);
    let (sheet, mode) = kind(seed);
    let setting = Setting::draw(&mut dice, sheet, mode);
    let (laboratory, plan) = worlds::draw(&setting, &mut dice);
    let room = room(&setting, &laboratory, &mut dice, wanted.keeping);
    room.note(format_args!("seed {seed} {setting:?}"));
    for line in crate::laboratory::lines(&laboratory.observed) {
        room.note(format_args!("there is {line}"));
    }
    for placement in &laboratory.manifest.placements {
        room.note(format_args!("wish {} {:?}", placement.id, placement.wish));
    }
    let desk = Desk {
        room: Arc::clone(&room),
        manifest: laboratory.manifest.clone(),
        sheets: laboratory.sheets.clone(),
        planted: wanted.planted,
        number: 0,
    };
    let mut history = History {
        room,
        dice,
        desk,
        setting,
        stop: wanted.stop,
        exits: Vec::new(),
    };
    let last = history.unfold();
    history.judge(&laboratory, &plan, &last);
    history.ending()
}

fn room(
    setting: &Setting,
    laboratory: &Laboratory,
    dice: &mut Dice,
    keeping: Keeping,
) -> Arc<Room> {
    let sheet = laboratory.sheets.values().next().expect("two spaces");
    let observed = worlds::with_pool(&laboratory.observed);
    let inner = MemoryProvider::new(&observed, sheet.clone());
    let mut disk = Platter::new(Path::new("/work"), dice.fork());
    disk.locks_are_void = setting.locks_are_void;
    let service = Service::new(inner, setting.clone(), sheet.name_check, dice.fork());
    Arc::new(Room {
        time: Mutex::new(Time::default()),
        log: Mutex::new(Log::new(keeping)),
        steps: Mutex::new(Steps::default()),
        disk: Mutex::new(disk),
        service: Mutex::new(service),
    })
}

impl History {
    /// Processes come and go until the wishes are fulfilled or nothing more can be done; how the
    /// last one ended.
    fn unfold(&mut self) -> Exit {
        let mut last = None;
        for _ in 0..TROUBLED {
            last = self.process(last.as_ref());
            if last == Some(Exit::Done) {
                break;
            }
            let time = self.dice.one_of(&[1_000, 30_000, 300_000, 1_200_000]);
            self.room.let_pass(time);
        }
        self.room.note(format_args!("calm"));
        self.stop = Stop::Never;
        lock(&self.room.service).calm_down();
        self.room.let_pass(3_000_000);
        for _ in 0..CALM {
            // What was resumed leaves to the next process what it only has to note.
            let was_done = last == Some(Exit::Done);
            last = self.process(last.as_ref());
            if was_done && last == Some(Exit::Done) {
                break;
            }
            self.room.let_pass(600_000);
        }
        last.unwrap_or(Exit::Failed("nothing stops it any more".into()))
    }

    /// One process, chosen by how the one before ended; `None` where the machine stopped.
    fn process(&mut self, last: Option<&Exit>) -> Option<Exit> {
        self.desk.number += 1;
        self.draw_stop();
        let resumes = match last {
            None => self.desk.number > 1,
            Some(Exit::Partial | Exit::Unfinished | Exit::Moved | Exit::Failed(_)) => true,
            Some(Exit::Refused | Exit::Stale) => self.dice.chance(500),
            Some(Exit::Done | Exit::Locked | Exit::NothingToResume) => false,
        };
        let desk = self.desk.clone();
        let waits = self.dice.chance(300);
        let approval = match waits {
            true => Approval::After(self.dice.below(600_000)),
            false => Approval::Given,
        };
        let first = async move {
            let ended = match resumes {
                true => desk.resume().await,
                false => desk.apply(approval).await,
            };
            ended.unwrap_or_else(|exit| exit)
        };
        let name = if resumes { "resume" } else { "apply" };
        self.room.note(format_args!("{name} {}", self.desk.number));
        let calm = self.stop == Stop::Never;
        let exit = if !calm && self.dice.chance(self.setting.second) {
            self.two(first)
        } else {
            self.room.run(first)
        };
        self.room.note(format_args!("{name} ends {exit:?}"));
        self.exits.push(format!("{name} {exit:?}"));
        if exit.is_none() {
            self.restart();
        }
        exit
    }

    /// A second process begins to apply meanwhile.
    fn two(&mut self, first: impl Future<Output = Exit>) -> Option<Exit> {
        self.room.fired("second-apply");
        self.desk.number += 1;
        let desk = self.desk.clone();
        let room = Arc::clone(&self.room);
        let delay = self.dice.below(600);
        let second = async move {
            room.sleep(delay).await;
            room.note(format_args!("a second process begins"));
            let ended = desk.apply(Approval::Given).await;
            let ended = ended.unwrap_or_else(|exit| exit);
            room.note(format_args!("the second process ends {ended:?}"));
        };
        let (exit, ()) = self.room.run(together(first, second))?;
        Some(exit)
    }

    fn draw_stop(&mut self) {
        let mut steps = lock(&self.room.steps);
        match self.stop {
            Stop::Never => steps.stop_at = None,
            Stop::Before(step) => steps.stop_at = (steps.taken <= step).then_some(step),
            Stop::Drawn => {
                let stops = self.dice.chance(self.setting.stops);
                let span = self.dice.one_of(&[30, 100, 300]);
                let after = self.dice.below(span);
                steps.stop_at = stops.then_some(steps.taken + after);
            }
        }
    }

    /// The machine comes back, with or without what was not synced.
    fn restart(&mut self) {
        let power = self.dice.chance(600);
        {
            let mut disk = lock(&self.room.disk);
            disk.close_all();
            if power {
                disk.lose_power();
            }
        }
        self.room.fired(if power { "power-lost" } else { "killed" });
        lock(&self.room.service).lose_caller();
        let mut steps = lock(&self.room.steps);
        steps.stopped = false;
        steps.stop_at = None;
        if matches!(self.stop, Stop::Before(_)) {
            self.stop = Stop::Never;
        }
    }

    fn wrong(&self, what: String) {
        self.room.note(format_args!("WRONG {what}"));
        lock(&self.room.service).ledger.wrong(what);
    }

    /// Judges what is there once everything late has landed.
    fn judge(&self, laboratory: &Laboratory, plan: &Plan, last: &Exit) {
        self.room.let_pass(3_600_000);
        let crowded = self.setting.others > 0;
        let by_service = |it: &Operation| it.action.strategy() == Some(Strategy::Rename);
        let finds_names = plan
            .operations
            .iter()
            .any(|it| by_service(it) || it.reason == Reason::Beside);
        let crowded = crowded || plan.operations.iter().any(by_service);
        // Where locks keep nobody out, two processes may both find a name.
        let raced = self.setting.locks_are_void && self.setting.second > 0 && finds_names;
        let free = !crowded && !raced;
        let ready = plan.verdict() == Verdict::Ready;
        if free && ready && *last != Exit::Done {
            self.wrong(format!("it does not come to its end: {:?}", self.exits));
        }
        let world = lock(&self.room.service).inner.world();
        if free && ready {
            let wanted = crate::service::simulated(laboratory, plan);
            let passing = lock(&self.room.service).ledger.passing.clone();
            let found = outline(&world, &passing);
            if found != wanted {
                self.wrong(format!("there is {found:#?}\ninstead of {wanted:#?}"));
            }
        }
        self.judge_names(&world);
        self.judge_states();
        self.judge_calls();
        if *last == Exit::Done {
            self.judge_second_plan();
        }
    }

    /// Nothing of ours has a name that the service found.
    fn judge_names(&self, world: &World) {
        let mut misplaced = Vec::new();
        {
            let service = lock(&self.room.service);
            for space in world.spaces() {
                let root = world.root(space).expect("a space of this world");
                world.walk(root, |path, node| {
                    if let Some(text) = service.ledger.misplaced.get(&node) {
                        misplaced.push(format!("{space}:{path} is left: {text}"));
                    }
                });
            }
        }
        misplaced.into_iter().for_each(|text| self.wrong(text));
    }

    /// Each state follows the one that it replaced.
    fn judge_states(&self) {
        let states = std::mem::take(&mut lock(&self.room.disk).states);
        for (before, after) in states {
            let Ok((state, _)) = file::read(&after) else {
                self.wrong("a state was written that cannot be read".into());
                continue;
            };
            let Some(before) = before else {
                continue;
            };
            let Ok((old, digest)) = file::read(&before) else {
                self.wrong("a state was damaged".into());
                continue;
            };
            if state.serial <= old.serial || state.lineage != old.lineage {
                let (new, old) = (state.serial, old.serial);
                self.wrong(format!("state {new} was written over state {old}"));
            } else if state.previous != Some(digest) {
                self.wrong(format!(
                    "state {} does not follow the one before",
                    state.serial
                ));
            }
        }
    }

    /// Not many more calls than were planned.
    fn judge_calls(&self) {
        let service = lock(&self.room.service);
        let ledger = &service.ledger;
        let (calls, planned, doubts) = (ledger.calls, ledger.planned, ledger.ambiguities);
        drop(service);
        if calls * 2 > planned * 3 + doubts * 12 {
            self.wrong(format!(
                "{calls} calls for {planned} planned, {doubts} doubts"
            ));
        }
    }

    /// Once everything is done, there is nothing to do.
    fn judge_second_plan(&self) {
        let desk = self.desk.clone();
        match self.room.run(async move { desk.plan().await }) {
            Some(Ok(plan)) => {
                if plan.verdict() == Verdict::Ready || !plan.adoptions.is_empty() {
                    self.wrong("after everything was done there is more to do".into());
                }
            }
            other => self.wrong(format!(
                "there is no second plan: {:?}",
                other.map(|it| it.err())
            )),
        }
    }

    fn ending(self) -> Ending {
        let log = lock(&self.room.log);
        let mut service = lock(&self.room.service);
        Ending {
            setting: self.setting.clone(),
            digest: log.digest(),
            lines: log.lines().to_vec(),
            wrongs: std::mem::take(&mut service.ledger.wrongs),
            fired: log.fired.clone(),
            steps: lock(&self.room.steps).taken,
        }
    }
}

/// What is there in the spaces of the manifest: path, kind and size.
fn outline(world: &World, passing: &BTreeMap<Node, Address>) -> Vec<String> {
    let mut lines = Vec::new();
    for space in world.spaces().iter().filter(|space| space.as_str() != POOL) {
        let root = world.root(space).expect("a space of this world");
        let mut left_out: Vec<EntryPath> = Vec::new();
        world.walk(root, |path, node| {
            let here = |at: &Address| at.space == *space && at.path == *path;
            if passing.get(&node).is_some_and(here) {
                left_out.push(path.clone());
            }
            if left_out.iter().any(|above| path.is_at_or_below(above)) {
                return;
            }
            let size = world.size(node) * u64::from(world.kind(node) == EntryKind::File);
            lines.push(format!("{space}:{path} {} {size}", world.kind(node)));
        });
    }
    lines
}
