//! A service to play scripts on.
//!
//! A script is lines. A line that begins with a method is a request, with its body behind the
//! path; `< status body` is what must come back, where an object may hold more than is written
//! and `"@absent"` must not be there; `= path path` is what a space holds, directories with a
//! slash; `~ name=value` sets a switch; `! {rule}` puts a fault in; `+ milliseconds` lets time
//! pass.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::emulator::config::{Config, Vendor};
use crate::emulator::exchange::{Fate, Reply, Request, Service};
use crate::emulator::smh::Smh;

pub(super) struct Stage {
    pub(super) service: Smh,
    pub(super) now: u64,
    last: Option<Reply>,
}

/// Two libraries: `one` with its one space, and `many` with the spaces `a` and `b`.
pub(super) const SEED: &str = r#"
libraries:
  - id: one
    secret: s3cret
    spaces:
      - id: "-"
        files: {/foo/1.jpg: 11, /foo/2.jpg: 22, /bar/1.jpg: 33, /bar/2.jpg: 44}
        folders: [/empty]
  - id: many
    secret: other
    tenants: many
    spaces:
      - {id: a, files: {/bar/x.txt: 5, /top.txt: 7}}
      - {id: b, files: {/foo/1.jpg: 11, /foo/2.jpg: 22, /bar/1.jpg: 33, /bar/2.jpg: 44}}
tokens:
  - {token: root, library: one, grants: [admin]}
  - {token: reader, library: one}
  - {token: copier, library: one, grants: [copy_file, copy_directory]}
  - {token: mover, library: one, grants: [move_file, delete_file]}
  - {token: chief, library: many, grants: [admin]}
  - {token: steward, library: many, spaces: [a], grants: [space_admin]}
  - {token: stewards, library: many, spaces: [a, b], grants: [space_admin]}
"#;

impl Stage {
    pub(super) fn new(seed: &str) -> Self {
        let config = Config::new(Vendor::Smh).seed(seed);
        let now = 1_767_776_400_000;
        Self {
            service: Smh::new(&config, "http://127.0.0.1:1", None, now).unwrap(),
            now,
            last: None,
        }
    }

    /// Asks as the holder of the token that may do everything, unless the query has another.
    pub(super) fn ask(&mut self, method: &str, target: &str, body: &str) -> Reply {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let mut query: BTreeMap<String, String> = query
            .split('&')
            .filter(|pair| !pair.is_empty())
            .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        let token = if path.contains("/many") {
            "chief"
        } else {
            "root"
        };
        query
            .entry("access_token".to_owned())
            .or_insert_with(|| token.to_owned());
        let mut headers = BTreeMap::new();
        for name in ["if-none-match", "x-smh-meta-note"] {
            if let Some(value) = query.remove(name) {
                headers.insert(name.to_owned(), value);
            }
        }
        let path = path.replace("%20", " ");
        let path = match path.strip_prefix('/') {
            Some(_) => path.clone(),
            None => format!("/api/v1/{path}"),
        };
        let request = Request {
            method: method.to_owned(),
            path,
            query,
            headers,
            body: body.as_bytes().to_vec(),
        };
        self.service.answer(&request, self.now)
    }

    /// Plays a script; panics with the line that went otherwise.
    pub(super) fn play(&mut self, script: &str) {
        for line in script.lines().map(str::trim) {
            let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
            match word {
                "" | "#" => {}
                "~" => self.service.set_switch(rest).unwrap(),
                "!" => self
                    .service
                    .set_faults(&format!("rules: [{rest}]"))
                    .unwrap(),
                "+" => self.now += rest.parse::<u64>().unwrap(),
                "<" => self.expect(rest, line),
                "=" => self.holds(rest),
                method => {
                    let (target, body) = rest.split_once(' ').unwrap_or((rest, ""));
                    self.last = Some(self.ask(method, target, body));
                }
            }
        }
    }

    fn expect(&self, expected: &str, line: &str) {
        let reply = self.last.as_ref().unwrap();
        let (status, body) = expected.split_once(' ').unwrap_or((expected, ""));
        let text = String::from_utf8_lossy(&reply.body);
        let told = match reply.fate {
            Fate::Delivered => reply.status.to_string(),
            Fate::Cut => "cut".to_owned(),
        };
        assert_eq!(told, status, "{line}\ncame: {text}");
        if body.is_empty() {
            return;
        }
        if body == "nothing" {
            assert_eq!(text, "", "{line}");
            return;
        }
        let wanted: Value =
            serde_json::from_str(body).unwrap_or_else(|error| panic!("{line}: {error}"));
        let came: Value = serde_json::from_str(&text).unwrap_or(Value::Null);
        assert!(fits(&came, &wanted), "{line}\ncame: {came}");
    }

    fn holds(&self, expected: &str) {
        let (space, paths) = expected.split_once(' ').unwrap_or((expected, ""));
        let tree = self.service.tree();
        let lines = tree.lines().map(|line| {
            let line: Value = serde_json::from_str(line).unwrap();
            let place = format!(
                "{}/{}",
                line["library"].as_str().unwrap(),
                line["space"].as_str().unwrap()
            );
            let slash = if line["kind"] == "folder" { "/" } else { "" };
            (place, format!("{}{slash}", line["path"].as_str().unwrap()))
        });
        let found: BTreeSet<String> = lines
            .filter(|(place, _)| place == space)
            .map(|(_, path)| path.replace(' ', "_"))
            .collect();
        let wanted = paths.split_whitespace().map(str::to_owned);
        assert_eq!(found, wanted.collect(), "in {space}");
    }
}

/// Whether a value has all that is wanted of it.
pub(super) fn fits(came: &Value, wanted: &Value) -> bool {
    match (came, wanted) {
        (Value::Object(came), Value::Object(wanted)) => {
            wanted.iter().all(|(key, wanted)| match came.get(key) {
                None => wanted == "@absent",
                Some(came) => fits(came, wanted),
            })
        }
        (Value::Array(came), Value::Array(wanted)) => {
            came.len() == wanted.len() && came.iter().zip(wanted).all(|(c, w)| fits(c, w))
        }
        (came, wanted) => came == wanted || wanted == "@any",
    }
}
