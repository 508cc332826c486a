//! What all calls share: credentials, the token, one repetition with a fresh token, the rate.

use std::sync::Arc;
use std::time::{Duration, Instant};

use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::OnceCell;

use super::super::credentials::{Credentials, Proof};
use super::super::decode::{decode, incomplete};
use super::super::sheet::CALLS_PER_SECOND;
use super::super::token::{FetchedToken, Token, TokenKeeper};
use super::super::wire::{TokenReply, TokenRequest};
use crate::provider::error::{Effect, ErrorKind, ProviderError, Retry};
use crate::provider::http::{Call, Client, Method, Nature};
use crate::provider::layer::Pause;
use crate::provider::profiles::Profiles;

/// A client for the calls of one profile. The profile is read at the first call.
pub struct Calls {
    settings: CallSettings,
    connection: OnceCell<Connection>,
}

/// What calls are made with.
pub(in super::super) struct CallSettings {
    pub(in super::super) profile: String,
    pub(in super::super) profiles: Arc<dyn Profiles>,
    pub(in super::super) calls_per_second: Option<u32>,
    pub(in super::super) pause: Arc<dyn Pause>,
}

struct Connection {
    client: Client,
    credentials: Credentials,
    keeper: TokenKeeper,
}

/// A call before it has a token.
pub(super) struct Asked<'a> {
    pub(super) route: &'static str,
    pub(super) nature: Nature,
    pub(super) method: Method,
    /// The parts of the path below `/v1.0/storage`.
    pub(super) path: &'a [&'a str],
    pub(super) query: Vec<(&'static str, SecretString)>,
    pub(super) body: Option<Vec<u8>>,
}

/// How much of the allowed rate is used: two machines measure a second differently.
const USED_SHARE: f64 = 0.95;
/// The life of a token whose reply does not state it, in seconds: short of the documented 7200.
const UNSTATED_LIFE: u64 = 600;
/// The longest time for which a route is held back. Longer ones are for people to decide.
const LONGEST_HOLD: Duration = Duration::from_secs(60);
const TOKEN_ROUTE: &str = "getAccessToken";

impl<'a> Asked<'a> {
    /// A call that reads.
    pub(super) fn read(route: &'static str, method: Method, path: &'a [&'a str]) -> Self {
        Self {
            route,
            nature: Nature::Reads,
            method,
            path,
            query: Vec::new(),
            body: None,
        }
    }

    /// A call that writes.
    pub(super) fn write(route: &'static str, method: Method, path: &'a [&'a str]) -> Self {
        Self {
            nature: Nature::Writes,
            ..Self::read(route, method, path)
        }
    }

    pub(super) fn query(mut self, name: &'static str, value: &str) -> Self {
        self.query.push((name, value.into()));
        self
    }

    pub(super) fn body(mut self, body: &impl Serialize) -> Result<Self, ProviderError> {
        self.body = Some(json(self.route, body)?);
        Ok(self)
    }
}

impl Calls {
    pub(in super::super) fn new(settings: CallSettings) -> Self {
        Self {
            settings,
            connection: OnceCell::new(),
        }
    }

    /// Makes a call, with a fresh token once more where the token is no longer accepted. The
    /// gateway refuses a token before anything is done, so this is safe for calls that write.
    pub(super) async fn call<T: DeserializeOwned>(
        &self,
        asked: Asked<'_>,
    ) -> Result<T, ProviderError> {
        let connection = self.connection().await?;
        let token = connection.token().await?;
        let refused = match connection.send(&asked, &token).await {
            Err(error) if error.kind == ErrorKind::Unauthenticated => error,
            answer => return answer,
        };
        let is_fixed = matches!(connection.credentials.proof, Proof::Token(_));
        if is_fixed || refused.effect == Effect::MayHaveApplied {
            return Err(refused);
        }
        connection.keeper.forget(&token).await;
        let token = connection.token().await?;
        connection.send(&asked, &token).await
    }

    async fn connection(&self) -> Result<&Connection, ProviderError> {
        let open = || async {
            let profiles = Arc::clone(&self.settings.profiles);
            let profile = self.settings.profile.clone();
            // A field may come from a command, which takes its time.
            let read = move || Credentials::read(profiles.as_ref(), &profile);
            let credentials = tokio::task::spawn_blocking(read).await.map_err(|_| {
                let message =
                    "reading the profile broke off inside the program; please report this";
                ProviderError::refused(ErrorKind::Other, message)
            })??;
            let rate = self.settings.calls_per_second.unwrap_or(CALLS_PER_SECOND);
            let pause = Arc::clone(&self.settings.pause);
            let rate = f64::from(rate) * USED_SHARE;
            Ok(Connection {
                client: Client::new(credentials.endpoint.clone(), rate, pause)?,
                credentials,
                keeper: TokenKeeper::default(),
            })
        };
        self.connection.get_or_try_init(open).await
    }
}

impl Connection {
    /// Sends a call once.
    async fn send<T: DeserializeOwned>(
        &self,
        asked: &Asked<'_>,
        token: &Token,
    ) -> Result<T, ProviderError> {
        let path = [&["v1.0", "storage"], asked.path].concat();
        let mut query = asked.query.clone();
        query.push(("unionId", self.credentials.union_id.clone()));
        let call = Call {
            route: asked.route,
            nature: asked.nature,
            method: asked.method,
            path: &path,
            query,
            headers: vec![("x-acs-dingtalk-access-token", token.secret.clone())],
            body: asked.body.clone(),
        };
        self.exchange(call, Some(token)).await
    }

    async fn exchange<T: DeserializeOwned>(
        &self,
        call: Call<'_>,
        token: Option<&Token>,
    ) -> Result<T, ProviderError> {
        let (route, nature) = (call.route, call.nature);
        let reply = self.client.send(call).await?;
        let mut answer = decode(route, nature, &reply);
        if let Err(error) = &mut answer {
            let token = token.map(|token| &token.secret);
            self.credentials.redact(&mut error.message, token);
            tracing::trace!(route, kind = error.kind.word(), %error, "refused");
            if let Retry::After(time) = error.retry
                && time <= LONGEST_HOLD
            {
                self.client.hold(route, time);
            }
        }
        answer
    }

    async fn token(&self) -> Result<Token, ProviderError> {
        match &self.credentials.proof {
            Proof::Token(secret) => Ok(Token::fixed(secret)),
            Proof::App { key, secret } => {
                let fetch = || self.fetch_token(key, secret);
                self.keeper.token(Instant::now(), fetch).await
            }
        }
    }

    async fn fetch_token(
        &self,
        key: &SecretString,
        secret: &SecretString,
    ) -> Result<FetchedToken, ProviderError> {
        let body = TokenRequest {
            app_key: key.expose_secret(),
            app_secret: secret.expose_secret(),
        };
        let call = Call {
            route: TOKEN_ROUTE,
            nature: Nature::Reads,
            method: Method::Post,
            path: &["v1.0", "oauth2", "accessToken"],
            query: Vec::new(),
            headers: Vec::new(),
            body: Some(json(TOKEN_ROUTE, &body)?),
        };
        let reply: TokenReply = self.exchange(call, None).await?;
        let secret = reply.access_token.known().cloned();
        let secret = secret
            .ok_or_else(|| incomplete(TOKEN_ROUTE, Nature::Reads, "it holds no access token"))?;
        let life = reply.expire_in.known().copied().unwrap_or(UNSTATED_LIFE);
        Ok(FetchedToken {
            secret,
            life: Duration::from_secs(life),
        })
    }
}

fn json(route: &str, body: &impl Serialize) -> Result<Vec<u8>, ProviderError> {
    serde_json::to_vec(body).map_err(|_| {
        let message = format!("{route} cannot be written as JSON; please report this");
        ProviderError::refused(ErrorKind::Other, message)
    })
}
