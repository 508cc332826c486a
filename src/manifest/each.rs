//! `for_each`: the elements that a placement is repeated for.

use std::collections::BTreeMap;

use serde::de::{MapAccess, SeqAccess};
use serde_yaml::Spanned;

use super::container::{Entries, List};
use super::form::{Form, Held, Standing, settle};
use super::load::Files;
use super::problem::{Misfit, Problem};
use super::scalar::{FilledText, Text, VariableText};
use super::source::{Place, Source, Spot};
use super::yaml;
use crate::diagnostic::Diagnostic;

/// The fields of one element, as written.
type EachFields = Entries<VariableText, Text>;

/// What `for_each` holds.
#[derive(Debug)]
pub(super) enum ForEachDocument {
    /// A list of maps.
    Listed(List<EachFields>),
    /// A map, or `file: PATH`.
    Keyed(Entries<FilledText, EachValue>),
}

/// The value of a key of a `for_each` map.
#[derive(Debug)]
pub(super) enum EachValue {
    /// Read as `${each.value}`.
    Value(Text),
    /// Read as `${each.FIELD}`.
    Fields(EachFields),
}

/// One element, ready to be filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Element {
    /// What tells the element from the others; part of the placement's id.
    pub(super) key: String,
    /// What `${each.FIELD}` stands for.
    pub(super) fields: BTreeMap<String, String>,
}

impl ForEachDocument {
    /// The elements in the order written.
    ///
    /// # Errors
    /// The file cannot be read or is malformed, or two elements have one key.
    pub(super) fn elements(
        &self,
        place: Place,
        source: &Source<'_>,
        files: &dyn Files,
    ) -> Result<Vec<Element>, Vec<Diagnostic>> {
        match self.file() {
            Some(file) => elements_of_file(file, source, files),
            None => self.own_elements(place, source),
        }
    }

    fn file(&self) -> Option<Spot<&str>> {
        match self {
            Self::Keyed(Entries(entries)) => match entries.as_slice() {
                [(key, value)] if &*key.value == "file" => match &value.value {
                    EachValue::Value(path) => Some(Spot {
                        value: path,
                        place: value.place,
                    }),
                    EachValue::Fields(_) => None,
                },
                _ => None,
            },
            Self::Listed(_) => None,
        }
    }

    fn own_elements(
        &self,
        place: Place,
        source: &Source<'_>,
    ) -> Result<Vec<Element>, Vec<Diagnostic>> {
        let (elements, places): (Vec<Element>, Vec<Place>) = match self {
            Self::Listed(List(list)) => list
                .iter()
                .map(|spot| (listed(&spot.value), spot.place))
                .unzip(),
            Self::Keyed(Entries(entries)) => entries
                .iter()
                .map(|(key, value)| (keyed(&key.value, &value.value), key.place))
                .unzip(),
        };
        let mut seen: BTreeMap<&str, Place> = BTreeMap::new();
        let mut diagnostics = Vec::new();
        for (element, element_place) in elements.iter().zip(places) {
            if element.fields.is_empty() {
                diagnostics.push(no_fields(source, element_place));
            } else if let Some(first) = seen.insert(&element.key, element_place) {
                diagnostics.push(same_key(source, &element.key, first, element_place));
            }
        }
        if elements.is_empty() {
            diagnostics.push(nothing_to_repeat(source, place));
        }
        if diagnostics.is_empty() {
            Ok(elements)
        } else {
            Err(diagnostics)
        }
    }
}

/// An element of a list: its key is its field `key`, else all its values in the order of their
/// names, so that neither the order of the list nor that of the fields matters.
fn listed(Entries(entries): &EachFields) -> Element {
    let fields: BTreeMap<String, String> = entries
        .iter()
        .map(|(name, value)| (name.value.to_string(), value.value.to_string()))
        .collect();
    let key = fields.get("key").cloned().unwrap_or_else(|| {
        let values: Vec<&str> = fields.values().map(String::as_str).collect();
        values.join(",")
    });
    Element { key, fields }.with_key_field()
}

fn keyed(key: &str, value: &EachValue) -> Element {
    let fields = match value {
        EachValue::Value(value) => BTreeMap::from([("value".to_owned(), value.to_string())]),
        EachValue::Fields(Entries(entries)) => entries
            .iter()
            .map(|(name, value)| (name.value.to_string(), value.value.to_string()))
            .collect(),
    };
    let key = key.to_owned();
    let mut fields = fields;
    fields.insert("key".into(), key.clone());
    Element { key, fields }
}

impl Element {
    fn with_key_field(mut self) -> Self {
        if !self.fields.is_empty() {
            self.fields.insert("key".into(), self.key.clone());
        }
        self
    }
}

fn elements_of_file(
    path: Spot<&str>,
    source: &Source<'_>,
    files: &dyn Files,
) -> Result<Vec<Element>, Vec<Diagnostic>> {
    let unreadable = |why: &str| {
        vec![
            Diagnostic::error(
                "unreadable-file",
                "a file that the manifest names cannot be read",
                format!("`{}` cannot be read: {why}.", path.value),
            )
            .at(source.locate(path.place))
            .with_hint("the path is relative to the manifest's folder and stays inside it"),
        ]
    };
    if let Some(why) = outside(path.value) {
        return Err(unreadable(why));
    }
    let text = files.read(path.value).map_err(|why| unreadable(&why))?;
    let file = beside(source.file, path.value);
    let inner = Source::new(&file, &text);
    let mut problems = Vec::new();
    let read =
        yaml::read::<Spanned<Held<ForEachDocument>>>(&inner).map_err(|error| vec![*error])?;
    let document = settle(read, Standing::Alone, &mut problems);
    match document {
        Some(document) if problems.is_empty() => {
            document.value.own_elements(document.place, &inner)
        }
        _ => Err(problems
            .iter()
            .map(|problem| problem.diagnose(&inner))
            .collect()),
    }
}

/// Why a path leads out of the manifest's folder.
fn outside(path: &str) -> Option<&'static str> {
    let mut segments = path.split(['/', '\\']);
    if path.is_empty() {
        Some("the path is empty")
    } else if path.starts_with(['/', '\\']) || path.get(1..2) == Some(":") {
        Some("the path is not relative")
    } else if segments.any(|segment| segment == "..") {
        Some("the path leads out of the manifest's folder")
    } else if path.contains('\0') {
        Some("the path holds a NUL character")
    } else {
        None
    }
}

/// The path of a file as the user would name it, given how the manifest was named.
fn beside(manifest: &str, path: &str) -> String {
    match manifest.rfind('/') {
        Some(end) => format!("{}/{path}", &manifest[..end]),
        None => path.to_owned(),
    }
}

fn no_fields(source: &Source<'_>, place: Place) -> Diagnostic {
    Diagnostic::error(
        "empty-element",
        "an element of `for_each` has no fields",
        "Nothing tells this element from another one.",
    )
    .at(source.locate(place))
}

fn same_key(source: &Source<'_>, key: &str, first: Place, second: Place) -> Diagnostic {
    Diagnostic::error(
        "repeated-element",
        "two elements of `for_each` have one key",
        format!("The key `{key}` is taken; placements made of both could not be told apart."),
    )
    .at(source.locate(second))
    .with_related("first given here", source.locate(first))
    .with_hint("give each element its own `key`")
}

fn nothing_to_repeat(source: &Source<'_>, place: Place) -> Diagnostic {
    Diagnostic::error(
        "empty-for-each",
        "`for_each` has no elements",
        "The placement would never be made, which is hardly meant.",
    )
    .at(source.locate(place))
    .with_hint("add an element, or take the placement out")
}

impl Form for ForEachDocument {
    const WANTED: &'static str = "a list of maps, a map, or `file: PATH`";

    fn from_list<'de, A: SeqAccess<'de>>(
        list: A,
        problems: &mut Vec<Problem>,
    ) -> Result<Result<Self, Misfit>, A::Error> {
        Ok(List::from_list(list, problems)?.map(Self::Listed))
    }

    fn from_map<'de, A: MapAccess<'de>>(
        map: A,
        problems: &mut Vec<Problem>,
    ) -> Result<Result<Self, Misfit>, A::Error> {
        Ok(Entries::from_map(map, problems)?.map(Self::Keyed))
    }
}

impl Form for EachValue {
    const WANTED: &'static str = "text, or a map of texts";

    fn from_text(text: &str) -> Result<Self, Misfit> {
        Text::from_text(text).map(Self::Value)
    }

    fn from_map<'de, A: MapAccess<'de>>(
        map: A,
        problems: &mut Vec<Problem>,
    ) -> Result<Result<Self, Misfit>, A::Error> {
        Ok(Entries::from_map(map, problems)?.map(Self::Fields))
    }
}

impl schemars::JsonSchema for ForEachDocument {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "ForEachDocument".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let mut fields = generator.subschema_for::<EachFields>();
        let text = generator.subschema_for::<Text>();
        let keyed = fields.clone();
        fields.insert("minProperties".into(), 1.into());
        schemars::json_schema!({
            "anyOf": [
                { "type": "array", "minItems": 1, "items": fields },
                {
                    "type": "object",
                    "minProperties": 1,
                    "additionalProperties": { "anyOf": [text, keyed] },
                },
            ],
        })
    }
}
