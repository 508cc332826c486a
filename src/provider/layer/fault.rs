//! Lets calls fail on purpose, the same way for the same seed.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::plan::{Capabilities, Place};
use crate::provider::error::{Effect, ErrorKind, ProviderError, Retry};
use crate::provider::provider::{
    Answer, BatchReply, BatchRequest, FetchedEntry, ListRequest, Page, Provider, SeekRequest,
    SpaceListRequest, SpacePage, TaskId, TaskStatus,
};
use crate::tree::SpaceAlias;

/// How many calls in a thousand end in which fault. What is left over goes well.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FaultRates {
    /// The call fails and had no effect.
    pub before: u32,
    /// The call has its effect and then fails, so that nobody knows.
    pub after: u32,
    /// The reply says nothing of one item.
    pub lost_item: u32,
    /// The service wants fewer calls.
    pub throttled: u32,
}

/// A provider that fails on purpose.
pub struct FaultLayer {
    inner: Arc<dyn Provider>,
    rates: FaultRates,
    random: Mutex<SplitMix>,
}

/// What becomes of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Before,
    After,
    /// Which of the items is lost, counted around.
    LostItem(u64),
    Throttled,
    Well,
}

impl FaultLayer {
    /// Lets calls of a provider fail; the order of calls and the seed decide which.
    pub fn new(inner: Arc<dyn Provider>, rates: FaultRates, seed: u64) -> Self {
        Self {
            inner,
            rates,
            random: Mutex::new(SplitMix(seed)),
        }
    }

    fn draw(&self) -> Fate {
        let mut random = self.random.lock().unwrap_or_else(PoisonError::into_inner);
        let point = (random.next() % 1000) as u32;
        let item = random.next();
        let fates = [
            (self.rates.before, Fate::Before),
            (self.rates.after, Fate::After),
            (self.rates.lost_item, Fate::LostItem(item)),
            (self.rates.throttled, Fate::Throttled),
        ];
        let mut edge = 0;
        for (rate, fate) in fates {
            edge += rate;
            if point < edge {
                return fate;
            }
        }
        Fate::Well
    }

    /// A reading call has no effect, so every failure of it is one without.
    async fn read<'a, T>(&'a self, call: Answer<'a, T>) -> Result<T, ProviderError> {
        match self.draw() {
            Fate::Before | Fate::After => Err(unreachable_service()),
            Fate::Throttled => Err(throttled()),
            Fate::LostItem(_) | Fate::Well => call.await,
        }
    }
}

impl Provider for FaultLayer {
    fn capabilities(&self, space: &SpaceAlias) -> Result<Capabilities, ProviderError> {
        self.inner.capabilities(space)
    }

    fn list<'a>(&'a self, request: &'a ListRequest) -> Answer<'a, Page> {
        Box::pin(self.read(self.inner.list(request)))
    }

    fn list_space<'a>(&'a self, request: &'a SpaceListRequest) -> Answer<'a, SpacePage> {
        Box::pin(self.read(self.inner.list_space(request)))
    }

    fn seek<'a>(&'a self, request: &'a SeekRequest) -> Answer<'a, SpacePage> {
        Box::pin(self.read(self.inner.seek(request)))
    }

    fn fetch<'a>(&'a self, places: &'a [Place]) -> Answer<'a, Vec<Option<FetchedEntry>>> {
        Box::pin(self.read(self.inner.fetch(places)))
    }

    fn execute<'a>(&'a self, request: &'a BatchRequest<'a>) -> Answer<'a, BatchReply> {
        Box::pin(async move {
            match self.draw() {
                Fate::Before => Err(unreachable_service()),
                Fate::Throttled => Err(throttled()),
                Fate::After => {
                    self.inner.execute(request).await?;
                    let message = "the connection broke off before the reply came (on purpose)";
                    Err(ProviderError::ambiguous(ErrorKind::Unavailable, message))
                }
                Fate::LostItem(item) => {
                    let mut reply = self.inner.execute(request).await?;
                    if !reply.items.is_empty() {
                        let position = (item % reply.items.len() as u64) as usize;
                        reply.items.remove(position);
                    }
                    Ok(reply)
                }
                Fate::Well => self.inner.execute(request).await,
            }
        })
    }

    fn poll<'a>(&'a self, tasks: &'a [TaskId]) -> Answer<'a, Vec<TaskStatus>> {
        Box::pin(self.read(self.inner.poll(tasks)))
    }
}

fn unreachable_service() -> ProviderError {
    ProviderError::passing(
        ErrorKind::Unavailable,
        "the service cannot be reached (on purpose)",
    )
}

fn throttled() -> ProviderError {
    ProviderError {
        kind: ErrorKind::Throttled,
        retry: Retry::After(Duration::from_millis(50)),
        effect: Effect::NotApplied,
        message: "too many calls in a short time (on purpose)".to_owned(),
    }
}

/// A small generator of numbers that look random: an added constant, then three mixing steps.
struct SplitMix(u64);

impl SplitMix {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::Router;

    fn fates(rates: FaultRates, seed: u64) -> Vec<Fate> {
        let layer = FaultLayer::new(Arc::new(Router::new()), rates, seed);
        (0..2000).map(|_| layer.draw()).collect()
    }

    #[test]
    fn the_seed_decides_and_the_rates_are_kept() {
        let rates = FaultRates {
            before: 100,
            after: 100,
            lost_item: 100,
            throttled: 100,
        };
        assert_eq!(fates(rates, 7), fates(rates, 7));
        assert_ne!(fates(rates, 7), fates(rates, 8));
        let well = |rates| {
            let fates = fates(rates, 7);
            fates.iter().filter(|fate| **fate == Fate::Well).count()
        };
        assert!((1100..1300).contains(&well(rates)), "{}", well(rates));
        assert_eq!(well(FaultRates::default()), 2000);
    }
}
