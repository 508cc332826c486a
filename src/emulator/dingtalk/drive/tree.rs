//! The tree of one space.

use super::entry::Entry;
pub(crate) use crate::emulator::tree::folded;

/// All entries of a space, its root included.
pub(crate) type Tree = crate::emulator::tree::Tree<Entry>;
