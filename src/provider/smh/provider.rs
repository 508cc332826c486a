//! The provider over Tencent SMH.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use super::calls::{CallSettings, Calls};
use super::poll::Begun;
use super::sheet::sheet;
use crate::plan::{Capabilities, Place};
use crate::provider::error::{ErrorKind, ProviderError};
use crate::provider::layer::Pause;
use crate::provider::profiles::Profiles;
use crate::provider::provider::{
    Answer, BatchReply, BatchRequest, FetchedEntry, ListRequest, Page, Provider, TaskId, TaskStatus,
};
use crate::tree::SpaceAlias;

/// Spaces of Tencent SMH that one profile reaches.
pub struct SmhProvider {
    spaces: BTreeMap<SpaceAlias, SpaceKey>,
    libraries: BTreeMap<String, Calls>,
    pub(super) begun: Begun,
}

/// What a client needs to know. Nothing of it is read or called before the first request.
#[derive(Clone)]
pub struct SmhSettings {
    /// Library and id of each space.
    pub spaces: BTreeMap<SpaceAlias, SpaceKey>,
    /// The profile whose fields are asked for.
    pub profile: String,
    /// Knows the fields.
    pub profiles: Arc<dyn Profiles>,
    /// Calls a second for each kind of call; `None` for a careful number. The client stays a
    /// little below.
    pub calls_per_second: Option<u32>,
    /// How the client waits for its turn.
    pub pause: Arc<dyn Pause>,
}

/// What names a space.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SpaceKey {
    /// The id of its library.
    pub library: String,
    /// Its id; `-` where the library has a single one.
    pub id: String,
}

impl SmhProvider {
    /// A client for these spaces. It makes no call yet and asks for no credentials.
    ///
    /// # Errors
    /// Two aliases are the same space, where one would change behind the other's back.
    pub fn new(settings: SmhSettings) -> Result<Self, ProviderError> {
        let mut keys = BTreeSet::new();
        let mut ids: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for (alias, key) in &settings.spaces {
            if !keys.insert(key) {
                let SpaceKey { library, id } = key;
                let message =
                    format!("the space `{alias}` is `{id}` of `{library}`, as another space is");
                return Err(ProviderError::refused(ErrorKind::Unsupported, message));
            }
            ids.entry(&key.library).or_default().push(key.id.clone());
        }
        let calls = |(library, spaces): (&str, Vec<String>)| {
            let calls = Calls::new(CallSettings {
                library: library.to_owned(),
                spaces,
                profile: settings.profile.clone(),
                profiles: Arc::clone(&settings.profiles),
                calls_per_second: settings.calls_per_second,
                pause: Arc::clone(&settings.pause),
            });
            (library.to_owned(), calls)
        };
        Ok(Self {
            libraries: ids.into_iter().map(calls).collect(),
            spaces: settings.spaces.clone(),
            begun: Begun::default(),
        })
    }

    /// The calls to the library of a space themselves, with the same credentials and rate.
    ///
    /// # Errors
    /// The space is none of this provider's.
    pub fn calls(&self, alias: &SpaceAlias) -> Result<&Calls, ProviderError> {
        let key = self.space(alias)?;
        let calls = self.libraries.get(&key.library);
        calls.ok_or_else(|| unknown(alias))
    }

    /// What names a space.
    ///
    /// # Errors
    /// The space is none of this provider's.
    pub(super) fn space(&self, alias: &SpaceAlias) -> Result<&SpaceKey, ProviderError> {
        self.spaces.get(alias).ok_or_else(|| unknown(alias))
    }
}

fn unknown(alias: &SpaceAlias) -> ProviderError {
    let message = format!("the space `{alias}` was not opened as a space of Tencent SMH");
    ProviderError::refused(ErrorKind::NotFound, message)
}

impl Provider for SmhProvider {
    fn capabilities(&self, space: &SpaceAlias) -> Result<Capabilities, ProviderError> {
        self.space(space).map(|_| sheet())
    }

    fn list<'a>(&'a self, request: &'a ListRequest) -> Answer<'a, Page> {
        Box::pin(self.list_folder(request))
    }

    fn fetch<'a>(&'a self, places: &'a [Place]) -> Answer<'a, Vec<Option<FetchedEntry>>> {
        Box::pin(self.fetch_places(places))
    }

    fn execute<'a>(&'a self, request: &'a BatchRequest<'a>) -> Answer<'a, BatchReply> {
        Box::pin(self.carry_out(request))
    }

    fn poll<'a>(&'a self, tasks: &'a [TaskId]) -> Answer<'a, Vec<TaskStatus>> {
        Box::pin(self.poll_tasks(tasks))
    }
}

impl fmt::Debug for SmhProvider {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = formatter.debug_struct("SmhProvider");
        shown.field("spaces", &self.spaces).finish_non_exhaustive()
    }
}
