//! What a history is like: which provider, which faults, who else is there.

use reshelve::plan::{Capabilities, Carrier, NameCheck};

use crate::dice::Dice;
use crate::sheets::Sheet;

/// How the provider checks names, and with it how files are placed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Mode {
    /// Names are checked with the effect: straight to the target.
    Exclusive,
    /// Names are checked when a call is taken on: through a folder of the run's own.
    Staged,
}

impl Mode {
    /// Those that plans are made for.
    pub(crate) const ALL: &[Self] = &[Self::Exclusive, Self::Staged];

    fn name_check(self) -> NameCheck {
        match self {
            Self::Exclusive => NameCheck::WithEffect,
            Self::Staged => NameCheck::AtSubmission,
        }
    }
}

/// In which order folders are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    ByName,
    NewestFirst,
}

/// The setting of a history.
#[derive(Debug, Clone)]
pub(crate) struct Setting {
    pub(crate) sheet: Sheet,
    pub(crate) mode: Mode,
    pub(crate) order: Order,
    /// How many looks in a thousand see what was there some time ago.
    pub(crate) stale: u64,
    /// How often in a thousand each fault strikes a call.
    pub(crate) faults: u64,
    /// How many things other people do meanwhile.
    pub(crate) others: u64,
    /// How often in a thousand a process is stopped at some step.
    pub(crate) stops: u64,
    /// How often in a thousand a second process begins to apply meanwhile.
    pub(crate) second: u64,
    /// Whether locks keep nobody out.
    pub(crate) locks_are_void: bool,
}

impl Setting {
    pub(crate) fn draw(dice: &mut Dice, sheet: Sheet, mode: Mode) -> Self {
        let crowded = dice.chance(300);
        // Who looks for itself sees what is there.
        let stale = dice.one_of(&[0, 0, 100, 300]);
        let looks_back = if sheet.with_bin() == Sheet::Local {
            0
        } else {
            stale
        };
        // A second process that begins at once takes what it is shown for what is there.
        let second = if looks_back == 0 { 500 } else { 0 };
        Self {
            sheet,
            mode,
            order: dice.one_of(&[Order::ByName, Order::NewestFirst]),
            stale: looks_back,
            faults: dice.one_of(&[0, 30, 60, 120]),
            others: if crowded { dice.between(1, 4) } else { 0 },
            stops: dice.one_of(&[0, 300, 700]),
            second: dice.one_of(&[0, 0, 0, second]),
            locks_are_void: dice.chance(200),
        }
    }

    /// The sheet with what this history makes of it.
    pub(crate) fn tuned(&self, sheet: Capabilities) -> Capabilities {
        let carrier = match self.carried_here() {
            true => Carrier::ThisMachine,
            false => Carrier::Service,
        };
        Capabilities {
            name_check: self.mode.name_check(),
            carrier,
            ..sheet
        }
    }

    /// Whether this machine carries the bytes itself, so that nothing happens behind its back.
    pub(crate) fn carried_here(&self) -> bool {
        self.sheet.with_bin() == Sheet::Local
    }
}
