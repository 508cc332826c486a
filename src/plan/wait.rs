//! Why one call waits for another.

use serde::Serialize;

use super::graph::Cause;
use super::operation::OperationId;
use super::plan::BatchId;

/// That a call waits for one before it, with two operations that tell why. Others of the same
/// calls may say the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Wait {
    /// The call before.
    pub before: BatchId,
    /// What the waiting call carries.
    pub operation: OperationId,
    /// What the call before carries.
    pub other: OperationId,
    /// Why the one comes after the other.
    pub cause: Cause,
}
