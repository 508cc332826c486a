//! Who calls, and whether the call may be made now.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::drive::{Library, Reading, Rights};
use super::error::Code;
use super::route::{Access, Route};
use super::tokens::Tokens;
use crate::emulator::calendar::Moment;
use crate::emulator::exchange::Request;

/// What survives a restart.
#[derive(Serialize, Deserialize)]
pub(super) struct Kept {
    pub(super) libraries: BTreeMap<String, Library>,
    pub(super) tokens: Tokens,
}

/// Who calls.
#[derive(Default)]
pub(super) struct Caller {
    pub(super) user: String,
    pub(super) rights: Rights,
}

/// A request that means a call.
pub(super) struct Asked<'a> {
    pub(super) route: &'static Route,
    pub(super) parts: BTreeMap<&'static str, String>,
    pub(super) request: &'a Request,
    /// The body as JSON, or the code it is refused with.
    pub(super) body: Result<Value, Code>,
    pub(super) now: Moment,
}

impl Asked<'_> {
    /// The library of a call: in its path, or in the query of the call that asks for a token.
    pub(super) fn library(&self) -> String {
        let part = self.parts.get("library");
        let named = part.or_else(|| self.request.query.get("library_id"));
        named.cloned().unwrap_or_default()
    }
}

impl Kept {
    /// Who makes a call, where the library, its space and the token allow that.
    pub(super) fn admit(&mut self, asked: &Asked<'_>, library: &str) -> Result<Caller, Code> {
        let access = asked.route.access;
        let found = self.libraries.get(library);
        let found = found.ok_or(if asked.route.name == "createToken" {
            Code::WrongLibraryIdOrSecret
        } else {
            Code::LibraryNotFound
        })?;
        let word = asked.request.query.get("access_token");
        let word = word.filter(|word| !word.is_empty());
        let public = access == Access::Read && found.reading == Reading::Public;
        let caller = match word {
            _ if access == Access::Open => Caller::default(),
            None if public => Caller::default(),
            None => return Err(Code::EmptyAccessToken),
            Some(word) => self.holder(asked, library, word)?,
        };
        let found = self.libraries.get(library).ok_or(Code::LibraryNotFound)?;
        if let Some(space) = asked.parts.get("space") {
            found.space(space)?;
            if !caller.rights.enters(space) {
                return Err(Code::AccessTokenNotMatchSpace);
            }
        }
        if let Access::Token(grants) = access
            && !grants.is_empty()
        {
            caller.rights.needs(grants)?;
        }
        Ok(caller)
    }

    /// Who holds a token. A token that governs and is nobody's may act for anybody.
    fn holder(&mut self, asked: &Asked<'_>, library: &str, word: &str) -> Result<Caller, Code> {
        let token = self.tokens.used(library, word, asked.now)?;
        let acting = asked.request.query.get("user_id");
        let acting = acting.filter(|_| token.user.is_empty() && token.rights.governs());
        Ok(Caller {
            user: acting.unwrap_or(&token.user).clone(),
            rights: token.rights.clone(),
        })
    }
}
