//! Where a placement can ask for anything, whatever is there.

use super::graph::is_temporary;
use crate::manifest::Wish;
use crate::tree::{Address, SpaceAlias};

/// Whether a placement can ask for something at an address: in its target, on the way there, or
/// beside it under another name.
pub(super) fn reaches(wish: &Wish, address: &Address) -> bool {
    let Some(target) = target(wish) else {
        return false;
    };
    address.is_at_or_below(target) || target.is_at_or_below(address) || is_beside(target, address)
}

/// Whether a placement brings entries into a space.
pub(super) fn targets(wish: &Wish, space: &SpaceAlias) -> bool {
    target(wish).is_some_and(|target| target.space == *space)
}

fn target(wish: &Wish) -> Option<&Address> {
    match wish {
        Wish::Copy(transfer, _) | Wish::Move(transfer, _) | Wish::Mirror(transfer, ..) => {
            Some(transfer.target.address())
        }
        Wish::Folder(target) => Some(target),
        Wish::Absent(..) => None,
    }
}

/// Whether an address is at or below a name that stands in for the target's own: one with a number,
/// or a temporary one.
fn is_beside(target: &Address, address: &Address) -> bool {
    let parent = target.path.parent();
    let Some((parent, name)) = parent.zip(target.path.name()) else {
        return false;
    };
    if address.space != target.space {
        return false;
    }
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let below = address.path.below(&parent);
    let other = below
        .as_ref()
        .and_then(|below| below.segments().next())
        .and_then(|other| parent.join(other).ok());
    other.is_some_and(|other| {
        let takes_its_place = other.name().is_some_and(|name| name.starts_with(stem));
        takes_its_place || is_temporary(&Address::new(target.space.clone(), other))
    })
}

/// Whether a placement can ask for a removal at an address.
pub(super) fn takes_away(wish: &Wish, address: &Address) -> bool {
    match wish {
        Wish::Mirror(transfer, ..) => address.is_strictly_below(transfer.target.address()),
        Wish::Move(transfer, _) => address.is_at_or_below(&transfer.source.base),
        Wish::Absent(selection, ..) => selection.covers(&address.space, &address.path),
        Wish::Copy(..) | Wish::Folder(_) => false,
    }
}
