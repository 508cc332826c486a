//! The command line. The doc comments here are the help texts.

use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::drift::DriftKind;

/// Puts files in shared drives back where a manifest says they shall be
///
/// A YAML manifest says where files and folders shall be. `plan` compares that with what is there
/// and shows the fewest calls that get there; `apply` does exactly what was shown; `drift` tells
/// later what others changed.
#[derive(Debug, Parser)]
#[command(name = "reshelve", version, max_term_width = 100, after_help = EXIT_CODES)]
pub(crate) struct Arguments {
    /// What to do
    #[command(subcommand)]
    pub(crate) command: Command,
    /// When to use colours
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub(crate) color: Color,
    /// Show every item instead of counts
    #[arg(short, long, global = true)]
    verbose: bool,
    /// Show nothing but the answer and errors
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    quiet: bool,
}

const EXIT_CODES: &str = "\
Exit codes: 0 done · 1 error · 2 differences · 3 wrong usage or manifest · 4 refused · 5 stale plan
            6 partly done · 7 locked · 8 not permitted · 9 temporary · 130, 143 interrupted";

/// The commands
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Write a starter manifest
    Init(Init),
    /// Parse, expand and check manifests; offline
    Validate(Validate),
    /// Observe, compare, and show what would be done; writes nothing
    Plan(Plan),
    /// Show a saved plan or a run, stale or not
    Show(Show),
    /// Tell what is not as it was placed or not as it is wanted; writes nothing
    Drift(Drift),
    /// Look at the records of what was placed
    #[command(subcommand)]
    State(State),
    /// List the providers, or show what one can do
    Providers(Providers),
    /// Print the JSON Schema of a file format
    Schema(Schema),
    /// Print a completion script for a shell
    Completions(Completions),
}

/// `init`
#[derive(Debug, Args)]
pub(crate) struct Init {
    /// The folder to write `reshelve.yaml` into
    #[arg(default_value = ".")]
    pub(crate) folder: PathBuf,
}

/// `validate`
#[derive(Debug, Args)]
pub(crate) struct Validate {
    /// What to read
    #[command(flatten)]
    pub(crate) manifests: Manifests,
    /// How to answer
    #[command(flatten)]
    pub(crate) reporting: Reporting,
}

/// `plan`
#[derive(Debug, Args)]
pub(crate) struct Plan {
    /// What to read
    #[command(flatten)]
    pub(crate) manifests: Manifests,
    /// What to look at
    #[command(flatten)]
    pub(crate) observation: Observation,
    /// Save the plan, to be applied within 24 hours with `reshelve apply FILE`
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Exit with 2 where there is something to do
    #[arg(long)]
    pub(crate) detailed_exitcode: bool,
    /// Which guards to lift
    #[command(flatten)]
    pub(crate) acceptance: Acceptance,
    /// How to answer
    #[command(flatten)]
    pub(crate) reporting: Reporting,
}

/// `show`
#[derive(Debug, Args)]
pub(crate) struct Show {
    /// A saved plan, or the name of a run
    pub(crate) what: String,
    /// Where the runs are kept
    #[command(flatten)]
    pub(crate) state: StatePlace,
    /// How to answer
    #[command(flatten)]
    pub(crate) reporting: Reporting,
}

/// `apply`
#[derive(Debug, Args)]
pub(crate) struct Apply {
    /// A saved plan, or manifests
    #[command(flatten)]
    pub(crate) manifests: Manifests,
    /// What to look at
    #[command(flatten)]
    pub(crate) observation: Observation,
    /// Which guards to lift
    #[command(flatten)]
    pub(crate) acceptance: Acceptance,
    /// Do not ask
    #[arg(short, long)]
    pub(crate) yes: bool,
    /// How to answer
    #[command(flatten)]
    pub(crate) reporting: Reporting,
}

/// `resume`
#[derive(Debug, Args)]
pub(crate) struct Resume {
    /// Where the runs are kept
    #[command(flatten)]
    pub(crate) state: StatePlace,
    /// Do not ask where the rest is not what was approved before
    #[arg(short, long)]
    pub(crate) yes: bool,
    /// How to answer
    #[command(flatten)]
    pub(crate) reporting: Reporting,
}

/// `drift`
#[derive(Debug, Args)]
pub(crate) struct Drift {
    /// What to read
    #[command(flatten)]
    pub(crate) manifests: Manifests,
    /// What to look at
    #[command(flatten)]
    pub(crate) observation: Observation,
    /// Kinds that count as a difference although the manifest accepts them: `extra`, `kept`
    #[arg(long, value_name = "KIND", value_delimiter = ',')]
    pub(crate) fail_on: Vec<DriftKind>,
    /// How to answer
    #[command(flatten)]
    pub(crate) reporting: Reporting,
}

/// `inventory`
#[derive(Debug, Args)]
pub(crate) struct Inventory {
    /// What to look at: `SPACE` or `SPACE:/PATH`
    pub(crate) place: String,
    /// What to read
    #[command(flatten)]
    pub(crate) manifests: Manifests,
    /// Write a snapshot that `--inventory FILE` of other commands reads
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// How to answer
    #[command(flatten)]
    pub(crate) reporting: Reporting,
}

/// `state`
#[derive(Debug, Subcommand)]
pub(crate) enum State {
    /// List all records
    List(StateList),
    /// Show all that is known of one entry
    Show(StateShow),
}

/// `state list`
#[derive(Debug, Args)]
pub(crate) struct StateList {
    /// Where the state is
    #[command(flatten)]
    pub(crate) state: StatePlace,
    /// How to answer
    #[command(flatten)]
    pub(crate) reporting: Reporting,
}

/// `state show`
#[derive(Debug, Args)]
pub(crate) struct StateShow {
    /// The entry, as `SPACE:/PATH`
    pub(crate) address: String,
    /// Where the state is
    #[command(flatten)]
    pub(crate) state: StatePlace,
    /// How to answer
    #[command(flatten)]
    pub(crate) reporting: Reporting,
}

/// `providers`
#[derive(Debug, Args)]
pub(crate) struct Providers {
    /// The provider whose capability sheet to show
    pub(crate) name: Option<String>,
    /// How to answer
    #[command(flatten)]
    pub(crate) reporting: Reporting,
}

/// `schema`
#[derive(Debug, Args)]
pub(crate) struct Schema {
    /// The file format
    pub(crate) kind: SchemaKind,
}

/// `completions`
#[derive(Debug, Args)]
pub(crate) struct Completions {
    /// The shell
    pub(crate) shell: clap_complete::Shell,
}

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
    /// Only placements whose target matches, for example `team:/Handbook/**`; may be repeated
    #[arg(long, value_name = "GLOB")]
    pub(crate) target: Vec<String>,
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

impl Arguments {
    /// How much to say.
    pub(crate) fn verbosity(&self) -> Verbosity {
        match (self.quiet, self.verbose) {
            (true, _) => Verbosity::Quiet,
            (false, true) => Verbosity::Verbose,
            (false, false) => Verbosity::Normal,
        }
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
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }

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
