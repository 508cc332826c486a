//! The planner's numbers of calls beside the least, family by family.

use std::collections::BTreeMap;
use std::fmt::Write;

use reshelve::plan::{Plan, Recording};

use crate::call::{Step, Verb, calls, written};
use crate::rules::Rules;
use crate::search::{Answer, fewer};
use crate::simulator::Spaces;
use crate::task::Task;
use crate::worlds::{Dice, Sheet, Small};

/// What is known of one world on one sheet.
#[derive(Debug, Clone)]
pub(crate) enum Judgement {
    /// There is no plan to look at.
    Nothing,
    Fewest,
    /// So many calls too many, with the planner's and the better ones.
    Worse(usize, String, String),
    /// Something does not fit together.
    Broken(String),
    Undecided,
}

/// Plans a world and looks for something better.
pub(crate) fn judge(world: &Small, sheet: Sheet) -> Judgement {
    let Some((laboratory, plan)) = world.plan(sheet) else {
        return Judgement::Nothing;
    };
    let rules = Rules::new(laboratory.sheets.values().next().expect("two spaces"));
    let first = Spaces::new(&laboratory.observed);
    let planned = calls(&plan);
    let task = match Task::new(&first, &planned, rules, &declared(&plan)) {
        Ok(Some(mut task)) => {
            if std::env::var("FAR").is_ok() {
                task.reach = crate::task::Reach::Anywhere;
            }
            task
        }
        Ok(None) => return Judgement::Nothing,
        Err(why) => return Judgement::Broken(format!("the plan: {why}\n{}", written(&planned))),
    };
    match fewer(&task, planned.len()) {
        Answer::Fewest => Judgement::Fewest,
        Answer::Undecided => Judgement::Undecided,
        Answer::Better(better) => match leads_there(&first, &planned, &better, &task.rules) {
            Ok(()) => {
                let text = format!("  planned:\n{}  better:\n{}", written(&planned), written(&better));
                Judgement::Worse(planned.len() - better.len(), differences(&planned, &better), text)
            }
            Err(why) => Judgement::Broken(format!("the search: {why}\n{}", written(&better))),
        },
    }
}

/// By which kinds of calls two sequences differ.
fn differences(planned: &[Vec<Step>], better: &[Vec<Step>]) -> String {
    let verbs = [Verb::Create, Verb::Copy, Verb::Move, Verb::Rename, Verb::Remove];
    let counted = |verb: Verb| {
        let count = |calls: &[Vec<Step>]| calls.iter().filter(|call| call[0].verb == verb).count();
        let [one, two] = [planned, better].map(count);
        (one != two).then(|| format!("{verb:?} {one}->{two}"))
    };
    let mut parts: Vec<String> = verbs.into_iter().filter_map(counted).collect();
    let is_temporary = |step: &&Step| step.to.as_ref().is_some_and(|to| to.contains("/.reshelve-"));
    let temporary = planned.iter().flatten().filter(is_temporary).count();
    if temporary > 0 {
        parts.push(format!("with {temporary} temporary names"));
    }
    parts.join(", ")
}

/// The sources that a plan states for what it places.
fn declared(plan: &Plan) -> BTreeMap<String, String> {
    let recordings = plan.recordings.iter();
    let pair = |recording: &Recording| {
        let source = recording.provenance.source.as_ref()?;
        Some((recording.target.to_string(), source.address.to_string()))
    };
    recordings.filter_map(pair).collect()
}

/// Whether calls lead where others do, whatever the order of their items.
fn leads_there(
    first: &Spaces,
    planned: &[Vec<Step>],
    better: &[Vec<Step>],
    rules: &Rules,
) -> Result<(), String> {
    let mut wanted = first.clone();
    for call in planned {
        wanted.call(call.iter().cloned(), rules.parents)?;
    }
    let (mut forwards, mut backwards) = (first.clone(), first.clone());
    for call in better {
        forwards.call(call.iter().cloned(), rules.parents)?;
        backwards.call(call.iter().rev().cloned(), rules.parents)?;
    }
    if forwards.things == wanted.things && backwards.things == wanted.things {
        return Ok(());
    }
    Err("it leads somewhere else".into())
}

/// All numbers of a run.
#[derive(Default)]
pub(crate) struct Table {
    /// By sheet: how many worlds, and how many of each kind.
    counts: BTreeMap<Sheet, [usize; 5]>,
    /// By sheet and shrunk world: how often, how much worse, and how.
    families: BTreeMap<(Sheet, String), (usize, usize, usize, String)>,
    broken: Vec<String>,
}

impl Table {
    pub(crate) fn add(&mut self, world: &Small, sheet: Sheet) {
        let now = std::time::Instant::now();
        let judged = judge(world, sheet);
        if now.elapsed().as_millis() > 500 {
            println!("{sheet:?} {:?} {world:?}", now.elapsed());
        }
        let counts = self.counts.entry(sheet).or_default();
        match judged {
            Judgement::Nothing => {}
            Judgement::Fewest => counts[0] += 1,
            Judgement::Undecided => {
                counts[2] += 1;
                self.broken.push(format!("undecided on {sheet:?}: {world:?}"));
            }
            Judgement::Broken(why) => {
                counts[3] += 1;
                self.broken.push(format!("{sheet:?} {world:?}\n{why}"));
            }
            Judgement::Worse(by, ..) => {
                counts[1] += 1;
                counts[4] += by;
                let (small, by, family, text) = shrunk(world, sheet);
                let size = small.entries.len() + small.placements.len();
                let story = format!("{}\n{}", shown(&small), text);
                let family = self.families.entry((sheet, family)).or_insert((0, size, by, String::new()));
                family.0 += 1;
                if family.3.is_empty() || size < family.1 {
                    (family.1, family.2, family.3) = (size, by, story);
                }
            }
        }
    }

    pub(crate) fn written(&self) -> String {
        let mut text = String::from("sheet: worlds, fewest, worse (by so many calls), undecided, broken\n");
        for (sheet, [fewest, worse, undecided, broken, by]) in &self.counts {
            let all = fewest + worse + undecided + broken;
            let _ = writeln!(
                text,
                "{sheet:?}: {all}, {fewest}, {worse} ({by}), {undecided}, {broken}"
            );
        }
        let mut families: Vec<_> = self.families.iter().collect();
        families.sort_by_key(|(key, family)| (key.0, usize::MAX - family.0));
        for ((sheet, family), (count, _, by, story)) in families {
            let _ = writeln!(text, "\n== {sheet:?}: {family}: {count} worlds, {by} too many\n{story}");
        }
        for broken in &self.broken {
            let _ = writeln!(text, "\n!! {broken}");
        }
        text
    }
}

/// The least world that is worse in the same way.
fn shrunk(world: &Small, sheet: Sheet) -> (Small, usize, String, String) {
    let mut small = world.clone();
    loop {
        let worse = |less: &Small| matches!(judge(less, sheet), Judgement::Worse(..));
        match small.smaller().into_iter().find(worse) {
            Some(less) => small = less,
            None => break,
        }
    }
    match judge(&small, sheet) {
        Judgement::Worse(by, family, text) => (small, by, family, text),
        _ => unreachable!("it was worse a moment ago"),
    }
}

fn shown(world: &Small) -> String {
    let entries = world.entries.join(" ");
    format!("  {entries}\n  {}", world.placements.join("\n  "))
}

/// Looks at so many worlds.
pub(crate) fn table(seed: u64, worlds: usize, sheets: &[Sheet]) -> Table {
    let mut dice = Dice::new(seed);
    let mut table = Table::default();
    for _ in 0..worlds {
        let world = dice.world();
        for sheet in sheets {
            table.add(&world, *sheet);
        }
    }
    table
}

#[test]
fn explore() {
    let asked = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let started = std::time::Instant::now();
    let table = table(asked("SEED").unwrap_or(1), asked("WORLDS").unwrap_or(300) as usize, if asked("ALL").is_some() { &Sheet::ALL } else { &Sheet::MAIN });
    let text = format!("{}\n{:?}\n", table.written(), started.elapsed());
    std::fs::write("/tmp/optimum-report.txt", text).expect("a file");
}
