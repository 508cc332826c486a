//! What only a service with ids, tasks, tokens and limits can be asked: each case against an
//! emulator of its own.

use std::sync::Arc;
use std::time::Duration;

use reshelve::emulator::Running;
use reshelve::manifest::{Disposal, Permissions};
use reshelve::plan::{Operation, Place};
use reshelve::provider::dingtalk::wire::{ConflictStrategy, Id};
use reshelve::provider::dingtalk::{Destination, DingTalkProvider};
use reshelve::provider::layer::{RetryReadsLayer, SystemPause};
use reshelve::provider::{
    BatchReply, BatchRequest, Effect, ErrorKind, ListRequest, NoProgress, Provider, ProviderError,
    Retry, SeekRequest, SpaceListRequest, TaskId, TaskStatus,
};
use reshelve::tree::{Address, EntryId, EntryPath};
use tokio::runtime::Runtime;

use crate::doing::operation;
use crate::runtime;
use crate::scene::{alias, list_all, read_back, rows};
use crate::service::{AS_DOCUMENTED, AT_LAST, BUSY, Manner, OTHERWISE, provider, start};

/// A case with its name.
type Check = (&'static str, fn());

pub(crate) const CASES: &[Check] = &[
    (
        "every call states what has a harmful default",
        states_everything,
    ),
    (
        "a failed call says whether it may have had an effect",
        faults,
    ),
    ("a call that reads may always be made again", reading_faults),
    ("a token that ends is fetched again, once", token_ends),
    ("many calls at once fetch one new token", one_new_token),
    ("wrong credentials are named", wrong_credentials),
    ("a flat listing has what the folders have", flat_listing),
    ("pages follow one another", many_pages),
    ("entries are sought by id wherever they are", seeking),
    ("entries are fetched by id in few calls", fetch_by_id),
    (
        "an id that is elsewhere now is not at its old place",
        fetch_what_moved,
    ),
    ("a name that the service finds is told", beside),
    ("a call has one target and one strategy", mixed_calls),
    ("a folder that was replaced is found again", replaced_folder),
    (
        "a file and a folder of one name are not mixed up",
        twin_names,
    ),
    ("a task that fails in part is a failure", partial_task),
    ("what else a service may do shows in errors", other_switches),
    ("every switch is tried both ways", every_switch),
    ("calls for one entry do what they say", single_calls),
    ("what is in the bin comes back", recycle_bin),
];

/// A service with its client.
struct Stage {
    runtime: Runtime,
    service: Running,
    provider: Arc<DingTalkProvider>,
}

fn stage(manner: &Manner, scene: &[&str]) -> Stage {
    let service = start(manner, &rows(scene));
    let provider = Arc::new(provider(&service, manner));
    Stage {
        runtime: runtime().unwrap(),
        service,
        provider,
    }
}

impl Stage {
    fn execute(&self, texts: &[&str]) -> Result<BatchReply, ProviderError> {
        let operations: Vec<Operation> = (1..)
            .zip(texts)
            .map(|(number, text)| operation(number, text))
            .collect();
        let operations: Vec<&Operation> = operations.iter().collect();
        let request = BatchRequest {
            run: "run-1",
            operations: &operations,
            progress: &NoProgress,
        };
        self.runtime.block_on(self.provider.execute(&request))
    }

    fn there(&self) -> Vec<String> {
        let provider = RetryReadsLayer::new(self.provider.clone(), Arc::new(SystemPause));
        self.runtime.block_on(read_back(&provider))
    }

    /// How often a route was called.
    fn calls(&self, route: &str) -> usize {
        let log = self.service.log();
        log.iter().filter(|call| call.route == route).count()
    }

    fn id(&self, text: &str) -> EntryId {
        let address = Address::parse(text).unwrap();
        let place = Place::new(address.space, address.path);
        let found = self.runtime.block_on(self.provider.fetch(&[place]));
        found.unwrap()[0].clone().unwrap().seen.id.unwrap()
    }

    fn wire_id(&self, text: &str) -> Id {
        Id::new(self.id(text).as_str()).unwrap()
    }

    /// A place with the id of what is there now.
    fn place(&self, text: &str) -> Place {
        let address = Address::parse(text).unwrap();
        Place {
            id: Some(self.id(text)),
            ..Place::new(address.space, address.path)
        }
    }

    fn finish(&self, task: &TaskId) -> TaskStatus {
        for _ in 0..200 {
            let tasks = [task.clone()];
            let polled = self.runtime.block_on(self.provider.poll(&tasks)).unwrap();
            if polled[0] != TaskStatus::Running {
                return polled[0].clone();
            }
        }
        panic!("the task does not end");
    }
}

fn space(text: &str) -> Id {
    Id::new(text).unwrap()
}

const A: &str = "100000000";
const B: &str = "100000001";

fn states_everything() {
    let stage = stage(&AS_DOCUMENTED, &["a:/f=5", "a:/g=6", "a:/h=7", "a:/x/"]);
    stage.execute(&["copy|file|a:/f|b:/f|fail"]).unwrap();
    stage.execute(&["move|file|a:/g|b:/g|permanent"]).unwrap();
    stage.execute(&["copy|file|a:/f|a:/f|beside"]).unwrap();
    stage.execute(&["remove|file|a:/h|recycle"]).unwrap();
    stage.execute(&["remove|folder|a:/x|permanent"]).unwrap();
    stage.execute(&["create|folder|a:/y"]).unwrap();
    let mut stated = Vec::new();
    for call in stage.service.log() {
        let option = &call.body["option"];
        match call.route {
            "batchCopy" | "batchMove" | "batchRemove" | "addFolder" => {
                stated.push(format!("{} {option}", call.route));
            }
            "list" => {
                let query = |name: &str| call.query[name].clone();
                let order = (query("orderBy"), query("order"), query("maxResults"));
                assert_eq!(order, ("NAME".into(), "ASC".into(), "50".into()));
            }
            _ => {}
        }
    }
    let expected = [
        r#"batchCopy {"conflictStrategy":"RETURN_ERROR_IF_EXISTS"}"#,
        r#"batchMove {"conflictStrategy":"OVERWRITE","preservePermissions":true}"#,
        r#"batchCopy {"conflictStrategy":"AUTO_RENAME"}"#,
        r#"batchRemove {"toRecycleBin":true}"#,
        r#"batchRemove {"toRecycleBin":false}"#,
        r#"addFolder {"conflictStrategy":"RETURN_ERROR_IF_EXISTS"}"#,
    ];
    assert_eq!(stated, expected);
}

/// The kind of fault, what is told, and whether the copy is there.
const FAULTS: &[(&str, ErrorKind, Effect, bool)] = {
    use Effect::{MayHaveApplied, NotApplied};
    use ErrorKind::{Quota, Throttled, Unavailable};
    &[
        ("qps", Throttled, NotApplied, false),
        ("qps-api", Throttled, NotApplied, false),
        ("qpm", Throttled, NotApplied, false),
        ("ban-html", Throttled, MayHaveApplied, false),
        ("ban-json", Throttled, MayHaveApplied, false),
        ("concurrent", Throttled, NotApplied, false),
        ("monthly-quota", Quota, NotApplied, false),
        ("timeout-before", Unavailable, MayHaveApplied, false),
        ("timeout-after", Unavailable, MayHaveApplied, true),
        ("system-error-before", Unavailable, MayHaveApplied, false),
        ("system-error-after", Unavailable, MayHaveApplied, true),
        ("cut-before", Unavailable, MayHaveApplied, false),
        ("cut-after", Unavailable, MayHaveApplied, true),
    ]
};

fn faults() {
    for (fault, kind, effect, is_there) in FAULTS {
        let mut stage = stage(&AS_DOCUMENTED, &["a:/f=5"]);
        let rules = format!("rules: [{{route: batchCopy, nth: 1, kind: {fault}}}]");
        stage.service.set_faults(&rules).unwrap();
        let error = stage.execute(&["copy|file|a:/f|b:/f|fail"]).unwrap_err();
        assert_eq!(
            (error.kind, error.effect),
            (*kind, *effect),
            "{fault}: {error}"
        );
        if fault.starts_with("ban") {
            // The host is shut, for calls that read as well.
            let calls = stage.service.log().len();
            let error = stage.execute(&["copy|file|a:/f|b:/f|fail"]).unwrap_err();
            assert_eq!(error.effect, Effect::NotApplied, "{fault}: {error}");
            assert_eq!(stage.service.log().len(), calls);
        }
        stage.provider = Arc::new(provider(&stage.service, &AS_DOCUMENTED));
        let found = stage.there().contains(&"b:/f=5".to_owned());
        assert_eq!(found, *is_there, "{fault}");
        assert_eq!(stage.calls("batchCopy"), 1, "{fault}");
    }
}

fn reading_faults() {
    for (fault, kind, ..) in FAULTS {
        let stage = stage(&AS_DOCUMENTED, &["a:/f=5"]);
        let rules = format!("rules: [{{route: list, nth: 1, kind: {fault}}}]");
        stage.service.set_faults(&rules).unwrap();
        let request = ListRequest {
            space: alias("a"),
            folder: EntryPath::root(),
            id: None,
            page: None,
        };
        let page = stage.runtime.block_on(stage.provider.list(&request));
        let error = page.unwrap_err();
        assert_eq!(
            (error.kind, error.effect),
            (*kind, Effect::NotApplied),
            "{fault}: {error}"
        );
        assert_ne!(error.retry, Retry::Never, "{fault}");
    }
}

fn token_ends() {
    let stage = stage(&AS_DOCUMENTED, &["a:/f=5", "a:/g=5"]);
    let rules = "rules: [{route: batchCopy, nth: 1, kind: token-expiry}]";
    stage.service.set_faults(rules).unwrap();
    let reply = stage
        .execute(&["copy|file|a:/f|b:/f|fail", "copy|file|a:/g|b:/g|fail"])
        .unwrap();
    assert!(reply.items.iter().all(|item| item.end.is_ok()));
    assert_eq!(stage.calls("accessToken"), 2);
    assert_eq!(stage.calls("batchCopy"), 2);
    assert_eq!(stage.there().len(), 4);
    // Where no token is accepted any more, it ends with an error and not in a circle.
    let rules = "rules: [{route: batchCopy, probability: 1.0, kind: token-expiry}]";
    stage.service.set_faults(rules).unwrap();
    let error = stage.execute(&["copy|file|a:/f|b:/f|fail"]).unwrap_err();
    assert_eq!(
        (error.kind, error.effect),
        (ErrorKind::Unauthenticated, Effect::NotApplied)
    );
    assert_eq!(stage.calls("batchCopy"), 4);
}

/// Many calls are under way with a token when it ends.
fn one_new_token() {
    let stage = stage(&AS_DOCUMENTED, &["a:/f=5"]);
    stage.there();
    stage.service.clear_log();
    let rules = "rules: [{route: list, nth: 1, kind: token-expiry}, \
                 {route: list, every: 1, kind: slow, milliseconds: 50}]";
    stage.service.set_faults(rules).unwrap();
    let pages = stage.runtime.block_on(async {
        let mut pages = tokio::task::JoinSet::new();
        for _ in 0..8 {
            let provider = Arc::clone(&stage.provider);
            pages.spawn(async move {
                let request = ListRequest {
                    space: alias("a"),
                    folder: EntryPath::root(),
                    id: None,
                    page: None,
                };
                provider.list(&request).await
            });
        }
        pages.join_all().await
    });
    assert!(pages.iter().all(Result::is_ok), "{pages:?}");
    let refused = stage.service.log();
    let refused = refused
        .iter()
        .filter(|call| call.code == "InvalidAuthentication");
    assert!(refused.count() > 1);
    assert_eq!(stage.calls("accessToken"), 1);
}

fn wrong_credentials() {
    let stage = stage(&AS_DOCUMENTED, &[]);
    let provider = crate::service::client(&stage.service.endpoint(), "not the secret");
    let place = Place::new(alias("a"), EntryPath::root());
    let found = stage.runtime.block_on(provider.fetch(&[place]));
    let error = found.unwrap_err();
    assert_eq!(
        (error.kind, error.retry),
        (ErrorKind::Unauthenticated, Retry::Never)
    );
    assert!(error.message.contains("app secret is wrong"), "{error}");
}

/// Three folders inside one another with so many files each that pages end in the middle.
fn deep() -> Vec<String> {
    let mut scene: Vec<String> = ["a:/x/", "a:/x/y/", "a:/x/y/z/"].map(str::to_owned).into();
    for folder in ["a:", "a:/x", "a:/x/y", "a:/x/y/z"] {
        scene.extend((0..60).map(|number| format!("{folder}/file-{number:02}={number}")));
    }
    scene.sort();
    scene
}

fn flat_listing() {
    let scene = deep();
    let lines: Vec<&str> = scene.iter().map(String::as_str).collect();
    for manner in [&AS_DOCUMENTED, &OTHERWISE] {
        let stage = stage(manner, &lines);
        let mut request = SpaceListRequest {
            space: alias("a"),
            page: None,
        };
        let mut found = Vec::new();
        loop {
            let page = stage
                .runtime
                .block_on(stage.provider.list_space(&request))
                .unwrap();
            assert_eq!(page.listing.len(), page.parents.len());
            for (entry, parent) in page.listing.entries().zip(page.parents) {
                found.push((entry.name.to_owned(), entry.size, entry.id.to_id(), parent));
            }
            let Some(next) = page.next else { break };
            request.page = Some(next);
        }
        let mut expected = Vec::new();
        for folder in ["a:/", "a:/x", "a:/x/y", "a:/x/y/z"] {
            let parent = (folder != "a:/").then(|| stage.id(folder));
            let folder = Address::parse(folder).unwrap();
            let listing = stage
                .runtime
                .block_on(list_all(stage.provider.as_ref(), &folder));
            for entry in listing.entries() {
                let row = (
                    entry.name.to_owned(),
                    entry.size,
                    entry.id.to_id(),
                    parent.clone(),
                );
                expected.push(row);
            }
        }
        found.sort();
        expected.sort();
        assert_eq!(found, expected);
        assert_eq!(found.len(), 243);
    }
}

fn seeking() {
    for manner in [&AS_DOCUMENTED, &OTHERWISE] {
        let stage = stage(manner, &["a:/x/y/f=5", "a:/g=6", "b:/h=7"]);
        let places = ["a:/x/y/f", "a:/x", "a:/g"];
        let mut ids: Vec<EntryId> = places.map(|place| stage.id(place)).into();
        // One of another space, the root, one that is nothing's, one that can be none.
        ids.push(stage.id("b:/h"));
        ids.extend(["0", "999999999", "../x"].map(EntryId::new));
        stage
            .execute(&["rename|folder|a:/x|a:/moved|fail"])
            .unwrap();
        let before = stage.calls("queryMany");
        let request = SeekRequest {
            space: alias("a"),
            ids,
        };
        let found = stage.provider.seek(&request);
        let page = stage.runtime.block_on(found).unwrap();
        let entries = page.listing.entries().zip(page.parents);
        let mut found: Vec<_> = entries
            .map(|(entry, parent)| (entry.name.to_owned(), entry.size, parent))
            .collect();
        found.sort();
        let parent = Some(stage.id("a:/moved/y"));
        let expected = [("f", 5, parent), ("g", 6, None), ("moved", 0, None)];
        let expected = expected.map(|(name, size, parent)| (name.to_owned(), size, parent));
        assert_eq!(found, expected);
        assert_eq!(stage.calls("queryMany"), before + 1);
    }
}

fn many_pages() {
    let files: Vec<String> = (0..130)
        .map(|number| format!("a:/file-{number:03}={number}"))
        .collect();
    let lines: Vec<&str> = files.iter().map(String::as_str).collect();
    for (manner, pages) in [(&AS_DOCUMENTED, 3), (&OTHERWISE, 4)] {
        let stage = stage(manner, &lines);
        stage.service.clear_log();
        assert_eq!(stage.there(), files);
        assert_eq!(stage.calls("list"), pages + 1, "of both spaces");
    }
}

fn fetch_by_id() {
    let scene = deep();
    let lines: Vec<&str> = scene.iter().map(String::as_str).collect();
    let stage = stage(&AS_DOCUMENTED, &lines);
    stage.there();
    let folder = Address::parse("a:/x/y/z").unwrap();
    let listing = stage
        .runtime
        .block_on(list_all(stage.provider.as_ref(), &folder));
    let places: Vec<Place> = (listing.entries())
        .map(|entry| Place {
            id: entry.id.to_id(),
            ..Place::new(folder.space.clone(), folder.path.join(entry.name).unwrap())
        })
        .collect();
    assert_eq!(places.len(), 60);
    // What is known of folders goes along with the entries: 63 ids.
    stage.service.clear_log();
    let found = stage
        .runtime
        .block_on(stage.provider.fetch(&places))
        .unwrap();
    assert!(found.iter().zip(listing.entries()).all(|(found, entry)| {
        let seen = &found.as_ref().unwrap().seen;
        seen.id == entry.id.to_id() && seen.attributes.size == entry.size
    }));
    assert_eq!((stage.calls("queryMany"), stage.calls("list")), (3, 0));
    // A client that has seen nothing yet asks for the folders level by level.
    let stranger = provider(&stage.service, &AS_DOCUMENTED);
    stage.service.clear_log();
    let found = stage
        .runtime
        .block_on(stranger.fetch(&places[..1]))
        .unwrap();
    assert!(found[0].is_some());
    assert_eq!((stage.calls("queryMany"), stage.calls("list")), (4, 0));
}

fn fetch_what_moved() {
    let stage = stage(
        &AS_DOCUMENTED,
        &["a:/x/", "a:/x/y/", "a:/x/y/f=5", "a:/x/g=6", "a:/h=7"],
    );
    let places = ["a:/x/y/f", "a:/x/g", "a:/h", "a:/x"].map(|text| stage.place(text));
    let fetch = || {
        let found = stage
            .runtime
            .block_on(stage.provider.fetch(&places))
            .unwrap();
        found.iter().map(Option::is_some).collect::<Vec<bool>>()
    };
    assert_eq!(fetch(), [true, true, true, true]);
    // Somebody else works on the same space.
    let other = Stage {
        runtime: runtime().unwrap(),
        provider: Arc::new(provider(&stage.service, &AS_DOCUMENTED)),
        service: start(&AS_DOCUMENTED, &[]),
    };
    other
        .execute(&["rename|folder|a:/x/y|a:/x/w|fail"])
        .unwrap();
    assert_eq!(fetch(), [false, true, true, true]);
    other.execute(&["move|file|a:/h|a:/x/h|fail"]).unwrap();
    assert_eq!(fetch(), [false, true, false, true]);
    other.execute(&["remove|file|a:/x/g|recycle"]).unwrap();
    assert_eq!(fetch(), [false, false, false, true]);
    other.execute(&["rename|folder|a:/x|a:/z|fail"]).unwrap();
    assert_eq!(fetch(), [false, false, false, false]);
}

fn beside() {
    let scene = ["a:/f.txt=5", "a:/x/", "a:/x/g=6", "b:/f.txt=7", "b:/x/"];
    for (manner, expected) in [
        (&AS_DOCUMENTED, ["f(1).txt", "x(1)"]),
        (&OTHERWISE, ["f (1).txt", "x (1)"]),
    ] {
        let stage = stage(manner, &scene);
        let reply = stage
            .execute(&["copy|file|a:/f.txt|b:/f.txt|beside"])
            .unwrap();
        let done = reply.items[0].end.clone().unwrap();
        assert_eq!(done.name.as_deref(), Some(expected[0]));
        let named = format!("b:/{}=5", expected[0]);
        assert!(stage.there().contains(&named));
        let reply = stage.execute(&["copy|folder|a:/x|b:/x|beside"]).unwrap();
        let task = &reply.tasks[0];
        assert_eq!(task.done.name.as_deref(), Some(expected[1]));
        assert_eq!(stage.finish(&task.task), TaskStatus::Succeeded);
        assert!(stage.there().contains(&format!("b:/{}/g=6", expected[1])));
        // Where the service gives the name that was expected, it is not told again.
        let wished = format!(
            "move|file|a:/f.txt|b:/{}|beside",
            expected[0].replace('1', "2")
        );
        let reply = stage.execute(&[&wished]).unwrap();
        assert_eq!(reply.items[0].end.clone().unwrap().name, None);
    }
}

fn mixed_calls() {
    let stage = stage(
        &AS_DOCUMENTED,
        &["a:/f=5", "a:/g=6", "a:/x/", "b:/x/", "b:/h=7"],
    );
    let before = stage.there();
    let cases: [&[&str]; 9] = [
        &["copy|file|a:/f|b:/f|fail", "copy|file|a:/g|b:/x/g|fail"],
        &["copy|file|a:/f|b:/f|fail", "copy|file|a:/g|b:/g|permanent"],
        &["copy|file|a:/f|b:/f|fail", "copy|file|b:/h|b:/x/h|fail"],
        &["copy|file|a:/f|b:/f|fail", "move|file|a:/g|b:/g|fail"],
        &["copy|file|a:/f|b:/f|fail", "remove|file|a:/g|recycle"],
        &["remove|file|a:/f|recycle", "remove|file|a:/g|permanent"],
        &["remove|file|a:/f|recycle", "remove|file|b:/h|recycle"],
        &["rename|file|a:/f|a:/k|fail", "rename|file|a:/g|a:/l|fail"],
        &["create|folder|a:/k", "create|folder|a:/l"],
    ];
    for texts in cases {
        let error = stage.execute(texts).unwrap_err();
        let found = (error.kind, error.effect);
        assert_eq!(
            found,
            (ErrorKind::Unsupported, Effect::NotApplied),
            "{texts:?}"
        );
    }
    let one = [
        "rename|file|a:/f|a:/g|permanent",
        "rename|file|a:/f|a:/k|beside",
        "rename|file|a:/f|b:/f|fail",
        "copy|folder|a:/x|b:/x|permanent",
        "copy|file|a:/f|b:/k|fail",
    ];
    for text in one {
        let error = stage.execute(&[text]).unwrap_err();
        assert_eq!(error.kind, ErrorKind::Unsupported, "{text}");
    }
    assert_eq!(stage.there(), before);
    assert!(stage.service.log().iter().all(|call| !call.effect));
    assert!(stage.execute(&[]).unwrap().items.is_empty());
}

fn replaced_folder() {
    let stage = stage(&AS_DOCUMENTED, &["a:/f=5", "b:/x/", "b:/x/y/"]);
    stage.there();
    let other = provider(&stage.service, &AS_DOCUMENTED);
    let other = Stage {
        runtime: runtime().unwrap(),
        provider: Arc::new(other),
        service: start(&AS_DOCUMENTED, &[]),
    };
    let reply = other.execute(&["remove|folder|b:/x|permanent"]).unwrap();
    assert_eq!(other.finish(&reply.tasks[0].task), TaskStatus::Succeeded);
    other.execute(&["create|folder|b:/x"]).unwrap();
    stage.execute(&["copy|file|a:/f|b:/x/f|fail"]).unwrap();
    stage.execute(&["create|folder|b:/x/z"]).unwrap();
    assert_eq!(stage.there(), ["a:/f=5", "b:/x/", "b:/x/f=5", "b:/x/z/"]);
    let error = stage.execute(&["create|folder|b:/x/y/w"]).unwrap_err();
    assert_eq!(
        (error.kind, error.effect),
        (ErrorKind::NotFound, Effect::NotApplied)
    );
}

fn twin_names() {
    let twins = Manner {
        switches: &["file-folder-names=allowed"],
        ..AS_DOCUMENTED
    };
    let stage = stage(&twins, &["a:/x=5", "a:/f=6"]);
    stage.execute(&["create|folder|a:/x"]).unwrap();
    let error = stage
        .execute(&["remove|file|a:/x|permanent"])
        .unwrap_or_default();
    let end = error.items[0].end.clone().unwrap_err();
    assert_eq!(
        (end.kind, end.effect),
        (ErrorKind::Mismatch, Effect::NotApplied),
        "{end}"
    );
    let place = Place::new(alias("a"), EntryPath::parse("/x").unwrap());
    let found = stage.runtime.block_on(stage.provider.fetch(&[place]));
    assert_eq!(found.unwrap_err().kind, ErrorKind::Mismatch);
}

fn partial_task() {
    for manner in [&AS_DOCUMENTED, &OTHERWISE] {
        let stage = stage(manner, &["a:/x/", "a:/x/f=5", "a:/x/g=6"]);
        let rules = "rules: [{route: batchCopy, nth: 1, kind: task-item}]";
        stage.service.set_faults(rules).unwrap();
        let reply = stage.execute(&["copy|folder|a:/x|b:/x|fail"]).unwrap();
        let status = stage.finish(&reply.tasks[0].task);
        assert!(matches!(status, TaskStatus::Failed(_)), "{status:?}");
    }
}

/// Switches that would make the cases of the suite impossible, each with what it is for here.
const ALONE: [&str; 6] = [
    "names=insensitive",
    "odd-names=refuse",
    "file-folder-names=allowed",
    "list-delay-calls=3",
    "list-delay-milliseconds=60000",
    "monthly-calls=4",
];

fn other_switches() {
    let with = |switch: &'static [&'static str]| {
        let manner = Manner {
            switches: switch,
            ..AS_DOCUMENTED
        };
        stage(&manner, &["a:/x/", "a:/f=5"])
    };
    let kind = |stage: &Stage, text: &str| stage.execute(&[text]).unwrap_err().kind;
    let same_letters = with(&["names=insensitive"]);
    assert_eq!(
        kind(&same_letters, "create|folder|a:/X"),
        ErrorKind::AlreadyExists
    );
    let plain_names = with(&["odd-names=refuse"]);
    let text = "rename|file|a:/f|a:/a:b|fail";
    assert_eq!(kind(&plain_names, text), ErrorKind::Unsupported);
    for switch in [&["list-delay-calls=3"], &["list-delay-milliseconds=60000"]] {
        // Lists lag behind, and what was made in this process is found all the same.
        let late = with(switch);
        assert_eq!(late.there(), ["a:/f=5", "a:/x/"]);
        late.execute(&["create|folder|a:/x/y"]).unwrap();
        late.execute(&["create|folder|a:/x/y/z"]).unwrap();
        late.execute(&["copy|file|a:/f|a:/x/y/z/f|fail"]).unwrap();
        let tree = late.service.tree();
        assert!(tree.contains("/x/y/z/f"), "{tree}");
    }
    let few_calls = with(&["monthly-calls=4"]);
    few_calls.execute(&["create|folder|a:/y"]).unwrap();
    few_calls.execute(&["create|folder|a:/z"]).unwrap();
    let error = (0..5).find_map(|number| {
        let text = format!("create|folder|a:/n{number}");
        few_calls.execute(&[&text]).err()
    });
    let error = error.unwrap();
    let day = Duration::from_secs(24 * 60 * 60);
    assert_eq!(
        (error.kind, error.retry),
        (ErrorKind::Quota, Retry::After(day))
    );
}

fn every_switch() {
    let stage = stage(&AS_DOCUMENTED, &[]);
    let names = stage.service.set_switch("none=1").unwrap_err();
    let (_, names) = names.split_once("there are ").unwrap();
    let tried = [OTHERWISE.switches, AT_LAST.switches, BUSY.switches, &ALONE].concat();
    for name in names.split(", ") {
        let is_it = |switch: &&str| switch.split_once('=').is_some_and(|(it, _)| it == name);
        // Files come to be by seeding here, so no key of an upload is used.
        let is_tried = tried.iter().any(is_it) || name == "upload-key-reuse";
        assert!(is_tried, "the switch `{name}` stands at its default alone");
    }
}

fn single_calls() {
    let scene = ["a:/f=5", "a:/g=6", "a:/x/", "a:/x/h=7", "b:/w/"];
    let stage = stage(&AS_DOCUMENTED, &scene);
    let (a, b) = (space(A), space(B));
    let to = |folder: Id, strategy| Destination {
        space: b.clone(),
        folder,
        strategy,
    };
    let (f, g, x, w) = (
        stage.wire_id("a:/f"),
        stage.wire_id("a:/g"),
        stage.wire_id("a:/x"),
        stage.wire_id("b:/w"),
    );
    let calls = stage.provider.calls();
    let fail = ConflictStrategy::ReturnErrorIfExists;
    stage.runtime.block_on(async {
        let known = calls.get_space(&a).await.unwrap().space.unwrap();
        assert_eq!(known.id.known(), Some(&a));
        let copied = calls
            .copy_dentry(&a, &f, &to(w.clone(), fail))
            .await
            .unwrap();
        assert_ne!(copied.asynchronous.known(), Some(&true));
        let copied = copied.dentry.unwrap();
        assert_eq!(copied.name.known().map(String::as_str), Some("f"));
        assert_eq!(copied.parent_id.known(), Some(&w));
        let again = calls.copy_dentry(&a, &f, &to(w.clone(), fail)).await;
        assert_eq!(again.unwrap_err().kind, ErrorKind::AlreadyExists);
        let there = ConflictStrategy::ReturnDentryIfExists;
        let same = calls
            .copy_dentry(&a, &f, &to(w.clone(), there))
            .await
            .unwrap();
        assert_eq!(same.dentry.unwrap().id, copied.id);
        let moved = calls
            .move_dentry(&a, &x, &to(w.clone(), fail), Permissions::Preserve)
            .await
            .unwrap();
        assert_eq!(moved.asynchronous.known(), Some(&true));
        let task = TaskId(moved.task_id.known().unwrap().to_string());
        while stage
            .provider
            .poll(std::slice::from_ref(&task))
            .await
            .unwrap()[0]
            == TaskStatus::Running
        {}
        let renamed = calls
            .rename_dentry(&a, &g, "k.md")
            .await
            .unwrap()
            .dentry
            .unwrap();
        assert_eq!(
            (renamed.name.known().map(String::as_str), renamed.id.known()),
            (Some("k.md"), Some(&g))
        );
        let versions = calls.list_dentry_versions(&a, &f, None).await.unwrap();
        assert_eq!(versions.dentries.unwrap().len(), 1);
        let gone = calls
            .delete_dentry(&a, &f, Disposal::Permanent)
            .await
            .unwrap();
        assert_ne!(gone.asynchronous.known(), Some(&true));
        let error = calls.get_dentry(&a, &f).await.unwrap_err();
        assert_eq!(
            (error.kind, error.retry),
            (ErrorKind::NotFound, Retry::Never)
        );
        let error = calls
            .rename_dentry(&a, &Id::root(), "new")
            .await
            .unwrap_err();
        assert_eq!(error.kind, ErrorKind::Unsupported);
    });
    assert_eq!(
        stage.there(),
        ["a:/k.md=6", "b:/w/", "b:/w/f=5", "b:/w/x/", "b:/w/x/h=7"]
    );
    let log = stage.service.log();
    let body = |route: &str| {
        log.iter().find(|call| call.route == route).unwrap().body["option"].to_string()
    };
    assert!(
        body("move").contains(r#""presevePermissions":true"#),
        "{}",
        body("move")
    );
    let deleted = log.iter().find(|call| call.route == "delete").unwrap();
    assert_eq!(deleted.query["toRecycleBin"], "false");
}

fn recycle_bin() {
    let stage = stage(&AS_DOCUMENTED, &["a:/f=5", "a:/g=6"]);
    stage
        .execute(&["remove|file|a:/f|recycle", "remove|file|a:/g|recycle"])
        .unwrap();
    assert!(stage.there().is_empty());
    let calls = stage.provider.calls();
    stage.runtime.block_on(async {
        let bin = calls.get_recycle_bin("ORG", "dingcorp").await.unwrap();
        let bin = bin.recycle_bin.unwrap().id.known().unwrap().clone();
        let items = calls.list_recycle_items(&bin, None).await.unwrap();
        let items = items.recycle_items.unwrap();
        assert_eq!(items.len(), 2);
        let named = |name: &str| {
            let mut items = items.iter();
            items
                .find(|item| item.original_name.known().is_some_and(|it| it == name))
                .unwrap()
        };
        let item = named("f").id.known().unwrap();
        let strategy = ConflictStrategy::ReturnErrorIfExists;
        let back = calls
            .restore_recycle_item(&bin, item, strategy)
            .await
            .unwrap();
        assert_eq!(back.space_id.known(), Some(&space(A)));
        assert!(back.dentry_id.known().is_some());
        let again = calls
            .restore_recycle_item(&bin, item, strategy)
            .await
            .unwrap_err();
        assert_eq!(again.kind, ErrorKind::NotFound);
    });
    assert_eq!(stage.there(), ["a:/f=5"]);
}
