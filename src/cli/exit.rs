//! The exit codes: the only place with their numbers.

/// How a command ends, for scripts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ExitCode {
    /// Done, or nothing to do.
    Done,
    /// An error that has no code of its own.
    Failed,
    /// There are differences: a plan that is not empty where that was asked, or drift.
    Differs,
    /// The command line or a manifest is wrong.
    Wrong,
    /// A guard, a protection, a conflict or a missing ability stands in the way. Nothing was
    /// written.
    Refused,
    /// The saved plan is stale, used, expired or altered. Nothing was written.
    Stale,
    /// Partly done; `resume` goes on.
    Partial,
    /// Another run holds the lock.
    Locked,
    /// Credentials or permissions do not allow it.
    Denied,
    /// It may pass: quota, rate, time-out. Safe to run again.
    Temporary,
    /// A person asked to stop; the journal is consistent.
    Interrupted,
    /// The system asked to stop; the journal is consistent.
    Terminated,
}

impl ExitCode {
    /// The number that the process ends with.
    pub fn number(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Failed => 1,
            Self::Differs => 2,
            Self::Wrong => 3,
            Self::Refused => 4,
            Self::Stale => 5,
            Self::Partial => 6,
            Self::Locked => 7,
            Self::Denied => 8,
            Self::Temporary => 9,
            Self::Interrupted => 130,
            Self::Terminated => 143,
        }
    }
}

impl From<ExitCode> for std::process::ExitCode {
    fn from(code: ExitCode) -> Self {
        Self::from(code.number())
    }
}
