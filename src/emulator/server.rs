//! HTTP on the loopback interface around a service.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::io;
use std::net::TcpListener;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::State;
use axum::http::{Request as HttpRequest, Response, StatusCode, header};
use http_body::Frame;
use tokio::sync::oneshot;

use super::admin;
use super::calendar;
use super::exchange::{Fate, Reply, Request, Service};
use super::state_file::StateFile;

/// Most bytes of a body; an uploaded file is taken into memory to count it.
const MOST_BYTES: usize = 1 << 30;

/// What every request is answered with.
pub(crate) struct Serving {
    pub(crate) service: Mutex<Box<dyn Service>>,
    pub(crate) latency: Duration,
    pub(crate) state: Option<StateFile>,
}

/// Serves until it is told to stop.
pub(crate) async fn serve(
    listener: TcpListener,
    serving: Arc<Serving>,
    stop: oneshot::Receiver<()>,
) -> io::Result<()> {
    let listener = tokio::net::TcpListener::from_std(listener)?;
    let router = Router::new().fallback(respond).with_state(serving);
    // Connections that are kept open are given up with the runtime.
    tokio::select! {
        ended = axum::serve(listener, router).into_future() => ended,
        _ = stop => Ok(()),
    }
}

async fn respond(
    State(serving): State<Arc<Serving>>,
    request: HttpRequest<Body>,
) -> Result<Response<Body>, Infallible> {
    let request = match taken_apart(request).await {
        Ok(request) => request,
        Err(_) => return Ok(written(Reply::text(413, "text/plain", "too large\n"))),
    };
    let beside = request.path.starts_with(admin::PREFIX);
    if !beside {
        tokio::time::sleep(serving.latency).await;
    }
    let reply = serving.answer(&request);
    tokio::time::sleep(reply.delay).await;
    Ok(written(reply))
}

impl Serving {
    /// One request at a time; what changed is on disk before the reply leaves.
    fn answer(&self, request: &Request) -> Reply {
        let mut service = self.service.lock().unwrap_or_else(PoisonError::into_inner);
        let now = calendar::now();
        let reply = if request.path.starts_with(admin::PREFIX) {
            admin::answer(service.as_mut(), request, now)
        } else {
            service.answer(request, now)
        };
        match self.save(service.as_mut()) {
            Ok(()) => reply,
            Err(error) => {
                let problem = format!("the state file cannot be written: {error}\n");
                Reply::text(500, "text/plain", problem)
            }
        }
    }

    fn save(&self, service: &mut dyn Service) -> io::Result<()> {
        let Some(file) = &self.state else {
            return Ok(());
        };
        service.unsaved().map_or(Ok(()), |bytes| file.write(&bytes))
    }
}

async fn taken_apart(request: HttpRequest<Body>) -> Result<Request, axum::Error> {
    let (parts, body) = request.into_parts();
    let headers = parts.headers.iter().map(|(name, value)| {
        let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
        (name.as_str().to_owned(), value)
    });
    Ok(Request {
        method: parts.method.as_str().to_owned(),
        path: decoded(parts.uri.path(), Plus::Itself),
        query: query(parts.uri.query().unwrap_or_default()),
        headers: headers.collect(),
        body: to_bytes(body, MOST_BYTES).await?.to_vec(),
    })
}

fn query(text: &str) -> BTreeMap<String, String> {
    let pairs = text.split('&').filter(|pair| !pair.is_empty());
    let pairs = pairs.map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    pairs
        .map(|(name, value)| (decoded(name, Plus::Blank), decoded(value, Plus::Blank)))
        .collect()
}

/// What a plus sign stands for: a blank in queries alone.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Plus {
    Itself,
    Blank,
}

fn decoded(text: &str, plus: Plus) -> String {
    let bytes = text.as_bytes();
    let mut plain = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let digits = text.get(at + 1..at + 3);
        let escaped = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match (byte, escaped) {
            (b'%', Some(value)) => {
                plain.push(value);
                at += 2;
            }
            (b'+', _) if plus == Plus::Blank => plain.push(b' '),
            _ => plain.push(*byte),
        }
        at += 1;
    }
    String::from_utf8_lossy(&plain).into_owned()
}

fn written(reply: Reply) -> Response<Body> {
    let body = match reply.fate {
        Fate::Delivered => Body::from(reply.body),
        Fate::Cut => Body::new(Broken),
    };
    let mut response = Response::new(body);
    *response.status_mut() =
        StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let kind = header::HeaderValue::from_static(reply.content_type);
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    for (name, value) in reply.headers {
        let name = header::HeaderName::try_from(name);
        let value = header::HeaderValue::try_from(value);
        if let (Ok(name), Ok(value)) = (name, value) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

/// A body that fails at once, which makes the server end the connection.
struct Broken;

impl http_body::Body for Broken {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        Poll::Ready(Some(Err(io::Error::from(io::ErrorKind::ConnectionReset))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_are_taken_apart() {
        let cases = [
            ("", vec![]),
            ("a=1&b=2", vec![("a", "1"), ("b", "2")]),
            ("name=x%2Fy+z&flag", vec![("flag", ""), ("name", "x/y z")]),
            ("odd=%zz%4", vec![("odd", "%zz%4")]),
            ("word=%E6%96%87", vec![("word", "文")]),
        ];
        for (text, expected) in cases {
            let found = query(text);
            let found: Vec<(&str, &str)> = found
                .iter()
                .map(|(name, value)| (name.as_str(), value.as_str()))
                .collect();
            assert_eq!(found, expected, "{text}");
        }
    }
}
