//! The files that are damaged: the samples of every format, and where their frames stand.

use std::ops::Range;

use reshelve::journal::Record;
use reshelve::journal::codec::{Tail, decode};
use reshelve::plan::{Plan, file as plan_file};
use reshelve::state::{State, file as state_file};

/// The header of a journal, in bytes.
pub(crate) const HEADER: usize = 20;
/// What stands before the payload of a frame, in bytes.
const HEAD: usize = 33;

pub(crate) const JOURNALS: [&[u8]; 2] = [
    include_bytes!("../fixtures/formats/journal/v1/every-fact"),
    include_bytes!("../fixtures/formats/journal/v1/facts-of-a-service"),
];
pub(crate) const STATE: &[u8] = include_bytes!("../fixtures/formats/state/v1/three-records.json");
/// The plan that the first journal belongs to.
pub(crate) const PLAN: &[u8] = include_bytes!("../fixtures/formats/plan/v1/one-of-everything.json");

/// The records of a journal without damage.
pub(crate) fn records(bytes: &[u8]) -> Vec<Record> {
    let decoded = decode(bytes).unwrap();
    assert_eq!(decoded.tail, Tail::Clean);
    decoded.records
}

pub(crate) fn state() -> State {
    state_file::read(STATE).unwrap().0
}

pub(crate) fn plan() -> Plan {
    plan_file::read(PLAN).unwrap()
}

/// Where each frame of a journal stands, told by the documented form alone.
pub(crate) fn frames(journal: &[u8]) -> Vec<Range<usize>> {
    let mut frames = Vec::new();
    let mut start = HEADER;
    while start < journal.len() {
        let length = u32::from_le_bytes(journal[start..start + 4].try_into().unwrap());
        let end = start + HEAD + length as usize;
        frames.push(start..end);
        start = end;
    }
    frames
}
