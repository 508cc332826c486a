//! `drift`: what others changed, and what is not as wanted. Reads only, the state included.

use std::collections::BTreeMap;

use crate::cli::args::{Acceptance, Drift, Format};
use crate::cli::error::CommandError;
use crate::cli::exit::ExitCode;
use crate::cli::output::Output;
use crate::cli::session::compare;
use crate::cli::surroundings::Surroundings;
use crate::diagnostic::Diagnostic;
use crate::drift::{DriftInput, SourceFate, detect};
use crate::manifest::{Manifest, Wish};
use crate::plan::Plan;
use crate::report::{diagnostics_text, drift_json, drift_markdown, drift_text};
use crate::state::PlacementRef;

/// Observes, compares three ways, shows.
pub(crate) async fn drift(
    arguments: &Drift,
    around: &Surroundings,
    output: Output,
) -> Result<ExitCode, CommandError> {
    let nothing_lifted = Acceptance { accept: Vec::new() };
    let comparing = &arguments.comparing;
    let (set, planned) = compare(comparing, &nothing_lifted, around, output).await?;
    let report = detect(DriftInput {
        state: &planned.state,
        observed: &planned.world,
        plan: &planned.plan,
        placements: &placements(&set.manifests),
    });
    let refusals = refusals(&planned.plan);
    if !refusals.is_empty() {
        output.remark(diagnostics_text(&refusals, output.detail()).trim_end());
    }
    let now = around.clock.now();
    output.answer(&comparing.reporting, &|format, out| {
        let text = match format {
            Format::Text => drift_text(&report, now, output.detail()),
            Format::Markdown => drift_markdown(&report, now, output.detail()),
            Format::Json => drift_json(&report),
        };
        out.write_all(text.as_bytes())
    })?;
    if report.differs(&arguments.fail_on.iter().copied().collect()) {
        Ok(ExitCode::Differs)
    } else {
        Ok(ExitCode::Done)
    }
}

/// What would refuse a plan and is no drift: it would be unfair to find that out only later.
fn refusals(plan: &Plan) -> Vec<Diagnostic> {
    let told = ["conflict", "not-replaceable", "blocked", "missing-source"];
    let untold = |finding: &&Diagnostic| finding.is_error() && !told.contains(&&*finding.code);
    plan.findings.iter().filter(untold).cloned().collect()
}

fn placements(manifests: &[Manifest]) -> BTreeMap<PlacementRef, SourceFate> {
    let mut fates = BTreeMap::new();
    for manifest in manifests {
        for placement in &manifest.placements {
            let reference = PlacementRef {
                manifest: manifest.name.as_str().into(),
                placement: placement.id.as_str().into(),
            };
            let fate = match placement.wish {
                Wish::Move(..) => SourceFate::Leaves,
                Wish::Copy(..) | Wish::Mirror(..) | Wish::Folder(_) | Wish::Absent(..) => {
                    SourceFate::Stays
                }
            };
            fates.insert(reference, fate);
        }
    }
    fates
}
