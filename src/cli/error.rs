//! Errors of all stations as a person and a script need them: exit code, message, way out.

use std::fmt;
use std::io;

use super::exit::ExitCode;
use crate::apply::ApplyError;
use crate::diagnostic::Diagnostic;
use crate::journal::JournalError;
use crate::observe::ObserveError;
use crate::plan::{PlanFileError, Stale};
use crate::provider::{ErrorKind, ProviderError};
use crate::store::StoreError;

/// Why a command could not do what was asked.
#[derive(Debug)]
pub(crate) struct CommandError {
    /// What a script sees.
    pub(crate) exit: ExitCode,
    /// What a person sees: the message and what caused it.
    pub(crate) cause: anyhow::Error,
    /// What to do next, most likely first.
    pub(crate) hints: Vec<String>,
    /// Problems with a place in a manifest, shown before the message.
    pub(crate) diagnostics: Vec<Diagnostic>,
}

impl CommandError {
    /// An error with a message of its own.
    pub(crate) fn new(exit: ExitCode, message: impl fmt::Display) -> Self {
        Self::because(exit, anyhow::anyhow!("{message}"))
    }

    /// A manifest that is wrong, with everything that is wrong with it.
    pub(crate) fn wrong_manifest(diagnostics: Vec<Diagnostic>) -> Self {
        let count = diagnostics.iter().filter(|it| it.is_error()).count();
        let problems = if count == 1 {
            "1 problem"
        } else {
            &format!("{count} problems")
        };
        Self {
            diagnostics,
            ..Self::new(ExitCode::Wrong, format!("the manifest has {problems}"))
        }
    }

    fn because(exit: ExitCode, cause: anyhow::Error) -> Self {
        Self {
            exit,
            cause,
            hints: Vec::new(),
            diagnostics: Vec::new(),
        }
    }

    /// The same error with a next step.
    #[must_use]
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// A file that cannot be read or written.
    pub(crate) fn file(doing: &str, path: &std::path::Path, error: io::Error) -> Self {
        let exit = exit_of_io(&error);
        let cause =
            anyhow::Error::new(error).context(format!("cannot {doing} `{}`", path.display()));
        Self::because(exit, cause)
    }
}

impl From<anyhow::Error> for CommandError {
    fn from(error: anyhow::Error) -> Self {
        Self::because(ExitCode::Failed, error)
    }
}

impl From<ProviderError> for CommandError {
    fn from(error: ProviderError) -> Self {
        Self::because(exit_of_kind(error.kind), error.into())
    }
}

impl From<ObserveError> for CommandError {
    fn from(error: ObserveError) -> Self {
        let exit = match &error {
            ObserveError::Provider { error, .. } => exit_of_kind(error.kind),
            ObserveError::Listing { .. }
            | ObserveError::TokenLoop(_)
            | ObserveError::TooMany(..)
            | ObserveError::TooDeep(..)
            | ObserveError::Contradictory { .. }
            | ObserveError::BrokenOff => ExitCode::Failed,
        };
        let message = anyhow::anyhow!("{error}");
        Self::because(exit, message)
            .hint("nothing was written; what is not seen completely is not planned")
    }
}

impl From<StoreError> for CommandError {
    fn from(error: StoreError) -> Self {
        let exit = match &error {
            StoreError::Locked { .. } => ExitCode::Locked,
            StoreError::Read { source, .. } | StoreError::Write { source, .. } => {
                exit_of_io(source)
            }
            StoreError::StateMoved { .. } => ExitCode::Temporary,
            StoreError::Plan { .. } => ExitCode::Stale,
            StoreError::TooLarge { .. } | StoreError::State { .. } | StoreError::Journal { .. } => {
                ExitCode::Failed
            }
        };
        let hint = match &error {
            StoreError::Locked { .. } => {
                Some("wait until that run has ended; the lock goes with its process")
            }
            StoreError::StateMoved { .. } => Some("run the command again"),
            StoreError::State { .. } => Some(
                "move the file away to go on without it: plans still work, and nothing is removed \
                 that cannot be proven ours",
            ),
            StoreError::Plan { .. } => {
                Some("nothing was written; make a new plan with `reshelve plan --out FILE`")
            }
            StoreError::Read { .. }
            | StoreError::Write { .. }
            | StoreError::TooLarge { .. }
            | StoreError::Journal { .. } => None,
        };
        let error = Self::because(exit, anyhow::anyhow!("{error}"));
        match hint {
            Some(hint) => error.hint(hint),
            None => error,
        }
    }
}

impl From<Stale> for CommandError {
    fn from(stale: Stale) -> Self {
        Self::because(ExitCode::Stale, anyhow::anyhow!("{stale}"))
            .hint("nothing was written; make a new plan with `reshelve plan`")
    }
}

impl From<PlanFileError> for CommandError {
    fn from(error: PlanFileError) -> Self {
        let hint = match &error {
            PlanFileError::Version { .. } => "use the newer program that wrote it",
            PlanFileError::NotAPlan(_) | PlanFileError::Altered(_) => {
                "nothing was written; make a new plan with `reshelve plan --out FILE`"
            }
        };
        Self::because(ExitCode::Stale, error.into()).hint(hint)
    }
}

impl From<ApplyError> for CommandError {
    fn from(error: ApplyError) -> Self {
        Self::because(ExitCode::Partial, error.into())
            .hint("make room or put the disk right, then run `reshelve resume`")
    }
}

impl From<JournalError> for CommandError {
    fn from(error: JournalError) -> Self {
        Self::because(ExitCode::Failed, error.into())
    }
}

/// The exit code of an error whose kind a journal keeps as a word.
pub(crate) fn exit_of_word(word: &str) -> ExitCode {
    let passing_or_denied = [
        ErrorKind::Unauthenticated,
        ErrorKind::PermissionDenied,
        ErrorKind::Quota,
        ErrorKind::Throttled,
        ErrorKind::Unavailable,
    ];
    let kind = passing_or_denied
        .into_iter()
        .find(|kind| kind.word() == word);
    kind.map_or(ExitCode::Failed, exit_of_kind)
}

fn exit_of_kind(kind: ErrorKind) -> ExitCode {
    match kind {
        ErrorKind::Unauthenticated | ErrorKind::PermissionDenied => ExitCode::Denied,
        ErrorKind::Quota | ErrorKind::Throttled | ErrorKind::Unavailable => ExitCode::Temporary,
        ErrorKind::Unsupported => ExitCode::Refused,
        ErrorKind::NotFound
        | ErrorKind::AlreadyExists
        | ErrorKind::Mismatch
        | ErrorKind::InvalidReply
        | ErrorKind::ReadOnly
        | ErrorKind::Other => ExitCode::Failed,
    }
}

fn exit_of_io(error: &io::Error) -> ExitCode {
    if error.kind() == io::ErrorKind::PermissionDenied {
        ExitCode::Denied
    } else {
        ExitCode::Failed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_trouble_has_its_exit_code() {
        let cases = [
            (ErrorKind::Unauthenticated, ExitCode::Denied),
            (ErrorKind::PermissionDenied, ExitCode::Denied),
            (ErrorKind::Throttled, ExitCode::Temporary),
            (ErrorKind::Quota, ExitCode::Temporary),
            (ErrorKind::Unavailable, ExitCode::Temporary),
            (ErrorKind::Unsupported, ExitCode::Refused),
            (ErrorKind::NotFound, ExitCode::Failed),
        ];
        for (kind, exit) in cases {
            let error = ProviderError::refused(kind, "a message");
            assert_eq!(CommandError::from(error).exit, exit, "{kind:?}");
        }
        let altered = PlanFileError::Altered("x".to_owned());
        assert_eq!(CommandError::from(altered).exit, ExitCode::Stale);
        assert_eq!(CommandError::from(Stale::Manifest).exit, ExitCode::Stale);
        let denied = io::Error::from(io::ErrorKind::PermissionDenied);
        let error = CommandError::file("read", std::path::Path::new("x"), denied);
        assert_eq!(error.exit, ExitCode::Denied);
        let locked = StoreError::Locked {
            path: "lock".into(),
            holder: None,
        };
        assert_eq!(CommandError::from(locked).exit, ExitCode::Locked);
    }
}
