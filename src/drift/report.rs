//! What drifted, item by item, as values.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use serde::Serialize;

use crate::state::{PlacementRef, RunId, Seen};
use crate::tree::Address;

/// Everything that is not as it was placed or not as it is wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct DriftReport {
    /// The items, by address; a second item of one address is of another kind.
    pub items: Vec<DriftItem>,
    /// Wished entries that are as they shall be.
    pub in_place: u64,
    /// Recorded entries of these manifests that were not looked at: no placement speaks of them any
    /// more, or the part that was planned does not.
    pub unwatched: u64,
}

/// One entry that drifted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DriftItem {
    /// The entry, where it shall be.
    pub target: Address,
    /// What became of it.
    pub kind: DriftKind,
    /// The placement that speaks of it, as far as one is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub placement: Option<PlacementRef>,
    /// How it was when it was placed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recorded: Option<Seen>,
    /// How it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub observed: Option<Seen>,
    /// Where it comes from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<Address>,
    /// The run that placed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run: Option<RunId>,
}

/// What became of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum DriftKind {
    /// We placed it and it is gone.
    Missing,
    /// We placed it and somebody changed it.
    Changed,
    /// We placed a file and there is a folder, or the reverse.
    Replaced,
    /// The source changed after we placed it.
    Outdated,
    /// The source is gone.
    SourceMissing,
    /// It is wanted and was never placed.
    NotPlaced,
    /// Something that we did not place stands where an entry is wanted.
    Conflict,
    /// It is there and shall not be.
    Unwanted,
    /// A mirror's target holds it and the source does not; pruning only reports it.
    Extra,
    /// It differs from what is wanted and stays on request.
    Kept,
}

impl DriftReport {
    /// Whether anything differs: every kind counts but those that the manifest accepts, and these
    /// count where they are asked for.
    pub fn differs(&self, also: &BTreeSet<DriftKind>) -> bool {
        self.items
            .iter()
            .any(|item| !item.kind.is_accepted() || also.contains(&item.kind))
    }

    /// How many items there are of each kind.
    pub fn counts(&self) -> BTreeMap<DriftKind, u64> {
        let mut counts = BTreeMap::new();
        for item in &self.items {
            *counts.entry(item.kind).or_default() += 1;
        }
        counts
    }
}

impl DriftKind {
    /// Every kind, the gravest first.
    pub const ALL: [Self; 10] = [
        Self::Missing,
        Self::Changed,
        Self::Replaced,
        Self::Outdated,
        Self::SourceMissing,
        Self::NotPlaced,
        Self::Conflict,
        Self::Unwanted,
        Self::Extra,
        Self::Kept,
    ];

    /// Whether the manifest says that such entries may stay.
    pub fn is_accepted(self) -> bool {
        matches!(self, Self::Extra | Self::Kept)
    }

    /// The word for machines and for `--fail-on`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Changed => "changed",
            Self::Replaced => "replaced",
            Self::Outdated => "outdated",
            Self::SourceMissing => "source-missing",
            Self::NotPlaced => "not-placed",
            Self::Conflict => "conflict",
            Self::Unwanted => "unwanted",
            Self::Extra => "extra",
            Self::Kept => "kept",
        }
    }

    /// What it means, as the end of a sentence about the entry.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Missing => "placed, and gone since",
            Self::Changed => "placed, and changed by others since",
            Self::Replaced => "placed, and replaced by something of another kind",
            Self::Outdated => "its source changed after it was placed",
            Self::SourceMissing => "its source is gone",
            Self::NotPlaced => "wanted, and not placed yet",
            Self::Conflict => "something else stands where it is wanted",
            Self::Unwanted => "there, and shall not be",
            Self::Extra => "beyond the source, left alone",
            Self::Kept => "differs, left alone on request",
        }
    }
}

impl fmt::Display for DriftKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.word())
    }
}

impl FromStr for DriftKind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let known = Self::ALL.into_iter().find(|kind| kind.word() == text);
        known.ok_or_else(|| {
            let words: Vec<&str> = Self::ALL.into_iter().map(Self::word).collect();
            format!(
                "`{text}` is no kind of drift; the kinds are {}",
                words.join(", ")
            )
        })
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

    use super::*;

    fn report(kinds: &[DriftKind]) -> DriftReport {
        let items = kinds.iter().map(|kind| DriftItem {
            target: Address::parse("team:/a").unwrap(),
            kind: *kind,
            placement: None,
            recorded: None,
            observed: None,
            source: None,
            run: None,
        });
        DriftReport {
            items: items.collect(),
            ..DriftReport::default()
        }
    }

    #[test]
    fn accepted_kinds_differ_only_where_asked_for() {
        let none = BTreeSet::new();
        for kind in DriftKind::ALL {
            assert_eq!(
                report(&[kind]).differs(&none),
                !kind.is_accepted(),
                "{kind}"
            );
            assert!(report(&[kind]).differs(&BTreeSet::from([kind])), "{kind}");
            assert_eq!(kind.word().parse(), Ok(kind));
        }
        assert!(!report(&[]).differs(&none));
        assert!("gone".parse::<DriftKind>().unwrap_err().contains("missing"));
        let counts = report(&[DriftKind::Extra, DriftKind::Extra, DriftKind::Kept]).counts();
        assert_eq!(counts[&DriftKind::Extra], 2);
    }
}
