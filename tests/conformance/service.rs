//! The provider over a service on this machine that does what the vendor's documents say, and
//! where they say nothing, one thing or the other.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use reshelve::emulator::{Config, Emulator, Running, Vendor};
use reshelve::provider::dingtalk::{DingTalkProvider, DingTalkSettings};
use reshelve::provider::layer::SystemPause;
use reshelve::provider::{Profiles, ProviderError};
use reshelve::tree::EntryKind;
use secrecy::SecretString;
use serde_json::json;

use crate::scene::{Row, SPACES, alias};

/// How a service behaves.
pub(crate) struct Manner {
    /// `name=value` of each switch that is not at its default.
    pub(crate) switches: &'static [&'static str],
    pub(crate) latency: Duration,
    /// Calls a second and route that the service takes; 0 for any number.
    pub(crate) takes: u32,
    /// Calls a second and route that the client makes.
    pub(crate) makes: u32,
}

/// All switches at their defaults, tasks and all.
pub(crate) const AS_DOCUMENTED: Manner = Manner {
    switches: &[],
    latency: Duration::ZERO,
    takes: 0,
    makes: 10_000,
};

/// Every switch at its second value that leaves the sheet true.
pub(crate) const OTHERWISE: Manner = Manner {
    switches: &[
        "copy-limit=30",
        "move-id-same-space=change",
        "move-id-cross-space=keep",
        "move-in-place=rename",
        "auto-rename=spaced",
        "overwrite-folder=replace",
        "overwrite-copy=replace",
        "overwrite-move=version",
        "missing-source=call",
        "conflict-error=call",
        "into-itself=item",
        "rename-suffix=keep",
        "modified-on-move=keep",
        "modified-on-child=touch",
        "dates=java",
        "app-properties=array",
        "folder-size=zero",
        "async-dentry=source",
        "item-order=shuffled",
        "last-token=empty",
        "short-pages=2",
        "list-over-limit=500",
        "list-all-root=present",
        "task-pace=time",
        "task-length=20",
        "task-retention=60000",
        "task-partial=success",
        "restore-id=keep",
        "restore-orphan=error",
        "bin-scopes=all",
    ],
    ..AS_DOCUMENTED
};

/// Every switch at its third value, and tasks that are done with the reply.
pub(crate) const AT_LAST: Manner = Manner {
    switches: &[
        "overwrite-folder=error",
        "dates=iso-minutes",
        "async-dentry=absent",
        "short-pages=1",
        "task-length=0",
        "busy-tree=refuse",
        "depth=10",
        "name-length=300",
    ],
    ..AS_DOCUMENTED
};

/// A service that takes its time and fewer calls than are made.
pub(crate) const BUSY: Manner = Manner {
    switches: &[
        "busy-tree=refuse",
        "task-pace=time",
        "task-length=40",
        "write-hold=5",
    ],
    latency: Duration::from_millis(10),
    takes: 12,
    makes: 20,
};

/// The number of a space in the service.
fn space_id(space: &str) -> String {
    let position = SPACES.iter().position(|known| *known == space).unwrap();
    format!("10000000{position}")
}

/// A service that holds a scene.
pub(crate) fn start(manner: &Manner, rows: &[Row]) -> Running {
    let spaces: Vec<_> = SPACES
        .iter()
        .map(|space| {
            let here = rows
                .iter()
                .filter(|row| row.address.space.as_str() == *space);
            let entries: Vec<_> = here.map(seed_entry).collect();
            json!({"id": space_id(space), "name": space, "made": "drive", "entries": entries})
        })
        .collect();
    let seed = json!({
        "credentials": [{"app_key": "key-1", "app_secret": "secret-1", "union_ids": ["union-1"]}],
        "spaces": spaces,
    });
    let mut config = Config::new(Vendor::Dingtalk)
        .seed(seed.to_string())
        .latency(manner.latency)
        .calls_per_second(manner.takes);
    for switch in manner.switches {
        config = config.switch(*switch);
    }
    Emulator::start(config).unwrap()
}

fn seed_entry(row: &Row) -> serde_json::Value {
    let path = row.address.path.as_str();
    match row.kind {
        EntryKind::Folder => json!({"path": format!("{path}/")}),
        EntryKind::File => json!({"path": path, "size": row.size}),
        EntryKind::Special => json!({"path": path, "driver": "ALIDOC"}),
    }
}

/// The fields of one profile.
struct Fields(BTreeMap<&'static str, String>);

impl Profiles for Fields {
    fn field(&self, _profile: &str, name: &str) -> Result<Option<SecretString>, ProviderError> {
        Ok(self.0.get(name).map(|value| value.as_str().into()))
    }
}

/// A client of a service.
pub(crate) fn provider(service: &Running, manner: &Manner) -> DingTalkProvider {
    made(&service.endpoint(), "secret-1", manner.makes)
}

/// A client with a secret of its own.
pub(crate) fn client(endpoint: &str, secret: &str) -> DingTalkProvider {
    made(endpoint, secret, AS_DOCUMENTED.makes)
}

fn made(endpoint: &str, secret: &str, calls_per_second: u32) -> DingTalkProvider {
    let fields = BTreeMap::from([
        ("ENDPOINT", endpoint.to_owned()),
        ("UNION_ID", "union-1".to_owned()),
        ("APP_KEY", "key-1".to_owned()),
        ("APP_SECRET", secret.to_owned()),
    ]);
    DingTalkProvider::new(DingTalkSettings {
        spaces: SPACES.map(|space| (alias(space), space_id(space))).into(),
        profile: "dingtalk".to_owned(),
        profiles: Arc::new(Fields(fields)),
        calls_per_second: Some(calls_per_second),
        pause: Arc::new(SystemPause),
    })
    .unwrap()
}
