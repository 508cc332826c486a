//! What an operation relies on is looked at right before the operation: an edit made since the
//! plan stays, and what was left alone does not hinder.

use std::fs::{self, File};
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::Barrier;
use std::time::{Duration, Instant, SystemTime};

use libtest_mimic::Completion;
use reshelve::plan::{Operation, Reliance};
use reshelve::provider::{
    BatchRequest, Effect, ErrorKind, ListRequest, LocalProvider, NoProgress, Provider,
};
use reshelve::tree::{Address, EntryId, EntryIndex, EntryKind, Tree, subtree_digest};

use crate::doing::operation;
use crate::local::{Check, two_spaces};
use crate::runtime;

pub(crate) const CASES: &[(&str, Check)] = &[
    ("what is as planned is carried out", unchanged),
    ("an edit since the plan is never lost", edited),
    ("an edit during a replacing move is never lost", raced),
];

/// How each operation is written down, and what its entries are called in the message.
const OPERATIONS: &[(&str, &[&str])] = &[
    ("copy|file|a:/f|b:/new|fail", &["a:/f"]),
    ("copy|file|a:/f|b:/old|permanent", &["a:/f", "b:/old"]),
    ("copy|file|a:/f|b:/old|recycle", &["a:/f", "b:/old"]),
    ("move|file|a:/f|a:/new|fail", &["a:/f"]),
    ("move|file|a:/f|b:/old|permanent", &["a:/f", "b:/old"]),
    ("move|file|a:/f|b:/old|recycle", &["a:/f", "b:/old"]),
    ("rename|file|a:/f|a:/g|permanent", &["a:/f", "a:/g"]),
    ("remove|file|a:/f|permanent", &["a:/f"]),
    ("remove|file|a:/f|recycle", &["a:/f"]),
    ("copy|folder|a:/x|b:/new|fail", &["a:/x"]),
    ("move|folder|a:/x|b:/new|fail", &["a:/x"]),
    ("remove|folder|a:/x|permanent", &["a:/x"]),
    ("remove|folder|a:/x|recycle", &["a:/x"]),
];

/// What a colleague does to an entry, and whether a file or a folder can suffer it.
type Edit = (&'static str, fn(&Path));

const FILE_EDITS: &[Edit] = &[
    ("longer", |path| fs::write(path, "a longer text").unwrap()),
    ("same size, later", |path| {
        fs::write(path, "TEXT").unwrap();
        set_modified(path, 2_000_000_000);
    }),
    ("another file", |path| {
        let other = path.with_file_name("other");
        fs::write(&other, "TEXT").unwrap();
        set_modified(&other, 1_000_000_000);
        fs::rename(other, path).unwrap();
    }),
];

const FOLDER_EDITS: &[Edit] = &[
    ("a file is changed", |path| {
        fs::write(path.join("y/g"), "a longer text").unwrap();
    }),
    ("a file is added", |path| {
        fs::write(path.join("y/h"), "mine").unwrap();
    }),
    ("a folder is added", |path| {
        fs::create_dir(path.join("y/z")).unwrap();
    }),
    ("a file is gone", |path| {
        fs::remove_file(path.join("y/g")).unwrap();
    }),
];

fn scene(root: &Path) -> LocalProvider {
    fs::create_dir_all(root.join("a/x/y/empty")).unwrap();
    fs::create_dir_all(root.join("b")).unwrap();
    for name in ["a/f", "a/g", "a/x/y/g", "b/old"] {
        fs::write(root.join(name), "text").unwrap();
        set_modified(&root.join(name), 1_000_000_000);
    }
    two_spaces(root)
}

fn set_modified(path: &Path, seconds: u64) {
    let file = File::options().write(true).open(path).unwrap();
    let time = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
    file.set_modified(time).unwrap();
}

/// The operation with what a plan of this moment would rely on.
fn planned(provider: &LocalProvider, root: &Path, text: &str, ends: &[&str]) -> Operation {
    let mut operation = operation(1, text);
    for end in ends {
        let address = Address::parse(end).unwrap();
        let mut tree = Tree::new();
        let top = tree.root();
        observe(provider, &address, &mut tree, top);
        let entry = tree.find(&address.path).unwrap();
        let id = tree.id(entry);
        let inode = on_disk(root, end).metadata().unwrap().ino();
        assert_eq!(id, Some(EntryId::new(&inode.to_string())));
        operation.relies_on.push(match tree.kind(entry) {
            EntryKind::Folder => Reliance::Subtree {
                digest: subtree_digest(&tree, entry),
                address,
                id,
            },
            EntryKind::File | EntryKind::Special => Reliance::File {
                attributes: tree.attributes(entry),
                address,
                id,
            },
        });
    }
    operation
}

fn observe(provider: &LocalProvider, address: &Address, tree: &mut Tree, folder: EntryIndex) {
    let request = ListRequest {
        space: address.space.clone(),
        folder: tree.path(folder),
        id: None,
        page: None,
    };
    let page = runtime().unwrap().block_on(provider.list(&request));
    tree.attach(folder, page.unwrap().listing).unwrap();
    let below: Vec<EntryIndex> = tree.children(folder).collect();
    for child in below {
        if tree.kind(child) == EntryKind::Folder {
            observe(provider, address, tree, child);
        }
    }
}

fn on_disk(root: &Path, address: &str) -> std::path::PathBuf {
    root.join(address.replace(':', ""))
}

/// Everything in the two spaces but our own folders, with its content.
fn content(folder: &Path) -> Vec<String> {
    let mut lines = Vec::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(path) = open.pop() {
        let kind = path.symlink_metadata().unwrap().file_type();
        if path.file_name().is_some_and(|name| name == ".reshelve") {
            continue;
        }
        if kind.is_dir() {
            open.extend(fs::read_dir(&path).unwrap().map(|row| row.unwrap().path()));
        }
        let text = if kind.is_file() {
            fs::read_to_string(&path).unwrap()
        } else {
            String::new()
        };
        lines.push(format!("{} {text}", path.display()));
    }
    lines.sort();
    lines
}

fn unchanged(_root: &Path) -> Completion {
    for (text, ends) in OPERATIONS {
        let folder = tempfile::tempdir().unwrap();
        let provider = scene(folder.path());
        let operation = planned(&provider, folder.path(), text, ends);
        run(&provider, &operation).unwrap_or_else(|error| panic!("{text}: {}", error.message));
    }
    Completion::Completed
}

fn edited(_root: &Path) -> Completion {
    for (text, ends) in OPERATIONS {
        for end in *ends {
            let edits = if text.contains("|folder|") {
                FOLDER_EDITS
            } else {
                FILE_EDITS
            };
            for (name, edit) in edits {
                let folder = tempfile::tempdir().unwrap();
                let provider = scene(folder.path());
                let operation = planned(&provider, folder.path(), text, ends);
                edit(&on_disk(folder.path(), end));
                let before = content(folder.path());
                let error = run(&provider, &operation).expect_err(text);
                let found = (error.kind, error.effect);
                let case = format!("{text}, {end} {name}: {}", error.message);
                assert_eq!(found, (ErrorKind::Mismatch, Effect::NotApplied), "{case}");
                assert!(error.message.contains(&format!("`{end}`")), "{case}");
                assert!(error.message.ends_with("plan again"), "{case}");
                assert_eq!(content(folder.path()), before, "{case}");
            }
        }
    }
    Completion::Completed
}

/// A colleague replaces the target once at any moment: before the move, which is then refused, or
/// after it. Either way the colleague's file is what stands there in the end.
fn raced(_root: &Path) -> Completion {
    let folder = tempfile::tempdir().unwrap();
    let (old, mine) = (folder.path().join("b/old"), folder.path().join("b/mine"));
    for round in 0..400 {
        let provider = scene(folder.path());
        let ends = ["a:/f", "b:/old"];
        let text = "move|file|a:/f|b:/old|permanent";
        let operation = planned(&provider, folder.path(), text, &ends);
        fs::write(&mine, "mine").unwrap();
        let begin = Barrier::new(2);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                begin.wait();
                let moment = Instant::now() + Duration::from_micros(round);
                while Instant::now() < moment {
                    std::hint::spin_loop();
                }
                fs::rename(&mine, &old).unwrap();
            });
            begin.wait();
            let refused = run(&provider, &operation).is_err();
            assert_eq!(refused, folder.path().join("a/f").exists());
        });
        assert_eq!(fs::read_to_string(&old).unwrap(), "mine", "round {round}");
    }
    Completion::Completed
}

fn run(
    provider: &LocalProvider,
    operation: &Operation,
) -> Result<(), reshelve::provider::ProviderError> {
    let request = BatchRequest {
        run: "run-1",
        operations: &[operation],
        progress: &NoProgress,
    };
    let reply = runtime().unwrap().block_on(provider.execute(&request));
    reply.unwrap().items.remove(0).end.map(drop)
}
