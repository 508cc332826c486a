//! The drive: spaces with their trees, the recycle bin, tasks and uploads, as values.
//!
//! Nothing here knows of HTTP, a clock or chance beyond its seed. Every change goes through
//! [`Drive`]; who acts, when and by which rules comes in as an [`Act`].
//!
//! | file | holds |
//! |---|---|
//! | `entry`, `tree` | one file or folder; the entries of a space and who is below whom |
//! | `space`, `drive` | a space and its limits; all of them, ids, and the rights of people |
//! | `names` | which names are allowed, which clash, what a free one looks like |
//! | `landing` | where an entry comes to stand under each conflict strategy |
//! | `carry` | copy and move: one entry, and whole folders as tasks |
//! | `removal`, `bin` | remove for good or into the bin, and back out of it |
//! | `task` | work that goes on after the reply |
//! | `folder`, `change` | new folders; renames, properties, versions |
//! | `page` | listing in pages that hold while the drive changes |
//! | `upload` | files from their bytes |
//! | `plant` | what a seed says |

mod act;
mod bin;
mod carry;
mod change;
mod drive;
mod entry;
mod folder;
mod landing;
mod names;
mod page;
mod plant;
mod removal;
mod space;
mod task;
#[cfg(test)]
mod tests;
mod tree;
mod upload;

pub(crate) use act::{Act, Role, Spoiled, Strategy};
pub(crate) use bin::{BinItem, Restored};
pub(crate) use carry::{Carriage, Grants, Verb};
pub(crate) use drive::Drive;
pub(crate) use entry::{Content, Entry, EntryId, Kind, Property, ROOT};
pub(crate) use names::extension;
pub(crate) use page::{Direction, ListOrder, Page, PageRequest};
pub(crate) use removal::Removal;
pub(crate) use space::{Capabilities, Space, SpaceId};
pub(crate) use task::{Task, TaskStatus};
pub(crate) use tree::Tree;
pub(crate) use upload::{Commit, UPLOAD_LIFE};
