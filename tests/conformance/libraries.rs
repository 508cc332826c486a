//! What only a service with libraries, paths, checksums and tasks of many items can be asked: each
//! case against an emulator of its own.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use reshelve::emulator::Running;
use reshelve::manifest::{Disposal, Permissions};
use reshelve::plan::{Operation, Place, Reliance};
use reshelve::provider::layer::SystemPause;
use reshelve::provider::smh::wire::{ConflictStrategy, Opaque};
use reshelve::provider::smh::{RestorePath, SmhProvider, SmhSettings, SpaceKey};
use reshelve::provider::{
    BatchReply, BatchRequest, Effect, ErrorKind, ItemReply, NoProgress, Provider, ProviderError,
    Retry, TaskStatus,
};
use reshelve::tree::{Address, EntryPath};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::doing::operation;
use crate::media::{
    AS_DOCUMENTED, BY_TASKS, Fields, LIBRARY, OTHERWISE, Switches, client, provider, space_id,
    start_with,
};
use crate::runtime;
use crate::scene::{alias, read_back, rows};

pub(crate) const CASES: &[(&str, fn())] = &[
    ("every call states what has a default", states_everything),
    (
        "a failed call says whether it may have had an effect",
        faults,
    ),
    ("a failed item spoils no other", failed_items),
    ("a token that ends is made again, once", token_ends),
    ("an ageing token is renewed", token_ages),
    ("a library may have a single space", single_space),
    ("wrong credentials are named", wrong_credentials),
    ("a given token serves", given_token),
    ("nothing goes to a bin that is not there", no_bin),
    ("a file with earlier versions is not replaced", history),
    ("what has changed since the plan is left alone", changed),
    ("nothing goes from one library to another", two_libraries),
    ("a thousand copies with new names are one call", thousand),
    ("many pages follow one another", many_pages),
    ("a task tells each item to whom it knows", tasks),
    ("calls for one entry do what they say", single_calls),
    ("what is in the bin comes back", recycle_bin),
];

/// A service with its client.
struct Stage {
    runtime: Runtime,
    service: Running,
    provider: SmhProvider,
}

fn stage(switches: Switches, scene: &[&str]) -> Stage {
    stage_with(switches, scene, &json!({}))
}

fn stage_with(switches: Switches, scene: &[&str], more: &Value) -> Stage {
    let service = start_with(switches, &rows(scene), more);
    Stage {
        runtime: runtime().unwrap(),
        provider: provider(&service),
        service,
    }
}

impl Stage {
    fn execute(&self, texts: &[&str]) -> Result<BatchReply, ProviderError> {
        let operations = (1..).zip(texts);
        let operations: Vec<Operation> = operations
            .map(|(number, text)| operation(number, text))
            .collect();
        self.send(&operations)
    }

    fn send(&self, operations: &[Operation]) -> Result<BatchReply, ProviderError> {
        let operations: Vec<&Operation> = operations.iter().collect();
        let request = BatchRequest {
            run: "run-1",
            operations: &operations,
            progress: &NoProgress,
        };
        self.runtime.block_on(self.provider.execute(&request))
    }

    /// How each operation ended, in their order.
    fn ends(&self, texts: &[&str]) -> Vec<String> {
        words(self.execute(texts).unwrap().items)
    }

    fn there(&self) -> Vec<String> {
        self.runtime.block_on(read_back(&self.provider))
    }

    /// How often a route was called.
    fn calls(&self, route: &str) -> usize {
        let log = self.service.log();
        log.iter().filter(|call| call.route == route).count()
    }
}

fn words(mut items: Vec<ItemReply>) -> Vec<String> {
    items.sort_by_key(|item| item.operation);
    let word = |item: ItemReply| match item.end {
        Ok(_) => "ok".to_owned(),
        Err(error) => error.kind.word().to_owned(),
    };
    items.into_iter().map(word).collect()
}

fn path(text: &str) -> EntryPath {
    EntryPath::parse(text).unwrap()
}

fn states_everything() {
    let stage = stage(AS_DOCUMENTED, &["a:/f=5", "a:/g=6", "a:/h=7", "a:/x/"]);
    stage.execute(&["copy|file|a:/f|b:/f|fail"]).unwrap();
    stage.execute(&["copy|file|a:/f|b:/f|permanent"]).unwrap();
    stage.execute(&["copy|folder|a:/x|a:/y|permanent"]).unwrap();
    stage.execute(&["move|file|a:/g|b:/g|fail"]).unwrap();
    stage.execute(&["rename|file|a:/f|a:/e|fail"]).unwrap();
    stage.execute(&["remove|file|a:/h|recycle"]).unwrap();
    stage.execute(&["remove|folder|a:/x|permanent"]).unwrap();
    stage.execute(&["create|folder|a:/z"]).unwrap();
    let mut stated = Vec::new();
    for call in stage.service.log() {
        let query = |name: &str| call.query.get(name).cloned().unwrap_or_default();
        match call.route {
            "batchCopy" | "batchMove" | "batchDelete" => {
                stated.push(format!("{} {}", call.path, call.body[0]));
            }
            "createDirectory" => stated.push(query("conflict_resolution_strategy")),
            "list" => assert_eq!(
                [
                    query("limit"),
                    query("order_by"),
                    query("order_by_type"),
                    query("page")
                ],
                ["1000", "name", "asc", ""]
            ),
            "info" => assert_eq!(query("with_inode"), "1"),
            _ => {}
        }
    }
    let batch = |space: &str| format!("/api/v1/batch/{LIBRARY}/{}", space_id(space));
    let (a, b) = (batch("a"), batch("b"));
    let expected = [
        format!(
            r#"{b} {{"conflictResolutionStrategy":"ask","copyFrom":"f","copyFromSpaceId":"spacea","to":"f"}}"#
        ),
        format!(
            r#"{b} {{"conflictResolutionStrategy":"overwrite","copyFrom":"f","copyFromSpaceId":"spacea","to":"f"}}"#
        ),
        format!(r#"{a} {{"conflictResolutionStrategy":"ask","copyFrom":"x","to":"y"}}"#),
        format!(
            r#"{b} {{"conflictResolutionStrategy":"ask","from":"g","fromSpaceId":"spacea","moveAuthority":true,"to":"g"}}"#
        ),
        format!(
            r#"{a} {{"conflictResolutionStrategy":"ask","from":"f","moveAuthority":true,"to":"e"}}"#
        ),
        format!(r#"{a} {{"path":"h","permanent":false}}"#),
        format!(r#"{a} {{"path":"x","permanent":true}}"#),
        "ask".to_owned(),
    ];
    assert_eq!(stated, expected);
}

/// The kind of fault, what is told, and whether the copy is there.
const FAULTS: &[(&str, ErrorKind, Effect, bool)] = {
    use Effect::{MayHaveApplied, NotApplied};
    use ErrorKind::{Throttled, Unavailable};
    &[
        ("too-many-requests", Throttled, NotApplied, false),
        ("error-before", Unavailable, MayHaveApplied, false),
        ("error-after", Unavailable, MayHaveApplied, true),
        ("unavailable-before", Unavailable, MayHaveApplied, false),
        ("unavailable-after", Unavailable, MayHaveApplied, true),
        ("timeout-before", Unavailable, MayHaveApplied, false),
        ("timeout-after", Unavailable, MayHaveApplied, true),
        ("html-before", Unavailable, MayHaveApplied, false),
        ("cut-before", Unavailable, MayHaveApplied, false),
        ("cut-after", Unavailable, MayHaveApplied, true),
    ]
};

fn faults() {
    for (fault, kind, effect, is_there) in FAULTS {
        let stage = stage(AS_DOCUMENTED, &["a:/f=5"]);
        let rules = format!("rules: [{{route: batchCopy, nth: 1, kind: {fault}}}]");
        stage.service.set_faults(&rules).unwrap();
        let error = stage.execute(&["copy|file|a:/f|b:/f|fail"]).unwrap_err();
        let found = (error.kind, error.effect);
        assert_eq!(found, (*kind, *effect), "{fault}: {error}");
        assert_eq!(stage.calls("batchCopy"), 1, "{fault}");
        let rules = format!("rules: [{{route: list, nth: 1, kind: {fault}}}]");
        stage.service.set_faults(&rules).unwrap();
        let place = Place::new(alias("a"), EntryPath::root());
        let fetched = stage.runtime.block_on(stage.provider.fetch(&[place]));
        let error = fetched.unwrap_err();
        assert_eq!(error.effect, Effect::NotApplied, "{fault}: {error}");
        assert_ne!(error.retry, Retry::Never, "{fault}: {error}");
        let found = stage.there().contains(&"b:/f=5".to_owned());
        assert_eq!(found, *is_there, "{fault}");
    }
}

fn failed_items() {
    let copies = [
        "copy|file|a:/f|b:/f|fail",
        "copy|file|a:/g|b:/g|fail",
        "copy|file|a:/no|b:/no|fail",
        "copy|file|a:/|b:/root|fail",
    ];
    let stage = stage(AS_DOCUMENTED, &["a:/f=5", "a:/g=6"]);
    let rules = "rules: [{route: batchCopy, nth: 1, kind: {fail-items: [1]}}]";
    stage.service.set_faults(rules).unwrap();
    let reply = stage.execute(&copies).unwrap();
    let first = reply.items.iter().find(|item| item.operation.0 == 1);
    let error = first.unwrap().end.clone().unwrap_err();
    assert_eq!(error.effect, Effect::MayHaveApplied, "{error}");
    let expected = ["unavailable", "ok", "not-found", "unsupported"];
    assert_eq!(words(reply.items), expected);
    assert!(stage.there().contains(&"b:/g=6".to_owned()));
}

fn token_ends() {
    let stage = stage(AS_DOCUMENTED, &["a:/f=5"]);
    let rules = "rules: [{route: batchCopy, nth: 1, kind: token-expiry}]";
    stage.service.set_faults(rules).unwrap();
    assert_eq!(stage.ends(&["copy|file|a:/f|b:/f|fail"]), ["ok"]);
    assert_eq!(stage.calls("createToken"), 2);
    assert_eq!(stage.calls("batchCopy"), 2);
    // Where no token is accepted any more, it ends with an error and not in a circle.
    let rules = "rules: [{route: batchCopy, probability: 1.0, kind: token-expiry}]";
    stage.service.set_faults(rules).unwrap();
    let error = stage.execute(&["copy|file|a:/f|b:/g|fail"]).unwrap_err();
    let found = (error.kind, error.effect);
    assert_eq!(found, (ErrorKind::Unauthenticated, Effect::NotApplied));
    assert_eq!(stage.calls("batchCopy"), 4);
}

/// Four fifths of ten seconds pass; the token is good for two seconds more.
fn token_ages() {
    let stage = stage(AS_DOCUMENTED, &["a:/f=5"]);
    let token = json!({"tokens": [{
        "token": "token-of-ten-seconds", "library": LIBRARY, "grants": ["space_admin"],
    }]});
    stage.service.plant(&token.to_string()).unwrap();
    let rules = json!({"rules": [{
        "route": "createToken", "nth": 1, "kind": "reply", "status": 200,
        "body": json!({"accessToken": "token-of-ten-seconds", "expiresIn": 10}).to_string(),
    }]});
    stage.service.set_faults(&rules.to_string()).unwrap();
    assert_eq!(stage.there(), ["a:/f=5"]);
    assert_eq!(stage.calls("renewToken"), 0);
    std::thread::sleep(Duration::from_millis(8200));
    assert_eq!(stage.there(), ["a:/f=5"]);
    assert_eq!(
        (stage.calls("createToken"), stage.calls("renewToken")),
        (1, 1)
    );
}

fn single_space() {
    let only = json!({"tenants": "one", "spaces": [{"id": "-", "files": {"/f": 5}}]});
    let stage = stage_with(AS_DOCUMENTED, &[], &only);
    let fields = BTreeMap::from([
        ("ENDPOINT", stage.service.endpoint()),
        ("LIBRARY_SECRET", "secret-1".to_owned()),
    ]);
    let key = SpaceKey {
        library: LIBRARY.to_owned(),
        id: "-".to_owned(),
    };
    let provider = SmhProvider::new(SmhSettings {
        spaces: BTreeMap::from([(alias("a"), key)]),
        profile: "smh".to_owned(),
        profiles: Arc::new(Fields(fields)),
        calls_per_second: None,
        pause: Arc::new(SystemPause),
    });
    let stage = Stage {
        provider: provider.unwrap(),
        ..stage
    };
    let texts = ["copy|file|a:/f|a:/g|fail", "copy|file|a:/no|a:/h|fail"];
    assert_eq!(stage.ends(&texts), ["ok", "not-found"]);
    let log = stage.service.log();
    let copied = log.iter().find(|call| call.route == "batchCopy").unwrap();
    assert_eq!(copied.path, format!("/api/v1/batch/{LIBRARY}/-"));
    let place = Place::new(alias("a"), path("/g"));
    let found = stage.runtime.block_on(stage.provider.fetch(&[place]));
    assert_eq!(found.unwrap()[0].as_ref().unwrap().seen.attributes.size, 5);
}

fn wrong_credentials() {
    let stage = stage(AS_DOCUMENTED, &[]);
    let endpoint = ("ENDPOINT", stage.service.endpoint());
    let cases = [
        ("LIBRARY_SECRET", "its secret is wrong"),
        ("ACCESS_TOKEN", "access token is wrong"),
    ];
    for (field, advice) in cases {
        let fields = [endpoint.clone(), (field, "not the one".to_owned())];
        let provider = client(BTreeMap::from(fields));
        let place = Place::new(alias("a"), EntryPath::root());
        let error = stage
            .runtime
            .block_on(provider.fetch(&[place]))
            .unwrap_err();
        let found = (error.kind, error.retry);
        assert_eq!(found, (ErrorKind::Unauthenticated, Retry::Never));
        assert!(error.message.contains(advice), "{error}");
    }
}

fn given_token() {
    let stage = stage(AS_DOCUMENTED, &["a:/f=5"]);
    let token = json!({"tokens": [{
        "token": "token-of-alice", "library": LIBRARY, "grants": ["admin"],
    }]});
    stage.service.plant(&token.to_string()).unwrap();
    let provider = client(BTreeMap::from([
        ("ENDPOINT", stage.service.endpoint()),
        ("ACCESS_TOKEN", "token-of-alice".to_owned()),
        ("USER_ID", "alice".to_owned()),
    ]));
    let found = stage.runtime.block_on(read_back(&provider));
    assert_eq!(found, ["a:/f=5"]);
    assert_eq!(stage.calls("createToken"), 0);
    let log = stage.service.log();
    assert!(log.iter().all(|call| call.query["user_id"] == "alice"));
}

fn no_bin() {
    let scene = ["a:/f=5", "a:/x/", "a:/x/g=6"];
    let stage = stage_with(AS_DOCUMENTED, &scene, &json!({"recycle_bin": "off"}));
    let texts = ["remove|file|a:/f|recycle", "remove|folder|a:/x|permanent"];
    assert_eq!(stage.ends(&texts), ["unsupported", "ok"]);
    assert_eq!(stage.there(), ["a:/f=5"]);
    let reply = stage.execute(&texts[..1]).unwrap();
    let error = reply.items[0].end.clone().unwrap_err();
    assert!(error.message.contains("`recycle: false`"), "{error}");
    assert_eq!(stage.calls("batchDelete"), 1);
}

fn history() {
    let scene = ["a:/f=5", "a:/g=6", "b:/f=7"];
    let stage = stage_with(AS_DOCUMENTED, &scene, &json!({"history": "on"}));
    assert_eq!(stage.ends(&["copy|file|a:/f|b:/f|permanent"]), ["ok"]);
    let reply = stage.execute(&["move|file|a:/g|b:/f|permanent"]).unwrap();
    let error = reply.items[0].end.clone().unwrap_err();
    assert_eq!(error.kind, ErrorKind::Mismatch);
    assert!(error.message.contains("earlier versions"), "{error}");
    assert_eq!(stage.there(), ["a:/f=5", "a:/g=6", "b:/f=5"]);
}

fn changed() {
    for (switches, change) in [(AS_DOCUMENTED, "content"), (OTHERWISE, "inode")] {
        let stage = stage(switches, &["a:/f=5", "b:/f=7"]);
        let address = |text| Address::parse(text).unwrap();
        let place = Place::new(alias("a"), path("/f"));
        let found = stage.runtime.block_on(stage.provider.fetch(&[place]));
        let seen = found.unwrap()[0].clone().unwrap().seen;
        let mut copy = operation(1, "copy|file|a:/f|b:/new|fail");
        copy.relies_on.push(Reliance::File {
            address: address("a:/f"),
            id: seen.id.clone(),
            attributes: seen.attributes.clone(),
        });
        let mut other = copy.clone();
        let Some(Reliance::File { id, attributes, .. }) = other.relies_on.first_mut() else {
            panic!("no reliance");
        };
        match change {
            "content" => attributes.size += 1,
            _ => *id = Some(reshelve::tree::EntryId::new("0123")),
        }
        let reply = stage.send(&[other]).unwrap();
        let error = reply.items[0].end.clone().unwrap_err();
        assert_eq!(error.kind, ErrorKind::Mismatch);
        assert!(error.message.ends_with("plan again"), "{error}");
        assert_eq!(stage.calls("batchCopy"), 0);
        assert_eq!(words(stage.send(&[copy]).unwrap().items), ["ok"]);
    }
}

fn two_libraries() {
    let stage = stage(AS_DOCUMENTED, &["a:/f=5"]);
    let key = |library: &str, id: String| SpaceKey {
        library: library.to_owned(),
        id,
    };
    let fields = BTreeMap::from([
        ("ENDPOINT", stage.service.endpoint()),
        ("LIBRARY_SECRET", "secret-1".to_owned()),
    ]);
    let other = SmhProvider::new(SmhSettings {
        spaces: BTreeMap::from([
            (alias("a"), key(LIBRARY, space_id("a"))),
            (alias("b"), key("smh0library00002", space_id("b"))),
        ]),
        profile: "smh".to_owned(),
        profiles: Arc::new(Fields(fields)),
        calls_per_second: None,
        pause: Arc::new(SystemPause),
    });
    let stage = Stage {
        provider: other.unwrap(),
        ..stage
    };
    let reply = stage.execute(&["copy|file|a:/f|b:/f|fail"]).unwrap();
    let error = reply.items[0].end.clone().unwrap_err();
    assert_eq!(error.kind, ErrorKind::Unsupported);
    assert!(error.message.contains("one library to another"), "{error}");
    assert!(stage.service.log().is_empty());
    let mixed = stage.execute(&["copy|file|a:/f|b:/f|fail", "copy|file|a:/f|a:/g|fail"]);
    assert_eq!(mixed.unwrap_err().kind, ErrorKind::Unsupported);
}

fn thousand() {
    let scene: Vec<String> = (0..1000).map(|n| format!("a:/file {n}={n}")).collect();
    let lines: Vec<&str> = scene.iter().map(String::as_str).collect();
    let copies: Vec<String> = (0..1000)
        .map(|n| format!("copy|file|a:/file {n}|b:/new {n}|fail"))
        .collect();
    let copies: Vec<&str> = copies.iter().map(String::as_str).collect();
    let stage = stage(&["async-items=0"], &lines);
    let ends = stage.ends(&copies);
    assert!(ends.len() == 1000 && ends.iter().all(|end| end == "ok"));
    assert_eq!((stage.calls("batchCopy"), stage.calls("list")), (1, 1));
    assert_eq!(stage.there().len(), 2000);
}

fn many_pages() {
    let mut scene: Vec<String> = (0..2500).map(|n| format!("a:/f{n}={n}")).collect();
    scene.sort();
    let lines: Vec<&str> = scene.iter().map(String::as_str).collect();
    for switches in [AS_DOCUMENTED, OTHERWISE] {
        let stage = stage(switches, &lines);
        let mut found = stage.there();
        found.sort();
        assert_eq!(found, scene);
        // Three pages and the other space's.
        assert_eq!(stage.calls("list"), 4);
        // A few names on the last page are asked for one by one, not read for.
        let place = |name: &str| Place::new(alias("a"), path(name));
        let places = ["/f999", "/f9", "/f99", "/no"].map(place);
        let fetched = stage.runtime.block_on(stage.provider.fetch(&places));
        let sizes = fetched.unwrap().into_iter();
        let sizes: Vec<_> = sizes
            .map(|entry| entry.map(|entry| entry.seen.attributes.size))
            .collect();
        assert_eq!(sizes, [Some(999), Some(9), Some(99), None]);
    }
}

fn tasks() {
    let copies = [
        "copy|file|a:/f|b:/f|fail",
        "copy|file|a:/g|b:/taken|fail",
        "copy|file|a:/no|b:/no|fail",
    ];
    let scene = ["a:/f=5", "a:/g=6", "b:/taken=7"];
    for switches in [BY_TASKS, OTHERWISE] {
        let mut switches = switches.to_vec();
        switches.push("async-items=1");
        let stage = stage(switches.leak(), &scene);
        let reply = stage.execute(&copies).unwrap();
        assert_eq!(words(reply.items), ["not-found"]);
        assert_eq!(reply.tasks.len(), 2);
        let task = [reply.tasks[0].task.clone()];
        assert_eq!(reply.tasks[1].task, task[0]);
        let poll = |provider: &SmhProvider| loop {
            let status = stage.runtime.block_on(provider.poll(&task)).unwrap();
            if status[0] != TaskStatus::Running {
                return status[0].clone();
            }
            std::thread::sleep(Duration::from_millis(5));
        };
        let TaskStatus::Ended(ends) = poll(&stage.provider) else {
            panic!("the task tells no items");
        };
        assert_eq!(words(ends), ["ok", "already-exists"]);
        // After a restart nobody knows which operations the items are.
        let stranger = poll(&provider(&stage.service));
        let TaskStatus::Failed(reason) = stranger else {
            panic!("{stranger:?}");
        };
        assert!(reason.contains("SameNameDirectoryOrFileExists"), "{reason}");
    }
    let stage = stage(BY_TASKS, &scene);
    let rules = "rules: [{route: batchCopy, nth: 1, kind: task-failure}]";
    stage.service.set_faults(rules).unwrap();
    let reply = stage.execute(&copies[..2]).unwrap();
    let task = [reply.tasks[0].task.clone()];
    for _ in 0..20 {
        let status = stage.runtime.block_on(stage.provider.poll(&task)).unwrap();
        if status[0] != TaskStatus::Running {
            assert!(matches!(status[0], TaskStatus::Failed(_)), "{status:?}");
            return;
        }
    }
    panic!("the task does not end");
}

fn single_calls() {
    let stage = stage(AS_DOCUMENTED, &["a:/f=5", "a:/g=6", "a:/x/", "a:/x/h=7"]);
    let calls = stage.provider.calls(&alias("a")).unwrap();
    let (a, b) = (space_id("a"), space_id("b"));
    let ask = ConflictStrategy::Ask;
    stage.runtime.block_on(async {
        let copied = calls.copy_file(&a, &path("/f"), &path("/x/f"), ask).await;
        assert_eq!(copied.unwrap().path.known().unwrap().as_str(), "x/f");
        let rename = ConflictStrategy::Rename;
        let copied = calls.copy_file(&a, &path("/f"), &path("/g"), rename).await;
        assert_eq!(copied.unwrap().path.known().unwrap().as_str(), "g (1)");
        let taken = calls.copy_file(&a, &path("/f"), &path("/g"), ask).await;
        assert_eq!(taken.unwrap_err().kind, ErrorKind::AlreadyExists);
        let moved = calls.move_file(&a, &path("/g"), &path("/x/g"), ask).await;
        assert_eq!(moved.unwrap().path.known().unwrap().as_str(), "x/g");
        calls
            .copy_directory(&a, &path("/x"), &path("/y"), ask)
            .await
            .unwrap();
        let (from, to) = (path("/x"), path("/z"));
        let across = calls
            .copy_directory_across((&a, &from), (&b, &to), ask)
            .await;
        across.unwrap();
        let how = (ask, Permissions::Preserve);
        calls
            .move_directory(&a, &path("/y"), &path("/deep/y"), how)
            .await
            .unwrap();
        let gone = calls
            .delete_file(&a, &path("/f"), Disposal::Permanent)
            .await;
        assert!(gone.unwrap().recycled_item_id.is_absent());
        let gone = calls
            .delete_directory(&a, &path("/x"), Disposal::Recycle)
            .await;
        assert!(gone.unwrap().recycled_item_id.known().is_some());
    });
    let expected = [
        "a:/deep/",
        "a:/deep/y/",
        "a:/deep/y/f=5",
        "a:/deep/y/g=6",
        "a:/deep/y/h=7",
        "a:/g (1)=5",
        "b:/z/",
        "b:/z/f=5",
        "b:/z/g=6",
        "b:/z/h=7",
    ];
    assert_eq!(stage.there(), expected);
}

fn recycle_bin() {
    let stage = stage(AS_DOCUMENTED, &["a:/f=5", "a:/g=6", "a:/h=7"]);
    let texts = ["f", "g", "h"].map(|name| format!("remove|file|a:/{name}|recycle"));
    let reply = stage
        .execute(&texts.each_ref().map(String::as_str))
        .unwrap();
    let bins: Vec<String> = reply
        .items
        .into_iter()
        .map(|item| item.end.unwrap().bin.unwrap())
        .collect();
    assert_eq!(stage.there(), Vec::<String>::new());
    let calls = stage.provider.calls(&alias("a")).unwrap();
    let (space, ask) = (space_id("a"), ConflictStrategy::Ask);
    stage.runtime.block_on(async {
        let list = calls.list_recycled(&space, 1000, None).await.unwrap();
        let items = list.contents.unwrap();
        let id = |name: &str| -> Opaque {
            let named = |item: &&_| {
                let item: &&reshelve::provider::smh::wire::BinEntry = item;
                item.name.known().map(String::as_str) == Some(name)
            };
            let item = items.iter().find(named).unwrap();
            item.recycled_item_id.known().unwrap().clone()
        };
        for name in ["f", "g", "h"] {
            assert!(bins.contains(&format!("recycled item {}", id(name))));
        }
        let way = RestorePath::Original;
        let back = calls
            .restore_recycled(&space, &id("f"), ask, way)
            .await
            .unwrap();
        assert_eq!(back.path.known().unwrap().as_str(), "f");
        let both = [id("g"), id("f")];
        let reply = calls.batch_restore(&space, &both, ask, way).await.unwrap();
        let results = reply.result.unwrap();
        let statuses: Vec<_> = results
            .iter()
            .map(|item| item.status.known().copied())
            .collect();
        assert_eq!(statuses, [Some(200), Some(404)]);
    });
    assert_eq!(stage.there(), ["a:/f=5", "a:/g=6"]);
}
