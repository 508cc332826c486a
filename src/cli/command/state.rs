//! `state list` and `state show`: the records of what was placed.

use serde::Serialize;

use crate::cli::args::{Format, State as StateArguments, StateList, StatePlace, StateShow};
use crate::cli::error::CommandError;
use crate::cli::exit::ExitCode;
use crate::cli::manifests::state_folder;
use crate::cli::output::Output;
use crate::report::{headed_json, record_text, state_markdown, state_text};
use crate::state::{Lineage, Provenance, State};
use crate::store::StateStore;
use crate::tree::Address;

/// Shows one record or all.
pub(crate) fn state(arguments: &StateArguments, output: Output) -> Result<ExitCode, CommandError> {
    match arguments {
        StateArguments::List(arguments) => list(arguments, output),
        StateArguments::Show(arguments) => show(arguments, output),
    }
}

#[derive(Serialize)]
struct Records<'a> {
    lineage: &'a Lineage,
    serial: u64,
    records: Vec<Row<'a>>,
}

#[derive(Serialize)]
struct Row<'a> {
    entry: String,
    #[serde(flatten)]
    record: &'a Provenance,
}

fn list(arguments: &StateList, output: Output) -> Result<ExitCode, CommandError> {
    let state = load(&arguments.remembering.state, output)?;
    output.answer(&arguments.remembering.reporting, &|format, out| {
        let text = match format {
            Format::Text => state_text(&state),
            Format::Markdown => state_markdown(&state),
            Format::Json => headed_json("reshelve-records", &records(&state, state.records.iter())),
        };
        out.write_all(text.as_bytes())
    })?;
    Ok(ExitCode::Done)
}

fn show(arguments: &StateShow, output: Output) -> Result<ExitCode, CommandError> {
    let address = Address::parse(&arguments.address)
        .map_err(|error| CommandError::new(ExitCode::Wrong, error))?;
    let state = load(&arguments.remembering.state, output)?;
    let Some(record) = state.records.get(&address) else {
        let message = format!("the state has no record of `{address}`");
        return Err(CommandError::new(ExitCode::Failed, message)
            .hint("`reshelve state list` shows all records"));
    };
    output.answer(&arguments.remembering.reporting, &|format, out| {
        let text = match format {
            Format::Text | Format::Markdown => record_text(&address, record),
            Format::Json => {
                let only = records(&state, std::iter::once((&address, record)));
                headed_json("reshelve-records", &only)
            }
        };
        out.write_all(text.as_bytes())
    })?;
    Ok(ExitCode::Done)
}

fn records<'a>(
    state: &'a State,
    records: impl Iterator<Item = (&'a Address, &'a Provenance)>,
) -> Records<'a> {
    let row = |(address, record): (&Address, &'a Provenance)| Row {
        entry: address.to_string(),
        record,
    };
    Records {
        lineage: &state.lineage,
        serial: state.serial,
        records: records.map(row).collect(),
    }
}

fn load(place: &StatePlace, output: Output) -> Result<State, CommandError> {
    let folder = state_folder(place.folder.as_ref());
    let shown = folder.path().display().to_string();
    let Some(loaded) = StateStore::new(folder).load()? else {
        let message = format!("there is no state in `{shown}`");
        return Err(CommandError::new(ExitCode::Failed, message).hint(
            "it is written by the first `reshelve apply`; `--state DIR` names another folder",
        ));
    };
    if let Some(recovery) = &loaded.recovery {
        output.remark(&format!("warning: {recovery}"));
    }
    Ok(loaded.state)
}
