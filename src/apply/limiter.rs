//! How many calls of each route may be under way at once: more while all goes well, fewer when a
//! service says that there are too many, none once it takes none for a long time.

use std::time::Duration;

use super::run::Reply;
use crate::plan::OperationId;
use crate::provider::{Effect, ErrorKind, ProviderError, Retry};

/// The routes of a run, each a kind of call of one provider.
#[derive(Debug)]
pub(super) struct Limiter {
    lanes: Vec<Lane>,
    started: u64,
}

/// A route as the limiter is told of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Route {
    /// Routes of one provider close together.
    pub(super) provider: String,
    /// The most calls that may ever be under way; `None` where nobody sets a limit.
    pub(super) most: Option<u32>,
}

/// What a reply says of how many calls there may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Told {
    /// The call was not too many.
    Fine,
    /// It was one too many.
    TooMany,
    /// No call will do anything for a long time.
    Closed,
    /// Nothing.
    Nothing,
}

/// A call under way: its place in the order in which calls began.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Started(u64);

#[derive(Debug)]
struct Lane {
    route: Route,
    allowed: f64,
    under_way: usize,
    /// Calls since the last change that were not too many.
    fine: u32,
    /// How many calls had begun when the number was lowered last.
    lowered: u64,
    /// The operation that found the service closed.
    closed: Option<OperationId>,
}

/// How many calls may be under way at first.
const FIRST: f64 = 2.0;
/// The most that may ever be, where nobody says another number.
const MOST: u32 = 8;
/// How many calls have to go well before another one may be under way beside them.
const FINE: u32 = 20;
/// What is left of the number after a call that was one too many.
const LOWERED: f64 = 0.7;

impl Limiter {
    pub(super) fn new(routes: impl IntoIterator<Item = Route>) -> Self {
        let lanes = routes.into_iter().map(|route| Lane {
            allowed: FIRST.min(route.most()),
            route,
            under_way: 0,
            fine: 0,
            lowered: 0,
            closed: None,
        });
        Self {
            lanes: lanes.collect(),
            started: 0,
        }
    }

    /// Whether another call of a route may begin.
    pub(super) fn is_free(&self, route: usize) -> bool {
        let lane = &self.lanes[route];
        lane.closed.is_none() && lane.under_way < lane.allowed as usize
    }

    /// A call of a route begins, or one that was refused waits to begin again.
    pub(super) fn start(&mut self, route: usize) -> Started {
        self.started += 1;
        self.lanes[route].under_way += 1;
        Started(self.started)
    }

    /// A call is no longer under way.
    pub(super) fn end(&mut self, route: usize) {
        let lane = &mut self.lanes[route];
        lane.under_way = lane.under_way.saturating_sub(1);
    }

    /// Heeds what a reply says. Calls that were under way together lower the number once.
    pub(super) fn heed(&mut self, route: usize, started: Started, told: Told) {
        let began = self.started;
        let lane = &mut self.lanes[route];
        match told {
            Told::Fine => {
                lane.fine += 1;
                if lane.fine >= FINE {
                    lane.fine = 0;
                    lane.allowed = lane.route.most().min(lane.allowed + 1.0);
                }
            }
            Told::TooMany => {
                lane.fine = 0;
                if started.0 > lane.lowered {
                    lane.allowed = f64::max(1.0, lane.allowed * LOWERED);
                    lane.lowered = began;
                }
            }
            Told::Closed | Told::Nothing => {}
        }
    }

    /// Lets no further call of a route's provider begin, as an operation found out.
    pub(super) fn close(&mut self, route: usize, because: OperationId) {
        let provider = self.lanes[route].route.provider.clone();
        for lane in &mut self.lanes {
            if lane.route.provider == provider {
                lane.closed.get_or_insert(because);
            }
        }
    }

    /// The operation that found a route closed.
    pub(super) fn closed(&self, route: usize) -> Option<OperationId> {
        self.lanes[route].closed
    }
}

impl Route {
    fn most(&self) -> f64 {
        f64::from(self.most.unwrap_or(MOST).max(1))
    }
}

impl Told {
    /// What a reply says. `longest` is for how long a run waits by itself.
    pub(super) fn by(reply: &Reply, longest: Duration) -> Self {
        let reply = match reply {
            Ok(reply) => reply,
            Err(error) => return Self::by_error(error, longest),
        };
        let mut errors = reply
            .items
            .iter()
            .filter_map(|item| item.end.as_ref().err());
        if errors.any(|error| error.kind == ErrorKind::Throttled) {
            Self::TooMany
        } else {
            Self::Fine
        }
    }

    fn by_error(error: &ProviderError, longest: Duration) -> Self {
        let is_long = matches!(error.retry, Retry::After(time) if time > longest);
        let is_refused = error.effect == Effect::NotApplied;
        let is = |kind| error.kind == kind;
        if is_refused && (is_long || is(ErrorKind::Unauthenticated)) {
            Self::Closed
        } else if is_refused && is(ErrorKind::Throttled) {
            Self::TooMany
        } else if is(ErrorKind::Throttled) || is(ErrorKind::Unavailable) {
            Self::Nothing
        } else {
            Self::Fine
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::{BatchReply, ItemReply};

    fn route(most: Option<u32>) -> Route {
        Route {
            provider: "service".to_owned(),
            most,
        }
    }

    /// How many calls may be under way after a story: a number of calls one after the other that
    /// go well, or `~` and how many that were under way together are too many.
    fn allowed(most: Option<u32>, story: &[&str]) -> usize {
        let mut limiter = Limiter::new([route(most)]);
        for step in story {
            match step.strip_prefix('~') {
                Some(together) => {
                    let together: Vec<Started> = (0..together.parse().unwrap_or(0))
                        .map(|_| limiter.start(0))
                        .collect();
                    for started in together {
                        limiter.heed(0, started, Told::TooMany);
                        limiter.end(0);
                    }
                }
                None => {
                    for _ in 0..step.parse().unwrap_or(0) {
                        let started = limiter.start(0);
                        limiter.heed(0, started, Told::Fine);
                        limiter.end(0);
                    }
                }
            }
        }
        (0..100)
            .take_while(|_| {
                let free = limiter.is_free(0);
                limiter.start(0);
                free
            })
            .count()
    }

    #[test]
    fn the_number_rises_slowly_and_falls_quickly() {
        let cases: [(Option<u32>, &[&str], usize); 15] = [
            (None, &[], 2),
            (None, &["19"], 2),
            (None, &["20"], 3),
            (None, &["119"], 7),
            (None, &["120"], 8),
            (None, &["10000"], 8),
            (Some(64), &["10000"], 64),
            (Some(1), &["10000"], 1),
            (Some(0), &["10000"], 1),
            (None, &["120", "~1"], 5),
            // Those that were under way together count once.
            (None, &["120", "~5"], 5),
            (None, &["120", "~1", "~1"], 3),
            (None, &["~1", "~1", "~1", "~1"], 1),
            (None, &["~1", "~1", "~1", "~1", "39", "~1", "19"], 1),
            (None, &["~1", "~1", "~1", "~1", "40"], 3),
        ];
        for (most, story, expected) in cases {
            assert_eq!(allowed(most, story), expected, "{most:?} {story:?}");
        }
    }

    #[test]
    fn a_provider_closes_with_all_its_routes_and_no_other_does() {
        let other = Route {
            provider: "other".to_owned(),
            most: None,
        };
        let mut limiter = Limiter::new([route(None), other, route(None)]);
        limiter.close(0, OperationId(7));
        limiter.close(2, OperationId(9));
        let free = [0, 1, 2].map(|route| limiter.is_free(route));
        assert_eq!(free, [false, true, false]);
        let closed = [0, 1, 2].map(|route| limiter.closed(route));
        assert_eq!(closed, [Some(OperationId(7)), None, Some(OperationId(7))]);
    }

    #[test]
    fn a_reply_says_how_many_calls_there_may_be() {
        let longest = Duration::from_secs(120);
        let passing = |kind| ProviderError::passing(kind, "later");
        let after = |kind, seconds| ProviderError {
            retry: Retry::After(Duration::from_secs(seconds)),
            ..passing(kind)
        };
        let cases = [
            (passing(ErrorKind::Throttled), Told::TooMany),
            (after(ErrorKind::Throttled, 120), Told::TooMany),
            (after(ErrorKind::Throttled, 121), Told::Closed),
            (after(ErrorKind::Unavailable, 300), Told::Closed),
            (after(ErrorKind::Quota, 86_400), Told::Closed),
            (passing(ErrorKind::Unavailable), Told::Nothing),
            (passing(ErrorKind::Unauthenticated), Told::Closed),
            (passing(ErrorKind::NotFound), Told::Fine),
            (
                ProviderError::ambiguous(ErrorKind::Throttled, "who knows"),
                Told::Nothing,
            ),
        ];
        for (error, expected) in cases {
            assert_eq!(
                Told::by(&Err(error.clone()), longest),
                expected,
                "{error:?}"
            );
        }
        let reply = |kinds: &[ErrorKind]| {
            let items = kinds.iter().map(|kind| ItemReply {
                operation: OperationId(1),
                end: Err(passing(*kind)),
            });
            Ok(BatchReply {
                items: items.collect(),
                tasks: Vec::new(),
            })
        };
        assert_eq!(Told::by(&reply(&[]), longest), Told::Fine);
        assert_eq!(
            Told::by(&reply(&[ErrorKind::NotFound]), longest),
            Told::Fine
        );
        let mixed = reply(&[ErrorKind::NotFound, ErrorKind::Throttled]);
        assert_eq!(Told::by(&mixed, longest), Told::TooMany);
    }
}
