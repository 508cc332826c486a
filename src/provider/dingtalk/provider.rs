//! The provider over DingTalk storage.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::sheet::sheet;
use crate::plan::{Capabilities, Place};
use crate::provider::error::{ErrorKind, ProviderError};
use crate::provider::layer::Pause;
use crate::provider::profiles::Profiles;
use crate::provider::provider::{
    Answer, BatchReply, BatchRequest, FetchedEntry, ListRequest, Page, Provider, TaskId, TaskStatus,
};
use crate::tree::SpaceAlias;

/// Spaces of DingTalk storage that one profile reaches.
pub struct DingTalkProvider {
    settings: DingTalkSettings,
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
    /// Calls a second for each kind of call; `None` for a little under what the service allows.
    pub calls_per_second: Option<u32>,
    /// How the client waits for its turn.
    pub pause: Arc<dyn Pause>,
}

impl DingTalkProvider {
    /// A client for these spaces. It makes no call yet and asks for no credentials.
    ///
    /// # Errors
    /// Two aliases are the same space.
    pub fn new(settings: DingTalkSettings) -> Result<Self, ProviderError> {
        Ok(Self { settings })
    }

    fn check(&self, space: &SpaceAlias) -> Result<&str, ProviderError> {
        let id = self.settings.spaces.get(space).map(String::as_str);
        id.ok_or_else(|| {
            let message = format!("the space `{space}` was not opened as a DingTalk space");
            ProviderError::refused(ErrorKind::NotFound, message)
        })
    }

    fn not_yet<'a, T: Send + 'a>(&self) -> Answer<'a, T> {
        let message = "this provider only shows its sheet so far";
        Box::pin(async move { Err(ProviderError::refused(ErrorKind::Unsupported, message)) })
    }
}

impl Provider for DingTalkProvider {
    fn capabilities(&self, space: &SpaceAlias) -> Result<Capabilities, ProviderError> {
        self.check(space)?;
        Ok(sheet())
    }

    fn list<'a>(&'a self, _request: &'a ListRequest) -> Answer<'a, Page> {
        self.not_yet()
    }

    fn fetch<'a>(&'a self, _places: &'a [Place]) -> Answer<'a, Vec<Option<FetchedEntry>>> {
        self.not_yet()
    }

    fn execute<'a>(&'a self, _request: &'a BatchRequest<'a>) -> Answer<'a, BatchReply> {
        self.not_yet()
    }

    fn poll<'a>(&'a self, _tasks: &'a [TaskId]) -> Answer<'a, Vec<TaskStatus>> {
        self.not_yet()
    }
}
