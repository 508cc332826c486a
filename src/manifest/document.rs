//! The types that mirror a manifest file: the one source of the parser and of the schema.

use super::container::{Entries, List};
use super::manifest::{Limit, NameCheck, OnConflict, OnMissing, PruneScope, Update};
use super::scalar::{
    AddressText, AliasText, Duration, FilledText, NameText, PatternText, SelectionText, Switch,
    Text, VariableText, Version, WholeNumber,
};
use super::source::Spot;

/// A field of a document: absent, or a value and where it stands. Most fields of most placements
/// are absent, so a present one lies outside.
pub(super) type Field<T> = Option<Box<Spot<T>>>;

/// Declares a map with known keys once; the struct, its reader and its schema follow from it.
macro_rules! document {
    (
        $(#[doc = $about:literal])+
        $name:ident is $whole:literal
        { $( $(#[doc = $doc:literal])+ $key:literal $field:ident: $form:ty $(, $needed:ident)?; )+ }
    ) => {
        $(#[doc = $about])+
        #[derive(Debug, Default)]
        pub(super) struct $name {
            $( $(#[doc = $doc])+ pub(super) $field: Field<$form>, )+
        }

        impl $crate::manifest::form::Fields for $name {
            const KEYS: &'static [&'static str] = &[$($key),+];

            fn each_given(&self, see: &mut dyn FnMut(&'static str, $crate::manifest::source::Place)) {
                $( if let Some(spot) = &self.$field {
                    see($key, spot.place);
                } )+
            }
        }

        impl $crate::manifest::form::Form for $name {
            const WANTED: &'static str = "a map";

            fn from_map<'de, A: serde::de::MapAccess<'de>>(
                mut map: A,
                problems: &mut Vec<$crate::manifest::problem::Problem>,
            ) -> Result<Result<Self, $crate::manifest::problem::Misfit>, A::Error> {
                use $crate::manifest::form::{Fields, Key, KeySeed, read_field, skip_field};
                let mut document = Self::default();
                while let Some(key) = map.next_key_seed(KeySeed(Self::KEYS))? {
                    match key {
                        $( Key::Known($key) => {
                            read_field(&mut map, &mut document.$field, $key, problems)?;
                        } )+
                        stranger => skip_field(&mut map, stranger, Self::KEYS, problems)?,
                    }
                }
                $( document!(@needed document $field $key $whole problems $($needed)?); )+
                Ok(Ok(document))
            }
        }

        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
                $crate::manifest::schema::map_schema(
                    concat!($($about),+),
                    vec![ $( (
                        $key,
                        concat!($($doc),+),
                        generator.subschema_for::<$form>(),
                        document!(@is_needed $($needed)?),
                    ) ),+ ],
                )
            }
        }
    };
    (@needed $document:ident $field:ident $key:literal $whole:literal $problems:ident required) => {
        $crate::manifest::form::require(&$document.$field, $key, $whole, $problems);
    };
    (@needed $document:ident $field:ident $key:literal $whole:literal $problems:ident) => {};
    (@is_needed required) => { $crate::manifest::schema::Need::Required };
    (@is_needed) => { $crate::manifest::schema::Need::Optional };
}

document! {
    /// Where files and folders shall be in storage spaces.
    ManifestDocument is "A manifest"
    {
        /// The version of this language.
        "version" version: Version, required;
        /// Names the state in which is kept what was placed.
        "name" name: NameText, required;
        /// The storage roots that placements speak of, by the alias used in `alias:/path`.
        "spaces" spaces: Entries<AliasText, SpaceDocument>, required;
        /// Values for all placements that do not say otherwise.
        "defaults" defaults: DefaultsDocument;
        /// Limits that the finished plan is judged by; none is set unless given here.
        "guards" guards: GuardsDocument;
        /// Entries that are never removed, moved away or overwritten, whatever asks for it.
        "protect" protect: List<SelectionText>;
        /// Names and default values for `${var.NAME}`; `--var NAME=VALUE` sets them.
        "variables" variables: Entries<VariableText, Text>;
        /// Names of environment variables that `${env.NAME}` may read.
        "env" env: List<VariableText>;
        /// The wishes.
        "placements" placements: List<PlacementDocument>, required;
    }
}

document! {
    /// One wish. Exactly one of `copy`, `move`, `mirror`, `folder` and `absent` says what kind.
    PlacementDocument is "A placement"
    {
        /// Unique in the manifest; made of verb, source and target where it is left out.
        "id" id: FilledText;
        /// What is at this source is also at the target.
        "copy" copy: SelectionText;
        /// What was at this source is at the target and no longer here.
        "move" move_from: SelectionText;
        /// The target folder holds what this source folder holds.
        "mirror" mirror: SelectionText;
        /// A folder is at this path.
        "folder" folder: AddressText;
        /// Nothing is at this path, or nothing matches this pattern.
        "absent" absent: SelectionText;
        /// The exact final path.
        "to" to: AddressText;
        /// The parent folder; the entry keeps its name, matches of a pattern keep their path below the pattern's base.
        "into" into: AddressText;
        /// Whether matches of a pattern lose the folders between the pattern's base and them.
        "flatten" flatten: Switch;
        /// Patterns relative to the source's base; what they match is not seen: neither copied nor pruned.
        "exclude" exclude: List<PatternText>;
        /// What to do with something else under the target's name.
        "on_conflict" on_conflict: OnConflict;
        /// What happens when the source changed after it was placed.
        "update" update: Update;
        /// Which entries go that the target has and the source has not.
        "prune" prune: PruneScope;
        /// Patterns relative to the target; pruning leaves alone what they match.
        "keep" keep: List<PatternText>;
        /// Whether removed entries can be recovered; `false` removes them for good.
        "recycle" recycle: Switch;
        /// Whether moved entries keep their own permissions.
        "preserve_permissions" preserve_permissions: Switch;
        /// What to do where the source is not there.
        "on_missing" on_missing: OnMissing;
        /// Bounds on the number of matches of a pattern.
        "expect" expect: ExpectDocument;
        /// Repeats the placement for every element of a list, every key of a map, or a file of either.
        "for_each" for_each: super::each::ForEachDocument;
    }
}

document! {
    /// Bounds, both inclusive.
    ExpectDocument is "`expect`"
    {
        /// The fewest matches.
        "min" min: WholeNumber;
        /// The most matches.
        "max" max: WholeNumber;
    }
}

document! {
    /// Values for all placements that do not say otherwise and that know the key.
    DefaultsDocument is "`defaults`"
    {
        /// What to do with something else under the target's name.
        "on_conflict" on_conflict: OnConflict;
        /// What happens when the source changed after it was placed.
        "update" update: Update;
        /// Which entries go that a mirror's target has and its source has not.
        "prune" prune: PruneScope;
        /// Whether removed entries can be recovered.
        "recycle" recycle: Switch;
        /// Whether moved entries keep their own permissions.
        "preserve_permissions" preserve_permissions: Switch;
        /// What to do where a source is not there.
        "on_missing" on_missing: OnMissing;
    }
}

document! {
    /// Limits that the finished plan is judged by.
    GuardsDocument is "`guards`"
    {
        /// Entries that may go: a number, or a share of those observed under the targets.
        "max_removes" max_removes: Limit;
        /// Files that may be overwritten: a number or a share.
        "max_overwrites" max_overwrites: Limit;
        /// Entries that may be moved: a number or a share.
        "max_moves" max_moves: Limit;
        /// Calls that change something.
        "max_calls" max_calls: WholeNumber;
        /// Time the calls may take: seconds, or a number with `s`, `m` or `h`.
        "max_time" max_time: Duration;
    }
}

/// A storage root. Keys other than these four belong to its provider.
#[derive(Debug, Default)]
pub(super) struct SpaceDocument {
    pub(super) provider: Field<FilledText>,
    pub(super) profile: Field<FilledText>,
    pub(super) limits: Field<Entries<FilledText, WholeNumber>>,
    pub(super) name_check: Field<NameCheck>,
    /// The provider's own keys with their values, in the order written.
    pub(super) keys: Vec<(String, Spot<FilledText>)>,
}
