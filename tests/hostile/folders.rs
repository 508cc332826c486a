//! Damaged files in a state folder: the newest good state stands in, and what a run did is in
//! doubt from the damage on.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use reshelve::clock::FixedClock;
use reshelve::journal::{Record, RunProgress, Standing};
use reshelve::plan::OperationId;
use reshelve::state::{RunId, State};
use reshelve::store::{Holder, JournalStore, Lock, StateFolder, StateStore, StoreError, load_plan};
use reshelve::tree::Timestamp;
use tempfile::TempDir;

use crate::damage::{Damage, all, every_cut, place, sample};
use crate::golden::{HEADER, JOURNALS, PLAN, STATE, plan, records, state};

const RUN: &str = "20260921T000001Z-0a";

/// A state folder of its own.
struct Place {
    folder: TempDir,
    state_folder: StateFolder,
    lock: Lock,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let state_folder = StateFolder::at(folder.path());
        let holder = Holder::this_process(RunId::new("r"), Timestamp::default());
        let lock = Lock::take(&state_folder, &holder).unwrap();
        Self {
            folder,
            state_folder,
            lock,
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Puts a journal where a run has it, and the plan beside it.
    fn put_journal(&self, bytes: &[u8]) -> PathBuf {
        let folder = self.path("runs").join(RUN);
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("plan.json"), PLAN).unwrap();
        let path = folder.join("journal");
        fs::write(&path, bytes).unwrap();
        path
    }
}

/// Some damages by cut and one altered bit of every byte.
fn each_byte(bytes: &[u8]) -> impl Iterator<Item = (Damage, Vec<u8>)> {
    let flips = (0..bytes.len()).map(|at| Damage::Flip(at, (at % 8) as u8));
    let damages = every_cut(bytes.len()).chain(flips);
    damages.map(|damage| (damage, damage.of(bytes)))
}

#[test]
fn the_newest_good_state_stands_in_for_a_damaged_one() {
    let place = Place::new();
    let store = StateStore::new(place.state_folder.clone());
    let mut states: Vec<State> = Vec::new();
    let mut next = State {
        previous: None,
        ..state()
    };
    for serial in 5..8 {
        next.serial = serial;
        let digest = store.publish(&place.lock, &next).unwrap();
        states.push(next.clone());
        next.previous = Some(digest);
    }
    let newest = place.path("state.json");
    let kept = place.path("earlier/state-000000000006.json");
    let (bytes, kept_bytes) = (fs::read(&newest).unwrap(), fs::read(&kept).unwrap());
    let check = |damage: &Damage, stands_in: &State| {
        let loaded = store.load().unwrap().unwrap();
        let recovery = loaded
            .recovery
            .expect("a damaged state was taken for a good one");
        let serial = format!("serial {}", stands_in.serial);
        assert!(recovery.contains(&serial), "{damage}: {recovery}");
        assert_eq!(loaded.state.records, stands_in.records, "{damage}");
        assert_eq!(loaded.state.serial, stands_in.serial, "{damage}");
    };
    for (damage, damaged) in each_byte(&bytes) {
        fs::write(&newest, damaged).unwrap();
        check(&damage, &states[1]);
    }
    for (damage, damaged) in each_byte(&kept_bytes) {
        fs::write(&kept, damaged).unwrap();
        check(&damage, &states[0]);
    }
    fs::remove_dir_all(place.path("earlier")).unwrap();
    for (damage, damaged) in all(&bytes) {
        fs::write(&newest, damaged).unwrap();
        let error = store.load().map(|_| ()).expect_err(&damage.to_string());
        assert!(
            matches!(error, StoreError::State { .. }),
            "{damage}: {error}"
        );
    }
    fs::write(&newest, &bytes).unwrap();
    assert_eq!(store.load().unwrap().unwrap().recovery, None);
}

#[test]
fn a_state_in_the_place_of_another_file_is_refused() {
    let place = Place::new();
    let store = StateStore::new(place.state_folder.clone());
    for bytes in [PLAN, JOURNALS[0], b"", b"\0", b"\n", b"null\n", b"{}\n"] {
        fs::write(place.path("state.json"), bytes).unwrap();
        assert!(store.load().is_err());
    }
    for bytes in [STATE, JOURNALS[0], b"", b"\0", b"\n", b"null\n", b"{}\n"] {
        let path = place.path("plan.json");
        fs::write(&path, bytes).unwrap();
        assert!(matches!(
            load_plan(&path).unwrap_err(),
            StoreError::Plan { .. }
        ));
        let path = place.put_journal(bytes);
        let journals = JournalStore::new(place.state_folder.clone());
        let read = journals.read(&RunId::new(RUN));
        assert_eq!(read.is_ok(), bytes.len() < HEADER || bytes == JOURNALS[0]);
        assert_eq!(fs::read(path).unwrap(), bytes);
    }
}

#[test]
fn a_damaged_plan_file_is_refused() {
    let place = Place::new();
    let path = place.path("plan.json");
    for (damage, damaged) in each_byte(PLAN) {
        fs::write(&path, damaged).unwrap();
        let error = load_plan(&path).map(|_| ()).expect_err(&damage.to_string());
        assert!(
            matches!(error, StoreError::Plan { .. }),
            "{damage}: {error}"
        );
    }
}

#[test]
fn a_damaged_journal_of_a_run_is_read_up_to_the_damage() {
    let here = Place::new();
    let journals = JournalStore::new(here.state_folder.clone());
    let golden = JOURNALS[0];
    let whole = records(golden);
    let run = RunId::new(RUN);
    for (damage, damaged) in each_byte(golden) {
        let path = here.put_journal(&damaged);
        match journals.read(&run) {
            Ok(stored) => {
                assert!(whole.starts_with(&stored.records), "{damage}");
                assert!(journals.newest_unfinished().is_ok(), "{damage}");
            }
            Err(error) => {
                let refused = matches!(error, StoreError::Journal { .. });
                assert!(
                    refused && place(golden, &damaged) < HEADER,
                    "{damage}: {error}"
                );
            }
        }
        assert_eq!(fs::read(path).unwrap(), damaged, "{damage}: reading wrote");
    }
}

/// What going on with a journal gives, and what it must be.
fn reopen(place: &Place, path: &Path, damage: &Damage, damaged: &[u8]) -> Vec<Record> {
    let journals = JournalStore::new(place.state_folder.clone());
    let run = RunId::new(RUN);
    let was_damaged = journals.read(&run).unwrap().damage.is_some();
    let clock = FixedClock(Timestamp::default());
    let (journal, reopened) = journals.reopen(&place.lock, &run, &plan(), &clock).unwrap();
    drop(journal);
    let stored = journals.read(&run).unwrap();
    assert_eq!(
        (&stored.records, &stored.damage),
        (&reopened, &None),
        "{damage}"
    );
    let aside = path.with_extension("damaged");
    assert_eq!(aside.exists(), was_damaged, "{damage}");
    if was_damaged {
        assert_eq!(fs::read(aside).unwrap(), damaged, "{damage}");
        check_doubts(&reopened, damage);
    }
    reopened
}

/// Behind damage, each operation of the plan is settled by what was read or in doubt.
fn check_doubts(records: &[Record], damage: &Damage) {
    let progress = RunProgress::of(records);
    let doubtful: BTreeSet<OperationId> = progress.in_doubt().into_iter().collect();
    for operation in plan().operations {
        let standing = progress.operations.get(&operation.id);
        let settled = matches!(
            standing,
            Some(Standing::Done { .. } | Standing::Failed { .. })
        );
        assert!(
            settled || doubtful.contains(&operation.id),
            "{damage}: {}",
            operation.id
        );
    }
}

#[test]
fn a_run_goes_on_from_a_damaged_journal_with_everything_open_in_doubt() {
    let golden = JOURNALS[0];
    let whole = records(golden);
    // What is wrong with a header is refused, so that nothing is behind it to go on from.
    let in_frames = |damage: &Damage| place(golden, &damage.of(golden)) >= HEADER;
    for damage in sample(golden.len(), 90).into_iter().filter(in_frames) {
        let here = Place::new();
        let damaged = damage.of(golden);
        let path = here.put_journal(&damaged);
        let reopened = reopen(&here, &path, &damage, &damaged);
        let kept = reopened
            .iter()
            .zip(&whole)
            .take_while(|(a, b)| a == b)
            .count();
        let read = reshelve::journal::codec::decode(&damaged)
            .unwrap()
            .records
            .len();
        assert!(kept >= read, "{damage}");
    }
}
