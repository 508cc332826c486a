//! Calls a second, for each route by itself: no two calls of a route begin closer together than
//! the rate says.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// When the next call of each route may begin.
///
/// Turns are spaced evenly. Saved-up turns would begin together, and whether a service then counts
/// too many in one second depends on how long each was under way.
#[derive(Debug)]
pub(super) struct Pace {
    every: Duration,
    next: Mutex<BTreeMap<&'static str, Instant>>,
}

impl Pace {
    /// So many calls a second, at least one.
    pub(super) fn per_second(calls: f64) -> Self {
        Self {
            every: Duration::from_secs_f64(1.0 / calls.max(1.0)),
            next: Mutex::default(),
        }
    }

    /// Takes the next turn of a route and gives how long it is until then.
    pub(super) fn turn(&self, route: &'static str, now: Instant) -> Duration {
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let turn = next.get(route).map_or(now, |turn| (*turn).max(now));
        next.insert(route, turn + self.every);
        turn - now
    }

    /// Lets no call of a route begin for a while, as its service has asked.
    pub(super) fn hold(&self, route: &'static str, now: Instant, time: Duration) {
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let turn = next.entry(route).or_insert(now);
        *turn = (*turn).max(now + time);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: [&str; 2] = ["list", "copy"];

    fn milliseconds(count: u64) -> Duration {
        Duration::from_millis(count)
    }

    #[test]
    fn turns_are_spaced_for_each_route() {
        let pace = Pace::per_second(20.0);
        let now = Instant::now();
        let [list, copy] = START;
        let mut turns = Vec::new();
        for route in [list, list, copy, list, copy] {
            turns.push(pace.turn(route, now));
        }
        assert_eq!(turns, [0, 50, 0, 100, 50].map(milliseconds));
        // Time that passed unused is not saved up.
        let later = now + milliseconds(10_000);
        assert_eq!(pace.turn(list, later), milliseconds(0));
        assert_eq!(pace.turn(list, later), milliseconds(50));
        pace.hold(list, later, milliseconds(1000));
        assert_eq!(pace.turn(list, later), milliseconds(1000));
        assert_eq!(pace.turn(copy, later), milliseconds(0));
    }

    #[test]
    fn no_second_has_more_calls_than_the_rate() {
        let pace = Pace::per_second(19.0);
        let now = Instant::now();
        let starts: Vec<Duration> = (0..200).map(|_| pace.turn("list", now)).collect();
        for (position, start) in starts.iter().enumerate() {
            let second = starts[position..]
                .iter()
                .filter(|other| **other < *start + milliseconds(1000));
            assert!(second.count() <= 19, "{start:?}");
        }
        assert!(starts[199] < milliseconds(199 * 1000 / 19 + 1));
    }
}
