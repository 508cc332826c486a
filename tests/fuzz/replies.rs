//! Whole providers over a service on this machine that answers every call with the same bytes.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use reshelve::manifest::Disposal;
use reshelve::plan::{Action, Operation, OperationId, Place, Reason, Strategy};
use reshelve::provider::dingtalk::{DingTalkProvider, DingTalkSettings};
use reshelve::provider::layer::Pause;
use reshelve::provider::smh::{SmhProvider, SmhSettings, SpaceKey};
use reshelve::provider::{
    BatchRequest, ListRequest, NoProgress, Profiles, Provider, ProviderError, SeekRequest,
    SpaceListRequest, TaskId,
};
use reshelve::state::PlacementRef;
use reshelve::tree::{EntryId, EntryKind, EntryPath, Listing, SpaceAlias};
use secrecy::SecretString;

/// Whose replies they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Vendor {
    DingTalk,
    Smh,
}

const STATUSES: [u16; 12] = [200, 201, 202, 204, 207, 302, 400, 403, 404, 429, 500, 503];

/// Makes one call, which is answered with these bytes. Whatever they are, the provider says what
/// it can say of them; the result tells whether it made something of them.
pub(crate) fn take(vendor: Vendor, bytes: &[u8]) -> bool {
    let [call, status, body @ ..] = bytes else {
        return false;
    };
    let status = STATUSES[usize::from(*status) % STATUSES.len()];
    STAGES.with_borrow_mut(|stages| {
        let key = vendor == Vendor::Smh;
        let stage = stages.entry(key).or_insert_with(Stage::new);
        *stage.reply.lock().unwrap_or_else(PoisonError::into_inner) = (status, body.to_vec());
        let provider = vendor.provider(&stage.endpoint);
        let limit = Duration::from_secs(20);
        let ended = stage
            .runtime
            .block_on(async { tokio::time::timeout(limit, make(provider.as_ref(), *call)).await });
        ended.unwrap_or_else(|_| panic!("a call takes longer than {limit:?}"))
    })
}

thread_local! {
    static STAGES: RefCell<BTreeMap<bool, Stage>> = const { RefCell::new(BTreeMap::new()) };
}

/// The service, and what runs a call.
struct Stage {
    reply: Arc<Mutex<(u16, Vec<u8>)>>,
    endpoint: String,
    runtime: tokio::runtime::Runtime,
}

impl Stage {
    fn new() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port is free");
        let address = listener.local_addr().expect("it is bound");
        let reply = Arc::<Mutex<(u16, Vec<u8>)>>::default();
        let said = Arc::clone(&reply);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let said = Arc::clone(&said);
                std::thread::spawn(move || serve(stream, &said));
            }
        });
        let mut builder = tokio::runtime::Builder::new_current_thread();
        Self {
            reply,
            endpoint: format!("http://{address}"),
            runtime: builder.enable_all().build().expect("a runtime"),
        }
    }
}

/// Answers one call after another until the caller goes away.
fn serve(mut stream: TcpStream, reply: &Mutex<(u16, Vec<u8>)>) {
    let Ok(reading) = stream.try_clone() else {
        return;
    };
    let mut reading = BufReader::new(reading);
    while let Some(length) = request(&mut reading) {
        let mut body = vec![0; length];
        if reading.read_exact(&mut body).is_err() {
            return;
        }
        let (status, body) = reply.lock().unwrap_or_else(PoisonError::into_inner).clone();
        // A reply of this status has no body.
        let body = if status == 204 { Vec::new() } else { body };
        let mut answer = format!("HTTP/1.1 {status} X\r\ncontent-type: application/json\r\n");
        if status != 204 {
            answer.push_str(&format!("content-length: {}\r\n", body.len()));
        }
        answer.push_str("\r\n");
        let answered = stream.write_all(&[answer.as_bytes(), &body].concat());
        if answered.is_err() {
            return;
        }
    }
}

/// Reads the head of a request; gives the length of its body.
fn request(reading: &mut impl BufRead) -> Option<usize> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if reading.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let line = line.trim_end().to_ascii_lowercase();
        if line.is_empty() {
            return Some(length);
        }
        if let Some(stated) = line.strip_prefix("content-length:") {
            length = stated.trim().parse().ok()?;
        }
    }
}

/// Waits for nothing.
struct AtOnce;

impl Pause for AtOnce {
    fn pause(&self, _time: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(std::future::ready(()))
    }
}

/// A profile with a token, so that no call asks for one.
struct Fields(String);

impl Profiles for Fields {
    fn field(&self, _profile: &str, name: &str) -> Result<Option<SecretString>, ProviderError> {
        Ok(match name {
            "ENDPOINT" => Some(self.0.as_str().into()),
            "UNION_ID" => Some("union-1".into()),
            "ACCESS_TOKEN" => Some("token-1".into()),
            _ => None,
        })
    }
}

impl Vendor {
    fn provider(self, endpoint: &str) -> Box<dyn Provider> {
        let profiles = Arc::new(Fields(endpoint.to_owned()));
        let pause = Arc::new(AtOnce);
        let calls_per_second = Some(10_000);
        match self {
            Self::DingTalk => {
                let settings = DingTalkSettings {
                    spaces: [(space(), "789".to_owned())].into(),
                    profile: "dingtalk".to_owned(),
                    profiles,
                    calls_per_second,
                    pause,
                };
                Box::new(DingTalkProvider::new(settings).expect("a profile that is whole"))
            }
            Self::Smh => {
                let key = SpaceKey {
                    library: "smh0library00001".to_owned(),
                    id: "space1".to_owned(),
                };
                let settings = SmhSettings {
                    spaces: [(space(), key)].into(),
                    profile: "smh".to_owned(),
                    profiles,
                    calls_per_second,
                    pause,
                };
                Box::new(SmhProvider::new(settings).expect("a profile that is whole"))
            }
        }
    }
}

fn space() -> SpaceAlias {
    SpaceAlias::parse("a").expect("an alias")
}

fn place(path: &str, id: Option<&str>) -> Place {
    Place {
        space: space(),
        path: EntryPath::parse(path).expect("a path"),
        id: id.map(EntryId::new),
    }
}

/// How many calls there are to choose from.
pub(crate) const CALLS: u8 = 11;

async fn make(provider: &dyn Provider, call: u8) -> bool {
    match call % CALLS {
        0 => list(provider).await,
        1 => list_space(provider).await,
        2 => seek(provider).await,
        3 => {
            let places = [place("/x", Some("11")), place("/y", None)];
            let found = provider.fetch(&places).await;
            found.is_ok_and(|found| found.len() == places.len())
        }
        4 => {
            let tasks = ["16", "a:16"].map(|id| TaskId(id.to_owned()));
            let statuses = provider.poll(&tasks).await;
            statuses.is_ok_and(|statuses| statuses.len() == tasks.len())
        }
        number => execute(provider, number).await,
    }
}

async fn list(provider: &dyn Provider) -> bool {
    let request = ListRequest {
        space: space(),
        folder: EntryPath::root(),
        id: None,
        page: None,
    };
    match provider.list(&request).await {
        Ok(page) => check(&page.listing),
        Err(error) => check_words(&error),
    }
}

async fn list_space(provider: &dyn Provider) -> bool {
    let request = SpaceListRequest {
        space: space(),
        page: None,
    };
    match provider.list_space(&request).await {
        Ok(page) => {
            assert_eq!(page.parents.len(), page.listing.len());
            check(&page.listing)
        }
        Err(error) => check_words(&error),
    }
}

async fn seek(provider: &dyn Provider) -> bool {
    let request = SeekRequest {
        space: space(),
        ids: ["11", "12"].map(EntryId::new).into(),
    };
    match provider.seek(&request).await {
        Ok(page) => check(&page.listing),
        Err(error) => check_words(&error),
    }
}

/// Every name that was listed can be a part of a path.
fn check(listing: &Listing) -> bool {
    for entry in listing.entries() {
        assert!(
            EntryPath::root().join(entry.name).is_ok(),
            "{:?}",
            entry.name
        );
    }
    true
}

/// What is said of a reply is short, and does not repeat the credentials.
fn check_words(error: &ProviderError) -> bool {
    assert!(error.message.len() < 4096, "{} bytes", error.message.len());
    assert!(!error.message.contains("token-1"), "{error}");
    false
}

async fn execute(provider: &dyn Provider, number: u8) -> bool {
    let operations = operations(number);
    let operations: Vec<&Operation> = operations.iter().collect();
    let request = BatchRequest {
        run: "run-1",
        operations: &operations,
        progress: &NoProgress,
    };
    match provider.execute(&request).await {
        Ok(reply) => {
            let items = reply.items.iter().map(|item| item.operation);
            let tasks = reply.tasks.iter().map(|task| task.operation);
            let spoken: Vec<OperationId> = items.chain(tasks).collect();
            let known: BTreeSet<OperationId> = operations.iter().map(|it| it.id).collect();
            let unique: BTreeSet<OperationId> = spoken.iter().copied().collect();
            assert_eq!(unique.len(), spoken.len(), "an operation ended twice");
            assert!(unique.is_subset(&known), "an end of no operation");
            true
        }
        Err(error) => check_words(&error),
    }
}

/// The operations of a call: a folder, one and two copies, moves, removals, a new name.
fn operations(number: u8) -> Vec<Operation> {
    let (x, y) = (place("/x", Some("11")), place("/y", Some("12")));
    let (to_x, to_y) = (place("/to x", None), place("/to y", None));
    let copy = |from: &Place, to: &Place| Action::Copy {
        from: from.clone(),
        to: Place {
            path: EntryPath::parse(&format!("/n{}", from.path)).unwrap_or_else(|_| to.path.clone()),
            id: None,
            ..to.clone()
        },
        strategy: Strategy::Fail,
    };
    let remove = |at: &Place, disposal| Action::Remove {
        at: at.clone(),
        disposal,
    };
    let actions = match number {
        5 => vec![Action::CreateFolder { at: to_x }],
        6 => vec![copy(&x, &to_x)],
        7 => vec![copy(&x, &to_x), copy(&y, &to_y)],
        8 => vec![Action::Rename {
            from: x,
            to: to_x,
            strategy: Strategy::Fail,
        }],
        9 => vec![remove(&x, Disposal::Recycle)],
        _ => vec![
            remove(&x, Disposal::Permanent),
            remove(&y, Disposal::Permanent),
        ],
    };
    let operation = |(number, action)| Operation {
        id: OperationId(number),
        placement: PlacementRef {
            manifest: "m".into(),
            placement: "p".into(),
        },
        reason: Reason::Missing,
        kind: if number == 1 && matches!(action, Action::CreateFolder { .. }) {
            EntryKind::Folder
        } else {
            EntryKind::File
        },
        entries: 1,
        bytes: 0,
        action,
        relies_on: Vec::new(),
    };
    (1..).zip(actions).map(operation).collect()
}
