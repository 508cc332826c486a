//! Groups of flags that several commands share, and the values that flags take.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use clap::{Args, ValueEnum};

/// Which manifests, with which values.
#[derive(Debug, Clone, Args)]
pub(crate) struct Manifests {
    /// Manifests, or folders of them (`*.yaml`, `*.yml`); `-` is stdin [default: reshelve.yaml]
    #[arg(value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    /// Give a variable of the manifest a value
    #[arg(long = "var", value_name = "NAME=VALUE")]
    pub(crate) variables: Vec<Assignment>,
    /// Where state and journals are
    #[command(flatten)]
    pub(crate) state: StatePlace,
}

/// Where state and journals are.
#[derive(Debug, Clone, Args)]
pub(crate) struct StatePlace {
    /// The folder of state and journals [default: `.reshelve` beside the first manifest]
    #[arg(long = "state", value_name = "DIR")]
    pub(crate) folder: Option<PathBuf>,
}

/// What to look at.
#[derive(Debug, Clone, Args)]
pub(crate) struct Observation {
    /// Observe from a snapshot of `reshelve inventory` instead of the storage; may be repeated
    #[arg(long, value_name = "FILE")]
    pub(crate) inventory: Vec<PathBuf>,
    /// Which placements
    #[command(flatten)]
    pub(crate) selection: Selection,
}

/// Which placements.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct Selection {
    /// Only placements whose target matches, for example `team:/Handbook/**`; may be repeated
    #[arg(long, value_name = "GLOB")]
    pub(crate) target: Vec<String>,
}

/// What commands share that compare manifests with what is there, and change nothing.
#[derive(Debug, Clone, Args)]
pub(crate) struct Comparing {
    /// What to read
    #[command(flatten)]
    pub(crate) manifests: Manifests,
    /// What to look at
    #[command(flatten)]
    pub(crate) observation: Observation,
    /// How to answer
    #[command(flatten)]
    pub(crate) reporting: Reporting,
}

/// What commands share that speak of earlier runs.
#[derive(Debug, Clone, Args)]
pub(crate) struct Remembering {
    /// Where the runs are kept
    #[command(flatten)]
    pub(crate) state: StatePlace,
    /// How to answer
    #[command(flatten)]
    pub(crate) reporting: Reporting,
}

/// Which guards to lift.
#[derive(Debug, Clone, Args)]
pub(crate) struct Acceptance {
    /// Lift one guard for this plan, for example `max_removes`; may be repeated
    #[arg(long, value_name = "GUARD", value_parser = GUARDS)]
    pub(crate) accept: Vec<String>,
}

/// The guards that a manifest can set.
const GUARDS: [&str; 5] = [
    "max_removes",
    "max_overwrites",
    "max_moves",
    "max_calls",
    "max_time",
];

/// How to answer.
#[derive(Debug, Clone, Args)]
pub(crate) struct Reporting {
    /// The format of the answer on stdout
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: Format,
    /// Write the answer to a file as well; may be repeated
    #[arg(long, value_name = "FORMAT=FILE")]
    pub(crate) output: Vec<Sink>,
}

/// A format of answers
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people, in a terminal
    Text,
    /// For machines
    Json,
    /// For people, in a comment
    Markdown,
}

/// When to use colours
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal, unless `NO_COLOR` is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// A file format with a schema
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum SchemaKind {
    /// Manifests
    Manifest,
}

/// How much a command says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verbosity {
    /// The answer and errors.
    Quiet,
    /// Counts instead of long lists.
    Normal,
    /// Everything.
    Verbose,
}

/// `NAME=VALUE`
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Assignment {
    /// Before the first `=`.
    pub(crate) name: String,
    /// After it.
    pub(crate) value: String,
}

/// `FORMAT=FILE`
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sink {
    /// The format.
    pub(crate) format: Format,
    /// The file.
    pub(crate) path: PathBuf,
}

impl Observation {
    /// The selected placements as they are in the storage.
    pub(crate) fn of_storage(selection: Selection) -> Self {
        Self {
            inventory: Vec::new(),
            selection,
        }
    }
}

impl Reporting {
    /// The files that the answer goes to besides stdout.
    pub(crate) fn files(&self) -> impl Iterator<Item = &Path> {
        self.output.iter().map(|sink| sink.path.as_path())
    }
}

impl FromStr for Assignment {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once('=') {
            Some((name, value)) if !name.is_empty() => Ok(Self {
                name: name.to_owned(),
                value: value.to_owned(),
            }),
            _ => Err("write it as NAME=VALUE".to_owned()),
        }
    }
}

impl FromStr for Sink {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (format, path) = text.split_once('=').ok_or("write it as FORMAT=FILE")?;
        if path.is_empty() {
            return Err("the file is missing after `=`".to_owned());
        }
        Ok(Self {
            format: Format::from_str(format, false)?,
            path: PathBuf::from(path),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_split_at_the_first_equals_sign() {
        let assignment = Assignment {
            name: "a".to_owned(),
            value: "b=c".to_owned(),
        };
        assert_eq!("a=b=c".parse(), Ok(assignment));
        assert!("=b".parse::<Assignment>().is_err());
        assert!("a".parse::<Assignment>().is_err());
        let sink = Sink {
            format: Format::Json,
            path: "a=b".into(),
        };
        assert_eq!("json=a=b".parse(), Ok(sink));
        assert!("pdf=x".parse::<Sink>().is_err());
        assert!("json=".parse::<Sink>().is_err());
    }
}
