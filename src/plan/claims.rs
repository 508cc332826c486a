//! Which placement speaks for which path: what is named, and what that carves out of others.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use super::context::Context;
use super::expand::Expanded;
use crate::manifest::{Target, Wish};
use crate::tree::{Address, Selection};

/// The targets of all roots and all targets that are named, whether or not something goes there in
/// this run, and what `absent` names or matches.
#[derive(Debug, Default)]
pub(super) struct Claims<'a> {
    pub(super) targets: BTreeMap<Address, usize>,
    pub(super) unwanted: Unwished<'a>,
}

/// What the `absent` placements speak of: named paths, and the few patterns.
#[derive(Debug, Default)]
pub(super) struct Unwished<'a> {
    named: BTreeMap<Address, usize>,
    /// Those of the named that lie below no other.
    topmost: BTreeSet<Address>,
    matched: Vec<(usize, &'a Selection)>,
}

/// What other placements carve out of one root.
#[derive(Debug, Clone, Default)]
pub(super) struct Carving<'a> {
    targets: BTreeMap<Address, usize>,
    matched: Vec<&'a Selection>,
}

impl<'a> Claims<'a> {
    pub(super) fn new(context: &Context<'a>, expanded: &Expanded) -> Self {
        let named = context.placements.iter().enumerate();
        let named = named.filter_map(|(number, placement)| {
            let target = named_target(&placement.placement.wish)?;
            Some((target.clone(), number))
        });
        let roots = expanded.roots.iter();
        let roots = roots.map(|root| (root.target.clone(), root.placement));
        Self {
            // Built in one go: to insert one by one compares long paths far more often.
            targets: named.chain(roots).collect(),
            unwanted: Unwished::of(context),
        }
    }

    /// What others carve out of the root of `placement` at `target`.
    pub(super) fn carving(&self, target: &Address, placement: usize) -> Carving<'a> {
        let targets =
            strictly_below(&self.targets, target).filter(|(_, other)| **other != placement);
        let named = strictly_below(&self.unwanted.named, target);
        let near = |selection: &&Selection| {
            selection.base.is_at_or_below(target) || target.is_at_or_below(&selection.base)
        };
        Carving {
            targets: targets
                .chain(named)
                .map(|(address, other)| (address.clone(), *other))
                .collect(),
            matched: self
                .unwanted
                .matched
                .iter()
                .map(|(_, selection)| *selection)
                .filter(near)
                .collect(),
        }
    }
}

pub(super) fn named_target(wish: &Wish) -> Option<&Address> {
    match wish {
        Wish::Copy(transfer, _) | Wish::Move(transfer, _) | Wish::Mirror(transfer, ..) => {
            match &transfer.target {
                Target::Exactly(target) => Some(target),
                Target::Into(..) => None,
            }
        }
        Wish::Folder(target) => Some(target),
        Wish::Absent(..) => None,
    }
}

impl<'a> Unwished<'a> {
    fn of(context: &Context<'a>) -> Self {
        let mut unwished = Self::default();
        for (number, placement) in context.placements.iter().enumerate() {
            let Wish::Absent(selection, ..) = &placement.placement.wish else {
                continue;
            };
            if selection.below.is_some() {
                unwished.matched.push((number, selection));
            } else {
                unwished.named.insert(selection.base.clone(), number);
            }
        }
        let mut last: Option<&Address> = None;
        for address in unwished.named.keys() {
            if !last.is_some_and(|last| address.is_at_or_below(last)) {
                unwished.topmost.insert(address.clone());
                last = Some(address);
            }
        }
        unwished
    }

    /// Whether an address is named or lies below one that is. In the order of addresses nothing
    /// topmost stands between a folder and what it holds.
    fn is_at_or_below_named(&self, address: &Address) -> bool {
        let before = self.topmost.range(..=address).next_back();
        before.is_some_and(|above| address.is_at_or_below(above))
    }

    /// The placement that wants nothing at an address or at a folder on the way to it.
    pub(super) fn at_or_above(&self, address: &Address) -> Option<usize> {
        let mut path = self
            .is_at_or_below_named(address)
            .then(|| address.path.clone());
        while let Some(next) = path {
            path = next.parent();
            if let Some(number) = self.named.get(&Address::new(address.space.clone(), next)) {
                return Some(*number);
            }
        }
        let covers = |selection: &Selection| selection.covers(&address.space, &address.path);
        self.matched
            .iter()
            .find(|(_, selection)| covers(selection))
            .map(|(number, _)| *number)
    }
}

impl Carving<'_> {
    /// Whether nothing is carved out.
    pub(super) fn is_empty(&self) -> bool {
        self.targets.is_empty() && self.matched.is_empty()
    }

    /// Whether another placement speaks for this very path, and so for all below it.
    pub(super) fn takes(&self, address: &Address) -> bool {
        self.targets.contains_key(address) || self.is_unwanted(address)
    }

    /// Whether another placement speaks for this path or for one below it.
    pub(super) fn touches(&self, address: &Address) -> bool {
        self.targets.contains_key(address)
            || strictly_below(&self.targets, address).next().is_some()
            || self.is_unwanted(address)
    }

    fn is_unwanted(&self, address: &Address) -> bool {
        self.matched
            .iter()
            .any(|selection| selection.matches(&address.space, &address.path))
    }
}

/// The entries of a map by address that lie below one, the nearest first.
pub(super) fn strictly_below<'m, T>(
    map: &'m BTreeMap<Address, T>,
    address: &'m Address,
) -> impl Iterator<Item = (&'m Address, &'m T)> {
    map.range((Bound::Excluded(address), Bound::Unbounded))
        .take_while(move |(below, _)| below.is_strictly_below(address))
}
