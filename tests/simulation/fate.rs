//! What becomes of a call.

use std::time::Duration;

use reshelve::provider::{Effect, ErrorKind, ProviderError, Retry};

use crate::dice::Dice;
use crate::setting::Setting;

/// How long a call takes to the service, and back, in milliseconds.
pub(crate) const WAY: u64 = 40;
/// After how long a caller gives up, in milliseconds.
const PATIENCE: u64 = 10_000;
/// How late a call can come at most, in milliseconds.
const LATEST: u64 = 600_000;

/// What becomes of a call that writes.
#[derive(Debug, Clone)]
pub(crate) struct Fate {
    /// After how long it comes to the service, each time that it comes.
    pub(crate) arrivals: Vec<u64>,
    /// After how long the caller hears something.
    pub(crate) answered: u64,
    /// What the caller hears; `None` for the reply to the first arrival.
    pub(crate) error: Option<ProviderError>,
    /// Which items are refused, one bit each.
    pub(crate) refused: u64,
    /// After how many items the service breaks off.
    pub(crate) cut: Option<u64>,
    /// Which item the reply does not speak of, counted around.
    pub(crate) silent: Option<u64>,
}

impl Fate {
    fn well() -> Self {
        Self {
            arrivals: vec![WAY],
            answered: 2 * WAY,
            error: None,
            refused: 0,
            cut: None,
            silent: None,
        }
    }

    /// Draws the fate of a call, with the name of the fault if there is one.
    pub(crate) fn draw(setting: &Setting, dice: &mut Dice) -> (Self, &'static str) {
        let carried_here = setting.carried_here();
        let faults = if carried_here { &HERE[..] } else { &FAULTS[..] };
        if !dice.chance(setting.faults * faults.len() as u64 / 4) {
            return (Self::well(), "");
        }
        let fault = dice.one_of(faults);
        (Self::of(fault, dice), fault)
    }

    fn of(fault: &'static str, dice: &mut Dice) -> Self {
        let well = Self::well();
        match fault {
            "lost-request" => Self {
                arrivals: vec![],
                ..well.unheard()
            },
            "lost-reply" => well.unheard(),
            "late" => Self {
                arrivals: vec![late(dice)],
                ..well.unheard()
            },
            "doubled" => Self {
                arrivals: vec![WAY, WAY + late(dice)],
                ..well
            },
            "doubled-unheard" => Self {
                arrivals: vec![WAY, WAY + late(dice)],
                ..well.unheard()
            },
            "not-connected" => Self {
                arrivals: vec![],
                error: Some(passing(ErrorKind::Unavailable, Retry::Backoff)),
                ..well
            },
            "throttled" => Self {
                arrivals: vec![],
                error: Some(passing(
                    ErrorKind::Throttled,
                    Retry::After(Duration::from_secs(dice.between(1, 5))),
                )),
                ..well
            },
            "5xx-before" => Self {
                arrivals: vec![],
                error: Some(unclear(ErrorKind::Unavailable)),
                ..well
            },
            "5xx-after" => Self {
                error: Some(unclear(ErrorKind::Unavailable)),
                ..well
            },
            "5xx-between" => Self {
                error: Some(unclear(ErrorKind::Unavailable)),
                cut: Some(dice.below(3)),
                ..well
            },
            "undecodable" => Self {
                error: Some(unclear(ErrorKind::InvalidReply)),
                ..well
            },
            "refused-items" => Self {
                refused: 1 << dice.below(4),
                ..well
            },
            "silent-item" => Self {
                silent: Some(dice.next()),
                ..well
            },
            other => panic!("{other} is no fault"),
        }
    }

    /// The caller gives up.
    fn unheard(self) -> Self {
        Self {
            answered: PATIENCE,
            error: Some(unclear(ErrorKind::Unavailable)),
            ..self
        }
    }

    /// Whether the caller knows afterwards what became of every item.
    pub(crate) fn is_clear(&self) -> bool {
        let is_unclear = |error: &ProviderError| error.effect == Effect::MayHaveApplied;
        !self.error.as_ref().is_some_and(is_unclear)
    }
}

/// The faults of calls that write to a service.
pub(crate) const FAULTS: [&str; 13] = [
    "lost-request",
    "lost-reply",
    "late",
    "doubled",
    "doubled-unheard",
    "not-connected",
    "throttled",
    "5xx-before",
    "5xx-after",
    "5xx-between",
    "undecodable",
    "refused-items",
    "silent-item",
];
/// Those of work that this machine does itself.
const HERE: [&str; 4] = ["5xx-before", "5xx-after", "refused-items", "silent-item"];

/// Mostly soon, and up to ten minutes.
fn late(dice: &mut Dice) -> u64 {
    let most = dice.one_of(&[20_000, 140_000, LATEST]);
    dice.between(5_000, most)
}

fn passing(kind: ErrorKind, retry: Retry) -> ProviderError {
    ProviderError {
        retry,
        ..ProviderError::passing(kind, "the service takes no calls at the moment")
    }
}

fn unclear(kind: ErrorKind) -> ProviderError {
    ProviderError::ambiguous(kind, "nobody knows what became of the call")
}

/// What becomes of a call that reads.
pub(crate) fn reading(setting: &Setting, dice: &mut Dice) -> Result<(), ProviderError> {
    if !dice.chance(setting.faults / 2) {
        return Ok(());
    }
    let second = Retry::After(Duration::from_secs(1));
    Err(dice.one_of(&[
        passing(ErrorKind::Unavailable, Retry::Backoff),
        passing(ErrorKind::InvalidReply, Retry::Backoff),
        passing(ErrorKind::Throttled, second),
    ]))
}
