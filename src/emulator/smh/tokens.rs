//! Access tokens, what each is for, and for how long it holds.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::drive::Rights;
use super::error::Code;
use super::seed::SeedToken;
use crate::emulator::calendar::Moment;
use crate::emulator::chance::Chance;

/// The life of a token in seconds where nothing is said, and the shortest there is.
pub(crate) const USUAL_PERIOD: u64 = 86_400;
const SHORTEST_PERIOD: u64 = 1200;

/// All grants there are, beyond reading.
const GRANTS: &[&str] = &[
    "acl",
    "admin",
    "begin_upload",
    "begin_upload_force",
    "confirm_upload",
    "copy_directory",
    "copy_file",
    "copy_file_force",
    "create_directory",
    "create_space",
    "create_symlink",
    "create_symlink_force",
    "delete_directory",
    "delete_directory_permanent",
    "delete_file",
    "delete_file_permanent",
    "delete_recycled",
    "delete_space",
    "move_directory",
    "move_file",
    "move_file_force",
    "restore_recycled",
    "space_admin",
    "upload_file",
    "upload_file_force",
];

/// All tokens of all libraries.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Tokens {
    chance: Chance,
    tokens: BTreeMap<String, Token>,
    /// Counts changes; that a token holds longer because it was used is none.
    pub(crate) revision: u64,
}

/// What one token is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Token {
    pub(crate) library: String,
    /// The person it was issued for; empty for nobody.
    pub(crate) user: String,
    pub(crate) rights: Rights,
    /// For how many seconds it holds after it was last used.
    pub(crate) period: u64,
    until: Moment,
}

/// What a new token shall be.
#[derive(Debug, Clone, Default)]
pub(crate) struct TokenWish {
    pub(crate) library: String,
    pub(crate) user: String,
    pub(crate) rights: Rights,
    pub(crate) period: u64,
}

/// Reads a list of grants with commas between them.
pub(crate) fn grants(text: &str) -> Result<BTreeSet<String>, Code> {
    let words = text.split(',').map(str::trim);
    let words = words.filter(|word| !word.is_empty());
    let known = |word: &str| {
        let known = GRANTS.contains(&word);
        known.then(|| word.to_owned()).ok_or(Code::ParamInvalid)
    };
    words.map(known).collect()
}

/// How long a token holds of which this was asked.
pub(crate) fn period(text: Option<&str>) -> u64 {
    let asked = text.and_then(|text| text.parse::<u64>().ok());
    match asked {
        None | Some(0) => USUAL_PERIOD,
        Some(seconds) => seconds.max(SHORTEST_PERIOD),
    }
}

impl Tokens {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            chance: Chance::new(seed),
            tokens: BTreeMap::new(),
            revision: 0,
        }
    }

    /// Adds a token of a seed; the sentence says what is wrong with it.
    pub(crate) fn plant(&mut self, seed: &SeedToken, now: Moment) -> Result<(), String> {
        let grants = grants(&seed.grants.join(","))
            .map_err(|_| format!("token {}: there is no such grant", seed.token))?;
        let rights = Rights {
            grants,
            spaces: seed.spaces.iter().cloned().collect(),
        };
        let token = Token {
            library: seed.library.clone(),
            user: seed.user.clone(),
            rights,
            period: seed.period,
            until: now + seed.period * 1000,
        };
        self.tokens.insert(seed.token.clone(), token);
        self.revision += 1;
        Ok(())
    }

    /// A new token.
    pub(crate) fn issue(&mut self, wish: TokenWish, now: Moment) -> String {
        let word = format!("acctk{}", self.chance.word(43));
        let token = Token {
            library: wish.library,
            user: wish.user,
            rights: wish.rights,
            period: wish.period,
            until: now + wish.period * 1000,
        };
        self.tokens.insert(word.clone(), token);
        self.revision += 1;
        word
    }

    /// What a token is for, which from now on holds for its full period again.
    pub(crate) fn used(&mut self, library: &str, word: &str, now: Moment) -> Result<&Token, Code> {
        let token = self.tokens.get_mut(word);
        let token = token.filter(|token| token.library == library && now < token.until);
        let token = token.ok_or(Code::InvalidAccessToken)?;
        token.until = now + token.period * 1000;
        Ok(token)
    }

    /// Ends a token before its time.
    pub(crate) fn end(&mut self, word: &str) {
        if self.tokens.remove(word).is_some() {
            self.revision += 1;
        }
    }

    /// Ends all tokens of a person in a library.
    pub(crate) fn end_all(&mut self, library: &str, user: &str) {
        self.revision += 1;
        self.tokens
            .retain(|_, token| token.library != library || token.user != user);
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
    use super::*;

    fn issued() -> (Tokens, String) {
        let mut tokens = Tokens::new(1);
        let wish = TokenWish {
            library: "lib".to_owned(),
            user: "alice".to_owned(),
            period: 1200,
            ..TokenWish::default()
        };
        let word = tokens.issue(wish, 0);
        (tokens, word)
    }

    #[test]
    fn every_use_makes_a_token_hold_longer() {
        let (mut tokens, word) = issued();
        for now in [0, 1_199_999, 2_399_998] {
            assert!(tokens.used("lib", &word, now).is_ok(), "at {now}");
        }
        let ended = tokens.used("lib", &word, 2_399_998 + 1_200_000);
        assert_eq!(ended.unwrap_err(), Code::InvalidAccessToken);
    }

    #[test]
    fn tokens_end_when_they_are_told_to_and_open_their_library_alone() {
        let (mut tokens, word) = issued();
        assert!(tokens.used("other", &word, 1).is_err());
        tokens.end_all("lib", "bob");
        tokens.end_all("other", "alice");
        assert!(tokens.used("lib", &word, 1).is_ok());
        tokens.end_all("lib", "alice");
        assert!(tokens.used("lib", &word, 1).is_err());
    }

    #[test]
    fn periods_and_grants_are_read() {
        let periods = [
            (None, 86_400),
            (Some("0"), 86_400),
            (Some("-5"), 86_400),
            (Some("word"), 86_400),
            (Some("1"), 1200),
            (Some("1199"), 1200),
            (Some("7200"), 7200),
        ];
        for (text, expected) in periods {
            assert_eq!(period(text), expected, "{text:?}");
        }
        assert_eq!(grants("").unwrap().len(), 0);
        assert_eq!(grants("copy_file, move_file").unwrap().len(), 2);
        assert!(grants("fly").is_err());
    }
}
