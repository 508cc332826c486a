//! Reading a value of one form, and going on where something else stands there.
//!
//! The deserializer's own types stop at the first error. These collect a [`Problem`] with its
//! place for every key and value that is not as it should be, so that a person sees all at once.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor,
};
use serde_yaml::Spanned;

use super::problem::{Found, Misfit, Problem, ProblemKind};
use super::source::{Place, Spot};
use super::yaml::place;

/// A value that can be made from what a file holds, by whichever of these functions fits.
///
/// The outer result ends the reading (broken YAML); the inner one is a value that does not fit.
pub(super) trait Form: Sized {
    /// What is wanted, as a noun with its article.
    const WANTED: &'static str;

    fn from_text(_text: &str) -> Result<Self, Misfit> {
        Err(Misfit::Other(Found::Text))
    }

    fn from_switch(switch: bool) -> Result<Self, Misfit> {
        Err(Misfit::Other(Found::Switch(switch)))
    }

    fn from_number(_number: u64) -> Result<Self, Misfit> {
        Err(Misfit::Other(Found::Number))
    }

    fn from_list<'de, A: SeqAccess<'de>>(
        mut list: A,
        _problems: &mut Vec<Problem>,
    ) -> Result<Result<Self, Misfit>, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Err(Misfit::Other(Found::List)))
    }

    fn from_map<'de, A: MapAccess<'de>>(
        mut map: A,
        _problems: &mut Vec<Problem>,
    ) -> Result<Result<Self, Misfit>, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Err(Misfit::Other(Found::Map)))
    }
}

/// A map whose keys are known.
pub(super) trait Fields {
    /// All keys, in the order in which they are explained.
    const KEYS: &'static [&'static str];

    /// Shows the keys that are given, each with the place of its value.
    fn each_given(&self, see: &mut dyn FnMut(&'static str, Place));
}

/// What was read where a form was wanted, and the problems inside.
#[derive(Debug)]
pub(super) struct Held<T> {
    value: Result<T, Misfit>,
    problems: Vec<Problem>,
}

/// A key of a map whose keys are known.
pub(super) enum Key {
    Known(&'static str),
    Unknown(String),
    NotText,
}

/// Reads a [`Key`] against the list of known ones.
pub(super) struct KeySeed(pub(super) &'static [&'static str]);

struct HeldVisitor<T>(PhantomData<T>);

impl<'de, T: Form> Deserialize<'de> for Held<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(HeldVisitor(PhantomData))
    }
}

impl<T> From<Result<T, Misfit>> for Held<T> {
    fn from(value: Result<T, Misfit>) -> Self {
        Self {
            value,
            problems: Vec::new(),
        }
    }
}

impl<'de, T: Form> Visitor<'de> for HeldVisitor<T> {
    type Value = Held<T>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(T::WANTED)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(T::from_text(text).into())
    }

    fn visit_bool<E: Error>(self, switch: bool) -> Result<Self::Value, E> {
        Ok(T::from_switch(switch).into())
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Self::Value, E> {
        Ok(T::from_number(number).into())
    }

    fn visit_i64<E: Error>(self, _number: i64) -> Result<Self::Value, E> {
        Ok(Err(Misfit::Other(Found::Negative)).into())
    }

    fn visit_f64<E: Error>(self, _number: f64) -> Result<Self::Value, E> {
        Ok(Err(Misfit::Other(Found::Fraction)).into())
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(Err(Misfit::Other(Found::Nothing)).into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Self::Value, A::Error> {
        let mut problems = Vec::new();
        let value = T::from_list(list, &mut problems)?;
        Ok(Held { value, problems })
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        let mut problems = Vec::new();
        let value = T::from_map(map, &mut problems)?;
        Ok(Held { value, problems })
    }
}

impl<'de> DeserializeSeed<'de> for KeySeed {
    type Value = Key;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Key, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for KeySeed {
    type Value = Key;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a key")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Key, E> {
        let known = self.0.iter().find(|known| **known == text);
        Ok(known.map_or_else(|| Key::Unknown(text.into()), |known| Key::Known(known)))
    }

    fn visit_bool<E: Error>(self, _switch: bool) -> Result<Key, E> {
        Ok(Key::NotText)
    }

    fn visit_u64<E: Error>(self, _number: u64) -> Result<Key, E> {
        Ok(Key::NotText)
    }

    fn visit_i64<E: Error>(self, _number: i64) -> Result<Key, E> {
        Ok(Key::NotText)
    }

    fn visit_f64<E: Error>(self, _number: f64) -> Result<Key, E> {
        Ok(Key::NotText)
    }

    fn visit_unit<E: Error>(self) -> Result<Key, E> {
        Ok(Key::NotText)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Key, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Key::NotText)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Key, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Key::NotText)
    }
}

/// How a value stands in what holds it.
#[derive(Debug, Clone, Copy)]
pub(super) enum Standing<'k> {
    /// It is the whole file.
    Alone,
    /// It is an element of a list.
    Listed,
    /// It is the value of this key.
    Under(&'k str),
}

/// Settles what was read: its problems get the place they lack, and a value that does not fit
/// becomes one more problem.
pub(super) fn settle<T: Form>(
    read: Spanned<Held<T>>,
    standing: Standing<'_>,
    problems: &mut Vec<Problem>,
) -> Option<Spot<T>> {
    let key = match standing {
        Standing::Under(key) => Some(key),
        Standing::Alone | Standing::Listed => None,
    };
    let place = place(read.referenced);
    for mut problem in read.value.problems {
        if problem.place.is_unknown() {
            problem.place = place;
        }
        if problem.key.is_none() {
            problem.key = key.map(str::to_owned);
        }
        problems.push(problem);
    }
    match read.value.value {
        Ok(value) => Some(Spot { value, place }),
        Err(misfit) => {
            let kind = match standing {
                Standing::Listed => ProblemKind::Element(misfit, T::WANTED),
                Standing::Alone | Standing::Under(_) => ProblemKind::Misfit(misfit, T::WANTED),
            };
            let key = key.map(str::to_owned);
            problems.push(Problem { place, key, kind });
            None
        }
    }
}

/// Settles a key of the user's choice; one that does not fit becomes a problem.
pub(super) fn settle_key<K: Form>(
    read: Spanned<Held<K>>,
    problems: &mut Vec<Problem>,
) -> Option<Spot<K>> {
    let place = place(read.referenced);
    let kind = match read.value.value {
        Ok(value) => return Some(Spot { value, place }),
        Err(Misfit::Rule(rule)) => ProblemKind::BadKey(rule),
        Err(Misfit::Other(_) | Misfit::Word(..)) => ProblemKind::KeyNotText,
    };
    let key = Some(String::new());
    problems.push(Problem { place, key, kind });
    None
}

/// Reads the value of a known key into its field; a key that came before is a problem.
pub(super) fn read_field<'de, A: MapAccess<'de>, T: Form>(
    map: &mut A,
    field: &mut Option<Box<Spot<T>>>,
    key: &'static str,
    problems: &mut Vec<Problem>,
) -> Result<(), A::Error> {
    let read = map.next_value::<Spanned<Held<T>>>()?;
    let repeated = place(read.referenced);
    let spot = settle(read, Standing::Under(key), problems);
    if field.is_some() {
        problems.push(Problem::of_key(key, repeated, ProblemKind::RepeatedKey));
    } else {
        *field = spot.map(Box::new);
    }
    Ok(())
}

/// Skips the value of a key that is not known and notes the problem.
pub(super) fn skip_field<'de, A: MapAccess<'de>>(
    map: &mut A,
    key: Key,
    known: &'static [&'static str],
    problems: &mut Vec<Problem>,
) -> Result<(), A::Error> {
    let place = place(map.next_value::<Spanned<IgnoredAny>>()?.referenced);
    problems.push(match key {
        Key::Known(key) => Problem::of_key(key, place, ProblemKind::UnknownKey(known)),
        Key::Unknown(key) if key == "<<" => Problem::of_key(&key, place, ProblemKind::MergeKey),
        Key::Unknown(key) => Problem::of_key(&key, place, ProblemKind::UnknownKey(known)),
        Key::NotText => Problem {
            place,
            key: None,
            kind: ProblemKind::KeyNotText,
        },
    });
    Ok(())
}

/// Notes that a key is missing, unless it is there and its value was the problem.
pub(super) fn require<T>(
    field: &Option<Box<Spot<T>>>,
    key: &'static str,
    whole: &'static str,
    problems: &mut Vec<Problem>,
) {
    let tried = problems
        .iter()
        .any(|problem| problem.key.as_deref() == Some(key));
    if field.is_none() && !tried {
        problems.push(Problem {
            place: Default::default(),
            key: Some(String::new()),
            kind: ProblemKind::MissingKey(key, whole),
        });
    }
}
