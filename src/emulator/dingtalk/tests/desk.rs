//! A service to call without HTTP.
#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use serde_json::{Value, json};

use crate::emulator::config::{Config, Vendor};
use crate::emulator::dingtalk::DingTalk;
use crate::emulator::exchange::{Reply, Request, Service};

pub(super) const NOW: u64 = 1_800_000_000_000;
const SEED: &str = "
credentials: [{app_key: k, app_secret: s, corp_id: corp, union_ids: [me]}]
spaces:
  - id: '1000000001'
    name: A
    made: drive
    folders: [/t]
    files: {/a/x.txt: 1, /p.png: 2}
    entries:
      - {path: /id.txt, id: '77', size: 3, status: EXPIRED, driver: ALIDOC, grants: [guest]}
    generate: {below: /many, folders: 1, files: 9}
";

pub(super) struct Desk {
    pub(super) service: DingTalk,
    pub(super) token: String,
}

impl Desk {
    pub(super) fn new(config: Config) -> Self {
        let config = config.seed(SEED);
        let mut service = DingTalk::new(&config, "http://there", None, NOW).unwrap();
        let asked = json!({"appKey": "k", "appSecret": "s"});
        let reply = service.answer(&request("POST /v1.0/oauth2/accessToken", &asked), NOW);
        let token = body(&reply)["accessToken"].as_str().unwrap().to_owned();
        Self { service, token }
    }

    pub(super) fn with(switches: &[&str]) -> Self {
        let config = Config::new(Vendor::Dingtalk);
        Self::new(
            switches
                .iter()
                .fold(config, |config, it| config.switch(*it)),
        )
    }

    /// Makes a call in the name of a person who may do everything.
    pub(super) fn call(&mut self, what: &str, asked: &Value) -> Reply {
        let mut request = request(what, asked);
        request.query.insert("unionId".to_owned(), "me".to_owned());
        let header = "x-acs-dingtalk-access-token".to_owned();
        request.headers.insert(header, self.token.clone());
        self.service.answer(&request, NOW)
    }

    pub(super) fn id(&self, path: &str) -> String {
        let tree = self.service.tree();
        let mut lines = tree.lines().map(|line| serde_json::from_str(line).unwrap());
        let found = lines.find(|line: &Value| line["path"] == path);
        found.unwrap()["id"].as_str().unwrap().to_owned()
    }
}

/// A request like `GET /path?a=b`; a body of null is none.
pub(super) fn request(what: &str, asked: &Value) -> Request {
    let (method, rest) = what.split_once(' ').unwrap();
    let rest = rest.replace("SPACE", "/v1.0/storage/spaces/1000000001");
    let (path, query) = rest.split_once('?').unwrap_or((&rest, ""));
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    let json = ("content-type".to_owned(), "application/json".to_owned());
    Request {
        method: method.to_owned(),
        path: path.to_owned(),
        query: pairs.map(|(a, b)| (a.to_owned(), b.to_owned())).collect(),
        headers: [json].into(),
        body: if asked.is_null() {
            Vec::new()
        } else {
            asked.to_string().into_bytes()
        },
    }
}

pub(super) fn body(reply: &Reply) -> Value {
    serde_json::from_slice(&reply.body).unwrap_or(Value::Null)
}

pub(super) fn outcome(reply: &Reply) -> String {
    let body = body(reply);
    format!("{} {}", reply.status, body["code"].as_str().unwrap_or("-"))
}
