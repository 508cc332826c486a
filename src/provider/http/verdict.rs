//! What follows from a refusal, as far as it is the same for all services.

use std::time::Duration;

use super::call::Nature;
use crate::provider::error::{Effect, ErrorKind, Retry};

/// What follows from a refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::provider) struct Verdict {
    /// What kind of trouble it is.
    pub(in crate::provider) kind: ErrorKind,
    /// Whether the same call may be made again.
    pub(in crate::provider) retry: Retry,
    /// Whether it may have had an effect.
    pub(in crate::provider) effect: Effect,
    /// One sentence: what it means, or what to do.
    pub(in crate::provider) advice: &'static str,
}

/// How a call ended that a code speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::provider) enum End {
    /// It was refused before it was carried out, and would be again.
    Refused,
    /// It was refused before it was carried out; a little later it may not be.
    Busy,
    /// It was refused before it was carried out, for so many seconds.
    Wait(u64),
    /// The host takes no call for so many seconds. Who says so need not be the service, so that
    /// nobody knows what became of a call that writes.
    Shut(u64),
    /// Nobody knows.
    Unclear,
}

/// A documented code.
pub(in crate::provider) struct Row {
    pub(in crate::provider) code: &'static str,
    pub(in crate::provider) kind: ErrorKind,
    pub(in crate::provider) end: End,
    pub(in crate::provider) advice: &'static str,
}

/// Whether a refusal says why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::provider) enum Stated {
    /// It has a code.
    Code,
    /// It has none, so that nobody knows who refused, and when.
    Nothing,
}

/// What to say of trouble that a service has with itself.
pub(in crate::provider) const BREAKS: &str =
    "the service has a problem of its own; try again later";

/// A row of a table of codes.
pub(in crate::provider) const fn row(
    code: &'static str,
    kind: ErrorKind,
    end: End,
    advice: &'static str,
) -> Row {
    Row {
        code,
        kind,
        end,
        advice,
    }
}

impl Row {
    /// What follows for a call of this nature.
    pub(in crate::provider) fn verdict(&self, nature: Nature) -> Verdict {
        Verdict::of(self.kind, self.end, nature, self.advice)
    }
}

impl Verdict {
    /// What an end means for a call of this nature: one that reads can always be made again, and
    /// one that writes is in doubt where nobody knows its end.
    pub(in crate::provider) fn of(
        kind: ErrorKind,
        end: End,
        nature: Nature,
        advice: &'static str,
    ) -> Self {
        let (retry, effect) = match (end, nature) {
            (End::Refused, _) => (Retry::Never, Effect::NotApplied),
            (End::Busy, _) | (End::Unclear, Nature::Reads) => (Retry::Backoff, Effect::NotApplied),
            (End::Wait(seconds), _) | (End::Shut(seconds), Nature::Reads) => {
                let time = Duration::from_secs(seconds);
                (Retry::After(time), Effect::NotApplied)
            }
            (End::Unclear | End::Shut(_), Nature::Writes) => (Retry::Never, Effect::MayHaveApplied),
        };
        Self {
            kind,
            retry,
            effect,
            advice,
        }
    }
}

/// What follows from a status. A status 404 says no more than the others: without a documented code
/// the address may be as wrong as the entry, and nothing may be taken for gone.
pub(in crate::provider) fn by_status(status: u16, nature: Nature, stated: Stated) -> Verdict {
    let refused = match stated {
        Stated::Code => End::Refused,
        Stated::Nothing => End::Unclear,
    };
    let (kind, end, advice) = match status {
        401 => (
            ErrorKind::Unauthenticated,
            refused,
            "the service does not accept the credentials",
        ),
        403 => (
            ErrorKind::PermissionDenied,
            refused,
            "the service does not allow it",
        ),
        408 => (
            ErrorKind::Unavailable,
            End::Unclear,
            "the service took too long",
        ),
        429 => (
            ErrorKind::Throttled,
            End::Wait(1),
            "calls come faster than the service allows",
        ),
        400..=499 => (
            ErrorKind::Other,
            refused,
            "the service does not take the call",
        ),
        500..=599 => (ErrorKind::Unavailable, End::Unclear, BREAKS),
        _ => return senseless(nature),
    };
    Verdict::of(kind, end, nature, advice)
}

/// What follows from a reply that cannot be read.
pub(in crate::provider) fn senseless(nature: Nature) -> Verdict {
    let advice = "the answer makes no sense; is the endpoint right?";
    Verdict::of(ErrorKind::InvalidReply, End::Unclear, nature, advice)
}
