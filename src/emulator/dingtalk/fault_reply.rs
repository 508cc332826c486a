//! What a fault makes of a call: refused before anything happens, or hidden after it happened.

use serde::Deserialize;
use serde_json::{Value, json};

use super::error::Code;
use crate::emulator::exchange::Reply;
use crate::emulator::fault::Fault;

/// What goes wrong. A kind that ends in `-after` takes effect and hides it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum FaultKind {
    /// Too many calls of this app and route.
    Qps,
    /// Too many calls of the route, by all customers together.
    QpsApi,
    /// Too many calls a minute.
    Qpm,
    /// The address is banned for a while, told as a web page.
    BanHtml,
    /// The same, told as JSON that looks like no error.
    BanJson,
    /// The service guards something that another call holds.
    Concurrent,
    TimeoutBefore,
    TimeoutAfter,
    SystemErrorBefore,
    SystemErrorAfter,
    CutBefore,
    CutAfter,
    /// A page that says it is the last although it is not.
    LostToken,
    /// The calls of this month are used up.
    MonthlyQuota,
    /// The token ends before its time.
    TokenExpiry,
    /// The reply takes so many milliseconds longer.
    Slow,
    /// One entry of each task that the call starts cannot be done.
    TaskItem,
    /// Refused with the rule's code and status, before anything happens.
    Refuse,
    /// Answered with the rule's status and body, and nothing happens.
    Reply,
}

impl FaultKind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Qps => "qps",
            Self::QpsApi => "qps-api",
            Self::Qpm => "qpm",
            Self::BanHtml => "ban-html",
            Self::BanJson => "ban-json",
            Self::Concurrent => "concurrent",
            Self::TimeoutBefore => "timeout-before",
            Self::TimeoutAfter => "timeout-after",
            Self::SystemErrorBefore => "system-error-before",
            Self::SystemErrorAfter => "system-error-after",
            Self::CutBefore => "cut-before",
            Self::CutAfter => "cut-after",
            Self::LostToken => "lost-token",
            Self::MonthlyQuota => "monthly-quota",
            Self::TokenExpiry => "token-expiry",
            Self::Slow => "slow",
            Self::TaskItem => "task-item",
            Self::Refuse => "refuse",
            Self::Reply => "reply",
        }
    }
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
    /// The call is done, and the reply lacks its page token.
    LostToken,
    /// One entry of its tasks fails.
    TaskItem,
    /// Nothing but a longer wait.
    Slow,
}

/// What a fault does to a call.
pub(crate) fn interference(fault: &Fault<FaultKind>) -> Interference {
    match fault.kind {
        FaultKind::Qps => Interference::Refused(Code::QpsApp),
        FaultKind::QpsApi => Interference::Refused(Code::QpsApi),
        FaultKind::Qpm => Interference::Refused(Code::QpmApp),
        FaultKind::MonthlyQuota => Interference::Refused(Code::MonthlyQuota),
        FaultKind::Concurrent => Interference::Refused(Code::ConcurrentControl),
        FaultKind::TimeoutBefore => Interference::Refused(Code::OperationTimeout),
        FaultKind::SystemErrorBefore => Interference::Refused(Code::SystemError),
        FaultKind::TimeoutAfter => Interference::Hidden(Code::OperationTimeout),
        FaultKind::SystemErrorAfter => Interference::Hidden(Code::SystemError),
        FaultKind::CutBefore => Interference::Instead(Reply::cut()),
        FaultKind::CutAfter => Interference::HiddenCut,
        FaultKind::BanHtml => Interference::Instead(Reply::text(200, "text/html", BAN_PAGE)),
        FaultKind::BanJson => Interference::Instead(Reply::text(200, "application/json", BAN)),
        FaultKind::Refuse => {
            let body = json!({"code": fault.code, "requestid": "0", "message": "Put in"});
            Interference::Instead(Reply::json(fault.status, &body))
        }
        FaultKind::Reply => {
            let body = fault.body.clone();
            Interference::Instead(Reply::text(fault.status, "application/json", body))
        }
        FaultKind::LostToken => Interference::LostToken,
        FaultKind::TokenExpiry => Interference::Expired,
        FaultKind::TaskItem => Interference::TaskItem,
        FaultKind::Slow => Interference::Slow,
    }
}

const BAN_PAGE: &str = "<!DOCTYPE html>\n<html><head><title>Access denied</title></head>\
    <body><h1>Your requests were stopped for a while.</h1></body></html>\n";
const BAN: &str = "{\"status\":1111,\"wait\":5,\"source\":\"x5\",\"punish\":\"deny\",\
    \"uuid\":\"0b8f3a7c5d1e4f62\"}";

/// Takes the page token out of a reply.
pub(crate) fn without_token(mut body: Value) -> Value {
    if let Value::Object(object) = &mut body {
        object.remove("nextToken");
    }
    body
}
