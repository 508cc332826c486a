//! `explain`: why one entry is planned as it is. Reads only.

use crate::cli::args::{Acceptance, Explain, Format};
use crate::cli::error::CommandError;
use crate::cli::exit::ExitCode;
use crate::cli::manifests::ManifestSet;
use crate::cli::output::Output;
use crate::cli::session::{Planned, Wanted, plan_for};
use crate::cli::spaces::Spaces;
use crate::cli::surroundings::Surroundings;
use crate::cli::target;
use crate::manifest::nearest;
use crate::plan::{self, Explanation, Plan, PlanInput, UnknownPath};
use crate::report::{explanation_json, explanation_markdown, explanation_text};
use crate::store::load_plan;
use crate::tree::{Address, SpaceAlias};

/// Plans as `plan` does, or reads a saved plan, and says all that there is to say of one entry.
pub(crate) async fn explain(
    arguments: &Explain,
    around: &Surroundings,
    output: Output,
) -> Result<ExitCode, CommandError> {
    let address = Address::parse(&arguments.entry).map_err(|error| {
        CommandError::new(ExitCode::Wrong, error)
            .hint("an entry is written `SPACE:/PATH`, for example `team:/Handbook/Leave.txt`")
    })?;
    let (plan, explanation) = match &arguments.plan {
        Some(file) => {
            let plan = load_plan(file)?;
            let aliases: Vec<&SpaceAlias> = plan.spaces.keys().collect();
            check_alias(&address, &aliases)?;
            let explanation = plan::explain_saved(&plan, &address);
            (plan, explanation)
        }
        None => explain_anew(&address, arguments, around, output).await?,
    };
    output.answer(&arguments.comparing.reporting, &|format, out| {
        let text = match format {
            Format::Text => explanation_text(&plan, &explanation, output.detail()),
            Format::Markdown => explanation_markdown(&plan, &explanation, output.detail()),
            Format::Json => explanation_json(&explanation),
        };
        out.write_all(text.as_bytes())
    })?;
    Ok(ExitCode::Done)
}

async fn explain_anew(
    address: &Address,
    arguments: &Explain,
    around: &Surroundings,
    output: Output,
) -> Result<(Plan, Explanation), CommandError> {
    let comparing = &arguments.comparing;
    let set = ManifestSet::load(&comparing.manifests, around)?;
    let defined = set.manifests.iter().flat_map(|it| it.spaces.keys());
    check_alias(address, &defined.collect::<Vec<_>>())?;
    let spaces = Spaces::observing(&set, &comparing.observation.inventory, around)?;
    let nothing_lifted = Acceptance { accept: Vec::new() };
    let wanted = Wanted {
        set: &set,
        observation: &comparing.observation,
        acceptance: &nothing_lifted,
    };
    let planned = plan_for(wanted, &spaces, around, output).await?;
    let selected = target::select(&set.manifests, &comparing.observation.selection.target)?;
    let Planned { plan, state, world } = planned;
    let input = PlanInput {
        manifests: &selected.manifests,
        observed: &world,
        recorded: &state,
        sheets: &spaces.sheets,
        accepted: &nothing_lifted.accept.iter().cloned().collect(),
        based_on: &plan.based_on,
        now: plan.created,
        reads: plan.cost.reads,
    };
    let explanation = plan::explain(&input, &plan, address).map_err(unknown)?;
    Ok((plan, explanation))
}

fn check_alias(address: &Address, aliases: &[&SpaceAlias]) -> Result<(), CommandError> {
    let space = &address.space;
    if aliases.contains(&space) {
        return Ok(());
    }
    let known: Vec<&str> = aliases.iter().map(|alias| alias.as_str()).collect();
    let message = format!("there is no space `{space}`");
    let error = CommandError::new(ExitCode::Wrong, message);
    Err(match nearest(space.as_str(), known.iter().copied()) {
        Some(near) => error.hint(format!("did you mean `{near}:{}`?", address.path)),
        None => error.hint(format!("there is {}", known.join(", "))),
    })
}

fn unknown(unknown: UnknownPath) -> CommandError {
    let error = CommandError::new(ExitCode::Failed, &unknown);
    match &unknown.nearest {
        Some(near) => error.hint(format!("did you mean `{near}`?")),
        None => error.hint(
            "only what placements can reach is observed; `reshelve inventory` shows all of a space",
        ),
    }
}
