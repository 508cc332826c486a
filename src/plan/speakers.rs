//! Which placements and protections speak of one path, and by which rule.

use std::collections::BTreeSet;

use super::claims::{Claims, named_target};
use super::expand::{Root, SourceNaming};
use super::explain::Inquiry;
use super::explanation::{Claim, Rule};
use crate::manifest::{Transfer, Wish};
use crate::tree::{Address, EntryKind, EntryPath};

/// Everything in the manifests that speaks of the path of an inquiry, in the order of placements.
pub(super) fn speakers(inquiry: &Inquiry<'_, '_>) -> Vec<Claim> {
    let context = inquiry.context;
    let expanded = &inquiry.derived.expanded;
    let claims = Claims::new(context, expanded);
    let mut spoken: Vec<(usize, Rule)> = Vec::new();
    let mut rooted = BTreeSet::new();
    for root in &expanded.roots {
        rooted.insert(root.placement);
        for rule in of_root(inquiry, root, &claims) {
            let is_new = |(placement, other): &(usize, Rule)| {
                *placement != root.placement || !other.says_the_same(&rule)
            };
            if spoken.iter().all(is_new) {
                spoken.push((root.placement, rule));
            }
        }
    }
    for (number, placement) in context.placements.iter().enumerate() {
        let wish = &placement.placement.wish;
        let rules = unrooted(inquiry.address, wish);
        let is_told = rooted.contains(&number);
        spoken.extend(
            rules
                .into_iter()
                .filter(|_| !is_told)
                .map(|it| (number, it)),
        );
    }
    spoken.sort_by_key(|(number, _)| *number);
    let placed = spoken.into_iter().map(|(number, rule)| Claim {
        placement: Some(inquiry.reference(number)),
        location: context.placement(number).location.clone(),
        rule,
    });
    placed.chain(protections(inquiry)).collect()
}

fn of_root(inquiry: &Inquiry<'_, '_>, root: &Root, claims: &Claims<'_>) -> Vec<Rule> {
    let address = inquiry.address;
    let pattern = match inquiry.context.wish(root.placement).transfer() {
        Some(transfer) if root.naming == SourceNaming::Matched => Some(&transfer.source),
        _ => None,
    };
    let mut rules = Vec::new();
    if root.target == *address {
        rules.push(match pattern {
            Some(pattern) => Rule::TargetOfMatch {
                pattern: pattern.to_string(),
            },
            None => Rule::Target,
        });
    } else if address.is_strictly_below(&root.target) {
        rules.extend(below_target(inquiry, root, claims));
    } else if root.target.is_strictly_below(address) && !address.path.is_root() {
        rules.push(Rule::OnTheWay {
            target: root.target.clone(),
        });
    }
    let Some(source) = &root.source else {
        return rules;
    };
    if source.address == *address {
        rules.push(match pattern {
            Some(pattern) => Rule::Match {
                pattern: pattern.to_string(),
            },
            None => Rule::Source,
        });
    } else if address.is_strictly_below(&source.address) {
        let transfer = inquiry.context.wish(root.placement).transfer();
        let relative = address.path.below(&source.address.path);
        let below = Rule::BelowSource {
            source: source.address.clone(),
        };
        rules.push(excluded(transfer, relative).unwrap_or(below));
    }
    rules
}

/// How a root speaks of a path below its target.
fn below_target(inquiry: &Inquiry<'_, '_>, root: &Root, claims: &Claims<'_>) -> Option<Rule> {
    let (context, address) = (inquiry.context, inquiry.address);
    let source = root.source.as_ref()?;
    if context.world.kind(source.node) != EntryKind::Folder {
        return None;
    }
    let carving = claims.carving(&root.target, root.placement);
    let above = address
        .path
        .ancestors()
        .into_iter()
        .chain([address.path.clone()]);
    let above = above.map(|path| Address::new(address.space.clone(), path));
    let mut taken = above.filter(|at| at.is_strictly_below(&root.target) && carving.takes(at));
    if let Some(at) = taken.next() {
        return Some(Rule::CarvedOut { at });
    }
    let relative = address.path.below(&root.target.path);
    let transfer = context.wish(root.placement).transfer();
    let below = Rule::BelowTarget {
        target: root.target.clone(),
    };
    Some(excluded(transfer, relative).unwrap_or(below))
}

fn excluded(transfer: Option<&Transfer>, relative: Option<EntryPath>) -> Option<Rule> {
    let pattern = transfer?.exclude.covering(&relative?)?;
    Some(Rule::Excluded {
        pattern: pattern.as_str().to_owned(),
    })
}

/// How a placement speaks of a path although nothing goes anywhere for it: its source is missing,
/// or it wants nothing.
fn unrooted(address: &Address, wish: &Wish) -> Vec<Rule> {
    if let Wish::Absent(selection, ..) = wish {
        let pattern = selection.to_string();
        let covers = selection.covers(&address.space, &address.path);
        return covers
            .then_some(Rule::Unwanted { pattern })
            .into_iter()
            .collect();
    }
    let mut rules = Vec::new();
    if named_target(wish) == Some(address) {
        rules.push(Rule::Target);
    }
    let source = wish.transfer().map(|transfer| &transfer.source);
    if source.is_some_and(|source| source.below.is_none() && source.base == *address) {
        rules.push(Rule::Source);
    }
    rules
}

fn protections(inquiry: &Inquiry<'_, '_>) -> Vec<Claim> {
    let address = inquiry.address;
    let manifests = inquiry.context.input.manifests.iter();
    let protections = manifests.flat_map(|manifest| &manifest.protect);
    protections
        .filter(|rule| rule.selection.covers(&address.space, &address.path))
        .map(|rule| Claim {
            placement: None,
            location: rule.location.clone(),
            rule: Rule::Protected {
                pattern: rule.selection.to_string(),
            },
        })
        .collect()
}

impl Rule {
    /// Whether a manifest speaks of the path by its name, and not of a folder around it.
    pub(super) fn is_direct(&self) -> bool {
        match self {
            Self::Target
            | Self::TargetOfMatch { .. }
            | Self::OnTheWay { .. }
            | Self::Source
            | Self::Match { .. } => true,
            Self::BelowTarget { .. }
            | Self::BelowSource { .. }
            | Self::Excluded { .. }
            | Self::CarvedOut { .. }
            | Self::Unwanted { .. }
            | Self::Protected { .. } => false,
        }
    }

    /// Whether another rule of the same placement adds nothing.
    fn says_the_same(&self, other: &Self) -> bool {
        let both_pass = matches!(
            (self, other),
            (Self::OnTheWay { .. }, Self::OnTheWay { .. })
        );
        both_pass || self == other
    }
}
