//! Why one path is planned as it is, in words.

use super::diagnostics::{Detail, diagnostics_markdown, diagnostics_text};
use super::escape::{escape, escape_markdown};
use super::gap::reason_words;
use super::json::headed_json;
use super::layout::{bytes, columns, counted, thousands};
use super::paint::Paint;
use crate::plan::{
    BatchId, Cause, Claim, Explanation, Operation, Plan, Row, Rule, Ruling, Sight, Step, Wait,
};
use crate::state::Proof;
use crate::tree::EntryKind;

/// How many operations of one path are shown in brief.
const SHOWN: usize = 10;

/// The explanation as text with colours.
pub fn explanation_text(plan: &Plan, explanation: &Explanation, detail: Detail) -> String {
    let title = escape(&explanation.address.to_string()).into_owned();
    let mut text = format!("{}\n\n", Paint::Heading.on(&title));
    let mut rows = Vec::new();
    for (heading, lines) in sections(plan, explanation, detail) {
        for (number, line) in lines.iter().enumerate() {
            let heading = if number == 0 { heading } else { "" };
            rows.push(vec![Paint::Heading.on(heading), escape(line).into_owned()]);
        }
    }
    text.push_str(&columns(&rows, "  ", 16));
    if !explanation.findings.is_empty() {
        text.push('\n');
        text.push_str(diagnostics_text(&explanation.findings, detail).trim_end());
        text.push('\n');
    }
    text
}

/// The explanation as Markdown, with the same content as the text.
pub fn explanation_markdown(plan: &Plan, explanation: &Explanation, detail: Detail) -> String {
    let title = escape_markdown(&explanation.address.to_string());
    let mut text = format!("## {title}\n");
    for (heading, lines) in sections(plan, explanation, detail) {
        text.push_str(&format!("\n**{heading}**\n\n"));
        let items = lines.iter().map(|line| escape_markdown(line));
        text.extend(items.map(|line| format!("- {line}\n")));
    }
    if !explanation.findings.is_empty() {
        text.push_str("\n**Findings**\n\n");
        text.push_str(&diagnostics_markdown(&explanation.findings, detail));
    }
    text
}

/// The explanation for machines.
pub fn explanation_json(explanation: &Explanation) -> String {
    headed_json("reshelve-explanation", explanation)
}

fn sections(
    plan: &Plan,
    explanation: &Explanation,
    detail: Detail,
) -> Vec<(&'static str, Vec<String>)> {
    let mut sections = vec![
        ("SPOKEN FOR", claim_lines(explanation)),
        ("OBSERVED", observed_lines(explanation)),
        ("DECIDED", ruling_lines(explanation)),
        ("CALLS", step_lines(plan, explanation, detail)),
        ("WHY NOT FEWER", bound_lines(plan, explanation)),
    ];
    // A saved plan alone does not hold who spoke and what was seen.
    let is_saved = explanation.claims.is_empty() && explanation.observed == Sight::Unknown;
    let is_told = |heading: &str| !is_saved || !matches!(heading, "SPOKEN FOR" | "OBSERVED");
    sections.retain(|(heading, lines)| !lines.is_empty() && is_told(heading));
    sections
}

fn claim_lines(explanation: &Explanation) -> Vec<String> {
    if explanation.claims.is_empty() {
        return vec!["nobody speaks of it".to_owned()];
    }
    explanation.claims.iter().map(claim_words).collect()
}

fn claim_words(claim: &Claim) -> String {
    let place = format!("{}:{}", claim.location.file, claim.location.line);
    let who = match &claim.placement {
        Some(placement) => format!("{placement} ({place})"),
        None => place,
    };
    let how = match &claim.rule {
        Rule::Target => "names it as a target".to_owned(),
        Rule::TargetOfMatch { pattern } => format!("places a match of `{pattern}` there"),
        Rule::BelowTarget { target } => format!("places the folder {target} with what is in it"),
        Rule::OnTheWay { target } => format!("needs it as a folder on the way to {target}"),
        Rule::Source => "names it as a source".to_owned(),
        Rule::Match { pattern } => format!("reads it as a match of `{pattern}`"),
        Rule::BelowSource { source } => format!("reads the folder {source} with what is in it"),
        Rule::Excluded { pattern } => format!("does not see it: `exclude` says `{pattern}`"),
        Rule::CarvedOut { at } => format!("leaves it to the placement that speaks of {at}"),
        Rule::Unwanted { pattern } => format!("wants nothing there: `absent` says `{pattern}`"),
        Rule::Protected { pattern } => format!("nothing may touch it: `protect` says `{pattern}`"),
    };
    format!("{who} {how}")
}

fn observed_lines(explanation: &Explanation) -> Vec<String> {
    let mut lines = vec![format!("here {}", sight_words(&explanation.observed))];
    let mut sources: Vec<String> = Vec::new();
    for source in explanation
        .rulings
        .iter()
        .filter_map(|it| it.source.as_ref())
    {
        let line = format!("at {} {}", source.address, sight_words(&source.observed));
        if source.address != explanation.address && !sources.contains(&line) {
            sources.push(line);
        }
    }
    lines.extend(sources);
    if let Some(placement) = &explanation.recorded_for {
        lines.push(format!("the state has a record of it for {placement}"));
    }
    lines
}

fn sight_words(sight: &Sight) -> String {
    match sight {
        Sight::Unknown => "was not looked at".to_owned(),
        Sight::Nothing => "is nothing".to_owned(),
        Sight::Entry {
            kind,
            bytes: size,
            modified,
        } => {
            let kind = match kind {
                EntryKind::File => format!("is a file of {}", bytes(*size)),
                EntryKind::Folder => "is a folder".to_owned(),
                EntryKind::Special => "is neither a file nor a folder".to_owned(),
            };
            match modified {
                Some(time) => format!("{kind}, changed {time}"),
                None => kind,
            }
        }
    }
}

fn ruling_lines(explanation: &Explanation) -> Vec<String> {
    if explanation.rulings.is_empty() {
        return vec!["nothing happens to it".to_owned()];
    }
    let lines = explanation.rulings.iter();
    lines
        .map(|ruling| ruling_words(ruling, explanation))
        .collect()
}

fn ruling_words(ruling: &Ruling, explanation: &Explanation) -> String {
    let (target, placement) = (&ruling.target, &ruling.placement.placement);
    let source = match &ruling.source {
        Some(source) => source.address.to_string(),
        None => "its source".to_owned(),
    };
    let stand_in = match &ruling.stand_in {
        Some(entry) => entry.to_string(),
        None => source.clone(),
    };
    let mut words = match ruling.row {
        Row::InPlace => "in place".to_owned(),
        Row::Adopted(Proof::Unverified) => {
            format!("in place: nothing tells it from {source}, so it is taken over, unverified")
        }
        Row::Adopted(_) => "in place, and taken over into the state without a call".to_owned(),
        Row::NotUpdated => format!("in place: {source} changed, and `update: never` stands"),
        Row::InPlaceBeside => format!("in place beside it, at {target}"),
        Row::Arrived => "in place: it was moved here, and its source is gone".to_owned(),
        Row::Missing => "missing, and placed".to_owned(),
        Row::Reused => {
            format!("missing: {stand_in} has its content and leaves anyway, so it moves")
        }
        Row::Strayed => format!("missing: others took it to {stand_in}, and it goes back"),
        Row::Parent => "missing, and made on the way to a target".to_owned(),
        Row::Changed => format!("placed again: {source} changed since"),
        Row::Overwritten => format!("something else is there, and {source} replaces it"),
        Row::Beside => format!("something else is there, and {source} goes beside it to {target}"),
        Row::Misplaced => format!("at its old place: it moves from {source} to {target}"),
        Row::Kept => "something else is there and stays: `on_conflict: keep`".to_owned(),
        Row::Conflict => "conflict: something else is there, and nobody said what then".to_owned(),
        Row::Special => "left out: its source is neither a file nor a folder".to_owned(),
        Row::Beyond => format!("there is no {source}, which does not matter for a copy or move"),
        Row::Extra => "extra: beyond its source, and it stays".to_owned(),
        Row::Pruned => "extra: beyond its source, and it goes".to_owned(),
        Row::Unwanted => "nothing shall be there, and it goes".to_owned(),
        Row::Emptied => "its entries moved away, and the emptied folder goes".to_owned(),
        Row::Leaves => format!("it leaves for {target}"),
        Row::Read => format!("it stays, and {target} gets its content"),
    };
    if let Some(why) = ruling.why {
        words.push_str(&format!("; {why}"));
    }
    if let Some(folder) = ruling
        .with
        .as_ref()
        .filter(|it| **it != explanation.address)
    {
        words.push_str(&format!("; the folder {folder} is handled as a whole"));
    }
    format!("{words} ({placement})")
}

fn step_lines(plan: &Plan, explanation: &Explanation, detail: Detail) -> Vec<String> {
    let steps = &explanation.steps;
    let most = match detail {
        Detail::Brief => SHOWN,
        Detail::Full => usize::MAX,
    };
    let mut lines: Vec<String> = Vec::new();
    for step in steps.iter().take(most) {
        lines.extend(
            plan.operation(step.operation)
                .map(|it| step_words(step, it)),
        );
        lines.extend(wait_lines(plan, step));
    }
    if steps.len() > most {
        let more = counted((steps.len() - most) as u64, "operation");
        lines.push(format!("… and {more} more; `-v` shows all"));
    }
    if explanation.below > 0 {
        let below = counted(explanation.below, "operation");
        lines.push(format!("{below} are about entries below it"));
    }
    if lines.is_empty() {
        lines.push("none".to_owned());
    }
    lines
}

fn step_words(step: &Step, operation: &Operation) -> String {
    let action = &operation.action;
    let what = match (action.from(), action.to()) {
        (Some(from), Some(to)) => format!("{} {from} to {to}", action.word()),
        (Some(place), None) | (None, Some(place)) => format!("{} {place}", action.word()),
        (None, None) => action.word().to_owned(),
    };
    let items = counted(step.items, "item");
    let (id, batch, call) = (operation.id, step.batch, &step.call);
    format!("{id} {what}, in {batch} ({call}, {items})")
}

fn wait_lines(plan: &Plan, step: &Step) -> Vec<String> {
    let batch = step.batch;
    if step.after.is_empty() {
        return vec![format!("  {batch} waits for no other call")];
    }
    let waits = step.waits.iter();
    let mut lines: Vec<String> = waits
        .map(|wait| format!("  {batch} waits for {}", wait_words(plan, wait)))
        .collect();
    // Removals come last, and entries beside one name come to it one after another.
    let told = |before: &&BatchId| step.waits.iter().any(|wait| wait.before == **before);
    let others = step.after.iter().filter(|before| !told(before));
    let others: Vec<String> = others.map(ToString::to_string).collect();
    if !others.is_empty() {
        lines.push(format!("  {batch} comes after {}", others.join(", ")));
    }
    lines
}

fn wait_words(plan: &Plan, wait: &Wait) -> String {
    let Wait {
        before,
        operation,
        other,
        ..
    } = wait;
    let place = |id| {
        let action = plan.operation(id).map(|operation| &operation.action);
        let place = action.and_then(|action| action.to().or(action.from()));
        place.map_or_else(|| "an entry".to_owned(), ToString::to_string)
    };
    let (mine, theirs) = (place(*operation), place(*other));
    let why = match wait.cause {
        Cause::Parent => format!("{mine} goes into a folder that {other} makes"),
        Cause::NameFreed => format!("{other} frees the name that {operation} takes, {mine}"),
        Cause::Lent => format!("{other} gives back the name {mine}, which the service may lend"),
        Cause::Beside => format!("{theirs} would be given the name of {mine} otherwise"),
        Cause::TargetRead => format!("{other} reads what {operation} changes"),
        Cause::SourceRead => format!("{other} reads what {operation} takes away"),
        Cause::Emptied => format!("{other} takes something out of {mine} before it goes"),
        Cause::Step => format!("{other} is the step before {operation}"),
        Cause::Expected => format!("{other} takes the name beside which {mine} is to stand"),
    };
    format!("{before}: {why}")
}

fn bound_lines(plan: &Plan, explanation: &Explanation) -> Vec<String> {
    if explanation.steps.is_empty() {
        return Vec::new();
    }
    let (calls, bound) = (explanation.calls, explanation.lower_bound);
    let counts = format!(
        "{}, lower bound {}",
        counted(calls, "call"),
        thousands(bound)
    );
    if calls == bound {
        return vec![format!("the plan takes {counts}: no plan takes fewer")];
    }
    let mut lines = vec![format!("the plan takes {counts}")];
    for gap in explanation
        .steps
        .iter()
        .filter_map(|step| step.gap.as_ref())
    {
        let line = format!(
            "{} is above the bound: {}",
            gap.batch,
            reason_words(plan, gap)
        );
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    if lines.len() == 1 {
        lines.push("none of the calls above the bound is about this path".to_owned());
    }
    lines
}
