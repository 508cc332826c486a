//! How a call can end other than well: decided once, where the error is born.

use std::time::Duration;

/// An error of a provider.
#[derive(Debug, thiserror::Error, Clone, PartialEq, Eq)]
#[error("{message}")]
pub struct ProviderError {
    /// What kind of trouble it is.
    pub kind: ErrorKind,
    /// Whether the same call may be made again.
    pub retry: Retry,
    /// Whether the call may have had an effect.
    pub effect: Effect,
    /// One sentence fragment for a person: what failed and where. No address with credentials.
    pub message: String,
}

/// What kind of trouble.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ErrorKind {
    /// There is no such entry.
    NotFound,
    /// The name is taken.
    AlreadyExists,
    /// The entry is not what was expected: another kind, or it changed meanwhile.
    Mismatch,
    /// The credentials are missing or not accepted.
    Unauthenticated,
    /// The credentials do not allow it.
    PermissionDenied,
    /// The space or the account is full, or its calls are used up.
    Quota,
    /// Too many calls in a short time.
    Throttled,
    /// The service cannot be reached or is out of order.
    Unavailable,
    /// The answer makes no sense.
    InvalidReply,
    /// The provider cannot do this.
    Unsupported,
    /// Writing was asked of a provider that only reads.
    ReadOnly,
    /// Anything else.
    Other,
}

/// Whether the same call may be made again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retry {
    /// It would fail again.
    Never,
    /// After a time that the service named.
    After(Duration),
    /// After a growing pause.
    Backoff,
}

/// Whether a call may have had an effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// It had none.
    NotApplied,
    /// Nobody knows; observe before doing it again.
    MayHaveApplied,
}

impl ProviderError {
    /// An error that will come again and that had no effect.
    pub fn refused(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            retry: Retry::Never,
            effect: Effect::NotApplied,
            message: message.into(),
        }
    }

    /// An error that may pass and that had no effect.
    pub fn passing(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            retry: Retry::Backoff,
            effect: Effect::NotApplied,
            message: message.into(),
        }
    }

    /// An error after which nobody knows what happened.
    pub fn ambiguous(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            retry: Retry::Never,
            effect: Effect::MayHaveApplied,
            message: message.into(),
        }
    }
}

impl ErrorKind {
    /// A stable word for journals and machines.
    pub fn word(self) -> &'static str {
        match self {
            Self::NotFound => "not-found",
            Self::AlreadyExists => "already-exists",
            Self::Mismatch => "mismatch",
            Self::Unauthenticated => "unauthenticated",
            Self::PermissionDenied => "permission-denied",
            Self::Quota => "quota",
            Self::Throttled => "throttled",
            Self::Unavailable => "unavailable",
            Self::InvalidReply => "invalid-reply",
            Self::Unsupported => "unsupported",
            Self::ReadOnly => "read-only",
            Self::Other => "other",
        }
    }
}
