//! Values as text, Markdown and JSON. Nothing here looks at a file, a clock or a service.

mod apply;
mod diagnostics;
mod drift;
mod escape;
mod explain;
mod gap;
mod inventory;
mod json;
mod layout;
mod markdown;
mod paint;
mod plan;
mod progress;
mod rollup;
#[cfg(test)]
pub(crate) mod sample;
mod state;

pub use apply::{ItemEnd, RunItem, RunSummary, run_markdown, run_text};
pub use diagnostics::{Detail, diagnostics_markdown, diagnostics_text};
pub use drift::{drift_markdown, drift_text};
pub use escape::{escape, escape_markdown};
pub use explain::{explanation_json, explanation_markdown, explanation_text};
pub use inventory::{inventory_markdown, inventory_text};
pub use json::{diagnostics_json, drift_json, headed_json, run_json};

pub use layout::instant;
pub use markdown::plan_markdown;
pub use plan::plan_text;
pub use progress::ProgressBar;
pub use state::{record_text, state_markdown, state_text};
