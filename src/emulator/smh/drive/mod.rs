//! The model without HTTP: libraries with their spaces, entries, recycle bins and tasks, as values.
//!
//! Nothing here knows of HTTP, a clock or chance beyond its seed. Every change goes through
//! [`Library`]; who acts, when and by which rules comes in as an [`Act`].
//!
//! | file | holds |
//! |---|---|
//! | `act` | who acts, with which rights; conflict strategies |
//! | `path` | addresses, and what names say |
//! | `entry`, `space`, `library` | one file or directory; a tree with paths into it; all of them |
//! | `landing` | where an entry comes to stand under each conflict strategy |
//! | `carry` | copy and move, inside a space and across two |
//! | `removal`, `bin` | remove for good or into the recycle bin, and back out of it |
//! | `errand`, `task` | items of a batch; work that goes on after the reply |
//! | `directory`, `upload` | new directories; files from their bytes |
//! | `page` | what a list shows |
//! | `plant` | what a seed says |

mod act;
mod bin;
mod carry;
mod directory;
mod entry;
mod errand;
mod landing;
mod library;
mod page;
mod path;
mod plant;
mod removal;
mod space;
mod task;
mod upload;

pub(crate) use act::{Act, Mischief, Rights, Strategy, TaskFate};
pub(crate) use bin::{BinItem, Orphan, Return};
pub(crate) use carry::{Carriage, Landed, Spot, Verb, Wanted};
pub(crate) use entry::{Content, Details, Entry, Kind, ROOT};
pub(crate) use errand::{End, Errand};
pub(crate) use library::{Bin, History, Library, ONLY_SPACE, Reading, Tenants};
pub(crate) use page::{Cut, Direction, LARGEST_PAGE, ListOrder, Mixture, OrderBy, USUAL_PAGE};
pub(crate) use path::{Path, file_type, path};
pub(crate) use removal::{Removal, Way};
pub(crate) use space::{Quota, Space};
pub(crate) use task::{Task, Work};
pub(crate) use upload::Confirmation;
