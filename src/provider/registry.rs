//! The one place that knows which providers there are and what their spaces need.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use super::dingtalk::{DingTalkProvider, DingTalkSettings};
use super::error::{ErrorKind, ProviderError};
use super::layer::Pause;
use super::local::LocalProvider;
use super::profiles::Profiles;
use super::provider::{Page, Provider};
use super::smh::{SmhProvider, SmhSettings, SpaceKey};
use crate::tree::{Address, SpaceAlias};

/// The keys of a space of one provider, beside `provider`, `profile`, `limits` and
/// `name_check`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SpaceKeys {
    /// The provider's name.
    pub name: &'static str,
    /// Keys that must be there.
    pub required: &'static [&'static str],
    /// Keys that may be there.
    pub optional: &'static [&'static str],
    /// Those of the keys that hold a path, which counts from the manifest's folder.
    pub paths: &'static [&'static str],
    /// The fields of a profile that the provider asks for. Where there are any, the spaces of each
    /// profile are opened by themselves.
    pub profile_fields: &'static [&'static str],
}

/// The keys that one space has, with their values as the manifest gives them.
pub type SpaceValues = BTreeMap<String, String>;

/// What a provider is opened with.
#[derive(Clone)]
pub struct Opening<'a> {
    /// All spaces of the provider in a run. Those of other profiles are read from and never
    /// written to, except that a move takes entries out of them.
    pub spaces: &'a BTreeMap<SpaceAlias, SpaceValues>,
    /// The folder of the manifest, which relative paths count from.
    pub base: &'a Path,
    /// The profile of all these spaces.
    pub profile: &'a str,
    /// Knows the fields of the profile. They are asked for when they are needed, not before.
    pub profiles: Arc<dyn Profiles>,
    /// Calls a second and kind of call, where the manifest sets a limit.
    pub calls_per_second: Option<u32>,
    /// How the provider waits for its turn.
    pub pause: Arc<dyn Pause>,
}

const PROVIDERS: &[SpaceKeys] = &[
    SpaceKeys {
        name: "dingtalk",
        required: &["id"],
        optional: &[],
        paths: &[],
        profile_fields: &[
            "ENDPOINT",
            "UNION_ID",
            "ACCESS_TOKEN",
            "APP_KEY",
            "APP_SECRET",
        ],
    },
    SpaceKeys {
        name: "local",
        required: &["root"],
        optional: &[],
        paths: &["root"],
        profile_fields: &[],
    },
    SpaceKeys {
        name: "smh",
        required: &["library", "id"],
        optional: &[],
        paths: &[],
        profile_fields: &["ENDPOINT", "USER_ID", "ACCESS_TOKEN", "LIBRARY_SECRET"],
    },
];

/// All providers, by name.
pub fn providers() -> &'static [SpaceKeys] {
    PROVIDERS
}

/// Opens the provider called `name` with all the spaces that share a profile.
///
/// # Errors
/// There is no such provider, a space lacks a key, or a space cannot be opened.
pub fn open(name: &str, opening: &Opening<'_>) -> Result<Arc<dyn Provider>, ProviderError> {
    match name {
        "dingtalk" => Ok(Arc::new(DingTalkProvider::new(DingTalkSettings {
            spaces: each(opening, "id", |id| id.to_owned())?,
            profile: opening.profile.to_owned(),
            profiles: Arc::clone(&opening.profiles),
            calls_per_second: opening.calls_per_second,
            pause: Arc::clone(&opening.pause),
        })?)),
        "local" => {
            let roots = each(opening, "root", |root| opening.base.join(root))?;
            Ok(Arc::new(LocalProvider::new(&roots)?))
        }
        "smh" => Ok(Arc::new(SmhProvider::new(SmhSettings {
            spaces: space_keys(opening)?,
            profile: opening.profile.to_owned(),
            profiles: Arc::clone(&opening.profiles),
            calls_per_second: opening.calls_per_second,
            pause: Arc::clone(&opening.pause),
        })?)),
        unknown => Err(no_such_provider(unknown)),
    }
}

/// A page of a folder from the recorded body of a service's reply to a listing. `space` is the id
/// of the folder's space.
///
/// # Errors
/// It is a refusal or no page, or the provider called `name` has no replies.
pub fn recorded_page(
    name: &str,
    folder: &Address,
    space: &str,
    body: &[u8],
) -> Result<Page, ProviderError> {
    match name {
        "dingtalk" => super::dingtalk::recorded(folder, space, body),
        "smh" => super::smh::recorded(folder, body),
        unknown => Err(no_such_provider(unknown)),
    }
}

/// Library and id of each of the spaces.
fn space_keys(opening: &Opening<'_>) -> Result<BTreeMap<SpaceAlias, SpaceKey>, ProviderError> {
    let libraries = each(opening, "library", str::to_owned)?;
    let ids = each(opening, "id", str::to_owned)?;
    let pairs = libraries.into_iter().zip(ids.into_values());
    let keys = pairs.map(|((alias, library), id)| (alias, SpaceKey { library, id }));
    Ok(keys.collect())
}

/// The value of one key for each of the spaces.
fn each<T>(
    opening: &Opening<'_>,
    key: &str,
    read: impl Fn(&str) -> T,
) -> Result<BTreeMap<SpaceAlias, T>, ProviderError> {
    let value = |(alias, values): (&SpaceAlias, &SpaceValues)| match values.get(key) {
        Some(value) => Ok((alias.clone(), read(value))),
        None => {
            let message = format!("the space `{alias}` has no `{key}`; add it in the manifest");
            Err(ProviderError::refused(ErrorKind::Unsupported, message))
        }
    };
    opening.spaces.iter().map(value).collect()
}

fn no_such_provider(name: &str) -> ProviderError {
    let known: Vec<_> = PROVIDERS.iter().map(|keys| keys.name).collect();
    let message = format!(
        "there is no provider `{name}`; this program has {}",
        known.join(", ")
    );
    ProviderError::refused(ErrorKind::Unsupported, message)
}
