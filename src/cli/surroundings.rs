//! What a command takes from around it: environment, time, chance, and whether a person is there.

use std::collections::BTreeMap;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io::{IsTerminal, Read};
use std::sync::Arc;

use super::error::CommandError;
use super::exit::ExitCode;
use super::manifests::LARGEST;
use crate::clock::{Clock, FixedClock, SystemClock};
use crate::tree::Timestamp;

/// What a command takes from around it.
#[derive(Clone)]
pub(crate) struct Surroundings {
    /// The environment, as far as it is text.
    pub(crate) environment: BTreeMap<String, String>,
    /// The time.
    pub(crate) clock: Arc<dyn Clock>,
    /// Text that no other run has, made of 16 hexadecimal digits.
    pub(crate) chance: String,
    /// Whether a question would be answered.
    pub(crate) company: Company,
}

/// Whether a question would be answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Company {
    /// A person sits at the terminal.
    Person,
    /// A script, or nobody.
    Nobody,
}

/// Fixes time and chance for tests that compare output byte by byte: seconds since 1970, and the
/// 16 digits. Neither weakens a check: a plan's id covers its times whatever the clock says.
const FIXED_TIME: &str = "RESHELVE_TEST_NOW";
const FIXED_CHANCE: &str = "RESHELVE_TEST_CHANCE";

impl Surroundings {
    /// The process's own.
    ///
    /// # Errors
    /// The fixed time is no number.
    pub(crate) fn of_process() -> Result<Self, CommandError> {
        let environment: BTreeMap<String, String> = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        let clock: Arc<dyn Clock> = match environment.get(FIXED_TIME) {
            None => Arc::new(SystemClock),
            Some(text) => Arc::new(FixedClock(fixed_time(text)?)),
        };
        let chance = environment.get(FIXED_CHANCE).cloned();
        let alone = environment.contains_key("CI") || !std::io::stdin().is_terminal();
        Ok(Self {
            clock,
            chance: chance.unwrap_or_else(random_digits),
            company: if alone {
                Company::Nobody
            } else {
                Company::Person
            },
            environment,
        })
    }

    /// All of stdin as text.
    ///
    /// # Errors
    /// It cannot be read, is longer than any manifest may be, or is no UTF-8.
    pub(crate) fn stdin(&self) -> Result<String, CommandError> {
        let mut text = String::new();
        let read = std::io::stdin().take(LARGEST + 1).read_to_string(&mut text);
        read.map_err(|error| {
            let message = format!("cannot read a manifest from stdin: {error}");
            CommandError::new(ExitCode::Wrong, message)
        })?;
        if text.len() as u64 > LARGEST {
            let message = format!("what comes from stdin has more than {LARGEST} bytes");
            return Err(CommandError::new(ExitCode::Wrong, message));
        }
        Ok(text)
    }
}

fn fixed_time(text: &str) -> Result<Timestamp, CommandError> {
    let seconds: i64 = text.parse().map_err(|_| {
        let message = format!("`{FIXED_TIME}` is `{text}`, which is no number of seconds");
        CommandError::new(ExitCode::Wrong, message)
    })?;
    Ok(Timestamp::from_parts(seconds, 0))
}

/// Digits from the seed that the standard library draws for its hash maps.
fn random_digits() -> String {
    let number = RandomState::new().build_hasher().finish();
    format!("{number:016x}")
}
