//! A plan as Markdown, for a comment on a proposed change.

use super::diagnostics::{Detail, diagnostics_markdown};
use super::escape::escape_markdown;
use super::layout::{counted, minute, short_id};
use super::plan::{
    cost_details, cost_words, errors, guard_words, names, risk_words, standing_words,
};
use super::rollup::{ChangeLine, one_by_one, rolled_up};
use crate::plan::{Plan, Verdict};

/// The plan with the same content as the text.
pub fn plan_markdown(plan: &Plan, detail: Detail) -> String {
    let mut text = headline(plan);
    let risk = anstream::adapter::strip_str(&risk_words(plan).join(" · ")).to_string();
    text.push_str(&format!("\n**Risk** {risk}\n\n"));
    let lines = match detail {
        Detail::Brief => rolled_up(plan),
        Detail::Full => one_by_one(plan),
    };
    if !lines.is_empty() {
        text.push_str("| | entry | change | from |\n|---|---|---|---|\n");
    }
    text.extend(lines.iter().map(row));
    if lines.len() < plan.operations.len() {
        let operations = counted(plan.operations.len() as u64, "operation");
        let shown = counted(lines.len() as u64, "line");
        text.push_str(&format!("\n{operations} in {shown}; `-v` lists each\n"));
    }
    if !lines.is_empty() {
        text.push('\n');
    }
    text.push_str(&format!("{}\n\n", standing_words(plan)));
    let cost = cost_words(plan).join(" · ");
    text.push_str(&format!("**Cost** {}\n", escape_markdown(&cost)));
    for line in cost_details(plan, detail) {
        text.push_str(&format!("- {}\n", escape_markdown(&line)));
    }
    let guards = guard_words(plan);
    if !guards.is_empty() {
        let guards = escape_markdown(&guards.join(" · "));
        text.push_str(&format!("\n**Guards** {guards}\n"));
    }
    if !plan.findings.is_empty() {
        text.push_str("\n**Findings**\n\n");
        text.push_str(&diagnostics_markdown(&plan.findings, detail));
    }
    text
}

fn headline(plan: &Plan) -> String {
    let name = escape_markdown(&names(plan));
    let id = short_id(plan.id.as_str());
    match plan.verdict() {
        Verdict::NothingToDo => format!("## {name}: nothing to do\n"),
        Verdict::Ready => {
            let until = minute(plan.expires);
            format!("## {name}: plan {id}, valid until {until}\n")
        }
        Verdict::Refused => {
            let findings = counted(errors(plan), "finding");
            format!("## {name}: plan {id} refused, {findings} in the way\n")
        }
    }
}

fn row(line: &ChangeLine) -> String {
    let target = escape_markdown(&line.target);
    let origin = line
        .origin
        .as_deref()
        .map_or_else(String::new, escape_markdown);
    format!(
        "| `{}` | {target} | {} | {origin} |\n",
        line.mark.symbol(),
        line.what
    )
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
    use super::super::sample;
    use super::*;

    #[test]
    fn a_plan_is_a_table_in_which_names_have_no_meaning() {
        let mut plan = sample::plan(&["copy s:/a|b t:/<i>*x*", "remove t:/old"]);
        plan.cost.readings = vec![crate::plan::Reading {
            space: crate::tree::SpaceAlias::parse("vault").unwrap(),
            way: crate::plan::Way::ById,
            expected: Some(34),
            made: 35,
            given_up: 0,
            why: "listing takes 102 or more".to_owned(),
        }];
        plan.cost.monthly = vec![crate::plan::MonthlyBudget {
            provider: "drive".to_owned(),
            calls: 38,
            of: 5000,
        }];
        insta::assert_snapshot!(plan_markdown(&plan, Detail::Brief), @r"
        ## team-handbook: plan 7f3c0000…e1, valid until 2026-09-22 14:13 UTC

        **Risk** 0 overwrites · 0 removals · 0 conflicts

        | | entry | change | from |
        |---|---|---|---|
        | `-` | t:/old | removed to the bin |  |
        | `+` | t:/&lt;i&gt;\*x\* | copied | s:/a\|b |

        0 in place

        **Cost** 0 calls, lower bound 0 · 0 reads used · 0 bytes through this machine
        - vault read by id: 35 calls, 34 expected \(listing takes 102 or more\)
        - 38 of 5,000 calls a month of drive, 0.8 %
        ");
    }
}
