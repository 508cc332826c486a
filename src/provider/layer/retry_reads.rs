//! Makes reading calls again that failed for a reason that may pass, and watches over how much of
//! a run is repeated.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::budget::{Grant, Repetition, RetryBudget};
use crate::plan::{Capabilities, Place};
use crate::provider::error::{Effect, ErrorKind, ProviderError, Retry};
use crate::provider::provider::{
    Answer, BatchReply, BatchRequest, FetchedEntry, ListRequest, Page, Provider, SeekRequest,
    SpaceListRequest, SpacePage, TaskId, TaskStatus,
};
use crate::tree::SpaceAlias;

/// Waits, and measures the time in which it did not: a seam, so that a test need do neither.
pub trait Pause: Send + Sync {
    /// Returns after that long.
    fn pause(&self, time: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + '_>>;

    /// How long it is since a moment that stays the same. Where a pause does not take the time it
    /// is asked for, this must count as if it did.
    fn elapsed(&self) -> Duration {
        static FIRST: LazyLock<Instant> = LazyLock::new(Instant::now);
        FIRST.elapsed()
    }
}

/// Waits by the machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemPause;

/// A provider whose reading calls are made again until they failed six times, with pauses from a
/// quarter of a second on, each twice the one before; calls that came too early are failures only
/// when there were many. Calls that write pass once: only who can observe what
/// they did may repeat them.
///
/// What is repeated, here or by whoever carries out, is paid from one budget. Once that is empty,
/// the errors of all calls say that they will come again.
pub struct RetryReadsLayer {
    inner: Arc<dyn Provider>,
    pause: Arc<dyn Pause>,
    budget: Mutex<RetryBudget>,
}

/// How often a call may fail.
const FAILURES: u32 = 6;
/// How often it may come too early.
const REFUSALS: u32 = 20;
/// The pause after the first failure.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
/// The longest pause, whatever a service asks for.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// What an error says after the last repetition.
const GIVEN_UP: &str = "; it is not tried again, as too much had to be tried again before";

impl RetryReadsLayer {
    /// Repeats the reading calls of a provider.
    pub fn new(inner: Arc<dyn Provider>, pause: Arc<dyn Pause>) -> Self {
        Self {
            inner,
            pause,
            budget: Mutex::default(),
        }
    }

    async fn repeat<'a, T>(
        &'a self,
        mut call: impl FnMut() -> Answer<'a, T>,
    ) -> Result<T, ProviderError> {
        let (mut failures, mut refusals) = (0, 0);
        loop {
            let mut error = match call().await {
                Ok(answer) => {
                    self.succeed();
                    return Ok(answer);
                }
                Err(error) => error,
            };
            match of(&error) {
                Repetition::Failure => failures += 1,
                Repetition::Refusal => refusals += 1,
            }
            let time = match error.retry {
                Retry::Never => return Err(error),
                Retry::After(time) => time,
                Retry::Backoff => FIRST_PAUSE * (1 << (failures + refusals - 1).min(6)),
            };
            let is_last = failures == FAILURES || refusals == REFUSALS || time > LONGEST_PAUSE;
            if is_last || self.pay([&mut error]) == Grant::Empty {
                return Err(error);
            }
            tracing::debug!(failures, refusals, ?time, %error, "a reading call is made again");
            self.pause.pause(time).await;
        }
    }

    /// Pays for repeating a call that ended with these errors. Where the budget is empty, they say
    /// that they will come again.
    fn pay<'e>(&self, errors: impl IntoIterator<Item = &'e mut ProviderError>) -> Grant {
        let mut errors: Vec<_> = errors.into_iter().filter(|it| may_repeat(it)).collect();
        let Some(first) = errors.first() else {
            return Grant::Paid;
        };
        let grant = self.budget().pay(of(first));
        if grant == Grant::Empty {
            for error in &mut errors {
                error.retry = Retry::Never;
                error.message.push_str(GIVEN_UP);
            }
        }
        grant
    }

    fn succeed(&self) {
        self.budget().succeed();
    }

    fn budget(&self) -> MutexGuard<'_, RetryBudget> {
        self.budget.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn carry_out(&self, request: &BatchRequest<'_>) -> Result<BatchReply, ProviderError> {
        let mut answer = self.inner.execute(request).await;
        match &mut answer {
            Err(error) => {
                self.pay([error]);
            }
            Ok(reply) => {
                let errors = reply
                    .items
                    .iter_mut()
                    .filter_map(|item| item.end.as_mut().err());
                let errors: Vec<_> = errors.filter(|error| may_repeat(error)).collect();
                if errors.is_empty() {
                    self.succeed();
                } else {
                    self.pay(errors);
                }
            }
        }
        answer
    }
}

/// What repeating a call would be that ended like this.
fn of(error: &ProviderError) -> Repetition {
    match (error.kind, error.retry) {
        (ErrorKind::Throttled, _) | (_, Retry::After(_)) => Repetition::Refusal,
        _ => Repetition::Failure,
    }
}

fn may_repeat(error: &ProviderError) -> bool {
    error.effect == Effect::NotApplied && error.retry != Retry::Never
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
        Box::pin(self.carry_out(request))
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

    /// A provider that always fails, within a layer.
    fn failing(error: &ProviderError) -> RetryReadsLayer {
        let failing = Failing {
            times: Mutex::new(u32::MAX),
            error: error.clone(),
        };
        RetryReadsLayer::new(Arc::new(failing), Arc::new(Noted::default()))
    }

    #[tokio::test]
    async fn one_budget_pays_for_reads_and_writes() {
        let request = BatchRequest {
            run: "r",
            operations: &[],
            progress: &crate::provider::NoProgress,
        };
        let unavailable = ProviderError::passing(ErrorKind::Unavailable, "later");
        let throttled = ProviderError::passing(ErrorKind::Throttled, "later");
        // How many writes may be repeated before, after so many reads that failed to the end.
        let cases = [
            (&unavailable, 0, 35),
            (&unavailable, 3, 20),
            (&unavailable, 7, 0),
            (&throttled, 0, 100),
            (&throttled, 4, 24),
        ];
        for (error, reads, writes) in cases {
            let layer = failing(error);
            for _ in 0..reads {
                layer.fetch(&[]).await.unwrap_err();
            }
            for number in 0..writes {
                let found = layer.execute(&request).await.unwrap_err();
                assert_eq!(found, *error, "{number}");
            }
            let last = layer.execute(&request).await.unwrap_err();
            assert_eq!(last.retry, Retry::Never, "{reads} {writes}");
            assert!(last.message.ends_with(GIVEN_UP), "{last}");
            // A call that nobody can repeat is none the worse for it.
            let read = layer.fetch(&[]).await.unwrap_err();
            assert!(read.message.ends_with(GIVEN_UP), "{read}");
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
