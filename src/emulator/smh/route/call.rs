//! One call on its way through a handler.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::emulator::exchange::Reply;
use crate::emulator::smh::drive::{Act, Library, Path, Rights, Spot, Strategy, path};
use crate::emulator::smh::error::Code;
use crate::emulator::smh::tokens::Tokens;
use crate::emulator::smh::wire::Inodes;

/// What a handler works with.
pub(crate) struct Call<'a> {
    pub(crate) library: &'a mut Library,
    pub(crate) tokens: &'a mut Tokens,
    pub(crate) act: Act<'a>,
    /// The parts of the path that stand for something.
    pub(crate) parts: BTreeMap<&'static str, String>,
    pub(crate) query: &'a BTreeMap<String, String>,
    pub(crate) headers: &'a BTreeMap<String, String>,
    /// The body as JSON; null where there is none.
    pub(crate) body: &'a Value,
    /// The body as it came.
    pub(crate) bytes: &'a [u8],
    /// Where this server is, as `http://127.0.0.1:PORT`.
    pub(crate) endpoint: &'a str,
}

/// What a handler answers.
#[derive(Debug)]
pub(crate) enum Answer {
    Json(u16, Value),
    /// A status without a body.
    Bare(u16),
    /// A reply with headers of its own.
    Raw(Reply),
}

pub(crate) type Outcome = Result<Answer, Code>;

/// Whether a key of a query switches something on: bare, empty and `1` all do.
pub(crate) fn is_set(query: &BTreeMap<String, String>, name: &str) -> bool {
    let value = query.get(name).map(String::as_str);
    value.is_some_and(|value| !matches!(value, "0" | "false"))
}

impl Call<'_> {
    /// A part of the path.
    pub(crate) fn part(&self, name: &str) -> &str {
        self.parts.get(name).map_or("", String::as_str)
    }

    /// The space of the path.
    pub(crate) fn space(&self) -> &str {
        self.part("space")
    }

    /// The place that the path means.
    pub(crate) fn spot(&self) -> Result<Spot, Code> {
        Ok(Spot {
            space: self.space().to_owned(),
            path: path(self.part("path")).ok_or(Code::ParamInvalid)?,
        })
    }

    /// A text of the query; an empty one counts as none.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        let text = self.query.get(name).map(String::as_str);
        text.filter(|text| !text.is_empty())
    }

    pub(crate) fn flag(&self, name: &str) -> bool {
        is_set(self.query, name)
    }

    /// A number of the query within bounds.
    pub(crate) fn number(&self, name: &str, most: usize) -> Result<Option<usize>, Code> {
        let parsed = self.text(name).map(str::parse::<usize>).transpose();
        match parsed {
            Ok(number) if number.is_none_or(|number| number <= most) => Ok(number),
            Ok(_) | Err(_) => Err(Code::ParamInvalid),
        }
    }

    /// The conflict strategy of the query.
    pub(crate) fn strategy(&self) -> Result<Option<Strategy>, Code> {
        let word = self.text("conflict_resolution_strategy");
        word.map(Strategy::parse).transpose()
    }

    pub(crate) fn inodes(&self) -> Inodes {
        if self.flag("with_inode") {
            Inodes::Shown
        } else {
            Inodes::Left
        }
    }

    /// A path in a body, which is refused with this code where it is none.
    pub(crate) fn body_path(&self, text: &str, wrong: Code) -> Result<Path, Code> {
        if text.starts_with('/') && self.act.rules.is("leading-slash", "refuse") {
            return Err(wrong);
        }
        path(text).ok_or(wrong)
    }

    pub(crate) fn rights(&self) -> &Rights {
        self.act.rights
    }
}

impl Answer {
    pub(crate) fn ok(body: Value) -> Outcome {
        Ok(Self::Json(200, body))
    }
}
