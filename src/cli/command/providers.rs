//! `providers`: what there is, and what each can do.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use serde::Serialize;

use crate::cli::args::{Format, Providers};
use crate::cli::error::CommandError;
use crate::cli::exit::ExitCode;
use crate::cli::output::Output;
use crate::plan::Capabilities;
use crate::provider::layer::SystemPause;
use crate::provider::{self, NoProfiles, Opening, SpaceKeys};
use crate::report::{escape, headed_json};
use crate::tree::SpaceAlias;

/// Lists the providers, or shows one capability sheet.
pub(crate) fn providers(arguments: &Providers, output: Output) -> Result<ExitCode, CommandError> {
    let Some(name) = &arguments.name else {
        return list(arguments, output);
    };
    let sheet = sheet(name)?;
    output.answer(&arguments.reporting, &|format, out| {
        let text = match format {
            Format::Json => headed_json("reshelve-sheet", &sheet),
            Format::Text => sheet_rows(&sheet, "", "  "),
            Format::Markdown => format!("| | |\n|---|---|\n{}", sheet_rows(&sheet, "| ", " | ")),
        };
        out.write_all(text.as_bytes())
    })?;
    Ok(ExitCode::Done)
}

#[derive(Serialize)]
struct List {
    providers: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    name: &'static str,
    required: &'static [&'static str],
    optional: &'static [&'static str],
}

fn list(arguments: &Providers, output: Output) -> Result<ExitCode, CommandError> {
    let row = |keys: &SpaceKeys| Row {
        name: keys.name,
        required: keys.required,
        optional: keys.optional,
    };
    let list = List {
        providers: provider::providers().iter().map(row).collect(),
    };
    output.answer(&arguments.reporting, &|format, out| {
        if format == Format::Json {
            return out.write_all(headed_json("reshelve-providers", &list).as_bytes());
        }
        for row in &list.providers {
            let mut keys: Vec<String> = row.required.iter().map(|&key| key.to_owned()).collect();
            keys.extend(row.optional.iter().map(|key| format!("[{key}]")));
            let bullet = if format == Format::Markdown { "- " } else { "" };
            writeln!(
                out,
                "{bullet}{}  keys of a space: {}",
                row.name,
                keys.join(", ")
            )?;
        }
        Ok(())
    })?;
    Ok(ExitCode::Done)
}

/// The sheet of a provider, read for the current folder where the provider has folders.
fn sheet(name: &str) -> Result<Capabilities, CommandError> {
    let known = provider::providers().iter().find(|keys| keys.name == name);
    let Some(keys) = known else {
        let names: Vec<&str> = provider::providers().iter().map(|keys| keys.name).collect();
        let message = format!("there is no provider `{name}`");
        return Err(CommandError::new(ExitCode::Wrong, message)
            .hint(format!("there is {}", names.join(", "))));
    };
    let alias = SpaceAlias::parse("sheet").map_err(anyhow::Error::new)?;
    let values = keys
        .required
        .iter()
        .map(|&key| (key.to_owned(), ".".to_owned()));
    let spaces = BTreeMap::from([(alias.clone(), values.collect())]);
    let provider = provider::open(
        name,
        &Opening {
            spaces: &spaces,
            base: Path::new(""),
            profile: name,
            profiles: Arc::new(NoProfiles),
            calls_per_second: None,
            pause: Arc::new(SystemPause),
        },
    )?;
    Ok(provider.capabilities(&alias)?)
}

/// The fields of the sheet as its JSON names them, one a line.
fn sheet_rows(sheet: &Capabilities, before: &str, between: &str) -> String {
    let fields = match serde_json::to_value(sheet) {
        Ok(serde_json::Value::Object(fields)) => fields,
        Ok(_) | Err(_) => serde_json::Map::new(),
    };
    let after = before.chars().rev().collect::<String>();
    let mut text = String::new();
    for (name, value) in fields {
        let shown = value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned);
        let value = escape(&shown).into_owned();
        text.push_str(&format!("{before}{name}{between}{value}{after}\n"));
    }
    text
}
