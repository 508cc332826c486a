//! Whether a host is left alone: after writing calls of which nobody knows the end, and while it
//! takes no call of this machine.

use std::collections::VecDeque;
use std::time::Duration;

use super::call::Nature;

/// Keeps calls from a host that is in trouble. All times count from a moment that stays the same.
#[derive(Debug, Default)]
pub(super) struct Breaker {
    trust: Trust,
    /// Whether the end of each of the last writing calls was unknown.
    last: VecDeque<End>,
    /// Until when the host takes no call at all.
    shut: Option<Duration>,
}

/// Why and for how long no call goes out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Rest {
    /// How long.
    pub(super) time: Duration,
    /// What led to it, as the end of a sentence.
    pub(super) why: &'static str,
}

/// Whether the end of a writing call is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    Known,
    Unknown,
}

#[derive(Debug, Default, PartialEq)]
enum Trust {
    /// Calls go out.
    #[default]
    Full,
    /// None that writes goes out until then.
    None { until: Duration },
    /// The next end decides.
    OnTrial,
}

/// So many unknown ends in a row are too many.
const IN_A_ROW: usize = 3;
/// Of so many writing calls, half may not end unknown.
const OBSERVED: usize = 20;
/// How long a host is left alone: as long as calls in doubt take to show what they did.
pub(super) const SETTLING: Duration = Duration::from_secs(120);

const UNKNOWN: &str = "too many calls ended unknown, so that none that writes is sent for now";
const SHUT: &str = "the host takes no calls of this machine for now";

impl Breaker {
    /// Whether a call may go out now.
    pub(super) fn check(&mut self, nature: Nature, now: Duration) -> Result<(), Rest> {
        let rest = |until: Duration, why| Rest {
            time: until - now,
            why,
        };
        if let Some(until) = self.shut.filter(|until| now < *until) {
            return Err(rest(until, SHUT));
        }
        match (&self.trust, nature) {
            (Trust::None { until }, Nature::Writes) if now < *until => Err(rest(*until, UNKNOWN)),
            (Trust::None { .. }, Nature::Writes) => {
                self.trust = Trust::OnTrial;
                Ok(())
            }
            (Trust::Full | Trust::OnTrial, _) | (Trust::None { .. }, Nature::Reads) => Ok(()),
        }
    }

    /// How a writing call ended. Calls that began before the host lost its trust say nothing new.
    pub(super) fn ended(&mut self, end: End, now: Duration) {
        match (&self.trust, end) {
            (Trust::None { .. }, _) => return,
            (Trust::OnTrial, End::Known) => self.trust = Trust::Full,
            (Trust::OnTrial, End::Unknown) => return self.distrust(now),
            (Trust::Full, _) => {}
        }
        if self.last.len() == OBSERVED {
            self.last.pop_front();
        }
        self.last.push_back(end);
        let is_unknown = |end: &&End| **end == End::Unknown;
        let in_a_row = self.last.iter().rev().take_while(is_unknown).count();
        let all = self.last.iter().filter(is_unknown).count();
        if in_a_row >= IN_A_ROW || self.last.len() == OBSERVED && all * 2 >= OBSERVED {
            self.distrust(now);
        }
    }

    /// The host said that it takes no call of this machine for so long.
    pub(super) fn shut(&mut self, now: Duration, time: Duration) {
        self.shut = self.shut.max(Some(now + time));
    }

    fn distrust(&mut self, now: Duration) {
        self.last.clear();
        self.trust = Trust::None {
            until: now + SETTLING,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(count: u64) -> Duration {
        Duration::from_secs(count)
    }

    /// For how long writing calls are kept back after these ends: `.` known, `?` unknown, `~` a
    /// minute goes by, `>` the time of trouble goes by and a call goes out, `!` the host shuts.
    fn kept_back(story: &str) -> Option<u64> {
        let mut breaker = Breaker::default();
        let mut now = seconds(1000);
        for step in story.chars() {
            match step {
                '.' => breaker.ended(End::Known, now),
                '?' => breaker.ended(End::Unknown, now),
                '~' => now += seconds(60),
                '>' => {
                    now += SETTLING;
                    assert_eq!(breaker.check(Nature::Writes, now), Ok(()), "{story}");
                }
                '!' => breaker.shut(now, seconds(300)),
                other => panic!("{other}"),
            }
        }
        let reads = breaker.check(Nature::Reads, now);
        let rest = breaker.check(Nature::Writes, now).err();
        assert_eq!(
            reads.is_err(),
            rest.as_ref().is_some_and(|it| it.why == SHUT)
        );
        rest.map(|rest| rest.time.as_secs())
    }

    #[test]
    fn a_host_is_left_alone_when_its_calls_end_unknown() {
        let cases = [
            ("", None),
            ("....", None),
            ("??.??.??.??.??", None),
            ("???", Some(120)),
            ("...???", Some(120)),
            ("???~", Some(60)),
            ("???~~", None),
            // What was under way before says nothing.
            ("???~??", Some(60)),
            ("???~....", Some(60)),
            // One call on trial decides.
            ("???>.", None),
            ("???>?", Some(120)),
            ("???>.??", None),
            ("???>.???", Some(120)),
            ("???>?>?>.", None),
            // Half of twenty.
            ("?.?.?.?.?.?.?.?.?.?", None),
            ("?.?.?.?.?.?.?.?.?.?.", Some(120)),
            ("..................................?.?.?.?.?.?.?.?.?", None),
            (
                "..................................?.?.?.?.?.?.?.?.?.?",
                Some(120),
            ),
            // A host that is shut takes no call, known ends or not.
            ("!", Some(300)),
            ("!..", Some(300)),
            ("!~!", Some(300)),
            ("!~~~~~", None),
            ("???!~~", Some(180)),
        ];
        for (story, expected) in cases {
            assert_eq!(kept_back(story), expected, "{story}");
        }
    }
}
