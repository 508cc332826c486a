//! The provider of libraries of spaces over a service on this machine, which does what the vendor's
//! documents say, and where they say nothing or two things, one or the other.

use std::collections::BTreeMap;
use std::sync::Arc;

use reshelve::emulator::{Config, Emulator, Running, Vendor};
use reshelve::provider::layer::SystemPause;
use reshelve::provider::smh::{SmhProvider, SmhSettings, SpaceKey};
use reshelve::provider::{Profiles, ProviderError};
use reshelve::tree::EntryKind;
use secrecy::SecretString;
use serde_json::{Value, json};

use crate::scene::{Row, SPACES, alias};

/// How a service behaves: `name=value` of each switch that is not at its default.
pub(crate) type Switches = &'static [&'static str];

/// All switches at their defaults: small batches are done with the reply.
pub(crate) const AS_DOCUMENTED: Switches = &[];

/// Everything that can become a task becomes one.
pub(crate) const BY_TASKS: Switches = &["async-items=1", "async-entries=1", "task-length=2"];

/// Every switch at its second value that leaves the sheet true.
pub(crate) const OTHERWISE: Switches = &[
    "copy-echo=array",
    "item-status=text",
    "task-key=id",
    "task-id=text",
    "task-unknown=refuse",
    "task-pace=time",
    "task-length=20",
    "async-items=2",
    "directory-copy=always",
    "directory-task=bare",
    "marker=text",
    "version-id=text",
    "crc64=signed",
    "history-crc64=unsigned",
    "error-status=present",
    "not-modified=off",
    "numbered-suffix=first",
    "type-change=allow",
    "overwrite-directory=invalid",
    "overwrite-history=allow",
    "batch-missing=file",
    "leading-slash=refuse",
    "move-in-place=conflict",
    "move-inode=change",
    "copy-time=keep",
    "copy-tag=keep",
    "copy-quota=ignore",
    "restore-conflict=rename",
    "bulk-restore-conflict=ask",
];

/// Every switch at its third value, and tasks that are done with the reply.
pub(crate) const AT_LAST: Switches = &[
    "task-key=both",
    "task-length=0",
    "async-items=1",
    "batch-parents=refuse",
    "same-space=accept",
];

/// The library of every service.
pub(crate) const LIBRARY: &str = "smh0library00001";

/// The id of a space in the service.
pub(crate) fn space_id(space: &str) -> String {
    format!("space{space}")
}

/// A service that holds a scene. It has nothing special to put there.
pub(crate) fn start(switches: Switches, rows: &[Row]) -> Running {
    start_with(switches, rows, &json!({}))
}

/// A service that holds a scene, with more said of its library.
pub(crate) fn start_with(switches: Switches, rows: &[Row], more: &Value) -> Running {
    let spaces: Vec<Value> = SPACES.iter().map(|space| seed(space, rows)).collect();
    let mut library = json!({
        "id": LIBRARY,
        "secret": "secret-1",
        "tenants": "many",
        "spaces": spaces,
    });
    for (key, value) in more.as_object().unwrap() {
        library[key] = value.clone();
    }
    let seed = json!({ "libraries": [library] });
    let mut config = Config::new(Vendor::Smh)
        .seed(seed.to_string())
        .calls_per_second(0);
    for switch in switches {
        config = config.switch(*switch);
    }
    Emulator::start(config).unwrap()
}

fn seed(space: &str, rows: &[Row]) -> Value {
    let here = || {
        rows.iter()
            .filter(|row| row.address.space.as_str() == space)
    };
    let of = |kind: EntryKind| here().filter(move |row| row.kind == kind);
    let folders: Vec<&str> = of(EntryKind::Folder)
        .map(|row| row.address.path.as_str())
        .collect();
    let files: Vec<Value> = of(EntryKind::File)
        .map(|row| json!({"path": row.address.path.as_str(), "size": row.size}))
        .collect();
    json!({"id": space_id(space), "folders": folders, "entries": files})
}

/// The fields of one profile.
pub(crate) struct Fields(pub(crate) BTreeMap<&'static str, String>);

impl Profiles for Fields {
    fn field(&self, _profile: &str, name: &str) -> Result<Option<SecretString>, ProviderError> {
        Ok(self.0.get(name).map(|value| value.as_str().into()))
    }
}

/// A client of a service.
pub(crate) fn provider(service: &Running) -> SmhProvider {
    let secret = ("LIBRARY_SECRET", "secret-1".to_owned());
    client(BTreeMap::from([("ENDPOINT", service.endpoint()), secret]))
}

/// A client with a profile.
pub(crate) fn client(fields: BTreeMap<&'static str, String>) -> SmhProvider {
    let key = |space: &str| SpaceKey {
        library: LIBRARY.to_owned(),
        id: space_id(space),
    };
    SmhProvider::new(SmhSettings {
        spaces: SPACES.map(|space| (alias(space), key(space))).into(),
        profile: "smh".to_owned(),
        profiles: Arc::new(Fields(fields)),
        calls_per_second: Some(10_000),
        pause: Arc::new(SystemPause),
    })
    .unwrap()
}
