//! The fewest calls, found by trying: a search over sequences of batched calls that shares
//! nothing with the planner but addresses and trees, and the planner's plans beside what it finds.
//!
//! The rules of the search:
//!
//! * **The goal** is what a plan leads to, taken as data: each path with its kind and content. An
//!   entry that is moved, or that nobody speaks of, is the same entry in the end; a copy is a new
//!   entry with the content of the one that the plan copies. A folder that goes because all in it
//!   is moved may be the very folder that comes to be for what it held.
//! * **A call** holds at most as many items as the sheet says, all with the same batch key. Each
//!   of them is possible in the state before the call, whatever the order within it: none uses,
//!   frees or takes what another one takes, frees or makes.
//! * **An item** copies, moves, renames or removes one entry with all that it holds, or makes a
//!   folder. What is copied was observed, is unchanged since, and is no copy itself.
//! * **Targets** are where the goal has the entry, or a temporary stop. Where names are free that
//!   is a fresh name in the folder that the entry leaves or goes to, and there are no more stops
//!   than the plan itself makes: one for each cycle. Where names are kept it is one of these
//!   folders or one made for the purpose, under the name that the entry has or one that the service
//!   finds, a fresh name given by a rename, or the final name given before the move. Nothing is
//!   written where something is only copied from, and nothing stops in another space than its goal:
//!   what a run leaves there could not be told from what others put there.
//! * **Folders on the way** are made by a new folder alone, and only where the sheet says so.
//! * **Nothing is shown early**: what comes to a path that is not a stop is what the goal has
//!   there, and a folder holds nothing but what the goal has in it.
//! * **Removals come last**, but for what is replaced: it may make room once its successor waits
//!   in the same folder. A folder that was emptied may make room as soon as it is. What a sheet
//!   lets an item replace is replaced by that item.

mod bound;
mod call;
mod dice;
mod fewest;
mod item;
mod items;
mod judgement;
mod known;
#[path = "../support/laboratory.rs"]
#[expect(dead_code, reason = "the search needs no more than worlds and plans")]
mod laboratory;
mod rules;
mod search;
#[path = "../support/service.rs"]
#[expect(dead_code, reason = "the laws of a service are tried elsewhere")]
mod service;
#[path = "../support/sheets.rs"]
#[expect(dead_code, reason = "a staged copy takes more calls than a bare one")]
mod sheets;
mod simulator;
mod state;
mod table;
mod task;
mod wishes;
mod worlds;
