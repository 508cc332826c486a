//! Counts calls and writes each to the log, with how it ended.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::plan::{Capabilities, Place};
use crate::provider::error::ProviderError;
use crate::provider::provider::{
    Answer, BatchReply, BatchRequest, FetchedEntry, ListRequest, Page, Provider, SeekRequest,
    SpaceListRequest, SpacePage, TaskId, TaskStatus,
};
use crate::tree::SpaceAlias;

/// A provider whose calls can be counted and followed in the log.
pub struct TraceLayer {
    inner: Arc<dyn Provider>,
    reads: AtomicU64,
    writes: AtomicU64,
}

/// How many calls were made.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CallCounts {
    /// Calls that list, fetch or poll.
    pub reads: u64,
    /// Calls that change something.
    pub writes: u64,
}

impl TraceLayer {
    /// Follows the calls of a provider.
    pub fn new(inner: Arc<dyn Provider>) -> Self {
        Self {
            inner,
            reads: AtomicU64::new(0),
            writes: AtomicU64::new(0),
        }
    }

    /// How many calls were made so far.
    pub fn counts(&self) -> CallCounts {
        CallCounts {
            reads: self.reads.load(Ordering::Relaxed),
            writes: self.writes.load(Ordering::Relaxed),
        }
    }
}

impl Provider for TraceLayer {
    fn capabilities(&self, space: &SpaceAlias) -> Result<Capabilities, ProviderError> {
        self.inner.capabilities(space)
    }

    fn list<'a>(&'a self, request: &'a ListRequest) -> Answer<'a, Page> {
        self.reads.fetch_add(1, Ordering::Relaxed);
        Box::pin(async move {
            let answer = self.inner.list(request).await;
            let (space, folder) = (&request.space, &request.folder);
            match &answer {
                Ok(page) => {
                    tracing::trace!(%space, %folder, entries = page.listing.len(), more = page.next.is_some(), "list");
                }
                Err(error) => failed("list", error),
            }
            answer
        })
    }

    fn list_space<'a>(&'a self, request: &'a SpaceListRequest) -> Answer<'a, SpacePage> {
        self.reads.fetch_add(1, Ordering::Relaxed);
        Box::pin(async move {
            let answer = self.inner.list_space(request).await;
            match &answer {
                Ok(page) => {
                    let (space, entries) = (&request.space, page.listing.len());
                    tracing::trace!(%space, entries, more = page.next.is_some(), "list space");
                }
                Err(error) => failed("list space", error),
            }
            answer
        })
    }

    fn seek<'a>(&'a self, request: &'a SeekRequest) -> Answer<'a, SpacePage> {
        self.reads.fetch_add(1, Ordering::Relaxed);
        Box::pin(async move {
            let answer = self.inner.seek(request).await;
            match &answer {
                Ok(page) => {
                    let (space, ids) = (&request.space, request.ids.len());
                    tracing::trace!(%space, ids, entries = page.listing.len(), "seek");
                }
                Err(error) => failed("seek", error),
            }
            answer
        })
    }

    fn fetch<'a>(&'a self, places: &'a [Place]) -> Answer<'a, Vec<Option<FetchedEntry>>> {
        self.reads.fetch_add(1, Ordering::Relaxed);
        Box::pin(async move {
            let answer = self.inner.fetch(places).await;
            match &answer {
                Ok(_) => tracing::trace!(places = places.len(), "fetch"),
                Err(error) => failed("fetch", error),
            }
            answer
        })
    }

    fn execute<'a>(&'a self, request: &'a BatchRequest<'a>) -> Answer<'a, BatchReply> {
        self.writes.fetch_add(1, Ordering::Relaxed);
        Box::pin(async move {
            let action = request.operations.first().map(|first| first.action.word());
            tracing::debug!(
                run = request.run,
                action,
                operations = request.operations.len(),
                "execute begins"
            );
            let answer = self.inner.execute(request).await;
            match &answer {
                Ok(reply) => {
                    let failures = reply.items.iter().filter(|item| item.end.is_err());
                    let failures = failures.count();
                    tracing::debug!(
                        run = request.run,
                        items = reply.items.len(),
                        failures,
                        tasks = reply.tasks.len(),
                        "execute ended"
                    );
                }
                Err(error) => failed("execute", error),
            }
            answer
        })
    }

    fn poll<'a>(&'a self, tasks: &'a [TaskId]) -> Answer<'a, Vec<TaskStatus>> {
        self.reads.fetch_add(1, Ordering::Relaxed);
        Box::pin(async move {
            let answer = self.inner.poll(tasks).await;
            match &answer {
                Ok(statuses) => tracing::trace!(?statuses, "poll"),
                Err(error) => failed("poll", error),
            }
            answer
        })
    }
}

fn failed(call: &str, error: &ProviderError) {
    let (kind, effect) = (error.kind.word(), error.effect);
    tracing::debug!(call, kind, ?effect, %error, "call failed");
}
