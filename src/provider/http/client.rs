//! Sends a call once, when its turn has come and its host is to be trusted, and says how it ended.

use std::error::Error;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER};
use reqwest::{Request, Response, redirect, retry};
use secrecy::ExposeSecret;

use super::breaker::{Breaker, End, Rest};
use super::call::{Call, Nature, Reply};
use super::endpoint::Endpoint;
use super::pace::{Leave, Pace};
use crate::provider::error::{Effect, ErrorKind, ProviderError, Retry};
use crate::provider::layer::Pause;

/// A connection to one service. It follows no redirects, repeats nothing, and lets no address,
/// header or body into an error or a log.
pub(in crate::provider) struct Client {
    inner: reqwest::Client,
    endpoint: Endpoint,
    pace: Pace,
    breaker: Mutex<Breaker>,
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
/// The longest time for which a route is held back. Longer ones are for people to decide.
const LONGEST_HOLD: Duration = Duration::from_secs(60);
/// The wait after a refusal that names no time, and how much longer a header may make any.
const LEAST_WAIT: Duration = Duration::from_millis(250);
const MORE_WAIT: Duration = Duration::from_secs(5);
/// The most bytes of a reply. The largest page of the services here has a hundredth of it.
const LARGEST_BODY: usize = 8 << 20;

impl Client {
    /// A client for a service that takes so many calls a second of each route.
    ///
    /// # Errors
    /// The machine has no certificates to check the service's with.
    pub(in crate::provider) fn new(
        endpoint: Endpoint,
        calls_per_second: u32,
        pause: Arc<dyn Pause>,
    ) -> Result<Self, ProviderError> {
        Self::with_times(endpoint, calls_per_second, pause, TIMES)
    }

    pub(super) fn with_times(
        endpoint: Endpoint,
        calls_per_second: u32,
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
            breaker: Mutex::default(),
            pause,
            times,
        })
    }

    /// Waits for the route's turn, sends the call once and reads its reply to the end. What the
    /// reply says is for [`Client::heed`], once somebody has read it.
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
        let begun = self.turn(route, nature).await?;
        let answer = tokio::time::timeout(self.times.call, self.exchange(request, begun)).await;
        let answer = match answer {
            Ok(answer) => answer,
            Err(_) => Err(Broken::Lost("no reply came in time".to_owned())),
        };
        let time = self.pause.elapsed().saturating_sub(begun).as_millis();
        match answer {
            Ok(reply) => {
                let (status, bytes) = (reply.status, reply.body.len());
                tracing::trace!(route, status, bytes, milliseconds = time, "reply");
                Ok(reply)
            }
            Err(broken) => {
                tracing::trace!(route, milliseconds = time, "no reply");
                let error = self.explain(route, nature, broken);
                if error.effect == Effect::MayHaveApplied {
                    self.breaker().ended(End::Unknown, self.pause.elapsed());
                }
                Err(error)
            }
        }
    }

    /// Takes from what a reply was read as how many calls may follow it, and when.
    pub(in crate::provider) fn heed<T>(
        &self,
        route: &'static str,
        nature: Nature,
        reply: &Reply,
        answer: &mut Result<T, ProviderError>,
    ) {
        let now = self.pause.elapsed();
        let mut end = End::Known;
        match answer {
            Ok(_) => self.pace.taken(route),
            Err(error) => {
                error.retry = waited(error.retry, reply.wait);
                if error.kind == ErrorKind::Throttled {
                    self.pace.throttled(route, reply.begun, now);
                } else {
                    self.pace.taken(route);
                }
                if let Retry::After(time) = error.retry
                    && time <= LONGEST_HOLD
                {
                    self.pace.hold(route, now, time);
                }
                if error.effect == Effect::MayHaveApplied {
                    end = End::Unknown;
                }
            }
        }
        if nature == Nature::Writes {
            self.breaker().ended(end, now);
        }
    }

    /// Sends nothing for a while, as the host has said that it takes no calls of this machine.
    pub(in crate::provider) fn shut(&self, time: Duration) {
        self.breaker().shut(self.pause.elapsed(), time);
    }

    /// Waits until a call may begin, and gives the time at which it does.
    async fn turn(&self, route: &'static str, nature: Nature) -> Result<Duration, ProviderError> {
        let mut wait = self.pace.turn(route, self.pause.elapsed());
        loop {
            if !wait.is_zero() {
                self.pause.pause(wait).await;
            }
            let now = self.pause.elapsed();
            let trusted = self.breaker().check(nature, now);
            trusted.map_err(|rest| self.left_alone(route, &rest))?;
            match self.pace.leave(route, now) {
                Leave::Go => return Ok(now),
                Leave::Wait(time) => wait = time,
            }
        }
    }

    fn left_alone(&self, route: &str, rest: &Rest) -> ProviderError {
        let (host, why) = (self.endpoint.host(), rest.why);
        let seconds = rest.time.as_secs_f64().ceil();
        ProviderError {
            kind: ErrorKind::Unavailable,
            retry: Retry::After(rest.time),
            effect: Effect::NotApplied,
            message: format!(
                "{route} was not sent to {host}: {why}; try again in {seconds} seconds"
            ),
        }
    }

    fn breaker(&self) -> MutexGuard<'_, Breaker> {
        self.breaker.lock().unwrap_or_else(PoisonError::into_inner)
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

    async fn exchange(&self, request: Request, begun: Duration) -> Result<Reply, Broken> {
        let mut response = self.inner.execute(request).await.map_err(|error| {
            // Until there is a connection nothing of the call can have been seen.
            if error.is_connect() || error.is_builder() {
                Broken::NotSent(cause(error))
            } else {
                Broken::Lost(cause(error))
            }
        })?;
        let status = response.status().as_u16();
        let wait = asked_to_wait(&response);
        let body = read(&mut response).await.map_err(Broken::Lost)?;
        Ok(Reply {
            status,
            body,
            wait,
            begun,
        })
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

/// The seconds of a header that asks to wait. One that names a time of day is not heeded: nobody
/// knows how far the clocks are apart.
fn asked_to_wait(response: &Response) -> Option<Duration> {
    let value = response.headers().get(RETRY_AFTER)?.to_str().ok()?;
    let digits = value.trim();
    let seconds: u64 = digits.parse().ok()?;
    Some(Duration::from_secs(seconds))
}

/// What a refusal allows, with what its header asks for: not less than what follows from the
/// refusal itself, and not much more, as nobody knows who wrote the header.
fn waited(retry: Retry, asked: Option<Duration>) -> Retry {
    let (Some(asked), Retry::Backoff | Retry::After(_)) = (asked, retry) else {
        return retry;
    };
    let least = match retry {
        Retry::After(time) => time,
        Retry::Backoff | Retry::Never => LEAST_WAIT,
    };
    Retry::After(asked.clamp(least, least + MORE_WAIT))
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
