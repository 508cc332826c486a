//! Runs over spaces in memory: whole ones, and those whose calls are in doubt.

mod doubt;
mod ordinary;
mod service;
