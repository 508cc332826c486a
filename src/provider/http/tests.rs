//! Calls against servers that behave and misbehave.
#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use std::future::Future;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use super::client::Times;
use super::{Call, Client, Endpoint, Method, Nature, Reply};
use crate::provider::error::{Effect, ErrorKind, ProviderError, Retry};
use crate::provider::layer::{Pause, SystemPause};

const MARKER: &str = "marker-of-a-secret";

/// Takes one connection, hands what was sent to `answer`, and gives it back.
fn serve(answer: fn(&mut TcpStream)) -> (String, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let server = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut heard = Vec::new();
        let mut buffer = [0; 4096];
        while !is_whole(&heard) {
            let count = stream.read(&mut buffer).unwrap();
            heard.extend_from_slice(&buffer[..count]);
        }
        answer(&mut stream);
        String::from_utf8(heard).unwrap()
    });
    (address, server)
}

/// Whether head and body of a request have come.
fn is_whole(heard: &[u8]) -> bool {
    let text = String::from_utf8_lossy(heard);
    let Some((head, body)) = text.split_once("\r\n\r\n") else {
        return false;
    };
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "));
    body.len() >= length.map_or(0, |length| length.parse().unwrap())
}

fn client(address: &str, pause: Arc<dyn Pause>) -> Client {
    let times = Times {
        connect: Duration::from_secs(2),
        call: Duration::from_millis(300),
    };
    Client::with_times(Endpoint::parse(address).unwrap(), 20.0, pause, times).unwrap()
}

fn call(nature: Nature) -> Call<'static> {
    Call {
        route: "theCall",
        nature,
        method: Method::Post,
        path: &["v1", "a/b"],
        query: vec![
            ("flag", None),
            ("token", Some(MARKER.into())),
            ("n", Some("a&b=c".into())),
        ],
        headers: vec![("x-token", MARKER.into())],
        body: Some(br#"{"a":1}"#.to_vec()),
    }
}

async fn send(address: &str, nature: Nature) -> Result<Reply, ProviderError> {
    let answer = client(address, Arc::new(SystemPause))
        .send(call(nature))
        .await;
    let shown = format!("{answer:?} {:?}", call(nature));
    assert!(!shown.contains(MARKER), "{shown}");
    answer
}

#[tokio::test]
async fn a_call_is_sent_as_it_is_and_its_reply_is_read_to_the_end() {
    let (address, server) = serve(|stream| {
        let reply =
            "HTTP/1.1 403 No\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n";
        stream.write_all(reply.as_bytes()).unwrap();
    });
    let reply = send(&address, Nature::Writes).await.unwrap();
    assert_eq!((reply.status, reply.body.as_slice()), (403, &b"abcde"[..]));
    let heard = server.join().unwrap();
    let path = format!("POST /v1/a%2Fb?flag&token={MARKER}&n=a%26b%3Dc HTTP/1.1\r\n");
    assert!(heard.starts_with(&path), "{heard}");
    assert!(heard.contains(&format!("x-token: {MARKER}\r\n")), "{heard}");
    assert!(heard.ends_with("\r\n\r\n{\"a\":1}"), "{heard}");
}

#[tokio::test]
async fn redirects_are_replies() {
    let (address, _server) = serve(|stream| {
        let reply = "HTTP/1.1 302 Go\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n";
        stream.write_all(reply.as_bytes()).unwrap();
    });
    assert_eq!(send(&address, Nature::Reads).await.unwrap().status, 302);
}

#[tokio::test]
async fn a_call_without_a_reply_is_in_doubt_if_it_writes() {
    let ends: [fn(&mut TcpStream); 5] = [
        |_| {},
        |stream| stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Le").unwrap(),
        |stream| {
            let reply = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf";
            stream.write_all(reply.as_bytes()).unwrap();
        },
        |stream| stream.write_all(b"220 smtp.example.com\r\n").unwrap(),
        |stream| {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n");
            std::thread::sleep(Duration::from_millis(600));
        },
    ];
    for (number, end) in ends.into_iter().enumerate() {
        for (nature, effect, retry) in [
            (Nature::Reads, Effect::NotApplied, Retry::Backoff),
            (Nature::Writes, Effect::MayHaveApplied, Retry::Never),
        ] {
            let (address, _server) = serve(end);
            let error = send(&address, nature).await.unwrap_err();
            let found = (error.kind, error.effect, error.retry);
            let expected = (ErrorKind::Unavailable, effect, retry);
            assert_eq!(found, expected, "{number}: {error}");
        }
    }
}

#[tokio::test]
async fn what_was_not_sent_may_be_sent_again() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = closed.local_addr().unwrap();
    drop(closed);
    for address in [
        format!("http://{address}"),
        format!("https://{address}"),
        "https://name.invalid".to_owned(),
    ] {
        let error = send(&address, Nature::Writes).await.unwrap_err();
        let found = (error.effect, error.retry);
        assert_eq!(found, (Effect::NotApplied, Retry::Backoff), "{error}");
        assert!(error.message.starts_with("theCall did not reach "));
    }
    let (address, _server) = serve(|stream| stream.write_all(b"no tls at all").unwrap());
    let address = address.replace("http:", "https:");
    let call = send(&address, Nature::Writes);
    // The server waits for the end of a request that never comes.
    let error = call.await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Unavailable);
}

#[tokio::test]
async fn a_flood_is_cut_off() {
    let (address, _server) = serve(|stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n");
        let block = [b'x'; 65_536];
        while stream.write_all(&block).is_ok() {}
    });
    let client = Client::new(
        Endpoint::parse(&address).unwrap(),
        20.0,
        Arc::new(SystemPause),
    )
    .unwrap();
    let error = client.send(call(Nature::Writes)).await.unwrap_err();
    assert!(error.message.contains("more than 8388608 bytes"), "{error}");
    assert_eq!(error.effect, Effect::MayHaveApplied);
}

#[tokio::test]
async fn a_credential_that_no_header_can_have_is_not_sent() {
    let client = client("http://127.0.0.1:1", Arc::new(SystemPause));
    let mut call = call(Nature::Writes);
    call.headers = vec![("x-token", format!("{MARKER}\n").into())];
    let error = client.send(call).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Unauthenticated);
    assert!(error.message.contains("line end"), "{error}");
    assert!(!error.message.contains(MARKER), "{error}");
}

/// Notes how long it was asked to wait.
#[derive(Default)]
struct Noted(Mutex<Vec<Duration>>);

impl Pause for Noted {
    fn pause(&self, time: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        self.0.lock().unwrap().push(time);
        Box::pin(std::future::ready(()))
    }
}

#[tokio::test]
async fn each_client_has_a_pace_of_its_own() {
    let (held, free) = (Arc::new(Noted::default()), Arc::new(Noted::default()));
    let slow = client("http://127.0.0.1:1", Arc::clone(&held) as Arc<dyn Pause>);
    let quick = client("http://127.0.0.1:1", Arc::clone(&free) as Arc<dyn Pause>);
    slow.hold("theCall", Duration::from_secs(5));
    let _ = slow.send(call(Nature::Reads)).await;
    let _ = quick.send(call(Nature::Reads)).await;
    assert_eq!(held.0.lock().unwrap().len(), 1);
    assert!(free.0.lock().unwrap().is_empty());
}

#[tokio::test]
async fn calls_of_one_route_wait_for_their_turns() {
    let noted = Arc::new(Noted::default());
    let client = client("http://127.0.0.1:1", Arc::clone(&noted) as Arc<dyn Pause>);
    let _ = client.send(call(Nature::Reads)).await;
    client.hold("theCall", Duration::from_secs(5));
    let _ = client.send(call(Nature::Reads)).await;
    let waited = noted.0.lock().unwrap().clone();
    assert_eq!(waited.len(), 1);
    assert!(waited[0] > Duration::from_secs(4), "{waited:?}");
}
