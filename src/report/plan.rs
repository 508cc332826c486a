//! A plan as a reviewer reads it: risk first, changes by folder, then what it costs.

use super::diagnostics::{Detail, diagnostics_text};
use super::escape::escape;
use super::gap::gap_words;
use super::layout::{bytes, columns, counted, estimate, limit, minute, short_id, thousands};
use super::paint::Paint;
use super::rollup::{ChangeLine, one_by_one, rolled_up};
use crate::diagnostic::{Diagnostic, Severity};
use crate::plan::{CallCount, MonthlyBudget, Plan, Reading, Verdict};

/// The widest column that others line up to.
const WIDEST: usize = 48;

/// The plan as text with colours.
pub fn plan_text(plan: &Plan, detail: Detail) -> String {
    let mut text = headline(plan);
    text.push('\n');
    if plan.verdict() != Verdict::NothingToDo {
        text.push_str(&risk_line(plan));
    }
    text.push_str(&change_lines(plan, detail));
    text.push_str(&standing_line(plan));
    text.push('\n');
    text.push_str(&cost_line(plan, detail));
    text.push_str(&guards_line(plan));
    text.push_str(&findings(plan, detail));
    text
}

/// The manifests' names, for a headline.
pub(super) fn names(plan: &Plan) -> String {
    if plan.based_on.names.is_empty() {
        "plan".to_owned()
    } else {
        plan.based_on.names.join(", ")
    }
}

fn headline(plan: &Plan) -> String {
    let name = Paint::Heading.on(&escape(&names(plan)));
    let id = short_id(plan.id.as_str());
    match plan.verdict() {
        Verdict::NothingToDo => format!("{name}   nothing to do\n"),
        Verdict::Ready => {
            let until = minute(plan.expires);
            format!("{name}   plan {id}   valid until {until}\n")
        }
        Verdict::Refused => {
            let refused = Paint::Error.on("refused");
            let count = errors(plan);
            let stand = if count == 1 { "stands" } else { "stand" };
            let findings = counted(count, "finding");
            format!("{name}   plan {id}   {refused}: {findings} {stand} in the way\n")
        }
    }
}

/// How many findings stop the plan.
pub(super) fn errors(plan: &Plan) -> u64 {
    plan.findings.iter().filter(|it| it.is_error()).count() as u64
}

fn risk_line(plan: &Plan) -> String {
    format!(
        "  {}    {}\n",
        Paint::Heading.on("RISK"),
        risk_words(plan).join("   ")
    )
}

/// Overwritten, removed and conflicting entries, with their counts.
pub(super) fn risk_words(plan: &Plan) -> Vec<String> {
    let summary = &plan.summary;
    let word = |number: u64, noun: &str| {
        let text = counted(number, noun);
        if number == 0 {
            text
        } else {
            Paint::Change.on(&text)
        }
    };
    vec![
        word(summary.overwritten, "overwrite"),
        word(summary.removed, "removal"),
        word(summary.conflicts, "conflict"),
    ]
}

fn change_lines(plan: &Plan, detail: Detail) -> String {
    let lines = match detail {
        Detail::Brief => rolled_up(plan),
        Detail::Full => one_by_one(plan),
    };
    let rows: Vec<Vec<String>> = lines.iter().map(row).collect();
    let mut text = columns(&rows, "  ", WIDEST);
    if detail == Detail::Brief && lines.len() < plan.operations.len() {
        let operations = counted(plan.operations.len() as u64, "operation");
        let note = format!(
            "  {operations} in {}; `-v` lists each\n",
            counted(lines.len() as u64, "line")
        );
        text.push_str(&Paint::Faint.on(note.trim_end()));
        text.push('\n');
    }
    text
}

fn row(line: &ChangeLine) -> Vec<String> {
    let paint = line.mark.paint();
    let target = escape(&line.target);
    let mut row = vec![
        format!("{} {}", paint.on(line.mark.symbol()), target),
        line.what.clone(),
    ];
    if let Some(origin) = &line.origin {
        row.push(format!("from {}", escape(origin)));
    }
    row
}

fn standing_line(plan: &Plan) -> String {
    format!("  = {}\n", standing_words(plan))
}

/// What stays as it is: in place, adopted, kept, extra.
pub(super) fn standing_words(plan: &Plan) -> String {
    let summary = &plan.summary;
    let mut text = format!("{} in place", thousands(summary.in_place));
    if summary.adopted > 0 {
        text.push_str(&format!(", {} of them adopted", thousands(summary.adopted)));
    }
    if summary.unverified > 0 {
        let count = thousands(summary.unverified);
        text.push_str(&format!(", {count} of them unverified (no fingerprint)"));
    }
    if summary.kept > 0 {
        text.push_str(&format!(", {} kept as found", thousands(summary.kept)));
    }
    if summary.extra > 0 {
        let count = thousands(summary.extra);
        text.push_str(&format!(", {count} beyond the source left alone"));
    }
    text
}

fn cost_line(plan: &Plan, detail: Detail) -> String {
    let words = cost_words(plan).join("   ");
    let mut text = format!("  {}    {words}\n", Paint::Heading.on("COST"));
    for line in cost_details(plan, detail) {
        text.push_str(&format!("          {line}\n"));
    }
    text
}

/// Calls, their lower bound, time, reads and bytes.
pub(super) fn cost_words(plan: &Plan) -> Vec<String> {
    let cost = &plan.cost;
    let calls = counted(cost.calls, "call");
    let mut words = vec![format!(
        "{calls}, lower bound {}",
        thousands(cost.lower_bound)
    )];
    if cost.calls > 0 {
        words.push(estimate(cost.seconds));
    }
    words.push(format!("{} used", counted(cost.reads, "read")));
    words.push(format!("{} through this machine", bytes(cost.bytes)));
    words
}

/// What the cost is made of, a line each: calls by kind, what is above the bound, reads, and the
/// share of monthly budgets.
pub(super) fn cost_details(plan: &Plan, detail: Detail) -> Vec<String> {
    let gaps = gap_words(plan, detail).into_iter();
    let gaps = gaps.map(|words| format!("above the bound: {words}"));
    kind_words(plan)
        .into_iter()
        .chain(gaps)
        .chain(reading_words(plan))
        .chain(monthly_words(plan))
        .collect()
}

/// The calls by kind, where there are several kinds.
fn kind_words(plan: &Plan) -> Option<String> {
    let kinds = &plan.cost.calls_by_kind;
    let mut providers: Vec<&str> = kinds.iter().map(|kind| &*kind.provider).collect();
    providers.sort_unstable();
    providers.dedup();
    let word = |kind: &CallCount| {
        let words = format!("{} {}", thousands(kind.calls), escape(&kind.call));
        match providers.len() {
            ..2 => words,
            2.. => format!("{words} of {}", escape(&kind.provider)),
        }
    };
    let words: Vec<String> = kinds.iter().map(word).collect();
    (kinds.len() > 1).then(|| words.join(", "))
}

/// How each space was read that can be read in several ways, and why.
fn reading_words(plan: &Plan) -> Vec<String> {
    let chosen = plan.cost.readings.iter().filter(|it| !it.why.is_empty());
    chosen.map(reading).collect()
}

fn reading(reading: &Reading) -> String {
    let (space, way) = (&reading.space, reading.way.words());
    let made = counted(reading.made, "call");
    let expected = match reading.expected {
        Some(calls) => format!(", {} expected", thousands(calls)),
        None => String::new(),
    };
    format!(
        "{space} read {way}: {made}{expected} ({})",
        escape(&reading.why)
    )
}

/// What a plan and its reads take of the calls that each account has in a month.
fn monthly_words(plan: &Plan) -> Vec<String> {
    plan.cost.monthly.iter().map(share).collect()
}

fn share(budget: &MonthlyBudget) -> String {
    let provider = escape(&budget.provider);
    let (calls, of) = (thousands(budget.calls), thousands(budget.of));
    let percent = budget.calls as f64 * 100.0 / budget.of.max(1) as f64;
    format!("{calls} of {of} calls a month of {provider}, {percent:.1} %")
}

fn guards_line(plan: &Plan) -> String {
    let words = guard_words(plan);
    if words.is_empty() {
        return String::new();
    }
    format!("  {}  {}\n", Paint::Heading.on("GUARDS"), words.join("   "))
}

/// Each guard with what the plan needs of it.
pub(super) fn guard_words(plan: &Plan) -> Vec<String> {
    let readings = plan.summary.guards.iter();
    readings
        .map(|reading| {
            let measured = thousands(reading.measured);
            let guard = escape(&reading.guard);
            format!("{guard} {measured} of {}", limit(reading.limit))
        })
        .collect()
}

fn findings(plan: &Plan, detail: Detail) -> String {
    let shown: Vec<Diagnostic> = match detail {
        Detail::Full => plan.findings.clone(),
        Detail::Brief => {
            let loud = |it: &&Diagnostic| it.severity != Severity::Note;
            plan.findings.iter().filter(loud).cloned().collect()
        }
    };
    let quiet = (plan.findings.len() - shown.len()) as u64;
    let mut text = String::new();
    if !shown.is_empty() {
        text.push('\n');
        text.push_str(diagnostics_text(&shown, detail).trim_end());
        text.push('\n');
    }
    if quiet > 0 {
        let note = format!("  {}; `-v` shows them", counted(quiet, "further note"));
        text.push_str(&Paint::Faint.on(&note));
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
    use super::super::sample;
    use super::*;
    use crate::manifest::Limit;
    use crate::plan::{
        BatchId, Gap, GapReason, GuardReading, MonthlyBudget, OperationId, Plan, Way,
    };
    use crate::tree::SpaceAlias;

    fn filled() -> Plan {
        let mut plan = sample::plan(&[
            "mkdir team:/Handbook/Policies",
            "copy source:/Policies/a team:/Handbook/Policies/a",
            "copy source:/Policies/b team:/Handbook/Policies/b",
            "copy-changed source:/Leave.docx team:/Handbook/Leave.docx",
            "move ops:/daily/1 vault:/archive/1",
        ]);
        plan.summary.in_place = 1311;
        plan.summary.adopted = 9;
        plan.summary.unverified = 4;
        plan.summary.overwritten = 1;
        plan.summary.guards = vec![GuardReading {
            guard: "max_removes".to_owned(),
            measured: 0,
            limit: Limit::Share(3000),
        }];
        plan.cost.calls = 4;
        plan.cost.lower_bound = 3;
        plan.cost.gap_reasons = vec![GapReason {
            batch: BatchId(2),
            reason: Gap::NameFreed,
            operations: vec![OperationId(5)],
            waits_for: Some(OperationId(2)),
        }];
        let kind = |call: &str, calls| CallCount {
            provider: "drive".to_owned(),
            call: call.to_owned(),
            calls,
        };
        plan.cost.calls_by_kind = vec![kind("batchCopy", 3), kind("batchMove", 1)];
        plan.cost.reads = 34;
        let reading = |space: &str, way, expected, made, why: &str| Reading {
            space: SpaceAlias::parse(space).unwrap(),
            way,
            expected,
            made,
            given_up: 0,
            why: why.to_owned(),
        };
        plan.cost.readings = vec![
            reading("ops", Way::Flat, None, 1, "everything in it is needed"),
            reading("source", Way::ByFolder, None, 2, ""),
            reading(
                "vault",
                Way::ById,
                Some(1034),
                1031,
                "listing takes 2040 or more",
            ),
        ];
        plan.cost.seconds = 54.0;
        plan.cost.monthly = vec![MonthlyBudget {
            provider: "drive".to_owned(),
            calls: 38,
            of: 5000,
        }];
        plan
    }

    fn plain(text: &str) -> String {
        anstream::adapter::strip_str(text).to_string()
    }

    #[test]
    fn a_reviewer_reads_risk_changes_and_cost() {
        let text = plain(&plan_text(&filled(), Detail::Brief));
        insta::assert_snapshot!(text, @r"
        team-handbook   plan 7f3c0000…e1   valid until 2026-09-22 14:13 UTC

          RISK    1 overwrite   0 removals   0 conflicts
          ~ team:/Handbook/Leave.docx  changed at the source 2 days ago  from source:/Leave.docx
          + team:/Handbook/Policies/   2 files copied, 1 folder created  from source:/Policies/
          > vault:/archive/1           moved                             from ops:/daily/1
          5 operations in 3 lines; `-v` lists each
          = 1,311 in place, 9 of them adopted, 4 of them unverified (no fingerprint)

          COST    4 calls, lower bound 3   ~54 s   34 reads used   0 bytes through this machine
                  3 batchCopy, 1 batchMove
                  above the bound: 1 call: source:/Policies/a on its way to team:/Handbook/Policies/a had to free a name before ops:/daily/1 on its way to vault:/archive/1 takes it
                  ops read in one flat listing: 1 call (everything in it is needed)
                  vault read by id: 1,031 calls, 1,034 expected (listing takes 2040 or more)
                  38 of 5,000 calls a month of drive, 0.8 %
          GUARDS  max_removes 0 of 30 %
        ");
    }

    #[test]
    fn a_refused_plan_says_what_stands_in_the_way() {
        let mut plan = filled();
        let conflict = Diagnostic::error("conflict", "the name is taken", "Both differ.");
        plan.findings = vec![
            conflict.about("team:/Handbook/a\u{1b}[2J"),
            Diagnostic::note("special", "left alone", "A socket."),
        ];
        plan.operations.clear();
        let text = plain(&plan_text(&plan, Detail::Brief));
        insta::assert_snapshot!(text, @r"
        team-handbook   plan 7f3c0000…e1   refused: 1 finding stands in the way

          RISK    1 overwrite   0 removals   0 conflicts
          = 1,311 in place, 9 of them adopted, 4 of them unverified (no fingerprint)

          COST    4 calls, lower bound 3   ~54 s   34 reads used   0 bytes through this machine
                  3 batchCopy, 1 batchMove
                  above the bound: 1 call: an entry had to free a name before an entry takes it
                  ops read in one flat listing: 1 call (everything in it is needed)
                  vault read by id: 1,031 calls, 1,034 expected (listing takes 2040 or more)
                  38 of 5,000 calls a month of drive, 0.8 %
          GUARDS  max_removes 0 of 30 %

        error[conflict]: the name is taken
         |
         = entry: team:/Handbook/a\u{1b}[2J
         = note: Both differ.
          1 further note; `-v` shows them
        ");
    }

    #[test]
    fn nothing_to_do_is_said_first() {
        let mut plan = sample::plan(&[]);
        plan.summary.in_place = 3;
        let text = plain(&plan_text(&plan, Detail::Brief));
        insta::assert_snapshot!(text, @r"
        team-handbook   nothing to do

          = 3 in place

          COST    0 calls, lower bound 0   0 reads used   0 bytes through this machine
        ");
    }
}
