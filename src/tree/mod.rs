//! One model of storage for desired, observed and recorded trees: paths, patterns, entries and
//! the arena that holds a million of them.

mod digest;
mod entry;
mod listing;
mod observed;
mod path;
mod pattern;
mod tree;
mod unseen;

pub use digest::{Digest, subtree_digest};
pub use entry::{Attributes, EntryId, EntryKind, Fingerprint, Timestamp};
pub use listing::{Entry, IdRef, Listing};
pub use observed::{ObservedSpace, ObservedWorld};
pub use path::{Address, EntryPath, PathError, SpaceAlias};
pub use pattern::{Pattern, PatternError, PatternSet, Selection};
pub use tree::{EntryIndex, Tree, TreeError};
pub use unseen::{SpelledOut, is_unseen};
