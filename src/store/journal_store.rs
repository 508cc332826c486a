//! One folder a run, with its plan and its journal.

use std::io;
use std::path::{Path, PathBuf};

use super::atomic;
use super::disk::{Disk, DiskFile, ListedKind, Purpose};
use super::error::StoreError;
use super::file_journal::FileJournal;
use super::folder::{StateFolder, read_up_to};
use super::lock::Lock;
use super::plan_store::{load_plan_from, save_plan_on};
use crate::clock::Clock;
use crate::journal::codec::{Decoded, Encoder, Tail, decode};
use crate::journal::{Fact, Record, RunProgress, Standing};
use crate::plan::{OperationId, Plan};
use crate::state::RunId;

/// The largest journal that is read, in bytes.
const LARGEST: u64 = 4 << 30;
/// How many operations one record names at most.
const OPERATIONS_A_RECORD: usize = 2000;

/// The runs of a state folder.
#[derive(Debug, Clone)]
pub struct JournalStore {
    folder: StateFolder,
}

/// A run as its journal tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredRun {
    /// The run.
    pub run: RunId,
    /// Its records, up to the end or to the first damage.
    pub records: Vec<Record>,
    /// What is wrong with the journal behind these records.
    pub damage: Option<String>,
}

impl JournalStore {
    /// The runs of a folder, which may not exist yet.
    pub fn new(folder: StateFolder) -> Self {
        Self { folder }
    }

    /// Begins the journal of a new run and keeps its plan beside it. Space for its records is set
    /// aside where the file system can do that.
    ///
    /// # Errors
    /// The run exists, or something cannot be written.
    pub fn create<'a>(
        &self,
        _lock: &Lock,
        run: &RunId,
        plan: &Plan,
        clock: &'a dyn Clock,
    ) -> Result<FileJournal<'a>, StoreError> {
        let folder = self.run_folder(run);
        let path = folder.join("journal");
        let disk = self.folder.disk();
        if disk.kind(&folder).is_some() {
            let source = io::Error::from(io::ErrorKind::AlreadyExists);
            return Err(StoreError::writing(&folder)(source));
        }
        self.folder.make_private(&folder)?;
        save_plan_on(disk, &folder.join("plan.json"), plan)?;
        let (encoder, header) = Encoder::begin();
        let file = create_journal(disk, &path, &header)
            .and_then(|file| self.folder.sync_way_to(&folder).map(|()| file))
            .map_err(StoreError::writing(&path))?;
        let mut journal = FileJournal::new(file, encoder, header.len() as u64, clock);
        journal
            .set_aside(plan.operations.len() as u64)
            .map_err(StoreError::writing(&path))?;
        Ok(journal)
    }

    /// Opens the journal of an earlier run to go on with it. A torn tail is cut off. Behind damage
    /// in the middle nothing is certain: the damaged file is kept aside, and every operation that
    /// was not settled before the damage is in doubt.
    ///
    /// # Errors
    /// There is no such run, its journal is of a newer version, or something cannot be written.
    pub fn reopen<'a>(
        &self,
        _lock: &Lock,
        run: &RunId,
        plan: &Plan,
        clock: &'a dyn Clock,
    ) -> Result<(FileJournal<'a>, Vec<Record>), StoreError> {
        let path = self.journal_path(run);
        let (bytes, mut decoded) = self.decode(run)?;
        if matches!(decoded.tail, Tail::Damaged { .. }) {
            self.set_damaged_aside(&path, &bytes, &mut decoded, plan, clock)?;
        }
        if decoded.records.is_empty() {
            // The file may end within its header.
            atomic::replace(self.folder.disk(), &path, |file| {
                file.write_all(&bytes[..decoded.length as usize])
            })
            .map_err(StoreError::writing(&path))?;
        }
        let opened = self.folder.disk().open(&path, Purpose::Write);
        let mut file = opened.map_err(StoreError::writing(&path))?;
        file.set_size(decoded.length)
            .and_then(|()| file.sync_all())
            .map_err(StoreError::writing(&path))?;
        let journal = FileJournal::new(file, decoded.encoder, decoded.length, clock);
        Ok((journal, decoded.records))
    }

    /// What the journal of a run says.
    ///
    /// # Errors
    /// There is no such run, or its journal is of a newer version or cannot be read.
    pub fn read(&self, run: &RunId) -> Result<StoredRun, StoreError> {
        let (_, decoded) = self.decode(run)?;
        let damage = match decoded.tail {
            Tail::Clean | Tail::Torn => None,
            Tail::Damaged { reason } => Some(format!(
                "the journal is damaged at byte {}: {reason}",
                decoded.length
            )),
        };
        Ok(StoredRun {
            run: run.clone(),
            records: decoded.records,
            damage,
        })
    }

    /// The plan of a run.
    ///
    /// # Errors
    /// There is no such run, or its plan is not as it was.
    pub fn plan(&self, run: &RunId) -> Result<Plan, StoreError> {
        load_plan_from(self.folder.disk(), &self.run_folder(run).join("plan.json"))
    }

    /// All runs, the oldest first. What else lies in their folder is left alone.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub fn runs(&self) -> Result<Vec<RunId>, StoreError> {
        let folder = self.runs_folder();
        let entries = match self.folder.disk().list(&folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(StoreError::reading(&folder)(error)),
        };
        let folders = entries
            .into_iter()
            .filter(|entry| entry.kind == ListedKind::Folder);
        let mut runs: Vec<RunId> = folders
            .filter(|folder| is_run_name(&folder.name))
            .map(|folder| RunId::new(&folder.name))
            .collect();
        runs.sort();
        Ok(runs)
    }

    /// The newest run that made a record, if it did not reach its end and was not resumed since.
    ///
    /// # Errors
    /// A journal cannot be read.
    pub fn newest_unfinished(&self) -> Result<Option<StoredRun>, StoreError> {
        let runs = self.runs()?;
        let mut rest = &runs[..];
        while let Some(last) = rest.last() {
            // Names tell the time only so far; among those that are even, the state's serial does.
            let even = rest.iter().rev().take_while(|run| time(run) == time(last));
            let even = even.count();
            let (earlier, together) = rest.split_at(rest.len() - even);
            let newest = self.newest_of(together)?;
            if let Some((stored, progress)) = newest {
                let open = progress.can_be_resumed() || stored.damage.is_some();
                return Ok(open.then_some(stored));
            }
            rest = earlier;
        }
        Ok(None)
    }

    /// The one of these runs that saw the latest state; none where none made a record.
    fn newest_of(&self, runs: &[RunId]) -> Result<Option<(StoredRun, RunProgress)>, StoreError> {
        let mut newest: Option<(Option<u64>, StoredRun, RunProgress)> = None;
        for run in runs {
            let stored = self.read(run)?;
            let progress = RunProgress::of(&stored.records);
            let serial = progress.start.as_ref().map(|start| start.serial);
            let says_something = progress.says_something() || stored.damage.is_some();
            let is_newer = newest.as_ref().is_none_or(|(other, ..)| serial >= *other);
            if says_something && is_newer {
                newest = Some((serial, stored, progress));
            }
        }
        Ok(newest.map(|(_, stored, progress)| (stored, progress)))
    }

    fn runs_folder(&self) -> PathBuf {
        self.folder.path().join("runs")
    }

    fn run_folder(&self, run: &RunId) -> PathBuf {
        self.runs_folder().join(run.as_str())
    }

    fn journal_path(&self, run: &RunId) -> PathBuf {
        self.run_folder(run).join("journal")
    }

    /// A journal that was not written up to its first record says nothing: no call was made.
    fn decode(&self, run: &RunId) -> Result<(Vec<u8>, Decoded), StoreError> {
        let path = self.journal_path(run);
        let disk = self.folder.disk();
        if disk.kind(&self.run_folder(run)) != Some(ListedKind::Folder) {
            let source = io::Error::from(io::ErrorKind::NotFound);
            return Err(StoreError::reading(&self.run_folder(run))(source));
        }
        let (_, header) = Encoder::begin();
        // Where only the file that was set aside is there, that is what is known of the run.
        let written = match read_up_to(disk, &path, LARGEST)? {
            None => read_up_to(disk, &aside(&path), LARGEST)?,
            written => written,
        };
        let bytes = match written {
            Some(bytes) if bytes.len() >= header.len() => bytes,
            Some(_) | None => header,
        };
        match decode(&bytes) {
            Ok(decoded) => Ok((bytes, decoded)),
            Err(source) => Err(StoreError::Journal { path, source }),
        }
    }

    fn set_damaged_aside(
        &self,
        path: &Path,
        bytes: &[u8],
        decoded: &mut Decoded,
        plan: &Plan,
        clock: &dyn Clock,
    ) -> Result<(), StoreError> {
        let mut good = bytes[..decoded.length as usize].to_vec();
        // What was lost was written after the last good record: nothing it brought is older.
        let last = decoded.records.last();
        let at = last.map_or_else(|| clock.now(), |record| record.at);
        for fact in doubts(plan, &RunProgress::of(&decoded.records)) {
            let record = decoded
                .encoder
                .encode(at, fact, &mut good)
                .map_err(|source| StoreError::Journal {
                    path: path.to_owned(),
                    source,
                })?;
            decoded.records.push(record);
        }
        decoded.length = good.len() as u64;
        decoded.tail = Tail::Clean;
        let disk = self.folder.disk();
        keep_beside(disk, path, bytes)?;
        atomic::replace(disk, path, |file| file.write_all(&good)).map_err(StoreError::writing(path))
    }
}

/// Where a damaged journal is kept.
fn aside(path: &Path) -> PathBuf {
    path.with_extension("damaged")
}

/// Keeps a damaged journal under a second name, until another one takes its first name. What an
/// earlier time kept stays as it is.
fn keep_beside(disk: &dyn Disk, path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    let others = (2..).map(|number| path.with_extension(format!("damaged-{number}")));
    for name in std::iter::once(aside(path)).chain(others) {
        match read_up_to(disk, &name, LARGEST)? {
            Some(kept) if kept == bytes => return Ok(()),
            Some(_) => {}
            None => {
                return atomic::replace(disk, &name, |file| file.write_all(bytes))
                    .map_err(StoreError::writing(&name));
            }
        }
    }
    Ok(())
}

/// Whether a folder's name has the form that names of runs have: a time, with or without a zone,
/// and some digits, as in `20260921T101500Z-1f3a90c2` and `20260921T101500123-1f3a90c2`.
fn is_run_name(name: &str) -> bool {
    let parts = name
        .rsplit_once('-')
        .and_then(|(instant, chance)| Some((instant.split_once('T')?, chance)));
    parts.is_some_and(|((date, time), chance)| {
        let time = time.strip_suffix('Z').unwrap_or(time);
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let drawn = chance.bytes().all(|byte| byte.is_ascii_alphanumeric());
        date.len() >= 8 && digits(date) && time.len() >= 6 && digits(time) && drawn
    })
}

/// The part of a run's name that tells the time.
fn time(run: &RunId) -> &str {
    let name = run.as_str();
    name.rsplit_once('-').map_or(name, |(time, _)| time)
}

/// Records that put every operation in doubt that is not settled.
fn doubts(plan: &Plan, progress: &RunProgress) -> Vec<Fact> {
    let settled = |operation: &OperationId| {
        matches!(
            progress.operations.get(operation),
            Some(Standing::Done { .. } | Standing::Failed { .. })
        )
    };
    let mut facts = Vec::new();
    for batch in &plan.batches {
        let open: Vec<OperationId> = batch
            .operations
            .iter()
            .copied()
            .filter(|operation| !settled(operation))
            .collect();
        facts.extend(open.chunks(OPERATIONS_A_RECORD).map(|chunk| Fact::Intent {
            batch: batch.id,
            attempt: 0,
            operations: chunk.to_vec(),
        }));
    }
    facts
}

fn create_journal(disk: &dyn Disk, path: &Path, header: &[u8]) -> io::Result<Box<dyn DiskFile>> {
    let mut file = disk.open(path, Purpose::Create)?;
    file.write_at(0, header)?;
    file.sync_all()?;
    disk.sync_folder(atomic::folder_of(path))?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
    use std::fs::{self, OpenOptions};
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::clock::FixedClock;
    use crate::journal::{JournalSink, Outcome, sample};
    use crate::plan::sample::plan;
    use crate::state::State;
    use crate::store::{Holder, Loaded, StateStore};

    const CLOCK: FixedClock = FixedClock(sample::AT);

    struct Place {
        folder: tempfile::TempDir,
        store: JournalStore,
        lock: Lock,
    }

    fn place() -> Place {
        let folder = tempfile::tempdir().unwrap();
        let state_folder = StateFolder::at(folder.path());
        let holder = Holder::this_process(RunId::new("r"), sample::AT);
        Place {
            store: JournalStore::new(state_folder.clone()),
            lock: Lock::take(&state_folder, &holder).unwrap(),
            folder,
        }
    }

    impl Place {
        fn write(&self, run: &str, facts: &[Fact]) -> PathBuf {
            let run = RunId::new(run);
            let mut journal = self
                .store
                .create(&self.lock, &run, &plan(), &CLOCK)
                .unwrap();
            for fact in facts {
                journal.append(fact.clone()).unwrap();
            }
            journal.sync().unwrap();
            self.store.journal_path(&run)
        }
    }

    #[test]
    fn a_run_keeps_its_plan_and_its_records() {
        let place = place();
        let path = place.write("20260921T000001Z-0a", &sample::facts());
        let run = RunId::new("20260921T000001Z-0a");
        let stored = place.store.read(&run).unwrap();
        assert_eq!(stored.records, sample::records());
        assert_eq!(stored.damage, None);
        assert_eq!(place.store.plan(&run).unwrap(), plan());
        assert!(
            place
                .store
                .create(&place.lock, &run, &plan(), &CLOCK)
                .is_err()
        );
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
        assert!(place.store.read(&RunId::new("other")).is_err());
    }

    #[test]
    fn a_run_goes_on_after_a_torn_tail() {
        let place = place();
        let facts = sample::facts();
        let path = place.write("20260921T000001Z-0a", &facts[..5]);
        let file = OpenOptions::new().write(true).open(&path).unwrap();
        file.set_len(fs::metadata(&path).unwrap().len() - 1)
            .unwrap();
        let run = RunId::new("20260921T000001Z-0a");
        let (mut journal, records) = place
            .store
            .reopen(&place.lock, &run, &plan(), &CLOCK)
            .unwrap();
        assert_eq!(records, sample::records()[..4]);
        for fact in &facts[4..] {
            journal.append(fact.clone()).unwrap();
        }
        drop(journal);
        assert_eq!(place.store.read(&run).unwrap().records, sample::records());
    }

    #[test]
    fn a_journal_without_its_header_begins_anew() {
        let place = place();
        let path = place.write("20260921T000001Z-0a", &[]);
        fs::write(&path, "resh").unwrap();
        let run = RunId::new("20260921T000001Z-0a");
        let (mut journal, records) = place
            .store
            .reopen(&place.lock, &run, &plan(), &CLOCK)
            .unwrap();
        assert_eq!(records, []);
        let record = journal.append(sample::facts().remove(0)).unwrap();
        drop(journal);
        assert_eq!(place.store.read(&run).unwrap().records, [record]);
    }

    #[test]
    fn behind_damage_everything_unsettled_is_in_doubt() {
        let place = place();
        let path = place.write("20260921T000001Z-0a", &sample::facts());
        let mut bytes = fs::read(&path).unwrap();
        let position = bytes
            .windows(7)
            .position(|it| it == b"run-dum")
            .unwrap_or(0);
        assert_eq!(position, 0);
        let failed = b"\"failed\"";
        let position = bytes
            .windows(failed.len())
            .position(|it| it == failed)
            .unwrap();
        bytes[position + 1] ^= 1;
        fs::write(&path, &bytes).unwrap();
        let run = RunId::new("20260921T000001Z-0a");
        let stored = place.store.read(&run).unwrap();
        assert_eq!(stored.records.len(), 4);
        assert!(
            stored
                .damage
                .unwrap()
                .contains("does not match its checksum")
        );
        assert!(place.store.newest_unfinished().unwrap().is_some());
        let (journal, records) = place
            .store
            .reopen(&place.lock, &run, &plan(), &CLOCK)
            .unwrap();
        drop(journal);
        let progress = RunProgress::of(&records);
        assert!(progress.is_done(OperationId(1)));
        let doubtful: Vec<_> = progress.in_doubt().iter().map(|id| id.0).collect();
        assert_eq!(doubtful, [2, 3, 4, 5, 6]);
        assert_eq!(place.store.read(&run).unwrap().records, records);
        assert_eq!(fs::read(path.with_extension("damaged")).unwrap(), bytes);
    }

    #[test]
    fn a_damaged_journal_is_not_lost_whenever_the_machine_stops() {
        let place = place();
        let run = RunId::new("20260921T000001Z-0a");
        let path = place.write(run.as_str(), &sample::facts());
        // The very first record is damaged, so that nothing tells how the run began.
        let mut bytes = fs::read(&path).unwrap();
        let start = Encoder::begin().1.len();
        bytes[start + 20] ^= 1;
        fs::write(&path, &bytes).unwrap();
        let unfinished = || place.store.newest_unfinished().unwrap().is_some();
        let reopen = || {
            let reopened = place.store.reopen(&place.lock, &run, &plan(), &CLOCK);
            RunProgress::of(&reopened.unwrap().1).in_doubt().len()
        };
        assert!(unfinished());
        // Stopped after the old name was gone and before the good copy had it.
        fs::rename(&path, aside(&path)).unwrap();
        assert!(unfinished());
        assert_eq!(reopen(), 6);
        assert_eq!(fs::read(aside(&path)).unwrap(), bytes);
        // Stopped right after: there are intents and no start.
        assert_eq!(place.store.read(&run).unwrap().damage, None);
        assert!(unfinished());
        assert_eq!(reopen(), 6);
        // Damaged once more: neither file takes the place of the other.
        let mut again = fs::read(&path).unwrap();
        again[start + 20] ^= 1;
        fs::write(&path, &again).unwrap();
        assert_eq!(reopen(), 6);
        assert_eq!(fs::read(aside(&path)).unwrap(), bytes);
        assert_eq!(fs::read(path.with_extension("damaged-2")).unwrap(), again);
    }

    #[test]
    fn only_folders_with_names_of_runs_are_runs() {
        let place = place();
        let other = RunId::at(sample::AT, 7);
        place.write("20260921T000001Z-0a", &sample::facts());
        place.write(other.as_str(), &sample::facts());
        let runs = place.store.runs_folder();
        for name in [
            "copy of a run",
            "20260921T000002Z",
            "2026T000002Z-0a",
            "x-0a",
        ] {
            fs::create_dir(runs.join(name)).unwrap();
        }
        for name in [".DS_Store", "20260921T000009Z-0a"] {
            fs::write(runs.join(name), "no run").unwrap();
        }
        assert_eq!(place.store.newest_unfinished().unwrap(), None);
        let names: Vec<String> = place
            .store
            .runs()
            .unwrap()
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(names.len(), 2, "{names:?}");
        assert!(names.contains(&other.to_string()));
    }

    #[test]
    fn the_newest_run_that_did_not_end_is_found() {
        let place = place();
        let facts = sample::facts();
        let end = facts.len() - 1;
        let unfinished = || {
            let found = place.store.newest_unfinished().unwrap();
            found.map(|stored| stored.run.to_string())
        };
        assert_eq!(unfinished(), None);
        place.write("20260921T000001Z-0a", &facts[..3]);
        assert_eq!(unfinished().as_deref(), Some("20260921T000001Z-0a"));
        place.write("20260921T000002Z-0a", &[]);
        fs::write(
            place.store.journal_path(&RunId::new("20260921T000002Z-0a")),
            "resh",
        )
        .unwrap();
        assert_eq!(unfinished().as_deref(), Some("20260921T000001Z-0a"));
        place.write("20260921T000003Z-0a", &facts[..end]);
        assert_eq!(unfinished().as_deref(), Some("20260921T000003Z-0a"));
        place.write("20260921T000004Z-0a", &facts);
        assert_eq!(unfinished(), None);
        let outcome = Outcome::Complete;
        let complete = [
            facts[0].clone(),
            Fact::Checkpoint { serial: 4 },
            Fact::RunEnd { outcome },
        ];
        place.write("20260921T000005Z-0a", &complete);
        assert_eq!(unfinished(), None);
        assert_eq!(place.store.runs().unwrap().len(), 5);
    }

    #[test]
    fn of_two_runs_of_one_instant_the_later_state_tells() {
        let place = place();
        let start = |serial| {
            let mut facts = sample::facts();
            if let Fact::RunStart { serial: seen, .. } = &mut facts[0] {
                *seen = serial;
            }
            facts
        };
        place.write("20260921T000000Z-0b", &start(3));
        place.write("20260921T000000Z-0a", &start(4)[..3]);
        let found = place.store.newest_unfinished().unwrap();
        assert_eq!(found.unwrap().run.as_str(), "20260921T000000Z-0a");
        place.write("20260921T000000Z-0c", &start(5));
        assert_eq!(place.store.newest_unfinished().unwrap(), None);
    }

    #[test]
    fn journals_bring_an_old_state_up_to_date() {
        let place = place();
        let states = StateStore::new(StateFolder::at(place.folder.path()));
        let mut state = State::new(plan().based_on.lineage);
        for serial in 1..=3 {
            state.serial = serial;
            state.previous = Some(states.publish(&place.lock, &state).unwrap());
        }
        let facts = sample::facts();
        place.write("20260921T000001Z-0a", &facts);
        let records = place
            .store
            .read(&RunId::new("20260921T000001Z-0a"))
            .unwrap()
            .records;
        let digest = state.previous.clone();
        let newest = crate::journal::advance(state, digest, &plan(), &RunProgress::of(&records));
        states.publish(&place.lock, &newest).unwrap();
        fs::write(place.folder.path().join("state.json"), "damaged").unwrap();
        let Loaded {
            state,
            digest,
            recovery,
        } = states.load().unwrap().unwrap();
        assert_eq!(state.records, newest.records);
        assert_eq!((state.serial, state.previous), (4, Some(digest)));
        assert!(recovery.unwrap().contains("serial 3 and the journals"));
    }
}
