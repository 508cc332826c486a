//! reshelve
pub mod diagnostic;
pub mod manifest;
pub mod tree;
