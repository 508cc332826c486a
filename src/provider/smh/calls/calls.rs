//! What all calls share: credentials, the token, one repetition with a fresh token, the rate.

use std::sync::Arc;
use std::time::{Duration, Instant};

use secrecy::{ExposeSecret, SecretString};
use tokio::sync::OnceCell;

use super::super::credentials::{Credentials, Proof};
use super::super::decode::object;
use super::super::sheet::CALLS_PER_SECOND;
use super::super::wire::TokenReply;
use crate::provider::error::{Effect, ErrorKind, ProviderError};
pub(super) use crate::provider::http::Asked;
use crate::provider::http::{
    Call, Client, FetchedToken, Method, Nature, Reply, Token, TokenKeeper, incomplete,
};
use crate::provider::layer::Pause;
use crate::provider::profiles::Profiles;

/// A client for the calls of one profile to one library. The profile is read at the first call.
pub struct Calls {
    settings: CallSettings,
    connection: OnceCell<Connection>,
}

/// What calls are made with.
pub(in super::super) struct CallSettings {
    /// The id of the library.
    pub(in super::super) library: String,
    /// The ids of the spaces that a token is asked for.
    pub(in super::super) spaces: Vec<String>,
    pub(in super::super) profile: String,
    pub(in super::super) profiles: Arc<dyn Profiles>,
    pub(in super::super) calls_per_second: Option<u32>,
    pub(in super::super) pause: Arc<dyn Pause>,
}

struct Connection {
    client: Client,
    credentials: Credentials,
    keeper: TokenKeeper,
    library: String,
    spaces: Vec<String>,
}

/// How a reply becomes a value.
pub(super) type Decode<T> = fn(&str, Nature, &Reply) -> Result<T, ProviderError>;

/// The life of a token whose reply does not state it, in seconds: the shortest that there is.
const UNSTATED_LIFE: u64 = 1_200;
/// The space of a library that has a single one.
const SINGLE_SPACE: &str = "-";

impl Calls {
    pub(in super::super) fn new(settings: CallSettings) -> Self {
        Self {
            settings,
            connection: OnceCell::new(),
        }
    }

    /// The parts of the address of a space in one area of the API.
    pub(super) fn path<'a>(&'a self, area: &[&'a str], space: &'a str) -> Vec<&'a str> {
        [area, &[self.settings.library.as_str(), space]].concat()
    }

    /// Makes a call, with a fresh token once more where the token is no longer accepted. A token
    /// is refused before anything is done, so this is safe for calls that write.
    pub(super) async fn call<T>(
        &self,
        asked: Asked<'_>,
        decode: Decode<T>,
    ) -> Result<T, ProviderError> {
        let connection = self.connection().await?;
        let token = connection.token().await?;
        let refused = match connection.send(&asked, &token, decode).await {
            Err(error) if error.kind == ErrorKind::Unauthenticated => error,
            answer => return answer,
        };
        let is_fixed = matches!(connection.credentials.proof, Proof::Token(_));
        if is_fixed || refused.effect == Effect::MayHaveApplied {
            return Err(refused);
        }
        connection.keeper.forget(&token).await;
        let token = connection.token().await?;
        connection.send(&asked, &token, decode).await
    }

    async fn connection(&self) -> Result<&Connection, ProviderError> {
        let open = || async {
            let profiles = Arc::clone(&self.settings.profiles);
            let profile = self.settings.profile.clone();
            let library = self.settings.library.clone();
            // A field may come from a command, which takes its time.
            let read = move || Credentials::read(profiles.as_ref(), &profile, &library);
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
                library: self.settings.library.clone(),
                spaces: self.settings.spaces.clone(),
            })
        };
        self.connection.get_or_try_init(open).await
    }
}

impl Connection {
    /// Sends a call once.
    async fn send<T>(
        &self,
        asked: &Asked<'_>,
        token: &Token,
        decode: Decode<T>,
    ) -> Result<T, ProviderError> {
        let mut query = asked.query.clone();
        if let Some(user) = &self.credentials.user_id {
            query.push(("user_id", Some(user.clone())));
        }
        query.push(("access_token", Some(token.secret.clone())));
        let path = [&["api", "v1"], asked.path].concat();
        let call = Call {
            route: asked.route,
            nature: asked.nature,
            method: asked.method,
            path: &path,
            query,
            headers: Vec::new(),
            body: asked.body.clone(),
        };
        self.exchange(call, Some(&token.secret), decode).await
    }

    async fn exchange<T>(
        &self,
        call: Call<'_>,
        token: Option<&SecretString>,
        decode: Decode<T>,
    ) -> Result<T, ProviderError> {
        let (route, nature) = (call.route, call.nature);
        let reply = self.client.send(call).await?;
        let mut answer = decode(route, nature, &reply);
        self.client.heed(route, nature, &reply, &mut answer);
        if let Err(error) = &mut answer {
            self.credentials.redact(&mut error.message, token);
            tracing::trace!(route, kind = error.kind.word(), %error, "refused");
        }
        answer
    }

    async fn token(&self) -> Result<Token, ProviderError> {
        match &self.credentials.proof {
            Proof::Token(secret) => Ok(Token::fixed(secret)),
            Proof::Library(secret) => {
                let fetch = |old: Option<Token>| self.fetch_token(secret, old);
                self.keeper.token(Instant::now(), fetch).await
            }
        }
    }

    /// A token that is good for longer than the old one: that one renewed, or a new one.
    async fn fetch_token(
        &self,
        secret: &SecretString,
        old: Option<Token>,
    ) -> Result<FetchedToken, ProviderError> {
        if let Some(old) = old
            && let Ok(renewed) = self.renew_token(&old).await
        {
            return Ok(renewed);
        }
        self.create_token(secret).await
    }

    /// `createToken`: a token for all that may be done in the spaces of this client, and nothing
    /// elsewhere.
    async fn create_token(&self, secret: &SecretString) -> Result<FetchedToken, ProviderError> {
        let mut query = vec![
            ("library_id", Some(self.library.as_str().into())),
            ("library_secret", Some(secret.clone())),
            ("grant", Some("space_admin".into())),
        ];
        if self.spaces.iter().all(|space| space != SINGLE_SPACE) {
            query.push(("space_id", Some(self.spaces.join(",").into())));
        }
        if let Some(user) = &self.credentials.user_id {
            query.push(("user_id", Some(user.clone())));
        }
        let call = Call {
            route: "createToken",
            nature: Nature::Reads,
            method: Method::Get,
            path: &["api", "v1", "token"],
            query,
            headers: Vec::new(),
            body: None,
        };
        fetched("createToken", self.exchange(call, None, object).await)
    }

    /// `renewToken`: the same token, good as long as when it was new.
    async fn renew_token(&self, old: &Token) -> Result<FetchedToken, ProviderError> {
        let secret = old.secret.expose_secret();
        let call = Call {
            route: "renewToken",
            nature: Nature::Reads,
            method: Method::Post,
            path: &["api", "v1", "token", &self.library, secret],
            query: Vec::new(),
            headers: Vec::new(),
            body: None,
        };
        let reply = self.exchange(call, Some(&old.secret), object).await;
        fetched("renewToken", reply)
    }
}

fn fetched(
    route: &str,
    reply: Result<TokenReply, ProviderError>,
) -> Result<FetchedToken, ProviderError> {
    let reply = reply?;
    let secret = reply.access_token.known().cloned();
    let secret =
        secret.ok_or_else(|| incomplete(route, Nature::Reads, "it holds no access token"))?;
    let life = reply.expires_in.known().or(reply.expired_in.known());
    Ok(FetchedToken {
        secret,
        life: Duration::from_secs(life.copied().unwrap_or(UNSTATED_LIFE)),
    })
}
