//! What a provider cannot do at all, by its sheet: held against the planner's own operations, and
//! refused by the model as the service would.

use super::capabilities::{Beside, Capabilities, Naming};
use super::numbering::is_expected;
use super::operation::{Action, Operation, Place, Strategy};

/// Why a provider cannot carry out an operation whatever is there; `None` where it can.
pub(crate) fn inability(operation: &Operation, sheet: &Capabilities) -> Option<String> {
    let provider = &sheet.provider;
    let finds_names = sheet.beside == Beside::Numbered;
    match &operation.action {
        Action::Copy {
            strategy: Strategy::Rename,
            ..
        }
        | Action::Move {
            strategy: Strategy::Rename,
            ..
        } if !finds_names => Some(format!("`{provider}` finds no free names")),
        Action::Copy { from, to, strategy }
        | Action::Move {
            from, to, strategy, ..
        } => {
            let keeps =
                sheet.naming == Naming::Free || keeps_its_name(operation, (from, to), *strategy);
            (!keeps)
                .then(|| format!("`{provider}` keeps names, and {from} would get another at {to}"))
        }
        Action::Rename {
            strategy: Strategy::Rename,
            ..
        } => Some(format!("`{provider}` finds no free name for a rename")),
        Action::Rename {
            to,
            strategy: Strategy::Overwrite(_),
            ..
        } if sheet.rename.is_some() => Some(format!(
            "`{provider}` replaces nothing with a rename, and {to} would be"
        )),
        Action::Rename { .. } | Action::CreateFolder { .. } | Action::Remove { .. } => None,
    }
}

/// Whether an entry arrives under the name that it has, or under one that the service finds.
fn keeps_its_name(operation: &Operation, (from, to): (&Place, &Place), strategy: Strategy) -> bool {
    let (Some(name), Some(new)) = (from.path.name(), to.path.name()) else {
        return false;
    };
    match strategy {
        Strategy::Fail | Strategy::Overwrite(_) => name == new,
        Strategy::Rename => is_expected(name, operation.kind, new),
    }
}
