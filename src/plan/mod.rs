//! Deciding: from desired, observed and recorded trees to the fewest calls, proven.

mod adoption;
mod capabilities;
mod operation;
mod plan;
mod planner;
mod scope;
mod simulate;
mod world;

pub use adoption::Adoptions;
pub use capabilities::{
    BatchKey, BatchRule, Bin, Capabilities, CaseRule, CopiedTime, Fact, FingerprintRule,
    FolderTransfer, Identity, MissingParents, NameCheck, Naming,
};
pub use operation::{Action, Operation, OperationId, Place, Reason, Reliance, Strategy};
pub use plan::{BasedOn, Batch, BatchId, Cost, GuardReading, Plan, Recording, Summary, Verdict};
pub use planner::PlanInput;
pub use scope::{Reach, Scope};
pub use simulate::SimulationError;
pub use world::{Node, World};
