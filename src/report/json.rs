//! Reports for machines: one JSON object with format and version.

use serde::Serialize;

use super::apply::RunSummary;
use crate::diagnostic::Diagnostic;
use crate::drift::DriftReport;

/// What stands at the head of every report.
#[derive(Serialize)]
struct Headed<'a, T: Serialize> {
    format: &'static str,
    version: u32,
    #[serde(flatten)]
    body: &'a T,
}

#[derive(Serialize)]
struct Findings<'a> {
    valid: bool,
    findings: &'a [Diagnostic],
}

/// Any value as a report: indented JSON with a line end.
///
/// The values that reports are made of always have a JSON form: their maps have text as keys.
pub fn headed_json<T: Serialize>(format: &'static str, body: &T) -> String {
    let headed = Headed {
        format,
        version: 1,
        body,
    };
    let mut text = serde_json::to_string_pretty(&headed)
        .unwrap_or_else(|error| format!("{{\"error\": \"this has no JSON form: {error}\"}}"));
    text.push('\n');
    text
}

/// What `validate` found.
pub fn diagnostics_json(findings: &[Diagnostic]) -> String {
    let valid = !findings.iter().any(Diagnostic::is_error);
    headed_json("reshelve-findings", &Findings { valid, findings })
}

/// What drifted.
pub fn drift_json(report: &DriftReport) -> String {
    headed_json("reshelve-drift", report)
}

/// How a run went.
pub fn run_json(run: &RunSummary) -> String {
    headed_json("reshelve-run", run)
}
