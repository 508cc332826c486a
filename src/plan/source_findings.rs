//! What is said of sources that cannot be taken as they are.

use crate::diagnostic::Diagnostic;
use crate::manifest::Placement;
use crate::tree::Address;

pub(super) fn matches_again(
    placement: &Placement,
    source: &Address,
    target: &Address,
) -> Diagnostic {
    let detail = format!(
        "{source} would be placed at {target}, which `{}` matches again.",
        placement.id
    );
    Diagnostic::error("matches-again", "a pattern matches what it placed", detail)
        .at(placement.location.clone())
        .about(target)
        .with_hint("choose a target outside the pattern, or `exclude` it")
}

pub(super) fn missing_source(placement: &Placement, address: &Address) -> Diagnostic {
    let detail = format!(
        "`{}` takes its content from {address}, and nothing is there.",
        placement.id
    );
    Diagnostic::error("missing-source", "a source is not there", detail)
        .at(placement.location.clone())
        .about(address)
        .with_hint("correct the path, or say `on_missing: ignore`")
}

/// What stands at the source of a move is another placement's, and what was moved is gone.
pub(super) fn lost_target(
    placement: &Placement,
    address: &Address,
    target: &Address,
) -> Diagnostic {
    let detail = format!(
        "`{}` moved {address} to {target}, where nothing is now; what {address} holds was put there by another \
         placement.",
        placement.id
    );
    Diagnostic::error("missing-source", "a source is not there", detail)
        .at(placement.location.clone())
        .about(target)
        .with_hint("bring the entry back, from the bin for example, or drop the placement")
}

/// Another entry came to the source of a move while what was moved is still on its way.
pub(super) fn overtaken(placement: &Placement, address: &Address, stop: &Address) -> Diagnostic {
    let detail = format!(
        "`{}` moved an entry from {address} as far as {stop}, and another one is at {address} now.",
        placement.id
    );
    Diagnostic::error(
        "conflict",
        "two entries are on their way to one target",
        detail,
    )
    .at(placement.location.clone())
    .about(address)
    .with_hint("move one of them away, or choose another target for it")
}

pub(super) fn special_source(placement: &Placement, address: &Address) -> Diagnostic {
    let detail = format!(
        "`{}` names {address}, which is neither a file nor a folder.",
        placement.id
    );
    Diagnostic::error(
        "special-source",
        "a source is neither a file nor a folder",
        detail,
    )
    .at(placement.location.clone())
    .about(address)
    .with_hint("symbolic links and devices are never followed or copied; name what they point to")
}
