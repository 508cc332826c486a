//! Cases that only real folders can have: content and permissions, the bin on disk, links put in
//! the way, other file systems, and a program that is killed.

use std::collections::BTreeMap;
use std::fs::{self, File, Permissions};
use std::io::Write;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use libtest_mimic::Completion;
use reshelve::plan::Operation;
use reshelve::provider::{BatchRequest, ErrorKind, LocalProvider, NoProgress, Provider, open};
use reshelve::tree::SpaceAlias;
use rustix::fs::{FlockOperation, Mode, flock, mkfifoat};

use crate::doing::operation;
use crate::runtime;
use crate::scene::{alias, content};
use crate::target::opening;

/// A case over folders; it may say why it cannot run here.
pub(crate) type Check = fn(&Path) -> Completion;

pub(crate) const CASES: &[(&str, Check)] = &[
    ("content, permissions and times are kept", keeps_everything),
    ("nothing of ours is left behind", leaves_nothing),
    ("the bin holds what was removed and replaced", bin_on_disk),
    ("the bin cuts long names and never mixes entries", bin_names),
    ("leftovers of killed programs are cleared away", sweeps),
    ("calls that run side by side share a space", side_by_side),
    ("a bin that is a link is refused", linked_bin),
    ("links put in the way lead nowhere", swapped_links),
    ("a pipe in place of a file is not waited for", pipes),
    (
        "a file that changes while it is copied is refused",
        changing_source,
    ),
    ("hard links to one file can replace each other", hard_links),
    ("moves across file systems", across),
    ("an unwritable folder is an error that says so", unwritable),
    ("a killed program leaves no half file", killed),
    ("the registry says what is missing", registry),
];

fn provider(spaces: &[(&str, &Path)]) -> LocalProvider {
    let roots: BTreeMap<SpaceAlias, _> = spaces
        .iter()
        .map(|(name, path)| (alias(name), path.to_path_buf()))
        .collect();
    LocalProvider::new(&roots).unwrap()
}

/// Folders `a` and `b` as spaces.
pub(crate) fn two_spaces(root: &Path) -> LocalProvider {
    for space in ["a", "b"] {
        fs::create_dir_all(root.join(space)).unwrap();
    }
    provider(&[("a", &root.join("a")), ("b", &root.join("b"))])
}

/// Carries out operations; the place in the bin, or the kind of error with its message.
fn execute(
    provider: &LocalProvider,
    texts: &[&str],
) -> Vec<Result<Option<String>, (ErrorKind, String)>> {
    let operations: Vec<Operation> = (texts.iter().enumerate())
        .map(|(number, text)| operation(number as u32 + 1, text))
        .collect();
    let operations: Vec<&Operation> = operations.iter().collect();
    let request = BatchRequest {
        run: "run-1",
        operations: &operations,
        progress: &NoProgress,
    };
    let reply = runtime().unwrap().block_on(provider.execute(&request));
    let ends = reply.unwrap().items.into_iter();
    ends.map(|item| match item.end {
        Ok(done) => Ok(done.bin),
        Err(error) => Err((error.kind, error.message)),
    })
    .collect()
}

fn all_done(provider: &LocalProvider, texts: &[&str]) -> Vec<Option<String>> {
    let ends = execute(provider, texts).into_iter();
    ends.map(Result::unwrap).collect()
}

fn kinds(provider: &LocalProvider, texts: &[&str]) -> Vec<Option<ErrorKind>> {
    let ends = execute(provider, texts).into_iter();
    ends.map(|end| end.err().map(|(kind, _)| kind)).collect()
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

fn keeps_everything(root: &Path) -> Completion {
    let provider = two_spaces(root);
    let (source, target) = (root.join("a/x"), root.join("b/y"));
    fs::create_dir(&source).unwrap();
    let time = SystemTime::UNIX_EPOCH + Duration::new(1_234_567_890, 123_456_789);
    for (name, size, mode) in [
        ("small", 10, 0o640),
        ("large", 3_000_000, 0o755),
        ("empty", 0, 0o400),
    ] {
        let path = source.join(name);
        fs::write(&path, content(size)).unwrap();
        File::open(&path).unwrap().set_modified(time).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
    }
    File::open(&source).unwrap().set_modified(time).unwrap();
    fs::set_permissions(&source, Permissions::from_mode(0o750)).unwrap();
    all_done(
        &provider,
        &[
            "copy|folder|a:/x|b:/y|fail",
            "copy|file|a:/x/small|b:/s|fail",
        ],
    );
    for (name, other) in [
        ("x", "y"),
        ("x/small", "y/small"),
        ("x/large", "y/large"),
        ("x/empty", "y/empty"),
        ("x/small", "s"),
    ] {
        let (old, new) = (root.join("a").join(name), root.join("b").join(other));
        let (before, after) = (old.metadata().unwrap(), new.metadata().unwrap());
        assert_eq!(after.modified().unwrap(), time, "{other}");
        assert_eq!(after.mode(), before.mode(), "{other}");
        if before.is_file() {
            assert!(fs::read(old).unwrap() == fs::read(new).unwrap(), "{other}");
        }
    }
    assert_eq!(names(&target), ["empty", "large", "small"]);
    Completion::Completed
}

fn leaves_nothing(root: &Path) -> Completion {
    let provider = two_spaces(root);
    fs::write(root.join("a/f"), "f").unwrap();
    fs::create_dir(root.join("a/x")).unwrap();
    fs::write(root.join("a/x/g"), "g").unwrap();
    all_done(
        &provider,
        &["copy|file|a:/f|b:/f|fail", "copy|folder|a:/x|b:/x|fail"],
    );
    assert_eq!(
        kinds(
            &provider,
            &["copy|file|a:/no|b:/no|fail", "copy|file|a:/f|b:/f|fail"]
        ),
        [Some(ErrorKind::NotFound), Some(ErrorKind::AlreadyExists)]
    );
    all_done(&provider, &["remove|folder|b:/x|permanent"]);
    assert_eq!(names(&root.join("b")), ["f"]);
    assert_eq!(names(&root.join("a")), ["f", "x"]);
    Completion::Completed
}

fn bin_on_disk(root: &Path) -> Completion {
    let provider = two_spaces(root);
    fs::write(root.join("a/f"), "new").unwrap();
    fs::write(root.join("b/f"), "old").unwrap();
    fs::create_dir(root.join("b/x")).unwrap();
    fs::write(root.join("b/x/g"), "g").unwrap();
    let kept = all_done(&provider, &["copy|file|a:/f|b:/f|recycle"]);
    assert_eq!(kept, [Some(".reshelve/trash/run-1/1-f".to_owned())]);
    let kept = all_done(&provider, &["remove|folder|b:/x|recycle"]);
    assert_eq!(kept, [Some(".reshelve/trash/run-1/1-x".to_owned())]);
    let bin = root.join("b/.reshelve/trash/run-1");
    assert_eq!(fs::read_to_string(root.join("b/f")).unwrap(), "new");
    assert_eq!(fs::read_to_string(bin.join("1-f")).unwrap(), "old");
    assert_eq!(fs::read_to_string(bin.join("1-x/g")).unwrap(), "g");
    assert_eq!(
        fs::read_to_string(bin.join("index.jsonl")).unwrap(),
        "{\"name\":\"1-f\",\"from\":\"/f\",\"kind\":\"file\"}\n\
         {\"name\":\"1-x\",\"from\":\"/x\",\"kind\":\"folder\"}\n"
    );
    assert_eq!(names(&root.join("b/.reshelve")), ["trash"]);
    let mode = root.join("b/.reshelve").metadata().unwrap().mode();
    assert_eq!(mode & 0o777, 0o700);
    Completion::Completed
}

fn bin_names(root: &Path) -> Completion {
    let provider = two_spaces(root);
    let long = "ä".repeat(127);
    for text in ["one", "two"] {
        fs::write(root.join("a").join(&long), text).unwrap();
        all_done(&provider, &[&format!("remove|file|a:/{long}|recycle")]);
    }
    let bin = root.join("a/.reshelve/trash/run-1");
    let kept = names(&bin);
    assert_eq!(kept.len(), 3);
    for (name, text) in kept.iter().zip(["one", "two"]) {
        assert!(name.len() <= 255 && name.ends_with('ä'), "{name}");
        assert_eq!(fs::read_to_string(bin.join(name)).unwrap(), text);
    }
    Completion::Completed
}

fn sweeps(root: &Path) -> Completion {
    let provider = two_spaces(root);
    let temporary = root.join("b/.reshelve/tmp");
    fs::create_dir_all(temporary.join("dead-1/below")).unwrap();
    fs::write(temporary.join("dead-1/below/half"), "half").unwrap();
    fs::create_dir(temporary.join("alive-1")).unwrap();
    fs::write(temporary.join("alive-1/growing"), "half").unwrap();
    let alive = File::open(temporary.join("alive-1")).unwrap();
    flock(&alive, FlockOperation::NonBlockingLockExclusive).unwrap();
    fs::write(root.join("a/f"), "f").unwrap();
    all_done(&provider, &["copy|file|a:/f|b:/f|fail"]);
    assert_eq!(names(&temporary), ["alive-1"]);
    assert_eq!(names(&temporary.join("alive-1")), ["growing"]);
    Completion::Completed
}

fn side_by_side(root: &Path) -> Completion {
    let provider = two_spaces(root);
    fs::write(root.join("a/f"), "f").unwrap();
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let provider = &provider;
            scope.spawn(move || {
                for round in 0..50 {
                    let name = format!("b:/{thread}-{round}");
                    all_done(provider, &[&format!("copy|file|a:/f|{name}|fail")]);
                    let disposal = ["recycle", "permanent"][round % 2];
                    all_done(provider, &[&format!("remove|file|{name}|{disposal}")]);
                }
            });
        }
    });
    let bin = root.join("b/.reshelve/trash/run-1");
    assert_eq!(names(&bin).len(), 4 * 25 + 1);
    assert_eq!(names(&root.join("b")), [".reshelve"]);
    Completion::Completed
}

fn linked_bin(root: &Path) -> Completion {
    let provider = two_spaces(root);
    let outside = root.join("outside");
    fs::create_dir(&outside).unwrap();
    symlink(&outside, root.join("b/.reshelve")).unwrap();
    fs::write(root.join("a/f"), "f").unwrap();
    fs::write(root.join("b/g"), "g").unwrap();
    let ends = execute(
        &provider,
        &["copy|file|a:/f|b:/f|fail", "remove|file|b:/g|recycle"],
    );
    for end in ends {
        let (kind, message) = end.unwrap_err();
        assert_eq!(kind, ErrorKind::Mismatch);
        assert!(
            message.contains("`b:/.reshelve` or what we keep in it is not a folder"),
            "{message}"
        );
    }
    assert!(names(&outside).is_empty());
    assert_eq!(names(&root.join("b")), [".reshelve", "g"]);
    Completion::Completed
}

/// Swaps a folder and a link under one name for as long as it lives.
struct Swapper {
    stop: Arc<AtomicBool>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Swapper {
    fn start(name: &Path, folder: &Path, link: &Path) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let (stopped, name) = (Arc::clone(&stop), name.to_owned());
        let (folder, link) = (folder.to_owned(), link.to_owned());
        let thread = std::thread::spawn(move || {
            while !stopped.load(Ordering::Relaxed) {
                fs::rename(&name, &folder).unwrap();
                fs::rename(&link, &name).unwrap();
                fs::rename(&name, &link).unwrap();
                fs::rename(&folder, &name).unwrap();
            }
        });
        Self {
            stop,
            thread: Some(thread),
        }
    }
}

impl Drop for Swapper {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
    }
}

fn swapped_links(root: &Path) -> Completion {
    let provider = two_spaces(root);
    let outside = root.join("outside");
    fs::create_dir_all(outside.join("deep")).unwrap();
    fs::write(outside.join("secret"), "secret").unwrap();
    fs::create_dir_all(root.join("b/x/deep")).unwrap();
    fs::write(root.join("b/x/mine"), "mine").unwrap();
    fs::write(root.join("a/f"), "f").unwrap();
    symlink(&outside, root.join("link")).unwrap();
    let swapper = Swapper::start(&root.join("b/x"), &root.join("aside"), &root.join("link"));
    for round in 0..300 {
        let texts = [
            format!("copy|file|a:/f|b:/x/deep/{round}|fail"),
            format!("copy|file|b:/x/secret|a:/stolen-{round}|fail"),
            "remove|file|b:/x/secret|permanent".to_owned(),
            format!("move|file|b:/x/secret|a:/taken-{round}|fail"),
            format!("create|folder|b:/x/deep/{round}-folder"),
        ];
        for text in texts {
            execute(&provider, &[&text]);
        }
    }
    drop(swapper);
    assert_eq!(names(&outside), ["deep", "secret"]);
    assert!(names(&outside.join("deep")).is_empty());
    assert_eq!(names(&root.join("a")), ["f"]);
    assert_eq!(fs::read_to_string(root.join("b/x/mine")).unwrap(), "mine");
    Completion::Completed
}

fn pipes(root: &Path) -> Completion {
    let provider = two_spaces(root);
    let folder = File::open(root.join("a")).unwrap();
    mkfifoat(&folder, "p", Mode::RUSR | Mode::WUSR).unwrap();
    let operations = [
        "copy|file|a:/p|b:/p|fail",
        "move|file|a:/p|b:/p|fail",
        "remove|file|a:/p|permanent",
    ];
    assert_eq!(
        kinds(&provider, &operations),
        [Some(ErrorKind::Mismatch); 3]
    );
    assert_eq!(names(&root.join("a")), ["p"]);
    Completion::Completed
}

fn changing_source(root: &Path) -> Completion {
    let provider = two_spaces(root);
    let source = root.join("a/f");
    fs::write(&source, content(64 << 20)).unwrap();
    let stop = Arc::new(AtomicBool::new(false));
    let stopped = Arc::clone(&stop);
    let mut writer = File::options().append(true).open(&source).unwrap();
    let thread = std::thread::spawn(move || {
        while !stopped.load(Ordering::Relaxed) {
            writer.write_all(b"more").unwrap();
        }
    });
    let ends = kinds(&provider, &["copy|file|a:/f|b:/f|fail"]);
    stop.store(true, Ordering::Relaxed);
    thread.join().unwrap();
    assert_eq!(ends, [Some(ErrorKind::Mismatch)]);
    assert!(names(&root.join("b")).is_empty());
    Completion::Completed
}

fn hard_links(root: &Path) -> Completion {
    let provider = two_spaces(root);
    fs::write(root.join("a/f"), "f").unwrap();
    fs::hard_link(root.join("a/f"), root.join("a/g")).unwrap();
    all_done(&provider, &["move|file|a:/f|a:/g|permanent"]);
    assert_eq!(names(&root.join("a")), ["g"]);
    Completion::Completed
}

fn across(root: &Path) -> Completion {
    let Ok(other) = tempfile::tempdir_in("/dev/shm") else {
        return Completion::ignored_with("there is no second file system at /dev/shm");
    };
    let device = |path: &Path| path.metadata().unwrap().dev();
    if device(other.path()) == device(root) {
        return Completion::ignored_with("/dev/shm is on the same file system");
    }
    let provider = provider(&[("a", root), ("b", other.path())]);
    fs::write(root.join("f"), content(3_000_000)).unwrap();
    fs::write(other.path().join("old"), "old").unwrap();
    fs::create_dir_all(root.join("x/y")).unwrap();
    fs::write(root.join("x/y/g"), "g").unwrap();
    fs::write(root.join("taken"), "taken").unwrap();
    all_done(
        &provider,
        &["move|file|a:/f|b:/f|fail", "move|folder|a:/x|b:/w|fail"],
    );
    let kept = all_done(
        &provider,
        &["move|file|b:/f|a:/f|fail", "copy|file|a:/f|b:/old|recycle"],
    );
    assert_eq!(kept[1].as_deref(), Some(".reshelve/trash/run-1/2-old"));
    assert_eq!(
        kinds(
            &provider,
            &[
                "move|file|a:/taken|b:/old|fail",
                "move|file|a:/taken|b:/w|permanent"
            ]
        ),
        [Some(ErrorKind::AlreadyExists), Some(ErrorKind::Mismatch)]
    );
    assert!(fs::read(root.join("f")).unwrap() == content(3_000_000));
    assert!(fs::read(other.path().join("old")).unwrap() == content(3_000_000));
    assert_eq!(names(root), ["f", "taken"]);
    assert_eq!(names(other.path()), [".reshelve", "old", "w"]);
    assert_eq!(fs::read_to_string(other.path().join("w/y/g")).unwrap(), "g");
    Completion::Completed
}

fn unwritable(root: &Path) -> Completion {
    if rustix::process::geteuid().is_root() {
        return Completion::ignored_with("nothing is unwritable for root");
    }
    let provider = two_spaces(root);
    fs::write(root.join("a/f"), "f").unwrap();
    fs::create_dir(root.join("b/x")).unwrap();
    fs::set_permissions(root.join("b/x"), Permissions::from_mode(0o555)).unwrap();
    let ends = execute(&provider, &["copy|file|a:/f|b:/x/f|fail"]);
    fs::set_permissions(root.join("b/x"), Permissions::from_mode(0o755)).unwrap();
    let (kind, message) = ends.into_iter().next().unwrap().unwrap_err();
    assert_eq!(kind, ErrorKind::PermissionDenied);
    assert!(message.contains("`b:/x/f`"), "{message}");
    Completion::Completed
}

/// Names the folder in which a second process of this test copies until it is killed.
pub(crate) const KILLED_IN: &str = "CONFORMANCE_KILLED_IN";
const KILLED_SIZE: u64 = 1 << 30;

/// What the second process does.
pub(crate) fn copy_until_killed(root: &Path) {
    execute(&two_spaces(root), &["copy|file|a:/f|b:/f|fail"]);
}

fn killed(root: &Path) -> Completion {
    let provider = two_spaces(root);
    let source = File::create(root.join("a/f")).unwrap();
    source.set_len(KILLED_SIZE).unwrap();
    let mut child = Command::new(std::env::current_exe().unwrap())
        .env(KILLED_IN, root)
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let temporary = root.join("b/.reshelve/tmp/run-1-1/op-1");
    while !temporary.exists() && child.try_wait().unwrap().is_none() {
        std::thread::sleep(Duration::from_millis(1));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    match root.join("b/f").metadata() {
        Ok(whole) => assert_eq!(whole.len(), KILLED_SIZE),
        Err(_) => assert!(temporary.exists()),
    }
    let _ = fs::remove_file(root.join("b/f"));
    source.set_len(10).unwrap();
    all_done(&provider, &["copy|file|a:/f|b:/f|fail"]);
    assert_eq!(names(&root.join("b")), ["f"]);
    Completion::Completed
}

fn registry(root: &Path) -> Completion {
    let space = |values: &[(&str, &str)]| {
        let values = values
            .iter()
            .map(|(key, value)| (key.to_string(), value.to_string()));
        BTreeMap::from([(alias("a"), values.collect::<BTreeMap<_, _>>())])
    };
    let cases = [
        ("local", space(&[]), "has no `root`"),
        ("dingtalk", space(&[]), "has no `id`"),
        ("local", space(&[("root", "no")]), "mkdir -p"),
        ("nowhere", space(&[("root", ".")]), "no provider `nowhere`"),
    ];
    for (name, spaces, words) in cases {
        let message = match open(name, &opening(&spaces, root)) {
            Ok(_) => panic!("{name} was opened"),
            Err(error) => error.message,
        };
        assert!(message.contains(words), "{message}");
    }
    let there = space(&[("root", ".")]);
    assert!(open("local", &opening(&there, root)).is_ok());
    Completion::Completed
}
