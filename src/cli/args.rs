//! The command line. The doc comments here are the help texts.

use std::path::{Path, PathBuf};

use clap::{Args, Parser, Subcommand};

pub(crate) use super::flags::{
    Acceptance, Assignment, Color, Comparing, Format, Manifests, Observation, Remembering,
    Reporting, SchemaKind, Selection, StatePlace, Verbosity,
};
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
    /// Apply a saved plan exactly; or plan, show, ask, and apply that same plan
    Apply(Apply),
    /// Finish an interrupted or partial run from its journal
    Resume(Resume),
    /// Tell what is not as it was placed or not as it is wanted; writes nothing
    Drift(Drift),
    /// Say why one entry is planned as it is; writes nothing
    Explain(Explain),
    /// Write down what is observed in a space
    Inventory(Inventory),
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
    /// What to compare
    #[command(flatten)]
    pub(crate) comparing: Comparing,
    /// Save the plan, to be applied within 24 hours with `reshelve apply FILE`
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Exit with 2 where there is something to do
    #[arg(long)]
    pub(crate) detailed_exitcode: bool,
    /// Which guards to lift
    #[command(flatten)]
    pub(crate) acceptance: Acceptance,
}

/// `show`
#[derive(Debug, Args)]
pub(crate) struct Show {
    /// A saved plan, or the name of a run
    pub(crate) what: String,
    /// Which runs
    #[command(flatten)]
    pub(crate) remembering: Remembering,
}

/// `apply`
#[derive(Debug, Args)]
pub(crate) struct Apply {
    /// A saved plan, or manifests
    #[command(flatten)]
    pub(crate) manifests: Manifests,
    /// Which placements
    #[command(flatten)]
    pub(crate) selection: Selection,
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
    /// Which runs
    #[command(flatten)]
    pub(crate) remembering: Remembering,
    /// Which guards to lift
    #[command(flatten)]
    pub(crate) acceptance: Acceptance,
    /// Do not ask where the rest is not what was approved before
    #[arg(short, long)]
    pub(crate) yes: bool,
}

/// `drift`
#[derive(Debug, Args)]
pub(crate) struct Drift {
    /// What to compare
    #[command(flatten)]
    pub(crate) comparing: Comparing,
    /// Kinds that count as a difference although the manifest accepts them: `extra`, `kept`
    #[arg(long, value_name = "KIND", value_delimiter = ',')]
    pub(crate) fail_on: Vec<DriftKind>,
}

/// `explain`
#[derive(Debug, Args)]
pub(crate) struct Explain {
    /// The entry, as `SPACE:/PATH`
    pub(crate) entry: String,
    /// What to compare
    #[command(flatten)]
    pub(crate) comparing: Comparing,
    /// Explain what a saved plan alone tells, without a look at the storage
    #[arg(long, value_name = "FILE", conflicts_with_all = ["paths", "variables", "inventory", "target"])]
    pub(crate) plan: Option<PathBuf>,
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
    /// Which state
    #[command(flatten)]
    pub(crate) remembering: Remembering,
}

/// `state show`
#[derive(Debug, Args)]
pub(crate) struct StateShow {
    /// The entry, as `SPACE:/PATH`
    pub(crate) address: String,
    /// Which state
    #[command(flatten)]
    pub(crate) remembering: Remembering,
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

impl Command {
    /// The manifests that it reads, with every file that it is asked to write.
    pub(crate) fn files(&self) -> Option<(&Manifests, Vec<&Path>)> {
        let (manifests, reporting, out) = match self {
            Self::Validate(given) => (&given.manifests, &given.reporting, None),
            Self::Plan(given) => {
                let comparing = &given.comparing;
                (
                    &comparing.manifests,
                    &comparing.reporting,
                    given.out.as_deref(),
                )
            }
            Self::Apply(given) => (&given.manifests, &given.reporting, None),
            Self::Drift(given) => (&given.comparing.manifests, &given.comparing.reporting, None),
            Self::Explain(given) => (&given.comparing.manifests, &given.comparing.reporting, None),
            Self::Inventory(given) => (&given.manifests, &given.reporting, given.out.as_deref()),
            Self::Init(_)
            | Self::Show(_)
            | Self::Resume(_)
            | Self::State(_)
            | Self::Providers(_)
            | Self::Schema(_)
            | Self::Completions(_) => return None,
        };
        Some((manifests, reporting.files().chain(out).collect()))
    }
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

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }
}
