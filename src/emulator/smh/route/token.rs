//! Access tokens.

use std::collections::BTreeSet;

use serde_json::json;

use super::call::{Answer, Call, Outcome};
use crate::emulator::smh::drive::{Rights, Tenants};
use crate::emulator::smh::error::Code;
use crate::emulator::smh::tokens::{TokenWish, grants, period};

pub(super) fn create(call: &mut Call<'_>) -> Outcome {
    check_secret(call)?;
    let grants = grants(call.text("grant").unwrap_or_default())?;
    let spaces = call.text("space_id").unwrap_or_default().split(',');
    let spaces: BTreeSet<String> = spaces
        .filter(|space| !space.is_empty())
        .map(str::to_owned)
        .collect();
    let unbound = spaces.is_empty() && !grants.contains("admin");
    if unbound && call.library.tenants == Tenants::Many {
        return Err(Code::ParamInvalid);
    }
    for space in &spaces {
        call.library.space(space)?;
    }
    let wish = TokenWish {
        library: call.library.id.clone(),
        user: call.text("user_id").unwrap_or_default().to_owned(),
        rights: Rights { grants, spaces },
        period: period(call.text("period")),
    };
    let expires = wish.period;
    let token = call.tokens.issue(wish, call.act.now);
    Answer::ok(json!({"accessToken": token, "expiresIn": expires}))
}

pub(super) fn renew(call: &mut Call<'_>) -> Outcome {
    let word = call.part("token").to_owned();
    let token = call.tokens.used(&call.library.id, &word, call.act.now)?;
    Answer::ok(json!({"accessToken": word, "expiresIn": token.period}))
}

pub(super) fn delete(call: &mut Call<'_>) -> Outcome {
    let word = call.part("token").to_owned();
    call.tokens.used(&call.library.id, &word, call.act.now)?;
    call.tokens.end(&word);
    Ok(Answer::Bare(204))
}

pub(super) fn delete_all(call: &mut Call<'_>) -> Outcome {
    check_secret(call)?;
    let user = call.text("user_id").ok_or(Code::ParamInvalid)?.to_owned();
    call.tokens.end_all(&call.library.id, &user);
    Ok(Answer::Bare(204))
}

fn check_secret(call: &Call<'_>) -> Result<(), Code> {
    let secret = call.text("library_secret");
    let secret = secret.ok_or(Code::EmptyLibraryIdOrSecret)?;
    if secret == call.library.secret {
        Ok(())
    } else {
        Err(Code::WrongLibraryIdOrSecret)
    }
}
