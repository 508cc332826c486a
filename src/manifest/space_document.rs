//! Reading a storage root, whose keys its provider decides.

use serde::de::MapAccess;
use serde_yaml::Spanned;

use super::document::SpaceDocument;
use super::form::{Form, Held, Key, KeySeed, Standing, read_field, require, settle, skip_field};
use super::problem::{Misfit, Problem, ProblemKind};
use super::scalar::FilledText;
use super::schema::{Need, map_schema};
use super::source::Spot;

const KEYS: &[&str] = &["provider", "profile", "limits", "name_check"];

impl Form for SpaceDocument {
    const WANTED: &'static str = "a map with the key `provider`";

    fn from_map<'de, A: MapAccess<'de>>(
        mut map: A,
        problems: &mut Vec<Problem>,
    ) -> Result<Result<Self, Misfit>, A::Error> {
        let mut space = Self::default();
        while let Some(key) = map.next_key_seed(KeySeed(KEYS))? {
            match key {
                Key::Known("provider") => {
                    read_field(&mut map, &mut space.provider, "provider", problems)?;
                }
                Key::Known("profile") => {
                    read_field(&mut map, &mut space.profile, "profile", problems)?;
                }
                Key::Known("limits") => {
                    read_field(&mut map, &mut space.limits, "limits", problems)?;
                }
                Key::Known("name_check") => {
                    read_field(&mut map, &mut space.name_check, "name_check", problems)?;
                }
                Key::Unknown(key) if key != "<<" => {
                    let read = map.next_value::<Spanned<Held<FilledText>>>()?;
                    space.take(key, read, problems);
                }
                stranger @ (Key::Known(_) | Key::Unknown(_) | Key::NotText) => {
                    skip_field(&mut map, stranger, KEYS, problems)?;
                }
            }
        }
        require(&space.provider, "provider", "A space", problems);
        Ok(Ok(space))
    }
}

impl SpaceDocument {
    fn take(&mut self, key: String, read: Spanned<Held<FilledText>>, problems: &mut Vec<Problem>) {
        let place = super::yaml::place(read.referenced);
        let value: Option<Spot<FilledText>> = settle(read, Standing::Under(&key), problems);
        if self.keys.iter().any(|(known, _)| *known == key) {
            problems.push(Problem::of_key(&key, place, ProblemKind::RepeatedKey));
        } else if let Some(value) = value {
            self.keys.push((key, value));
        }
    }
}

impl schemars::JsonSchema for SpaceDocument {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "SpaceDocument".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let text = generator.subschema_for::<FilledText>();
        let limits = generator
            .subschema_for::<super::container::Entries<FilledText, super::scalar::WholeNumber>>();
        let name_check = generator.subschema_for::<super::manifest::NameCheck>();
        let mut schema = map_schema(
            " A storage root. Keys other than these belong to its provider.",
            vec![
                (
                    "provider",
                    " The provider's name.",
                    text.clone(),
                    Need::Required,
                ),
                (
                    "profile",
                    " The name of the credentials; the provider's name where it is left out.",
                    text.clone(),
                    Need::Optional,
                ),
                (
                    "limits",
                    " Values of the provider's capability sheet that are lowered or raised here.",
                    limits,
                    Need::Optional,
                ),
                (
                    "name_check",
                    " When the service checks the name of a new entry; where that is at submission, \
                     copies go by a folder of the run's own.",
                    name_check,
                    Need::Optional,
                ),
            ],
        );
        schema.insert("additionalProperties".into(), text.to_value());
        schema
    }
}
