//! Listing a folder, and listing a whole space.

use serde_json::{Map, Value, json};

use super::call::Call;
use crate::emulator::dingtalk::arguments::entry_id;
use crate::emulator::dingtalk::drive::{Direction, ListOrder, Page, PageRequest, SpaceId};
use crate::emulator::dingtalk::error::Code;
use crate::emulator::dingtalk::rules::Rules;
use crate::emulator::dingtalk::wire::{self, Thumbnails};

/// Most entries of a page.
const MOST: u64 = 50;

pub(super) fn list(call: &mut Call<'_>) -> Result<Value, Code> {
    let space = call.space()?;
    let parent = call
        .query
        .get("parentId")
        .ok_or(Code::Missing("parentId"))?;
    let order = match call.query.get("orderBy").map(String::as_str) {
        None | Some("" | "MODIFIED_TIME") => ListOrder::ModifiedTime,
        Some("CREATE_TIME") => ListOrder::CreateTime,
        Some("NAME") => ListOrder::Name,
        Some("SIZE") => ListOrder::Size,
        Some(_) => return Err(Code::Argument("orderBy")),
    };
    let word = call.query.get("order").map(String::as_str);
    let direction = direction(word, Direction::Falling)?;
    let thumbnails = thumbnails(call.query_flag("withThumbnail")?);
    let limit = limit(call.query_number("maxResults")?, MOST, call.act.rules)?;
    let request = PageRequest {
        space,
        folder: Some(entry_id(parent)),
        order,
        direction,
        token: token(call.query.get("nextToken").map(String::as_str)),
        limit,
    };
    let page = call.drive.page(&call.act, &request)?;
    written(call, space, &page, thumbnails)
}

pub(super) fn list_all(call: &mut Call<'_>) -> Result<Value, Code> {
    let space = call.space()?;
    let option = call.arguments.option()?;
    let direction = direction(option.optional_text("order")?, Direction::Rising)?;
    let thumbnails = thumbnails(option.flag("withThumbnail")?);
    let request = PageRequest {
        space,
        folder: None,
        order: ListOrder::ModifiedTime,
        direction,
        token: token(option.optional_text("nextToken")?),
        limit: limit(option.number("maxResults")?, MOST, call.act.rules)?,
    };
    let page = call.drive.page(&call.act, &request)?;
    written(call, space, &page, thumbnails)
}

fn direction(word: Option<&str>, default: Direction) -> Result<Direction, Code> {
    match word {
        None | Some("") => Ok(default),
        Some("ASC") => Ok(Direction::Rising),
        Some("DESC") => Ok(Direction::Falling),
        Some(_) => Err(Code::Argument("order")),
    }
}

fn thumbnails(wanted: bool) -> Thumbnails {
    if wanted {
        Thumbnails::Shown
    } else {
        Thumbnails::Left
    }
}

/// An empty token is as good as none.
pub(super) fn token(given: Option<&str>) -> Option<&str> {
    given.filter(|token| !token.is_empty())
}

/// How many a page may hold, at most so many.
pub(super) fn limit(given: Option<u64>, most: u64, rules: &Rules) -> Result<usize, Code> {
    let wanted = given.unwrap_or(most);
    if wanted > most && rules.is("list-over-limit", "500") {
        return Err(Code::SystemError);
    }
    if wanted == 0 || wanted > most {
        return Err(Code::Argument("maxResults"));
    }
    usize::try_from(wanted).map_err(|_| Code::Argument("maxResults"))
}

/// A page of things under a name, with the token of the next.
pub(super) fn page(name: &str, items: Vec<Value>, next: Option<String>, rules: &Rules) -> Value {
    let mut body = Map::new();
    body.insert(name.to_owned(), Value::Array(items));
    match next {
        Some(next) => {
            body.insert("nextToken".to_owned(), json!(next));
        }
        None if rules.is("last-token", "empty") => {
            body.insert("nextToken".to_owned(), json!(""));
        }
        None => {}
    }
    Value::Object(body)
}

fn written(
    call: &Call<'_>,
    space: SpaceId,
    found: &Page,
    thumbnails: Thumbnails,
) -> Result<Value, Code> {
    // A list that shows the past may name what is gone by now.
    let listed = found.entries.iter().map(|id| {
        let tree = call.drive.space(space)?.listed();
        wire::dentry(tree, &call.act, (space, *id), thumbnails)
    });
    let dentries: Result<Vec<Value>, Code> = listed.collect();
    Ok(page(
        "dentries",
        dentries?,
        found.next.clone(),
        call.act.rules,
    ))
}
