//! Whole calls without HTTP: what is refused on the way to a handler, faults, and the switches
//! that show in replies.

mod desk;
mod refusals;
mod switches;
