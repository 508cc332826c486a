//! reshelve
pub mod apply;
pub mod cli;
pub mod clock;
pub mod diagnostic;
pub mod drift;
pub mod journal;
pub mod manifest;
pub mod observe;
pub mod plan;
pub mod provider;
pub mod report;
pub mod state;
pub mod store;
pub mod tree;
