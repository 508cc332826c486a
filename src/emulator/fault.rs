//! Faults: replies that a service gives when it is busy, broken or far away, put in by rule.
//!
//! ```yaml
//! seed: 7
//! rules:
//!   - {route: batchCopy, nth: 2, kind: timeout-after}     # the second call of that route
//!   - {route: list, every: 3, kind: cut-before}           # every third call
//!   - {route: "*", probability: 0.05, kind: timeout-before, times: 4}
//!   - {route: "*", nth: 9, kind: slow, milliseconds: 500}
//!   - {route: query, nth: 1, kind: refuse, code: orgQuotaInsufficient, status: 400}
//!   - {route: query, nth: 2, kind: reply, status: 200, body: "{\"dentry\": 7}"}
//! ```
//!
//! Which kinds there are is for each service to say.

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::chance::Chance;

/// A fault that one call gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault<K> {
    pub(crate) kind: K,
    pub(crate) milliseconds: u64,
    /// What comes back, for kinds that leave it to the rule.
    pub(crate) code: String,
    pub(crate) status: u16,
    pub(crate) body: String,
}

/// All rules and how far each of them got.
#[derive(Debug)]
pub(crate) struct Faults<K> {
    rules: Vec<FaultRule<K>>,
    chance: Chance,
    /// How often each rule's route was called, and how often the rule bit.
    counts: Vec<(u64, u64)>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct FaultFile<K> {
    #[serde(default)]
    seed: u64,
    rules: Vec<FaultRule<K>>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct FaultRule<K> {
    /// A route's name, or `*` for all.
    route: String,
    kind: K,
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
    #[serde(default)]
    code: String,
    #[serde(default = "success")]
    status: u16,
    #[serde(default)]
    body: String,
}

fn success() -> u16 {
    200
}

impl<K: Clone + DeserializeOwned> Faults<K> {
    pub(crate) fn none() -> Self {
        Self::of(FaultFile {
            seed: 0,
            rules: Vec::new(),
        })
    }

    /// Reads rules; the sentence says what is wrong with them. `routes` are the names there are.
    pub(crate) fn parse(yaml: &str, routes: &[&str]) -> Result<Self, String> {
        let file: FaultFile<K> = serde_yaml::from_str(yaml).map_err(|error| error.to_string())?;
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

    fn of(file: FaultFile<K>) -> Self {
        Self {
            counts: vec![(0, 0); file.rules.len()],
            rules: file.rules,
            chance: Chance::new(file.seed),
        }
    }

    /// The fault of the next call of a route: that of the first rule that bites.
    pub(crate) fn next(&mut self, route: &str) -> Option<Fault<K>> {
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
                    kind: rule.kind.clone(),
                    milliseconds: rule.milliseconds,
                    code: rule.code.clone(),
                    status: rule.status,
                    body: rule.body.clone(),
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

    #[derive(Debug, Clone, Deserialize)]
    #[serde(rename_all = "kebab-case")]
    enum Kind {
        TimeoutBefore,
        TimeoutAfter,
        CutBefore,
        Slow,
        Refuse,
        Reply,
    }

    /// Which of the first twelve calls of `list` a rule bites.
    fn bitten(rule: &str) -> Vec<usize> {
        let yaml = format!("seed: 5\nrules:\n  - {{kind: timeout-before, {rule}}}");
        let mut faults = Faults::<Kind>::parse(&yaml, ROUTES).unwrap();
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
        let routes = ["list", "batchCopy", "query"];
        let faults = Faults::<Kind>::parse(&sample.join("\n"), &routes).unwrap();
        let kinds: Vec<String> = faults
            .rules
            .iter()
            .map(|rule| format!("{:?}", rule.kind))
            .collect();
        assert_eq!(
            kinds.join(" "),
            "TimeoutAfter CutBefore TimeoutBefore Slow Refuse Reply"
        );
        assert_eq!(faults.rules[5].body, "{\"dentry\": 7}");
    }

    #[test]
    fn wrong_rules_are_refused() {
        let cases = [
            (
                "{route: lists, nth: 1, kind: slow}",
                "there is no route `lists`",
            ),
            ("{route: list, kind: slow}", "give one of"),
            ("{route: list, nth: 1, every: 2, kind: slow}", "give one of"),
            ("{route: list, nth: 1, kind: odd}", "odd"),
        ];
        for (rule, expected) in cases {
            let refused = Faults::<Kind>::parse(&format!("rules: [{rule}]"), ROUTES).unwrap_err();
            assert!(refused.contains(expected), "{refused}");
        }
    }
}
