//! What all calls share: credentials, the token, one repetition with a fresh token, the rate.

use std::sync::Arc;
use std::time::{Duration, Instant};

use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;
use tokio::sync::OnceCell;

use super::super::credentials::{Credentials, Proof};
use super::super::decode::{decode, shuts_out};
use super::super::sheet::CALLS_PER_SECOND;
use super::super::verdict::SHUT_OUT;
use super::super::wire::{TokenReply, TokenRequest};
use crate::provider::error::{Effect, ErrorKind, ProviderError};
pub(super) use crate::provider::http::Asked;
use crate::provider::http::{
    Call, Client, FetchedToken, Method, Nature, Token, TokenKeeper, incomplete,
};
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

/// The life of a token whose reply does not state it, in seconds: short of the documented 7200.
const UNSTATED_LIFE: u64 = 600;
const TOKEN_ROUTE: &str = "getAccessToken";

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
        query.push(("unionId", Some(self.credentials.union_id.clone())));
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
        self.client.heed(route, nature, &reply, &mut answer);
        if shuts_out(&reply) {
            self.client.shut(Duration::from_secs(SHUT_OUT));
        }
        if let Err(error) = &mut answer {
            let token = token.map(|token| &token.secret);
            self.credentials.redact(&mut error.message, token);
            tracing::trace!(route, kind = error.kind.word(), %error, "refused");
        }
        answer
    }

    async fn token(&self) -> Result<Token, ProviderError> {
        match &self.credentials.proof {
            Proof::Token(secret) => Ok(Token::fixed(secret)),
            Proof::App { key, secret } => {
                let fetch = |_| self.fetch_token(key, secret);
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
        let asked = Asked::read(TOKEN_ROUTE, Method::Post, &[]).body(&body)?;
        let call = Call {
            route: TOKEN_ROUTE,
            nature: Nature::Reads,
            method: Method::Post,
            path: &["v1.0", "oauth2", "accessToken"],
            query: Vec::new(),
            headers: Vec::new(),
            body: asked.body,
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
