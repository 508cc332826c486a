//! The JSON Schema of a manifest, made of the same types that read it.

use schemars::{Schema, json_schema};
use serde_json::{Map, Value};

/// Whether a key must be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Need {
    /// It must.
    Required,
    /// It may.
    Optional,
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
