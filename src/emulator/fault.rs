//! Faults: replies that a service gives when it is busy, broken or far away, put in by rule.
//!
//! ```yaml
//! seed: 7
//! rules:
//!   - {route: batchCopy, nth: 2, kind: timeout-after}     # the second call of that route
//!   - {route: list, every: 3, kind: lost-token}           # every third call
//!   - {route: "*", probability: 0.05, kind: qps, times: 4}
//!   - {route: batchMove, nth: 1, kind: task-item}          # an item of the call's tasks fails
//!   - {route: "*", nth: 9, kind: slow, milliseconds: 500}
//! ```

use serde::Deserialize;

use super::chance::Chance;

/// What goes wrong. A kind that ends in `-after` takes effect and hides it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum FaultKind {
    /// Too many calls of this app and route.
    Qps,
    /// Too many calls of the route, by all customers together.
    QpsApi,
    /// Too many calls a minute.
    Qpm,
    /// The address is banned for a while, told as a web page.
    BanHtml,
    /// The same, told as JSON that looks like no error.
    BanJson,
    /// The service guards something that another call holds.
    Concurrent,
    TimeoutBefore,
    TimeoutAfter,
    SystemErrorBefore,
    SystemErrorAfter,
    CutBefore,
    CutAfter,
    /// A page that says it is the last although it is not.
    LostToken,
    /// The calls of this month are used up.
    MonthlyQuota,
    /// The token ends before its time.
    TokenExpiry,
    /// The reply takes so many milliseconds longer.
    Slow,
    /// One entry of each task that the call starts cannot be done.
    TaskItem,
}

impl FaultKind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Qps => "qps",
            Self::QpsApi => "qps-api",
            Self::Qpm => "qpm",
            Self::BanHtml => "ban-html",
            Self::BanJson => "ban-json",
            Self::Concurrent => "concurrent",
            Self::TimeoutBefore => "timeout-before",
            Self::TimeoutAfter => "timeout-after",
            Self::SystemErrorBefore => "system-error-before",
            Self::SystemErrorAfter => "system-error-after",
            Self::CutBefore => "cut-before",
            Self::CutAfter => "cut-after",
            Self::LostToken => "lost-token",
            Self::MonthlyQuota => "monthly-quota",
            Self::TokenExpiry => "token-expiry",
            Self::Slow => "slow",
            Self::TaskItem => "task-item",
        }
    }
}

/// A fault that one call gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) kind: FaultKind,
    pub(crate) milliseconds: u64,
}

/// All rules and how far each of them got.
#[derive(Debug)]
pub(crate) struct Faults {
    rules: Vec<FaultRule>,
    chance: Chance,
    /// How often each rule's route was called, and how often the rule bit.
    counts: Vec<(u64, u64)>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct FaultFile {
    #[serde(default)]
    seed: u64,
    rules: Vec<FaultRule>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct FaultRule {
    /// A route's name, or `*` for all.
    route: String,
    kind: FaultKind,
    /// Only this call of the route, counted from 1.
    #[serde(default)]
    nth: Option<u64>,
    /// Every so manieth call.
    #[serde(default)]
    every: Option<u64>,
    #[serde(default)]
    probability: Option<f64>,
    /// No more often than this.
    #[serde(default)]
    times: Option<u64>,
    #[serde(default)]
    milliseconds: u64,
}

impl Faults {
    pub(crate) fn none() -> Self {
        Self::of(FaultFile {
            seed: 0,
            rules: Vec::new(),
        })
    }

    /// Reads rules; the sentence says what is wrong with them. `routes` are the names there are.
    pub(crate) fn parse(yaml: &str, routes: &[&str]) -> Result<Self, String> {
        let file: FaultFile = serde_yaml::from_str(yaml).map_err(|error| error.to_string())?;
        for (index, rule) in file.rules.iter().enumerate() {
            let number = index + 1;
            if rule.route != "*" && !routes.contains(&rule.route.as_str()) {
                let routes = routes.join(", ");
                return Err(format!(
                    "rule {number}: there is no route `{}`: there are {routes}",
                    rule.route
                ));
            }
            let ways = [
                rule.nth.is_some(),
                rule.every.is_some(),
                rule.probability.is_some(),
            ];
            if ways.iter().filter(|given| **given).count() != 1 {
                return Err(format!(
                    "rule {number}: give one of `nth`, `every` and `probability`"
                ));
            }
        }
        Ok(Self::of(file))
    }

    fn of(file: FaultFile) -> Self {
        Self {
            counts: vec![(0, 0); file.rules.len()],
            rules: file.rules,
            chance: Chance::new(file.seed),
        }
    }

    /// The fault of the next call of a route: that of the first rule that bites.
    pub(crate) fn next(&mut self, route: &str) -> Option<Fault> {
        let mut found = None;
        for (rule, (seen, bitten)) in self.rules.iter().zip(&mut self.counts) {
            if rule.route != "*" && rule.route != route {
                continue;
            }
            *seen += 1;
            let bites = rule.nth.is_some_and(|nth| nth == *seen)
                || rule
                    .every
                    .is_some_and(|every| seen.is_multiple_of(every.max(1)))
                || rule
                    .probability
                    .is_some_and(|probability| self.chance.happens(probability));
            let spent = rule.times.is_some_and(|times| *bitten >= times);
            if found.is_none() && bites && !spent {
                *bitten += 1;
                found = Some(Fault {
                    kind: rule.kind,
                    milliseconds: rule.milliseconds,
                });
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
    use super::*;

    const ROUTES: &[&str] = &["list", "batchCopy"];

    /// Which of the first twelve calls of `list` a rule bites.
    fn bitten(rule: &str) -> Vec<usize> {
        let yaml = format!("seed: 5\nrules:\n  - {{kind: qps, {rule}}}");
        let mut faults = Faults::parse(&yaml, ROUTES).unwrap();
        (1..=12).filter(|_| faults.next("list").is_some()).collect()
    }

    #[test]
    fn rules_bite_when_they_say() {
        assert_eq!(bitten("route: list, nth: 2"), [2]);
        assert_eq!(bitten("route: '*', every: 5"), [5, 10]);
        assert_eq!(bitten("route: list, every: 2, times: 3"), [2, 4, 6]);
        assert_eq!(bitten("route: batchCopy, every: 1"), [0; 0]);
        let by_chance = bitten("route: list, probability: 0.4");
        assert!((1..12).contains(&by_chance.len()), "{by_chance:?}");
        assert_eq!(by_chance, bitten("route: list, probability: 0.4"));
    }

    #[test]
    fn the_sample_in_the_documentation_is_read() {
        let text = include_str!("fault.rs");
        let lines = text.lines().skip_while(|line| *line != "//! ```yaml");
        let sample: Vec<&str> = lines
            .skip(1)
            .take_while(|line| *line != "//! ```")
            .map(|line| line.trim_start_matches("//!"))
            .collect();
        let routes = ["list", "batchCopy", "batchMove"];
        assert_eq!(
            Faults::parse(&sample.join("\n"), &routes)
                .unwrap()
                .rules
                .len(),
            5
        );
    }

    #[test]
    fn wrong_rules_are_refused() {
        let cases = [
            (
                "{route: lists, nth: 1, kind: qps}",
                "there is no route `lists`",
            ),
            ("{route: list, kind: qps}", "give one of"),
            ("{route: list, nth: 1, every: 2, kind: qps}", "give one of"),
            ("{route: list, nth: 1, kind: odd}", "odd"),
        ];
        for (rule, expected) in cases {
            let refused = Faults::parse(&format!("rules: [{rule}]"), ROUTES).unwrap_err();
            assert!(refused.contains(expected), "{refused}");
        }
    }
}
