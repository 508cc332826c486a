//! The JSON Schema of a manifest, made of the same types that read it.

use schemars::generate::SchemaSettings;
use schemars::{Schema, json_schema};
use serde_json::{Map, Value, json};

use super::document::ManifestDocument;
use super::verb::Verb;

/// Characters that make a source a pattern wherever they stand. A brace is left out: `${..}` has
/// one as well.
const PATTERN: &str = r"[*?\[\\]";

/// Whether a key must be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Need {
    /// It must.
    Required,
    /// It may.
    Optional,
}

/// The JSON Schema (draft 7) of a manifest.
///
/// It says what can be said of a file by itself. Which keys a space's provider knows, what
/// `${..}` stands for, and the rules between placements are checked by [`load`](super::load).
pub fn schema() -> Value {
    let settings = SchemaSettings::draft07().with(|settings| settings.inline_subschemas = false);
    let mut schema = settings
        .into_generator()
        .into_root_schema_for::<ManifestDocument>();
    schema.insert("title".into(), "A reshelve manifest, version 1".into());
    if let Some(placement) = schema.pointer_mut("/definitions/PlacementDocument")
        && let Some(placement) = placement.as_object_mut()
    {
        placement.insert("oneOf".into(), Verb::ALL.map(of_verb).to_vec().into());
    }
    schema.to_value()
}

/// What holds for a placement with this verb and for no other.
fn of_verb(verb: Verb) -> Value {
    let word = verb.word();
    let mut properties: Map<String, Value> = verb
        .strangers()
        .map(|key| (key.into(), Value::Bool(false)))
        .collect();
    let exact = json!({ "not": { "pattern": r"\*" } });
    for key in ["to", "into", "folder"] {
        properties.entry(key).or_insert_with(|| exact.clone());
    }
    let mut schema = json!({ "required": [word] });
    let target = match verb {
        Verb::Copy | Verb::Move => json!([of_pattern(word), of_one_entry(word)]),
        Verb::Mirror => {
            properties.insert(word.into(), json!({ "not": { "pattern": PATTERN } }));
            json!([{ "required": ["to"] }])
        }
        Verb::Folder | Verb::Absent => json!([{}]),
    };
    schema["properties"] = properties.into();
    schema["anyOf"] = target;
    schema
}

/// A pattern goes into a folder.
fn of_pattern(word: &str) -> Value {
    json!({
        "required": ["into"],
        "properties": {
            word: { "pattern": format!(r"{PATTERN}|[{{]") },
            "to": false,
            "on_missing": false,
        },
    })
}

/// One entry goes to a path or into a folder.
fn of_one_entry(word: &str) -> Value {
    json!({
        "oneOf": [{ "required": ["to"] }, { "required": ["into"] }],
        "properties": {
            word: { "not": { "pattern": PATTERN } },
            "flatten": false,
            "expect": false,
        },
    })
}

/// The schema of a map with known keys.
pub(super) fn map_schema(
    about: &str,
    keys: Vec<(&'static str, &'static str, Schema, Need)>,
) -> Schema {
    let mut properties = Map::new();
    let mut required = Vec::new();
    for (key, explanation, mut schema, need) in keys {
        schema.insert("description".into(), explanation.trim().into());
        properties.insert(key.into(), schema.to_value());
        if need == Need::Required {
            required.push(Value::from(key));
        }
    }
    let mut schema = json_schema!({
        "type": "object",
        "description": about.trim(),
        "properties": properties,
        "additionalProperties": false,
    });
    if !required.is_empty() {
        schema.insert("required".into(), required.into());
    }
    schema
}
