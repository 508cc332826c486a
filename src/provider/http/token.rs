//! The access token: fetched once, kept while it is good, fetched by one caller at a time.

use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use secrecy::SecretString;
use tokio::sync::Mutex;

use crate::provider::error::ProviderError;

/// Keeps a token.
#[derive(Default)]
pub(in crate::provider) struct TokenKeeper {
    kept: Mutex<Kept>,
    /// How often none could be fetched.
    failures: AtomicU64,
}

/// A token and how often another was kept before it, which tells tokens apart without comparing
/// secrets.
#[derive(Clone)]
pub(in crate::provider) struct Token {
    /// What goes into the header.
    pub(in crate::provider) secret: SecretString,
    number: u64,
}

/// A token as it was fetched.
pub(in crate::provider) struct FetchedToken {
    /// What goes into the header.
    pub(in crate::provider) secret: SecretString,
    /// How long it is good.
    pub(in crate::provider) life: Duration,
}

#[derive(Default)]
struct Kept {
    token: Option<(Token, Instant, Duration)>,
    count: u64,
    /// Why none could be fetched the last time.
    error: Option<ProviderError>,
}

/// How much of a token's life is used; the rest is for calls under way and clocks that differ.
const USED_SHARE: f64 = 0.8;

impl TokenKeeper {
    /// The token that is kept, or a new one where four fifths of its life are over. Callers wait
    /// for one another, so that many calls at once fetch one token, or hear of one failure. `fetch`
    /// hears of a token that is old and still good, as some services renew such a one.
    ///
    /// # Errors
    /// There is no good token and none can be fetched.
    pub(in crate::provider) async fn token<F>(
        &self,
        now: Instant,
        fetch: impl FnOnce(Option<Token>) -> F + Send,
    ) -> Result<Token, ProviderError>
    where
        F: Future<Output = Result<FetchedToken, ProviderError>> + Send,
    {
        let failures = self.failures.load(Ordering::Relaxed);
        let mut kept = self.kept.lock().await;
        let mut good = None;
        if let Some((token, begin, life)) = &kept.token {
            let age = now.saturating_duration_since(*begin);
            if age < life.mul_f64(USED_SHARE) {
                return Ok(token.clone());
            }
            good = (age < *life).then(|| token.clone());
        }
        // The answer to whoever was waited for is as new as another one would be.
        let failed_meanwhile = self.failures.load(Ordering::Relaxed) != failures;
        let error = match kept.error.clone().filter(|_| failed_meanwhile) {
            Some(error) => error,
            None => match fetch(good.clone()).await {
                Ok(fetched) => return Ok(kept.keep(fetched, now)),
                Err(error) => {
                    self.failures.fetch_add(1, Ordering::Relaxed);
                    kept.error = Some(error.clone());
                    error
                }
            },
        };
        // The old one may still be good, so that there is time to try again.
        good.ok_or(error)
    }

    /// Forgets a token that the service did not accept, unless another is kept by now.
    pub(in crate::provider) async fn forget(&self, refused: &Token) {
        let mut kept = self.kept.lock().await;
        let same = |(token, ..): &(Token, _, _)| token.number == refused.number;
        if kept.token.as_ref().is_some_and(same) {
            kept.token = None;
        }
    }
}

impl Kept {
    fn keep(&mut self, fetched: FetchedToken, now: Instant) -> Token {
        self.count += 1;
        let token = Token {
            secret: fetched.secret,
            number: self.count,
        };
        self.token = Some((token.clone(), now, fetched.life));
        token
    }
}

impl Token {
    /// A token that is never fetched.
    pub(in crate::provider) fn fixed(secret: &SecretString) -> Self {
        Self {
            secret: secret.clone(),
            number: 0,
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
    use secrecy::ExposeSecret;

    use super::*;
    use crate::provider::error::ErrorKind;

    #[derive(Default)]
    struct Service {
        keeper: TokenKeeper,
        fetches: AtomicU64,
        broken: bool,
    }

    impl Service {
        async fn at(&self, begin: Instant, seconds: u64) -> Result<Token, ProviderError> {
            let now = begin + Duration::from_secs(seconds);
            let fetch = |_| async {
                tokio::task::yield_now().await;
                if self.broken {
                    self.fetches.fetch_add(1, Ordering::Relaxed);
                    return Err(ProviderError::passing(ErrorKind::Unavailable, "later"));
                }
                let number = self.fetches.fetch_add(1, Ordering::Relaxed);
                Ok(FetchedToken {
                    secret: format!("token {number}").into(),
                    life: Duration::from_secs(7200),
                })
            };
            self.keeper.token(now, fetch).await
        }
    }

    #[tokio::test]
    async fn a_token_is_kept_for_four_fifths_of_its_life() {
        let (service, begin) = (Service::default(), Instant::now());
        let expected = [(0, "token 0"), (5759, "token 0"), (5760, "token 1")];
        for (seconds, secret) in expected {
            let token = service.at(begin, seconds).await.unwrap();
            assert_eq!(token.secret.expose_secret(), secret, "{seconds}");
        }
    }

    #[tokio::test]
    async fn many_callers_fetch_one_token() {
        let (service, begin) = (Service::default(), Instant::now());
        let (a, b, c) = tokio::join!(
            service.at(begin, 0),
            service.at(begin, 0),
            service.at(begin, 0)
        );
        for token in [a, b, c] {
            assert_eq!(token.unwrap().secret.expose_secret(), "token 0");
        }
    }

    #[tokio::test]
    async fn many_callers_hear_of_one_failure() {
        let (mut service, begin) = (Service::default(), Instant::now());
        service.broken = true;
        for round in 1..=2 {
            let (a, b, c) = tokio::join!(
                service.at(begin, 0),
                service.at(begin, 0),
                service.at(begin, 0)
            );
            assert!(a.is_err() && b.is_err() && c.is_err());
            assert_eq!(service.fetches.load(Ordering::Relaxed), round);
        }
    }

    #[tokio::test]
    async fn a_refused_token_is_forgotten_once() {
        let (service, begin) = (Service::default(), Instant::now());
        let old = service.at(begin, 0).await.unwrap();
        service.keeper.forget(&old).await;
        let new = service.at(begin, 0).await.unwrap();
        assert_eq!(new.secret.expose_secret(), "token 1");
        // Another call that was under way with the old one changes nothing.
        service.keeper.forget(&old).await;
        let same = service.at(begin, 0).await.unwrap();
        assert_eq!(same.secret.expose_secret(), "token 1");
    }

    #[tokio::test]
    async fn the_old_token_serves_while_it_is_good() {
        let begin = Instant::now();
        let mut service = Service::default();
        service.at(begin, 0).await.unwrap();
        service.broken = true;
        let token = service.at(begin, 7000).await.unwrap();
        assert_eq!(token.secret.expose_secret(), "token 0");
        assert!(service.at(begin, 7200).await.is_err());
    }
}
