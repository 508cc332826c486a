//! Lists, and maps whose keys the user chooses.

use std::collections::BTreeSet;
use std::ops::Deref;

use serde::de::{MapAccess, SeqAccess};
use serde_yaml::Spanned;

use super::form::{Form, Held, Standing, settle, settle_key};
use super::problem::{Misfit, Problem, ProblemKind};
use super::source::Spot;

/// A list of values of one form.
#[derive(Debug)]
pub(super) struct List<T>(pub(super) Vec<Spot<T>>);

/// A map with keys of the user's choice and values of one form, in the order written.
#[derive(Debug)]
pub(super) struct Entries<K, T>(pub(super) Vec<(Spot<K>, Spot<T>)>);

impl<K, T> Default for Entries<K, T> {
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
            elements.extend(settle(read, Standing::Listed, problems));
        }
        Ok(Ok(Self(elements)))
    }
}

impl<K: Form + Deref<Target = str>, T: Form> Form for Entries<K, T> {
    const WANTED: &'static str = "a map";

    fn from_map<'de, A: MapAccess<'de>>(
        mut map: A,
        problems: &mut Vec<Problem>,
    ) -> Result<Result<Self, Misfit>, A::Error> {
        let mut entries = Vec::new();
        let mut seen = BTreeSet::new();
        while let Some(key) = map.next_key::<Spanned<Held<K>>>()? {
            let key = settle_key(key, problems);
            let value = map.next_value::<Spanned<Held<T>>>()?;
            let place = super::yaml::place(value.referenced);
            let word = key.as_ref().map_or("", |key| &*key.value);
            let value = settle(value, Standing::Under(word), problems);
            let Some(key) = key else {
                continue;
            };
            if !seen.insert(key.value.to_owned()) {
                let kind = ProblemKind::RepeatedKey;
                problems.push(Problem::of_key(&key.value, place, kind));
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

impl<K: schemars::JsonSchema, T: schemars::JsonSchema> schemars::JsonSchema for Entries<K, T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        format!("Map_of_{}_to_{}", K::schema_name(), T::schema_name()).into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "object",
            "additionalProperties": generator.subschema_for::<T>(),
            "propertyNames": { "allOf": [
                generator.subschema_for::<K>(),
                { "not": { "const": "<<" } },
            ] },
        })
    }
}
