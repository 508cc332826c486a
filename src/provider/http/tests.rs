//! Calls against servers that behave and misbehave.
#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use std::future::Future;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
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
    Client::with_times(Endpoint::parse(address).unwrap(), 20, pause, times).unwrap()
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
        20,
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

/// Notes how long it was asked to wait, and lets that time go by at once.
#[derive(Default)]
struct Noted(Mutex<Vec<Duration>>);

impl Noted {
    fn waited(&self) -> Vec<u64> {
        let times = self.0.lock().unwrap();
        times.iter().map(Duration::as_secs).collect()
    }
}

impl Pause for Noted {
    fn pause(&self, time: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        self.0.lock().unwrap().push(time);
        Box::pin(std::future::ready(()))
    }

    fn elapsed(&self) -> Duration {
        let times = self.0.lock().unwrap();
        Duration::from_secs(3600) + times.iter().sum::<Duration>()
    }
}

/// What is heard from a service that says no more than this.
fn refused(client: &Client, pause: &Noted, error: ProviderError, header: Option<u64>) -> Retry {
    let reply = Reply {
        status: 403,
        body: Vec::new(),
        wait: header.map(Duration::from_secs),
        begun: pause.elapsed(),
    };
    let mut answer: Result<(), _> = Err(error);
    client.heed("theCall", Nature::Writes, &reply, &mut answer);
    answer.unwrap_err().retry
}

fn throttled(retry: Retry) -> ProviderError {
    ProviderError {
        retry,
        ..ProviderError::passing(ErrorKind::Throttled, "too many")
    }
}

const NOWHERE: &str = "http://127.0.0.1:1";

#[tokio::test]
async fn a_route_is_held_as_long_as_its_service_asks() {
    let (held, free) = (Arc::new(Noted::default()), Arc::new(Noted::default()));
    let slow = client(NOWHERE, Arc::clone(&held) as Arc<dyn Pause>);
    let quick = client(NOWHERE, Arc::clone(&free) as Arc<dyn Pause>);
    let five = Retry::After(Duration::from_secs(5));
    refused(&slow, &held, throttled(five), None);
    let _ = slow.send(call(Nature::Reads)).await;
    let _ = quick.send(call(Nature::Reads)).await;
    assert_eq!(held.waited(), [5]);
    // Each client has a pace of its own, and so has each route.
    assert!(free.waited().is_empty());
    let mut other = call(Nature::Reads);
    other.route = "anotherCall";
    refused(&slow, &held, throttled(five), None);
    let _ = slow.send(other).await;
    assert_eq!(held.waited(), [5]);
}

#[test]
fn a_header_that_asks_to_wait_is_heeded_within_limits() {
    let after = |seconds| Retry::After(Duration::from_secs(seconds));
    // What follows from the refusal, the header, and what comes of both.
    let cases = [
        (after(1), None, after(1)),
        (after(1), Some(0), after(1)),
        (after(1), Some(3), after(3)),
        (after(1), Some(6), after(6)),
        (after(1), Some(7), after(6)),
        (after(20), Some(3), after(20)),
        (after(1), Some(u64::MAX), after(6)),
        (Retry::Backoff, None, Retry::Backoff),
        (Retry::Backoff, Some(2), after(2)),
        (
            Retry::Backoff,
            Some(0),
            Retry::After(Duration::from_millis(250)),
        ),
        (Retry::Never, Some(2), Retry::Never),
    ];
    for (stated, header, expected) in cases {
        let pause = Arc::new(Noted::default());
        let client = client(NOWHERE, Arc::clone(&pause) as Arc<dyn Pause>);
        let found = refused(&client, &pause, throttled(stated), header);
        assert_eq!(found, expected, "{stated:?} {header:?}");
    }
}

#[tokio::test]
async fn the_header_that_asks_to_wait_is_read() {
    type Case = (fn(&mut TcpStream), Option<u64>);
    let cases: [Case; 4] = [
        (|stream| answer(stream, "Retry-After: 7\r\n"), Some(7)),
        (|stream| answer(stream, "Retry-After: -7\r\n"), None),
        (|stream| answer(stream, "Retry-After: soon\r\n"), None),
        (
            |stream| answer(stream, "Retry-After: Fri, 31 Dec 1999 23:59:59 GMT\r\n"),
            None,
        ),
    ];
    for (answer, expected) in cases {
        let (address, _server) = serve(answer);
        let reply = send(&address, Nature::Reads).await.unwrap();
        assert_eq!(reply.wait, expected.map(Duration::from_secs));
    }
}

fn answer(stream: &mut TcpStream, header: &str) {
    let reply = format!("HTTP/1.1 429 No\r\n{header}Content-Length: 0\r\n\r\n");
    stream.write_all(reply.as_bytes()).unwrap();
}

/// A server that takes every connection and breaks it off, and how many it took.
fn hang_up() -> (String, Arc<AtomicU64>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let count = Arc::new(AtomicU64::new(0));
    let taken = Arc::clone(&count);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let _ = stream.read(&mut [0; 4096]);
            taken.fetch_add(1, Ordering::Relaxed);
        }
    });
    (address, count)
}

#[tokio::test]
async fn a_host_whose_calls_end_unknown_is_left_alone() {
    let (address, taken) = hang_up();
    let pause = Arc::new(Noted::default());
    let client = client(&address, Arc::clone(&pause) as Arc<dyn Pause>);
    for _ in 0..3 {
        let error = client.send(call(Nature::Writes)).await.unwrap_err();
        assert_eq!(error.effect, Effect::MayHaveApplied);
    }
    for _ in 0..2 {
        let error = client.send(call(Nature::Writes)).await.unwrap_err();
        assert_eq!(error.effect, Effect::NotApplied);
        assert!(error.message.contains("was not sent"), "{error}");
        let Retry::After(time) = error.retry else {
            panic!("{error:?}");
        };
        assert!((118..=120).contains(&time.as_secs()), "{time:?}");
    }
    assert_eq!(taken.load(Ordering::Relaxed), 3);
    // What is in doubt can be looked at meanwhile.
    let error = client.send(call(Nature::Reads)).await.unwrap_err();
    assert!(error.message.contains("got no reply"), "{error}");
    pause.pause(Duration::from_secs(120)).await;
    let error = client.send(call(Nature::Writes)).await.unwrap_err();
    assert_eq!(error.effect, Effect::MayHaveApplied);
    let error = client.send(call(Nature::Writes)).await.unwrap_err();
    assert_eq!(error.effect, Effect::NotApplied);
    assert_eq!(taken.load(Ordering::Relaxed), 5);
}

#[tokio::test]
async fn a_host_that_shuts_gets_no_call_until_it_opens() {
    let (address, taken) = hang_up();
    let pause = Arc::new(Noted::default());
    let client = client(&address, Arc::clone(&pause) as Arc<dyn Pause>);
    client.shut(Duration::from_secs(300));
    for nature in [Nature::Reads, Nature::Writes] {
        let error = client.send(call(nature)).await.unwrap_err();
        let found = (error.effect, error.retry);
        let expected = (Effect::NotApplied, Retry::After(Duration::from_secs(300)));
        assert_eq!(found, expected, "{error}");
        assert!(
            error.message.ends_with("try again in 300 seconds"),
            "{error}"
        );
    }
    assert_eq!(taken.load(Ordering::Relaxed), 0);
    pause.pause(Duration::from_secs(300)).await;
    client.send(call(Nature::Reads)).await.unwrap_err();
    assert_eq!(taken.load(Ordering::Relaxed), 1);
}
