//! What there is to say of one path: who speaks of it, what was decided, and which calls carry it.

use serde::Serialize;

use super::gap::GapReason;
use super::operation::OperationId;
use super::plan::{Batch, BatchId};
use super::wait::Wait;
use crate::diagnostic::{Diagnostic, SourceLocation};
use crate::state::{PlacementRef, Proof};
use crate::tree::{Address, EntryKind};

/// Why one path is planned as it is.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Explanation {
    /// The path.
    pub address: Address,
    /// What is there.
    pub observed: Sight,
    /// The placement for which the state has a record of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recorded_for: Option<PlacementRef>,
    /// Which placements and protections speak of it, and how.
    pub claims: Vec<Claim>,
    /// What follows from that.
    pub rulings: Vec<Ruling>,
    /// The operations that bring it, take it away or read it, in their order, with their calls.
    pub steps: Vec<Step>,
    /// How many operations are about entries below it.
    pub below: u64,
    /// What the plan finds about this very path.
    pub findings: Vec<Diagnostic>,
    /// The calls of the whole plan.
    pub calls: u64,
    /// The calls below which the plan cannot go.
    pub lower_bound: u64,
}

/// What is at an address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "seen")]
pub enum Sight {
    /// Nobody looked.
    Unknown,
    /// Nothing.
    Nothing,
    /// An entry.
    Entry {
        /// What it is.
        kind: EntryKind,
        /// Its size; 0 for a folder.
        bytes: u64,
        /// When it was changed last, as RFC 3339 text, where that was observed.
        #[serde(skip_serializing_if = "Option::is_none")]
        modified: Option<String>,
    },
}

/// That a manifest speaks of the path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Claim {
    /// Who speaks: a placement; `None` for a protection.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub placement: Option<PlacementRef>,
    /// Where that stands.
    pub location: SourceLocation,
    /// How it comes to speak of it.
    #[serde(flatten)]
    pub rule: Rule,
}

/// How a manifest comes to speak of a path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "rule")]
pub enum Rule {
    /// It names the path as a target.
    Target,
    /// A match of its pattern belongs there.
    TargetOfMatch {
        /// The pattern.
        pattern: String,
    },
    /// The path lies in what it places.
    BelowTarget {
        /// The folder that it places.
        target: Address,
    },
    /// The path is a folder on the way to what it places.
    OnTheWay {
        /// What it places.
        target: Address,
    },
    /// It names the path as a source.
    Source,
    /// Its pattern matches the path.
    Match {
        /// The pattern.
        pattern: String,
    },
    /// The path lies in what it reads.
    BelowSource {
        /// The folder that it reads.
        source: Address,
    },
    /// It would speak of the path, were it not excluded.
    Excluded {
        /// The pattern that excludes it.
        pattern: String,
    },
    /// It would speak of the path, did not another placement.
    CarvedOut {
        /// The path that the other speaks of.
        at: Address,
    },
    /// It wants nothing there.
    Unwanted {
        /// The path or pattern.
        pattern: String,
    },
    /// It lets nothing touch the path.
    Protected {
        /// The path or pattern.
        pattern: String,
    },
}

/// One row of the decision table that applies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ruling {
    /// The placement for which it was decided.
    pub placement: PlacementRef,
    /// The row.
    pub row: Row,
    /// The entry that is judged: the path itself, or where it goes to or stands instead.
    pub target: Address,
    /// What the placement takes as the source of that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<SourceSight>,
    /// What has the same content, leaves its place anyway and is moved there instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stand_in: Option<Address>,
    /// The folder that is handled as a whole, where it is not the entry itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub with: Option<Address>,
    /// What makes the difference, where the row alone does not tell.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<&'static str>,
}

/// The other side of a comparison.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SourceSight {
    /// The source.
    pub address: Address,
    /// What is there.
    pub observed: Sight,
}

/// When is a target right, and what follows: the rows of the decision table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Row {
    /// It is there as it was placed.
    InPlace,
    /// It is right, and is taken over.
    Adopted(Proof),
    /// It is as placed, and does not follow its source.
    NotUpdated,
    /// It stands beside its wished name.
    InPlaceBeside,
    /// Its source is gone, and it is there.
    Arrived,
    /// It is not there.
    Missing,
    /// It is not there, and something with its content leaves its place anyway.
    Reused,
    /// Others took it away, and it goes back.
    Strayed,
    /// It is a folder on the way to a target, and not there.
    Parent,
    /// Its source changed.
    Changed,
    /// Something else is there and is replaced.
    Overwritten,
    /// Something else is there, and it goes beside it.
    Beside,
    /// It is at its old place.
    Misplaced,
    /// Something else is there and stays.
    Kept,
    /// Something else is there, and the plan is refused.
    Conflict,
    /// It is neither a file nor a folder.
    Special,
    /// Its source has nothing for it, and that does not matter.
    Beyond,
    /// Its source has nothing for it, and it stays nevertheless.
    Extra,
    /// Its source has nothing for it, and it goes.
    Pruned,
    /// Nothing shall be there, and it goes.
    Unwanted,
    /// Moves emptied it, and it goes.
    Emptied,
    /// It leaves for its target.
    Leaves,
    /// It is read and stays.
    Read,
}

/// An operation with the call that carries it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Step {
    /// The operation.
    pub operation: OperationId,
    /// The call.
    pub batch: BatchId,
    /// Its name.
    pub call: String,
    /// How many operations the call carries.
    pub items: u64,
    /// The calls that must have succeeded before.
    pub after: Vec<BatchId>,
    /// Why, as far as it was not the end that the call waits for.
    pub waits: Vec<Wait>,
    /// Why the call is one more than the bound has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gap: Option<GapReason>,
}

/// A path of which nothing is known.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "nothing is known of `{address}`: nothing was observed there, and no placement speaks of it"
)]
pub struct UnknownPath {
    /// The path.
    pub address: Address,
    /// A path of which something is known and that was probably meant.
    pub nearest: Option<Address>,
}

impl Step {
    pub(super) fn new(operation: OperationId, batch: &Batch) -> Self {
        Self {
            operation,
            batch: batch.id,
            call: batch.call.clone(),
            items: batch.operations.len() as u64,
            after: batch.after.clone(),
            waits: Vec::new(),
            gap: None,
        }
    }
}
