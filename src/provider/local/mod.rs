//! Folders of this machine, reached through handles only: no symbolic link is ever followed.

mod failure;
mod fetch;
mod local;
mod root;
mod scan;
mod sheet;
mod sight;

pub use local::LocalProvider;

#[cfg(test)]
mod tests;
