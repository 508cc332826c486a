//! A scalar of a reply, which may be missing or make no sense without spoiling the rest.

use std::fmt;
use std::marker::PhantomData;

use secrecy::SecretString;
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

/// A scalar as a service sent it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Field<T> {
    /// It is missing, null or an empty text where a text cannot be empty.
    #[default]
    Absent,
    /// It can be read.
    Given(T),
    /// It is there and cannot be read.
    Odd,
}

/// What a service is known to send and nobody here asks for. It is passed over: a page has a dozen
/// such texts for each of its entries.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Unread {
    /// It is missing.
    #[default]
    Absent,
    /// It is there.
    Passed,
}

impl<'de> Deserialize<'de> for Unread {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        IgnoredAny::deserialize(deserializer).map(|_| Self::Passed)
    }
}

/// Reads a scalar from whatever form a service chose.
pub trait Readable: Sized {
    /// The value; `None` where it makes no sense.
    fn read(value: &Value) -> Option<Self>;

    /// Whether a value stands for none.
    fn is_none(value: &Value) -> bool {
        value.is_null()
    }

    /// The field that a text stands for. A page has a dozen texts for each of its entries, so the
    /// forms that they mostly have need no copy of the text to be read.
    fn of_text(text: &str) -> Field<Self> {
        Field::of(&Value::String(text.to_owned()))
    }
}

impl<T> Field<T> {
    /// The value, where there is one.
    pub fn known(&self) -> Option<&T> {
        match self {
            Self::Given(value) => Some(value),
            Self::Absent | Self::Odd => None,
        }
    }

    /// Whether nothing was sent.
    pub fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }

    /// What could be read of a value that is there.
    pub fn given(read: Option<T>) -> Self {
        read.map_or(Self::Odd, Self::Given)
    }
}

impl<T: Readable> Field<T> {
    fn of(value: &Value) -> Self {
        if T::is_none(value) {
            Self::Absent
        } else {
            Self::given(T::read(value))
        }
    }
}

impl Readable for String {
    fn read(value: &Value) -> Option<Self> {
        value.as_str().map(str::to_owned)
    }

    fn of_text(text: &str) -> Field<Self> {
        Field::Given(text.to_owned())
    }
}

impl Readable for u64 {
    fn read(value: &Value) -> Option<Self> {
        value.as_u64().or_else(|| value.as_str()?.parse().ok())
    }

    fn of_text(text: &str) -> Field<Self> {
        Field::given(text.parse().ok())
    }
}

impl Readable for bool {
    fn read(value: &Value) -> Option<Self> {
        value.as_bool().or_else(|| value.as_str()?.parse().ok())
    }

    fn is_none(value: &Value) -> bool {
        value.is_null() || value == ""
    }
}

impl Readable for SecretString {
    fn read(value: &Value) -> Option<Self> {
        value.as_str().map(Self::from)
    }

    fn is_none(value: &Value) -> bool {
        value.is_null() || value == ""
    }
}

impl<'de, T: Readable> Deserialize<'de> for Field<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(FieldVisitor(PhantomData))
    }
}

struct FieldVisitor<T>(PhantomData<T>);

impl<'de, T: Readable> Visitor<'de> for FieldVisitor<T> {
    type Value = Field<T>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("any value")
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(T::of_text(text))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
        Ok(Field::of(&Value::from(value)))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Self::Value, E> {
        Ok(Field::of(&Value::from(value)))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Self::Value, E> {
        Ok(Field::of(&Value::from(value)))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Self::Value, E> {
        Ok(Field::of(&Value::from(value)))
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Field::of(&Value::Null))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Self::Value, A::Error> {
        let value = Value::deserialize(SeqAccessDeserializer::new(list))?;
        Ok(Field::of(&value))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        let value = Value::deserialize(MapAccessDeserializer::new(map))?;
        Ok(Field::of(&value))
    }
}

/// Something that is an object and nothing else. Without it a list of texts could pass for an
/// object by the order of its fields.
pub(in crate::provider) struct Object<T>(pub(in crate::provider) T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ObjectVisitor(PhantomData))
    }
}

struct ObjectVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ObjectVisitor<T> {
    type Value = Object<T>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(Object)
    }
}

/// An object, or nothing.
pub(in crate::provider) fn object<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    let found = Option::<Object<T>>::deserialize(deserializer)?;
    Ok(found.map(|object| object.0))
}

/// A list of objects, or nothing.
pub(in crate::provider) fn objects<'de, D, T>(deserializer: D) -> Result<Option<Vec<T>>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    let found = Option::<Vec<Object<T>>>::deserialize(deserializer)?;
    Ok(found.map(|list| list.into_iter().map(|object| object.0).collect()))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
    use super::*;

    fn read<T: Readable>(text: &str) -> Field<T> {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn scalars_are_read_in_every_form_they_come_in() {
        let cases = [
            ("0", Field::Given(0)),
            (r#""7""#, Field::Given(7)),
            ("null", Field::Absent),
            (r#""""#, Field::Odd),
            ("-1", Field::Odd),
            ("1.0", Field::Odd),
        ];
        for (text, expected) in cases {
            assert_eq!(read::<u64>(text), expected, "{text}");
        }
        let cases = [
            ("true", Field::Given(true)),
            (r#""false""#, Field::Given(false)),
            (r#""""#, Field::Absent),
            ("null", Field::Absent),
            ("1", Field::Odd),
            (r#""yes""#, Field::Odd),
        ];
        for (text, expected) in cases {
            assert_eq!(read::<bool>(text), expected, "{text}");
        }
        assert_eq!(read::<String>("5"), Field::Odd);
        assert_eq!(read(r#""""#), Field::Given(String::new()));
    }
}
