//! Calls a second, for each route by itself: never more than the service allows, and fewer for a
//! while after it said that there were too many.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// When the calls of each route may begin.
///
/// Turns are spaced evenly. Saved-up turns would begin together, and whether a service then counts
/// too many in one second depends on how long each was under way. As nobody wakes up in time to
/// the millisecond, the calls that did begin are counted as well.
#[derive(Debug)]
pub(super) struct Pace {
    /// Calls a second.
    most: u32,
    routes: Mutex<BTreeMap<&'static str, Lane>>,
}

/// Whether a call may begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Leave {
    /// Now.
    Go,
    /// Not before this time is over; then it asks again.
    Wait(Duration),
}

/// One route. All times count from a moment that stays the same.
#[derive(Debug)]
struct Lane {
    /// How much of the rate is used.
    share: f64,
    /// When the next turn begins.
    next: Duration,
    /// Nothing begins before.
    held: Duration,
    /// When the last calls began, as many as a second may have.
    begun: VecDeque<Duration>,
    /// When the rate was lowered last.
    lowered: Option<Duration>,
    /// Calls since then, or since it was raised, that were not too many.
    taken: u32,
}

/// How much of the allowed rate is used at most: two machines measure a second differently.
const USED_SHARE: f64 = 0.985;
/// By how much a second is stretched for the calls that began within it: calls that begin one
/// after the other may arrive a little closer together.
const STRETCHED_SECOND: Duration = Duration::from_millis(1005);
/// How many turns that passed unused, because somebody woke up late, are made up for.
const MADE_UP: u32 = 2;
/// What is left of the rate after a throttled call.
const LOWERED: f64 = 0.7;
/// By what share of the whole rate it is raised, and after how many calls that were not throttled.
const RAISED: (f64, u32) = (0.05, 20);
/// The lowest share of the rate.
const LOWEST: f64 = 0.2;

impl Pace {
    /// So many calls a second, at least one.
    pub(super) fn per_second(calls: u32) -> Self {
        Self {
            most: calls.max(1),
            routes: Mutex::default(),
        }
    }

    /// Takes the next turn of a route and gives how long it is until then.
    pub(super) fn turn(&self, route: &'static str, now: Duration) -> Duration {
        let (mut routes, most) = (self.routes(), f64::from(self.most));
        let lane = routes.entry(route).or_default();
        let every = Duration::from_secs_f64(1.0 / (most * USED_SHARE * lane.share));
        let earliest = now.saturating_sub(every * MADE_UP);
        let turn = lane.next.max(earliest).max(lane.held);
        lane.next = turn + every;
        turn.saturating_sub(now)
    }

    /// Whether a call whose turn has come may begin, which is counted then.
    pub(super) fn leave(&self, route: &'static str, now: Duration) -> Leave {
        let mut routes = self.routes();
        let lane = routes.entry(route).or_default();
        if now < lane.held {
            drop(routes);
            return Leave::Wait(self.turn(route, now));
        }
        if lane.begun.len() >= self.most as usize
            && let Some(first) = lane.begun.front()
        {
            let free = *first + STRETCHED_SECOND;
            if now < free {
                return Leave::Wait(free - now);
            }
            lane.begun.pop_front();
        }
        lane.begun.push_back(now);
        Leave::Go
    }

    /// Lets no call of a route begin for a while, as its service has asked.
    pub(super) fn hold(&self, route: &'static str, now: Duration, time: Duration) {
        let mut routes = self.routes();
        let lane = routes.entry(route).or_default();
        lane.held = lane.held.max(now + time);
    }

    /// A call that began then was one too many. Calls that were under way together lower the rate
    /// once.
    pub(super) fn throttled(&self, route: &'static str, begun: Duration, now: Duration) {
        let mut routes = self.routes();
        let lane = routes.entry(route).or_default();
        lane.taken = 0;
        if lane.lowered.is_none_or(|lowered| lowered <= begun) {
            lane.share = LOWEST.max(lane.share * LOWERED);
            lane.lowered = Some(now);
        }
    }

    /// A call was not too many.
    pub(super) fn taken(&self, route: &'static str) {
        let mut routes = self.routes();
        let lane = routes.entry(route).or_default();
        lane.taken += 1;
        let (step, calls) = RAISED;
        if lane.taken >= calls {
            lane.taken = 0;
            lane.share = f64::min(1.0, lane.share + step);
        }
    }

    fn routes(&self) -> MutexGuard<'_, BTreeMap<&'static str, Lane>> {
        self.routes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for Lane {
    fn default() -> Self {
        Self {
            share: 1.0,
            next: Duration::ZERO,
            held: Duration::ZERO,
            begun: VecDeque::new(),
            lowered: None,
            taken: 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);

    fn milliseconds(count: u64) -> Duration {
        Duration::from_millis(count)
    }

    /// When calls begin of which so many want to at once, each woken up as late as `late` says.
    fn begins(pace: &Pace, count: u64, from: Duration, late: impl Fn(u64) -> u64) -> Vec<Duration> {
        let mut begins = Vec::new();
        for number in 0..count {
            let mut now = from + pace.turn("list", from) + milliseconds(late(number));
            while let Leave::Wait(time) = pace.leave("list", now) {
                now += time;
            }
            begins.push(now);
        }
        begins
    }

    fn most_in_a_second(begins: &[Duration]) -> usize {
        let seconds = begins.iter().map(|begin| {
            let end = *begin + Duration::from_secs(1);
            let within = |other: &&Duration| (*begin..end).contains(*other);
            begins.iter().filter(within).count()
        });
        seconds.max().unwrap_or_default()
    }

    #[test]
    fn turns_are_spaced_for_each_route() {
        let pace = Pace::per_second(20);
        let mut turns = Vec::new();
        // Two turns that passed unused are made up for; time before that is not saved up.
        for route in ["list", "list", "list", "list", "copy", "list"] {
            turns.push(pace.turn(route, HOUR).as_millis());
        }
        assert_eq!(turns, [0, 0, 0, 50, 0, 101]);
        pace.hold("list", HOUR, milliseconds(1000));
        assert_eq!(pace.turn("list", HOUR), milliseconds(1000));
        assert_eq!(pace.leave("copy", HOUR), Leave::Go);
        assert!(matches!(pace.leave("list", HOUR), Leave::Wait(_)));
    }

    #[test]
    fn no_second_has_more_calls_than_the_rate_and_no_time_is_lost() {
        type Late = fn(u64) -> u64;
        let lates: [Late; 4] = [
            |_| 0,
            |number| number % 2,
            |number| number * 7919 % 40,
            // One that is woken up very late keeps the others to the limit.
            |number| if number.is_multiple_of(50) { 300 } else { 0 },
        ];
        for (number, late) in lates.into_iter().enumerate() {
            for rate in [1, 20, 40] {
                let pace = Pace::per_second(rate);
                let count = u64::from(rate) * 60;
                let begins = begins(&pace, count, HOUR, late);
                let most = most_in_a_second(&begins);
                assert!(most <= rate as usize, "{number}: {most} at {rate}");
                let last = begins.iter().max().map_or(0, Duration::as_millis);
                let time = last - HOUR.as_millis();
                assert!(time < 62_500, "{number}: {time} ms at {rate}");
            }
        }
    }

    #[test]
    fn a_throttled_route_slows_down_once_and_comes_back() {
        let pace = Pace::per_second(100);
        let spacing = |pace: &Pace, now| {
            let turns = [(); 5].map(|()| pace.turn("copy", now));
            (turns[4] - turns[3]).as_micros()
        };
        let whole = spacing(&pace, HOUR);
        assert_eq!(whole, 10_152);
        let begun = HOUR - milliseconds(10);
        // Three calls that were under way together.
        for _ in 0..3 {
            pace.throttled("copy", begun, HOUR);
        }
        let spaced = spacing(&pace, 2 * HOUR);
        assert_eq!(spaced, 14_503);
        for _ in 0..50 {
            pace.throttled("copy", 2 * HOUR, 2 * HOUR);
        }
        assert_eq!(spacing(&pace, 3 * HOUR), 50_761);
        for _ in 0..19 {
            pace.taken("copy");
        }
        assert_eq!(spacing(&pace, 4 * HOUR), 50_761);
        pace.taken("copy");
        assert_eq!(spacing(&pace, 5 * HOUR), 40_609);
        for _ in 0..20 * 20 {
            pace.taken("copy");
        }
        assert_eq!(spacing(&pace, 6 * HOUR), whole);
    }
}
