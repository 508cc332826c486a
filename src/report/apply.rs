//! A run as its journal tells it: what was done, and item by item what was not.

use std::collections::BTreeMap;

use serde::Serialize;

use super::diagnostics::Detail;
use super::escape::{escape, escape_markdown};
use super::layout::{columns, counted, thousands};
use super::paint::Paint;
use super::plan::names;
use crate::journal::{Fact, Outcome, Record};
use crate::plan::{Operation, OperationId, Plan};
use crate::state::RunId;

/// What a journal says of one run of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RunSummary {
    /// The run; `None` where the journal does not begin with one.
    pub run: Option<RunId>,
    /// How it ended; `None` while it goes on or after it was cut off.
    pub outcome: Option<Outcome>,
    /// Entries that the state takes over without a call.
    pub adopted: u64,
    /// Each operation, in the plan's order.
    pub items: Vec<RunItem>,
    /// Entries that were read back and are not as simulated.
    pub differences: Vec<String>,
}

/// One operation and its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RunItem {
    /// Its number in the plan.
    pub operation: OperationId,
    /// What it does, as a word.
    pub action: &'static str,
    /// The entry that comes to be, or that goes.
    pub entry: String,
    /// How it ended.
    pub end: ItemEnd,
    /// What the provider said, or why it was not tried.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub message: String,
}

/// How an operation ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ItemEnd {
    /// It had its effect.
    Done,
    /// It failed and had no effect.
    Failed,
    /// Nobody knows whether it had an effect.
    Unresolved,
    /// It was not tried, because one that it follows was not done.
    Skipped,
    /// It was not tried, because the run ended before.
    NotStarted,
}

impl RunSummary {
    /// What is said where there was no run.
    pub fn none() -> Self {
        Self {
            run: None,
            outcome: None,
            adopted: 0,
            items: Vec::new(),
            differences: Vec::new(),
        }
    }

    /// Folds the records of one run over the operations of its plan.
    pub fn of(plan: &Plan, records: &[Record]) -> Self {
        let mut summary = Self {
            adopted: plan.adoptions.len() as u64,
            ..Self::none()
        };
        let mut ends: BTreeMap<OperationId, (ItemEnd, String)> = BTreeMap::new();
        for record in records {
            summary.take(&record.fact, &mut ends);
        }
        summary.items = plan
            .operations
            .iter()
            .map(|operation| item(operation, ends.remove(&operation.id)))
            .collect();
        summary
    }

    fn take(&mut self, fact: &Fact, ends: &mut BTreeMap<OperationId, (ItemEnd, String)>) {
        match fact {
            Fact::RunStart { run, .. } => self.run = Some(run.clone()),
            Fact::RunEnd { outcome } => self.outcome = Some(*outcome),
            Fact::Differs { target, message } => {
                self.differences.push(format!("{target}: {message}"));
            }
            Fact::Intent { operations, .. } => {
                for operation in operations {
                    let message = "the call was begun and its end is not known".to_owned();
                    ends.insert(*operation, (ItemEnd::Unresolved, message));
                }
            }
            Fact::Done { operation, .. } => {
                ends.insert(*operation, (ItemEnd::Done, String::new()));
            }
            Fact::Failed {
                operation, message, ..
            } => {
                ends.insert(*operation, (ItemEnd::Failed, message.clone()));
            }
            Fact::Unknown { operation, message } => {
                ends.insert(*operation, (ItemEnd::Unresolved, message.clone()));
            }
            Fact::Absent { operation } => {
                let message = "it had no effect".to_owned();
                ends.insert(*operation, (ItemEnd::NotStarted, message));
            }
            Fact::Skipped { operation, because } => {
                ends.insert(*operation, skipped(*operation, *because));
            }
            Fact::Tasks { .. }
            | Fact::Verified { .. }
            | Fact::Resumed { .. }
            | Fact::Checkpoint { .. } => {}
        }
    }

    /// How many operations ended in this way.
    pub fn count(&self, end: ItemEnd) -> u64 {
        self.items.iter().filter(|item| item.end == end).count() as u64
    }
}

fn skipped(operation: OperationId, because: OperationId) -> (ItemEnd, String) {
    if operation == because {
        let message = "the run was interrupted before".to_owned();
        (ItemEnd::NotStarted, message)
    } else {
        let message = format!("it follows {because}, which was not done");
        (ItemEnd::Skipped, message)
    }
}

fn item(operation: &Operation, end: Option<(ItemEnd, String)>) -> RunItem {
    let (end, message) = end.unwrap_or((ItemEnd::NotStarted, String::new()));
    let place = operation.action.to().or_else(|| operation.action.from());
    RunItem {
        operation: operation.id,
        action: operation.action.word(),
        entry: place.map(ToString::to_string).unwrap_or_default(),
        end,
        message,
    }
}

/// How many operations and how many differences are told one by one where not all are asked for.
const TOLD: usize = 20;

/// What is told one by one, and how much of the same is left out.
struct Told<'a> {
    items: Vec<&'a RunItem>,
    items_left_out: usize,
    differences: &'a [String],
    differences_left_out: usize,
}

impl<'a> Told<'a> {
    /// In brief, of what was not done: failures before what was only not tried.
    fn of(run: &'a RunSummary, detail: Detail) -> Self {
        let (mut items, limit): (Vec<&RunItem>, usize) = match detail {
            Detail::Full => (run.items.iter().collect(), usize::MAX),
            Detail::Brief => {
                let undone = run.items.iter().filter(|item| item.end != ItemEnd::Done);
                (undone.collect(), TOLD)
            }
        };
        let items_left_out = items.len().saturating_sub(limit);
        if items_left_out > 0 {
            items.sort_by_key(|item| item.end);
            items.truncate(limit);
            items.sort_by_key(|item| item.operation);
        }
        let (differences, rest) = run.differences.split_at(limit.min(run.differences.len()));
        Self {
            items,
            items_left_out,
            differences,
            differences_left_out: rest.len(),
        }
    }

    /// What is left out, as sentences.
    fn left_out(&self) -> Vec<String> {
        let kinds = [
            (self.items_left_out, "not done"),
            (self.differences_left_out, "not as planned"),
        ];
        let more = kinds.into_iter().filter(|(count, _)| *count > 0);
        more.map(|(count, what)| {
            let count = thousands(count as u64);
            format!("{count} more {what}; `-v` lists each")
        })
        .collect()
    }
}

/// The run as text with colours: counts, then operations that were not done; all of them in full
/// detail.
pub fn run_text(plan: &Plan, run: &RunSummary, detail: Detail) -> String {
    let name = Paint::Heading.on(&escape(&names(plan)));
    let mut text = format!("{name}   {}\n", headline(run));
    text.push_str(&format!("  {}\n", count_words(run).join("   ")));
    let told = Told::of(run, detail);
    let rows: Vec<Vec<String>> = told
        .items
        .iter()
        .map(|item| {
            vec![
                format!("{} {}", end_mark(item.end), item.operation),
                format!("{} {}", item.action, escape(&item.entry)),
                reason(item),
            ]
        })
        .collect();
    text.push_str(&columns(&rows, "  ", 60));
    for difference in told.differences {
        let word = Paint::Error.on("differs");
        text.push_str(&format!("  {word}  {}\n", escape(difference)));
    }
    for sentence in told.left_out() {
        text.push_str(&format!("  {sentence}\n"));
    }
    text
}

/// The run as Markdown.
pub fn run_markdown(plan: &Plan, run: &RunSummary, detail: Detail) -> String {
    let name = escape_markdown(&names(plan));
    let mut text = format!("## {name}: {}\n\n", headline(run));
    text.push_str(&format!("{}\n", count_words(run).join(" · ")));
    let told = Told::of(run, detail);
    if !told.items.is_empty() {
        text.push_str("\n| operation | what | entry | end |\n|---|---|---|---|\n");
    }
    for item in &told.items {
        let entry = escape_markdown(&item.entry);
        let end = escape_markdown(&reason(item));
        let (operation, action) = (item.operation, item.action);
        text.push_str(&format!("| {operation} | {action} | {entry} | {end} |\n"));
    }
    for difference in told.differences {
        text.push_str(&format!("\n- differs: {}", escape_markdown(difference)));
    }
    if !told.differences.is_empty() {
        text.push('\n');
    }
    for sentence in told.left_out() {
        text.push_str(&format!("\n{sentence}\n"));
    }
    text
}

fn headline(run: &RunSummary) -> String {
    let ending = match run.outcome {
        Some(Outcome::Complete) => "complete",
        Some(Outcome::Partial) => "partly done",
        Some(Outcome::Interrupted) => "interrupted",
        None => "not finished",
    };
    match &run.run {
        Some(id) => format!("run {}   {ending}", escape(id.as_str())),
        None => ending.to_owned(),
    }
}

fn count_words(run: &RunSummary) -> Vec<String> {
    let mut words = vec![format!(
        "{} done",
        counted(run.count(ItemEnd::Done), "operation")
    )];
    let further = [
        (run.adopted, "adopted"),
        (run.count(ItemEnd::Failed), "failed"),
        (run.count(ItemEnd::Unresolved), "unresolved"),
        (run.count(ItemEnd::Skipped), "skipped"),
        (run.count(ItemEnd::NotStarted), "not started"),
        (run.differences.len() as u64, "not as planned"),
    ];
    for (count, word) in further {
        if count > 0 {
            words.push(format!("{} {word}", thousands(count)));
        }
    }
    words
}

fn reason(item: &RunItem) -> String {
    let word = match item.end {
        ItemEnd::Done => "done",
        ItemEnd::Failed => "failed",
        ItemEnd::Unresolved => "unresolved",
        ItemEnd::Skipped => "skipped",
        ItemEnd::NotStarted => "not started",
    };
    if item.message.is_empty() {
        word.to_owned()
    } else {
        format!("{word}: {}", escape(&item.message))
    }
}

fn end_mark(end: ItemEnd) -> String {
    match end {
        ItemEnd::Done => Paint::Add.on("✓"),
        ItemEnd::Failed => Paint::Error.on("✗"),
        ItemEnd::Unresolved => Paint::Error.on("?"),
        ItemEnd::Skipped | ItemEnd::NotStarted => Paint::Faint.on("·"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;
    use crate::journal::Evidence;
    use crate::plan::BatchId;
    use crate::plan::sample::address;

    fn records(facts: Vec<Fact>) -> Vec<Record> {
        facts
            .into_iter()
            .zip(0..)
            .map(|(fact, sequence)| Record {
                sequence,
                at: sample::NOW,
                fact,
            })
            .collect()
    }

    #[test]
    fn the_last_word_of_the_journal_counts_for_each_operation() {
        let plan = sample::plan(&[
            "copy s:/1 t:/1",
            "copy s:/2 t:/2",
            "copy s:/3 t:/3",
            "copy s:/4 t:/4",
            "copy s:/5 t:/5",
        ]);
        let operations = [1, 2, 3, 4].map(OperationId).to_vec();
        let facts = vec![
            Fact::Intent {
                batch: BatchId(1),
                attempt: 0,
                operations,
            },
            Fact::Done {
                operation: OperationId(1),
                evidence: Evidence::Reply,
                id: None,
                name: None,
                bin: None,
            },
            Fact::Failed {
                operation: OperationId(2),
                kind: "quota".to_owned(),
                message: "the disk is full".to_owned(),
            },
            Fact::Skipped {
                operation: OperationId(3),
                because: OperationId(2),
            },
            Fact::RunEnd {
                outcome: Outcome::Partial,
            },
        ];
        let run = RunSummary::of(&plan, &records(facts));
        let ends: Vec<ItemEnd> = run.items.iter().map(|item| item.end).collect();
        assert_eq!(
            ends,
            [
                ItemEnd::Done,
                ItemEnd::Failed,
                ItemEnd::Skipped,
                ItemEnd::Unresolved,
                ItemEnd::NotStarted
            ]
        );
        let text = anstream::adapter::strip_str(&run_text(&plan, &run, Detail::Brief)).to_string();
        assert!(
            text.starts_with("team-handbook   partly done\n  1 operation done   1 failed"),
            "{text}"
        );
        assert!(
            text.contains("✗ op-2  copy t:/2  failed: the disk is full"),
            "{text}"
        );
        assert!(!text.contains("op-1"), "{text}");
        assert!(run_text(&plan, &run, Detail::Full).contains("op-1"));
        assert!(
            run_markdown(&plan, &run, Detail::Brief).contains("| op-3 | copy | t:/3 | skipped")
        );
    }

    #[test]
    fn a_long_run_tells_its_failures_first_and_counts_the_rest() {
        let copies: Vec<String> = (1..=60).map(|n| format!("copy s:/{n} t:/{n}")).collect();
        let copies: Vec<&str> = copies.iter().map(String::as_str).collect();
        let plan = sample::plan(&copies);
        let failed = |number| Fact::Failed {
            operation: OperationId(number),
            kind: "quota".to_owned(),
            message: "the disk is full".to_owned(),
        };
        let differs = |number| Fact::Differs {
            target: address(&format!("t:/{number}")),
            message: "it is not there".to_owned(),
        };
        let facts = [50, 60].map(failed).into_iter();
        let run = RunSummary::of(
            &plan,
            &records(facts.chain((1..=25).map(differs)).collect()),
        );
        let brief = anstream::adapter::strip_str(&run_text(&plan, &run, Detail::Brief)).to_string();
        let lines: Vec<&str> = brief.lines().collect();
        assert_eq!(lines.len(), 2 + TOLD + TOLD + 2, "{brief}");
        assert!(lines[19].contains("op-18"), "{brief}");
        assert!(lines[20].contains("✗ op-50"), "{brief}");
        assert!(lines[21].contains("✗ op-60"), "{brief}");
        assert!(
            lines[42].contains("40 more not done; `-v` lists each"),
            "{brief}"
        );
        assert!(lines[43].contains("5 more not as planned"), "{brief}");
        let full = run_text(&plan, &run, Detail::Full);
        assert_eq!(full.lines().count(), 2 + 60 + 25, "{full}");
        let markdown = run_markdown(&plan, &run, Detail::Brief);
        assert!(
            markdown.ends_with(
                "\n40 more not done; `-v` lists each\n\n5 more not as planned; `-v` lists each\n"
            ),
            "{markdown}"
        );
        assert_eq!(
            markdown
                .lines()
                .filter(|line| line.starts_with("| op-"))
                .count(),
            TOLD
        );
    }
}
