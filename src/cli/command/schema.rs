//! `schema`: the JSON Schema of a file format.

use crate::cli::args::{Schema, SchemaKind};
use crate::cli::error::CommandError;
use crate::cli::exit::ExitCode;
use crate::cli::output::Output;
use crate::manifest;

/// Prints the schema, as editors read it.
pub(crate) fn schema(arguments: &Schema, output: Output) -> Result<ExitCode, CommandError> {
    output.text(&text_of(arguments.kind)?)?;
    Ok(ExitCode::Done)
}

/// The schema with a line end.
pub(crate) fn text_of(kind: SchemaKind) -> Result<String, CommandError> {
    let schema = match kind {
        SchemaKind::Manifest => manifest::schema(),
    };
    let mut text = serde_json::to_string_pretty(&schema).map_err(anyhow::Error::new)?;
    text.push('\n');
    Ok(text)
}
