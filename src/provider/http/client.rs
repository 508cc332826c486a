//! Sends a call once and says how it ended.

use std::error::Error;
use std::sync::Arc;
use std::time::{Duration, Instant};

use reqwest::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use reqwest::{Request, Response, redirect, retry};
use secrecy::ExposeSecret;

use super::call::{Call, Nature, Reply};
use super::endpoint::Endpoint;
use super::pace::Pace;
use crate::provider::error::{ErrorKind, ProviderError};
use crate::provider::layer::Pause;

/// A connection to one service. It follows no redirects, repeats nothing, and lets no address,
/// header or body into an error or a log.
pub(in crate::provider) struct Client {
    inner: reqwest::Client,
    endpoint: Endpoint,
    pace: Pace,
    pause: Arc<dyn Pause>,
    times: Times,
}

/// How long a client waits.
#[derive(Debug, Clone, Copy)]
pub(super) struct Times {
    /// For a connection.
    pub(super) connect: Duration,
    /// For a call from its first byte to the last one of its reply.
    pub(super) call: Duration,
}

const TIMES: Times = Times {
    connect: Duration::from_secs(10),
    call: Duration::from_secs(60),
};
/// Services close connections that nobody uses; a call must not meet one that is being closed, as
/// nobody would know whether it arrived.
const LONGEST_IDLE: Duration = Duration::from_secs(15);
/// The most bytes of a reply. The largest page of the services here has a hundredth of it.
const LARGEST_BODY: usize = 8 << 20;

impl Client {
    /// A client for a service that takes so many calls a second of each route.
    ///
    /// # Errors
    /// The machine has no certificates to check the service's with.
    pub(in crate::provider) fn new(
        endpoint: Endpoint,
        calls_per_second: f64,
        pause: Arc<dyn Pause>,
    ) -> Result<Self, ProviderError> {
        Self::with_times(endpoint, calls_per_second, pause, TIMES)
    }

    pub(super) fn with_times(
        endpoint: Endpoint,
        calls_per_second: f64,
        pause: Arc<dyn Pause>,
        times: Times,
    ) -> Result<Self, ProviderError> {
        // It fails where another part of the program has chosen already, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut builder = reqwest::Client::builder()
            .user_agent(concat!("reshelve/", env!("CARGO_PKG_VERSION")))
            .redirect(redirect::Policy::none())
            .retry(retry::never())
            .referer(false)
            .connect_timeout(times.connect)
            .pool_idle_timeout(LONGEST_IDLE);
        if endpoint.is_encrypted() {
            builder = builder.https_only(true);
        } else {
            // A server on this machine is reached without a proxy and needs no certificates.
            let roots = rustls::RootCertStore::empty();
            let unused = rustls::ClientConfig::builder()
                .with_root_certificates(roots)
                .with_no_client_auth();
            builder = builder.no_proxy().tls_backend_preconfigured(unused);
        }
        let inner = builder.build().map_err(|error| {
            let message = format!("no secure connection can be made: {}", cause(error));
            ProviderError::refused(ErrorKind::Unavailable, message)
        })?;
        Ok(Self {
            inner,
            endpoint,
            pace: Pace::per_second(calls_per_second),
            pause,
            times,
        })
    }

    /// Waits for the route's turn, sends the call once and reads its reply to the end.
    ///
    /// Dropping the answer while it waits is safe: the call was then not sent, or its end is
    /// unknown like that of any call that was broken off.
    ///
    /// # Errors
    /// The call did not reach the service, which had no effect; or its end is unknown, which may
    /// have had one if the call writes.
    pub(in crate::provider) async fn send(&self, call: Call<'_>) -> Result<Reply, ProviderError> {
        let (route, nature) = (call.route, call.nature);
        let request = self.request(call)?;
        let wait = self.pace.turn(route, Instant::now());
        if !wait.is_zero() {
            self.pause.pause(wait).await;
        }
        let begin = Instant::now();
        let answer = tokio::time::timeout(self.times.call, self.exchange(request)).await;
        let answer = match answer {
            Ok(answer) => answer,
            Err(_) => Err(Broken::Lost("no reply came in time".to_owned())),
        };
        let time = begin.elapsed().as_millis();
        match answer {
            Ok(reply) => {
                let (status, bytes) = (reply.status, reply.body.len());
                tracing::trace!(route, status, bytes, milliseconds = time, "reply");
                Ok(reply)
            }
            Err(broken) => {
                tracing::trace!(route, milliseconds = time, "no reply");
                Err(self.explain(route, nature, broken))
            }
        }
    }

    /// Lets no call of a route begin for a while.
    pub(in crate::provider) fn hold(&self, route: &'static str, time: Duration) {
        self.pace.hold(route, Instant::now(), time);
    }

    fn request(&self, call: Call<'_>) -> Result<Request, ProviderError> {
        let mut url = self.endpoint.join(call.path)?;
        if !call.query.is_empty() {
            let mut pairs = url.query_pairs_mut();
            for (name, value) in &call.query {
                match value {
                    Some(value) => pairs.append_pair(name, value.expose_secret()),
                    None => pairs.append_key_only(name),
                };
            }
        }
        let mut request = Request::new(call.method.to_http(), url);
        for (name, value) in &call.headers {
            let mut value = HeaderValue::from_str(value.expose_secret()).map_err(|_| {
                let message = format!(
                    "{} was not sent: a credential has characters that no header can have; was a \
                     line end copied with it?",
                    call.route
                );
                ProviderError::refused(ErrorKind::Unauthenticated, message)
            })?;
            value.set_sensitive(true);
            request
                .headers_mut()
                .insert(HeaderName::from_static(name), value);
        }
        if let Some(body) = call.body {
            let json = HeaderValue::from_static("application/json; charset=utf-8");
            request.headers_mut().insert(CONTENT_TYPE, json);
            *request.body_mut() = Some(body.into());
        }
        Ok(request)
    }

    async fn exchange(&self, request: Request) -> Result<Reply, Broken> {
        let mut response = self.inner.execute(request).await.map_err(|error| {
            // Until there is a connection nothing of the call can have been seen.
            if error.is_connect() || error.is_builder() {
                Broken::NotSent(cause(error))
            } else {
                Broken::Lost(cause(error))
            }
        })?;
        let status = response.status().as_u16();
        let body = read(&mut response).await.map_err(Broken::Lost)?;
        Ok(Reply { status, body })
    }

    fn explain(&self, route: &str, nature: Nature, broken: Broken) -> ProviderError {
        let host = self.endpoint.host();
        let kind = ErrorKind::Unavailable;
        match (broken, nature) {
            (Broken::NotSent(why), _) => {
                let message = format!("{route} did not reach {host}: {why}");
                ProviderError::passing(kind, message)
            }
            (Broken::Lost(why), Nature::Reads) => {
                let message = format!("{route} got no reply from {host}: {why}");
                ProviderError::passing(kind, message)
            }
            (Broken::Lost(why), Nature::Writes) => {
                let message = format!("nobody knows how {route} ended at {host}: {why}");
                ProviderError::ambiguous(kind, message)
            }
        }
    }
}

/// A call without a reply.
enum Broken {
    /// The service has seen nothing of it.
    NotSent(String),
    /// The service may have acted.
    Lost(String),
}

async fn read(response: &mut Response) -> Result<Vec<u8>, String> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(cause)? {
        if body.len() + chunk.len() > LARGEST_BODY {
            return Err(format!("the reply has more than {LARGEST_BODY} bytes"));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// The innermost reason of an error, which names no address.
fn cause(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut innermost: &dyn Error = &error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}
