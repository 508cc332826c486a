//! The commands, one a file.

mod apply;
mod completions;
mod drift;
mod explain;
mod init;
mod inventory;
mod plan;
mod providers;
mod resume;
mod schema;
mod show;
mod state;
mod validate;

pub(crate) use apply::apply;
pub(crate) use completions::completions;
pub(crate) use drift::drift;
pub(crate) use explain::explain;
pub(crate) use init::init;
pub(crate) use inventory::inventory;
pub(crate) use plan::plan;
pub(crate) use providers::providers;
pub(crate) use resume::resume;
pub(crate) use schema::schema;
pub(crate) use show::{show, show_run};
pub(crate) use state::state;
pub(crate) use validate::validate;
