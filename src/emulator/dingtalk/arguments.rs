//! What a call was asked, read out of its path, query and body.

use std::collections::BTreeMap;

use serde_json::Value;

use super::drive::{EntryId, Property, SpaceId, Strategy};
use super::error::Code;

/// The body of a call. What is missing or of the wrong type is refused with the field's name.
#[derive(Debug)]
pub(crate) struct Arguments {
    body: Value,
}

impl Arguments {
    /// Reads a body, which is empty or an object in JSON.
    pub(crate) fn read(body: &[u8]) -> Result<Self, Code> {
        if body.is_empty() {
            return Ok(Self { body: Value::Null });
        }
        match serde_json::from_slice(body) {
            Ok(body @ (Value::Object(_) | Value::Null)) => Ok(Self { body }),
            Ok(_) | Err(_) => Err(Code::Argument("")),
        }
    }

    pub(crate) fn body(&self) -> &Value {
        &self.body
    }

    /// The optional parameters.
    pub(crate) fn option(&self) -> Result<Self, Code> {
        match self.body.get("option") {
            None => Ok(Self { body: Value::Null }),
            Some(body @ (Value::Object(_) | Value::Null)) => Ok(Self { body: body.clone() }),
            Some(_) => Err(Code::Argument("option")),
        }
    }

    pub(crate) fn optional_text(&self, field: &'static str) -> Result<Option<&str>, Code> {
        match self.body.get(field) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(Code::Argument(field)),
        }
    }

    pub(crate) fn text(&self, field: &'static str) -> Result<&str, Code> {
        self.optional_text(field)?.ok_or(Code::Missing(field))
    }

    pub(crate) fn flag(&self, field: &'static str) -> Result<bool, Code> {
        match self.body.get(field) {
            None | Some(Value::Null) => Ok(false),
            Some(Value::Bool(flag)) => Ok(*flag),
            Some(_) => Err(Code::Argument(field)),
        }
    }

    pub(crate) fn number(&self, field: &'static str) -> Result<Option<u64>, Code> {
        match self.body.get(field) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => value.as_u64().map(Some).ok_or(Code::Argument(field)),
        }
    }

    /// A list of texts, of which there is at least one and at most so many.
    pub(crate) fn texts(&self, field: &'static str, most: usize) -> Result<Vec<String>, Code> {
        let list = match self.body.get(field) {
            None | Some(Value::Null) => return Err(Code::Missing(field)),
            Some(Value::Array(list)) => list,
            Some(_) => return Err(Code::Argument(field)),
        };
        if list.is_empty() || list.len() > most {
            return Err(Code::Argument(field));
        }
        let texts = list.iter().map(|item| item.as_str().map(str::to_owned));
        texts.collect::<Option<_>>().ok_or(Code::Argument(field))
    }

    /// The conflict strategy; without one, names are made free.
    pub(crate) fn strategy(&self) -> Result<Strategy, Code> {
        let wrong = Code::Argument("conflictStrategy");
        match self.optional_text("conflictStrategy").map_err(|_| wrong)? {
            None => Ok(Strategy::AutoRename),
            Some(word) => Strategy::parse(word).ok_or(wrong),
        }
    }

    /// App properties by name, owned by the app that calls.
    pub(crate) fn properties(&self, app: &str) -> Result<BTreeMap<String, Property>, Code> {
        let wrong = Code::Argument("appProperties");
        let list = match self.body.get("appProperties") {
            None | Some(Value::Null) => return Ok(BTreeMap::new()),
            Some(Value::Array(list)) => list,
            Some(_) => return Err(wrong),
        };
        let property = |item: &Value| {
            let text = |field: &str| item.get(field)?.as_str().map(str::to_owned);
            let visibility = text("visibility")?;
            let known = matches!(visibility.as_str(), "PUBLIC" | "PRIVATE");
            let property = Property {
                value: text("value")?,
                visibility,
                owner: app.to_owned(),
            };
            known.then_some((text("name")?, property))
        };
        list.iter()
            .map(property)
            .collect::<Option<_>>()
            .ok_or(wrong)
    }
}

/// An id as the drive keeps it. A text that is no number is the id of nothing.
pub(crate) fn entry_id(text: &str) -> EntryId {
    text.parse().unwrap_or(EntryId::MAX)
}

/// The same of a space.
pub(crate) fn space_id(text: &str) -> SpaceId {
    text.parse().unwrap_or(SpaceId::MAX)
}
