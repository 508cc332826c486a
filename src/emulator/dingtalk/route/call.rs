//! One call on its way through a handler.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::emulator::dingtalk::arguments::{Arguments, entry_id, space_id};
use crate::emulator::dingtalk::drive::{Act, Drive, EntryId, SpaceId};
use crate::emulator::dingtalk::error::Code;
use crate::emulator::dingtalk::tokens::Tokens;
use crate::emulator::exchange::Reply;

/// What a handler works with.
pub(crate) struct Call<'a> {
    pub(crate) drive: &'a mut Drive,
    pub(crate) tokens: &'a mut Tokens,
    pub(crate) act: Act<'a>,
    /// The parts of the path that stand for something.
    pub(crate) path: BTreeMap<&'static str, String>,
    pub(crate) query: &'a BTreeMap<String, String>,
    pub(crate) headers: &'a BTreeMap<String, String>,
    pub(crate) arguments: Arguments,
    /// The body as it came.
    pub(crate) bytes: &'a [u8],
    /// Where this server is, as `http://127.0.0.1:PORT`.
    pub(crate) endpoint: &'a str,
}

/// What a handler answers.
pub(crate) enum Answer {
    /// A body with status 200, or a refusal.
    Json(Result<Value, Code>),
    /// A reply that is not in the API's own form.
    Raw(Reply),
}

impl Call<'_> {
    /// A part of the path.
    pub(crate) fn part(&self, name: &str) -> &str {
        self.path.get(name).map_or("", String::as_str)
    }

    /// The space of the path.
    pub(crate) fn space(&self) -> Result<SpaceId, Code> {
        let id = space_id(self.part("spaceId"));
        self.drive.space(id).map(|space| space.id)
    }

    /// The entry of the path, which need not exist.
    pub(crate) fn dentry(&self) -> EntryId {
        entry_id(self.part("dentryId"))
    }

    /// A number of the query.
    pub(crate) fn query_number(&self, name: &'static str) -> Result<Option<u64>, Code> {
        let given = self.query.get(name).filter(|text| !text.is_empty());
        let parsed = given.map(|text| text.parse().map_err(|_| Code::Argument(name)));
        parsed.transpose()
    }

    /// Whether the query says `true`, in capitals or not: the vendor's own client for Python
    /// writes `True`.
    pub(crate) fn query_flag(&self, name: &'static str) -> Result<bool, Code> {
        let given = self.query.get(name).map(|word| word.to_lowercase());
        match given.as_deref() {
            None | Some("" | "false") => Ok(false),
            Some("true") => Ok(true),
            Some(_) => Err(Code::Argument(name)),
        }
    }
}
