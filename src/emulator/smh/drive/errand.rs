//! One item of a batch, and what became of it.

use serde::{Deserialize, Serialize};

use super::act::{Act, Strategy};
use super::bin::Return;
use super::carry::Carriage;
use super::library::Library;
use super::path::Path;
use super::removal::Removal;
use crate::emulator::smh::error::Code;

/// What one item of a batch asks for.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Errand {
    Carry(Carriage),
    Remove(Removal),
    Restore(Return),
}

/// What became of an item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum End {
    /// It stands here; the path counts where it may differ from the one that was asked for.
    Landed(Path, Strategy),
    /// It is this item of the recycle bin.
    Binned(u64),
    Gone,
    Refused(Code),
}

impl Library {
    /// Does the item with this number, counted from 0.
    pub(crate) fn run(&mut self, act: &Act<'_>, index: usize, errand: &Errand) -> End {
        if act.mischief.items.contains(&(index + 1)) {
            return End::Refused(Code::InternalServerError);
        }
        let end = match errand {
            Errand::Carry(carriage) => self
                .carry(act, carriage)
                .map(|landed| End::Landed(landed.path, landed.strategy)),
            Errand::Remove(removal) => self
                .remove(act, removal)
                .map(|item| item.map_or(End::Gone, End::Binned)),
            Errand::Restore(wish) => self
                .restore(act, wish)
                .map(|landed| End::Landed(landed.path, landed.strategy)),
        };
        end.unwrap_or_else(End::Refused)
    }
}
