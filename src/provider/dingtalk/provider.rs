//! The provider over DingTalk storage.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use super::calls::{CallSettings, Calls};
use super::index::Index;
use super::sheet::sheet;
use super::wire::Id;
use crate::plan::{Capabilities, Place};
use crate::provider::error::{ErrorKind, ProviderError};
use crate::provider::layer::Pause;
use crate::provider::profiles::Profiles;
use crate::provider::provider::{
    Answer, BatchReply, BatchRequest, FetchedEntry, ListRequest, Page, Provider, SeekRequest,
    SpaceListRequest, SpacePage, TaskId, TaskStatus,
};
use crate::tree::SpaceAlias;

/// Spaces of DingTalk storage that one profile reaches.
pub struct DingTalkProvider {
    spaces: BTreeMap<SpaceAlias, String>,
    pub(super) calls: Calls,
    pub(super) index: Index,
}

/// What a client needs to know. Nothing of it is read or called before the first request.
#[derive(Clone)]
pub struct DingTalkSettings {
    /// The id of each space.
    pub spaces: BTreeMap<SpaceAlias, String>,
    /// The profile whose fields are asked for.
    pub profile: String,
    /// Knows the fields.
    pub profiles: Arc<dyn Profiles>,
    /// Calls a second for each kind of call; `None` for what the standard edition allows. The
    /// client stays a little below.
    pub calls_per_second: Option<u32>,
    /// How the client waits for its turn.
    pub pause: Arc<dyn Pause>,
}

impl DingTalkProvider {
    /// A client for these spaces. It makes no call yet and asks for no credentials.
    ///
    /// # Errors
    /// Two aliases are the same space, where one would change behind the other's back.
    pub fn new(settings: DingTalkSettings) -> Result<Self, ProviderError> {
        let mut ids = BTreeSet::new();
        for (alias, id) in &settings.spaces {
            if !ids.insert(id) {
                let message = format!("the space `{alias}` has the id {id} of another space");
                return Err(ProviderError::refused(ErrorKind::Unsupported, message));
            }
        }
        Ok(Self {
            calls: Calls::new(CallSettings {
                profile: settings.profile,
                profiles: settings.profiles,
                calls_per_second: settings.calls_per_second,
                pause: settings.pause,
            }),
            spaces: settings.spaces,
            index: Index::default(),
        })
    }

    /// The calls themselves, with the same credentials and rate.
    pub fn calls(&self) -> &Calls {
        &self.calls
    }

    /// The id of a space.
    ///
    /// # Errors
    /// It is none of this provider's, or its id cannot be one.
    pub(super) fn space(&self, alias: &SpaceAlias) -> Result<Id, ProviderError> {
        let not_found = |message| ProviderError::refused(ErrorKind::NotFound, message);
        let id = self.spaces.get(alias).ok_or_else(|| {
            not_found(format!(
                "the space `{alias}` was not opened as a DingTalk space"
            ))
        })?;
        Id::new(id).ok_or_else(|| {
            not_found(format!(
                "the space `{alias}` has the id `{id}`, which is none of DingTalk's"
            ))
        })
    }
}

impl Provider for DingTalkProvider {
    fn capabilities(&self, space: &SpaceAlias) -> Result<Capabilities, ProviderError> {
        if self.spaces.contains_key(space) {
            return Ok(sheet());
        }
        self.space(space).map(|_| sheet())
    }

    fn list<'a>(&'a self, request: &'a ListRequest) -> Answer<'a, Page> {
        Box::pin(self.list_folder(request))
    }

    fn list_space<'a>(&'a self, request: &'a SpaceListRequest) -> Answer<'a, SpacePage> {
        Box::pin(self.list_everything(request))
    }

    fn seek<'a>(&'a self, request: &'a SeekRequest) -> Answer<'a, SpacePage> {
        Box::pin(self.sought(request))
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

impl fmt::Debug for DingTalkProvider {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = formatter.debug_struct("DingTalkProvider");
        shown.field("spaces", &self.spaces).finish_non_exhaustive()
    }
}
