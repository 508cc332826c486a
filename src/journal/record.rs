//! What a run says of itself: intents before calls, and what came of them.

use serde::{Deserialize, Serialize};

use crate::plan::{BatchId, OperationId};
use crate::state::{Lineage, PlanId, RunId, Seen};
use crate::tree::{Address, EntryId, EntryKind, Timestamp};

/// One record of a journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// Its number in the journal, from 0.
    pub sequence: u64,
    /// When it was written.
    pub at: Timestamp,
    /// What it says.
    pub fact: Fact,
}

/// What a record says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "type")]
pub enum Fact {
    /// A run begins. The plan stands beside the journal.
    RunStart {
        /// The run.
        run: RunId,
        /// What it applies.
        plan: PlanId,
        /// To which state.
        lineage: Lineage,
        /// How often that state had been written.
        serial: u64,
        /// Which program.
        program: String,
    },
    /// A call is about to be made. Durable before the call.
    Intent {
        /// The call.
        batch: BatchId,
        /// How often it was tried before.
        attempt: u32,
        /// Its items; fewer than the batch's where some are settled.
        operations: Vec<OperationId>,
    },
    /// A call was answered, and the service goes on with tasks. Durable before they are asked for.
    Tasks {
        /// The call.
        batch: BatchId,
        /// The service's ids of the tasks.
        tasks: Vec<String>,
        /// Which task carries which operation. Empty in journals of before tasks were told apart.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        items: Vec<TaskItem>,
    },
    /// An operation is done.
    Done {
        /// The operation.
        operation: OperationId,
        /// How it is known.
        evidence: Evidence,
        /// The id of the entry that came to be or was moved.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<EntryId>,
        /// The name that the service gave, where it was not the one asked for.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        /// Where a removed entry can be found again.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        bin: Option<String>,
    },
    /// An operation failed and had no effect.
    Failed {
        /// The operation.
        operation: OperationId,
        /// The kind of error, as a word.
        kind: String,
        /// What the provider said.
        message: String,
    },
    /// Nobody knows whether the operation had an effect.
    Unknown {
        /// The operation.
        operation: OperationId,
        /// What the provider said.
        message: String,
    },
    /// Observing showed that an operation in doubt had no effect.
    Absent {
        /// The operation.
        operation: OperationId,
    },
    /// An operation was not tried, because one that it follows was not done.
    Skipped {
        /// The operation.
        operation: OperationId,
        /// The one that it follows; itself where the run was stopped.
        because: OperationId,
    },
    /// An entry was read back after the last batch and is as simulated.
    Verified {
        /// The entry.
        target: Address,
        /// What it is.
        kind: EntryKind,
        /// How it is.
        seen: Seen,
    },
    /// An entry was read back and is not as simulated.
    Differs {
        /// The entry.
        target: Address,
        /// What was expected and what is there.
        message: String,
    },
    /// What was left of this run was settled, and is not to be resumed again.
    Resumed {
        /// The run that carried out the rest; `None` where nothing was left to do.
        by: Option<RunId>,
    },
    /// The state was written.
    Checkpoint {
        /// Its serial.
        serial: u64,
    },
    /// A run ends.
    RunEnd {
        /// How.
        outcome: Outcome,
    },
}

/// An operation that a task of the service carries, and what is true once the task succeeded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskItem {
    /// The operation.
    pub operation: OperationId,
    /// The service's id of the task.
    pub task: String,
    /// The id of the entry that comes to be or is moved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<EntryId>,
    /// The name that the service gives, where it is not the one asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Where a removed entry can be found again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bin: Option<String>,
}

/// How it is known that an operation is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Evidence {
    /// The service said so.
    Reply,
    /// It was seen afterwards.
    Observed,
}

/// How a run ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Every operation is done and everything is as simulated.
    Complete,
    /// Something failed, was skipped, differs or is unresolved.
    Partial,
    /// A person or the system asked to stop.
    Interrupted,
}
