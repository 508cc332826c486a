//! Whole frames of a journal in the wrong place: exchanged, doubled, left out, or of another run.

use reshelve::journal::codec::{Tail, decode};

use crate::golden::{HEADER, JOURNALS, frames, records};

/// The frames of a journal, each with its bytes.
fn pieces(journal: &[u8]) -> Vec<&[u8]> {
    frames(journal)
        .into_iter()
        .map(|frame| &journal[frame])
        .collect()
}

/// Reads frames in an order that nobody wrote: what comes out begins the journal as it was, and
/// where that is not all of it the damage is known for what it is.
fn check(golden: &[u8], order: &[&[u8]], what: &str) {
    let journal = [&golden[..HEADER], &order.concat()].concat();
    let whole = records(golden);
    let decoded = decode(&journal).unwrap();
    assert!(whole.starts_with(&decoded.records), "{what}");
    if golden.starts_with(&journal) {
        assert_eq!(decoded.tail, Tail::Clean, "{what}");
    } else if journal != golden {
        assert!(
            matches!(decoded.tail, Tail::Damaged { .. }),
            "{what}: {:?}",
            decoded.tail
        );
    }
}

#[test]
fn exchanged_frames_are_damage() {
    for golden in JOURNALS {
        let pieces = pieces(golden);
        for first in 0..pieces.len() {
            for second in first + 1..pieces.len() {
                let mut order = pieces.clone();
                order.swap(first, second);
                check(golden, &order, &format!("{first} and {second} exchanged"));
            }
        }
    }
}

#[test]
fn doubled_frames_are_damage() {
    for golden in JOURNALS {
        let pieces = pieces(golden);
        for doubled in 0..pieces.len() {
            for place in 0..=pieces.len() {
                let mut order = pieces.clone();
                order.insert(place, pieces[doubled]);
                check(golden, &order, &format!("{doubled} once more at {place}"));
            }
        }
    }
}

#[test]
fn frames_that_are_left_out_are_damage() {
    for golden in JOURNALS {
        let pieces = pieces(golden);
        for first in 0..pieces.len() {
            for end in first + 1..=pieces.len() {
                let order = [&pieces[..first], &pieces[end..]].concat();
                check(golden, &order, &format!("without {first} to {end}"));
            }
        }
    }
}

#[test]
fn frames_of_another_journal_are_damage() {
    let [golden, other] = JOURNALS;
    for (golden, other) in [(golden, other), (other, golden)] {
        let pieces = pieces(golden);
        for place in 0..pieces.len() {
            // The first frame of every journal follows the same header, so only later ones can
            // be told from the frames of this journal by what they follow.
            for (number, frame) in frames(other).into_iter().enumerate().skip(1) {
                let mut order = pieces.clone();
                order[place] = &other[frame];
                check(
                    golden,
                    &order,
                    &format!("{number} of another in place of {place}"),
                );
            }
        }
    }
}
