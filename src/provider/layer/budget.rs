//! How much of a run may be repeated.

/// What the repetitions of a whole run are paid from: every repetition costs something, every call
/// that ends well brings a little. Where nothing ends well any more, it is soon empty.
#[derive(Debug)]
pub(super) struct RetryBudget {
    left: u32,
    /// Refusals that no call that ended well has made up for.
    refusals: u32,
}

/// What is repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Repetition {
    /// A call that failed.
    Failure,
    /// A call that came too early, and that would have gone well later.
    Refusal,
}

/// Whether something may be repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Grant {
    Paid,
    Empty,
}

const WHOLE: u32 = 500;
const FAILURE: u32 = 14;
const REFUSAL: u32 = 5;
const SUCCESS: u32 = 1;

impl RetryBudget {
    /// Pays for a repetition, where that much is left.
    pub(super) fn pay(&mut self, repetition: Repetition) -> Grant {
        let cost = match repetition {
            Repetition::Failure => FAILURE,
            Repetition::Refusal => REFUSAL,
        };
        let Some(left) = self.left.checked_sub(cost) else {
            return Grant::Empty;
        };
        self.left = left;
        if repetition == Repetition::Refusal {
            self.refusals += 1;
        }
        Grant::Paid
    }

    /// A call ended well. It makes up for a refusal: a service that lets half of the calls through
    /// when they come again is slow and not broken.
    pub(super) fn succeed(&mut self) {
        let mut gain = SUCCESS;
        if let Some(refusals) = self.refusals.checked_sub(1) {
            self.refusals = refusals;
            gain += REFUSAL;
        }
        self.left = WHOLE.min(self.left + gain);
    }
}

impl Default for RetryBudget {
    fn default() -> Self {
        Self {
            left: WHOLE,
            refusals: 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many of the rounds of a story pass before the budget is empty; `!` is a failure, `~` a
    /// refusal, `.` a call that ends well.
    fn rounds(story: &str) -> Option<usize> {
        let mut budget = RetryBudget::default();
        for round in 0..1000 {
            for step in story.chars() {
                let grant = match step {
                    '!' => budget.pay(Repetition::Failure),
                    '~' => budget.pay(Repetition::Refusal),
                    _ => {
                        budget.succeed();
                        Grant::Paid
                    }
                };
                if grant == Grant::Empty {
                    return Some(round);
                }
            }
        }
        None
    }

    #[test]
    fn what_does_not_get_better_is_given_up() {
        let cases = [
            ("!", Some(35)),
            ("~", Some(100)),
            ("!.", Some(38)),
            // One failure in fifteen calls can go on for ever.
            ("!..............", None),
            ("!............", Some(244)),
            // So can refusals as long as as many calls end well.
            ("~.", None),
            ("~~~.......", None),
            ("~~.", Some(123)),
        ];
        for (story, expected) in cases {
            assert_eq!(rounds(story), expected, "{story}");
        }
    }
}
