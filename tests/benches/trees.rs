//! Makes the two trees of the benchmark: A as it shall be, and B as people left it.
//!
//! The same number of files always gives the same trees. They are kept, for making a million
//! files takes longer than measuring them.

use std::fs::{self, File, FileTimes};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

const FILES_A_FOLDER: u64 = 100;
const FOLDERS_A_FOLDER: u64 = 100;
/// Changes when the trees do, so that kept ones are made again.
const EDITION: &str = "1";
/// 2024-01-01T00:00:00Z.
const OLDEST: u64 = 1_704_067_200;

const DEPARTMENTS: &[&str] = &[
    "Finance and controlling",
    "人力资源部",
    "Research",
    "Legal",
    "市场与销售",
    "Facilities",
    "Customer support",
];
const SUBJECTS: &[&str] = &[
    "Travel expenses",
    "Supplier contracts",
    "会议纪要",
    "Quarterly report",
    "Training",
    "Site photographs",
    "Purchase orders",
    "项目文档",
    "Minutes",
];
const DOCUMENTS: &[&str] = &[
    "Invoice",
    "Offer",
    "合同",
    "Meeting notes",
    "Delivery note",
    "Timesheet",
    "测试报告",
    "Budget draft",
];
const ENDINGS: &[&str] = &["docx", "pdf", "xlsx", "md", "jpg", "csv"];

/// The two trees in one folder, beside the manifest that mirrors A to B.
pub(crate) struct Trees {
    /// Holds `A`, `B` and `reshelve.yaml`.
    pub(crate) folder: PathBuf,
    /// The number of files in A.
    pub(crate) files: u64,
    /// The number of files and folders in both trees.
    pub(crate) entries: u64,
    /// The mean length in bytes of a file's path below A.
    pub(crate) mean_path: f64,
}

/// One file to be made.
struct Planned {
    path: String,
    content: usize,
    modified: SystemTime,
}

/// What became of a file of A in B. Of 100 files one is changed, one missing, one has an extra
/// one beside it, and one was renamed or moved.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Same,
    Changed,
    Missing,
    Beside,
    Renamed,
    Moved,
}

impl Trees {
    /// The trees with so many files, made now unless an earlier run did.
    pub(crate) fn make(below: &Path, files: u64) -> io::Result<Self> {
        let folder = below.join(format!("trees-{files}"));
        let done = folder.join("done");
        if fs::read_to_string(&done).is_ok_and(|edition| edition == EDITION) {
            return Self::describe(folder, files);
        }
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        let (a, b) = (folder.join("A"), folder.join("B"));
        fs::create_dir_all(&a)?;
        fs::create_dir_all(&b)?;
        thread::scope(|scope| {
            let other = scope.spawn(|| write_all(&b, (0..files).flat_map(|n| in_b(n, files))));
            write_all(&a, (0..files).map(|number| in_a(number, files)))?;
            other
                .join()
                .map_err(|_| io::Error::other("the writer of B stopped"))?
        })?;
        fs::write(folder.join("reshelve.yaml"), MANIFEST)?;
        fs::write(done, EDITION)?;
        Self::describe(folder, files)
    }

    fn describe(folder: PathBuf, files: u64) -> io::Result<Self> {
        let lengths: usize = (0..files)
            .map(|number| in_a(number, files).path.len())
            .sum();
        let entries = count(&folder.join("A"))? + count(&folder.join("B"))?;
        Ok(Self {
            folder,
            files,
            entries,
            mean_path: lengths as f64 / files as f64,
        })
    }
}

/// What differs without any record of a run: a changed file is a conflict, so the word is given.
const MANIFEST: &str = "\
version: 1
name: bench
spaces:
  a: {provider: local, root: ./A}
  b: {provider: local, root: ./B}
placements:
  - mirror: a:/
    to: b:/
    prune: all
    on_conflict: overwrite
";

fn in_a(number: u64, files: u64) -> Planned {
    let mut dice = Dice::new(number);
    let content = 20 + dice.below(311) as usize;
    let age = Duration::new(dice.below(60_000_000), dice.below(1_000_000_000) as u32);
    Planned {
        path: format!("{}/{}", folder_of(number, files), name_of(number)),
        content,
        modified: UNIX_EPOCH + Duration::from_secs(OLDEST) + age,
    }
}

fn in_b(number: u64, files: u64) -> Vec<Planned> {
    let mut file = in_a(number, files);
    match fate(number) {
        Fate::Same => vec![file],
        Fate::Missing => Vec::new(),
        Fate::Changed => {
            file.content += 7;
            file.modified += Duration::from_secs(86_400);
            vec![file]
        }
        Fate::Beside => {
            let mut extra = in_a(number, files);
            extra.path = format!("{}/Copy of {}", folder_of(number, files), name_of(number));
            extra.content += 1;
            extra.modified += Duration::from_secs(3_600);
            vec![file, extra]
        }
        Fate::Renamed => {
            file.path = format!("{}/Old {}", folder_of(number, files), name_of(number));
            vec![file]
        }
        Fate::Moved => {
            let elsewhere = (number + FILES_A_FOLDER) % files;
            file.path = format!("{}/{}", folder_of(elsewhere, files), name_of(number));
            vec![file]
        }
    }
}

fn fate(number: u64) -> Fate {
    match (number % 100, number / 100 % 2) {
        (7, _) => Fate::Changed,
        (23, _) => Fate::Missing,
        (41, _) => Fate::Beside,
        (57, 0) => Fate::Renamed,
        (57, _) => Fate::Moved,
        _ => Fate::Same,
    }
}

fn folder_of(number: u64, files: u64) -> String {
    let folder = number / FILES_A_FOLDER;
    let upper = folder / FOLDERS_A_FOLDER;
    let department = pick(DEPARTMENTS, upper);
    let subject = pick(SUBJECTS, folder);
    let year = 2019 + folder % 7;
    let width = if files > 1_000_000 { 6 } else { 4 };
    format!("{department} {upper:02}/{year} {subject} {folder:0width$}")
}

fn name_of(number: u64) -> String {
    let mut dice = Dice::new(number ^ 0x5eed);
    let document = pick(DOCUMENTS, dice.below(1_000));
    let ending = pick(ENDINGS, dice.below(1_000));
    let reference = dice.below(1 << 32);
    format!("{document} {reference:08x} {number:07}.{ending}")
}

fn pick(words: &[&'static str], number: u64) -> &'static str {
    words[(number % words.len() as u64) as usize]
}

fn write_all(root: &Path, files: impl Iterator<Item = Planned>) -> io::Result<()> {
    let text = "reshelve puts files back where they belong. ".repeat(10);
    let mut folder = PathBuf::new();
    for planned in files {
        let path = root.join(&planned.path);
        let parent = path.parent().unwrap_or(root);
        if parent != folder {
            fs::create_dir_all(parent)?;
            folder = parent.to_owned();
        }
        let mut file = File::create(&path)?;
        file.write_all(&text.as_bytes()[..planned.content])?;
        file.set_times(FileTimes::new().set_modified(planned.modified))?;
    }
    Ok(())
}

fn count(folder: &Path) -> io::Result<u64> {
    let mut entries = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        entries += 1;
        if entry.file_type()?.is_dir() {
            entries += count(&entry.path())?;
        }
    }
    Ok(entries)
}

/// Numbers that look like chance and come again every time (splitmix64).
struct Dice(u64);

impl Dice {
    fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x1234_5678)
    }

    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % end
    }
}
