//! Nasty names through every provider: what is there is listed byte for byte or left alone, and a
//! folder gets exactly the name asked for, or none.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fs;
use std::future::Future;
use std::os::unix::ffi::OsStrExt;
use std::sync::Arc;

use reshelve::emulator::Running;
use reshelve::plan::{Action, Operation, OperationId, Place, Reason};
use reshelve::provider::{BatchRequest, Effect, ListRequest, NoProgress, Provider, open};
use reshelve::state::PlacementRef;
use reshelve::tree::{Address, EntryKind, EntryPath};
use tempfile::TempDir;

use crate::names::{all, in_services, quoted, shortened, texts};
use crate::scene::{alias, list_all, rows};
use crate::{media, service, target};

/// A provider with a folder `a:/odd` and an empty folder `b:/made`.
struct Stage {
    name: &'static str,
    provider: Arc<dyn Provider>,
    /// The names that are in `a:/odd`.
    there: BTreeSet<String>,
    /// How many more are there that are no text.
    no_text: usize,
    _folder: Option<TempDir>,
    _service: Option<Running>,
}

/// From here on a name is too long to be a part of a path, in bytes.
const LONGEST_READ: usize = 65_535;
const SCENE: [&str; 2] = ["a:/odd/", "b:/made/"];

fn local() -> Stage {
    let folder = tempfile::tempdir().unwrap();
    for name in ["a/odd", "b/made"] {
        fs::create_dir_all(folder.path().join(name)).unwrap();
    }
    let (mut there, mut no_text) = (BTreeSet::new(), 0);
    for name in all() {
        let path = folder.path().join("a/odd").join(OsStr::from_bytes(&name));
        let is_plain = !name.contains(&b'/') && !matches!(name.as_slice(), b"." | b".." | b"");
        if is_plain && fs::write(path, "odd").is_ok() {
            match String::from_utf8(name) {
                Ok(name) => drop(there.insert(name)),
                Err(_) => no_text += 1,
            }
        }
    }
    let spaces = ["a", "b"].map(|space| {
        let root = BTreeMap::from([("root".to_owned(), space.to_owned())]);
        (alias(space), root)
    });
    let provider = open("local", &target::opening(&spaces.into(), folder.path())).unwrap();
    Stage {
        name: "local",
        provider,
        there,
        no_text,
        _folder: Some(folder),
        _service: None,
    }
}

fn memory() -> Stage {
    let odd = EntryPath::parse("/odd").unwrap();
    let mut scene = rows(&SCENE);
    let mut there = BTreeSet::new();
    for name in texts() {
        let Ok(path) = odd.join(&name) else { continue };
        if name.len() >= LONGEST_READ {
            continue;
        }
        scene.push(crate::scene::Row {
            address: Address::new(alias("a"), path),
            kind: EntryKind::File,
            size: 3,
        });
        there.insert(name);
    }
    Stage {
        name: "memory",
        provider: target::memory(&scene, None),
        there,
        no_text: 0,
        _folder: None,
        _service: None,
    }
}

/// Puts names into a service; gives those that it takes.
fn planted(service: &Running, seed: impl Fn(&str) -> String) -> BTreeSet<String> {
    let names = in_services().into_iter();
    let taken = names.filter(|name| {
        service
            .plant(&seed(&quoted(&format!("/odd/{name}"))))
            .is_ok()
    });
    let taken: BTreeSet<String> = taken.collect();
    assert!(taken.len() > 250, "{} names were planted", taken.len());
    taken
}

fn dingtalk() -> Stage {
    let running = service::start(&service::AS_DOCUMENTED, &rows(&SCENE));
    let there = planted(&running, |path| {
        format!(
            "spaces: [{{id: \"100000000\", name: a, made: drive, entries: [{{path: {path}, size: 3}}]}}]"
        )
    });
    Stage {
        name: "dingtalk",
        provider: Arc::new(service::provider(&running, &service::AS_DOCUMENTED)),
        there,
        no_text: 0,
        _folder: None,
        _service: Some(running),
    }
}

fn smh() -> Stage {
    let running = media::start(media::AS_DOCUMENTED, &rows(&SCENE));
    let library = media::LIBRARY;
    let space = media::space_id("a");
    let there = planted(&running, |path| {
        format!(
            "libraries: [{{id: {library}, secret: secret-1, tenants: many, spaces: [{{id: {space}, \
             entries: [{{path: {path}, size: 3}}]}}]}}]"
        )
    });
    Stage {
        name: "smh",
        provider: Arc::new(media::provider(&running)),
        there,
        no_text: 0,
        _folder: None,
        _service: Some(running),
    }
}

const STAGES: [fn() -> Stage; 4] = [local, memory, dingtalk, smh];

fn waited<T>(work: impl Future<Output = T>) -> T {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    builder.enable_all().build().unwrap().block_on(work)
}

/// What is in a folder, with the remarks about it.
async fn listed(stage: &Stage, folder: &str) -> (BTreeMap<String, EntryKind>, Vec<String>) {
    let folder = Address::parse(folder).unwrap();
    let entries = list_all(stage.provider.as_ref(), &folder).await;
    let entries: Vec<(String, EntryKind)> = entries
        .entries()
        .map(|entry| (entry.name.to_owned(), entry.kind))
        .collect();
    let count = entries.len();
    let entries: BTreeMap<_, _> = entries.into_iter().collect();
    assert_eq!(
        entries.len(),
        count,
        "{}: two entries have one name",
        stage.name
    );
    let mut request = ListRequest {
        space: folder.space,
        folder: folder.path,
        id: None,
        page: None,
    };
    let mut notes = Vec::new();
    loop {
        let page = stage.provider.list(&request).await.unwrap();
        notes.extend(page.notes);
        request.page = page.next;
        if request.page.is_none() {
            return (entries, notes);
        }
    }
}

#[test]
fn what_is_there_is_listed_byte_for_byte_or_left_alone() {
    for stage in STAGES {
        let stage = stage();
        let (listed, notes) = waited(listed(&stage, "a:/odd"));
        let special = listed.values().filter(|kind| **kind == EntryKind::Special);
        assert_eq!(special.count(), notes.len(), "{}", stage.name);
        let ordinary = listed.iter().filter(|(_, kind)| **kind == EntryKind::File);
        let ordinary: BTreeSet<&String> = ordinary.map(|(name, _)| name).collect();
        for name in &ordinary {
            assert!(
                stage.there.contains(*name),
                "{}: {name:?} is not there",
                stage.name
            );
            assert!(EntryPath::root().join(name).is_ok(), "{name:?}");
        }
        let missing: Vec<&String> = stage
            .there
            .iter()
            .filter(|it| !ordinary.contains(it))
            .collect();
        // Whatever is not listed as it is takes its place as something that is left alone.
        let left_alone = missing.len() + stage.no_text;
        let differs = shortened(&format!("{missing:?} {notes:?}"));
        assert_eq!(left_alone, notes.len(), "{}: {differs}", stage.name);
        assert!(ordinary.len() > 250, "{}: {}", stage.name, ordinary.len());
    }
}

fn made(name: &str) -> Option<Operation> {
    let path = EntryPath::parse("/made").unwrap().join(name).ok()?;
    Some(Operation {
        id: OperationId(1),
        placement: PlacementRef {
            manifest: "m".into(),
            placement: "p".into(),
        },
        reason: Reason::Missing,
        kind: EntryKind::Folder,
        entries: 1,
        bytes: 0,
        action: Action::CreateFolder {
            at: Place {
                space: alias("b"),
                path,
                id: None,
            },
        },
        relies_on: Vec::new(),
    })
}

/// Makes a folder of that name; the name that it got, and nothing where it was refused. A name that
/// is longer than the longest that is read leaves it open; no sheet allows such a name.
async fn made_as(stage: &Stage, name: &str) -> Option<String> {
    let operation = made(name)?;
    let request = BatchRequest {
        run: "run-1",
        operations: &[&operation],
        progress: &NoProgress,
    };
    let end = match stage.provider.execute(&request).await {
        Ok(mut reply) => reply.items.pop().expect("a folder is made at once").end,
        Err(error) => Err(error),
    };
    match end {
        Ok(done) => Some(done.name.unwrap_or_else(|| name.to_owned())),
        Err(error) => {
            let known = error.effect == Effect::NotApplied || name.len() >= LONGEST_READ;
            let message = shortened(&format!("{name:?}: {error}"));
            assert!(known, "{}: {message}", stage.name);
            None
        }
    }
}

#[test]
fn a_folder_gets_the_name_asked_for_or_none() {
    for stage in STAGES {
        let stage = stage();
        waited(async {
            let mut expected = BTreeSet::new();
            for name in texts() {
                if let Some(got) = made_as(&stage, &name).await {
                    assert!(expected.insert(got), "{}: {name:?} came twice", stage.name);
                }
            }
            let (listed, _) = listed(&stage, "b:/made").await;
            let folders = listed
                .into_iter()
                .filter(|(_, kind)| *kind == EntryKind::Folder);
            let found: BTreeSet<String> = folders.map(|(name, _)| name).collect();
            let lost: Vec<_> = expected.difference(&found).collect();
            let strange: Vec<_> = found.difference(&expected).collect();
            let differs = shortened(&format!("lost {lost:?}, strange {strange:?}"));
            assert!(found == expected, "{}: {differs}", stage.name);
            assert!(found.len() > 100, "{}: {} names", stage.name, found.len());
        });
    }
}
