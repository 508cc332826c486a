//! Which rows of the decision table apply to one path.

use super::change::{Change, Extent, Origin};
use super::decide::{Decision, decide_copy};
use super::expand::Root;
use super::explain::Inquiry;
use super::explanation::{Row, Ruling, SourceSight};
use super::operation::Reason;
use super::world::Node;
use crate::manifest::{OnConflict, Update, Wish};
use crate::tree::{Address, EntryKind};

impl Inquiry<'_, '_> {
    /// What was decided about the path: as a target, as a source, and as something that goes.
    pub(super) fn rulings(&self) -> Vec<Ruling> {
        let mut rulings: Vec<Ruling> = Vec::new();
        let changes = &self.derived.differences.changes;
        for change in changes {
            rulings.extend(self.of_change(change));
        }
        rulings.extend(self.going());
        rulings.extend(self.staying());
        let is_judged = rulings.iter().any(|ruling| ruling.row.judges_target());
        if !is_judged {
            rulings.extend(self.standing());
        }
        rulings
    }

    fn of_change(&self, change: &Change) -> Option<Ruling> {
        let address = self.address;
        let wished = change.wished.as_ref();
        let is_wished =
            change.target.space == address.space && wished.is_some_and(|it| *it == address.path);
        let source = change.source.as_ref();
        let stand_in = change.stand_in.as_ref().map(|stand_in| &stand_in.entry);
        let row = if change.target == *address || is_wished {
            row_of(change.reason)
        } else if stand_in.is_some_and(|entry| entry.address == *address) {
            Row::Leaves
        } else if source.is_some_and(|source| source.address == *address) {
            match change.origin {
                _ if stand_in.is_some() => Row::Read,
                Origin::Moved => Row::Leaves,
                Origin::Copied | Origin::Made | Origin::Undecided => Row::Read,
            }
        } else {
            return None;
        };
        Some(Ruling {
            row,
            with: self.carrier_of(change),
            stand_in: stand_in.map(|entry| entry.address.clone()),
            source: source.map(|source| self.source(&source.address)),
            ..self.ruling(change.placement, row, &change.target)
        })
    }

    /// The folder that carries a change.
    fn carrier_of(&self, change: &Change) -> Option<Address> {
        if change.extent != Extent::Carried {
            return None;
        }
        let changes = self.derived.differences.changes.iter();
        let mut whole = changes.filter(|other| {
            other.extent == Extent::Subtree && change.target.is_strictly_below(&other.target)
        });
        whole.next_back().map(|other| other.target.clone())
    }

    /// What goes, with the folder that it goes with.
    fn going(&self) -> Vec<Ruling> {
        let address = self.address;
        let removals = self.derived.removals.iter();
        let ours = removals.filter(|removal| address.is_at_or_below(&removal.address));
        ours.map(|removal| {
            let row = row_of(removal.reason);
            Ruling {
                with: (removal.address != *address).then(|| removal.address.clone()),
                ..self.ruling(removal.placement, row, address)
            }
        })
        .collect()
    }

    /// What stays although the source of its mirror does not have it.
    fn staying(&self) -> Vec<Ruling> {
        let address = self.address;
        let extra = self.derived.kept.extra.iter();
        let ours = extra.filter(|extra| address.is_at_or_below(&extra.address));
        ours.map(|extra| Ruling {
            with: (extra.address != *address).then(|| extra.address.clone()),
            why: Some(extra.why),
            ..self.ruling(extra.placement, Row::Extra, address)
        })
        .collect()
    }

    /// What needs no change.
    fn standing(&self) -> Vec<Ruling> {
        let mut rulings = Vec::new();
        for root in &self.derived.expanded.roots {
            rulings.extend(self.standing_for(root));
        }
        let world = self.context.world;
        for (number, placement) in self.context.placements.iter().enumerate() {
            let wish = &placement.placement.wish;
            let roots = &self.derived.expanded.roots;
            let gone = matches!(wish, Wish::Move(..))
                && super::claims::named_target(wish) == Some(self.address)
                && roots.iter().all(|root| root.placement != number);
            if gone && world.find(self.address).is_some() {
                rulings.push(self.ruling(number, Row::Arrived, self.address));
            }
        }
        rulings
    }

    fn standing_for(&self, root: &Root) -> Option<Ruling> {
        let world = self.context.world;
        let found = world.find(self.address);
        let Some(source) = &root.source else {
            let is_folder = found.is_some_and(|node| world.kind(node) == EntryKind::Folder);
            let stands = root.target == *self.address && is_folder;
            return stands.then(|| self.ruling(root.placement, Row::InPlace, self.address));
        };
        let claimed = self.is_left_to(root);
        let below = self.address.path.below(&root.target.path);
        let below = below.filter(|_| claimed)?;
        let declared = Address::new(
            source.address.space.clone(),
            source.address.path.append(&below),
        );
        let ruling = self.ruling(root.placement, Row::InPlace, self.address);
        let side = Some(self.source(&declared));
        let Some(node) = world.find(&declared) else {
            let row = Row::Beyond;
            return found.map(|_| Ruling {
                row,
                source: side,
                ..ruling
            });
        };
        let (row, why) = match found {
            Some(found) => self.compared(root, node, found),
            None => {
                let beside = self.context.records.beside(self.address)?;
                return Some(Ruling {
                    row: Row::InPlaceBeside,
                    target: beside.clone(),
                    source: side,
                    ..ruling
                });
            }
        };
        Some(Ruling {
            row,
            source: side,
            why,
            ..ruling
        })
    }

    /// Whether no other placement and no exclusion takes the path out of a root.
    fn is_left_to(&self, root: &Root) -> bool {
        let expanded = &self.derived.expanded;
        let claims = super::claims::Claims::new(self.context, expanded);
        let carving = claims.carving(&root.target, root.placement);
        let address = self.address;
        let mut above = address.path.ancestors();
        above.push(address.path.clone());
        let taken = above.into_iter().any(|path| {
            let at = Address::new(address.space.clone(), path);
            at.is_strictly_below(&root.target) && carving.takes(&at)
        });
        let transfer = self.context.wish(root.placement).transfer();
        let below = address.path.below(&root.target.path);
        let excluded = transfer
            .zip(below)
            .is_some_and(|(transfer, below)| transfer.exclude.covers(&below));
        address.space == root.target.space && !taken && !excluded
    }

    /// Source and target side by side, both there and nothing to do.
    fn compared(&self, root: &Root, source: Node, found: Node) -> (Row, Option<&'static str>) {
        let world = self.context.world;
        let wish = self.context.wish(root.placement);
        let kinds = (world.kind(source), world.kind(found));
        if kinds.0 == EntryKind::Special {
            return (Row::Special, None);
        }
        if kinds == (EntryKind::Folder, EntryKind::Folder) {
            return (
                Row::InPlace,
                Some("both are folders, and what is in them is compared one by one"),
            );
        }
        let update = match wish {
            Wish::Copy(_, update) | Wish::Mirror(_, update, _) => *update,
            Wish::Move(transfer, _) => {
                return (
                    conflict_row(transfer.on_conflict),
                    Some("both the source and the target are there"),
                );
            }
            Wish::Folder(_) | Wish::Absent(..) => return (Row::InPlace, None),
        };
        let conflict = wish
            .transfer()
            .map_or(Row::Conflict, |it| conflict_row(it.on_conflict));
        if kinds.0 == EntryKind::Folder {
            return (conflict, Some("something other than a folder is there"));
        }
        let space = &self.address.space;
        let decide = |update| {
            let placement = root.placement;
            decide_copy(self.context, placement, source, Some(found), space, update)
        };
        match (decide(update), decide(Update::Always)) {
            (Decision::Adopt(proof), _) => (Row::Adopted(proof), None),
            (Decision::InPlace, Decision::Update) => (Row::NotUpdated, None),
            (Decision::InPlace, _) => (Row::InPlace, None),
            (Decision::Conflict(why), _) => (conflict, Some(why)),
            (Decision::Create | Decision::Update, _) => (Row::Changed, None),
        }
    }

    fn source(&self, address: &Address) -> SourceSight {
        SourceSight {
            address: address.clone(),
            observed: self.sight(address),
        }
    }

    fn ruling(&self, placement: usize, row: Row, target: &Address) -> Ruling {
        Ruling {
            placement: self.reference(placement),
            row,
            target: target.clone(),
            source: None,
            stand_in: None,
            with: None,
            why: None,
        }
    }
}

fn conflict_row(on_conflict: OnConflict) -> Row {
    match on_conflict {
        OnConflict::Keep => Row::Kept,
        OnConflict::Fail | OnConflict::Overwrite | OnConflict::Rename => Row::Conflict,
    }
}

/// The row that a reason stands for.
pub(super) fn row_of(reason: Reason) -> Row {
    match reason {
        Reason::Missing => Row::Missing,
        Reason::Changed => Row::Changed,
        Reason::Overwrite | Reason::Replaced => Row::Overwritten,
        Reason::Beside => Row::Beside,
        Reason::Misplaced | Reason::Temporary | Reason::Halfway => Row::Misplaced,
        Reason::Leaving => Row::Reused,
        Reason::Strayed => Row::Strayed,
        Reason::Parent => Row::Parent,
        Reason::Emptied => Row::Emptied,
        Reason::Extra => Row::Pruned,
        Reason::Unwanted => Row::Unwanted,
    }
}

impl Row {
    /// Whether the row is about the path as a target, and not about it as a source.
    fn judges_target(self) -> bool {
        !matches!(self, Self::Leaves | Self::Read | Self::Emptied)
    }
}
