//! What placements claim: target paths they fill, sources they read, paths they empty.

use std::collections::{BTreeMap, BTreeSet};

use super::manifest::{Manifest, Placement, Target, Transfer, Wish};
use super::validate::exact_target;
use crate::diagnostic::{Diagnostic, SourceLocation};
use crate::tree::Address;

/// All claims of a run, by address. Addresses order like a walk, so that everything below a
/// folder is one range.
pub(super) struct Claims<'m> {
    placements: Vec<&'m Placement>,
    targets: BTreeMap<&'m Address, Vec<usize>>,
    folders: BTreeMap<&'m Address, Vec<usize>>,
    sources: BTreeMap<&'m Address, Vec<usize>>,
}

/// A path that a placement wants to be empty.
struct Taker<'m> {
    index: usize,
    address: &'m Address,
    /// What a move takes with it; nothing where all goes.
    transfer: Option<&'m Transfer>,
}

impl<'m> Claims<'m> {
    /// Collects the claims of all manifests.
    pub(super) fn of(manifests: &'m [Manifest]) -> Self {
        let placements: Vec<&Placement> = manifests
            .iter()
            .flat_map(|manifest| &manifest.placements)
            .collect();
        let mut claims = Self {
            placements: Vec::new(),
            targets: BTreeMap::new(),
            folders: BTreeMap::new(),
            sources: BTreeMap::new(),
        };
        for (index, placement) in placements.iter().enumerate() {
            if let Some(target) = exact_target(placement) {
                claims.targets.entry(target).or_default().push(index);
            }
            if let Some(transfer) = placement.wish.transfer() {
                claims
                    .sources
                    .entry(&transfer.source.base)
                    .or_default()
                    .push(index);
                if let Target::Into(folder, _) = &transfer.target {
                    claims.folders.entry(folder).or_default().push(index);
                }
            }
        }
        claims.placements = placements;
        claims
    }

    /// Reports every claim that cannot be met beside another one.
    pub(super) fn clashes(&self, diagnostics: &mut Vec<Diagnostic>) {
        for (address, claimants) in &self.targets {
            for second in &claimants[1..] {
                diagnostics.push(self.same_target(address, claimants[0], *second));
            }
        }
        let mut reported = BTreeSet::new();
        for taker in self.takers() {
            if let Some((other, address)) = self.target_taken(&taker) {
                diagnostics.push(self.takes_target(&taker, other, address));
            }
            if let Some((other, address)) = self.source_taken(&taker) {
                let pair = (taker.index.min(other), taker.index.max(other));
                if reported.insert(pair) {
                    diagnostics.push(self.takes_source(&taker, other, address));
                }
            }
        }
    }

    fn takers(&self) -> impl Iterator<Item = Taker<'m>> + '_ {
        self.placements
            .iter()
            .enumerate()
            .filter_map(|(index, placement)| {
                let (selection, transfer) = match &placement.wish {
                    Wish::Absent(selection, ..) => (selection, None),
                    Wish::Move(transfer, _) => (&transfer.source, Some(transfer)),
                    Wish::Copy(..) | Wish::Mirror(..) | Wish::Folder(_) => return None,
                };
                // What a pattern takes is known only once the entries are.
                selection.below.is_none().then_some(Taker {
                    index,
                    address: &selection.base,
                    transfer,
                })
            })
    }

    /// The first target of another placement at or below the taker's path.
    ///
    /// A target at the very path that a move empties is a link of a chain or of a swap.
    fn target_taken(&self, taker: &Taker<'m>) -> Option<(usize, &'m Address)> {
        let is_link = |address: &Address| taker.transfer.is_some() && address == taker.address;
        let exact = below(&self.targets, taker.address).filter(|(address, _)| !is_link(address));
        let folders = below(&self.folders, taker.address);
        exact
            .chain(folders)
            .filter(|(address, _)| taker.takes(address))
            .find_map(|(address, claimants)| {
                let other = claimants.iter().find(|index| **index != taker.index)?;
                Some((*other, address))
            })
    }

    /// The first source of another placement that the taker's path holds or lies in.
    fn source_taken(&self, taker: &Taker<'m>) -> Option<(usize, &'m Address)> {
        let inside = below(&self.sources, taker.address)
            .filter(|(address, _)| taker.takes(address))
            .find_map(|(address, readers)| {
                let other = readers.iter().find(|index| {
                    **index != taker.index && (taker.transfer.is_some() || self.stays(**index))
                })?;
                Some((*other, address))
            });
        inside.or_else(|| self.part_taken(taker))
    }

    /// The first named source of another placement of which the taker's path is a part.
    fn part_taken(&self, taker: &Taker<'m>) -> Option<(usize, &'m Address)> {
        let folders = taker.address.path.ancestors();
        folders.into_iter().find_map(|folder| {
            let folder = Address::new(taker.address.space.clone(), folder);
            let (address, readers) = self.sources.get_key_value(&folder)?;
            let part = taker.address.path.below(&address.path)?;
            let other = readers.iter().find(|index| {
                let transfer = self.placements[**index].wish.transfer();
                transfer.is_some_and(|transfer| {
                    transfer.source.below.is_none() && !transfer.exclude.covers(&part)
                })
            })?;
            Some((*other, *address))
        })
    }

    /// Whether a placement needs its source again after it was carried out.
    fn stays(&self, index: usize) -> bool {
        match &self.placements[index].wish {
            Wish::Copy(..) | Wish::Mirror(..) => true,
            Wish::Move(..) | Wish::Folder(_) | Wish::Absent(..) => false,
        }
    }

    fn same_target(&self, address: &Address, first: usize, second: usize) -> Diagnostic {
        let (first, second) = (self.placements[first], self.placements[second]);
        let detail = format!(
            "`{}` ({}) and `{}` ({}) both want `{address}`.",
            first.id,
            line(&first.location),
            second.id,
            line(&second.location)
        );
        Diagnostic::error("target-clash", "two placements want one target", detail)
            .at(second.location.clone())
            .with_related("first wanted here", first.location.clone())
            .about(address)
            .with_hint("take one of them out, or give it another target")
    }

    fn takes_target(&self, taker: &Taker<'_>, other: usize, address: &Address) -> Diagnostic {
        let (taken, placement) = (self.placements[other], self.placements[taker.index]);
        let detail = format!(
            "`{}` ({}) would take away `{address}`, where `{}` ({}) places something.",
            placement.id,
            line(&placement.location),
            taken.id,
            line(&taken.location)
        );
        let summary = "a placement takes away another one's target";
        Diagnostic::error("takes-away-target", summary, detail)
            .at(placement.location.clone())
            .with_related("placed here", taken.location.clone())
            .about(address)
            .with_hint("take one of them out, or narrow what goes")
    }

    fn takes_source(&self, taker: &Taker<'_>, other: usize, address: &Address) -> Diagnostic {
        let (reader, placement) = (self.placements[other], self.placements[taker.index]);
        let detail = format!(
            "`{}` ({}) would take away all or a part of `{address}`, which `{}` ({}) places elsewhere.",
            placement.id,
            line(&placement.location),
            reader.id,
            line(&reader.location)
        );
        let summary = "a placement takes away another one's source";
        Diagnostic::error("takes-away-source", summary, detail)
            .at(placement.location.clone())
            .with_related("read here", reader.location.clone())
            .about(address)
            .with_hint("take one of them out, or leave the part out with `exclude`")
    }
}

impl Taker<'_> {
    /// Whether an entry at or below the taker's path goes.
    fn takes(&self, address: &Address) -> bool {
        let hidden = self.transfer.is_some_and(|transfer| {
            let below = address.path.below(&self.address.path);
            below.is_some_and(|below| transfer.exclude.covers(&below))
        });
        !hidden
    }
}

/// The claims at and below an address.
fn below<'c, 'm>(
    claims: &'c BTreeMap<&'m Address, Vec<usize>>,
    address: &'c Address,
) -> impl Iterator<Item = (&'m Address, &'c Vec<usize>)> + use<'c, 'm> {
    claims
        .range::<Address, _>(address..)
        .take_while(move |(claimed, _)| claimed.is_at_or_below(address))
        .map(|(claimed, claimants)| (*claimed, claimants))
}

fn line(location: &SourceLocation) -> String {
    format!("{}:{}", location.file, location.line)
}
