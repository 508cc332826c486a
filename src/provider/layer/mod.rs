//! Providers around providers: each adds one habit and keeps the contract.

mod budget;
mod fault;
mod read_only;
mod retry_reads;
mod trace;

pub use fault::{FaultLayer, FaultRates};
pub use read_only::ReadOnlyLayer;
pub use retry_reads::{Pause, RetryReadsLayer, SystemPause};
pub use trace::{CallCounts, TraceLayer};
