//! A plan as inert data, with one verdict.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::adoption::Adoptions;
use super::gap::GapReason;
use super::operation::{Operation, OperationId};
use super::reading::Reading;
use crate::diagnostic::Diagnostic;
use crate::manifest::{Limit, SpaceDefinition};
use crate::state::{Lineage, PlanId, Provenance};
use crate::tree::{Address, Digest, SpaceAlias, Timestamp};

/// What shall be done, in which calls, and what a person needs to judge it.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// The digest of everything else.
    pub id: PlanId,
    /// When it was made.
    pub created: Timestamp,
    /// When it can no longer be applied.
    pub expires: Timestamp,
    /// What it was made from.
    pub based_on: BasedOn,
    /// The spaces as the manifests define them.
    pub spaces: BTreeMap<SpaceAlias, SpaceDefinition>,
    /// The items, in the order of their numbers, which is an order in which they can be done.
    pub operations: Vec<Operation>,
    /// The calls.
    pub batches: Vec<Batch>,
    /// Problems and remarks, the worst first.
    pub findings: Vec<Diagnostic>,
    /// What the state will hold of the results of operations.
    pub recordings: Vec<Recording>,
    /// What is already right and will be recorded without a call.
    pub adoptions: Adoptions,
    /// Entries of the state that nothing is known of any more: their placement is gone from the
    /// manifest, or they were taken away by others and are not wanted back.
    pub forgotten: Vec<Address>,
    /// Numbers for the reader.
    pub summary: Summary,
    /// What it costs.
    pub cost: Cost,
}

/// What a plan was made from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BasedOn {
    /// Over the meaning of all manifests of the run.
    pub manifest: Digest,
    /// The manifest files, as the user named them.
    pub files: Vec<String>,
    /// The names of these manifests, in the same order.
    #[serde(default)]
    pub names: Vec<String>,
    /// The values of `--var`, so that the manifest can be read the same way again.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub variables: BTreeMap<String, String>,
    /// Which state.
    pub lineage: Lineage,
    /// How often that state had been written.
    pub serial: u64,
}

/// One mutating call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Batch {
    /// Its number in the plan, from 1, written `b-1`.
    pub id: BatchId,
    /// The provider that is called.
    pub provider: String,
    /// The name of the call.
    pub call: String,
    /// The items, all of one kind.
    pub operations: Vec<OperationId>,
    /// The calls that must have succeeded before.
    pub after: Vec<BatchId>,
}

/// The number of a batch in its plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct BatchId(pub u32);

/// What the state will hold of one entry once its operation is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recording {
    /// The entry.
    pub target: Address,
    /// What is expected there; id and attributes of the target are replaced by what is seen.
    pub provenance: Provenance,
    /// The operation after which it is there; `None` for what was there before.
    pub operation: Option<OperationId>,
}

/// Numbers for the reader of a plan.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// Wished entries that are there, as recorded or adopted.
    pub in_place: u64,
    /// Of these, entries that the state did not know and now takes over.
    pub adopted: u64,
    /// Of the adopted, those whose content nothing proves.
    pub unverified: u64,
    /// Entries that conflict and are left alone on request.
    pub kept: u64,
    /// Entries of mirrors' targets that their sources do not have and that stay.
    pub extra: u64,
    /// Conflicts that refuse the plan.
    pub conflicts: u64,
    /// Entries observed under the targets: the base of percentages.
    pub under_targets: u64,
    /// Entries that go, with their subtrees.
    pub removed: u64,
    /// Files that are overwritten.
    pub overwritten: u64,
    /// Entries that are moved, with their subtrees.
    pub moved: u64,
    /// Entries that come to be by a copy, with their subtrees.
    pub copied: u64,
    /// Folders that are made.
    pub created: u64,
    /// The guards that the manifests set, and how far each is used up.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub guards: Vec<GuardReading>,
}

/// How far a guard is used up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GuardReading {
    /// Its name in the manifest, for example `max_removes`.
    pub guard: String,
    /// What the plan needs of it: entries, calls or seconds.
    pub measured: u64,
    /// What it allows; calls and seconds are a `Count`.
    pub limit: Limit,
}

/// What a plan costs.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Cost {
    /// Mutating calls: the number of batches.
    pub calls: u64,
    /// These calls by their names, the most frequent first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub calls_by_kind: Vec<CallCount>,
    /// The number below which no plan of this kind can go.
    pub lower_bound: u64,
    /// A reason for each call above the bound.
    pub gap_reasons: Vec<GapReason>,
    /// Reading calls that observing took.
    pub reads: u64,
    /// How each space was read, and what that took of the reads.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub readings: Vec<Reading>,
    /// Time at the sheets' rates.
    pub seconds: f64,
    /// Bytes that pass through this machine.
    pub bytes: u64,
    /// What the plan takes of monthly budgets of calls, one for each provider that has such.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub monthly: Vec<MonthlyBudget>,
}

/// How many calls of one kind a plan makes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallCount {
    /// The provider that is called.
    pub provider: String,
    /// The name of the call.
    pub call: String,
    /// How many there are.
    pub calls: u64,
}

/// What a plan takes of the calls that an account has in a month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MonthlyBudget {
    /// The provider.
    pub provider: String,
    /// The calls: mutating ones and reads. Reads of other providers in the same run are among
    /// them, because only their sum is known.
    pub calls: u64,
    /// How many there are in a month.
    pub of: u64,
}

/// What a plan allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Everything is as wished.
    NothingToDo,
    /// It can be applied.
    Ready,
    /// A finding stands in the way.
    Refused,
}

impl Plan {
    /// The one judgement that exit codes, reports and `apply` share.
    pub fn verdict(&self) -> Verdict {
        if self.findings.iter().any(Diagnostic::is_error) {
            Verdict::Refused
        } else if self.operations.is_empty() {
            Verdict::NothingToDo
        } else {
            Verdict::Ready
        }
    }

    /// The operation with this number.
    pub fn operation(&self, id: OperationId) -> Option<&Operation> {
        self.operations.get((id.0 as usize).checked_sub(1)?)
    }
}

impl Verdict {
    /// The word of the plan's JSON form.
    pub fn word(self) -> &'static str {
        match self {
            Self::NothingToDo => "nothing-to-do",
            Self::Ready => "ready",
            Self::Refused => "refused",
        }
    }
}

impl From<BatchId> for String {
    fn from(id: BatchId) -> Self {
        id.to_string()
    }
}

impl TryFrom<String> for BatchId {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let number = text
            .strip_prefix("b-")
            .and_then(|number| number.parse().ok());
        number
            .map(Self)
            .ok_or_else(|| format!("`{text}` is no batch id; one looks like `b-1`"))
    }
}

impl fmt::Display for BatchId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "b-{}", self.0)
    }
}
