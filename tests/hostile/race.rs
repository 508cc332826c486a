//! Folders that turn into links and back while the program works: it neither writes nor reads nor
//! lists anything outside of its spaces.

use std::fs::{self, File};
use std::io::Read;
use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;
use std::os::unix::fs::{MetadataExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rustix::fs::inotify::{self, CreateFlags, Reader, WatchFlags};
use rustix::fs::{CWD, RenameFlags, renameat_with};
use rustix::io::Errno;

use crate::environment::Environment;

/// How often a folder and a link change places.
const SWAPS: u64 = 100_000;
/// How many runs there are at least meanwhile.
const RUNS: u32 = 20;
/// What stands in every file that nobody may touch.
const OUTSIDE: &str = "outside";

/// Four verbs through folders that are swapped: the source of one, the targets of three.
const MANIFEST: &str = "\
version: 1
name: race
spaces:
  s: {provider: local, root: ./s}
  t: {provider: local, root: ./t}
placements:
  - copy: s:/fresh/*.txt
    into: t:/x/fresh
    on_conflict: keep
  - copy: s:/x/*.txt
    into: t:/copies
    on_conflict: keep
  - move: s:/leaving/*.txt
    into: t:/x/moved
    on_conflict: keep
  - absent: t:/x/victims/*.txt
    recycle: false
";

/// Swaps folders and links for as long as it lives.
struct Swapper {
    stop: Arc<AtomicBool>,
    count: Arc<AtomicU64>,
    thread: JoinHandle<()>,
}

impl Swapper {
    /// Each pair changes places in one step, so that one of the two is always there.
    fn start(pairs: Vec<(PathBuf, PathBuf)>) -> Self {
        let (stop, count) = (Arc::<AtomicBool>::default(), Arc::<AtomicU64>::default());
        let (stopped, counted) = (Arc::clone(&stop), Arc::clone(&count));
        let thread = std::thread::spawn(move || {
            let swap = |(one, other): &(PathBuf, PathBuf)| {
                renameat_with(CWD, one, CWD, other, RenameFlags::EXCHANGE).unwrap();
                counted.fetch_add(1, Ordering::Relaxed);
            };
            while !stopped.load(Ordering::Relaxed) {
                // There and back, so that folders are where they belong when it ends.
                pairs.iter().for_each(swap);
                std::thread::sleep(Duration::from_micros(20));
                pairs.iter().for_each(swap);
                std::thread::sleep(Duration::from_micros(20));
            }
        });
        Self {
            stop,
            count,
            thread,
        }
    }

    fn swaps(&self) -> u64 {
        self.count.load(Ordering::Relaxed)
    }

    fn stop(self) {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.join().unwrap();
    }
}

/// Hears of everything that is opened, read, listed, made, changed or removed in some folders.
struct Witness(OwnedFd);

impl Witness {
    fn over(folders: &[PathBuf]) -> Self {
        let witness = inotify::init(CreateFlags::NONBLOCK | CreateFlags::CLOEXEC).unwrap();
        for folder in folders {
            inotify::add_watch(&witness, folder, WatchFlags::ALL_EVENTS).unwrap();
        }
        Self(witness)
    }

    /// What was heard since the last time.
    fn heard(&self) -> Vec<String> {
        let mut room = [const { MaybeUninit::uninit() }; 8192];
        let mut reader = Reader::new(&self.0, &mut room);
        let mut heard = Vec::new();
        loop {
            match reader.next() {
                Ok(event) => heard.push(format!("{:?} {:?}", event.events(), event.file_name())),
                Err(Errno::AGAIN) => return heard,
                Err(errno) => panic!("{errno}"),
            }
        }
    }
}

/// Every entry below a folder with all that could change about it.
fn picture(folder: &Path) -> Vec<String> {
    let mut lines = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(path) = open.pop() {
        let facts = fs::symlink_metadata(&path).unwrap();
        let content = if facts.is_file() {
            fs::read_to_string(&path).unwrap()
        } else {
            String::new()
        };
        let times = (facts.mtime_nsec(), facts.mtime(), facts.ctime_nsec());
        let inode = (facts.ino(), facts.nlink(), facts.mode(), facts.size());
        lines.push(format!("{} {times:?} {inode:?} {content}", path.display()));
        if facts.is_dir() {
            let entries = fs::read_dir(&path).unwrap();
            open.extend(entries.map(|entry| entry.unwrap().path()));
        }
    }
    lines.sort();
    lines
}

/// Every file below a folder that holds what stands outside.
fn stolen(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(path) = open.pop() {
        let facts = fs::symlink_metadata(&path).unwrap();
        if facts.is_dir() {
            let entries = fs::read_dir(&path).unwrap();
            open.extend(entries.map(|entry| entry.unwrap().path()));
        } else if facts.is_file() {
            let mut begin = [0; OUTSIDE.len()];
            let read = File::open(&path).unwrap().read_exact(&mut begin);
            if read.is_ok() && begin == *OUTSIDE.as_bytes() {
                found.push(path);
            }
        }
    }
    found
}

/// Two spaces whose folders `x` are swapped for links to a folder with the same names in it.
fn scene() -> (Environment, Vec<(PathBuf, PathBuf)>) {
    let env = Environment::new();
    env.write("reshelve.yaml", MANIFEST);
    for name in ["fresh", "moved", "victims"] {
        fs::create_dir_all(env.path(&format!("t/x/{name}"))).unwrap();
        env.write(&format!("outside/{name}/0.txt"), OUTSIDE);
    }
    env.write("outside/secret.txt", OUTSIDE);
    env.write("s/x/mine.txt", "mine");
    for folder in ["s/fresh", "s/leaving", "t/copies"] {
        fs::create_dir_all(env.path(folder)).unwrap();
    }
    let pairs = ["s", "t"].map(|space| {
        let link = env.path(&format!("link-{space}"));
        symlink(env.path("outside"), &link).unwrap();
        (link, env.path(&format!("{space}/x")))
    });
    (env, pairs.into())
}

/// Gives a run something to copy, to move and to remove. What is to be removed stands under its
/// own name in the folder itself, wherever that is now.
fn work(env: &Environment, victims: &File, round: u32) {
    for number in 0..5 {
        let name = round * 5 + number;
        env.write(&format!("s/fresh/{name}.txt"), "fresh");
        env.write(&format!("s/leaving/{name}.txt"), "leaving");
        let flags = rustix::fs::OFlags::CREATE | rustix::fs::OFlags::WRONLY;
        let mode = rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR;
        rustix::fs::openat(victims, format!("{number}.txt"), flags, mode).unwrap();
    }
}

/// Runs the program once; gives its exit code.
fn apply(env: &mut Environment) -> i32 {
    let mut last = 0;
    for command in [["apply", "--yes"], ["resume", "--yes"]] {
        let mut command = env.command(&command);
        let output = command.stdout(Stdio::null()).output().unwrap();
        let err = String::from_utf8_lossy(&output.stderr).into_owned();
        last = output.status.code().expect("it ends by itself");
        assert!([0, 1, 4, 5, 6].contains(&last), "{last}: {err}");
        assert!(!err.contains("panicked"), "{err}");
        if last != 6 {
            break;
        }
    }
    last
}

#[test]
fn nothing_outside_is_touched_read_or_listed_while_folders_turn_into_links() {
    let (mut env, pairs) = scene();
    let outside = env.path("outside");
    let victims = File::open(env.path("t/x/victims")).unwrap();
    let before = picture(&outside);
    let inner = ["", "fresh", "moved", "victims"].map(|name| outside.join(name));
    let witness = Witness::over(&inner);
    let swapper = Swapper::start(pairs);
    let patience = Instant::now() + Duration::from_secs(600);
    let (mut round, mut ends) = (0, Vec::new());
    while swapper.swaps() < SWAPS || round < RUNS {
        assert!(Instant::now() < patience, "{} swaps", swapper.swaps());
        work(&env, &victims, round);
        ends.push(apply(&mut env));
        round += 1;
    }
    swapper.stop();
    assert_eq!(witness.heard(), Vec::<String>::new(), "after {round} runs");
    assert_eq!(picture(&outside), before);
    // Now it is heard, so that it would have been heard.
    assert!(witness.heard().len() > 4);
    for space in ["s", "t"] {
        assert_eq!(stolen(&env.path(space)), Vec::<PathBuf>::new());
        fs::remove_file(env.path(&format!("link-{space}"))).unwrap();
    }
    assert!(
        ends.iter().any(|end| *end != 0),
        "no run met a link: {ends:?}"
    );

    // And once everything stands still, everything comes to where it belongs.
    assert_eq!(apply(&mut env), 0);
    let tree = env.tree("t");
    let fresh = tree
        .lines()
        .filter(|line| line.ends_with(": fresh"))
        .count();
    let moved = tree
        .lines()
        .filter(|line| line.ends_with(": leaving"))
        .count();
    assert_eq!(
        (fresh, moved),
        (round as usize * 5, round as usize * 5),
        "{tree}"
    );
    assert!(env.exists("t/copies/mine.txt") && !env.exists("t/x/victims/0.txt"));
}
