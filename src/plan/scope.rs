//! What has to be observed: data for the observer, which knows no manifest.

use crate::tree::Address;

/// A part of a space that must be known.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Scope {
    /// Where it begins.
    pub address: Address,
    /// How far down it goes.
    pub reach: Reach,
}

/// How far down a scope goes. A further reach includes the nearer ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// The entry itself: every folder on the way to it is listed.
    Entry,
    /// The entry and what it holds directly.
    Children,
    /// The entry and everything below it.
    Subtree,
}
