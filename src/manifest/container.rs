//! Lists, and maps whose keys the user chooses.

use std::collections::BTreeSet;

use serde::de::{MapAccess, SeqAccess};
use serde_yaml::Spanned;

use super::form::{Form, Held, settle};
use super::problem::{Misfit, Problem, ProblemKind};
use super::scalar::Text;
use super::source::Spot;

/// A list of values of one form.
#[derive(Debug)]
pub(super) struct List<T>(pub(super) Vec<Spot<T>>);

/// A map with keys of the user's choice and values of one form, in the order written.
#[derive(Debug)]
pub(super) struct Entries<T>(pub(super) Vec<(Spot<Text>, Spot<T>)>);

impl<T> Default for Entries<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Form> Form for List<T> {
    const WANTED: &'static str = "a list";

    fn from_list<'de, A: SeqAccess<'de>>(
        mut list: A,
        problems: &mut Vec<Problem>,
    ) -> Result<Result<Self, Misfit>, A::Error> {
        let mut elements = Vec::new();
        while let Some(read) = list.next_element::<Spanned<Held<T>>>()? {
            elements.extend(settle(read, None, problems));
        }
        Ok(Ok(Self(elements)))
    }
}

impl<T: Form> Form for Entries<T> {
    const WANTED: &'static str = "a map";

    fn from_map<'de, A: MapAccess<'de>>(
        mut map: A,
        problems: &mut Vec<Problem>,
    ) -> Result<Result<Self, Misfit>, A::Error> {
        let mut entries = Vec::new();
        let mut seen = BTreeSet::new();
        while let Some(key) = map.next_key::<Spanned<Held<Text>>>()? {
            let key_place = super::yaml::place(key.referenced);
            let key = settle(key, None, &mut Vec::new());
            let value = map.next_value::<Spanned<Held<T>>>()?;
            let value_place = super::yaml::place(value.referenced);
            let Some(key) = key else {
                problems.push(Problem {
                    place: key_place,
                    key: None,
                    kind: ProblemKind::KeyNotText,
                });
                continue;
            };
            let value = settle(value, Some(&key.value), problems);
            if &*key.value.0 == "<<" {
                problems.push(Problem::of_key("<<", value_place, ProblemKind::MergeKey));
            } else if !seen.insert(key.value.0.clone()) {
                let kind = ProblemKind::RepeatedKey;
                problems.push(Problem::of_key(&key.value, value_place, kind));
            } else if let Some(value) = value {
                entries.push((key, value));
            }
        }
        Ok(Ok(Self(entries)))
    }
}

impl<T: schemars::JsonSchema> schemars::JsonSchema for List<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        format!("List_of_{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "array",
            "items": generator.subschema_for::<T>(),
        })
    }
}

impl<T: schemars::JsonSchema> schemars::JsonSchema for Entries<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        format!("Map_of_{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "object",
            "additionalProperties": generator.subschema_for::<T>(),
            "propertyNames": { "not": { "const": "<<" } },
        })
    }
}
