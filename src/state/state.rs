//! The provenance of what was placed. Helpful, never required: observation is truth.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::tree::{
    Address, Attributes, Digest, EntryId, EntryKind, EntryPath, SpaceAlias, Timestamp,
};

/// What earlier runs placed or took over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    /// Which state this is, from its first write on.
    pub lineage: Lineage,
    /// How often it was written.
    pub serial: u64,
    /// The digest of the file that it followed; `None` for the first.
    pub previous: Option<Digest>,
    /// The storage root that each alias meant, so that an alias that is given to another space
    /// does not inherit its records.
    pub spaces: BTreeMap<SpaceAlias, String>,
    /// How many calls it took to list what is needed of a space, when it was listed last.
    pub listings: BTreeMap<SpaceAlias, ListingCalls>,
    /// The records by target.
    pub records: BTreeMap<Address, Provenance>,
    /// Plans that were applied, the newest last; a plan is applied at most once.
    pub used_plans: Vec<PlanId>,
}

/// How many calls listings of a space took; 0 where there was none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListingCalls {
    /// Of the whole space at once.
    #[serde(default, skip_serializing_if = "is_none_made")]
    pub flat: u64,
    /// Of the needed folders, one by one.
    #[serde(default, skip_serializing_if = "is_none_made")]
    pub by_folder: u64,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands over a reference"
)]
fn is_none_made(calls: &u64) -> bool {
    *calls == 0
}

/// What is known of one placed entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provenance {
    /// The placement that asked for it.
    pub placement: PlacementRef,
    /// What it is.
    pub kind: EntryKind,
    /// The path that was wished, where it was placed under another name beside it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wished: Option<EntryPath>,
    /// From which version of which entry; `None` for folders that were made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Source>,
    /// The entry as it was after it was placed.
    pub target: Seen,
    /// How it came to be ours.
    pub proof: Proof,
    /// The run that recorded it.
    pub run: RunId,
}

/// Where content came from, and how it looked then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// The entry.
    pub address: Address,
    /// How it looked when it was placed.
    pub seen: Seen,
}

/// An entry's identity and content at one time.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// The service's id, where it has ids.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<EntryId>,
    /// What tells its content.
    pub attributes: Attributes,
}

/// How an entry came to be ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Proof {
    /// We placed it.
    Placed,
    /// It was there with proven equal content.
    Adopted,
    /// It was there, and nothing proves its content.
    Unverified,
    /// We placed it on its way: it still has to get the wished name or place.
    Halfway,
}

/// A placement across manifests.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct PlacementRef {
    /// The manifest's name.
    pub manifest: Box<str>,
    /// The placement's id.
    pub placement: Box<str>,
}

/// The identity of a state: random text, given at its first write.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Lineage(Box<str>);

/// The identity of a plan: `sha256:…` over its content.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PlanId(Box<str>);

/// The identity of a run.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RunId(Box<str>);

/// The most plans that are remembered as used.
const REMEMBERED_PLANS: usize = 1000;

impl State {
    /// A state that knows nothing yet.
    pub fn new(lineage: Lineage) -> Self {
        Self {
            lineage,
            serial: 0,
            previous: None,
            spaces: BTreeMap::new(),
            listings: BTreeMap::new(),
            records: BTreeMap::new(),
            used_plans: Vec::new(),
        }
    }

    /// Remembers that a plan was applied; the oldest of a thousand is forgotten.
    pub fn use_plan(&mut self, plan: PlanId) {
        if self.used_plans.len() >= REMEMBERED_PLANS {
            self.used_plans.remove(0);
        }
        self.used_plans.push(plan);
    }

    /// Whether a plan was applied before.
    pub fn has_used(&self, plan: &PlanId) -> bool {
        self.used_plans.contains(plan)
    }
}

macro_rules! text_newtype {
    ($name:ident) => {
        impl $name {
            /// Takes the text as it is.
            pub fn new(text: &str) -> Self {
                Self(text.into())
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(&self.0)
            }
        }
    };
}

text_newtype!(Lineage);
text_newtype!(PlanId);
text_newtype!(RunId);

impl RunId {
    /// Stands in a plan for the run that will apply it.
    pub fn none() -> Self {
        Self::new("")
    }

    /// The id of a run that begins at this time. Ids sort by time; the seed, which is to be
    /// random, keeps runs of one millisecond apart.
    pub fn at(time: Timestamp, seed: u64) -> Self {
        let time = jiff::Timestamp::from_nanosecond(i128::from(time.nanoseconds()))
            .unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        let time = time.strftime("%Y%m%dT%H%M%S%3f");
        Self(format!("{time}-{:08x}", seed as u32).into())
    }
}

impl Lineage {
    /// The lineage of a new state; the seed is to be random.
    pub fn from_seed(seed: u128) -> Self {
        Self(format!("{seed:032x}").into())
    }
}

impl fmt::Display for PlacementRef {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.manifest, self.placement)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn run_ids_sort_by_time() {
        let ids: Vec<_> = [(0, 9), (1_795_265_700_123_999_999, 5), (i64::MAX, 0)]
            .map(|(nanoseconds, seed)| RunId::at(Timestamp::from_nanoseconds(nanoseconds), seed))
            .into();
        assert_eq!(ids[1].as_str(), "20261121T125500123-00000005");
        assert!(ids.is_sorted());
    }

    #[test]
    fn only_so_many_plans_are_remembered() {
        let mut state = State::new(Lineage::from_seed(1));
        let plan = |number: usize| PlanId::new(&number.to_string());
        for number in 0..=REMEMBERED_PLANS {
            state.use_plan(plan(number));
        }
        assert!(!state.has_used(&plan(0)));
        assert!(state.has_used(&plan(1)));
        assert!(state.has_used(&plan(REMEMBERED_PLANS)));
    }
}
