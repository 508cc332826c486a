//! Folders of this machine, reached through handles only: no symbolic link is ever followed.

mod bin;
mod carry;
mod content;
mod copying;
mod durable;
mod execute;
mod failure;
mod fetch;
mod local;
mod moving;
mod naming;
mod relied;
mod removal;
mod root;
mod scan;
mod sheet;
mod sight;
mod staging;
mod survey;
mod work;

pub use local::LocalProvider;

#[cfg(test)]
mod tests;
