//! Apps, their access tokens, and for how long those hold.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::emulator::calendar::Moment;
use crate::emulator::chance::Chance;
use crate::emulator::dingtalk::error::Code;
use crate::emulator::seed::Seed;

/// The life of a token in seconds.
pub(crate) const TOKEN_LIFE: Moment = 7200;

/// The apps that may call, and the token of each.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Tokens {
    chance: Chance,
    /// By app key.
    apps: BTreeMap<String, App>,
    /// Counts changes.
    pub(crate) revision: u64,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct App {
    secret: String,
    corporation: String,
    token: Option<(String, Moment)>,
}

impl Tokens {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            chance: Chance::new(seed),
            apps: BTreeMap::new(),
            revision: 0,
        }
    }

    /// Adds the apps of a seed; one that is there already gets the seed's secret.
    pub(crate) fn plant(&mut self, seed: &Seed) {
        self.revision += 1;
        for credentials in &seed.credentials {
            let app = App {
                secret: credentials.app_secret.clone(),
                corporation: credentials.corp_id.clone(),
                token: None,
            };
            self.apps.insert(credentials.app_key.clone(), app);
        }
    }

    /// The token of an app: the same as before while that one holds, and then for its full life
    /// again.
    pub(crate) fn issue(&mut self, key: &str, secret: &str, now: Moment) -> Result<String, Code> {
        let fresh = self.chance.clone().word(32);
        let app = self.apps.get_mut(key).ok_or(Code::InvalidClient)?;
        if app.secret != secret {
            return Err(Code::InvalidClient);
        }
        let held = app.token.take().filter(|(_, until)| now < *until);
        let token = match held {
            Some((token, _)) => token,
            None => {
                self.chance.next();
                fresh
            }
        };
        app.token = Some((token.clone(), now + TOKEN_LIFE * 1000));
        self.revision += 1;
        Ok(token)
    }

    /// The app that a token belongs to, while it holds.
    pub(crate) fn app_of(&self, token: &str, now: Moment) -> Result<&str, Code> {
        let holds = |app: &App| {
            let held = app.token.as_ref();
            held.is_some_and(|(held, until)| held == token && now < *until)
        };
        let found = self.apps.iter().find(|(_, app)| holds(app));
        found
            .map(|(key, _)| key.as_str())
            .ok_or(Code::InvalidAuthentication)
    }

    /// The organisation of an app.
    pub(crate) fn corporation(&self, key: &str) -> &str {
        self.apps.get(key).map_or("", |app| &app.corporation)
    }

    /// Ends a token before its time.
    pub(crate) fn expire(&mut self, token: &str) {
        for app in self.apps.values_mut() {
            if app.token.as_ref().is_some_and(|(held, _)| held == token) {
                app.token = None;
                self.revision += 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
    use super::*;

    #[test]
    fn a_token_is_the_same_until_it_ends() {
        let mut tokens = Tokens::new(1);
        tokens.plant(&Seed::parse(Seed::SAMPLE).unwrap());
        let mut at = |now: Moment| tokens.issue("sample-key", "sample-secret", now).unwrap();
        let first = at(0);
        assert_eq!(at(7_000_000), first);
        // Asking renewed it.
        assert_eq!(at(14_000_000), first);
        assert_ne!(at(30_000_000), first);
    }

    #[test]
    fn tokens_hold_for_their_life_and_until_they_are_ended() {
        let mut tokens = Tokens::new(1);
        tokens.plant(&Seed::parse(Seed::SAMPLE).unwrap());
        let token = tokens.issue("sample-key", "sample-secret", 0).unwrap();
        assert_eq!(tokens.app_of(&token, 7_199_999), Ok("sample-key"));
        assert_eq!(
            tokens.app_of(&token, 7_200_000),
            Err(Code::InvalidAuthentication)
        );
        assert_eq!(tokens.app_of("other", 0), Err(Code::InvalidAuthentication));
        assert_eq!(
            tokens.issue("sample-key", "wrong", 0),
            Err(Code::InvalidClient)
        );
        assert_eq!(tokens.issue("nobody", "wrong", 0), Err(Code::InvalidClient));
        tokens.expire(&token);
        assert_eq!(tokens.app_of(&token, 0), Err(Code::InvalidAuthentication));
    }
}
