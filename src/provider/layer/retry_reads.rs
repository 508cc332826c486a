//! Makes reading calls again that failed for a reason that may pass.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use crate::plan::{Capabilities, Place};
use crate::provider::error::{ProviderError, Retry};
use crate::provider::provider::{
    Answer, BatchReply, BatchRequest, FetchedEntry, ListRequest, Page, Provider, SeekRequest,
    SpaceListRequest, SpacePage, TaskId, TaskStatus,
};
use crate::tree::SpaceAlias;

/// Waits: a seam, so that a test need not.
pub trait Pause: Send + Sync {
    /// Returns after that long.
    fn pause(&self, time: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + '_>>;
}

/// Waits by the machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemPause;

/// A provider whose reading calls are tried up to six times, with pauses from a quarter of a
/// second on, each twice the one before. Calls that write pass once: only who can observe what
/// they did may repeat them.
pub struct RetryReadsLayer {
    inner: Arc<dyn Provider>,
    pause: Arc<dyn Pause>,
}

/// How often a call is made at most.
const ATTEMPTS: u32 = 6;
/// The pause after the first failure.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
/// The longest pause, whatever a service asks for.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

impl RetryReadsLayer {
    /// Repeats the reading calls of a provider.
    pub fn new(inner: Arc<dyn Provider>, pause: Arc<dyn Pause>) -> Self {
        Self { inner, pause }
    }

    async fn repeat<'a, T>(
        &'a self,
        mut call: impl FnMut() -> Answer<'a, T>,
    ) -> Result<T, ProviderError> {
        let mut attempt = 1;
        loop {
            let error = match call().await {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            let time = match error.retry {
                Retry::Never => return Err(error),
                Retry::After(time) => time,
                Retry::Backoff => FIRST_PAUSE.saturating_mul(1 << (attempt - 1)),
            };
            if attempt == ATTEMPTS || time > LONGEST_PAUSE {
                return Err(error);
            }
            tracing::debug!(attempt, ?time, %error, "a reading call is made again");
            self.pause.pause(time).await;
            attempt += 1;
        }
    }
}

impl Provider for RetryReadsLayer {
    fn capabilities(&self, space: &SpaceAlias) -> Result<Capabilities, ProviderError> {
        self.inner.capabilities(space)
    }

    fn list<'a>(&'a self, request: &'a ListRequest) -> Answer<'a, Page> {
        Box::pin(self.repeat(|| self.inner.list(request)))
    }

    fn list_space<'a>(&'a self, request: &'a SpaceListRequest) -> Answer<'a, SpacePage> {
        Box::pin(self.repeat(|| self.inner.list_space(request)))
    }

    fn seek<'a>(&'a self, request: &'a SeekRequest) -> Answer<'a, SpacePage> {
        Box::pin(self.repeat(|| self.inner.seek(request)))
    }

    fn fetch<'a>(&'a self, places: &'a [Place]) -> Answer<'a, Vec<Option<FetchedEntry>>> {
        Box::pin(self.repeat(|| self.inner.fetch(places)))
    }

    fn execute<'a>(&'a self, request: &'a BatchRequest<'a>) -> Answer<'a, BatchReply> {
        self.inner.execute(request)
    }

    fn poll<'a>(&'a self, tasks: &'a [TaskId]) -> Answer<'a, Vec<TaskStatus>> {
        Box::pin(self.repeat(|| self.inner.poll(tasks)))
    }
}

impl Pause for SystemPause {
    fn pause(&self, time: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(tokio::time::sleep(time))
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
    use std::sync::Mutex;

    use super::*;
    use crate::provider::error::ErrorKind;

    /// Notes how long it was asked to wait.
    #[derive(Default)]
    struct Noted(Mutex<Vec<Duration>>);

    impl Pause for Noted {
        fn pause(&self, time: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
            self.0.lock().unwrap().push(time);
            Box::pin(std::future::ready(()))
        }
    }

    /// Fails so many times and then answers with nothing.
    struct Failing {
        times: Mutex<u32>,
        error: ProviderError,
    }

    impl Failing {
        fn next(&self) -> Result<(), ProviderError> {
            let mut times = self.times.lock().unwrap();
            if *times == 0 {
                return Ok(());
            }
            *times -= 1;
            Err(self.error.clone())
        }
    }

    impl Provider for Failing {
        fn capabilities(&self, _space: &SpaceAlias) -> Result<Capabilities, ProviderError> {
            Err(self.error.clone())
        }

        fn list<'a>(&'a self, _request: &'a ListRequest) -> Answer<'a, Page> {
            Box::pin(async { self.next().map(|()| Page::default()) })
        }

        fn fetch<'a>(&'a self, _places: &'a [Place]) -> Answer<'a, Vec<Option<FetchedEntry>>> {
            Box::pin(async { self.next().map(|()| Vec::new()) })
        }

        fn execute<'a>(&'a self, _request: &'a BatchRequest<'a>) -> Answer<'a, BatchReply> {
            Box::pin(async { self.next().map(|()| BatchReply::default()) })
        }

        fn poll<'a>(&'a self, _tasks: &'a [TaskId]) -> Answer<'a, Vec<TaskStatus>> {
            Box::pin(async { self.next().map(|()| Vec::new()) })
        }
    }

    #[tokio::test]
    async fn reads_are_repeated_as_their_errors_allow() {
        let milliseconds = Duration::from_millis;
        let passing = ProviderError::passing(ErrorKind::Unavailable, "later");
        let after = |time| ProviderError {
            retry: Retry::After(time),
            ..passing.clone()
        };
        let stays = ProviderError::refused(ErrorKind::NotFound, "never");
        let cases = [
            (0, &passing, true, vec![]),
            (2, &passing, true, vec![250, 500]),
            (9, &passing, false, vec![250, 500, 1000, 2000, 4000]),
            (1, &after(milliseconds(70)), true, vec![70]),
            (1, &after(Duration::from_secs(3600)), false, vec![]),
            (1, &stays, false, vec![]),
        ];
        for (times, error, succeeds, pauses) in cases {
            let noted = Arc::new(Noted::default());
            let failing = Arc::new(Failing {
                times: Mutex::new(times),
                error: error.clone(),
            });
            let layer = RetryReadsLayer::new(failing, Arc::clone(&noted) as Arc<dyn Pause>);
            assert_eq!(layer.fetch(&[]).await.is_ok(), succeeds, "{times} {error}");
            let pauses: Vec<_> = pauses.into_iter().map(milliseconds).collect();
            assert_eq!(*noted.0.lock().unwrap(), pauses, "{times} {error}");
        }
    }

    #[tokio::test]
    async fn writes_pass_once() {
        let noted = Arc::new(Noted::default());
        let failing = Arc::new(Failing {
            times: Mutex::new(1),
            error: ProviderError::passing(ErrorKind::Unavailable, "later"),
        });
        let layer = RetryReadsLayer::new(failing, Arc::clone(&noted) as Arc<dyn Pause>);
        let request = BatchRequest {
            run: "r",
            operations: &[],
            progress: &crate::provider::NoProgress,
        };
        assert!(layer.execute(&request).await.is_err());
        assert!(noted.0.lock().unwrap().is_empty());
    }
}
