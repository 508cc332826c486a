//! The commands, one a file.

mod completions;
mod drift;
mod init;
mod plan;
mod providers;
mod schema;
mod show;
mod state;
mod validate;

pub(crate) use completions::completions;
pub(crate) use drift::drift;
pub(crate) use init::init;
pub(crate) use plan::plan;
pub(crate) use providers::providers;
pub(crate) use schema::schema;
pub(crate) use show::show;
pub(crate) use state::state;
pub(crate) use validate::validate;
