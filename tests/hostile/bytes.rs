//! Every cut, every altered bit and more, through the readers themselves.

use reshelve::journal::codec::{Tail, decode};
use reshelve::plan::file as plan_file;
use reshelve::state::file as state_file;

use crate::damage::{Damage, all, every_cut, every_flip, place};
use crate::golden::{HEADER, JOURNALS, PLAN, STATE, frames, records};

#[test]
fn a_damaged_journal_is_read_up_to_the_damage_or_refused() {
    for golden in JOURNALS {
        let whole = records(golden);
        let frames = frames(golden);
        for (damage, damaged) in all(golden) {
            let place = place(golden, &damaged);
            let decoded = match decode(&damaged) {
                Ok(decoded) => decoded,
                Err(error) => {
                    assert!(place < HEADER, "{damage}: {error}");
                    assert!(!error.to_string().is_empty());
                    continue;
                }
            };
            // What stands before the damage, and not one record more.
            let good = frames.iter().filter(|frame| frame.end <= place).count();
            assert!(place >= HEADER, "{damage}");
            assert_eq!(decoded.records, whole[..good], "{damage}");
            let rest = frames[..good].last().map_or(HEADER, |frame| frame.end);
            let ends = damaged[rest..].iter().all(|&byte| byte == 0);
            assert_eq!(decoded.tail == Tail::Clean, ends, "{damage}");
        }
    }
}

#[test]
fn bits_in_the_space_that_was_set_aside_are_noticed() {
    for golden in JOURNALS {
        let whole = records(golden);
        let mut roomy = golden.to_vec();
        roomy.resize(golden.len() + 300, 0);
        assert_eq!(decode(&roomy).unwrap().tail, Tail::Clean);
        for at in golden.len()..roomy.len() {
            for bit in 0..8 {
                let damage = Damage::Flip(at, bit);
                let decoded = decode(&damage.of(&roomy)).unwrap();
                assert_eq!(decoded.records, whole, "{damage}");
                assert_eq!(decoded.tail, Tail::Torn, "{damage}");
            }
            let decoded = decode(&roomy[..at]).unwrap();
            assert_eq!(
                (decoded.records, decoded.tail),
                (whole.clone(), Tail::Clean)
            );
        }
    }
}

#[test]
fn a_damaged_state_is_refused() {
    state_file::read(STATE).unwrap();
    for (damage, damaged) in all(STATE) {
        let error = state_file::read(&damaged)
            .map(|_| ())
            .expect_err(&damage.to_string());
        assert!(error.to_string().contains("damaged"), "{damage}: {error}");
    }
}

#[test]
fn a_damaged_plan_is_refused() {
    plan_file::read(PLAN).unwrap();
    let damages = every_cut(PLAN.len()).chain(every_flip(PLAN.len()));
    for damage in damages {
        let damaged = damage.of(PLAN);
        let error = plan_file::read(&damaged)
            .map(|_| ())
            .expect_err(&damage.to_string());
        let message = error.to_string();
        let words = ["altered", "no saved plan", "format version"];
        assert!(
            words.iter().any(|word| message.contains(word)),
            "{damage}: {message}"
        );
    }
}
