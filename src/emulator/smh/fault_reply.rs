//! What a fault makes of a call: refused before anything happens, hidden after it happened, or
//! done in a place that somebody has just changed.
//!
//! ```yaml
//! rules:
//!   - {route: batchCopy, nth: 1, kind: cut-after}            # done, and the reply is lost
//!   - {route: batchMove, nth: 1, kind: {fail-items: [1, 3]}} # items 1 and 3 fail with 500
//!   - {route: batchCopy, nth: 2, kind: {slow-task: 10}}      # its task takes ten times as long
//!   - {route: "*", every: 9, kind: token-expiry}
//!   - route: copyFile
//!     nth: 1
//!     kind: {removed-first: {space: "-", path: /a.txt}}      # as a quota removes files
//! ```

use serde::Deserialize;
use serde_json::json;

use super::drive::{Mischief, TaskFate};
use super::error::Code;
use crate::emulator::exchange::Reply;
use crate::emulator::fault::Fault;

/// What goes wrong. A kind that ends in `-after` takes effect and hides it; a kind that ends in
/// `-first` is the work of somebody else, done just before the call.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum FaultKind {
    /// Too many calls, which the vendor does not document.
    TooManyRequests,
    /// 500.
    ErrorBefore,
    ErrorAfter,
    /// 503.
    UnavailableBefore,
    UnavailableAfter,
    /// 504.
    TimeoutBefore,
    TimeoutAfter,
    /// 502 as a web page, by something before the service.
    HtmlBefore,
    CutBefore,
    CutAfter,
    /// The token ends before its time.
    TokenExpiry,
    /// The reply takes so many milliseconds longer.
    Slow,
    /// These items of a batch, counted from 1, fail with 500.
    FailItems(Vec<usize>),
    /// The call's task takes so many times as long.
    SlowTask(u64),
    /// The call's task stops half way with 500.
    TaskFailure,
    CreatedFirst(Place),
    RemovedFirst(Place),
    /// A file gets other content.
    RewrittenFirst(Place),
    RenamedFirst(Renaming),
    /// Refused with the rule's code and status, before anything happens.
    Refuse,
    /// Answered with the rule's status and body, and nothing happens.
    Reply,
}

/// Where somebody else does something.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Place {
    pub(crate) space: String,
    pub(crate) path: String,
}

/// What somebody else calls differently.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Renaming {
    pub(crate) space: String,
    pub(crate) path: String,
    pub(crate) to: String,
}

/// When a fault comes into play.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Interference {
    /// The call never reaches the service.
    Instead(Reply),
    /// The service refuses it before doing anything.
    Refused(Code),
    /// The token ends first.
    Expired,
    /// The call is done, and this is what comes back.
    Hidden(Code),
    /// The call is done, and the connection ends.
    HiddenCut,
    /// Its items or its task go wrong.
    Spoiled(Mischief),
    /// Somebody else is quicker.
    Preceded(FaultKind),
    /// Nothing but a longer wait.
    Slow,
}

impl FaultKind {
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::TooManyRequests => "too-many-requests",
            Self::ErrorBefore => "error-before",
            Self::ErrorAfter => "error-after",
            Self::UnavailableBefore => "unavailable-before",
            Self::UnavailableAfter => "unavailable-after",
            Self::TimeoutBefore => "timeout-before",
            Self::TimeoutAfter => "timeout-after",
            Self::HtmlBefore => "html-before",
            Self::CutBefore => "cut-before",
            Self::CutAfter => "cut-after",
            Self::TokenExpiry => "token-expiry",
            Self::Slow => "slow",
            Self::FailItems(_) => "fail-items",
            Self::SlowTask(_) => "slow-task",
            Self::TaskFailure => "task-failure",
            Self::CreatedFirst(_) => "created-first",
            Self::RemovedFirst(_) => "removed-first",
            Self::RewrittenFirst(_) => "rewritten-first",
            Self::RenamedFirst(_) => "renamed-first",
            Self::Refuse => "refuse",
            Self::Reply => "reply",
        }
    }
}

/// What a fault does to a call.
pub(crate) fn interference(fault: &Fault<FaultKind>) -> Interference {
    match &fault.kind {
        FaultKind::TooManyRequests => Interference::Refused(Code::TooManyRequests),
        FaultKind::ErrorBefore => Interference::Refused(Code::InternalServerError),
        FaultKind::UnavailableBefore => Interference::Refused(Code::ServiceUnavailable),
        FaultKind::TimeoutBefore => Interference::Refused(Code::GatewayTimeout),
        FaultKind::ErrorAfter => Interference::Hidden(Code::InternalServerError),
        FaultKind::UnavailableAfter => Interference::Hidden(Code::ServiceUnavailable),
        FaultKind::TimeoutAfter => Interference::Hidden(Code::GatewayTimeout),
        FaultKind::HtmlBefore => Interference::Instead(Reply::text(502, "text/html", BAD_GATEWAY)),
        FaultKind::CutBefore => Interference::Instead(Reply::cut()),
        FaultKind::CutAfter => Interference::HiddenCut,
        FaultKind::TokenExpiry => Interference::Expired,
        FaultKind::Slow => Interference::Slow,
        FaultKind::FailItems(items) => Interference::Spoiled(Mischief {
            items: items.clone(),
            ..Mischief::default()
        }),
        FaultKind::SlowTask(times) => Interference::Spoiled(Mischief {
            slowness: *times,
            ..Mischief::default()
        }),
        FaultKind::TaskFailure => Interference::Spoiled(Mischief {
            task: TaskFate::Fails,
            ..Mischief::default()
        }),
        FaultKind::CreatedFirst(_)
        | FaultKind::RemovedFirst(_)
        | FaultKind::RewrittenFirst(_)
        | FaultKind::RenamedFirst(_) => Interference::Preceded(fault.kind.clone()),
        FaultKind::Refuse => {
            let body = json!({"code": fault.code, "message": "Put in.", "requestId": "0"});
            Interference::Instead(Reply::json(fault.status, &body))
        }
        FaultKind::Reply => {
            let body = fault.body.clone();
            Interference::Instead(Reply::text(fault.status, "application/json", body))
        }
    }
}

const BAD_GATEWAY: &str = "<!DOCTYPE html>\n<html><head><title>502 Bad Gateway</title></head>\
    <body><h1>502 Bad Gateway</h1></body></html>\n";

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
    use super::*;
    use crate::emulator::fault::Faults;

    #[test]
    fn the_sample_in_the_documentation_is_read() {
        let text = include_str!("fault_reply.rs");
        let lines = text.lines().skip_while(|line| *line != "//! ```yaml");
        let sample: Vec<&str> = lines
            .skip(1)
            .take_while(|line| *line != "//! ```")
            .map(|line| line.trim_start_matches("//!"))
            .collect();
        let routes = ["batchCopy", "batchMove", "copyFile"];
        let mut faults = Faults::<FaultKind>::parse(&sample.join("\n"), &routes).unwrap();
        let kinds = [
            ("batchCopy", FaultKind::CutAfter),
            ("batchCopy", FaultKind::SlowTask(10)),
            ("batchMove", FaultKind::FailItems(vec![1, 3])),
            (
                "copyFile",
                FaultKind::RemovedFirst(Place {
                    space: "-".to_owned(),
                    path: "/a.txt".to_owned(),
                }),
            ),
        ];
        for (route, kind) in kinds {
            assert_eq!(faults.next(route).unwrap().kind, kind);
        }
    }
}
