//! What placements claim: target paths they fill, sources they read, paths they empty.

use std::collections::BTreeSet;
use std::collections::hash_map::Entry;

use super::manifest::{Manifest, Placement, Target, Transfer, Wish};
use super::validate::{FixedMap, exact_target};
use crate::diagnostic::{Diagnostic, SourceLocation};
use crate::tree::Address;

/// All claims of a run.
pub(super) struct Claims<'m> {
    placements: Vec<&'m Placement>,
    targets: Sorted<'m>,
    folders: Sorted<'m>,
    sources: Sorted<'m>,
}

/// Addresses with the placements that claim them. Addresses order like a walk, so that everything
/// below a folder is one range.
struct Sorted<'m>(Vec<(&'m Address, usize)>);

/// A path that a placement wants to be empty.
struct Taker<'m> {
    index: usize,
    address: &'m Address,
    /// What a move takes with it; nothing where all goes.
    transfer: Option<&'m Transfer>,
}

/// Reports every claim that cannot be met beside another one.
pub(super) fn clashes(manifests: &[Manifest], diagnostics: &mut Vec<Diagnostic>) {
    let placements: Vec<&Placement> = manifests
        .iter()
        .flat_map(|manifest| &manifest.placements)
        .collect();
    let mut wanted: FixedMap<&Address, &Placement> =
        FixedMap::with_capacity_and_hasher(placements.len(), Default::default());
    for placement in &placements {
        let Some(address) = exact_target(placement) else {
            continue;
        };
        match wanted.entry(address) {
            Entry::Occupied(first) => {
                diagnostics.push(same_target(address, first.get(), placement));
            }
            Entry::Vacant(free) => {
                free.insert(placement);
            }
        }
    }
    let takers = takers(&placements);
    // Most manifests take nothing away, and then nothing needs to be in order.
    if !takers.is_empty() {
        Claims::of(placements).taken(&takers, diagnostics);
    }
}

fn takers<'m>(placements: &[&'m Placement]) -> Vec<Taker<'m>> {
    let taker = |(index, placement): (usize, &&'m Placement)| {
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
    };
    placements.iter().enumerate().filter_map(taker).collect()
}

impl<'m> Claims<'m> {
    fn of(placements: Vec<&'m Placement>) -> Self {
        let (mut targets, mut folders, mut sources) = (Vec::new(), Vec::new(), Vec::new());
        for (index, placement) in placements.iter().enumerate() {
            targets.extend(exact_target(placement).map(|target| (target, index)));
            if let Some(transfer) = placement.wish.transfer() {
                sources.push((&transfer.source.base, index));
                if let Target::Into(folder, _) = &transfer.target {
                    folders.push((folder, index));
                }
            }
        }
        Self {
            placements,
            targets: Sorted::of(targets),
            folders: Sorted::of(folders),
            sources: Sorted::of(sources),
        }
    }

    fn taken(&self, takers: &[Taker<'m>], diagnostics: &mut Vec<Diagnostic>) {
        let mut reported = BTreeSet::new();
        for taker in takers {
            if let Some((address, other)) = self.target_taken(taker) {
                diagnostics.push(self.takes_target(taker, other, address));
            }
            if let Some((address, other)) = self.source_taken(taker) {
                let pair = (taker.index.min(other), taker.index.max(other));
                if reported.insert(pair) {
                    diagnostics.push(self.takes_source(taker, other, address));
                }
            }
        }
    }

    /// The first target of another placement at or below the taker's path.
    ///
    /// A target at the very path that a move empties is a link of a chain or of a swap.
    fn target_taken(&self, taker: &Taker<'m>) -> Option<(&'m Address, usize)> {
        let is_link = |address: &Address| taker.transfer.is_some() && address == taker.address;
        let exact = self
            .targets
            .below(taker.address)
            .filter(|(address, _)| !is_link(address));
        exact
            .chain(self.folders.below(taker.address))
            .find(|(address, index)| *index != taker.index && taker.takes(address))
    }

    /// The first source of another placement that the taker's path holds or lies in.
    fn source_taken(&self, taker: &Taker<'m>) -> Option<(&'m Address, usize)> {
        let inside = self.sources.below(taker.address).find(|(address, index)| {
            *index != taker.index
                && (taker.transfer.is_some() || self.stays(*index))
                && taker.takes(address)
        });
        inside.or_else(|| self.part_taken(taker))
    }

    /// The first named source of another placement of which the taker's path is a part.
    fn part_taken(&self, taker: &Taker<'m>) -> Option<(&'m Address, usize)> {
        let folders = taker.address.path.ancestors();
        folders.into_iter().find_map(|folder| {
            let folder = Address::new(taker.address.space.clone(), folder);
            let part = taker.address.path.below(&folder.path)?;
            self.sources.at(&folder).find(|(_, index)| {
                let transfer = self.placements[*index].wish.transfer();
                transfer.is_some_and(|transfer| {
                    transfer.source.below.is_none() && !transfer.exclude.covers(&part)
                })
            })
        })
    }

    /// Whether a placement needs its source again after it was carried out.
    fn stays(&self, index: usize) -> bool {
        match &self.placements[index].wish {
            Wish::Copy(..) | Wish::Mirror(..) => true,
            Wish::Move(..) | Wish::Folder(_) | Wish::Absent(..) => false,
        }
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

impl<'m> Sorted<'m> {
    fn of(mut claims: Vec<(&'m Address, usize)>) -> Self {
        claims.sort();
        Self(claims)
    }

    /// The claims at and below an address.
    fn below(&self, address: &Address) -> impl Iterator<Item = (&'m Address, usize)> {
        let claims = self.from(address).iter().copied();
        claims.take_while(move |(claimed, _)| claimed.is_at_or_below(address))
    }

    /// The claims at an address.
    fn at(&self, address: &Address) -> impl Iterator<Item = (&'m Address, usize)> {
        let claims = self.from(address).iter().copied();
        claims.take_while(move |(claimed, _)| *claimed == address)
    }

    fn from(&self, address: &Address) -> &[(&'m Address, usize)] {
        let start = self.0.partition_point(|(claimed, _)| *claimed < address);
        &self.0[start..]
    }
}

fn same_target(address: &Address, first: &Placement, second: &Placement) -> Diagnostic {
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

fn line(location: &SourceLocation) -> String {
    format!("{}:{}", location.file, location.line)
}
