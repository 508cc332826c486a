//! One call from its route to its reply: token, rate, faults, handler, log.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::arguments::Arguments;
use super::drive::{Act, Drive, Spoiled};
use super::error::Code;
use super::fault_reply::{FaultKind, Interference, interference, without_token};
use super::route::{Answer, Call, Caller, ROUTES, Route, matching};
use super::rules::Rules;
use super::tokens::Tokens;
use crate::emulator::calendar::Moment;
use crate::emulator::call_log::CallRecord;
use crate::emulator::chance::Chance;
use crate::emulator::config::Config;
use crate::emulator::exchange::{Fate, Reply, Request, Service};
use crate::emulator::fault::Faults;
use crate::emulator::rate::RateWindows;
use crate::emulator::seed::Seed;

/// The service with all that it remembers.
pub(crate) struct DingTalk {
    kept: Kept,
    rules: Rules,
    faults: Faults<FaultKind>,
    rates: RateWindows,
    calls_per_second: u32,
    /// The calls of this month.
    spent: u64,
    log: Vec<CallRecord>,
    requests: Chance,
    endpoint: String,
    saved: (u64, u64),
}

/// What survives a restart.
#[derive(Serialize, Deserialize)]
struct Kept {
    drive: Drive,
    tokens: Tokens,
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
const SEED: u64 = 20_260_105;
/// How many calls a second an app may make of each route.
const CALLS_PER_SECOND: u32 = 20;

impl DingTalk {
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
                drive: Drive::new(SEED),
                tokens: Tokens::new(SEED + 1),
            },
        };
        let mut service = Self {
            kept,
            rules: Rules::new(),
            faults: Faults::none(),
            rates: RateWindows::default(),
            calls_per_second: config.calls_per_second.unwrap_or(CALLS_PER_SECOND),
            spent: 0,
            log: Vec::new(),
            requests: Chance::new(SEED + 2),
            endpoint: endpoint.to_owned(),
            saved: (0, 0),
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

    /// An error in the form of the API.
    fn refusal(&mut self, code: Code) -> Reply {
        let (name, status) = code.wire();
        let request = self.requests.word(24).to_uppercase();
        let body = json!({"code": name, "requestid": request, "message": code.message()});
        Reply::json(status, &body)
    }

    fn refused(&mut self, code: Code) -> Outcome {
        Outcome {
            reply: self.refusal(code),
            code: Some(code),
            effect: Effect::None,
        }
    }

    /// The app and person of a call that may be made now.
    fn admit(
        &mut self,
        route: &Route,
        request: &Request,
        now: Moment,
    ) -> Result<(String, String), Code> {
        let Caller::Person(field) = route.caller else {
            return Ok((String::new(), String::new()));
        };
        let token = request.headers.get("x-acs-dingtalk-access-token");
        let token = token.ok_or(Code::InvalidAuthentication)?;
        let app = self.kept.tokens.app_of(token, now)?.to_owned();
        let limit = self.calls_per_second;
        if !self.rates.admits(&app, route.name, limit, now) {
            return Err(Code::QpsApp);
        }
        let monthly = self.rules.number("monthly-calls");
        if monthly > 0 && self.spent >= monthly {
            return Err(Code::MonthlyQuota);
        }
        self.spent += 1;
        let person = request.query.get(field).filter(|person| !person.is_empty());
        let person = person.ok_or(Code::Missing(field))?;
        Ok((app, person.clone()))
    }

    fn outcome(
        &mut self,
        route: &'static Route,
        parts: std::collections::BTreeMap<&'static str, String>,
        request: &Request,
        interference: Option<&Interference>,
        now: Moment,
    ) -> Outcome {
        if let Some(Interference::Instead(reply)) = interference {
            return Outcome {
                reply: reply.clone(),
                code: None,
                effect: Effect::None,
            };
        }
        if interference == Some(&Interference::Expired)
            && let Some(token) = request.headers.get("x-acs-dingtalk-access-token")
        {
            self.kept.tokens.expire(token);
        }
        let (app, person) = match self.admit(route, request, now) {
            Ok(admitted) => admitted,
            Err(code) => return self.refused(code),
        };
        if let Some(Interference::Refused(code)) = interference {
            return self.refused(*code);
        }
        let arguments = match arguments(route, request) {
            Ok(arguments) => arguments,
            Err(code) => return self.refused(code),
        };
        let before = self.kept.drive.revision;
        let mut call = Call {
            drive: &mut self.kept.drive,
            tokens: &mut self.kept.tokens,
            act: Act {
                person: &person,
                app: &app,
                now,
                rules: &self.rules,
                spoiled: spoiled(interference),
            },
            path: parts,
            query: &request.query,
            headers: &request.headers,
            arguments,
            bytes: &request.body,
            endpoint: &self.endpoint,
        };
        let answer = (route.handler)(&mut call);
        call.drive.hold(&call.act);
        let effect = self.effect_since(before);
        let (reply, code) = self.written(answer, interference);
        Outcome {
            reply,
            code,
            effect,
        }
    }

    fn effect_since(&self, revision: u64) -> Effect {
        if self.kept.drive.revision == revision {
            Effect::None
        } else {
            Effect::Some
        }
    }

    fn written(
        &mut self,
        answer: Answer,
        interference: Option<&Interference>,
    ) -> (Reply, Option<Code>) {
        match interference {
            Some(Interference::Hidden(code)) => return (self.refusal(*code), Some(*code)),
            Some(Interference::HiddenCut) => return (Reply::cut(), None),
            Some(
                Interference::Instead(_)
                | Interference::Refused(_)
                | Interference::Expired
                | Interference::LostToken
                | Interference::TaskItem
                | Interference::Slow,
            )
            | None => {}
        }
        match answer {
            Answer::Raw(reply) => (reply, None),
            Answer::Json(Ok(body)) if interference == Some(&Interference::LostToken) => {
                (Reply::json(200, &without_token(body)), None)
            }
            Answer::Json(Ok(body)) => (Reply::json(200, &body), None),
            Answer::Json(Err(code)) => (self.refusal(code), Some(code)),
        }
    }

    fn record(
        &mut self,
        route: Option<&'static Route>,
        request: &Request,
        outcome: &Outcome,
        fault: Option<&'static str>,
        now: Moment,
    ) {
        // Bodies of calls without a person are secrets, or files.
        let open = route.is_some_and(|route| route.caller != Caller::Nobody);
        let body = if open {
            serde_json::from_slice(&request.body).unwrap_or(Value::Null)
        } else {
            Value::Null
        };
        let status = match outcome.reply.fate {
            Fate::Delivered => outcome.reply.status,
            Fate::Cut => 0,
        };
        self.log.push(CallRecord {
            route: route.map_or("unknown", |route| route.name),
            method: request.method.clone(),
            path: request.path.clone(),
            query: request.query.clone(),
            body,
            status,
            code: outcome
                .code
                .map_or_else(String::new, |code| code.wire().0.into_owned()),
            effect: outcome.effect == Effect::Some,
            fault,
            at: now,
        });
    }
}

/// The arguments in a body. The bytes of an object are none, and where a token is asked for with
/// a form, the gateway refuses it in its own words.
fn arguments(route: &Route, request: &Request) -> Result<Arguments, Code> {
    if route.caller == Caller::Nobody && route.method == "PUT" {
        return Arguments::read(&[]);
    }
    let read = Arguments::read(&request.body);
    read.map_err(|code| match route.caller {
        Caller::Nobody => Code::MissingBody,
        Caller::Person(_) => code,
    })
}

fn spoiled(interference: Option<&Interference>) -> Spoiled {
    if interference == Some(&Interference::TaskItem) {
        Spoiled::OneEntry
    } else {
        Spoiled::No
    }
}

impl Service for DingTalk {
    fn answer(&mut self, request: &Request, now: Moment) -> Reply {
        let Some((route, parts)) = matching(&request.method, &request.path) else {
            let outcome = self.refused(Code::RouteNotFound);
            self.record(None, request, &outcome, None, now);
            return outcome.reply;
        };
        if route.caller != Caller::Nobody {
            self.kept.drive.tick(&self.rules, now);
        }
        let fault = self.faults.next(route.name);
        let interference = fault.as_ref().map(interference);
        let outcome = self.outcome(route, parts, request, interference.as_ref(), now);
        let name = fault.as_ref().map(|fault| fault.kind.name());
        self.record(Some(route), request, &outcome, name, now);
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
        let mut lines = String::new();
        for space in self.kept.drive.spaces.values() {
            let mut ids: Vec<(String, u64)> = space
                .tree
                .entries()
                .map(|entry| (space.tree.path(entry.id), entry.id))
                .collect();
            ids.sort();
            for (path, id) in ids {
                let Some(entry) = space.tree.get(id) else {
                    continue;
                };
                let line = json!({
                    "space": space.id.to_string(),
                    "path": path,
                    "id": id.to_string(),
                    "kind": entry.kind.word(),
                    "size": entry.content.size,
                    "version": entry.content.version,
                    "uuid": entry.uuid,
                    "grants": entry.grants,
                });
                lines.push_str(&line.to_string());
                lines.push('\n');
            }
        }
        lines
    }

    fn plant(&mut self, yaml: &str, now: Moment) -> Result<(), String> {
        let seed = Seed::parse(yaml)?;
        let person = seed.credentials.first();
        let person = person.and_then(|first| first.union_ids.first());
        let app = seed.credentials.first();
        let act = Act {
            person: person.map_or("seed", String::as_str),
            app: app.map_or("seed", |app| app.app_key.as_str()),
            now,
            rules: &Rules::new(),
            spoiled: Spoiled::No,
        };
        self.kept.tokens.plant(&seed);
        let planted = self.kept.drive.plant(&act, &seed);
        // A seed is no write that others have to wait for.
        self.kept.drive.hold(&act);
        planted
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
        let revisions = (self.kept.drive.revision, self.kept.tokens.revision);
        if revisions == self.saved {
            return None;
        }
        let bytes = serde_json::to_vec(&self.kept).ok()?;
        self.saved = revisions;
        Some(bytes)
    }
}
