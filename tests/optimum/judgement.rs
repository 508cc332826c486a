//! One world on one sheet: the plan, and what the search says of it.

use std::collections::BTreeMap;

use reshelve::plan::{Plan, Recording};
use reshelve::state::Proof;
use reshelve::tree::EntryKind;

use crate::call::{Step, Verb, calls, written};
use crate::rules::Rules;
use crate::search::{Answer, least};
use crate::sheets::Sheet;
use crate::simulator::{Origin, Spaces, Thing};
use crate::task::Task;
use crate::worlds::Small;

/// What is known of one world on one sheet.
#[derive(Debug, Clone)]
pub(crate) enum Judgement {
    /// There is no plan to look at.
    Nothing,
    /// No sequence has fewer calls than the plan.
    Fewest,
    /// One has.
    Worse(Gap),
    /// The plan or the search does what it must not.
    Broken(String),
    /// There were too many states to look at.
    Undecided,
}

/// How a plan is worse than it could be.
#[derive(Debug, Clone)]
pub(crate) struct Gap {
    pub(crate) calls: usize,
    /// By which kinds of calls the two differ.
    pub(crate) family: String,
    /// The calls of both.
    pub(crate) story: String,
}

/// Plans a world and looks for something better. The search has to find a sequence as short as
/// the plan at least: otherwise the plan breaks one of its rules.
pub(crate) fn judge(world: &Small, sheet: Sheet) -> Judgement {
    let Some((laboratory, plan)) = world.plan(sheet) else {
        return Judgement::Nothing;
    };
    let rules = Rules::new(laboratory.sheets.values().next().expect("two spaces"));
    let first = Spaces::new(&laboratory.observed);
    let planned = calls(&plan);
    let task = match Task::new(&first, &planned, rules, &declared(&plan)) {
        Ok(Some(task)) => task,
        Ok(None) => return Judgement::Undecided,
        Err(why) => return broken("the plan cannot be done", &why, &planned),
    };
    let mut answer = least(&task, planned.len());
    for other in task.with_folders_moved() {
        if let Answer::Least(calls) = &answer
            && let Answer::Least(fewer) = least(&other, calls.len() - 1)
        {
            answer = Answer::Least(fewer);
        }
    }
    match answer {
        Answer::None => broken("the plan breaks a rule", "", &planned),
        Answer::Undecided => Judgement::Undecided,
        Answer::Least(calls) => match leads_there(&first, &planned, &calls, &task.rules) {
            Err(why) => broken("the search errs", &why, &calls),
            Ok(()) if calls.len() == planned.len() => Judgement::Fewest,
            Ok(()) => Judgement::Worse(Gap {
                calls: planned.len() - calls.len(),
                family: family(&planned, &calls),
                story: format!(
                    "  planned:\n{}  better:\n{}",
                    written(&planned),
                    written(&calls)
                ),
            }),
        },
    }
}

fn broken(what: &str, why: &str, calls: &[Vec<Step>]) -> Judgement {
    Judgement::Broken(format!("{what}: {why}\n{}", written(calls)))
}

/// By which kinds of calls two sequences differ.
fn family(planned: &[Vec<Step>], better: &[Vec<Step>]) -> String {
    let verbs = [
        Verb::Create,
        Verb::Copy,
        Verb::Move,
        Verb::Rename,
        Verb::Remove,
    ];
    let difference = |verb: Verb| {
        let count = |calls: &[Vec<Step>]| calls.iter().filter(|call| call[0].verb == verb).count();
        let more = count(planned) as isize - count(better) as isize;
        (more != 0).then(|| format!("{more:+} {verb:?}"))
    };
    let parts: Vec<String> = verbs.into_iter().filter_map(difference).collect();
    parts.join(", ")
}

/// The sources that a plan states for what it places.
fn declared(plan: &Plan) -> BTreeMap<String, String> {
    let recordings = plan.recordings.iter();
    let recordings = recordings.filter(|it| it.provenance.proof != Proof::Halfway);
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
    found: &[Vec<Step>],
    rules: &Rules,
) -> Result<(), String> {
    let end = |calls: &[Vec<Step>], backwards: Backwards| {
        let mut spaces = first.clone();
        for call in calls {
            match backwards {
                Backwards::No => spaces.call(call.iter().cloned(), rules.parents)?,
                Backwards::Yes => spaces.call(call.iter().rev().cloned(), rules.parents)?,
            }
        }
        Ok::<_, String>(spaces.things)
    };
    let wanted = end(planned, Backwards::No)?;
    for (calls, backwards) in [
        (planned, Backwards::Yes),
        (found, Backwards::No),
        (found, Backwards::Yes),
    ] {
        let found = end(calls, backwards)?;
        let is_same = |path: &String, thing: &Thing| {
            let wanted = wanted.get(path);
            let is_folder = thing.kind == EntryKind::Folder;
            wanted == Some(thing) || is_folder && wanted.is_some_and(|it| it.origin == Origin::Made)
        };
        if found.len() != wanted.len() || !found.iter().all(|(path, thing)| is_same(path, thing)) {
            return Err("it leads somewhere else".into());
        }
    }
    Ok(())
}

/// In which order the items of a call are carried out.
#[derive(Clone, Copy)]
enum Backwards {
    No,
    Yes,
}
