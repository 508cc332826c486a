//! Lets calls through that only read.

use std::sync::Arc;

use crate::plan::{Capabilities, Place};
use crate::provider::error::{ErrorKind, ProviderError};
use crate::provider::provider::{
    Answer, BatchReply, BatchRequest, FetchedEntry, ListRequest, Page, Provider, SeekRequest,
    SpaceListRequest, SpacePage, TaskId, TaskStatus,
};
use crate::tree::SpaceAlias;

/// A provider that cannot write: what a command that only reads is given.
pub struct ReadOnlyLayer {
    inner: Arc<dyn Provider>,
}

impl ReadOnlyLayer {
    /// Takes the writing calls away from a provider.
    pub fn new(inner: Arc<dyn Provider>) -> Self {
        Self { inner }
    }
}

impl Provider for ReadOnlyLayer {
    fn capabilities(&self, space: &SpaceAlias) -> Result<Capabilities, ProviderError> {
        self.inner.capabilities(space)
    }

    fn list<'a>(&'a self, request: &'a ListRequest) -> Answer<'a, Page> {
        self.inner.list(request)
    }

    fn list_space<'a>(&'a self, request: &'a SpaceListRequest) -> Answer<'a, SpacePage> {
        self.inner.list_space(request)
    }

    fn seek<'a>(&'a self, request: &'a SeekRequest) -> Answer<'a, SpacePage> {
        self.inner.seek(request)
    }

    fn fetch<'a>(&'a self, places: &'a [Place]) -> Answer<'a, Vec<Option<FetchedEntry>>> {
        self.inner.fetch(places)
    }

    fn execute<'a>(&'a self, request: &'a BatchRequest<'a>) -> Answer<'a, BatchReply> {
        Box::pin(async move {
            let message = format!(
                "this command only reads, so none of the {} operations of a call was sent",
                request.operations.len()
            );
            Err(ProviderError::refused(ErrorKind::ReadOnly, message))
        })
    }

    fn poll<'a>(&'a self, tasks: &'a [TaskId]) -> Answer<'a, Vec<TaskStatus>> {
        self.inner.poll(tasks)
    }
}
