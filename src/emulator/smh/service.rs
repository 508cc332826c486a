//! One call from its route to its reply: token, rate, faults, handler, log.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;

use super::admission::{Asked, Caller, Kept};
use super::drive::{Act, Library, Mischief, Rights};
use super::error::Code;
use super::fault_reply::{FaultKind, Interference, interference};
use super::route::{Answer, Call, ROUTES, matching};
use super::rules::SWITCHES;
use super::seed::Seed;
use super::tokens::Tokens;
use super::wire;
use crate::emulator::calendar::Moment;
use crate::emulator::call_log::CallRecord;
use crate::emulator::chance::Chance;
use crate::emulator::config::Config;
use crate::emulator::exchange::{Fate, Reply, Request, Service};
use crate::emulator::fault::Faults;
use crate::emulator::rate::RateWindows;
use crate::emulator::seed::read;
use crate::emulator::switch::Switches;

/// The service with all that it remembers.
pub(crate) struct Smh {
    kept: Kept,
    rules: Switches,
    faults: Faults<FaultKind>,
    rates: RateWindows,
    calls_per_second: u32,
    log: Vec<CallRecord>,
    requests: Chance,
    endpoint: String,
    saved: u64,
}

/// What became of a call.
struct Outcome {
    reply: Reply,
    code: Option<Code>,
    effect: Effect,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Effect {
    None,
    Some,
}

/// The numbers that ids and tokens are made from.
const SEED: u64 = 20_260_107;
/// The vendor documents no limit.
const CALLS_PER_SECOND: u32 = 0;

impl Smh {
    /// Starts with what an earlier run kept, or else with the seed.
    pub(crate) fn new(
        config: &Config,
        endpoint: &str,
        kept: Option<&[u8]>,
        now: Moment,
    ) -> Result<Self, String> {
        let fresh = kept.is_none();
        let kept = match kept {
            Some(bytes) => serde_json::from_slice(bytes)
                .map_err(|error| format!("the state file is none of this program: {error}"))?,
            None => Kept {
                libraries: BTreeMap::new(),
                tokens: Tokens::new(SEED + 1),
            },
        };
        let mut service = Self {
            kept,
            rules: Switches::new(SWITCHES),
            faults: Faults::none(),
            rates: RateWindows::default(),
            calls_per_second: config.calls_per_second.unwrap_or(CALLS_PER_SECOND),
            log: Vec::new(),
            requests: Chance::new(SEED + 2),
            endpoint: endpoint.to_owned(),
            saved: 0,
        };
        for assignment in &config.switches {
            service.set_switch(assignment)?;
        }
        if let Some(yaml) = &config.faults {
            service.set_faults(yaml)?;
        }
        if fresh {
            let seed = config.seed.as_deref().unwrap_or(Seed::SAMPLE);
            service.plant(seed, now)?;
        }
        Ok(service)
    }

    fn refusal(&mut self, code: Code) -> Reply {
        let request = format!("SMH-{}", self.requests.word(24));
        let body = wire::refusal(code, &request, &self.rules);
        Reply::json(code.status(), &body)
    }

    fn refused(&mut self, code: Code) -> Outcome {
        Outcome {
            reply: self.refusal(code),
            code: Some(code),
            effect: Effect::None,
        }
    }

    /// Who makes a call, where it may be made now.
    fn admit(&mut self, asked: &Asked<'_>, library: &str) -> Result<Caller, Code> {
        let caller = self.kept.admit(asked, library)?;
        let word = asked.request.query.get("access_token");
        let app = word.map_or("", String::as_str);
        let limit = self.calls_per_second;
        if !self.rates.admits(app, asked.route.name, limit, asked.now) {
            return Err(Code::TooManyRequests);
        }
        Ok(caller)
    }

    fn outcome(&mut self, asked: &Asked<'_>, interference: Option<&Interference>) -> Outcome {
        if let Some(Interference::Instead(reply)) = interference {
            return Outcome {
                reply: reply.clone(),
                code: None,
                effect: Effect::None,
            };
        }
        let word = asked.request.query.get("access_token");
        if let (Some(Interference::Expired), Some(word)) = (interference, word) {
            self.kept.tokens.end(word);
        }
        let library = asked.library();
        let caller = match self.admit(asked, &library) {
            Ok(caller) => caller,
            Err(code) => return self.refused(code),
        };
        if let Some(Interference::Refused(code)) = interference {
            return self.refused(*code);
        }
        let body = match &asked.body {
            Ok(body) => body,
            Err(code) => return self.refused(*code),
        };
        if let Some(Interference::Preceded(kind)) = interference {
            self.precede(&library, kind, asked.now);
        }
        let before = self.revision();
        let answer = self.answered(asked, (&library, &caller, body), interference);
        let effect = if self.revision() == before {
            Effect::None
        } else {
            Effect::Some
        };
        let (reply, code) = self.written(answer, interference);
        Outcome {
            reply,
            code,
            effect,
        }
    }

    /// Does what somebody else does first.
    fn precede(&mut self, library: &str, kind: &FaultKind, now: Moment) {
        let act = Act {
            rights: &Rights::all(),
            user: "stranger",
            now,
            rules: &self.rules,
            mischief: &Mischief::default(),
        };
        if let Some(library) = self.kept.libraries.get_mut(library) {
            library.precede(&act, kind);
        }
    }

    fn answered(
        &mut self,
        asked: &Asked<'_>,
        (library, caller, body): (&str, &Caller, &Value),
        interference: Option<&Interference>,
    ) -> Result<Answer, Code> {
        let none = Mischief::default();
        let mischief = if let Some(Interference::Spoiled(mischief)) = interference {
            mischief
        } else {
            &none
        };
        let act = Act {
            rights: &caller.rights,
            user: &caller.user,
            now: asked.now,
            rules: &self.rules,
            mischief,
        };
        let found = self.kept.libraries.get_mut(library);
        let library = found.ok_or(Code::LibraryNotFound)?;
        let mut call = Call {
            library,
            tokens: &mut self.kept.tokens,
            act,
            parts: asked.parts.clone(),
            query: &asked.request.query,
            headers: &asked.request.headers,
            body,
            bytes: &asked.request.body,
            endpoint: &self.endpoint,
        };
        (asked.route.handler)(&mut call)
    }

    /// Counts all changes of all libraries and tokens.
    fn revision(&self) -> u64 {
        let libraries = self.kept.libraries.values();
        let changes: u64 = libraries.map(|library| library.revision).sum();
        changes + self.kept.tokens.revision
    }

    fn written(
        &mut self,
        answer: Result<Answer, Code>,
        interference: Option<&Interference>,
    ) -> (Reply, Option<Code>) {
        if let Some(Interference::Hidden(code)) = interference {
            return (self.refusal(*code), Some(*code));
        }
        if interference == Some(&Interference::HiddenCut) {
            return (Reply::cut(), None);
        }
        match answer {
            Ok(Answer::Json(status, body)) => (Reply::json(status, &body), None),
            Ok(Answer::Bare(status)) => (Reply::text(status, "application/json", ""), None),
            Ok(Answer::Raw(reply)) => (reply, None),
            Err(code) => (self.refusal(code), Some(code)),
        }
    }

    fn record(
        &mut self,
        (route, body): (&'static str, Value),
        request: &Request,
        outcome: &Outcome,
        fault: Option<&'static str>,
        now: Moment,
    ) {
        let status = match outcome.reply.fate {
            Fate::Delivered => outcome.reply.status,
            Fate::Cut => 0,
        };
        let mut query = request.query.clone();
        for secret in ["access_token", "library_secret"] {
            if let Some(value) = query.get_mut(secret) {
                *value = "***".to_owned();
            }
        }
        let path = match route {
            "renewToken" | "deleteToken" => "/api/v1/token/***".to_owned(),
            _ => request.path.clone(),
        };
        self.log.push(CallRecord {
            route,
            method: request.method.clone(),
            path,
            query,
            body,
            status,
            code: outcome.code.map_or_else(String::new, Code::name),
            effect: outcome.effect == Effect::Some,
            fault,
            at: now,
        });
    }
}

/// A body as JSON, unless it is the bytes of a file.
fn body(request: &Request) -> Result<Value, Code> {
    if request.body.is_empty() || request.path.starts_with("/_upload/") {
        return Ok(Value::Null);
    }
    serde_json::from_slice(&request.body).map_err(|_| Code::BadRequest)
}

impl Service for Smh {
    fn answer(&mut self, request: &Request, now: Moment) -> Reply {
        let body = body(request);
        let plain = body.clone().unwrap_or(Value::Null);
        let (method, path) = (&request.method, &request.path);
        let Some((route, parts)) = matching(method, path, &request.query, &plain) else {
            let outcome = self.refused(Code::NotFound);
            self.record(("unknown", plain), request, &outcome, None, now);
            return outcome.reply;
        };
        for library in self.kept.libraries.values_mut() {
            library.tick(&self.rules, now);
        }
        let fault = self.faults.next(route.name);
        let interference = fault.as_ref().map(interference);
        let asked = Asked {
            route,
            parts,
            request,
            body,
            now,
        };
        let mut outcome = self.outcome(&asked, interference.as_ref());
        if method == "HEAD" {
            outcome.reply.body.clear();
        }
        let name = fault.as_ref().map(|fault| fault.kind.name());
        self.record((route.name, plain), request, &outcome, name, now);
        let mut reply = outcome.reply;
        reply.delay = Duration::from_millis(fault.map_or(0, |fault| fault.milliseconds));
        reply
    }

    fn log(&self) -> &[CallRecord] {
        &self.log
    }

    fn clear_log(&mut self) {
        self.log.clear();
    }

    fn tree(&self) -> String {
        self.kept.libraries.values().map(wire::tree).collect()
    }

    fn plant(&mut self, yaml: &str, now: Moment) -> Result<(), String> {
        let seed: Seed = read(yaml)?;
        for library in &seed.libraries {
            let number = u64::try_from(self.kept.libraries.len()).unwrap_or(0);
            let fresh = || Library::new(&library.id, SEED + 1000 * (number + 1));
            let kept = self.kept.libraries.entry(library.id.clone());
            let planted = kept.or_insert_with(fresh).plant(library, now);
            planted.map_err(|problem| format!("library {}: {problem}", library.id))?;
        }
        for token in &seed.tokens {
            self.kept.tokens.plant(token, now)?;
        }
        Ok(())
    }

    fn set_switch(&mut self, assignment: &str) -> Result<(), String> {
        self.rules.set(assignment)
    }

    fn set_faults(&mut self, yaml: &str) -> Result<(), String> {
        let routes: Vec<&str> = ROUTES.iter().map(|route| route.name).collect();
        self.faults = Faults::parse(yaml, &routes)?;
        Ok(())
    }

    fn unsaved(&mut self) -> Option<Vec<u8>> {
        let revision = self.revision();
        if revision == self.saved {
            return None;
        }
        let bytes = serde_json::to_vec(&self.kept).ok()?;
        self.saved = revision;
        Some(bytes)
    }
}
