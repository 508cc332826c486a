//! What tests in other processes may ask and say, beside the vendor's API.

use super::calendar::Moment;
use super::exchange::{Reply, Request, Service};

/// Where these calls are; the vendor has nothing there.
pub(crate) const PREFIX: &str = "/_emulator/";

/// Answers a call below [`PREFIX`]. These calls are in no log.
pub(crate) fn answer(service: &mut dyn Service, request: &Request, now: Moment) -> Reply {
    let body = String::from_utf8_lossy(&request.body);
    let what = request.path.strip_prefix(PREFIX).unwrap_or_default();
    match (request.method.as_str(), what) {
        ("GET", "log") => Reply::text(200, "application/jsonl", log(service)),
        ("DELETE", "log") => {
            service.clear_log();
            done(Ok(()))
        }
        ("GET", "tree") => Reply::text(200, "application/jsonl", service.tree()),
        ("POST", "seed") => done(service.plant(&body, now)),
        ("POST", "faults") => done(service.set_faults(&body)),
        ("POST", "switches") => {
            let mut lines = body.lines().filter(|line| !line.trim().is_empty());
            done(lines.try_for_each(|line| service.set_switch(line)))
        }
        _ => Reply::text(404, "text/plain", "there is no such page\n"),
    }
}

fn done(result: Result<(), String>) -> Reply {
    match result {
        Ok(()) => Reply::text(200, "text/plain", "done\n"),
        Err(problem) => Reply::text(400, "text/plain", format!("{problem}\n")),
    }
}

fn log(service: &dyn Service) -> String {
    let lines = service.log().iter().map(serde_json::to_string);
    let mut text = String::new();
    for line in lines.map_while(Result::ok) {
        text.push_str(&line);
        text.push('\n');
    }
    text
}
