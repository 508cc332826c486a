//! Switches: a name, the values it takes, and what it is when nobody says anything.

use std::collections::BTreeMap;
use std::fmt::Write;

/// A choice that a service's documents leave open.
#[derive(Debug)]
pub(crate) struct Switch {
    pub(crate) name: &'static str,
    pub(crate) takes: Takes,
    pub(crate) default: &'static str,
    /// One sentence for the help.
    pub(crate) about: &'static str,
}

/// What a switch can be set to.
#[derive(Debug)]
pub(crate) enum Takes {
    OneOf(&'static [&'static str]),
    /// A whole number, zero included.
    Number,
}

/// A switch between words, of which the first is the default.
pub(crate) const fn choice(
    name: &'static str,
    values: &'static [&'static str],
    about: &'static str,
) -> Switch {
    Switch {
        name,
        takes: Takes::OneOf(values),
        default: values[0],
        about,
    }
}

/// A switch that takes a number.
pub(crate) const fn number(
    name: &'static str,
    default: &'static str,
    about: &'static str,
) -> Switch {
    Switch {
        name,
        takes: Takes::Number,
        default,
        about,
    }
}

/// All switches of a service with their values.
#[derive(Debug, Clone)]
pub(crate) struct Switches {
    table: &'static [Switch],
    set: BTreeMap<&'static str, String>,
}

impl Switches {
    pub(crate) fn new(table: &'static [Switch]) -> Self {
        Self {
            table,
            set: BTreeMap::new(),
        }
    }

    /// Sets a switch by `name=value`; the sentence says what is wrong with it.
    pub(crate) fn set(&mut self, assignment: &str) -> Result<(), String> {
        let Some((name, value)) = assignment.split_once('=') else {
            return Err(format!("`{assignment}` is no switch: write name=value"));
        };
        let (name, value) = (name.trim(), value.trim());
        let Some(switch) = self.table.iter().find(|switch| switch.name == name) else {
            let names: Vec<&str> = self.table.iter().map(|switch| switch.name).collect();
            return Err(format!(
                "there is no switch `{name}`: there are {}",
                names.join(", ")
            ));
        };
        let fits = match switch.takes {
            Takes::OneOf(values) => values.contains(&value),
            Takes::Number => value.parse::<u64>().is_ok(),
        };
        if !fits {
            let wanted = switch.takes.written();
            return Err(format!("switch `{name}` takes {wanted}, and not `{value}`"));
        }
        self.set.insert(switch.name, value.to_owned());
        Ok(())
    }

    /// The value of a switch.
    pub(crate) fn get(&self, name: &str) -> &str {
        if let Some(value) = self.set.get(name) {
            return value;
        }
        let switch = self.table.iter().find(|switch| switch.name == name);
        switch.map_or("", |switch| switch.default)
    }

    /// The value of a switch that takes a number.
    pub(crate) fn number(&self, name: &str) -> u64 {
        self.get(name).parse().unwrap_or(0)
    }

    /// Whether a switch stands at a value.
    pub(crate) fn is(&self, name: &str, value: &str) -> bool {
        self.get(name) == value
    }

    /// The value of a switch that takes a number, as the length of something in memory.
    pub(crate) fn length(&self, name: &str) -> usize {
        usize::try_from(self.number(name)).unwrap_or(usize::MAX)
    }

    /// A line for each switch of a table: name, default, values, meaning.
    pub(crate) fn help(table: &'static [Switch]) -> String {
        let mut help = String::new();
        for switch in table {
            let Switch {
                name,
                takes,
                default,
                about,
            } = switch;
            let takes = takes.written();
            let _ = writeln!(help, "  {name}={default}  ({takes})\n      {about}");
        }
        help
    }
}

impl Takes {
    fn written(&self) -> String {
        match self {
            Self::OneOf(values) => values.join(" or "),
            Self::Number => "a whole number".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
    use super::*;

    const TABLE: &[Switch] = &[
        Switch {
            name: "colour",
            takes: Takes::OneOf(&["red", "blue"]),
            default: "red",
            about: "Of the walls.",
        },
        Switch {
            name: "count",
            takes: Takes::Number,
            default: "3",
            about: "Of the chairs.",
        },
    ];

    #[test]
    fn what_is_set_counts_and_what_is_not_has_its_default() {
        let mut switches = Switches::new(TABLE);
        switches.set("colour=blue").unwrap();
        assert_eq!(switches.get("colour"), "blue");
        assert_eq!(switches.number("count"), 3);
        switches.set("count = 40").unwrap();
        assert_eq!(switches.number("count"), 40);
    }

    #[test]
    fn wrong_switches_are_refused_with_what_would_be_right() {
        let cases = [
            ("colour", "`colour` is no switch: write name=value"),
            (
                "shape=round",
                "there is no switch `shape`: there are colour, count",
            ),
            (
                "colour=green",
                "switch `colour` takes red or blue, and not `green`",
            ),
            (
                "count=-1",
                "switch `count` takes a whole number, and not `-1`",
            ),
        ];
        for (assignment, expected) in cases {
            let refused = Switches::new(TABLE).set(assignment);
            assert_eq!(refused.unwrap_err(), expected);
        }
    }
}
