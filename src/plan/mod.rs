//! Deciding: from desired, observed and recorded trees to the fewest calls, proven.

mod ability;
mod adoption;
mod adoption_row;
mod approval;
mod batch;
mod beside;
mod bound;
mod capabilities;
mod change;
mod choices;
mod claims;
mod clashes;
mod conflict;
mod context;
mod decide;
mod departures;
mod detour;
mod diff;
mod difference;
mod entry;
mod exchange;
mod expand;
mod explain;
mod explanation;
mod fewest;
pub mod file;
mod folders;
pub mod freshness;
mod gap;
mod graph;
mod guard;
mod journeys;
mod keep;
mod key;
mod known;
mod leaving;
mod links;
mod loans;
mod lower;
mod names;
mod numbering;
mod operation;
mod origins;
mod parents;
mod plan;
mod planner;
mod prove;
mod reaching;
mod reading;
mod recorded;
mod removing;
mod reuse;
mod roots;
mod rulings;
#[cfg(test)]
pub(crate) mod sample;
mod scope;
mod search;
mod share;
mod sharing;
mod simulate;
pub mod soundness;
mod source_findings;
mod speakers;
mod staging;
mod steps;
mod stopover;
mod strayed;
mod thrift;
mod transit;
mod turns;
mod vacated;
mod wait;
mod wire;
mod world;

pub use crate::manifest::{Disposal, NameCheck, Permissions};
pub(crate) use ability::inability;
pub use adoption::Adoptions;
pub use approval::unapproved;
pub use capabilities::{
    BatchKey, BatchRule, Beside, Bin, Capabilities, Carrier, CaseRule, CopiedTime, Fact,
    FingerprintRule, FolderTransfer, Identity, MissingParents, Naming, Overwriting,
};
pub use explain::{explain, explain_saved};
pub use explanation::{
    Claim, Explanation, Row, Rule, Ruling, Sight, SourceSight, Step, UnknownPath,
};
pub use file::PlanFileError;
pub use freshness::{Differences, Stale};
pub use gap::{Gap, GapReason};
pub use graph::Cause;
pub use known::{KnownEntries, KnownEntry};
pub(crate) use numbering::{is_expected, numbered};
pub use operation::{Action, Operation, OperationId, Place, Reason, Reliance, Strategy};
pub use plan::{
    BasedOn, Batch, BatchId, CallCount, Cost, GuardReading, MonthlyBudget, Plan, Recording,
    Summary, Verdict,
};
pub use planner::{PlanInput, plan};
pub use reading::{Reading, Way};
pub use scope::{Reach, Scope, scopes};
pub use simulate::SimulationError;
pub use staging::{is_of_staging_folder, is_staged, is_staging, staged_origins};
pub use wait::Wait;
pub use world::{Node, World};
