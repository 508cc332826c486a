//! Secrets do not print: a marker is looked for in everything that can be written, at the highest
//! level of the log.
#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use std::collections::BTreeMap;
use std::io::{self, Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use secrecy::SecretString;
use tracing_subscriber::fmt::MakeWriter;

use crate::provider::dingtalk::credentials::Credentials;
use crate::provider::dingtalk::wire::{Id, TokenReply};
use crate::provider::dingtalk::{DingTalkProvider, DingTalkSettings};
use crate::provider::error::ProviderError;
use crate::provider::http::Nature;
use crate::provider::layer::SystemPause;
use crate::provider::profiles::Profiles;
use crate::provider::provider::{ListRequest, Provider};
use crate::tree::{EntryPath, SpaceAlias};

const MARKER: &str = "marker";

struct Marked(String);

impl Profiles for Marked {
    fn field(&self, _profile: &str, name: &str) -> Result<Option<SecretString>, ProviderError> {
        let value = match name {
            "ENDPOINT" => self.0.clone(),
            "ACCESS_TOKEN" => return Ok(None),
            other => format!("{MARKER}-{other}"),
        };
        Ok(Some(value.into()))
    }
}

/// A log in memory.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// Answers each connection with the next reply, and repeats in it what it was told: a service that
/// gives secrets away.
fn serve(replies: &'static [(u16, &'static str)]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for (status, body) in replies {
            let (mut stream, _) = listener.accept().unwrap();
            let mut buffer = [0; 8192];
            let count = stream.read(&mut buffer).unwrap();
            let heard = String::from_utf8_lossy(&buffer[..count]);
            let heard = heard.replace(['"', '\\', '\r', '\n'], " ");
            let body = body.replace("ECHO", &heard);
            let length = body.len();
            let reply = format!(
                "HTTP/1.1 {status} X\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}"
            );
            stream.write_all(reply.as_bytes()).unwrap();
        }
    });
    address
}

/// A token that holds the marker, a refusal of it, a second one, and refusals that repeat headers.
const REPLIES: &[(u16, &str)] = &[
    (200, r#"{"accessToken":"marker-token-1","expireIn":7200}"#),
    (
        400,
        r#"{"code":"InvalidAuthentication","message":"marker-token-1 ECHO"}"#,
    ),
    (200, r#"{"accessToken":"marker-token-2","expireIn":7200}"#),
    (
        403,
        r#"{"code":"permissionDenied","message":"ECHO","requestid":"marker-token-2"}"#,
    ),
    (500, "marker-UNION_ID ECHO"),
    (200, r#"{"dentries":"marker-token-2"}"#),
    (
        200,
        r#"{"resultItems":[{"dentryId":"1","success":false,"errorCode":"marker-token-2"}]}"#,
    ),
];

#[test]
fn a_secret_is_in_no_log_and_no_message() {
    let address = serve(REPLIES);
    let space = SpaceAlias::parse("a").unwrap();
    let provider = DingTalkProvider::new(DingTalkSettings {
        spaces: BTreeMap::from([(space.clone(), "789".to_owned())]),
        profile: "p".to_owned(),
        profiles: Arc::new(Marked(address.clone())),
        calls_per_second: Some(1000),
        pause: Arc::new(SystemPause),
    })
    .unwrap();
    let request = ListRequest {
        space,
        folder: EntryPath::root(),
        id: None,
        page: None,
    };
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(log.clone())
        .finish();
    let mut said = format!("{provider:?}");
    tracing::subscriber::with_default(subscriber, || {
        let runtime = tokio::runtime::Builder::new_current_thread();
        let runtime = { runtime }.enable_all().build().unwrap();
        runtime.block_on(async {
            for _ in 0..3 {
                let error = provider.list(&request).await.unwrap_err();
                said.push_str(&format!("{error} {error:?}\n"));
            }
            let ids = [Id::new("1").unwrap()];
            let calls = provider.calls();
            let reply = calls.get_dentries(&ids[0], &ids).await.unwrap();
            assert_eq!(reply.result_items.unwrap().len(), 1);
        });
    });
    let credentials = Credentials::read(&Marked(address), "p").unwrap();
    said.push_str(&format!("{credentials:?}"));
    let token: TokenReply = serde_json::from_str(REPLIES[0].1).unwrap();
    said.push_str(&format!("{token:?} {:?}", Nature::Reads));
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(
        log.contains("listDentries") && said.contains("permission"),
        "{log}\n{said}"
    );
    for text in [log, said] {
        assert!(!text.contains(MARKER), "{text}");
    }
}
